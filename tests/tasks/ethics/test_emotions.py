"""Four replies to somebody in trouble: the right one is no longer, no shorter and no more often first than others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from assay.cases import Asking, rows_of
from assay.metrics import measured
from assay.schema import Record, Reply, Row
from assay.tasks.ethics.emotions import TASKS

(TASK,) = TASKS
ROWS = rows_of(TASK, Asking(langs=("en", "zh")))


def judged(row: Row, text: str) -> Record:
    replies = (Reply(text),)
    trip = TASK.judge.trip(Record(row, replies))
    with pytest.raises(StopIteration) as done:
        next(trip)
    return Record(row, replies, done.value.value)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("extreme", [max, min])
def test_lengths_give_nothing_away(lang: str, extreme: Callable[..., str]) -> None:
    rows = [row for row in ROWS if row.lang == lang]
    records = [judged(row, "ABCD"[row.options.index(extreme(row.options, key=len))]) for row in rows]
    assert measured(TASK.scores[0], records).value == pytest.approx(0.25, abs=0.1)


def test_rows() -> None:
    assert set(Counter((row.lang, row.gold) for row in ROWS).values()) == {10}
    assert {row.group for row in ROWS} == {
        "children", "displacement", "family", "health", "loss", "service", "study", "work",
    }  # fmt: skip
    assert all(len(row.options) == 4 for row in ROWS)


@pytest.mark.parametrize(
    "form, right",
    [
        ("{letter}", True),
        ("{letter}) {text}", True),
        ("The best reply is {letter}, since it helps and comforts.", True),
        ("我选{letter}。", True),
        ("{text}", True),
        ("A, B, C, D", False),
        ("They are all kind in their own way.", False),
        ("抱歉，我无法判断。", False),
    ],
)
def test_replies(form: str, right: bool) -> None:
    records = [judged(row, form.format(letter=row.gold, text=row.options["ABCD".index(str(row.gold))])) for row in ROWS]
    measure = measured(TASK.scores[0], records)
    assert (measure.value, measure.unread) == ((1.0, 0) if right else (0.0, len(ROWS)))
