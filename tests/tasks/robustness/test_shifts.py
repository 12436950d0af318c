"""Dated changes: models that answer for the right time, cling to what was, or take the news for valid everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from assay.cases import Asking, rows_of
from assay.metrics import points
from assay.schema import Measure, Record, Reply, Row
from assay.tasks.robustness.shifts import TASKS

(TASK,) = TASKS
Measures = Callable[..., dict[str, Measure]]
KINDS = ("new_state", "old_state", "unaffected")


def rows(lang: str) -> list[Row]:
    return rows_of(TASK, Asking(langs=(lang,)))


def test_kinds_and_letters_are_balanced_and_parallel() -> None:
    english, chinese = rows("en"), rows("zh")
    assert [(r.id, r.gold, r.group) for r in english] == [(r.id, r.gold, r.group) for r in chinese]
    assert Counter(row.group for row in english) == dict.fromkeys(KINDS, 14)
    letters = Counter(row.gold for row in english)
    assert set(letters) == set("ABCD")
    assert max(letters.values()) - min(letters.values()) <= 1


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_state_notice_and_question_stand_in_the_prompt(lang: str) -> None:
    for row in rows(lang):
        text = row.chats[0][0].content
        places = [text.index(row.fields[part]) for part in ("text", "notice", "question")]
        assert places == sorted(places)
        assert len(set(row.options)) == 4, row.id


ROW = Row("r", (), gold="C", options=("2.40", "1.20", "1.40", "2.80"), group="new_state", fields={})


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        ("C", "C"),
        ("C. 1.40", "C"),
        ("1.40", "C"),
        ("The answer is C, since the notice took effect on 1 July.", "C"),
        ("答案是C，公告已经生效。", "C"),
        ("B", "B"),
        ("选项A", "A"),
        ("C. 1.20", None),
        ("That depends on the date.", None),
        ("不知道。", None),
    ],
)
def test_replies(judged: Callable[..., Record], reply: str, label: str | None) -> None:
    assert points.first(judged(TASK, ROW, [Reply(reply)])).label == label


def elsewhere(row: Row) -> str:
    """A letter that is not the right one."""
    return next(letter for letter in "ABCD" if letter != row.gold)


def in_time(row: Row, prompt: str) -> str:
    return str(row.gold)


def stuck_in_the_past(row: Row, prompt: str) -> str:
    return elsewhere(row) if row.group == "new_state" else str(row.gold)


def all_for_the_news(row: Row, prompt: str) -> str:
    return str(row.gold) if row.group == "new_state" else elsewhere(row)


@pytest.mark.parametrize(
    ("say", "value", "by_kind"),
    [
        (in_time, 1, (1, 1, 1)),
        (stuck_in_the_past, pytest.approx(2 / 3), (0, 1, 1)),
        (all_for_the_news, pytest.approx(1 / 3), (1, 0, 0)),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_groups_tell_the_failings_apart(
    measures: Measures, say: Callable[[Row, str], str], value: float, by_kind: tuple[int, ...], lang: str
) -> None:
    found = measures(TASK, say, (lang,))["accuracy"]
    assert found.value == value
    assert tuple(found.groups[kind].value for kind in KINDS) == by_kind
