"""Adversarial factuality: the false part is in the prompt, the true one is for the grader alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assay.schema import Measure, Question, Record, Row
from assay.tasks.truthfulness.adversarial_factuality import TASKS, ask_corrected
from shared_data import needs_shared

(TASK,) = TASKS
RowsOf = Callable[..., list[Row]]
Judged = Callable[..., Record]
Measured = Callable[..., Measure]


def say(verdict: str) -> Callable[[Question], str]:
    return lambda question: f"VERDICT: {verdict}"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_core_prompts_say_what_is_false_and_not_what_is_true(rows_of: RowsOf, lang: str) -> None:
    rows = rows_of(TASK, lang)
    assert len(rows) >= 40
    for row in rows:
        prompt = row.chats[0][0].content
        assert row.fields["modified knowledge"] in prompt
        assert prompt.endswith(row.fields["query"])
        assert row.fields["knowledge"] not in prompt


def test_core_is_parallel(rows_of: RowsOf) -> None:
    assert [row.id for row in rows_of(TASK)] == [row.id for row in rows_of(TASK, "zh")]


@needs_shared
def test_official_rows(rows_of: RowsOf) -> None:
    rows = rows_of(TASK, "official")
    assert len(rows) == len({row.id for row in rows}) == 209
    assert all({"knowledge", "modified knowledge", "query"} <= row.fields.keys() for row in rows)


@needs_shared
def test_core_repeats_nothing_published(rows_of: RowsOf) -> None:
    def words(row: Row) -> str:
        return str(row.fields["modified knowledge"]).lower().strip(" .")

    assert not {words(row) for row in rows_of(TASK)} & {words(row) for row in rows_of(TASK, "official")}


def test_the_grader_sees_both_versions(rows_of: RowsOf) -> None:
    row = rows_of(TASK, "zh")[0]
    question = ask_corrected(row)
    assert all(part in question for part in (row.chats[0][0].content, row.fields["knowledge"]))


def test_only_a_grader_can_tell(rows_of: RowsOf, judged: Judged) -> None:
    row = rows_of(TASK)[0]
    (verdict,) = judged(TASK, row, "Table salt is sodium chloride, not potassium nitrate.").verdicts
    assert verdict.unread
    assert verdict.why == "needs:judge"
    assert TASK.judge.needs == "judge"


def test_corrected_rate(rows_of: RowsOf, judged: Judged, measure: Measured) -> None:
    rows = rows_of(TASK)[:4]
    said = ["corrected", "not_corrected", "corrected", "corrected"]
    found = measure(TASK, [judged(TASK, r, "Well.", answer=say(v)) for r, v in zip(rows, said, strict=True)])
    assert (found.value, found.n, found.better) == (0.75, 4, "higher")
