"""Three options each, readers of options alone at chance, and one who goes by belief."""

from __future__ import annotations

from collections import Counter

import pytest

from assay.cases import Asking, rows_of
from assay.metrics import measured
from assay.schema import Record, Reply, Row
from assay.tasks.reasoning.logical import TASKS

(TASK,) = TASKS
ROWS = rows_of(TASK, Asking(langs=("en", "zh")))
BELIEVABLE = {"whales-breathe", "anchor-on-petrol", "roses-need-water", "death-cap"}
"""The arguments with a believable conclusion, half of them valid."""


def judged(row: Row, text: str) -> Record:
    replies = (Reply(text),)
    trip = TASK.judge.trip(Record(row, replies))
    with pytest.raises(StopIteration) as done:
        next(trip)
    return Record(row, replies, done.value.value)


def test_letters_and_verdicts_are_balanced() -> None:
    assert all(len(row.options) == len(set(row.options)) == 3 for row in ROWS)
    letters = Counter(row.gold for row in ROWS)
    assert max(letters.values()) - min(letters.values()) <= 2
    verdicts = Counter(text for row in ROWS if "Certainly true" in row.options for text in [right(row)])
    assert len(verdicts) == 3 and max(verdicts.values()) - min(verdicts.values()) <= 1


def right(row: Row) -> str:
    return row.options["ABC".index(str(row.gold))]


def test_who_goes_by_belief_is_right_half_of_the_time() -> None:
    def say(row: Row) -> str:
        verdicts = {"en": ("Certainly true", "Cannot be told"), "zh": ("一定为真", "无法确定")}[row.lang]
        return verdicts[row.id not in BELIEVABLE]

    records = [judged(row, say(row)) for row in ROWS if row.group == "belief"]
    assert len(records) == 16
    assert measured(TASK.scores[0], records).value == 0.5


@pytest.mark.parametrize(
    "item, lang, reply, label",
    [
        ("shelf-middle", "en", "the dictionary", "right"),
        ("shelf-middle", "zh", "词典。", "right"),
        ("whales-breathe", "en", "Certainly true.", "right"),
        ("whales-breathe", "zh", "答案：一定为真", "right"),
        ("shelf-middle", "en", "A, B or C", None),
        ("shelf-middle", "zh", "我不知道。", None),
        ("shelf-middle", "en", "I'm sorry, but I can't help with that.", None),
    ],
)
def test_replies(item: str, lang: str, reply: str, label: str | None) -> None:
    (row,) = (row for row in ROWS if (row.id, row.lang) == (item, lang))
    assert judged(row, reply).verdicts[0].label == (row.gold if label else None)
