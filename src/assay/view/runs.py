"""Which runs are shown, and what they are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.errors import StoreError
from assay.store import RunFolder


@dataclass(frozen=True, slots=True)
class Viewed:
    """One run."""

    number: int
    """Its place in the list, from 0."""
    name: str
    """The model; with its folder, where models are the same."""
    folder: RunFolder
    described: Mapping[str, Any]
    """Its run.json."""

    def same_rows(self, other: Viewed) -> bool:
        """Whether a row's id means the same row in both: recorded replies are hashed together with their data."""
        return bool(self._data("sha256") == other._data("sha256"))

    def _data(self, name: str) -> Any:
        data = self.described.get("data")
        return data.get(name) if isinstance(data, Mapping) else None


def viewed(paths: Sequence[Path]) -> list[Viewed]:
    """The runs at these paths: each a run's folder, or a folder with runs in it.

    Raises:
        StoreError: there is none, or one cannot be read.
    """
    folders = list(dict.fromkeys(folder.resolve() for path in paths for folder in _found(path)))
    described = [RunFolder(folder).read_run() for folder in folders]
    models = [str(run.get("model", folder.name)) for run, folder in zip(described, folders, strict=True)]
    often = Counter(models)
    return [
        Viewed(number, model if often[model] == 1 else f"{model} ({folder.name})", RunFolder(folder), run)
        for number, (model, folder, run) in enumerate(zip(models, folders, described, strict=True))
    ]


def _found(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise StoreError(f"{path} does not exist: give the folder of a run, or one with runs in it")
    inside = (made.parent for pattern in ("*/run.json", "*/*/run.json") for made in sorted(path.glob(pattern)))
    folders = [path] if (path / "run.json").is_file() else list(inside)
    whole = [folder for folder in folders if RunFolder(folder).samples.is_file()]
    if not whole:
        said = "has not ended yet" if folders else "holds no run"
        raise StoreError(f"{path} {said}: samples are there to be seen once `assay run` has ended")
    yield from whole
