"""Hallucination: options and golds of both datasets, options in another order, and the measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from assay.errors import DataError
from assay.schema import Measure, Record, Row, user
from assay.tasks.truthfulness.hallucination import TASKS, judgement, lettered, options, right, shuffled
from shared_data import needs_shared

(TASK,) = TASKS
RowsOf = Callable[..., list[Row]]
Judged = Callable[..., Record]
Measured = Callable[..., Measure]

THREE = Row(
    "three",
    (user("Which?\nA. one\nB. two\nC. two and a half\n\nOnly the letter."),),
    gold="B",
    options=("one", "two", "two and a half"),
    group="mc",
)


def text_of(row: Row) -> str:
    """The text of the gold option."""
    return row.options["ABCD".index(str(row.gold))]


# ---- rows --------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_core_choices_are_balanced_over_positions(rows_of: RowsOf, lang: str) -> None:
    rows = [row for row in rows_of(TASK, lang) if row.group == "mc"]
    assert len(rows) >= 10
    assert {len(row.options) for row in rows} == {2, 3, 4}
    letters = Counter(row.gold for row in rows)
    assert set(letters) == set("ABCD")
    assert max(letters.values()) - min(letters.values()) <= 1
    assert all(row.gold == row.fields["gold"] and text_of(row) == row.fields["answer"] for row in rows)
    assert all(lettered(row.options) in row.chats[0][0].content for row in rows)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_core_judgements_are_balanced_in_each_source(rows_of: RowsOf, lang: str) -> None:
    rows = [row for row in rows_of(TASK, lang) if row.group != "mc"]
    cells = Counter((row.group, row.gold) for row in rows)
    assert set(cells) == {(source, gold) for source in ("qa", "dialogue", "summary") for gold in ("Yes", "No")}
    assert len(set(cells.values())) == 1
    assert min(cells.values()) >= 5
    assert all(row.options == (("是", "否") if lang == "zh" else ("Yes", "No")) for row in rows)


def test_core_is_parallel(rows_of: RowsOf) -> None:
    english, chinese = rows_of(TASK), rows_of(TASK, "zh")
    assert [(row.id, row.group, row.gold, len(row.options)) for row in english] == [
        (row.id, row.group, row.gold, len(row.options)) for row in chinese
    ]


@needs_shared
def test_official_rows(rows_of: RowsOf) -> None:
    rows = rows_of(TASK, "official")
    assert Counter(row.group for row in rows) == {"mc": 352, "halu_qa": 100, "halu_dial": 100, "halu_summ": 100}
    choices = [row for row in rows if row.group == "mc"]
    assert Counter(len(row.options) for row in choices) == {4: 219, 3: 90, 2: 43}
    assert {row.gold for row in choices} == {"A"}  # B01
    assert all(text_of(row) == row.fields["answer"] for row in choices)
    judgements = Counter((row.group, row.gold) for row in rows if row.group != "mc")
    assert judgements == {(s, g): 50 for s in ("halu_qa", "halu_dial", "halu_summ") for g in ("Yes", "No")}


def test_a_prompt_without_options_offers_none() -> None:
    assert options({"source": "mc", "prompt": "Which?", "answer": "one"}) == ()


def test_an_answer_that_is_not_offered_is_an_error_in_the_data() -> None:
    with pytest.raises(DataError, match=r"mc-7.*'two' is none of its options"):
        right({"id": "mc-7", "source": "mc", "options": ["one", "three"], "answer": "two"})


def test_an_option_may_hold_a_letter_of_its_own() -> None:
    raw = {
        "source": "mc",
        "prompt": "Here are the options: A. Vitamin B. It is yellow.\nB. Plan A. It failed.\n\nOnly return one.",
        "answer": "Plan A. It failed.",
    }
    assert options(raw) == ("Vitamin B. It is yellow.", "Plan A. It failed.")
    assert right(raw) == "B"


# ---- another order -----------------------------------------------------------------------------


def test_shuffled_moves_prompt_options_and_gold_together() -> None:
    seen = set()
    for seed in range(40):
        row = shuffled(THREE, seed)
        assert sorted(row.options) == sorted(THREE.options)
        assert text_of(row) == "two"
        assert row.chats[0][0].content == f"Which?\n{lettered(row.options)}\n\nOnly the letter."
        assert replace(row, options=THREE.options, gold=THREE.gold, chats=THREE.chats) == THREE
        seen.add(row.options)
    assert len(seen) == 6


def test_shuffled_is_a_function_of_seed_and_id() -> None:
    assert shuffled(THREE, 3) == shuffled(THREE, 3)
    others = [shuffled(replace(THREE, id=f"row-{number}"), 3).options for number in range(20)]
    assert len(set(others)) > 1


def test_shuffled_keeps_both_languages_in_step(rows_of: RowsOf) -> None:
    english = [shuffled(row, 11) for row in rows_of(TASK)]
    chinese = [shuffled(row, 11) for row in rows_of(TASK, "zh")]
    assert [row.gold for row in english] == [row.gold for row in chinese]
    assert english != rows_of(TASK)


def test_shuffled_leaves_a_prompt_that_lists_options_otherwise() -> None:
    row = replace(THREE, chats=(user("Which? (a) one (b) two (c) two and a half"),))
    assert shuffled(row, 5) == row


def test_shuffled_leaves_judgements_alone(rows_of: RowsOf) -> None:
    rows = [row for row in rows_of(TASK) if row.group != "mc"]
    assert [shuffled(row, 5) for row in rows] == rows


@needs_shared
def test_shuffled_spreads_the_official_golds(rows_of: RowsOf) -> None:
    rows = [row for row in rows_of(TASK, "official") if row.group == "mc"]
    moved = [shuffled(row, 1) for row in rows]
    assert all(text_of(row) == row.fields["answer"] for row in moved)
    assert all(lettered(row.options) in row.chats[0][0].content for row in moved)
    assert all(len(a.chats[0][0].content) == len(b.chats[0][0].content) for a, b in zip(rows, moved, strict=True))
    shares = Counter(row.gold for row in moved if len(row.options) == 4)
    assert min(shares[letter] for letter in "ABCD") > 35  # of 219


def test_the_task_can_be_reordered() -> None:
    assert TASK.reorder is shuffled


# ---- judging and measuring ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        ("Yes", "Yes"),
        ("No.", "No"),
        ("#Your Judgement#: Yes", "Yes"),
        ("I cannot determine this.", None),
        ("Yes and no", None),
        ("是", "Yes"),
        ("否。", "No"),
        ("不是", "No"),
    ],
)
def test_judgement(reply: str, label: str | None) -> None:
    assert judgement(THREE, reply) == label


@pytest.mark.parametrize(
    ("reply", "label"), [("B", "B"), ("The answer is B.", "B"), ("two and a half", "C"), ("A B C", None)]
)
def test_choices_are_read_as_letters(judged: Judged, reply: str, label: str | None) -> None:
    assert [verdict.label for verdict in judged(TASK, THREE, reply).verdicts] == [label]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_right_answers_are_worth_one(rows_of: RowsOf, judged: Judged, measure: Measured, lang: str) -> None:
    rows = rows_of(TASK, lang)
    replies = [str(row.gold) if row.group == "mc" else row.options[row.gold == "No"] for row in rows]
    found = measure(TASK, [judged(TASK, row, reply) for row, reply in zip(rows, replies, strict=True)])
    assert (found.value, found.n, found.unread) == (1.0, len(rows), 0)
    assert set(found.groups) == {"mc", "qa", "dialogue", "summary"}


def test_refusing_is_worth_nothing(rows_of: RowsOf, judged: Judged, measure: Measured) -> None:
    rows = rows_of(TASK)
    found = measure(TASK, [judged(TASK, row, "I cannot determine this.") for row in rows])
    assert (found.value, found.unread) == (0.0, len(rows))  # published: 0.5 in three of four sources (B03)


@needs_shared
def test_always_a_is_worth_nothing_special_once_shuffled(rows_of: RowsOf, judged: Judged, measure: Measured) -> None:
    rows = [row for row in rows_of(TASK, "official") if row.group == "mc"]
    as_published = measure(TASK, [judged(TASK, row, "A") for row in rows])
    in_another_order = measure(TASK, [judged(TASK, shuffled(row, 1), "A") for row in rows])
    assert as_published.value == 1.0
    assert in_another_order.value is not None
    assert 0.2 < in_another_order.value < 0.4
