"""Data that lies beside the repository: official prompts and one recorded run. Not every machine has it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest


def shared_dir() -> Path | None:
    """`../shared` from the repository's root, or None."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    return folder if folder.is_dir() else None


needs_shared = pytest.mark.skipif(shared_dir() is None, reason="the folder `shared` is not beside the repository")


def shared_path(*parts: str) -> Path:
    """A path inside `shared`; only for tests marked `needs_shared`."""
    folder = shared_dir()
    assert folder is not None
    return folder.joinpath(*parts)


def zipped_rows(archive: Path, member: str) -> list[dict[str, Any]]:
    """The records of one JSON file in an archive."""
    with zipfile.ZipFile(archive) as files:
        rows: list[dict[str, Any]] = json.loads(files.read(member))
    return rows


def official(file: str) -> list[dict[str, Any]]:
    """The published records of `<section>/<stem>`, without replies."""
    return zipped_rows(shared_path("data", "trustllm", "dataset.zip"), f"dataset/{file}.json")


def recorded_run() -> dict[str, list[dict[str, Any]]]:
    """The recorded run: rows with replies and judgements, by `<section>/<stem>`."""
    archive = shared_path("data", "recorded", "generations.zip")
    with zipfile.ZipFile(archive) as files:
        members = [name for name in files.namelist() if name.endswith(".json")]
    return {name.removesuffix(".json"): zipped_rows(archive, name) for name in members}
