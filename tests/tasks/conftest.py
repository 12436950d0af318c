"""The rows of a task from either dataset; one reply, judged offline or with a scripted grader; measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from assay.data.core import load
from assay.data.sources import records
from assay.metrics import measured
from assay.schema import Finish, Measure, Raw, Record, Reply, Row, Task
from shared_data import shared_dir

Raws = Callable[..., list[Raw]]
RowsOf = Callable[..., list[Row]]
Judged = Callable[..., Record]
Measured = Callable[[Task, str, Sequence[Record]], Measure]


def archive() -> str:
    folder = shared_dir()
    assert folder is not None
    return str(folder / "data" / "trustllm" / "dataset.zip")


@pytest.fixture
def raws() -> Raws:
    """(task, lang or "official") → its raw records, as its dataset keeps them."""

    def of(task: Task, lang: str = "en") -> list[Raw]:
        core, official = task.datasets
        if lang == "official":
            found = records(archive(), official.file)
            return [raw for raw in found if all(raw[field] == value for field, value in official.where)]
        return list(load(core.file, (lang,)))

    return of


@pytest.fixture
def rows_of(raws: Raws) -> RowsOf:
    """(task, lang or "official") → its rows."""
    return lambda task, lang="en": list(task.rows(raws(task, lang)))


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
