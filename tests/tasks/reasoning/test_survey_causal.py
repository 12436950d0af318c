"""The survey's study of causes: what is read, and what the two scorings make of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assay.cases import Asking, rows_of
from assay.metrics import measured
from assay.schema import Record, Reply, Row
from assay.scoring import measure_task
from assay.tasks.reasoning.survey_causal import TASKS
from judges.asked import ask

(TASK,) = TASKS
ROWS = rows_of(TASK, Asking("survey"))


def judged(row: Row, text: str) -> Record:
    record = Record(row, (Reply(text),))
    return Record(row, record.replies, ask(TASK.judge, record))


def of(name: str, model: Callable[[Row], str]) -> float | None:
    (score,) = (score for score in TASK.scores if score.name == name)
    return measured(score, [judged(row, model(row)) for row in ROWS]).value


@pytest.mark.parametrize(
    ("reply", "letter"),
    [
        ("A) Yes", "A"),
        ("B", "B"),
        ("(B)", "B"),
        ("Yes, it is.", "A"),
        ("No.", "B"),
        ("The answer is A.", "A"),
        ("A) Yes B) No", None),
        ("It depends.", None),
        ("Context: After it rained", None),
    ],
)
def test_letters_and_words_are_read(reply: str, letter: str | None) -> None:
    assert judged(ROWS[0], reply).verdicts[0].label == letter


def test_models_score_as_they_reason() -> None:
    def right(row: Row) -> str:
        return f"{row.gold})"

    def causes_alone(row: Row) -> str:
        return "B) No" if row.fields["class"] == "unrelated" else "A) Yes"

    assert [of(name, right) for name in ("q1_accuracy", "q2_accuracy", "q2_understood")] == [1.0, 1.0, 1.0]
    assert of("q1_accuracy", causes_alone) == 1.0
    assert of("q2_accuracy", causes_alone) == pytest.approx(2 / 3)
    assert of("q1_accuracy", lambda row: "Yes") == pytest.approx(2 / 3)
    assert of("q2_accuracy", lambda row: "Yes") == pytest.approx(1 / 3)
    assert of("q2_understood", lambda row: "Hm.") == 0.0


def test_a_plain_word_is_understood_here_and_not_upstream() -> None:
    found = measure_task(TASK, [judged(row, "Yes") for row in ROWS])["measures"]
    assert found["q1_understood"]["corrected"]["value"] == 1.0
    assert found["q1_understood"]["upstream"]["value"] == 0.0
    assert found["q1_accuracy"]["corrected"]["total"] == 300
    assert set(found["q1_accuracy"]["groups"]) == {"unrelated", "necessary", "not necessary"}


def test_two_questions_about_a_pair_are_one_cluster() -> None:
    assert len({row.cluster for row in ROWS}) == 300
