"""What several graders say together."""

from __future__ import annotations

import pytest

from assay.judges.panel import majority
from assay.schema import Verdict


def says(label: str | None, why: str = "") -> Verdict:
    return Verdict("grader", label, why=why)


@pytest.mark.parametrize(
    ("votes", "label"),
    [
        (["yes"], "yes"),
        (["yes", "yes"], "yes"),
        (["yes", "no"], None),
        (["yes", None], "yes"),
        ([None, None], None),
        (["yes", "no", "no"], "no"),
        (["yes", "no", None], None),
        (["yes", "yes", "no", "no"], None),
        (["a", "a", "b", "c"], None),
        (["a", "a", "a", "b", "c"], "a"),
    ],
)
def test_more_than_half_of_those_who_could_tell(votes: list[str | None], label: str | None) -> None:
    (found,) = majority([(says(vote, f"line {vote}"),) for vote in votes])
    assert found.label == label
    assert found.judge == "grader"
    assert found.why


def test_the_reason_names_the_count_or_the_quarrel() -> None:
    (won,) = majority([(says("no", "because"),), (says("yes", "VERDICT: yes"),), (says("yes", "later"),)])
    assert won.why == "2 of 3 graders: VERDICT: yes"
    (split,) = majority([(says("no"),), (says("yes"),)])
    assert split.why == "the graders disagree: no 1, yes 1"


def test_each_reply_has_its_own_vote() -> None:
    found = majority([(says("yes"), says("no")), (says("yes"), says("yes"))])
    assert [verdict.label for verdict in found] == ["yes", None]


def test_a_verdict_that_no_grader_gave_stays_as_it_is() -> None:
    parsed = Verdict("parser", value=0.5, why="a number")
    assert majority([(parsed,), (parsed,)]) == (parsed,)
    needing = Verdict("grader", why="needs:judge")
    assert majority([(needing,), (needing,)]) == (needing,)
