"""Two models on the same rows."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binomtest

from assay.stats.intervals import DRAWS, Matrix, Stratum
from assay.stats.paired import Difference, _swap, bonett_price, difference, mcnemar, rates

Flags = NDArray[np.bool_]


def share(sums: Matrix) -> Matrix:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums[..., 0] / sums[..., 1])


def stratum(right: NDArray[np.float64], of: NDArray[np.float64], directed: bool = True) -> Stratum:
    size = float(of.mean())
    ways = (np.array([[0.0, size]]), np.array([[size, size]])) if directed else ()
    return Stratum(np.stack([right, of], axis=1).astype(np.float64), share, len(of), *ways)


def by_cluster(flags: Flags, size: int) -> list[Stratum]:
    right = flags.reshape(-1, size).sum(axis=1).astype(np.float64)
    return [stratum(right, np.full(len(right), float(size)))]


def alike(rng: np.random.Generator, clusters: int, size: int, first: float, second: float) -> tuple[Flags, Flags]:
    """Two models that find the same clusters hard."""
    hard = rng.normal(size=(clusters, 1)) + rng.normal(size=(clusters, size))
    scores = [hard + rng.normal(size=(clusters, 1)) / 2 + rng.normal(size=(clusters, size)) for _ in range(2)]
    both = np.sort(np.concatenate([score.ravel() for score in scores]))
    bars = [both[min(int(truth * len(both)), len(both) - 1)] for truth in (first, second)]
    return (scores[0] < bars[0]).ravel(), (scores[1] < bars[1]).ravel()


# ---- McNemar -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("b", "c"), [(0, 1), (0, 6), (3, 11), (11, 3), (9, 9), (400, 470), (50_000, 50_600)])
def test_mcnemar_is_the_binomial_test(b: int, c: int) -> None:
    assert mcnemar(b, c) == pytest.approx(binomtest(b, b + c).pvalue, rel=1e-9)


def test_models_that_never_differ_are_not_different() -> None:
    assert mcnemar(0, 0) == 1.0


def test_six_rows_one_way_are_a_difference_and_five_are_not() -> None:
    assert mcnemar(0, 6) < 0.05 < mcnemar(0, 5)
    assert bonett_price(6, 0, 100)[0] > 0 > bonett_price(5, 0, 100)[0]


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 200))
def test_the_interval_of_a_difference(b: int, c: int, same: int) -> None:
    n = b + c + same
    low, high = bonett_price(b, c, n)
    assert -1 <= low <= (b - c) / n <= high <= 1
    assert high > low
    assert bonett_price(c, b, n) == pytest.approx((-high, -low))


def test_the_interval_covers() -> None:
    rng = np.random.default_rng(1)
    for cells, truth in (([0.1, 0.1, 0.8], 0.0), ([0.2, 0.08, 0.72], 0.12), ([0.03, 0.0, 0.97], 0.03)):
        ends = [bonett_price(int(b), int(c), 200) for b, c, _ in rng.multinomial(200, cells, size=2000)]
        assert 0.92 <= np.mean([low <= truth <= high for low, high in ends]) <= 0.98


# ---- rates ---------------------------------------------------------------------------------------


def test_independent_rows_have_mcnemars_test() -> None:
    first, second = np.array([1, 1, 1, 0, 0, 1, 1, 1], dtype=bool), np.array([1, 0, 0, 1, 0, 0, 0, 0], dtype=bool)
    found = rates(first, second)
    assert found is not None and found.low is not None and found.high is not None
    assert (found.value, found.p, found.test, found.clusters) == (4 / 8, mcnemar(5, 1), "mcnemar", 8)
    assert (found.low, found.high) == bonett_price(5, 1, 8)
    assert found.discordant == 6 / 8
    assert found.se == pytest.approx(np.sqrt((6 / 8 - 1 / 4) / 8))
    # Clusters of one row each are independent rows, whatever their numbers.
    assert rates(first, second, np.array([9, 4, 70, 1, 2, 3, 5, 6])) == found


def test_no_rows_no_difference() -> None:
    none = np.zeros(0, dtype=bool)
    assert rates(none, none) is None


def test_rows_in_clusters_are_swapped_cluster_by_cluster() -> None:
    rng = np.random.default_rng(2)
    first, second = alike(rng, 40, 6, 0.5, 0.5)
    number = np.repeat(np.arange(40), 6)
    found = rates(first, second, number)
    apart = rates(first, second)
    assert found is not None and apart is not None and found.low is not None and apart.low is not None
    assert (found.value, found.test, found.clusters) == (apart.value, "swap", 40)
    assert found.se > apart.se and found.low < apart.low
    renamed = rates(first, second, 500 - 7 * number)
    assert renamed is not None and (renamed.low, renamed.high, renamed.se) == (found.low, found.high, found.se)
    assert rates(second, first, number) == Difference(
        -found.value,
        -found.high,
        -found.low,
        found.p,
        found.se,
        40,
        "swap",
        found.discordant,  # type: ignore[operator]
    )


def test_the_swap_test_is_the_share_of_all_exchanges() -> None:
    """Ten clusters have 1,024; the test draws 10,000 of them."""
    rng = np.random.default_rng(3)
    of = np.full(10, 8.0)
    a, b = rng.binomial(8, 0.7, 10).astype(np.float64), rng.binomial(8, 0.5, 10).astype(np.float64)
    net = a - b
    signs = np.array(list(itertools.product((-1, 1), repeat=10)))
    sizes, found = np.abs(signs @ net), abs(net.sum())
    p = _swap([stratum(a, of)], [stratum(b, of)])
    assert np.mean(sizes > found + 1e-9) < p < np.mean(sizes >= found - 1e-9)
    # Of those that are equal, the ones count in which as many clusters or more go the same way.
    roots = np.sign(net) * np.sqrt(np.abs(net))
    as_steady = np.sign(signs @ net) * (signs @ roots) >= np.sign(net.sum()) * roots.sum() - 1e-9
    exact = np.mean((sizes > found + 1e-9) | ((sizes >= found - 1e-9) & as_steady))
    assert p == pytest.approx(exact, abs=0.01)


def test_models_that_give_the_same_have_no_difference_and_an_interval_of_some_width() -> None:
    flags = np.arange(100) % 3 == 0
    number = np.repeat(np.arange(20), 5)
    for cluster in (None, number):
        found = rates(flags, flags, cluster)
        assert found is not None and found.low is not None and found.high is not None
        assert (found.value, found.p, found.se) == (0.0, 1.0, 0.0)
        assert found.low < 0 < found.high
    through_sums = difference(by_cluster(flags, 5), by_cluster(flags, 5))
    assert through_sums is not None and through_sums.low is not None and through_sums.high is not None
    assert through_sums.p == 1.0 and through_sums.low < 0 < through_sums.high


def test_models_that_differ_everywhere_are_different() -> None:
    yes, no = np.ones(60, dtype=bool), np.zeros(60, dtype=bool)
    found = rates(yes, no, np.repeat(np.arange(20), 3))
    assert found is not None and found.low is not None
    assert found.value == 1.0 and found.p == pytest.approx(1 / DRAWS, abs=3 / DRAWS) and found.low > 0.5


def test_a_single_cluster_shows_no_difference() -> None:
    found = rates(np.ones(9, dtype=bool), np.zeros(9, dtype=bool), np.zeros(9, dtype=np.intp))
    assert found is not None and found.low is not None
    assert found.p == 1.0 and found.low <= 0


def test_a_true_null_is_seldom_rejected_and_a_difference_is_found() -> None:
    rng = np.random.default_rng(4)
    number = np.repeat(np.arange(25), 4)
    p_values = [
        [found.p for _ in range(80) if (found := rates(*alike(rng, 25, 4, *truths), number)) is not None]
        for truths in ((0.4, 0.4), (0.2, 0.6))
    ]
    null, apart = (np.mean([p <= 0.05 for p in some]) for some in p_values)
    assert null <= 0.1
    assert apart >= 0.95


# ---- any number ----------------------------------------------------------------------------------


def test_a_rate_through_sums_is_that_rate() -> None:
    first, second = alike(np.random.default_rng(5), 60, 4, 0.3, 0.45)
    direct = rates(first, second, np.repeat(np.arange(60), 4))
    sums = difference(by_cluster(first, 4), by_cluster(second, 4))
    assert direct is not None and sums is not None
    assert sums.value == pytest.approx(direct.value)
    assert sums.p == direct.p
    assert (sums.low, sums.high) == pytest.approx((direct.low, direct.high), abs=0.03)
    assert sums.se == pytest.approx(direct.se, rel=0.2)


def test_the_mean_of_strata() -> None:
    rng = np.random.default_rng(6)
    of = np.full(40, 2.0)
    first, second = (
        [stratum(rng.binomial(2, truth, 40).astype(np.float64), of) for truth in truths]
        for truths in ((0.3, 0.8), (0.2, 0.5))
    )
    found = difference(first, second)
    assert found is not None and found.low is not None and found.high is not None
    assert found.value == pytest.approx(sum(a.value - b.value for a, b in zip(first, second, strict=True)) / 2)
    assert found.clusters == 80
    assert found.se == pytest.approx((found.high - found.low) / 3.92, rel=0.25)


def test_values_are_compared_without_events_that_nobody_saw() -> None:
    rng = np.random.default_rng(7)
    values = rng.beta(1, 30, size=80)
    one = [stratum(values, np.ones(80))]
    other = [stratum(np.clip(values + rng.normal(0, 0.002, 80), 0, 1), np.ones(80))]
    bold, cautious = difference(one, other, cautious=False), difference(one, other)
    assert bold is not None and cautious is not None and bold.low is not None and cautious.low is not None
    assert cautious.low < bold.low <= bold.value
    same = difference(one, one, cautious=False)
    assert same is not None and same.low is not None and same.low < 0


def test_no_spread_and_no_worst_case_is_no_interval() -> None:
    plain = [stratum(np.ones(20), np.ones(20), directed=False)]
    for cautious in (True, False):
        found = difference(plain, plain, cautious)
        assert found is not None and (found.value, found.low, found.high, found.p) == (0.0, None, None, 1.0)


def test_an_undefined_number_has_no_difference() -> None:
    empty = [stratum(np.zeros(5), np.zeros(5), directed=False)]
    assert difference(empty, [stratum(np.ones(5), np.ones(5), directed=False)]) is None


def test_where_most_resamples_define_no_number_there_is_no_interval() -> None:
    sums = np.zeros((4, 2))
    sums[0] = 1.0
    rare = [Stratum(sums, lambda s: np.where(s[..., 1] == 1, share(s), np.nan), 4)]
    found = difference(rare, rare)
    assert found is not None and found.low is None


def test_an_exchange_that_leaves_a_number_undefined_is_no_evidence() -> None:
    """The second model was asked one row only, which the first was not: half of all exchanges leave one without any."""
    a, b = stratum(np.array([1.0, 0]), np.array([1.0, 0])), stratum(np.array([0.0, 0]), np.array([0.0, 1]))
    found = difference([a], [b])
    assert found is not None and (found.value, found.p) == (1.0, 1.0)


def test_models_must_share_their_units() -> None:
    with pytest.raises(ValueError, match="share units"):
        difference([stratum(np.ones(4), np.ones(4))], [stratum(np.ones(5), np.ones(5))])


def test_equal_ratios_of_unequal_spread_are_seldom_called_different() -> None:
    """The second model was asked a third of the rows: exchanging them makes both as sure as half of all would."""
    rng = np.random.default_rng(8)
    p_values = []
    for _ in range(100):
        asked = [(rng.random(100) < share_asked).astype(np.float64) for share_asked in (0.95, 0.35)]
        models = [[stratum(of * (rng.random(100) < 0.3), of)] for of in asked]
        p_values.append(_swap(*models))
    assert np.mean(np.array(p_values) <= 0.05) <= 0.1


def test_the_same_data_has_the_same_result() -> None:
    first, second = alike(np.random.default_rng(9), 30, 3, 0.4, 0.5)
    models = by_cluster(first, 3), by_cluster(second, 3)
    assert difference(*models) == difference(*models)


def test_ten_thousand_resamples_of_a_hundred_thousand_rows_in_two_seconds() -> None:
    rng = np.random.default_rng(10)
    first, second = rng.random(100_000) < 0.5, rng.random(100_000) < 0.5
    number = np.arange(100_000) // 2
    began = time.process_time()
    found = rates(first, second, number)
    assert time.process_time() - began < 2
    assert found is not None and found.clusters == 50_000
    # Heaps of clusters show the same variance.
    assert found.se == pytest.approx(np.sqrt(0.5 / 100_000), rel=0.05)
