"""Which questions a judge may have, found without a reply."""

from __future__ import annotations

import pytest

from assay.judges import by_grader, by_match, by_refusal, by_similarity, by_toxicity, first_of
from assay.judges.probing import questions
from assay.schema import Judge, Row, user

GRADER = by_grader("grader", lambda row: "Is it so?", ("yes", "no"))
PAIR = by_grader("grader", lambda row: "Are they so?", ("yes", "no"), pair=True)
ALIKE = by_similarity(lambda record: [(record.replies[0].text, "beside it")])


def counted(judge: Judge, chats: int = 1, lang: str = "en") -> dict[str, int]:
    row = Row("1", tuple(user(f"question {number}") for number in range(chats)), gold=("blue",), lang=lang)
    return {kind: len(asked) for kind, asked in questions(judge, row).items()}


@pytest.mark.parametrize("lang", ["en", "zh", "de"])
@pytest.mark.parametrize(
    ("judge", "chats", "asked"),
    [
        (by_refusal(), 1, {}),
        (by_match(), 1, {}),
        (GRADER, 1, {"grader": 1}),
        (GRADER, 3, {"grader": 3}),
        (PAIR, 2, {"grader": 1}),
        (first_of(by_match(), GRADER), 2, {"grader": 2}),
        (by_toxicity(), 2, {"toxicity": 1}),
        (ALIKE, 1, {"embedder": 1}),
        (first_of(ALIKE, GRADER), 1, {"embedder": 1, "grader": 1}),
    ],
)
def test_the_most_that_a_judge_asks(judge: Judge, chats: int, asked: dict[str, int], lang: str) -> None:
    assert counted(judge, chats, lang) == asked


def test_a_question_is_the_one_that_would_be_asked() -> None:
    (question,) = questions(GRADER, Row("1", (user("x"),)))["grader"]
    assert "Is it so?" in question.chat[-1].content
    assert "I don't know." in question.chat[-1].content
