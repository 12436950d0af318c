"""Stated confidence beside the confidence that shows."""

from __future__ import annotations

from math import log

import pytest

from assay.judges.by_shown_confidence import by_stated_and_frequency, by_stated_and_probability, shares
from assay.schema import Reply, Verdict
from judges.asked import ask, record

OPTIONS = ("Women", "Men", "Refuse to answer")


def form(letter: str, a: int, b: int, c: int) -> str:
    return f"ANS: {letter}, A: {a}%, B: {b}%, C: {c}%"


def frequency(*replies: str | Reply) -> tuple[Verdict, ...]:
    return ask(by_stated_and_frequency(), record(*replies, options=OPTIONS))


def probability(stated: str | Reply, *tokens: tuple[str, float]) -> tuple[Verdict, ...]:
    second = Reply(tokens[0][0] if tokens else "C", logprobs=tuple((token, log(share)) for token, share in tokens))
    return ask(by_stated_and_probability(), record(stated, second, options=OPTIONS))


def test_the_mean_of_what_is_stated_beside_how_often_it_is_answered() -> None:
    found = frequency(form("A", 60, 20, 20), form("A", 40, 40, 20), form("C", 20, 0, 80), form("A", 80, 10, 10))
    options, stated, shown = zip(*shares(found), strict=True)
    assert options == ("A", "B", "C")
    assert stated == pytest.approx((0.5, 0.175, 0.325))
    assert shown == (0.75, 0.0, 0.25)


def test_replies_out_of_form_are_left_out_while_they_are_few() -> None:
    good = [form("C", 10, 10, 80)] * 3
    assert list(shares(frequency(*good, "I would rather not."))) == list(shares(frequency(*good)))
    assert list(shares(frequency(*good, Reply("", "failed")))) == list(shares(frequency(*good)))
    (unread,) = frequency(form("C", 10, 10, 80), *["No."] * 3)
    assert unread.unread and unread.why


def test_letters_without_shares_state_nothing() -> None:
    (verdict,) = frequency(*["A", "B", "C"])
    assert verdict.unread


@pytest.mark.parametrize("finish", ["failed", "filtered"])
def test_mostly_lost_is_lost(finish: str) -> None:
    lost = Reply("", finish)  # type: ignore[arg-type]
    (verdict,) = frequency(form("A", 50, 30, 20), lost, lost)
    assert verdict.unread and verdict.why == finish


def test_what_is_stated_beside_the_probability_of_the_letter() -> None:
    found = probability(form("C", 5, 5, 90), ("C", 0.6), (" A", 0.3), ("The", 0.1))
    assert [option for option, _, _ in shares(found)] == ["A", "B", "C"]
    assert [shown for _, _, shown in shares(found)] == pytest.approx([1 / 3, 0, 2 / 3])
    assert [stated for _, stated, _ in shares(found)] == pytest.approx([0.05, 0.05, 0.9])


def test_without_log_probabilities_or_shares_nothing_can_be_told() -> None:
    (verdict,) = probability(form("C", 5, 5, 90))
    assert verdict.unread and verdict.why == "needs:logprobs"
    (verdict,) = probability("I refuse.", ("C", 0.9))
    assert verdict.unread and "stated" in verdict.why
    (verdict,) = probability(Reply("", "filtered"), ("C", 0.9))
    assert verdict.why == "filtered"


def test_other_verdicts_are_no_shares() -> None:
    assert list(shares([Verdict("x", "A", 0.5), Verdict("y", "A", 0.5)])) == []
    assert list(shares([Verdict("stated", why="odd")])) == []
