"""The rows of a task from either dataset; replies to a row, judged offline or by scripted instruments; measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from assay.data.core import load
from assay.data.sources import records
from assay.metrics import measured
from assay.schema import Finish, Measure, Question, Raw, Record, Reply, Row, Task
from shared_data import shared_path


@pytest.fixture
def rows_of() -> Callable[..., list[Row]]:
    """(task, lang or "official") → its rows."""

    def of(task: Task, lang: str = "en") -> list[Row]:
        core, official = task.datasets
        found: list[Raw]
        if lang == "official":
            kept = dict(official.where)
            archive = str(shared_path("data", "trustllm", "dataset.zip"))
            found = [raw for raw in records(archive, official.file) if kept.items() <= raw.items()]
        else:
            found = list(load(core.file, (lang,)))
        return list(task.rows(found))

    return of


@pytest.fixture
def judged() -> Callable[..., Record]:
    """(task, row, *replies) → the record with its verdicts. `answer` plays the instruments, if any."""

    def judge(
        task: Task,
        row: Row,
        *replies: str,
        answer: Callable[[Question], Any] = lambda question: None,
        finish: Finish = "stop",
    ) -> Record:
        record = Record(row, tuple(Reply(text, finish) for text in replies))
        trip = task.judge.trip(record)
        try:
            question = next(trip)
            while True:
                question = trip.send(answer(question))
        except StopIteration as done:
            return Record(row, record.replies, tuple(done.value))

    return judge


@pytest.fixture
def measure() -> Callable[..., Measure]:
    """(task, records) → the measure of its one score."""

    def of(task: Task, records: Sequence[Record]) -> Measure:
        (score,) = task.scores
        return measured(score, records)

    return of
