"""Places in a table of models."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from assay.stats.intervals import Matrix, Stratum
from assay.stats.ranks import Rank, ranks


def share(sums: Matrix) -> Matrix:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums[..., 0] / sums[..., 1])


def model(right: NDArray[np.bool_], directed: bool = True) -> list[Stratum]:
    ways = (np.array([[0.0, 1.0]]), np.array([[1.0, 1.0]])) if directed else ()
    return [Stratum(np.stack([right, np.ones(len(right))], axis=1).astype(np.float64), share, len(right), *ways)]


def drawn(rng: np.random.Generator, truths: list[float], n: int) -> list[list[Stratum]]:
    hard = rng.random(n)
    return [model(0.6 * hard + 0.4 * rng.random(n) < truth) for truth in truths]


def test_models_far_apart_have_a_place() -> None:
    found = ranks(drawn(np.random.default_rng(1), [0.2, 0.8, 0.5], 400))
    assert found == [Rank(3, 3, 3), Rank(1, 1, 1), Rank(2, 2, 2)]


def test_where_lower_is_better_the_order_is_the_reverse() -> None:
    found = ranks(drawn(np.random.default_rng(1), [0.2, 0.8, 0.5], 400), higher_is_better=False)
    assert found == [Rank(1, 1, 1), Rank(3, 3, 3), Rank(2, 2, 2)]


def test_the_same_replies_share_all_places() -> None:
    same = model(np.arange(50) % 2 == 0)
    assert ranks([same, same, same]) == [Rank(1, 1, 3)] * 3


def test_without_a_worst_and_best_way_the_same_replies_share_them_too() -> None:
    same = model(np.arange(50) % 2 == 0, directed=False)
    assert ranks([same, same]) == [Rank(1, 1, 2)] * 2


def test_close_models_share_places_that_the_third_has_not() -> None:
    found = ranks(drawn(np.random.default_rng(2), [0.8, 0.8, 0.3], 300))
    assert found is not None
    assert [(rank.best, rank.worst) for rank in found] == [(1, 2), (1, 2), (3, 3)]


def test_all_at_once_is_no_narrower() -> None:
    rng = np.random.default_rng(3)
    wider = 0
    for _ in range(15):
        models = drawn(rng, [0.4, 0.45, 0.5, 0.55, 0.6], 150)
        alone, together = ranks(models), ranks(models, together=True)
        assert alone is not None and together is not None
        assert all(b.best <= a.best <= a.value <= a.worst <= b.worst for a, b in zip(alone, together, strict=True))
        wider += sum(b.worst - b.best - (a.worst - a.best) for a, b in zip(alone, together, strict=True))
    assert wider > 0


def test_ranks_of_equal_models_are_seldom_told_apart() -> None:
    rng = np.random.default_rng(4)
    told = []
    for _ in range(60):
        found = ranks(drawn(rng, [0.5, 0.5, 0.5], 80), together=True)
        assert found is not None
        told.append(any((rank.best, rank.worst) != (1, 3) for rank in found))
    assert np.mean(told) < 0.15


def test_an_undefined_number_has_no_ranks() -> None:
    empty = [Stratum(np.zeros((5, 2)), share, 5)]
    assert ranks([empty, empty]) is None


def test_where_hardly_a_resample_defines_the_numbers_there_are_none() -> None:
    sums = np.zeros((40, 2))
    sums[:2] = [[1.0, 1.0], [0.0, 1.0]]
    rare = [Stratum(sums, lambda s: np.where((s[..., 1] == 2) & (s[..., 0] == 1), share(s), np.nan), 40)]
    never = [Stratum(sums, lambda s: np.where(s.ndim == 1, 0.5, np.nan) * np.ones(s.shape[:-1]), 40)]
    assert ranks([rare, never]) is None


def test_models_must_share_their_units() -> None:
    with pytest.raises(ValueError, match="share units"):
        ranks([model(np.ones(4, dtype=bool)), model(np.ones(5, dtype=bool))])
