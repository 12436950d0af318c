from __future__ import annotations

from dataclasses import replace

import pytest

from assay.metrics.groups import mean_over_groups
from assay.metrics.rates import accuracy, rate
from assay.schema import Point
from assay.stats.proportions import averaged


def answers(group: str, right: int, wrong: int, lost: int = 0, cluster: str = "") -> list[Point]:
    points = [Point("scored", "x", gold="x", group=group, cluster=cluster)] * right
    points += [Point("scored", "y", gold="x", group=group, cluster=cluster)] * wrong
    return points + [Point("blocked", gold="x", group=group, cluster=cluster)] * lost


def test_every_group_weighs_the_same() -> None:
    points = answers("small", 1, 1, lost=2) + answers("large", 90, 10)
    measure = mean_over_groups(accuracy())(points, "higher")
    assert measure.value == pytest.approx((0.5 + 0.9) / 2)
    assert (measure.floor, measure.ceiling) == pytest.approx(((0.25 + 0.9) / 2, (0.75 + 0.9) / 2))
    assert (measure.n, measure.blocked, measure.total) == (102, 2, 104)


def test_the_small_group_makes_the_interval_wide() -> None:
    even = mean_over_groups(accuracy())(answers("a", 50, 0) + answers("b", 50, 0), "higher")
    uneven = mean_over_groups(accuracy())(answers("a", 5, 0) + answers("b", 95, 0), "higher")
    assert even.low is not None and uneven.low is not None
    assert even.low == pytest.approx(100 / (100 + 3.8415), abs=1e-3)
    alone = rate("x")(answers("a", 5, 0), "higher").low
    assert alone is not None and alone < uneven.low < (1 + alone) / 2
    assert even.high == uneven.high == 1.0


def test_groups_vary_apart() -> None:
    """Groups of 0.1 and 0.9 do not make the mean uncertain: their sizes are planned, not drawn."""
    points = answers("a", 10, 90) + answers("b", 90, 10)
    apart = mean_over_groups(rate("x"))(points, "higher")
    mixed = rate("x")(points, "higher")
    assert apart.value == mixed.value == 0.5
    assert apart.low is not None and mixed.low is not None
    assert apart.low > mixed.low + 0.02


def test_averaging_twice_is_averaging_once() -> None:
    points = answers("a", 3, 1) + answers("b", 1, 1)
    once = mean_over_groups(accuracy())
    assert mean_over_groups(once)(points, "higher") == once(points, "higher")


def test_a_mean_of_shares_is_not_resampled() -> None:
    """Wilson's interval on what the groups are worth; rows of one cluster are worth less."""
    apart = mean_over_groups(rate("x"))(answers("a", 12, 28) + answers("b", 4, 36), "higher")
    assert (apart.low, apart.high) == averaged([0.3, 0.1], [40, 40])
    alike = [
        replace(point, cluster=f"{point.group} {number // 4}")
        for number, point in enumerate(answers("a", 12, 28) + answers("b", 4, 36))
    ]
    together = mean_over_groups(rate("x"))(alike, "higher")
    assert together.value == apart.value
    assert together.low is not None and together.high is not None and apart.low is not None and apart.high is not None
    assert together.high - together.low > 1.3 * (apart.high - apart.low)
