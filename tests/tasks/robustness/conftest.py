"""Models made of a rule, asked every row of a task in both languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from assay.cases import Asking, rows_of
from assay.metrics import measured
from assay.schema import Measure, Record, Reply, Row, Task

Say = Callable[[Row, str], str]
"""What a model says: the row and the prompt that it sees."""


@pytest.fixture
def judged() -> Callable[[Task, Row, Sequence[Reply]], Record]:
    """(task, row, replies) → the record with its verdicts; no instrument is there."""

    def judge(task: Task, row: Row, replies: Sequence[Reply]) -> Record:
        asked = Record(row, tuple(replies))
        try:
            next(task.judge.trip(asked))
        except StopIteration as done:
            return Record(row, asked.replies, done.value)
        raise AssertionError("the judge asked for an instrument")

    return judge


@pytest.fixture
def measures(judged: Callable[..., Record]) -> Callable[..., dict[str, Measure]]:
    """(task, say, langs) → every score of a model that answers so."""

    def of(task: Task, say: Say, langs: Sequence[str] = ("en", "zh")) -> dict[str, Measure]:
        records = [
            judged(task, row, [Reply(say(row, chat[-1].content)) for chat in row.chats])
            for row in rows_of(task, Asking(langs=tuple(langs)))
        ]
        return {score.name: measured(score, records) for score in task.scores}

    return of
