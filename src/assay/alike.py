"""What runs must have in common to be compared, and what is different about them beside the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.errors import UsageError
from assay.schema import Task
from assay.store import RunFolder

ASIDE = ("judges", "sampling", "langs", "limit", "epochs", "assay")
"""What of run.json may make a difference beside the model."""


@dataclass(frozen=True, slots=True)
class Run:
    """One of the runs compared."""

    folder: RunFolder
    described: Mapping[str, Any]
    """Its run.json."""
    result: Mapping[str, Any]
    """Its result.json."""

    def has(self, task: str) -> bool:
        """Whether it measured this task."""
        return task in self.result["tasks"]

    def lacks(self, task: str, measure: str) -> bool:
        """Whether nothing of this measure could be judged, for want of a judge."""
        return bool(self.result["tasks"][task]["measures"].get(measure, {}).get("corrected", {}).get("needs"))


def opened(path: Path) -> Run:
    """A run.

    Raises:
        StoreError: the folder is no run, or damaged.
    """
    folder = RunFolder(path)
    return Run(folder, folder.read_run(), folder.read_result())


def names(runs: Sequence[Run]) -> list[str]:
    """The models' names; with their folders', where models are the same."""
    given = [str(run.described["model"]) for run in runs]
    return [
        model if given.count(model) == 1 else f"{model} ({run.folder.path.resolve().name})"
        for model, run in zip(given, runs, strict=True)
    ]


def measures(runs: Sequence[Run]) -> list[tuple[str, str]]:
    """(task, measure) of all runs, each once."""
    return list(
        dict.fromkeys(
            (task_id, name)
            for run in runs
            for task_id, task in run.result["tasks"].items()
            for name in task["measures"]
        )
    )


def told_apart_by_text(runs: Sequence[Run]) -> bool:
    """Whether a row must have the same prompt to be the same: recorded replies are hashed together with their data.

    Raises:
        UsageError: the runs are of different data.
    """
    of = [(run.described["data"]["name"], run.described["data"]["sha256"]) for run in runs]
    if len({sha for _, sha in of}) == 1:
        return False
    if "recorded" in {run.described["endpoint"] for run in runs}:
        return True
    said = "; ".join(f"{run.folder.path}: {name} ({sha[:12]})" for run, (name, sha) in zip(runs, of, strict=True))
    raise UsageError(f"these runs are of different data: {said}. Run one again, or see them with --unpaired")


def check_version(task: Task, runs: Sequence[Run]) -> None:
    """Raise UsageError unless all runs of the task, and this assay, have the same version of it."""
    held = {str(run.folder.path): run.described["tasks"].get(task.id) for run in runs if run.has(task.id)}
    if set(held.values()) == {task.version}:
        return
    said = ", ".join(f"version {version} in {path}" for path, version in held.items())
    raise UsageError(
        f"{task.id} is not the same task in these runs: {said}; this assay has version {task.version}. "
        "Run it again, or leave it out with --tasks"
    )


def differences(runs: Sequence[Run]) -> Iterator[str]:
    """What of each run is not as in the first, in words."""
    called = names(runs)
    for run, name in zip(runs[1:], called[1:], strict=True):
        for what in ASIDE:
            first, other = runs[0].described.get(what), run.described.get(what)
            if None not in (first, other) and first != other:
                yield f"{what}: {called[0]} {_apart(first, other)}, {name} {_apart(other, first)}"


def _apart(one: Any, other: Any) -> str:
    """What of the one is not in the other."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return ", ".join(f"{key} {value}" for key, value in one.items() if other.get(key) != value) or "without"
    return " ".join(map(str, one)) if isinstance(one, list) else str(one)
