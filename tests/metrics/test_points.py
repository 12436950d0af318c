from __future__ import annotations

import pytest

from assay.metrics.points import each, first, status
from assay.schema import Finish, Point, Record, Reply, Row, Status, Verdict

ROW = Row("r1", (), gold="yes", group="g", cluster="template 3")
SAID = Reply("No.")
BLOCKED = Reply("I…", finish="filtered")
FAILED = Reply("", finish="failed")
NO = Verdict("by_parse", label="no")
MUTE = Verdict("by_parse")


@pytest.mark.parametrize(
    ("finish", "verdict", "expected"),
    [
        ("stop", NO, "scored"),
        ("length", NO, "scored"),
        ("stop", Verdict("by_toxicity", value=0.0), "scored"),
        ("stop", MUTE, "unread"),
        ("stop", Verdict("by_grader", why="needs:judge"), "unread"),
        ("filtered", MUTE, "blocked"),
        ("filtered", NO, "blocked"),
        ("failed", MUTE, "failed"),
    ],
)
def test_the_reply_comes_before_the_verdict(finish: Finish, verdict: Verdict, expected: Status) -> None:
    assert status(Reply("No.", finish=finish), verdict) == expected


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (NO, "scored"),
        (MUTE, "unread"),
        (Verdict("by_pair", why="filtered"), "blocked"),
        (Verdict("by_pair", why="failed"), "failed"),
        (Verdict("by_pair", label="flipped", why="failed"), "scored"),
    ],
)
def test_a_verdict_on_several_replies_says_what_became_of_them(verdict: Verdict, expected: Status) -> None:
    assert status(None, verdict) == expected


def test_first_takes_the_row_with_it() -> None:
    assert first(Record(ROW, (SAID,), (NO,))) == Point("scored", "no", None, "yes", "g", "template 3")


def test_first_is_the_first_verdict_on_the_first_reply() -> None:
    assert first(Record(ROW, (FAILED, SAID), (MUTE, NO))).status == "failed"
    assert first(Record(ROW, (SAID, FAILED), (NO, MUTE))).label == "no"


def test_a_blocked_reply_keeps_no_label() -> None:
    assert first(Record(ROW, (BLOCKED,), (NO,))) == Point("blocked", None, None, "yes", "g", "template 3")


def test_rows_without_a_cluster_are_their_own() -> None:
    assert first(Record(Row("r2", ()), (SAID,), (NO,))).cluster == "r2"


def test_all_accepted_answers_are_one_label() -> None:
    assert first(Record(Row("r3", (), gold=("Paris", "巴黎")), (SAID,), (NO,))).gold == "correct"


def test_a_number_stays_a_number() -> None:
    point = first(Record(Row("r4", (), gold=-40.5), (SAID,), (Verdict("by_parse", value=50.0),)))
    assert (point.value, point.gold) == (50.0, -40.5)


def test_each_is_one_point_a_verdict() -> None:
    points = each(Record(ROW, (SAID, BLOCKED, FAILED), (NO, MUTE, MUTE)))
    assert [point.status for point in points] == ["scored", "blocked", "failed"]
    assert {point.cluster for point in points} == {"template 3"}


def test_each_of_comparisons_has_no_reply_of_its_own() -> None:
    family = Record(ROW, (SAID, SAID, BLOCKED), (Verdict("cos", value=0.5), Verdict("cos", why="filtered")))
    assert [point.status for point in each(family)] == ["scored", "blocked"]


@pytest.mark.parametrize(
    ("replies", "verdicts", "expected"),
    [
        ((), (), "failed"),
        ((SAID,), (), "unread"),
        ((SAID, SAID), (), "unread"),
        ((SAID, BLOCKED), (), "blocked"),
        ((SAID, FAILED), (Verdict("by_pair"),), "failed"),
        ((SAID, SAID), (Verdict("by_pair", why="needs:judge"),), "unread"),
        ((SAID, SAID), (Verdict("by_pair", label="flipped"),), "scored"),
    ],
)
def test_no_record_leaves_the_total(
    replies: tuple[Reply, ...], verdicts: tuple[Verdict, ...], expected: Status
) -> None:
    points = each(Record(ROW, replies, verdicts))
    assert [point.status for point in points] == [expected]
    assert first(Record(ROW, replies, verdicts)) == points[0]
