"""From one grader to its successor: stored replies that the old one judged are judged by the new one.

Each measure is given by both, on the same replies, with the paired difference: what a series of scores moves by when
the grader changes and nothing else does. Nothing is written but the new grader's replies, into the journal beside each
run, where `assay score RUN --judge NEW` finds them.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Group
from rich.table import Table
from rich.text import Text

from assay.budget import TASK, Budget
from assay.ending import driven, ended_by_signals, in_flight
from assay.errors import StoreError, UsageError
from assay.instruments import Instruments
from assay.judges.agreeing import kappa
from assay.judges.by_grader import Grading, graded, gradings
from assay.judges.panel import of_grader
from assay.judging import Judging, answered, check_graders, kept, panel
from assay.metrics import measured, paired
from assay.metrics.additive import Additive
from assay.metrics.columns import hashed
from assay.metrics.measure import points_of
from assay.models import Connections
from assay.models.prices import load_prices
from assay.report.figures import number, span
from assay.run import Progress, Silent, journal_open
from assay.schema import Point, Record, Score, Task
from assay.stats.agreement import Estimate, cohen_kappa
from assay.store import RunFolder
from assay.voting import short

Ints = NDArray[np.intp]
PointsOf = Callable[[Record], Iterable[Point]] | None


@dataclass(frozen=True, slots=True)
class Bridging:
    """What `assay judges bridge` was asked to do."""

    old: str
    new: str
    runs: tuple[Path, ...]
    tasks: tuple[Task, ...]
    connections: int = 32
    of_itself: bool = False
    """The new judge may judge its own replies."""

    @property
    def judging(self) -> Judging:
        """The new judge alone."""
        return Judging((self.new,), connections=self.connections, of_itself=self.of_itself)


def bridge(
    order: Bridging,
    connections: Connections | None = None,
    progress: Progress | None = None,
    budget: Budget | None = None,
) -> dict[str, Any]:
    """Both judges' numbers for each run, task and measure, and how far they agree.

    Returns:
        `old`, `new`; `kappa` over all tasks and runs; `runs`: for each `run`, `model` and `tasks`, where a task has
        `graded` (replies that the old judge graded), `kappa`, and `measures` with `old`, `new` and `difference` (new −
        old on replies that both could read, with its p-value).

    Raises:
        AssayError: with the fix in its message; what the new judge said so far is kept.
    """
    return driven(_bridge(order, connections or Connections(), progress or Silent(), budget or Budget(load_prices())))


async def _bridge(order: Bridging, connections: Connections, progress: Progress, budget: Budget) -> dict[str, Any]:
    if order.old == order.new:
        raise UsageError(f"{order.old} is both the old and the new judge; give two")
    folders = [RunFolder(path) for path in order.runs]
    todo = [(folder, *_to_judge(folder, order, connections)) for folder in folders]
    both, runs = [], []
    for folder, tasks, alone in todo:
        columns = await _judge_again(order, folder, tasks, alone, connections, progress, budget)
        both += columns
        described = {one.task.id: _task(one) for one in columns if one.graded}
        runs.append({"run": str(folder.path), "model": folder.read_run()["model"], "tasks": described})
    if not any(run["tasks"] for run in runs):
        raise UsageError(f"{order.old} graded no reply in these runs: rules could tell everywhere, or nothing was read")
    return {"old": order.old, "new": order.new, "kappa": _overall(both), "runs": runs}


def _to_judge(folder: RunFolder, order: Bridging, connections: Connections) -> tuple[list[Task], bool]:
    """The tasks of a run that can be judged again, and whether the old judge was its only one."""
    run = folder.read_run()
    judges = run["judges"]["graders"]
    if order.old not in judges:
        known = ", ".join(judges) or "no model"
        raise UsageError(f"{folder.path} was not judged by {order.old} but by {known}; give that, or other runs")
    check_graders(order.judging, run["model"], run["endpoint"], connections.model)
    have = folder.counts()
    tasks = [task for task in order.tasks if task.id in have]
    for task in tasks:
        if run["tasks"].get(task.id) != task.version:
            raise StoreError(
                f"{folder.path} holds version {run['tasks'].get(task.id)} of {task.id}; this assay has version "
                f"{task.version}. Leave it out with --tasks"
            )
    return tasks, len(judges) == 1


# ---- judging again ------------------------------------------------------------------------------


@dataclass(slots=True)
class Both:
    """What two judges made of a task's rows, as columns."""

    task: Task
    old: dict[PointsOf, paired.Gathering] = field(default_factory=dict)
    new: dict[PointsOf, paired.Gathering] = field(default_factory=dict)
    codes: dict[str | None, int] = field(default_factory=dict)
    first: array[int] = field(default_factory=lambda: array("b"))
    second: array[int] = field(default_factory=lambda: array("b"))
    cluster: array[int] = field(default_factory=lambda: array("Q"))
    """Of each graded reply, its cluster's hash."""

    @property
    def graded(self) -> int:
        """Replies that the old judge graded."""
        return len(self.first)

    def add(self, old: Record, new: Record, places: Iterable[int]) -> None:
        """One more row, by both; `places` are those of the verdicts that graders gave."""
        name = "\0".join((old.row.lang, old.row.id))
        for score in self.task.scores:
            for record, side in ((old, self.old), (new, self.new)):
                if score is self._first_with(score.points):
                    side.setdefault(score.points, paired.Gathering()).add(name, list(points_of(score, record)))
        for place in places:
            for record, said in ((old, self.first), (new, self.second)):
                said.append(self.codes.setdefault(record.verdicts[place].label, len(self.codes)))
            self.cluster.append(hashed(old.row.cluster or name))

    def _first_with(self, points: PointsOf) -> Score:
        """Scores that count the same points share a column."""
        return next(score for score in self.task.scores if score.points is points)


