"""The survey's study of typos: the same answer to the misspelt sentence."""

from __future__ import annotations

import pytest

from assay.cases import Asking, rows_of
from assay.schema import Record, Reply
from assay.scoring import measure_task
from assay.tasks.robustness.survey_typos import TASKS
from judges.asked import ask, nobody

(TASK,) = TASKS
ROWS = rows_of(TASK, Asking("survey", limit=8))


@pytest.mark.parametrize(
    ("clean", "typo", "label"),
    [
        ("Yes", "yes.", "consistent"),
        ("No, it does not make sense.", "No", "consistent"),
        ("Yes", "No", "inconsistent"),
        ("Yes.", "No, the sentence has several typos.", "inconsistent"),
        ("Yes", "What do you mean?", None),
        ("", "Yes", None),
    ],
)
def test_yes_and_no(clean: str, typo: str, label: str | None) -> None:
    record = Record(ROWS[0], (Reply(clean), Reply(typo)))
    (verdict,) = ask(TASK.judge, record, nobody)
    assert verdict.label == label


def test_only_what_cannot_be_read_is_put_to_a_grader() -> None:
    def grader(question: object) -> str:
        return "VERDICT: inconsistent"

    clear = Record(ROWS[0], (Reply("Yes"), Reply("Yes")))
    vague = Record(ROWS[0], (Reply("Yes"), Reply("What do you mean?")))
    assert [ask(TASK.judge, one, grader)[0].label for one in (clear, vague)] == ["consistent", "inconsistent"]


def test_both_scorings() -> None:
    records = []
    for row, second, said in zip(ROWS, ("Yes", "No", "Yes", "Yes"), ("Yes", "no", "No", "Unclear"), strict=False):
        record = Record(row, (Reply("Yes", recorded={"eval_res": said}), Reply(second)))
        records.append(Record(row, record.replies, ask(TASK.judge, record)))
    found = measure_task(TASK, records)["measures"]["consistency"]
    assert found["corrected"]["value"] == 0.75
    assert found["upstream"]["value"] == pytest.approx(1 / 3)


def test_the_two_prompts_differ_by_their_slips_alone() -> None:
    for row in ROWS:
        clean, typo = (chat[0].content for chat in row.chats)
        assert clean != typo and len(clean.split()) == len(typo.split())
