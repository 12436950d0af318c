"""Does a model show the confidence that it states? Two shares for each option, and how far they are apart.

A point is one option of one question: `value` the share that is stated for it, `gold` the share that is shown, by how
often the option is answered or by its probability. Neither is about what is right (`assay.metrics.calibration`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from assay.metrics.additive import Additive, Matrix, Tally, Terms, has_value
from assay.metrics.rates import ratio
from assay.schema import Point

APART = 0.05
"""Shares that differ by more count as apart (survey §11.5)."""

STEPS = 100
"""Wasserstein's distance is taken on a grid of whole percents; a share between two counts in part on both."""

_ROUNDING = 1e-9


def mean_difference() -> Additive:
    """The mean absolute difference, 0 (states what it shows) to 1."""
    return _share_of(lambda gaps: gaps)


def share_apart() -> Additive:
    """The share of options whose two shares differ by more than 0.05."""
    return _share_of(lambda gaps: (gaps > APART + _ROUNDING).astype(np.float64))


def deviation_of_difference() -> Additive:
    """The standard deviation of the absolute difference (that of the sample, n - 1), 0 to 0.71; None for one option."""

    def tally(points: Sequence[Point]) -> Matrix:
        gaps = _gaps(points)
        return np.stack([gaps * gaps, gaps, np.ones(len(points))], axis=1)

    def formula(sums: Matrix) -> Matrix:
        squares, total, n = np.moveaxis(np.asarray(sums), -1, 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            variance = (squares - total * total / n) / (n - 1)
            return np.asarray(np.sqrt(np.where(n > 1, np.maximum(variance, 0.0), np.nan)))

    terms = Terms(tally, formula)
    return Additive(lambda points: terms, usable=is_compared, interval="values", outer=True)


def wasserstein() -> Additive:
    """Wasserstein's distance (earth mover's) of all stated shares from all shown ones, 0 to 1.

    It compares the two distributions, not option with option: a model that is sure of the wrong options alone has 0.
    """

    def tally(points: Sequence[Point]) -> Matrix:
        return np.concatenate([_on_grid(_stated(points)) - _on_grid(_shown(points)), np.ones((len(points), 1))], axis=1)

    def formula(sums: Matrix) -> Matrix:
        moved = np.abs(np.cumsum(sums[..., : STEPS + 1], axis=-1)).sum(axis=-1) / STEPS
        return ratio(np.stack([moved, sums[..., -1]], axis=-1))

    terms = Terms(tally, formula)
    return Additive(lambda points: terms, usable=is_compared, interval="values", outer=True)


def is_compared(point: Point) -> bool:
    """Whether the point has both shares."""
    return has_value(point) and isinstance(point.gold, int | float) and bool(np.isfinite(point.gold))


def _share_of(counted: Callable[[Matrix], Matrix]) -> Additive:
    def tally(points: Sequence[Point]) -> Matrix:
        return np.stack([counted(_gaps(points)), np.ones(len(points))], axis=1)

    def all_of(gap: float) -> Tally:
        return lambda points: np.tile([gap, 1.0], (len(points), 1))

    terms = Terms(tally, ratio, down=all_of(0.0), up=all_of(1.0))
    return Additive(lambda points: terms, usable=is_compared, interval="values")


def _stated(points: Sequence[Point]) -> Matrix:
    return np.clip(np.array([point.value for point in points], dtype=np.float64), 0.0, 1.0)


def _shown(points: Sequence[Point]) -> Matrix:
    return np.clip(np.array([point.gold for point in points], dtype=np.float64), 0.0, 1.0)


def _gaps(points: Sequence[Point]) -> Matrix:
    return np.asarray(np.abs(_stated(points) - _shown(points)))


def _on_grid(shares: Matrix) -> Matrix:
    """Each share as weights on the two whole percents around it."""
    below = np.minimum(np.floor(shares * STEPS), STEPS - 1).astype(np.intp)
    over = shares * STEPS - below
    grid = np.zeros((len(shares), STEPS + 1))
    rows = np.arange(len(shares))
    grid[rows, below] = 1.0 - over
    grid[rows, below + 1] = over
    return grid
