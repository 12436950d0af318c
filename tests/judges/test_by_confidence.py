"""How sure a model is: what it says, what it repeats, what its log-probabilities are."""

from __future__ import annotations

from math import log

import pytest

from assay.judges.by_confidence import by_logprobs, by_repeats, by_stated_confidence
from assay.schema import Judge, Record, Reply, Row, Verdict, user
from judges.asked import ask

ROW = Row("1", (user("Which?"),), gold="B", options=("red", "green", "blue", "grey"))


def verdicts(judge: Judge, *replies: Reply | str) -> tuple[Verdict, ...]:
    return ask(judge, Record(ROW, tuple(Reply(one) if isinstance(one, str) else one for one in replies)))


def said(found: tuple[Verdict, ...]) -> tuple[str | None, float | None, dict[str | None, float | None]]:
    """The answer, its confidence, and the share of every option."""
    first, *others = found
    return first.label, first.value, {verdict.label: verdict.value for verdict in others}


def test_what_is_stated() -> None:
    letter, sure, shares = said(verdicts(by_stated_confidence(), "ANS: B, A: 10%, B: 70%, C: 20%, D: 0%"))
    assert (letter, sure) == ("B", pytest.approx(0.7))
    assert shares == pytest.approx({"A": 0.1, "B": 0.7, "C": 0.2, "D": 0.0})


@pytest.mark.parametrize(
    ("text", "letter"), [("B", "B"), ("答案是C", "C"), ("I cannot say.", None), ("不清楚。", None)]
)
def test_a_letter_without_a_share(text: str, letter: str | None) -> None:
    (found,) = verdicts(by_stated_confidence(), text)
    assert (found.label, found.value) == (letter, None)


@pytest.mark.parametrize(
    ("given", "letter", "sure"),
    [
        ("BBBBB", "B", 1.0),
        ("BBABC", "B", 0.6),
        ("CABAC", "C", 0.4),  # of equals the first given
        ("BB?BB", "B", 0.85),  # a dodge speaks for all four alike
        ("B?A?B", "B", 0.5),
    ],
)
def test_repeats(given: str, letter: str, sure: float) -> None:
    replies = ["I don't know." if one == "?" else one for one in given]
    found = verdicts(by_repeats(), *replies)
    answer, confidence, shares = said(found)
    assert (answer, confidence, found[0].why) == (letter, pytest.approx(sure), given)
    assert sum(share or 0 for share in shares.values()) == pytest.approx(1)


def test_most_repeats_must_answer() -> None:
    (found,) = verdicts(by_repeats(), "B", "B", "我不知道。", "Hm.", "It depends.")
    assert found.unread and found.why == "BB???"


@pytest.mark.parametrize("judge", [by_stated_confidence(), by_repeats(), by_logprobs()], ids=lambda judge: judge.name)
def test_words_that_are_not_the_models(judge: Judge) -> None:
    for lost, why in ((Reply("", "failed"), "failed"), (Reply("B", "filtered"), "filtered"), (Reply(" "), "empty")):
        (found,) = verdicts(judge, Reply("B", logprobs=(("B", 0.0),)), lost)
        assert found.unread and found.why == why
    (found,) = verdicts(judge)
    assert found.unread


def test_a_row_without_options_is_judged_too() -> None:
    bare = Record(Row("1", (user("Which?"),)), (Reply("B", logprobs=(("B", 0.0),)),))
    assert all(len(ask(judge, bare)) == 1 for judge in (by_stated_confidence(), by_repeats(), by_logprobs()))


def test_logprobs_of_the_letters() -> None:
    """Spelled with a blank, in brackets or full width they are the same letter; other tokens share nothing."""
    alternatives = (("B", log(0.5)), (" B", log(0.1)), ("(A", log(0.1)), ("Ｃ", log(0.1)), ("The", log(0.2)))
    letter, sure, shares = said(verdicts(by_logprobs(), Reply("B", logprobs=alternatives)))
    assert (letter, sure) == ("B", pytest.approx(0.75))
    assert shares == pytest.approx({"A": 0.125, "B": 0.75, "C": 0.125, "D": 0.0})


def test_a_first_token_that_is_no_option() -> None:
    (found,) = verdicts(by_logprobs(), Reply("The answer is B", logprobs=(("The", log(0.9)), ("B", log(0.1)))))
    assert found.unread and "0.10" in found.why


def test_an_endpoint_without_logprobs() -> None:
    judge = by_logprobs()
    (found,) = verdicts(judge, "B")
    assert found.unread and found.why == f"needs:{judge.needs}" == "needs:logprobs"


def test_logprobs_beside_words_that_choose_nothing() -> None:
    (found,) = verdicts(by_logprobs(), Reply("A or B", logprobs=(("A", log(0.5)), ("B", log(0.5)))))
    assert found.unread
