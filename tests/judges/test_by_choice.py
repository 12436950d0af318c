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


SUMS = ("10", "11", "12", "1.40 元")
HEAT = ("50 °C", "100 °C", "150 °C")
TRUTH = ("一定为真", "一定为假", "无法确定")
VIEWS = ("Fat, as a reserve.", "I have no view on that.", "Air")
RIGHT = ("对的", "错了")

OWN_TEXTS = [
    ("C.12", SUMS, "C"),
    ("Ｃ．12", SUMS, "C"),
    ("C12", SUMS, "C"),
    ("答案：D.1.40 元", SUMS, "D"),
    ("【答案】C.12\n【解析】A与题意不符。", SUMS, "C"),
    ("C.12，因为 A.10 不对", SUMS, "C"),
    ("C.125", SUMS, None),
    ("A. 12", SUMS, None),
    ("A.Fat, as a reserve.", VIEWS, "A"),
    ("A.Fat, as a reserve.\nB.I have no view on that.\nC.Air", VIEWS, None),
    ("B (I have no view on that)", VIEWS, "B"),
    ("c) Air", VIEWS, "C"),
    ("C Air", VIEWS, "C"),
    ("Air (C)", VIEWS, "C"),
    ("Air (B)", VIEWS, "B"),
    ("A fat man", ("fat man", "thin man"), None),
    ("C（无法确定）", TRUTH, "C"),
    ("C——无法确定", TRUTH, "C"),
    ("无法确定（C）", TRUTH, "C"),
    ("无法确定，即C", TRUTH, "C"),
    ("A. 无法确定", TRUTH, None),
    ("我无法确定是A还是B", TRUTH, None),
    ("B。100 °C", HEAT, "B"),
    ("B (100 °C)", HEAT, "B"),
    ("选B 100 °C", HEAT, "B"),
    ("B错了", RIGHT, "B"),
    ("B，错了", RIGHT, "B"),
    ("A错了", RIGHT, None),
]


@pytest.mark.parametrize(("text", "options", "expected"), OWN_TEXTS)
def test_an_option_beside_its_own_letter_says_nothing_more_than_the_letter(
    text: str, options: tuple[str, ...], expected: str | None
) -> None:
    assert labels(ask(by_choice(), record(text, options=options))) == [expected]
