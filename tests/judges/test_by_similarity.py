from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

from assay.judges import by_similarity, ngram_vectors
from assay.schema import Question, Record, Reply

from .asked import ask, record


def against(*others: str) -> Callable[[Record], Iterable[tuple[str, str]]]:
    return lambda record: [(record.replies[0].text, other) for other in others]


def test_one_question_holds_each_text_once() -> None:
    asked: list[Question] = []

    def embedder(question: Question) -> list[list[float]]:
        asked.append(question)
        return [[1.0, 0.0], [0.0, 2.0], [3.0, 3.0]]

    verdicts = ask(by_similarity(against("b", "", "c", "a")), record("a"), embedder)
    assert asked == [Question("embedder", texts=("a", "b", "c"))]
    assert [verdict.value for verdict in verdicts] == [0.0, None, pytest.approx(0.5**0.5), 1.0]
    assert verdicts[1].why == "empty"


def test_a_lost_reply_is_not_compared() -> None:
    judge = by_similarity(against("b"))
    (verdict,) = ask(judge, record(Reply("I was cut", "filtered")))
    assert verdict.why == "filtered"
    (verdict,) = ask(judge, record(Reply("", "failed")))
    assert verdict.why == "failed"


def test_a_good_reply_with_the_words_of_a_lost_one_is_compared() -> None:
    def beside_first(record: Record) -> Iterable[tuple[str, str]]:
        return [(record.replies[0].text, other.text) for other in record.replies[1:]]

    replies = record("same", Reply("same", "filtered"), "same")
    lost, good = ask(by_similarity(beside_first), replies, lambda question: [[1.0]])
    assert (lost.why, good.value) == ("filtered", 1.0)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "needs:embedder"),
        ([[1.0]], "no usable vectors"),
        ("ab", "no usable vectors"),
        ([[1.0], [1.0, 2.0]], "no usable vectors"),
        ([[0.0], [1.0]], "no usable vectors"),
        ([[float("inf")], [1.0]], "no usable vectors"),
        (["x", [1.0]], "no usable vectors"),
        ([None, None], "no usable vectors"),
    ],
)
def test_what_is_no_vector_is_unread(answer: Any, why: str) -> None:
    (verdict,) = ask(by_similarity(against("b")), record("a"), lambda question: answer)
    assert (verdict.unread, verdict.why) == (True, why)


def test_arrays_are_vectors_too() -> None:
    (verdict,) = ask(by_similarity(against("b")), record("a"), lambda question: np.eye(2))
    assert verdict.value == 0.0


def test_lexical_vectors_are_of_unit_length_and_the_same_everywhere() -> None:
    cat, again, dog, empty, han, near, far = ngram_vectors(
        ["The cat sat.", "the  CAT sat.", "Dogs bark loudly", " ", "我喜欢北京", "北京我很喜欢", "今天下雨"]
    )
    assert cat == again
    assert np.linalg.norm(cat) == pytest.approx(1.0)
    assert not any(empty)
    assert np.dot(cat, dog) < 0.2
    assert np.dot(han, near) > 0.25 > np.dot(han, far)
    assert int(np.argmax(ngram_vectors(["aaaaaaa"])[0])) == int(np.argmax(ngram_vectors(["aaaaaaaa"])[0]))
    assert ngram_vectors([]) == []