async def _judge_again(
    order: Bridging,
    folder: RunFolder,
    tasks: Sequence[Task],
    alone: bool,
    connections: Connections,
    progress: Progress,
    budget: Budget,
) -> list[Both]:
    found = {task.id: Both(task) for task in tasks}
    counts = folder.counts()
    async with journal_open(folder.path.parent / "journal.sqlite", connections, progress) as (journal, ending):
        (instruments,) = panel(order.judging, connections, lambda judge: kept(judge, journal, budget))
        progress.start(sum(counts[task.id] for task in tasks))

        async def go(sample: tuple[str, int, Record]) -> None:
            task_id, _, record = sample
            TASK.set(task_id)
            both = found[task_id]
            asked = gradings(both.task.judge, record)
            old = _by_old(order, folder, record, [place for place, _ in asked], alone)
            new = await _by_new(old, asked, instruments)
            both.add(old, new, [place for place, _ in asked])
            progress.row(record)

        with ended_by_signals(ending, progress.say):
            await in_flight(go, folder.records(list(found)), 2 * order.connections, ending)
    return list(found.values())


def _by_old(order: Bridging, folder: RunFolder, record: Record, places: Sequence[int], alone: bool) -> Record:
    """The record as the old judge judged it."""
    for place in places:
        verdict = record.verdicts[place] if place < len(record.verdicts) else None
        if verdict is None or not (alone or verdict.votes or verdict.unread):
            raise StoreError(
                f"{folder.path} does not say what each of its judges said: "
                f"`assay score {folder.path}` with the same judges, which are not asked again, mends that"
            )
    return of_grader(record, order.old)


async def _by_new(old: Record, asked: Sequence[tuple[int, Grading]], instruments: Instruments) -> Record:
    """The record with the new judge's verdicts where the old one had graded; what rules decided stays."""
    verdicts = list(old.verdicts)
    for place, question in asked:
        verdicts[place] = await answered(graded(question), instruments, set())
    return replace(old, verdicts=tuple(verdicts))


# ---- both ---------------------------------------------------------------------------------------


def _task(both: Both) -> dict[str, Any]:
    columns = {way: (both.old[way].column(), both.new[way].column()) for way in both.old}
    return {
        "graded": both.graded,
        "kappa": _described(cohen_kappa(*_codes(both)), both.graded),
        "measures": {score.name: _measure(score, *columns[score.points]) for score in both.task.scores},
    }


