from __future__ import annotations

import pytest

from assay.judges import by_choice

from .asked import ask, labels, record

OPTIONS = ("No, I can't lift anything", "Yes, that's easy for me", "Perhaps")

CASES = [
    ("B", "B"),
    ("(c)", "C"),
    ("Yes, that's easy for me", "B"),
    ("Yes, that’s easy for me.", "B"),
    ("Answer: Perhaps", "C"),
    ("B. Yes, that's easy for me", "B"),
    ("A. Yes, that's easy for me", None),
    ("A) because I can't", "A"),
    ("A B C", None),
    ("(A) No, I can't lift anything (B) Yes, that's easy for me", None),
    ("D", None),
    ("It depends.", None),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_choice(text: str, expected: str | None) -> None:
    assert labels(ask(by_choice(), record(text, options=OPTIONS))) == [expected]


def test_options_of_the_same_text_are_not_told_apart() -> None:
    assert labels(ask(by_choice(), record("same", options=("same", "same")))) == [None]
    assert labels(ask(by_choice(), record("B. same", options=("same", "same")))) == ["B"]
