"""Which runs a command is given: folders, a folder of folders, or all that a shell finds under `runs/*`."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.errors import StoreError
from assay.store.runs import run_folders


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Three runs, one of which has not ended, and what lies beside them."""
    for name in ("b", "a", "unfinished"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "run.json").write_text("{}", encoding="utf-8")
        if name != "unfinished":
            (tmp_path / "runs" / name / "samples.parquet").write_bytes(b"")
    for name in ("journal.sqlite", "journal.sqlite-wal", "journal.leases"):
        (tmp_path / "runs" / name).write_bytes(b"")
    return tmp_path / "runs"


def test_runs_stand_in_the_order_given_and_once(runs: Path) -> None:
    assert run_folders([runs / "b", runs / "a", runs / "b"]) == [runs / "b", runs / "a"]
    assert run_folders([runs / "b", runs]) == [runs / "b", runs / "a"]


def test_a_folder_of_runs_is_those_that_have_ended(runs: Path) -> None:
    assert run_folders([runs]) == [runs / "a", runs / "b"]
    assert run_folders([runs.parent]) == [runs / "a", runs / "b"]


def test_what_a_shell_finds_beside_the_runs_is_the_journals(runs: Path) -> None:
    every = sorted(runs.iterdir())
    assert runs / "journal.leases" in every
    assert run_folders(every) == [runs / "a", runs / "b", runs / "unfinished"]


def test_a_run_that_has_not_ended_is_for_the_command_to_refuse(runs: Path) -> None:
    assert run_folders([runs / "unfinished"]) == [runs / "unfinished"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("nowhere", "does not exist"), ("empty", "holds no run:"), ("journal.leases", "holds no run:"), ("only", "ended")],
)
def test_a_path_without_a_run_is_refused(name: str, words: str, runs: Path) -> None:
    (runs / "empty").mkdir()
    (runs / "only").mkdir()
    (runs / "unfinished").rename(runs / "only" / "unfinished")
    with pytest.raises(StoreError, match=words):
        run_folders([runs / name])
