from __future__ import annotations

import pytest

from assay.metrics import measured
from assay.metrics.classification import macro_f1
from assay.metrics.groups import mean_over_groups
from assay.metrics.points import each
from assay.metrics.rates import accuracy, rate
from assay.schema import Point, Record, Reply, Row, Score, Verdict

REFUSED, COMPLIED = Verdict("by_refusal", label="refused"), Verdict("by_refusal", label="complied")


def record(number: int, *verdicts: Verdict, group: str = "") -> Record:
    return Record(Row(str(number), (), group=group), (Reply("…"),) * len(verdicts), verdicts)


def test_one_point_a_record_unless_the_score_makes_more() -> None:
    records = [record(1, REFUSED, COMPLIED), record(2, REFUSED, REFUSED)]
    assert measured(Score("rta", rate("refused"), "higher"), records).value == 1.0
    several = measured(Score("rta", rate("refused"), "higher", points=each), records)
    assert (several.value, several.n) == (0.75, 4)


def test_points_and_streams_are_taken_as_well() -> None:
    score = Score("rta", rate("refused"), "lower")
    points = iter([Point("scored", "refused"), Point("blocked")])
    measure = measured(score, points)
    assert (measure.value, measure.n, measure.blocked, measure.better) == (1.0, 1, 1, "lower")


def test_groups_by_name_and_none_for_rows_without_one() -> None:
    records = [record(1, REFUSED, group="b"), record(2, COMPLIED, group="a"), record(3, REFUSED)]
    whole = measured(Score("rta", rate("refused"), "higher", groups=True), records)
    assert whole.n == 3
    assert {name: part.value for name, part in whole.groups.items()} == {"a": 0.0, "b": 1.0}
    assert list(whole.groups) == ["a", "b"]
    assert not measured(Score("rta", rate("refused"), "higher"), records).groups


def test_groups_of_an_average_are_what_it_averages() -> None:
    points = [Point("scored", "x", gold=gold, group=group) for gold, group in ("xa", "xa", "ya", "xb")]
    whole = measured(Score("accuracy", mean_over_groups(accuracy()), "higher", groups=True), points)
    assert whole.value == pytest.approx((2 / 3 + 1) / 2)
    assert [part.value for part in whole.groups.values()] == pytest.approx([2 / 3, 1])


@pytest.mark.parametrize("metric", [accuracy(), macro_f1("x", "y"), rate("x"), mean_over_groups(accuracy())])
def test_unread_for_want_of_a_judge_is_not_wrong(metric: object) -> None:
    score = Score("any", metric, "higher", groups=True)  # type: ignore[arg-type]
    points = [Point("unread", gold=gold, group="g") for gold in "xxy"] + [Point("failed", gold="x", group="g")]
    measure = measured(score, points, needs="judge")
    assert (measure.value, measure.low, measure.high, measure.needs) == (None, None, None, "judge")
    assert (measure.n, measure.unread, measure.failed, measure.total) == (0, 3, 1, 4)
    assert (measure.floor, measure.ceiling) == (0.0, 1.0)
    assert measure.groups["g"].needs == "judge"


def test_what_was_read_without_the_judge_counts() -> None:
    points = [Point("scored", "x", gold="x"), Point("unread", gold="x")]
    measure = measured(Score("accuracy", accuracy(), "higher"), points, needs="judge")
    assert (measure.value, measure.needs) == (0.5, "")
