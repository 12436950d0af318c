"""The survey's study of hallucination: which replies choose an answer."""

from __future__ import annotations

import pytest

from assay.cases import Asking, rows_of
from assay.models.baselines import offered
from assay.schema import Record, Reply, Row
from assay.scoring import measure_task
from assay.tasks.truthfulness.survey_hallucination import TASKS
from judges.asked import ask

(TASK,) = TASKS
ROWS = rows_of(TASK, Asking("survey"))


def judged(row: Row, text: str) -> Record:
    record = Record(row, (Reply(text),))
    return Record(row, record.replies, ask(TASK.judge, record))


@pytest.mark.parametrize(
    ("reply", "letter"),
    [
        ("(A) The knowledge says so.", "A"),
        ("(B)", "B"),
        ("The answer is (B), because the text names it.", "B"),
        ("B. It is stated in the first sentence", "B"),
        ("I cannot tell.", None),
        ("(A) or (B)", None),
    ],
)
def test_the_letter_is_read_wherever_it_stands(reply: str, letter: str | None) -> None:
    assert judged(ROWS[0], reply).verdicts[0].label == letter


def test_the_text_of_an_option_chooses_it() -> None:
    row = ROWS[0]
    assert judged(row, str(row.fields["right_answer"])).verdicts[0].label == row.gold


def test_what_is_right_in_words_is_wrong_upstream() -> None:
    records = [judged(row, f"The answer is ({row.gold}).") for row in ROWS]
    found = measure_task(TASK, records)["measures"]
    assert found["accuracy"]["corrected"]["value"] == 1.0
    assert found["accuracy"]["upstream"]["value"] == 0.0  # its first character is a T
    records = [judged(row, "(A) is right") for row in ROWS]
    found = measure_task(TASK, records)["measures"]
    assert found["accuracy"]["corrected"]["value"] == found["accuracy"]["upstream"]["value"] == 0.5


def test_prompts_offer_two_letters() -> None:
    assert all(offered(row.chats[0][0].content) == ("A", "B") for row in ROWS)
