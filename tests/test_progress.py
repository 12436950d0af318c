"""What is said while a run goes on."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from assay import progress
from assay.progress import Bar, Counts, Lines, shown
from assay.schema import Record, Reply, Row, Usage, user

ROW = Row("1", (user("x"),))
GOOD = Record(ROW, (Reply("a", usage=Usage(7, 3)),))
BLOCKED = Record(ROW, (Reply("", "filtered"),))
FAILED = Record(ROW, (Reply("", "failed", error="HTTP 500"),))


def test_rows_tokens_and_what_went_wrong_are_counted() -> None:
    counts = Counts()
    counts.start(4)
    for record in (GOOD, GOOD, BLOCKED, FAILED):
        counts.row(record)
    assert (counts.done, counts.total, counts.tokens, counts.blocked, counts.failed) == (4, 4, 20, 1, 1)
    assert counts.said().endswith("20 tokens, 1 blocked, 1 failed")


def test_only_what_there_is_is_said() -> None:
    counts = Counts()
    assert counts.said().endswith("rows/s")
    assert "token" not in counts.said()


def test_lines_come_every_ten_seconds_and_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(progress, "monotonic", lambda: now)
    stream = io.StringIO()
    lines = Lines(stream)
    lines.start(100)
    for number in range(100):
        now = number * 0.25
        lines.row(GOOD)
    lines.stop()
    said = stream.getvalue().splitlines()
    assert [line.split(" rows,")[0] for line in said] == ["41/100", "81/100", "100/100"]
    assert said[0].endswith("14 s left")
    assert said[-1].endswith("0 s left")


def test_a_bar_on_a_terminal() -> None:
    stream = io.StringIO()
    bar = Bar(Console(file=stream, force_terminal=True, width=100))
    bar.start(2)
    bar.row(GOOD)
    bar.row(FAILED)
    bar.stop()
    assert "2/2" in stream.getvalue()
    assert "1 failed" in stream.getvalue()


def test_a_bar_may_be_stopped_before_it_began() -> None:
    bar = Bar(Console(file=io.StringIO(), force_terminal=True))
    bar.stop()
    assert bar.done == 0


def test_a_pipe_gets_lines() -> None:
    assert isinstance(shown(), Lines)
