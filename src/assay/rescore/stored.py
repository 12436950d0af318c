"""What `assay score` was asked to do, and what is there to do it with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assay.cases import data_hash, tasks_of
from assay.errors import DataError, StoreError, UsageError
from assay.judging import Judging
from assay.rescore.recorded import Sample, recorded_samples
from assay.rescore.standing import Standing, standing
from assay.schema import Task
from assay.store import RunFolder

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rescoring:
    """What `assay score` was asked to do."""

    source: Path
    layout: str
    out: Path
    tasks: tuple[Task, ...]
    judging: Judging = field(default_factory=Judging)
    """The judges to be asked; of a kind that is not given, those of the run stand. `none`: without."""
    upstream_report: Path | None = None
    labels: Path | None = None
    """A sheet of this run that people filled in."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The samples of a folder, read anew each time they are gone through, and what was known of them."""

    described: dict[str, Any]
    """What run.json says, or is to say."""
    counts: Mapping[str, int]
    """How many each task has, in the order of the samples."""
    read: Callable[[], Iterator[Sample]]
    wanted: Collection[str]
    """The tasks that are to be judged. The others are in the folder that is written, and stay as they are."""
    known: tuple[Task, ...]
    """The tasks in `counts` that this assay can measure, in that order."""
    standing: Standing
    result: Json = field(default_factory=dict)
    """What result.json said; empty where there was none."""

    @property
    def others(self) -> list[str]:
        """The tasks that stay as they are."""
        return [task for task in self.counts if task not in self.wanted]


def read_stored(order: Rescoring) -> Stored:
    """The folder that is to be judged again.

    Raises:
        UsageError: it has none of the tasks.
        StoreError: it is no run, or has another version of a task.
        DataError: nothing in the published layout is there.
    """
    if order.layout == "trustllm":
        return _recorded(order)
    folder = RunFolder(order.source)
    run = folder.read_run()
    _same_versions(order, run)
    counts = folder.counts()
    asked_for = {task.id for task in order.tasks}
    wanted = [task for task in run["tasks"] if task in counts and task in asked_for]
    if not wanted:
        raise UsageError(f"{order.source} has none of these tasks; it has {', '.join(run['tasks'])}")
    in_place = order.out.resolve() == order.source.resolve()
    there = [task for task in run["tasks"] if task in counts] if in_place else wanted
    given = {task.id: task for task in (*tasks_of([order.source]), *order.tasks)}
    return Stored(
        {**run, "tasks": {task: run["tasks"][task] for task in run["tasks"] if in_place or task in wanted}},
        {task: counts[task] for task in there},
        lambda: folder.records(there),
        wanted,
        tuple(given[task] for task in there if task in given and given[task].version == run["tasks"][task]),
        standing(order.judging, run.get("judges", {})),
        _result_before(folder),
    )


def _recorded(order: Rescoring) -> Stored:
    counts = Counter(task_id for task_id, _, _ in recorded_samples(order.source, order.tasks))
    if not counts:
        raise DataError(f"{order.source} holds no file of the published layout <section>/<file>.json")
    tasks = tuple(task for task in order.tasks if task.id in counts)
    described = {
        "model": f"recorded/{order.source.stem}",
        "endpoint": "recorded",
        "data": {"name": str(order.source), "sha256": data_hash(str(order.source))},
        "tasks": {task.id: task.version for task in tasks},
    }
    nobody = standing(order.judging, {})
    return Stored(described, counts, lambda: recorded_samples(order.source, order.tasks), list(counts), tasks, nobody)


def _result_before(folder: RunFolder) -> Json:
    try:
        return folder.read_result()
    except StoreError:  # it is about to be made
        return {}


def _same_versions(order: Rescoring, run: dict[str, Any]) -> None:
    for task in order.tasks:
        stored = run["tasks"].get(task.id)
        if stored not in (None, task.version):
            raise StoreError(
                f"{order.source} holds version {stored} of {task.id}; this assay has version {task.version}, "
                "whose rows differ. Run it again with `assay run`, or leave it out with --tasks"
            )


def check_others(order: Rescoring, stored: Stored) -> None:
    """Whether the tasks that are left out may stay as they are.

    Raises:
        UsageError: they have no measures, or were judged by others.
    """
    others = stored.others
    if not others:
        return
    if any(task not in stored.result.get("tasks", {}) for task in others):
        raise UsageError(f"{order.source} has no measures of its other tasks: score all of it, without --tasks")
    dropped = stored.standing.dropped(order.judging)
    if dropped:
        raise UsageError(
            f"{order.source} would have two sets of judges: its other tasks ({', '.join(others)}) were judged by the "
            f"{dropped}. Leave --tasks away, or give these a folder of their own with --out"
        )
