from __future__ import annotations

import pytest

from assay.metrics.classification import macro_f1, macro_recall, micro_f1
from assay.schema import Point


def points(*rows: tuple[str, str, int]) -> list[Point]:
    """(gold, label or "?" for unread, how often)."""
    made = []
    for gold, label, times in rows:
        point = Point("unread", gold=gold) if label == "?" else Point("scored", label, gold=gold)
        made += [point] * times
    return made


TWO = points(("S", "S", 30), ("S", "R", 10), ("R", "R", 15), ("R", "S", 5))


def test_as_scikit_learn_has_them() -> None:
    """f1_score and recall_score of scikit-learn 1.9, average="macro", on the same table."""
    assert macro_f1("S", "R")(TWO, "higher").value == pytest.approx(0.7333333333)
    assert macro_recall("S", "R")(TWO, "higher").value == pytest.approx(0.75)
    assert micro_f1()(TWO, "higher").value == pytest.approx(0.75)
    assert macro_f1()(TWO, "higher") == macro_f1("R", "S")(TWO, "higher")


def test_unread_is_a_miss_and_no_false_positive() -> None:
    read = points(("S", "S", 3), ("R", "R", 3), ("S", "?", 1))
    # S: 2·3 / (2·3 + 0 + 1); R: 1, for nothing was taken for R.
    assert macro_f1("S", "R")(read, "higher").value == pytest.approx((6 / 7 + 1) / 2)
    assert macro_recall("S", "R")(read, "higher").value == pytest.approx((3 / 4 + 1) / 2)
    assert micro_f1()(read, "higher").value == pytest.approx(12 / 13)


def test_dodging_does_not_pay() -> None:
    """The published toolkit drops what it cannot read: one answer in ten, right, is a perfect score there (B23)."""
    dodger = points(("S", "S", 1), ("R", "R", 1), ("S", "?", 9), ("R", "?", 9))
    assert macro_recall("S", "R")(dodger, "higher").value == pytest.approx(0.1)
    assert macro_f1("S", "R")(dodger, "higher").value == pytest.approx(2 / 11)


def test_a_class_that_does_not_occur_is_not_in_the_mean() -> None:
    only = points(("S", "S", 2))
    assert macro_f1("S", "R")(only, "higher").value == 1.0
    assert macro_recall("S", "R")(only, "higher").value == 1.0
    # Once answered it occurs: a false positive, so F1 = 0.
    mixed = points(("S", "S", 2), ("S", "R", 1))
    assert macro_f1("S", "R")(mixed, "higher").value == pytest.approx(0.8 / 2)


def test_no_class_no_number() -> None:
    measure = macro_f1()([Point("scored", "S"), Point("blocked")], "higher")
    assert (measure.value, measure.floor, measure.ceiling, measure.n) == (None, None, None, 1)


def test_golds_outside_of_the_classes_are_false_positives() -> None:
    assert macro_f1("S")(points(("S", "S", 2), ("N", "S", 1)), "higher").value == pytest.approx(4 / 5)
    lost = macro_f1("S")([Point("failed", gold="N")], "higher")
    assert (lost.value, lost.floor, lost.ceiling) == (None, 0.0, 0.0)


def test_the_lowest_f1_takes_missing_rows_where_they_hurt_most() -> None:
    # Both missing rows are S, so they can only become false positives of R: 2·2 / (4 + 2), and misses of S.
    rows = points(("S", "S", 4), ("R", "R", 2)) + [Point("blocked", gold="S")] * 2
    measure = macro_f1("S", "R")(rows, "higher")
    assert measure.floor == pytest.approx((8 / 10 + 4 / 6) / 2)
    assert measure.ceiling == 1.0


def test_a_perfect_but_rare_class_keeps_the_interval_wide() -> None:
    rows = points(("S", "S", 200), ("R", "R", 4))
    recall = macro_recall("S", "R")(rows, "higher")
    # Wilson's lower bound for 4 of 4 is 0.51; half of what it lacks is lacking here.
    assert recall.low is not None and recall.low == pytest.approx((1 + 4 / (4 + 3.8415)) / 2, abs=1e-4)
    f1 = macro_f1("S", "R")(rows, "higher")
    # 3.84 more R taken for S: misses of R, false positives of S.
    assert f1.low == pytest.approx((8 / (8 + 3.8415) + 400 / (400 + 3.8415)) / 2, abs=1e-4)
    assert recall.high == f1.high == 1.0
