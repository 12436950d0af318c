"""Which runs are shown, and what they are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.errors import StoreError
from assay.store import RunFolder
from assay.store.runs import run_folders


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
    folders = [folder.resolve() for folder in run_folders(paths)]
    for folder in folders:
        if not RunFolder(folder).samples.is_file():
            raise StoreError(f"{folder} has not ended yet: samples are there to be seen once `assay run` has ended")
    described = [RunFolder(folder).read_run() for folder in folders]
    models = [str(run.get("model", folder.name)) for run, folder in zip(described, folders, strict=True)]
    often = Counter(models)
    return [
        Viewed(number, model if often[model] == 1 else f"{model} ({folder.name})", RunFolder(folder), run)
        for number, (model, folder, run) in enumerate(zip(models, folders, described, strict=True))
    ]
