"""Two models on the same rows: how far they are apart, and whether that could be chance.

A hard row is hard for both, so a difference on shared rows varies less than the two numbers do apart. Each result has
the difference (first − second), its 95 % interval and a p-value for "no difference".

* Rates of independent rows: McNemar's exact test (1947), which looks only at rows where the models differ; the interval
  is Bonett & Price's (2012, "Adjusted Wald confidence interval for a difference of binomial proportions based on paired
  data"), with one discordant row of either kind added.
* Rates of rows in clusters: the same interval on as many rows as the clusters are worth (`proportions`), and the swap
  test.
* Any other number: the paired cluster bootstrap and the swap test.

The swap test: were the models alike, each cluster could as well have had their replies exchanged. p is the share of
random exchanges, cluster by cluster, whose difference is as large as the one found; the found one is among them, so
p ≥ 1 / 10,000. Of equal differences that one counts as larger which more clusters share (by the roots of what each
adds): counts are so often equal that p would be a third too large. The test keeps its level where the models are
alike, however few the clusters. Where only their numbers are, the difference over its standard error is what exchanges
do not distort (Chung & Romano 2013, "Exact and asymptotically robust permutation tests"), but it needs more clusters;
so both are taken, and p is the larger share. Interval and p come from different arguments: near 0.05 one may say yes
and the other no.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assay.stats.intervals import DRAWS, Interval, Matrix, Stratum, blocks, most_units, tail
from assay.stats.proportions import design_effect, worth
from assay.stats.resampling import (
    Model,
    checked,
    clusters,
    doubted,
    gradient,
    influences,
    resampled,
    seeded,
    spread,
    value,
)
from assay.stats.tails import Z

Flags = NDArray[np.bool_]

SWAPPED = 60_000
"""Exchanges are made some at a time, so many times units: more than resamples are, since each time costs slopes."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What first − second is on shared rows."""

    value: float
    low: float | None
    """The 95 % interval; None where resamples do not show how far the difference varies."""
    high: float | None
    p: float
    """Two-sided, for "no difference"."""
    se: float
    """The standard error, for `assay.stats.power`; 0 where no cluster differs from the others."""
    clusters: int
    test: Literal["mcnemar", "swap"]
    discordant: float | None = None
    """The share of rows where the two differ; None where the number is no rate."""


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p-value of McNemar's test: 2 · P(X ≤ the smaller), X binomial(their sum, ½); at most 1.

    Args:
        only_first: rows that the first model has and the second has not.
        only_second: the reverse.
    """
    from scipy.special import bdtr

    differ = only_first + only_second
    return min(1.0, 2 * float(bdtr(min(only_first, only_second), differ, 0.5))) if differ else 1.0


def bonett_price(only_first: float, only_second: float, n: float) -> Interval:
    """The 95 % interval of (only_first − only_second) / n for n > 0 independent rows; it holds that difference.

    With p = (only_first + 1) / (n + 2) and q likewise: p − q ± Z √((p + q − (p − q)²) / (n + 2)).
    """
    p, q = (only_first + 1) / (n + 2), (only_second + 1) / (n + 2)
    middle, found = p - q, (only_first - only_second) / n
    half = Z * sqrt((p + q - middle**2) / (n + 2))
    return max(-1.0, min(found, middle - half)), min(1.0, max(found, middle + half))


def rates(first: Flags, second: Flags, cluster: NDArray[np.intp] | None = None) -> Difference | None:
    """The difference of two rates; None without rows.

    Args:
        first: for each shared row whether it counts (refused, right) for the first model.
        second: for the second.
        cluster: the number of each row's cluster, from 0; None for independent rows. Where no two rows share one,
            this is McNemar's test.
    """
    rows = len(first)
    if not rows:
        return None
    number = np.arange(rows) if cluster is None else np.unique(cluster, return_inverse=True)[1]
    size = int(number.max()) + 1
    b, c = int((first & ~second).sum()), int((second & ~first).sum())
    found, differ = (b - c) / rows, (b + c) / rows
    if size == rows:
        se = sqrt((differ - found**2) / rows)
        return Difference(found, *bonett_price(b, c, rows), mcnemar(b, c), se, rows, "mcnemar", differ)
    of = np.bincount(number).astype(np.float64)
    apart, more = (np.bincount(number, flags).astype(np.float64) for flags in (first ^ second, first & ~second))
    effect = max(design_effect(apart, of), _ratio(2 * more - apart, of, differ))
    rows_worth = worth(rows, effect, size)
    interval = bonett_price(b * rows_worth / rows, c * rows_worth / rows, rows_worth)
    se = sqrt((differ - found**2) * effect / rows)
    strata = [_shares(flags, number, size) for flags in (first, second)]
    return Difference(found, *interval, _swap(*strata), se, size, "swap", differ)


def difference(first: Model, second: Model, cautious: bool = True) -> Difference | None:
    """The difference of two numbers that are formulas of sums over clusters; None where one is undefined.

    The interval is read off 10,000 paired resamples, its quantiles moved out for few clusters as those of one number
    are (`intervals`).

    Args:
        first: the first model's strata.
        second: the second's. Unit by unit the same clusters, with the same sums and formula.
        cautious: for numbers made of counts: each resample takes in a few events that were not seen (`Doubt`).
            Otherwise only where resampling shows no spread.

    Raises:
        ValueError: units or sums are not the same.
    """
    checked([first, second])
    found = value(first) - value(second)
    if not np.isfinite(found):
        return None
    variance = spread(influences(first) - influences(second), first)
    low, high = _interval(first, second, found, cautious) or (None, None)
    return Difference(found, low, high, _swap(first, second), sqrt(variance), clusters(first), "swap")


def _interval(first: Model, second: Model, found: float, cautious: bool) -> Interval | None:
    doubt = doubted(first, second)
    draws = _differences(resampled([first, second], doubt if cautious else None))
    if draws is None:
        return None
    if np.ptp(draws) <= 1e-12:
        draws = None if cautious or doubt is None else _differences(resampled([first, second], doubt))
        if draws is None:
            return None
    level = tail(clusters(first), len(first))
    low, high = (float(edge) for edge in np.quantile(draws, (level, 1 - level)))
    return min(low, found), max(high, found)


def _differences(numbers: Matrix) -> Matrix | None:
    """Those that are defined; None where most are not."""
    draws = numbers[:, 0] - numbers[:, 1]
    draws = draws[np.isfinite(draws)]
    return draws if len(draws) >= DRAWS / 2 else None


def _ratio(net: Matrix, of: Matrix, differ: float) -> float:
    """The variance of a difference of rates that clusters show, over that of independent rows; 1 where none differs.

    `net`: for each cluster how many rows only the first model has, less those that only the second has.
    """
    rows, size = float(of.sum()), len(of)
    found = float(net.sum()) / rows
    alone = rows * (differ - found**2)
    off = net - found * of
    return float(off @ off) * size / max(size - 1, 1) / alone if alone > 0 else 1.0


def _shares(flags: Flags, number: NDArray[np.intp], size: int) -> list[Stratum]:
    """The rate as one stratum; more clusters than can be swapped are dealt into heaps."""
    units = min(size, most_units(1))
    heap = number * units // size
    counts = np.bincount(heap, flags, minlength=units), np.bincount(heap, minlength=units)
    return [Stratum(np.stack(counts, axis=1).astype(np.float64), _share, size)]


def _share(sums: Matrix) -> Matrix:
    return np.asarray(sums[..., 0] / sums[..., 1])


def _swap(first: Model, second: Model) -> float:
    """The p-value of the swap test.

    An exchange that leaves one of the numbers undefined counts as one with a larger difference.
    """
    rng = seeded(first, 2)
    apart, variance, steady = np.zeros(DRAWS), np.zeros(DRAWS), np.zeros(DRAWS)
    for one, other in zip(first, second, strict=True):
        roots = _roots(one, other)
        for part in blocks(len(one.sums), SWAPPED):
            swapped = rng.integers(2, size=(part.stop - part.start, len(one.sums))).astype(np.float64)
            if not part.start:
                swapped[0] = 0.0  # as found, computed like the others: equal ones must tie
            d, v = _swapped(one, other, swapped)
            apart[part] += d
            variance[part] += v
            steady[part] += (1 - 2 * swapped) @ roots
    alone = np.where(np.abs(apart) <= 1e-12, 0.0, np.abs(apart) + np.sign(apart) * _tie_breaker(apart, steady))
    with np.errstate(invalid="ignore", divide="ignore"):
        in_errors = np.where(alone == 0, 0.0, alone / np.sqrt(variance))
    return float(max(np.mean(~(size < size[0] * (1 - 1e-9))) for size in (alone, in_errors)))


def _roots(one: Stratum, other: Stratum) -> Matrix:
    """What each unit adds to the difference, its sign and the root of its size. Being exchanged turns the sign."""
    a, b = one.total, other.total
    net = (one.sums - other.sums) @ gradient(one.formula, (a + b) / 2, _scale(one, other))
    return np.asarray(np.sign(net) * np.sqrt(np.abs(net)))


def _tie_breaker(apart: Matrix, steady: Matrix) -> Matrix:
    """Something too small to reorder differences that are not equal."""
    most = float(np.abs(steady).max())
    return steady * (1e-5 * float(np.nanmax(np.abs(apart))) / most) if most else steady


def _scale(one: Stratum, other: Stratum) -> float:
    return float(max(np.abs(one.total).max(), np.abs(other.total).max()))


def _swapped(one: Stratum, other: Stratum, swapped: Matrix) -> tuple[Matrix, Matrix]:
    """The difference in one stratum and its variance for each row of `swapped` (1: this unit is exchanged)."""
    a, b = one.sums, other.sums
    moved = swapped @ (b - a)
    first, second = one.total + moved, other.total - moved
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = one.formula(first) - one.formula(second)
    scale = _scale(one, other)
    left, right = gradient(one.formula, first, scale), gradient(one.formula, second, scale)
    h = left @ a.T - right @ b.T
    h += swapped * (left @ b.T - right @ a.T - h)
    h -= h.mean(axis=1, keepdims=True)
    units = len(a)
    return apart, np.asarray((h * h).sum(axis=1) * units / max(units - 1, 1))
