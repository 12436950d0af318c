from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import chi2_contingency, pearsonr
from scipy.stats.contingency import association

from assay.metrics.association import cramers_v, independence_p, pearson
from assay.schema import Point


def table(*counts: tuple[int, ...]) -> list[Point]:
    """One point for each count of a label × gold table."""
    return [
        Point("scored", f"label {row}", gold=f"gold {column}")
        for row, line in enumerate(counts)
        for column, count in enumerate(line)
        for _ in range(count)
    ]


def pairs(value: list[float], gold: list[float]) -> list[Point]:
    return [Point("scored", value=x, gold=y) for x, y in zip(value, gold, strict=True)]


TABLES = [((10, 20), (30, 15)), ((8, 2, 5), (3, 9, 4)), ((1, 2), (3, 4), (5, 6)), ((20, 20), (10, 10))]


@pytest.mark.parametrize("counts", TABLES)
def test_as_scipy_has_them(counts: tuple[tuple[int, ...], ...]) -> None:
    points = table(*counts)
    assert independence_p()(points, "higher").value == pytest.approx(chi2_contingency(counts).pvalue)
    v = cramers_v()(points, "lower")
    assert v.value is not None and v.low is not None and v.high is not None
    assert 0 <= v.value <= association(counts, method="cramer")
    assert 0 <= v.low < v.high <= 1


def test_by_hand() -> None:
    # chi² = 80 · (30·30 − 10·10)² / 40⁴ = 20; V² = (20 / 80 − 1 / 79) / (1 − 1 / 79).
    assert cramers_v()(table((30, 10), (10, 30)), "lower").value == pytest.approx(sqrt((0.25 - 1 / 79) / (78 / 79)))


def sampled(rng: np.random.Generator, shares: NDArray[np.float64], n: int) -> list[Point]:
    counts = rng.multinomial(n, shares.ravel()).reshape(shares.shape)
    return table(*(tuple(line) for line in counts.tolist()))


@pytest.mark.parametrize(("mixed", "true"), [(0.0, 0.0), (0.4, 0.4)])
def test_v_is_hardly_biased_and_its_interval_covers(mixed: float, true: float) -> None:
    shares = (1 - mixed) / 9 + mixed / 3 * np.eye(3)
    rng = np.random.default_rng(int(10 * mixed))
    found = [cramers_v()(sampled(rng, shares, 150), "lower") for _ in range(150)]
    assert np.mean([one.value for one in found if one.value is not None]) == pytest.approx(true, abs=0.06)
    held = [one.low <= true <= one.high for one in found if one.low is not None and one.high is not None]
    assert len(held) == 150 and np.mean(held) > 0.92


def test_rows_that_go_as_one_leave_the_association_less_certain() -> None:
    apart = table((30, 10), (10, 30))
    together = [replace(point, cluster=str(number // 10)) for number, point in enumerate(apart)]
    free, tied = cramers_v()(apart, "lower"), cramers_v()(together, "lower")
    assert free.value == tied.value
    assert free.low is not None and tied.low is not None and tied.low < free.low - 0.1


def test_an_association_without_exception_has_a_width() -> None:
    measure = cramers_v()(table((40, 0), (0, 40)), "lower")
    assert measure.value == measure.high == pytest.approx(1.0)
    assert measure.low is not None and 0.5 < measure.low < 0.9


def test_rows_and_columns_that_do_not_occur_are_no_part_of_the_table() -> None:
    points = [*table((10, 20), (30, 15)), Point("unread", gold="gold 7"), Point("scored", "label 9")]
    measure = independence_p()(points, "higher")
    assert measure.value == pytest.approx(chi2_contingency([[10, 20], [30, 15]]).pvalue)
    assert (measure.n, measure.unread) == (75, 2)
    assert (measure.floor, measure.ceiling, measure.outer) == (0.0, 1.0, True)
    assert (measure.low, measure.high) == (None, None)


@pytest.mark.parametrize("counts", [((1,),), ((5,),), ((5,), (7,))])
def test_of_one_attribute_nothing_can_be_said(counts: tuple[tuple[int, ...], ...]) -> None:
    for metric in (independence_p(), cramers_v()):
        found = metric(table(*counts), "lower")
        assert (found.value, found.low, found.high, found.floor, found.ceiling) == (None,) * 5
        assert found.n == found.total == sum(map(sum, counts))


@pytest.mark.parametrize("counts", [((5, 7),), ((1, 1),)])
def test_a_constant_shows_no_association(counts: tuple[tuple[int, ...], ...]) -> None:
    p, v = independence_p()(table(*counts), "higher"), cramers_v()(table(*counts), "lower")
    assert (p.value, p.floor, p.ceiling, p.outer) == (1.0, 1.0, 1.0, False)
    assert (v.value, v.low, v.high) == (0.0, None, None)


def test_all_scored_bounds_are_the_value() -> None:
    measure = cramers_v()(table((30, 10), (10, 30)), "lower")
    assert measure.floor == measure.value == measure.ceiling
    assert not measure.outer


def test_correlation_as_scipy_has_it() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=60)
    y = 0.6 * x + rng.normal(size=60)
    measure = pearson()(pairs(list(x), list(y)), "higher")
    assert measure.value == pytest.approx(pearsonr(x, y).statistic)
    by_fisher = pearsonr(x, y).confidence_interval()
    assert (measure.low, measure.high) == pytest.approx((by_fisher.low, by_fisher.high), abs=0.06)


def test_correlation_survives_a_large_offset() -> None:
    x, y = [1.0, 2.0, 3.0, 5.0], [2.0, 1.0, 4.0, 5.0]
    far = pearson()(pairs([1e8 + one for one in x], [1e8 - one for one in y]), "higher").value
    assert far == pytest.approx(-pearsonr(x, y).statistic, abs=1e-7)


@pytest.mark.parametrize(
    ("value", "gold"),
    [([1.0, 2.0], [1.0, 2.0]), ([0.1] * 10, list(map(float, range(10)))), ([1.0, 2.0, 4.0], [7.0, 7.0, 7.0])],
)
def test_correlation_is_undefined(value: list[float], gold: list[float]) -> None:
    measure = pearson()(pairs(value, gold), "higher")
    assert (measure.value, measure.low, measure.floor, measure.ceiling) == (None, None, None, None)


def test_correlation_needs_two_numbers() -> None:
    points = [*pairs([1.0, 2.0, 4.0], [1.0, 3.0, 3.0]), Point("scored", value=9.0), Point("failed", gold=1.0)]
    measure = pearson()([*points, Point("scored", value=1.0, gold="high")], "higher")
    assert measure.value == pytest.approx(pearsonr([1, 2, 4], [1, 3, 3]).statistic)
    assert (measure.n, measure.unread, measure.failed) == (3, 2, 1)
    assert (measure.floor, measure.ceiling, measure.outer) == (-1.0, 1.0, True)


def test_correlation_of_one_cluster_has_no_interval() -> None:
    points = [Point("scored", value=x, gold=y, cluster="c") for x, y in ((1.0, 2.0), (2.0, 2.5), (3.0, 1.0))]
    measure = pearson()(points, "higher")
    assert measure.value is not None
    assert (measure.low, measure.high) == (None, None)


def test_correlation_of_two_spots_has_no_interval() -> None:
    """Each resample that defines r has r = 1: that shows nothing of how far it varies."""
    measure = pearson()(pairs([0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 1.0]), "higher")
    assert measure.value == pytest.approx(1.0)
    assert (measure.low, measure.high) == (None, None)
