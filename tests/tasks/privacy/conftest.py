"""One reply to one row, judged offline or with a scripted grader, and measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from assay.metrics import measured
from assay.schema import Finish, Measure, Record, Reply, Row, Task

Judged = Callable[..., Record]
Measured = Callable[[Task, str, Sequence[Record]], Measure]


@pytest.fixture
def judged() -> Judged:
    """(task, row, text) → the record with its verdict. Without `grader`, no instrument is there."""

    def judge(task: Task, row: Row, text: str, grader: str | None = None, finish: Finish = "stop") -> Record:
        asked = Record(row, (Reply(text, finish),))
        trip = task.judge.trip(asked)
        try:
            next(trip)
            while True:
                trip.send(grader)
        except StopIteration as done:
            return Record(row, asked.replies, tuple(done.value))

    return judge


@pytest.fixture
def measure() -> Measured:
    """(task, score name, records) → the corrected measure."""

    def of(task: Task, name: str, records: Sequence[Record]) -> Measure:
        (score,) = (score for score in task.scores if score.name == name)
        return measured(score, records)

    return of
