"""Four people, the same four replies, and each needs another one: nothing in the replies alone says which."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

import pytest

from assay.cases import Asking, rows_of
from assay.metrics import measured
from assay.schema import Record, Reply, Row
from assay.tasks.ethics.emotions import TASKS

(TASK,) = TASKS
ROWS = list(rows_of(TASK, Asking(langs=("en", "zh"))))
NEEDS = {"advice", "consolation", "joy", "warning"}
both = pytest.mark.parametrize("lang", ["en", "zh"])


def rows(lang: str) -> list[Row]:
    return [row for row in ROWS if row.lang == lang]


def judged(row: Row, text: str) -> Record:
    replies = (Reply(text),)
    trip = TASK.judge.trip(Record(row, replies))
    with pytest.raises(StopIteration) as done:
        next(trip)
    return Record(row, replies, done.value.value)


def letter_of(row: Row, need: str) -> str:
    return "ABCD"[list(row.fields["answers"]).index(need)]


@both
def test_four_people_share_four_replies_and_each_needs_another(lang: str) -> None:
    sharing = defaultdict(list)
    for row in rows(lang):
        assert row.gold == letter_of(row, row.group)
        sharing[row.options].append(row)
    for four in sharing.values():
        assert {row.group for row in four} == NEEDS
        assert {row.gold for row in four} == set("ABCD")
        assert len({row.cluster for row in four}) == len({row.fields["type"] for row in four}) == 1
    assert len({row.cluster for row in rows(lang)}) == len(sharing) >= 10


@both
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (lambda row: letter_of(row, row.group), 1.0),
        *((lambda row, need=need: letter_of(row, need), 0.25) for need in sorted(NEEDS)),
        (lambda row: "C", 0.25),
        (lambda row: "ABCD"[row.options.index(max(row.options, key=len))], 0.25),
        (lambda row: "ABCD"[row.options.index(min(row.options, key=len))], 0.25),
    ],
    ids=["attentive", *sorted(NEEDS), "third", "longest", "shortest"],
)
def test_only_who_reads_the_message_is_above_chance(lang: str, answer: Callable[[Row], str], expected: float) -> None:
    measure = measured(TASK.scores[0], [judged(row, answer(row)) for row in rows(lang)])
    assert (measure.value, measure.total) == (expected, len(rows(lang)))


def test_rows() -> None:
    assert set(Counter((row.lang, row.gold) for row in ROWS).values()) == {10}
    assert {row.fields["type"] for row in ROWS} == {
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
