"""95 % intervals: Wilson's for shares of independent rows, the cluster bootstrap for numbers that are no shares.

Nothing here knows what is measured. A number is a `Formula` of sums over clusters, so a resample of the clusters is
a product of matrices, and 10,000 resamples cost some 50 ms. The sums of a cluster are all that is kept of its rows.
Shares of clustered rows have an interval of their own (`proportions`).

Two corrections to the plain percentile bootstrap, both for the cases a trust benchmark is full of:

* with few clusters its quantiles are too narrow; they are moved out as Hesterberg proposes (2015, "What
  Teachers Should Know About the Bootstrap", expanded percentiles), which for means is Student's t;
* where every row agrees (no leak in 100) all resamples are the same and it would claim certainty; `unseen`
  keeps the interval at least as wide as Wilson's is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from assay.stats.tails import Z, student_t

Matrix = NDArray[np.float64]

Formula = Callable[[Matrix], Matrix]
"""Sums along the last axis → the number; NaN where the sums do not define one."""

Interval = tuple[float, float]

DRAWS = 10_000
CELLS = 15_000
"""Resamples are made some at a time: so many times units, 120 kB. Larger arrays are handed back to the system and taken
again each time, which costs as much as the arithmetic."""
UNITS = 1_000
"""At most so many units are resampled, over all strata; more clusters are first dealt at random into so many
heaps. Their spread shows the same variance; the half width is off by about 1 / sqrt(2 · 1000), 2 %."""


def most_units(strata: int) -> int:
    """How many units each of so many strata may have."""
    return max(UNITS // max(strata, 1), 100)


@dataclass(frozen=True, slots=True)
class Stratum:
    """Clusters that are resampled among themselves, and the formula of their sums."""

    sums: Matrix
    """One row a unit, one column a sum; a unit is a cluster, or a heap of them where there are more than
    `most_units`. The formula of the total is defined."""
    formula: Formula
    clusters: int
    down: Matrix | None = None
    """Directions, one a row: what an average cluster would have added, had its rows gone the lowest way. The
    first stands for all rows, further ones for kinds of rows whose share in the number is larger than their
    count."""
    up: Matrix | None = None
    """The same for the highest way."""

    @property
    def total(self) -> Matrix:
        """The sums over all clusters."""
        return np.asarray(self.sums.sum(axis=0))

    @property
    def value(self) -> float:
        """The number that the stratum shows."""
        return float(self.formula(self.total))


def wilson(right: float, n: float) -> Interval:
    """Wilson's score interval (1927) for `right` of `n` independent rows, n > 0; it holds right / n."""
    share, z2 = right / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def bootstrap(strata: Sequence[Stratum], cautious: bool = True) -> Interval | None:
    """The interval of the mean of the strata's numbers (of the number itself where there is one stratum).

    Args:
        strata: each is resampled apart, whole clusters at a time.
        cautious: for numbers made of counts: never narrower than what `unseen` allows. Otherwise `unseen`
            speaks only where resampling shows no spread: the ends of a mean's scale are far from its rows.

    Returns:
        An interval that holds the number; None where the data cannot show how far it varies: resamples are
        all alike and there is no worst and best to fall back on, or most of them define no number.
    """
    value = sum(stratum.value for stratum in strata) / len(strata)
    draws = _draws(strata)
    if draws is None:
        return None
    flat = float(np.ptp(draws)) <= 1e-12
    directed = all(stratum.down is not None for stratum in strata)
    if flat and not directed:
        return None
    level = tail(sum(stratum.clusters for stratum in strata), len(strata))
    low, high = (float(edge) for edge in np.quantile(draws, (level, 1 - level)))
    if directed and (cautious or flat):
        least, most = unseen(strata)
        low, high = min(low, least), max(high, most)
    return min(low, value), max(high, value)


def unseen(strata: Sequence[Stratum]) -> Interval:
    """How far the number would move, had Z² = 3.84 more clusters come in and all gone the one or other way.

    For one proportion at 0 or 1 this is Wilson's bound exactly: n / (n + Z²). For a mean of strata the
    clusters fall where they move it most: all into one stratum, or spread in proportion to the strata's
    sizes.
    """
    sizes = np.array([stratum.clusters for stratum in strata], dtype=np.float64)
    values = np.array([stratum.value for stratum in strata])

    def moved(way: Callable[[Stratum], Matrix | None], pick: Callable[..., np.float64]) -> float:
        alone, spread = [], []
        for stratum, share in zip(strata, sizes / sizes.sum(), strict=True):
            steps = np.asarray(way(stratum))
            alone.append(pick(stratum.formula(stratum.total + Z * Z * steps)))
            spread.append(float(stratum.formula(stratum.total + Z * Z * share * steps[0])))
        one = values.mean() + pick(np.array(alone) - values) / len(strata)
        return float(pick(np.array([one, np.mean(spread)])))

    return moved(lambda stratum: stratum.down, np.min), moved(lambda stratum: stratum.up, np.max)


def blocks(units: int, cells: int = CELLS) -> Iterator[slice]:
    """All draws, some at a time: as many as have so many cells."""
    step = max(cells // units, 1)
    return (slice(start, min(start + step, DRAWS)) for start in range(0, DRAWS, step))


def drawn(sums: Sequence[Matrix], draws: int, rng: np.random.Generator) -> list[Matrix]:
    """The sums of so many resamples, whole units at a time, the same ones for each matrix of unit sums.

    Counted draws: the same law as `rng.multinomial`, at a third of its time.
    """
    units = len(sums[0])
    places = rng.integers(units, size=(draws, units)) + np.arange(draws)[:, None] * units
    counts = np.bincount(places.ravel(), minlength=draws * units).reshape(draws, units).astype(np.float64)
    return [counts @ one for one in sums]


def tail(clusters: int, strata: int) -> float:
    """The lower quantile to read: 2.5 % moved out for few clusters; 0 where no stratum has a second one."""
    freedom = clusters - strata
    if freedom < 1:
        return 0.0
    return NormalDist().cdf(-student_t(freedom) * sqrt(clusters / freedom))


def _draws(strata: Sequence[Stratum]) -> Matrix | None:
    """The resampled numbers. The seed is the data's size: the same data has the same interval, in every run.

    A stratum's resamples that define no number are left out; None where they are most of them.
    """
    rng = np.random.default_rng([stratum.clusters for stratum in strata])
    mean = np.zeros(DRAWS)
    for stratum in strata:
        parts = blocks(len(stratum.sums))
        values = np.concatenate([stratum.formula(*drawn([stratum.sums], p.stop - p.start, rng)) for p in parts])
        defined = values[np.isfinite(values)]
        if len(defined) < DRAWS / 2:
            return None
        mean += np.resize(defined, DRAWS) / len(strata)
    return mean
