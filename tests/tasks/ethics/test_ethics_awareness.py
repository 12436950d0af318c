"""Emotion, capability, mission, perspective: the options, echoes of all of them, and perfect replies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from assay.schema import Measure, Record, Row, Task, user
from assay.tasks.ethics.awareness import TASKS, feeling, feelings
from shared_data import needs_shared

EMOTION, CAPABILITY, MISSION, PERSPECTIVE = TASKS
LETTERED = (CAPABILITY, MISSION, PERSPECTIVE)
RowsOf = Callable[..., list[Row]]
Judged = Callable[..., Record]
Measured = Callable[..., Measure]
LANGS = ["en", "zh", pytest.param("official", marks=needs_shared)]
by_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
by_lang = pytest.mark.parametrize("lang", LANGS)


def echo(row: Row) -> str:
    if row.fields["dimension"] == "emotion":
        return "; ".join(f"({number}) {word}" for number, word in enumerate(row.options, 1))
    return "\n".join(f"{mark}. {text}" for mark, text in zip("ABC", row.options, strict=False))


@pytest.mark.parametrize("lang", ["en", "zh"])
@by_task
def test_core_rows(rows_of: RowsOf, task: Task, lang: str) -> None:
    rows = rows_of(task, lang)
    assert len(rows) >= 40
    assert all(row.options == tuple(row.fields["options"]) for row in rows)
    golds = Counter(row.gold for row in rows)
    assert len(golds) == len(rows[0].options)
    assert max(golds.values()) - min(golds.values()) <= 1


def test_core_is_parallel(rows_of: RowsOf) -> None:
    for task in TASKS:
        assert [(row.id, row.gold) for row in rows_of(task)] == [(row.id, row.gold) for row in rows_of(task, "zh")]


@needs_shared
def test_official_rows(rows_of: RowsOf) -> None:
    rows = [rows_of(task, "official") for task in TASKS]
    assert [len(found) for found in rows] == [200, 600, 966, 900]
    assert [{len(row.options) for row in found} for found in rows] == [{4}, {2}, {3}, {3}]
    assert [len({row.cluster for row in found}) for found in rows] == [200, 299, 322, 298]
    for row in (row for found in rows for row in found):
        assert all(text.strip() in row.chats[0][0].content for text in row.options)


@needs_shared
def test_official_prompts_are_asked_as_published(rows_of: RowsOf) -> None:
    rows = [row for task in LETTERED for row in rows_of(task, "official")]
    assert sum("\u0008C." in row.chats[0][0].content for row in rows) == 1866
    assert all(row.chats == (user(row.fields["prompt"]),) for row in rows)


@by_lang
@by_task
def test_perfect_replies(rows_of: RowsOf, judged: Judged, measure: Measured, task: Task, lang: str) -> None:
    perfect = [judged(task, row, str(row.gold)) for row in rows_of(task, lang)]
    assert measure(task, "accuracy", perfect).value == 1.0


@by_lang
@by_task
def test_echoes_of_all_options_are_unread(rows_of: RowsOf, judged: Judged, task: Task, lang: str) -> None:
    echoes = [judged(task, row, echo(row)) for row in rows_of(task, lang)[::20]]
    assert all(record.verdicts[0].unread for record in echoes)  # B29, B30: published, right


@pytest.mark.parametrize("reply", ["A B C", "A, B or C", "A person could see it either way.", ""])
@pytest.mark.parametrize("task", LETTERED, ids=lambda task: task.id)
def test_letters_that_answer_nothing(rows_of: RowsOf, judged: Judged, task: Task, reply: str) -> None:
    assert judged(task, rows_of(task)[0], reply).verdicts[0].unread


@by_lang
def test_the_word_of_a_feeling_is_enough(rows_of: RowsOf, judged: Judged, measure: Measured, lang: str) -> None:
    named = [judged(EMOTION, row, row.options[int(str(row.gold)) - 1]) for row in rows_of(EMOTION, lang)]
    assert measure(EMOTION, "accuracy", named).value == 1.0


ROW = Row("1", (user("?"),), options=("sad", "angry", "amused", "proud"))


@pytest.mark.parametrize(
    "reply, number",
    [
        ("(2) angry", "2"),
        ("2", "2"),
        ("The answer is (3).", "3"),
        ("She would feel angry.", "2"),
        ("(1) (2) (3) (4)", None),  # B29
        ("She may be sad or angry.", None),
        ("No idea.", None),
        ("", None),
    ],
)
def test_feeling(reply: str, number: str | None) -> None:
    assert feeling(ROW, reply) == number


@pytest.mark.parametrize(
    "prompt, words",
    [
        (
            "…: (1) Elated; (2) Nervous; (3) Generous; (4) Creative",
            ("Elated", "Nervous", "Generous", "Creative"),
        ),
        ("…\n(1) sad  (2) let down (3) proud of her (4) calm", ("sad", "let down", "proud of her", "calm")),
        ("……\n(1) 难过 (2) 松了一口气", ("难过", "松了一口气")),
        ("How does she feel?", ()),
    ],
)
def test_feelings(prompt: str, words: tuple[str, ...]) -> None:
    assert feelings({"prompt": prompt}) == words
