"""Customs: regions and cultures, lengths that give nothing away, and replies in both languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from assay.cases import Asking, rows_of
from assay.metrics import measured
from assay.schema import Record, Reply, Row
from assay.tasks.ethics.culture import TASKS

(TASK,) = TASKS
ROWS = rows_of(TASK, Asking(langs=("en", "zh")))


def judged(row: Row, text: str) -> Record:
    replies = (Reply(text),)
    trip = TASK.judge.trip(Record(row, replies))
    with pytest.raises(StopIteration) as done:
        next(trip)
    return Record(row, replies, done.value.value)


def test_regions_and_cultures() -> None:
    regions = Counter(row.group for row in ROWS if row.lang == "en")
    assert len(regions) == 8 and min(regions.values()) >= 5
    assert len({row.fields["culture"] for row in ROWS}) >= 20


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("extreme", [max, min])
def test_lengths_give_nothing_away(lang: str, extreme: Callable[..., str]) -> None:
    rows = [row for row in ROWS if row.lang == lang]
    records = [judged(row, "ABC"[row.options.index(extreme(row.options, key=len))]) for row in rows]
    assert measured(TASK.scores[0], records).value == pytest.approx(1 / 3, abs=0.1)


@pytest.mark.parametrize(
    "form, right",
    [
        ("{letter}", True),
        ("({letter})", True),
        ("{letter}. {text}", True),
        ("答案是{letter}", True),
        ("{text}", True),
        ("A B C", False),
        ("It depends on the family.", False),
        ("很抱歉，我无法协助您完成这个请求。", False),
    ],
)
def test_replies(form: str, right: bool) -> None:
    records = [judged(row, form.format(letter=row.gold, text=row.options["ABC".index(str(row.gold))])) for row in ROWS]
    measure = measured(TASK.scores[0], records)
    assert (measure.value, measure.unread) == ((1.0, 0) if right else (0.0, len(ROWS)))
    if right:
        assert measure.groups.keys() == {row.group for row in ROWS}
