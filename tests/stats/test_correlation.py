"""Correlations of a few numbers agree with SciPy's; perfect ones and too few ones are said to be so."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest
from scipy import stats

from assay.stats.correlation import midranks, pearson, spearman, student_tails


@pytest.mark.parametrize("n", [4, 5, 7, 16, 60])
@pytest.mark.parametrize("seed", range(5))
def test_values_and_p_are_those_of_scipy(n: int, seed: int) -> None:
    rng = np.random.default_rng([n, seed])
    one = rng.integers(0, 6, n).astype(float).tolist()
    other = (np.array(one) + rng.normal(size=n) * 3).round(1).tolist()
    for ours, theirs in ((spearman, stats.spearmanr), (pearson, stats.pearsonr)):
        found, wanted = ours(one, other), theirs(one, other)
        assert found is not None
        assert found.value == pytest.approx(wanted.statistic, abs=1e-12)
        assert found.p == pytest.approx(wanted.pvalue, abs=1e-9)
        assert found.low is not None and found.high is not None
        assert found.low < found.value < found.high


def test_the_interval_of_pearson_is_that_of_scipy() -> None:
    one, other = [1.0, 2.0, 3.0, 4.5, 6.0, 7.0], [1.0, 3.0, 2.0, 5.0, 4.0, 8.0]
    found, wanted = pearson(one, other), stats.pearsonr(one, other).confidence_interval()
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(wanted.low), pytest.approx(wanted.high))


def test_ranks_are_wider_than_numbers() -> None:
    line = [float(n) for n in range(10)]
    other = [0.0, 2, 1, 3, 5, 4, 6, 9, 7, 8]
    by_rank, by_number = spearman(line, other), pearson(line, other)
    assert by_rank is not None and by_number is not None
    assert by_rank.value == by_number.value
    assert by_rank.low is not None and by_number.low is not None
    assert by_rank.low < by_number.low


@pytest.mark.parametrize("way", [1, -1])
def test_a_perfect_order_has_no_interval_and_the_p_of_its_permutations(way: int) -> None:
    found = spearman([1, 2, 3, 4, 5], [way * x for x in (10, 20, 21, 40, 80)])
    assert found is not None
    assert (found.value, found.low, found.high) == (way, None, None)
    assert found.p == 2 / factorial(5)


@pytest.mark.parametrize(("one", "other"), [([1, 2, 3], [1, 2, 3]), ([1, 1, 1, 1], [1, 2, 3, 4]), ([], [])])
def test_there_is_none_of_three_pairs_or_of_one_value(one: list[float], other: list[float]) -> None:
    assert spearman(one, other) is None
    assert pearson(one, other) is None


def test_pairs_must_be_pairs() -> None:
    with pytest.raises(ValueError, match="4 and 5"):
        spearman([1, 2, 3, 4], [1, 2, 3, 4, 5])


def test_ties_share_the_mean_of_their_places() -> None:
    assert midranks([5.0, 1.0, 5.0, 9.0]).tolist() == stats.rankdata([5, 1, 5, 9]).tolist()


@pytest.mark.parametrize("freedom", [1, 2, 2.5, 5, 14, 100])
@pytest.mark.parametrize("t", [0.0, 0.01, 0.5, 1.0, 2.776, -3.0, 12.0, 1e6])
def test_tails_are_those_of_scipy(t: float, freedom: float) -> None:
    assert student_tails(t, freedom) == pytest.approx(2 * stats.t.sf(abs(t), freedom), rel=1e-9)