def _measure(score: Score, old: paired.Column, new: paired.Column) -> dict[str, Any]:
    return {
        "old": short(measured(score, old.points)),
        "new": short(measured(score, new.points)),
        "difference": _difference(score, old, new),
        "better": score.better,
    }


def _difference(score: Score, old: paired.Column, new: paired.Column) -> dict[str, Any] | None:
    """New − old, on rows that both could read."""
    metric = score.metric
    if not isinstance(metric, Additive) or not paired.comparable(metric):
        return None
    rows = paired.shared(metric, [old, new])
    found = paired.difference(metric, rows, paired.models(metric, rows)) if len(rows) else None
    if found is None:
        return None
    return {"value": found.value, "low": found.low, "high": found.high, "p": found.p, "n": len(rows)}


def _codes(both: Both) -> tuple[Ints, Ints, Ints]:
    """Each judge's label numbers, and the rows' clusters; the same whatever order the answers came in."""
    names = np.unique(np.frombuffer(both.cluster, dtype=np.uint64), return_inverse=True)[1]
    label = {code: str(label) for label, code in both.codes.items()}
    rank = np.argsort(np.argsort([label[code] for code in range(len(label))]))
    first, second = (rank[np.frombuffer(said, dtype=np.int8)] for said in (both.first, both.second))
    return first, second, names


def _overall(several: Sequence[Both]) -> dict[str, Any]:
    """κ over tasks and runs; a label of one task is none of another's."""
    tasks, start = [], 0
    for both in several:
        if both.graded:
            first, second, rows = _codes(both)
            tasks.append((first, second, rows + start))
            start += int(rows.max()) + 1
    return _described(kappa(tasks), sum(both.graded for both in several))


def _described(found: Estimate, n: int) -> dict[str, Any]:
    return {"value": found.value, "low": found.low, "high": found.high, "n": n}


# ---- for the terminal ----------------------------------------------------------------------------


def bridge_table(found: Mapping[str, Any]) -> Group:
    """A line a measure: the old judge's number, the new one's, the difference; a line a task for their agreement."""
    table = Table(
        title=f"{found['old']} → {found['new']}", title_justify="left", header_style="bold", pad_edge=False, box=None
    )
    for column in ("model", "task", "measure", "old", "95 % interval", "new", "95 % interval", "new − old"):
        left = column in ("model", "task", "measure")
        table.add_column(column, justify="left" if left else "right", no_wrap=True)
    for column in ("95 % interval", "p", "graded", "κ", "95 % interval"):
        table.add_column(column, justify="right", no_wrap=True)
    for cells in _lines(found):
        table.add_row(*cells)
    whole = found["kappa"]
    lines = [
        "",
        f"κ of the two judges over all {whole['n']} graded replies: {number(whole['value'])} "
        f"({span(whole['low'], whole['high'])}); labels compared within each task.",
        "new − old: on replies that both could read. Added to the old series, it goes on with the new one.",
    ]
    return Group(table, Text("\n".join(lines), style="dim"))


def _lines(found: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for run in found["runs"]:
        model = run["model"]
        for task_id, task in run["tasks"].items():
            agreed = task["kappa"]
            beside = (str(task["graded"]), number(agreed["value"]), span(agreed["low"], agreed["high"]))
            for name, measure in task["measures"].items():
                yield (model, task_id, name, *_cells(measure), *beside)
                model, task_id, beside = "", "", ("", "", "")


def _cells(measure: Mapping[str, Any]) -> tuple[str, ...]:
    old, new, apart = measure["old"], measure["new"], measure["difference"]
    ends = ("–", "", "") if apart is None else (f"{apart['value']:+.3f}", _signed(apart), number(apart["p"]))
    return (*(cell for one in (old, new) for cell in (number(one["value"]), span(one["low"], one["high"]))), *ends)


def _signed(apart: Mapping[str, Any]) -> str:
    return "" if apart["low"] is None else f"{apart['low']:+.3f} – {apart['high']:+.3f}"
