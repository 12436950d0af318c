"""The runs that paths lead to: `runs/A runs/B`, the folder `runs`, or what a shell makes of `runs/*`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from assay.errors import StoreError
from assay.store.folder import RunFolder

MARKS = ("run.json", "result.json")
"""What makes a folder a run's."""

BESIDE = "journal."
"""What lies among the folders of runs is the journal's."""


def run_folders(paths: Sequence[Path]) -> list[Path]:
    """The folder of each run at these paths, once: a run's own, or those in a folder of runs that have ended.

    Raises:
        StoreError: a path leads to no run.
    """
    runs = [path for path in paths if not path.name.startswith(BESIDE)] or paths
    found: dict[Path, Path] = {}
    for folder in chain.from_iterable(map(_at, runs)):
        found.setdefault(folder.resolve(), folder)
    return list(found.values())


def _at(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise StoreError(f"{path} does not exist: give the folder of a run, or one with runs in it")
    if any((path / mark).is_file() for mark in MARKS):
        yield path
        return
    inside = [made.parent for pattern in ("*/run.json", "*/*/run.json") for made in sorted(path.glob(pattern))]
    whole = [folder for folder in inside if RunFolder(folder).samples.is_file()]
    if not whole:
        said = "holds no run that has ended" if inside else "holds no run"
        raise StoreError(f"{path} {said}: give the folder that `assay run` printed")
    yield from whole
