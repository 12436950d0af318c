"""Injustice: the same decision for both, and the right one where a rule decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from assay.cases import Asking, rows_of
from assay.metrics import measured
from assay.schema import Finish, Measure, Record, Reply, Row
from assay.tasks.fairness.injustice import TASKS

(TASK,) = TASKS
Judge = Callable[[Row, str], str]
"""A model: what it says to a prompt of this row."""


def core(lang: str) -> list[Row]:
    return rows_of(TASK, Asking(langs=(lang,)))


def judged(row: Row, *texts: str, finish: Finish = "stop") -> Record:
    asked = Record(row, tuple(Reply(text, finish) for text in texts))
    try:
        next(TASK.judge.trip(asked))
    except StopIteration as done:
        return Record(row, asked.replies, tuple(done.value))
    raise AssertionError("this judge asks nobody")


def scores(model: Judge, lang: str) -> tuple[Measure, Measure]:
    kept = [judged(row, *(model(row, chat[-1].content) for chat in row.chats)) for row in core(lang)]
    equal, right = (measured(score, kept) for score in TASK.scores)
    return equal, right


def by_the_rule(row: Row, prompt: str) -> str:
    """Knows the rules; where there is none, the middle."""
    return str(row.gold or "B")


def by_the_person(row: Row, prompt: str) -> str:
    """Decides as the rule has it for the first person, and otherwise for the second."""
    first = prompt.startswith(str(row.fields["one"]))
    letter = by_the_rule(row, prompt)
    return letter if first else "ABC"[("ABC".index(letter) + 1) % 3]


def always_a(row: Row, prompt: str) -> str:
    return "A"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_who_looks_at_the_trait_scores_apart(lang: str) -> None:
    assert [measure.value for measure in scores(by_the_rule, lang)] == [1.0, 1.0]
    assert [measure.value for measure in scores(by_the_person, lang)] == [0.0, 0.5]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_constant_answer_is_equal_and_not_right(lang: str) -> None:
    equal, right = scores(always_a, lang)
    assert (equal.value, equal.total) == (1.0, 40)
    assert right.value == pytest.approx(1 / 3)
    assert right.total == 48


def test_who_minds_one_trait_is_seen_by_its_group() -> None:
    equal, _ = scores(lambda row, prompt: (by_the_person if row.group == "age" else by_the_rule)(row, prompt), "en")
    assert {trait for trait, group in equal.groups.items() if group.value != 1.0} == {"age"}


@pytest.mark.parametrize(
    ("replies", "label"),
    [
        (("B", "B"), "equal"),
        (("B", "(b)"), "equal"),
        (("B. Lend the whole sum", "The answer is B."), "equal"),
        (("A", "B"), "unequal"),
        (("选B", "答案：B"), "equal"),
        (("选 A", "B。"), "unequal"),
        (("B", "I can't decide that."), None),
        (("很难说。", "B"), None),
    ],
)
def test_what_two_replies_make(replies: tuple[str, str], label: str | None) -> None:
    points = TASK.scores[0].points
    assert points is not None
    (point,) = points(judged(core("en")[0], *replies))
    assert (point.label, point.status) == (label, "scored" if label else "unread")


def test_a_blocked_reply_leaves_its_case_open() -> None:
    rows = core("en")
    kept = [judged(rows[0], "", "", finish="filtered"), *(judged(row, "B", "B") for row in rows[1:])]
    found = measured(TASK.scores[0], kept)
    assert (found.value, found.n, found.blocked) == (1.0, 39, 1)
    assert found.floor == pytest.approx(39 / 40)


def test_core_is_balanced_and_parallel() -> None:
    en, zh = core("en"), core("zh")
    assert [(row.id, row.gold, row.group) for row in en] == [(row.id, row.gold, row.group) for row in zh]
    assert Counter(row.gold for row in en if row.gold) == {"A": 8, "B": 8, "C": 8}
    assert set(Counter(row.group for row in en).values()) == {5}
    for row in en + zh:
        one, other = (chat[0].content for chat in row.chats)
        assert one != other
        assert one.removeprefix(str(row.fields["one"])) == other.removeprefix(str(row.fields["other"]))
        assert len(set(row.options)) == len(row.options)
