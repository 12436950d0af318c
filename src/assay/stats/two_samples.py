"""Two groups of a few numbers: is one higher? For tables of models, not for rows.

Groups of four and twelve models say little about means of normal numbers, so the tests are those of labels that might
as well have been dealt otherwise: exact over all splits where there are at most `MOST`, else over as many drawn ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations
from math import comb, sqrt

import numpy as np
from numpy.typing import NDArray

from assay.stats.correlation import Matrix, midranks, student_tails
from assay.stats.tails import student_t

LEVEL = 0.05
MOST = 200_000
TINY = 1e-9
"""Sums of the same numbers in another order are the same."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How much higher the first group is."""

    value: float
    """The difference of the means."""
    low: float | None
    high: float | None
    """The 95 % interval; None where the groups are too small to have one."""
    p: float
    """That the groups are alike, two-sided."""
    n: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Order:
    """Mann and Whitney's test."""

    u: float
    """The smaller of the two counts of pairs in which one group is ahead, ties by half."""
    p: float


def mean_shift(first: Sequence[float], second: Sequence[float]) -> Shift | None:
    """The difference of means, its permutation test, and the shifts that this test does not reject.

    None where a group is empty.
    """
    if not first or not second:
        return None
    one, other = np.asarray(first, np.float64), np.asarray(second, np.float64)
    splits = _splits(len(one), len(one) + len(other))
    found = float(one.mean() - other.mean())
    low = high = None
    if 2 / comb(len(one) + len(other), len(one)) <= LEVEL:
        reach = float(np.ptp(np.concatenate([one, other]))) * 4 + 1
        low = _end(one, other, splits, found, found - reach)
        high = _end(one, other, splits, found, found + reach)
    return Shift(found, low, high, _p_of_means(one, other, splits), (len(one), len(other)))


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> Order | None:
    """Whether one group's numbers tend to be higher. None where a group is empty."""
    if not first or not second:
        return None
    ranks = midranks([*first, *second])
    n, m = len(first), len(second)
    least = n * (n + 1) / 2
    middle = n * m / 2
    found = float(ranks[:n].sum()) - least
    drawn = ranks[_splits(n, n + m)].sum(axis=1) - least
    p = float((np.abs(drawn - middle) >= abs(found - middle) - TINY).mean())
    return Order(min(found, n * m - found), p)


def welch(first: Sequence[float], second: Sequence[float]) -> Shift | None:
    """The difference of means of two groups with spreads of their own (Welch 1947), degrees of freedom rounded down.

    None where a group has fewer than two numbers, or neither spreads.
    """
    if min(len(first), len(second)) < 2:
        return None
    parts = [float(np.var(group, ddof=1)) / len(group) for group in (first, second)]
    if sum(parts) <= 0:
        return None
    freedom = sum(parts) ** 2 / sum(
        part**2 / (len(group) - 1) for part, group in zip(parts, (first, second), strict=True)
    )
    found, se = float(np.mean(first) - np.mean(second)), sqrt(sum(parts))
    off = student_t(max(1, int(freedom))) * se
    return Shift(found, found - off, found + off, student_tails(found / se, freedom), (len(first), len(second)))


def mean_of(differences: Sequence[float]) -> Shift | None:
    """The mean of paired differences, by Student's t. None for fewer than two, or where all are the same."""
    n = len(differences)
    if n < 2 or not np.ptp(differences):
        return None
    found, se = float(np.mean(differences)), float(np.std(differences, ddof=1)) / sqrt(n)
    off = student_t(n - 1) * se
    return Shift(found, found - off, found + off, student_tails(found / se, n - 1), (n, n))


@lru_cache(maxsize=8)
def _splits(chosen: int, of: int) -> NDArray[np.intp]:
    """Which places the first group may have; one split a line."""
    count = comb(of, chosen)
    if count <= MOST:
        flat = chain.from_iterable(combinations(range(of), chosen))
        return np.fromiter(flat, np.intp, count * chosen).reshape(count, chosen)
    rng = np.random.default_rng([chosen, of])
    drawn = rng.permuted(np.tile(np.arange(of), (MOST // 10, 1)), axis=1)[:, :chosen]
    return np.vstack([np.arange(chosen), drawn])  # what was observed is one of them


def _p_of_means(one: Matrix, other: Matrix, splits: NDArray[np.intp]) -> float:
    """Twice the smaller tail, so that each end of the interval leaves out its own."""
    sums, found = np.concatenate([one, other])[splits].sum(axis=1), one.sum()
    tails = (sums >= found - TINY).mean(), (sums <= found + TINY).mean()
    return float(min(1.0, 2 * min(tails)))


def _end(one: Matrix, other: Matrix, splits: NDArray[np.intp], inside: float, outside: float) -> float:
    """The last shift, going from one that is not rejected to one that is, that is not."""
    for _ in range(40):
        middle = (inside + outside) / 2
        if _p_of_means(one - middle, other, splits) > LEVEL:
            inside = middle
        else:
            outside = middle
    return inside
