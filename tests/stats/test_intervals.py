from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binomtest

from assay.stats.intervals import DRAWS, Matrix, Stratum, _draws, bootstrap, unseen, wilson


def share(sums: Matrix) -> Matrix:
    return np.asarray(sums[..., 0] / sums[..., 1])


def stratum(right: NDArray[Any], rows: NDArray[Any]) -> Stratum:
    """Clusters with so many right of so many rows."""
    sums = np.stack([right, rows], axis=1).astype(np.float64)
    size = float(rows.mean())
    return Stratum(sums, share, len(sums), down=np.array([[0.0, size]]), up=np.array([[size, size]]))


def drawn(rng: np.random.Generator, clusters: int, rows: int, truth: float, alike: float) -> Stratum:
    """Clusters whose rows agree more than chance: beta-binomial, intra-cluster correlation `alike`."""
    a, b = truth * (1 - alike) / alike, (1 - truth) * (1 - alike) / alike
    right = rng.binomial(rows, rng.beta(a, b, size=clusters))
    return stratum(right, np.full(clusters, rows))


@pytest.mark.parametrize(("right", "n"), [(0, 10), (10, 10), (1, 3), (332, 650), (1, 1), (0, 1)])
def test_wilson_as_scipy_has_it(right: int, n: int) -> None:
    expected = binomtest(right, n).proportion_ci(0.95, method="wilson")
    assert wilson(right, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize("n", range(1, 40))
def test_wilson_holds_the_share_and_stays_on_the_scale(n: int) -> None:
    for right in range(n + 1):
        low, high = wilson(right, n)
        assert 0 <= low <= right / n <= high <= 1


def covered(make: Callable[[], list[Stratum]], truth: float, runs: int = 250) -> float:
    hits = 0
    for _ in range(runs):
        interval = bootstrap(make())
        assert interval is not None
        hits += interval[0] <= truth <= interval[1]
    return hits / runs


def test_95_percent_means_95_percent_for_clustered_rows() -> None:
    rng = np.random.default_rng(11)
    assert 0.92 <= covered(lambda: [drawn(rng, 40, 6, 0.6, alike=0.2)], 0.6) <= 0.98


def test_95_percent_means_95_percent_for_a_mean_of_strata() -> None:
    rng = np.random.default_rng(12)
    truths = (0.4, 0.6, 0.8)
    strata = lambda: [drawn(rng, 30, 2, truth, alike=0.1) for truth in truths]  # noqa: E731
    assert 0.92 <= covered(strata, 0.6) <= 0.98


def test_rows_taken_for_independent_would_not_cover() -> None:
    """Why clusters are resampled: Wilson's interval on the same rows misses far too often."""
    rng = np.random.default_rng(13)
    hits = 0
    for _ in range(400):
        right, n = drawn(rng, 40, 6, 0.6, alike=0.2).total
        low, high = wilson(float(right), float(n))
        hits += low <= 0.6 <= high
    assert hits / 400 < 0.9


def test_few_clusters_are_covered_too() -> None:
    rng = np.random.default_rng(14)
    assert covered(lambda: [drawn(rng, 6, 10, 0.5, alike=0.3)], 0.5) >= 0.93


def test_certainty_is_wilsons_bound() -> None:
    clusters = stratum(np.full(50, 1.0), np.full(50, 1.0))
    assert bootstrap([clusters]) == pytest.approx(wilson(50, 50))
    assert unseen([clusters]) == pytest.approx(wilson(50, 50))


def test_more_clusters_than_are_resampled() -> None:
    rng = np.random.default_rng(15)
    many = rng.binomial(1, 0.3, size=16_001)
    interval = bootstrap([stratum(many, np.ones(16_001))])
    assert interval == pytest.approx(wilson(float(many.sum()), 16_001), abs=1e-3)


def test_the_same_data_has_the_same_interval() -> None:
    clusters = drawn(np.random.default_rng(16), 30, 4, 0.5, alike=0.2)
    assert bootstrap([clusters]) == bootstrap([clusters])


def test_the_resamples_are_spread_as_theory_has_it() -> None:
    """Sampling variance of a mean of independent rows: p (1 − p) / n."""
    draws = _draws([stratum(np.array([1.0] * 30 + [0.0] * 70), np.ones(100))])
    assert draws is not None and draws.shape == (DRAWS,)
    assert draws.mean() == pytest.approx(0.3, abs=0.005)
    assert draws.std() == pytest.approx(np.sqrt(0.3 * 0.7 / 100), rel=0.05)


def test_no_spread_and_no_worst_case_is_no_interval() -> None:
    assert bootstrap([Stratum(np.ones((20, 2)), share, 20)]) is None


def test_most_resamples_undefined_is_no_interval() -> None:
    sums = np.zeros((4, 2))
    sums[0] = 1.0
    with np.errstate(invalid="ignore"):
        # One cluster of four carries all: a resample is without it with (3/4)⁴, 0.32, so most still have it.
        assert bootstrap([Stratum(sums, share, 4, np.array([[0.0, 1.0]]), np.array([[1.0, 1.0]]))]) is not None
        rare = Stratum(sums, lambda s: np.where(s[..., 1] == 1, share(s), np.nan), 4)
        assert bootstrap([rare]) is None


def test_without_caution_the_bounds_of_the_scale_do_not_count() -> None:
    clusters = drawn(np.random.default_rng(17), 100, 5, 0.98, alike=0.1)
    bold, cautious = bootstrap([clusters], cautious=False), bootstrap([clusters])
    assert bold is not None and cautious is not None
    assert cautious[0] < bold[0] <= bold[1] <= cautious[1]
