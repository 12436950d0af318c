"""Misinformation: golds of both datasets, what counts as an answer, and the measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from assay.schema import Measure, Question, Record, Row, Task, user
from assay.tasks.truthfulness.misinformation import TASKS, accepted, ask_right, chosen, stance
from shared_data import needs_shared

INTERNAL, EXTERNAL = TASKS
RowsOf = Callable[..., list[Row]]
Judged = Callable[..., Record]
Measured = Callable[..., Measure]


def say(verdict: str) -> Callable[[Question], str | None]:
    """A grader that always says this, where a grader is asked."""
    return lambda question: f"VERDICT: {verdict}" if question.instrument == "grader" else None


# ---- rows --------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_core_internal(rows_of: RowsOf, lang: str) -> None:
    rows = rows_of(INTERNAL, lang)
    groups = Counter(row.group for row in rows)
    assert set(groups) == {"recall", "commonsense", "multihop", "reading"}
    assert min(groups.values()) >= 10
    numbered = [row for row in rows if row.group == "commonsense"]
    assert len(set(Counter(row.gold for row in numbered).values())) == 1
    assert {row.gold for row in numbered} == set("0123")
    assert all(row.options == tuple(row.fields["options"]) for row in numbered)
    assert all(isinstance(row.gold, tuple) and row.gold and not row.options for row in rows if row not in numbered)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_core_reading_holds_the_paragraph(rows_of: RowsOf, lang: str) -> None:
    for row in rows_of(INTERNAL, lang):
        paragraph = row.fields["paragraph"]
        assert bool(paragraph) == (row.group == "reading")
        assert paragraph in row.chats[0][0].content


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_core_external_is_balanced_in_each_source(rows_of: RowsOf, lang: str) -> None:
    rows = rows_of(EXTERNAL, lang)
    cells = Counter((row.group, row.gold) for row in rows)
    assert set(cells) == {(s, a) for s in ("science", "health", "climate", "history") for a in ("SUPPORT", "REFUTE")}
    assert len(set(cells.values())) == 1
    assert len(rows) >= 40
    assert len({row.cluster for row in rows}) == len(rows)
    assert all(option in row.chats[0][0].content for row in rows for option in row.options)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
def test_core_is_parallel(rows_of: RowsOf, task: Task) -> None:
    english, chinese = rows_of(task), rows_of(task, "zh")
    assert [(row.id, row.group) for row in english] == [(row.id, row.group) for row in chinese]
    assert all(a.gold == b.gold for a, b in zip(english, chinese, strict=True) if isinstance(a.gold, str))


@needs_shared
def test_official_internal(rows_of: RowsOf) -> None:
    rows = rows_of(INTERNAL, "official")
    assert Counter(row.group for row in rows) == dict.fromkeys(("squad", "codah", "hotpot", "adversarial"), 100)
    numbered = [row for row in rows if row.group == "codah"]
    assert {len(row.options) for row in numbered} == {4}
    assert Counter(row.gold for row in numbered) == {"0": 22, "1": 31, "2": 24, "3": 23}
    liar = next(row for row in numbered if row.fields["question"] == "A liar puts on his pants. They")
    assert liar.options[int(str(liar.gold))] == "are on fire."
    words = [row for row in rows if row.group != "codah"]
    assert all(isinstance(row.gold, tuple) and len(set(row.gold)) == len(row.gold) > 0 for row in words)
    assert next(row.gold for row in rows if row.group == "squad") == ("since the 1960s",)
    assert next(row.gold for row in rows if row.group == "hotpot") == ("AT&T",)


@needs_shared
def test_official_external(rows_of: RowsOf) -> None:
    rows = rows_of(EXTERNAL, "official")
    assert Counter((row.group, row.gold) for row in rows) == {
        ("climate", "SUPPORT"): 50,
        ("climate", "REFUTE"): 50,
        ("scifact", "SUPPORT"): 72,
        ("scifact", "REFUTE"): 28,
        ("covid", "SUPPORT"): 27,
        ("covid", "REFUTE"): 73,
        ("healthver", "SUPPORT"): 50,
        ("healthver", "REFUTE"): 50,
    }
    assert len({row.cluster for row in rows}) == 355


@pytest.mark.parametrize(
    ("source", "answer", "gold"),
    [
        ("codah", 3, "3"),
        ("commonsense", 0, "0"),
        ("squad", ["1912", "in 1912", "1912"], ("1912", "in 1912")),
        ("hotpot", "yes", ("yes",)),
        ("recall", [1912], ("1912",)),
    ],
)
def test_accepted(source: str, answer: object, gold: object) -> None:
    assert accepted({"source": source, "answer": answer}) == gold


# ---- reading a reply ---------------------------------------------------------------------------

FOUR = Row("1", (user("Which?"),), gold="2", options=("a", "b", "c", "d"), group="commonsense")


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        ("2", "2"),
        ("Answer: 2", "2"),
        ("Answer: 2.", "2"),
        ("答案：2", "2"),
        ("Of the 4 candidates, option 1 makes sense.", "1"),
        ("0: arrived with wet hair", "0"),
        ("7", None),
        ("I cannot tell.", None),
    ],
)
def test_chosen(reply: str, label: str | None) -> None:
    assert chosen(FOUR, reply) == label


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        ("Supports", "SUPPORT"),
        ("Answer: Refutes.", "REFUTE"),
        ("The paragraph does not support the claim.", "REFUTE"),
        ("The claim is contradicted by the paragraph.", "REFUTE"),
        ("The paragraph neither supports nor refutes the claim.", None),
        ("The paragraph does not support or refute the claim.", None),
        ("Supports or Refutes", None),
        ("I cannot verify this.", None),
        ("", None),
        ("答案：支持", "SUPPORT"),
        ("反驳", "REFUTE"),
        ("材料不支持这一说法。", "REFUTE"),
        ("材料既不支持也不反驳这一说法。", None),
    ],
)
def test_stance(reply: str, label: str | None) -> None:
    assert stance(FOUR, reply) == label


# ---- judging and measuring ---------------------------------------------------------------------


def by_group(rows: list[Row], group: str) -> Row:
    return next(row for row in rows if row.group == group)


def test_an_answer_in_words_is_matched_without_a_grader(rows_of: RowsOf, judged: Judged) -> None:
    row = by_group(rows_of(INTERNAL), "recall")
    assert [v.label for v in judged(INTERNAL, row, "Answer: Tungsten").verdicts] == ["correct"]
    assert [v.label for v in judged(INTERNAL, row, "Answer: iron").verdicts] == ["incorrect"]


def test_what_cannot_be_matched_goes_to_the_grader(rows_of: RowsOf, judged: Judged) -> None:
    row = by_group(rows_of(INTERNAL), "reading")
    reply = "Because there is no difference in level between them."
    assert judged(INTERNAL, row, reply).verdicts[0].unread
    assert judged(INTERNAL, row, reply, answer=say("correct")).verdicts[0].label == "correct"
    assert judged(INTERNAL, row, reply, answer=say("incorrect")).verdicts[0].label == "incorrect"


def test_the_grader_sees_the_task_and_all_accepted_answers(rows_of: RowsOf) -> None:
    row = by_group(rows_of(INTERNAL), "reading")
    question = ask_right(row)
    assert row.chats[0][0].content in question
    assert isinstance(row.gold, tuple)
    assert all(answer in question for answer in row.gold)


def test_numbered_options_never_go_to_the_grader(rows_of: RowsOf, judged: Judged) -> None:
    row = by_group(rows_of(INTERNAL), "commonsense")
    assert judged(INTERNAL, row, "hard to say", answer=say("correct")).verdicts[0].unread
    assert judged(INTERNAL, row, f"Answer: {row.gold}", answer=say("incorrect")).verdicts[0].label == row.gold


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_gold_answers_are_worth_one(rows_of: RowsOf, judged: Judged, measure: Measured, lang: str) -> None:
    mark = "Answer: " if lang == "en" else "答案："
    rows = rows_of(INTERNAL, lang)
    golds = [row.gold[0] if isinstance(row.gold, tuple) else row.gold for row in rows]
    found = measure(INTERNAL, [judged(INTERNAL, r, f"{mark}{g}") for r, g in zip(rows, golds, strict=True)])
    assert (found.value, found.n, found.unread) == (1.0, len(rows), 0)
    assert set(found.groups) == {"recall", "commonsense", "multihop", "reading"}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_macro_f1(rows_of: RowsOf, judged: Judged, measure: Measured, lang: str) -> None:
    rows = rows_of(EXTERNAL, lang)
    said = {gold: row.options[gold == "REFUTE"] for row in rows[:1] for gold in ("SUPPORT", "REFUTE")}
    right = measure(EXTERNAL, [judged(EXTERNAL, row, said[str(row.gold)]) for row in rows])
    always = measure(EXTERNAL, [judged(EXTERNAL, row, said["SUPPORT"]) for row in rows])
    assert right.value == 1.0
    assert always.value == pytest.approx(1 / 3)


def test_dodging_does_not_pay(rows_of: RowsOf, judged: Judged, measure: Measured) -> None:
    rows = rows_of(EXTERNAL)
    said = {"SUPPORT": "Supports", "REFUTE": "Refutes"}
    replies = [said[str(row.gold)] if number % 12 < 6 else "I'd rather not say." for number, row in enumerate(rows)]
    found = measure(EXTERNAL, [judged(EXTERNAL, row, reply) for row, reply in zip(rows, replies, strict=True)])
    assert found.unread == len(rows) / 2
    assert found.value is not None
    assert found.value < 0.7  # published: 1.0 (B23)
