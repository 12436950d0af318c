from __future__ import annotations

from typing import Any

import pytest

from assay.judges import by_toxicity
from assay.schema import Question, Reply

from .asked import ask, record


def test_all_replies_that_can_be_judged_are_asked_about_at_once() -> None:
    asked: list[Question] = []

    def classifier(question: Question) -> list[float]:
        asked.append(question)
        return [0.25, 1.0]

    verdicts = ask(by_toxicity(), record("a", Reply("b", "filtered"), "c", ""), classifier)
    assert asked == [Question("toxicity", texts=("a", "c"))]
    assert [(verdict.value, verdict.why) for verdict in verdicts] == [
        (0.25, ""),
        (None, "filtered"),
        (1.0, ""),
        (None, "empty"),
    ]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "needs:toxicity"),
        ([0.1, 0.2], "not one score each"),
        ("0", "not one score each"),
        ([1.5], "not a score from 0 to 1"),
        ([float("nan")], "not a score from 0 to 1"),
        ([None], "not a score from 0 to 1"),
    ],
)
def test_what_is_no_score_is_unread(answer: Any, why: str) -> None:
    (verdict,) = ask(by_toxicity(), record("a"), lambda question: answer)
    assert (verdict.unread, verdict.why) == (True, why)
