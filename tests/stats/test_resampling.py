"""Resamples that models share, and what one unit does to a number."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from assay.stats.intervals import CELLS, DRAWS, Matrix, Stratum, blocks
from assay.stats.resampling import (
    checked,
    clusters,
    doubted,
    gradient,
    influences,
    resampled,
    spread,
    value,
)


def share(sums: Matrix) -> Matrix:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums[..., 0] / sums[..., 1])


def stratum(right: NDArray[np.float64], of: NDArray[np.float64], directed: bool = True) -> Stratum:
    size = float(of.mean())
    ways = (np.array([[0.0, size]]), np.array([[size, size]])) if directed else ()
    return Stratum(np.stack([right, of], axis=1), share, len(of), *ways)


def rows(rng: np.random.Generator, n: int, truth: float) -> Stratum:
    return stratum((rng.random(n) < truth).astype(np.float64), np.ones(n))


def test_models_must_share_their_units() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(ValueError, match="share units"):
        checked([[rows(rng, 10, 0.5)], [rows(rng, 11, 0.5)]])
    with pytest.raises(ValueError, match="share units"):
        checked([[], []])


def test_a_number_is_the_mean_of_its_strata() -> None:
    model = [stratum(np.ones(4), np.ones(4)), stratum(np.zeros(6), np.ones(6))]
    assert value(model) == 0.5
    assert clusters(model) == 10


def test_the_same_clusters_are_drawn_for_all_models() -> None:
    rng = np.random.default_rng(2)
    one, other = rows(rng, 80, 0.4), rows(rng, 80, 0.4)
    draws = resampled([[one], [other], [one]])
    assert draws.shape == (DRAWS, 3)
    assert (draws[:, 0] == draws[:, 2]).all()
    assert np.ptp(draws[:, 0] - draws[:, 1]) > 0
    assert (resampled([[one], [other]]) == resampled([[one], [other]])).all()


def test_the_spread_of_resamples_is_that_of_influences() -> None:
    rng = np.random.default_rng(3)
    model = [
        stratum(rng.binomial(5, 0.3, 60).astype(np.float64), np.full(60, 5.0)),
        stratum(rng.binomial(3, 0.7, 90).astype(np.float64), rng.integers(3, 9, 90).astype(np.float64)),
    ]
    h = influences(model)
    assert h.shape == (150,)
    assert h.sum() == pytest.approx(0, abs=1e-9)
    assert np.sqrt(spread(h, model)) == pytest.approx(resampled([model]).std(), rel=0.03)


def test_the_influence_on_a_share() -> None:
    right, of = np.array([1.0, 0, 3]), np.array([2.0, 4, 4])
    assert influences([stratum(right, of)]) == pytest.approx((right - 0.4 * of) / 10, abs=1e-9)


def test_slopes() -> None:
    def formula(sums: Matrix) -> Matrix:
        return np.asarray(sums[..., 0] ** 2 * sums[..., 1])

    at = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert gradient(formula, at, 4.0) == pytest.approx(np.array([[4.0, 1.0], [24.0, 9.0]]), rel=1e-6)


def test_a_formula_without_a_slope_has_slope_zero() -> None:
    assert gradient(lambda sums: np.full(sums.shape[:-1], np.nan), np.ones((3, 2)), 1.0).tolist() == [[0.0, 0.0]] * 3


def test_one_row_each_way_is_bonett_and_prices_doubt() -> None:
    same = rows(np.random.default_rng(4), 50, 0.5)
    doubt = doubted([same], [same])
    assert doubt is not None
    assert doubt.scale == pytest.approx(1.0)
    assert doubt.spread == pytest.approx(2 / 50**2, rel=0.05)


def test_the_more_small_events_occur_the_smaller_the_one_that_did_not() -> None:
    of = np.full(40, 20.0)
    base = np.full(40, 10.0)
    scales = []
    for differing in (0, 5, 40):
        other = base + np.where(np.arange(40) < differing, 1.0, 0.0) * np.where(np.arange(40) % 2, 1, -1)
        doubt = doubted([stratum(base, of)], [stratum(other, of)])
        assert doubt is not None
        scales.append(doubt.scale)
    assert scales[0] == pytest.approx(1.0)
    assert scales == sorted(scales, reverse=True) and scales[-1] < 0.5


def test_no_worst_and_best_way_is_no_doubt() -> None:
    plain = stratum(np.ones(5), np.ones(5), directed=False)
    assert doubted([plain], [plain]) is None


def test_a_number_that_nothing_moves_is_no_doubt() -> None:
    ways = np.array([[0.0, 1.0]]), np.array([[1.0, 1.0]])
    still = Stratum(np.ones((5, 2)), lambda sums: np.zeros(sums.shape[:-1]), 5, *ways)
    assert doubted([still], [still]) is None


def test_unseen_events_spread_the_resamples_of_models_that_never_differed() -> None:
    same = rows(np.random.default_rng(5), 50, 0.5)
    doubt = doubted([same], [same])
    draws = resampled([[same], [same]], doubt)
    apart = draws[:, 0] - draws[:, 1]
    assert apart.mean() == pytest.approx(0, abs=0.002)
    assert doubt is not None and apart.std() == pytest.approx(np.sqrt(doubt.spread), rel=0.1)


@pytest.mark.parametrize("units", [1, 7, 1000, 1_000_000])
def test_blocks_are_all_draws_in_little_memory(units: int) -> None:
    parts = list(blocks(units))
    assert [place for part in parts for place in range(part.start, part.stop)] == list(range(DRAWS))
    assert all((part.stop - part.start) * units <= max(CELLS, units) for part in parts)
