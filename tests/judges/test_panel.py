"""What several graders say together."""

from __future__ import annotations

import pytest

from assay.judges.panel import majority, of_grader
from assay.schema import Record, Reply, Row, Verdict, user

NAMES = ("a/one", "a/two", "a/three", "a/four", "a/five")


def says(label: str | None, why: str = "") -> Verdict:
    return Verdict("grader", label, why=why)


def decided(panel: list[tuple[Verdict, ...]]) -> tuple[Verdict, ...]:
    return majority(panel, NAMES[: len(panel)], {"grader"})


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
    (found,) = decided([(says(vote, f"line {vote}"),) for vote in votes])
    assert found.label == label
    assert found.judge == "grader"
    assert found.why
    assert [said for _, said in found.votes] == (votes if any(votes) else [])


def test_the_reason_names_the_count_or_the_quarrel() -> None:
    (won,) = decided([(says("no", "because"),), (says("yes", "VERDICT: yes"),), (says("yes", "later"),)])
    assert won.why == "2 of 3 graders: VERDICT: yes"
    (split,) = decided([(says("no"),), (says("yes"),)])
    assert split.why == "the graders disagree: no 1, yes 1"
    assert split.votes == (("a/one", "no"), ("a/two", "yes"))


def test_each_reply_has_its_own_vote() -> None:
    found = decided([(says("yes"), says("no")), (says("yes"), says("yes"))])
    assert [verdict.label for verdict in found] == ["yes", None]


def test_a_verdict_that_no_grader_gave_stays_as_it_is() -> None:
    parsed = Verdict("parser", value=0.5, why="a number")
    assert decided([(parsed,), (parsed,)]) == (parsed,)
    matched = Verdict("by_match", "correct", why="blue")
    assert decided([(matched, says("no")), (matched, says("no"))])[0] == matched, "it is no vote of theirs"
    needing = Verdict("grader", why="needs:judge")
    assert decided([(needing,), (needing,)]) == (needing,)


def test_each_member_is_found_again_in_what_was_decided_together() -> None:
    verdicts = decided([(says("yes"), says("no")), (says("no"), says(None)), (says("yes"), says(None))])
    record = Record(Row("1", (user("x"),) * 2), (Reply("a"), Reply("b")), verdicts)
    alone = [[verdict.label for verdict in of_grader(record, name).verdicts] for name in NAMES[:3]]
    assert alone == [["yes", "no"], ["no", None], ["yes", None]]
    assert of_grader(record, "a/one").replies == record.replies
    assert all(not verdict.votes for verdict in of_grader(record, "a/two").verdicts)


def test_what_rules_decided_is_the_same_for_every_member() -> None:
    matched = Verdict("by_match", "correct")
    record = Record(Row("1", (user("x"),)), (Reply("a"),), (matched,))
    assert of_grader(record, "a/one") == record
