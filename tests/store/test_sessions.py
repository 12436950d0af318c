"""How long a run took: sessions add up, what overlaps counts once, a killed one is counted as such."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.schema import Worked
from assay.store import RunFolder
from assay.store.sessions import NAME, session, worked


def written(folder: Path, text: str) -> RunFolder:
    (folder / NAME).write_text(text, encoding="utf-8")
    return RunFolder(folder)


def line(began: float, ended: float | None = None) -> str:
    return f'{{"began": {began}}}\n' + (f'{{"began": {began}, "ended": {ended}}}\n' if ended is not None else "")


def test_a_session_is_written_when_it_begins_and_when_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 130.5])
    monkeypatch.setattr("assay.store.sessions.time", lambda: next(clock))
    with session(RunFolder(tmp_path)):
        assert worked(RunFolder(tmp_path)) is None
    assert worked(RunFolder(tmp_path)) == Worked(until=130.5, seconds=30.5, sessions=1, killed=0)


def test_one_that_ends_in_an_error_was_worked_too(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lost"), session(RunFolder(tmp_path)):
        raise ValueError("lost")
    assert worked(RunFolder(tmp_path)) is not None


@pytest.mark.parametrize(
    ("lines", "seconds", "sessions", "killed"),
    [
        (line(0.0, 10.0) + line(100.0, 105.0), 15.0, 2, 0),
        (line(0.0, 10.0) + line(5.0, 12.0), 12.0, 2, 0),
        (line(0.0, 10.0) + line(2.0, 4.0) + line(3.0, 11.0), 11.0, 3, 0),
        (line(0.0) + line(50.0, 60.0), 10.0, 2, 1),
        (line(0.0, 10.0) + '{"began": 7', 10.0, 1, 0),
        (line(0.0, 10.0) + "[1]\n{}\n", 10.0, 1, 0),
        (line(0.0, -5.0), 0.0, 1, 0),
    ],
)
def test_sessions_add_up(lines: str, seconds: float, sessions: int, killed: int, tmp_path: Path) -> None:
    found = worked(written(tmp_path, lines))
    assert found is not None
    assert (found.seconds, found.sessions, found.killed) == (seconds, sessions, killed)


def test_where_nobody_wrote_it_down_nothing_is_said(tmp_path: Path) -> None:
    assert worked(RunFolder(tmp_path)) is None
    assert worked(written(tmp_path, line(0.0))) is None


def test_a_folder_that_takes_no_line_does_not_end_the_run(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    with session(RunFolder(tmp_path)):
        pass
    assert worked(RunFolder(tmp_path)) is None
