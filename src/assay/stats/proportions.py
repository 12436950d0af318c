"""Intervals of shares, and of means of shares: Wilson's on as many independent rows as the rows are worth.

Wilson's interval (`assay.stats.intervals.wilson`) is about independent rows. Rows of one template go right or wrong
together, so n of them are worth n / D independent ones, where D = 1 + (b − 1) ρ is the design effect (Kish 1965): b the
rows that a row has in its cluster on average, itself included, ρ the correlation within clusters.

D is not known. Two estimates of it are made, and the larger counts:

* the mean of D given the counts, which are taken for beta-binomial, ρ anywhere from 0 to 1 beforehand. It is a number
  even where no row differs, and falls with each row that differs alone: of 600 rows in 30 clusters none is "up to 7 %",
  one is "up to 4 %", since it shows that clusters do not go as one;
* the ratio of the variance that the clusters show (linearised, as survey samplers do) to the binomial one, which is
  right whatever the clusters' law.

That D is estimated from few clusters is paid for with Student's t. Only D − 1 of D is an estimate, so the degrees of
freedom are (clusters − 1) · (D / (D − 1))²: many where the rows turn out to be nearly independent.
`benchmarks/coverage.py` shows how often the interval covers.

A mean of the shares of groups has Wilson's interval on as many rows as would leave it the same variance (`averaged`),
since the groups are fixed: only rows within them vary.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assay.stats.intervals import Interval, wilson
from assay.stats.tails import Z, student_t

Counts = NDArray[np.float64]

STEPS = 41
"""Design effects that are weighed against each other."""
AT_ONCE = 4096
ALIKE = 0.97
"""The greatest correlation that is weighed; at 1 clusters that disagree in themselves are impossible."""
MOST_FREEDOM = 1_000_000
BORROWED, OPEN = 1.5, 0.5
"""Rows that are added to each group before its variance is taken, with the mean of all groups and as likely right as
wrong: a small group in which no row differs is not taken to be without variance."""


def clustered(right: Counts, of: Counts) -> Interval:
    """The 95 % interval of Σ right / Σ of; it holds that share, and is never of zero width.

    Args:
        right: for each cluster how many of its rows are right, whole numbers.
        of: for each cluster how many rows it has, whole numbers, at least one of them above 0.
    """
    right, of = right[of > 0], of[of > 0]
    rows = effective_rows(right, of)
    return wilson(float(right.sum() / of.sum()) * rows, rows)


def averaged(shares: Sequence[float], rows: Sequence[float]) -> Interval:
    """The 95 % interval of the mean of these shares; it holds that mean, and is never of zero width.

    Wilson's, on n rows where p (1 − p) / n = Σ pᵢ (1 − pᵢ) / nᵢ / k². Of one share it is Wilson's own.

    Args:
        shares: of k groups, each from 0 to 1.
        rows: that each is of, above 0; of clustered rows so many as they are worth (`effective_rows`).
    """
    found, of = np.asarray(shares, dtype=np.float64), np.asarray(rows, dtype=np.float64)
    mean = float(found.mean())
    common = (mean * of.sum() + 0.5) / (of.sum() + 1)
    borrowed = (found * of + BORROWED * common + OPEN / 2) / (of + BORROWED + OPEN)
    middle = float(borrowed.mean())
    variance = float((borrowed * (1 - borrowed) / of).sum()) / len(of) ** 2
    worth_of_all = middle * (1 - middle) / variance
    return wilson(mean * worth_of_all, worth_of_all)


def effective_rows(right: Counts, of: Counts) -> float:
    """So many independent rows have the interval that these clusters have; see `clustered`. At most Σ of."""
    right, of = right[of > 0], of[of > 0]
    return worth(float(of.sum()), design_effect(right, of), len(of))


def worth(rows: float, effect: float, clusters: int) -> float:
    """The independent rows that so many rows with this design effect are worth, in so many clusters.

    Wilson's interval depends on n / z² alone, so that reading it at Student's t is having n · Z² / t² rows.
    """
    if effect <= 1:
        return rows
    freedom = min(max(clusters - 1, 1) * (effect / (effect - 1)) ** 2, MOST_FREEDOM)
    return rows / effect * (Z / student_t(int(freedom))) ** 2


def design_effect(right: Counts, of: Counts) -> float:
    """How many times the variance of the share is that of independent rows; 1 or more.

    Every cluster has rows. A single cluster of several rows shows nothing: it is worth one row.
    """
    rows, clusters = float(of.sum()), len(of)
    if rows == clusters:
        return 1.0
    if clusters == 1:
        return rows
    return max(_expected(right, of), ratio_of_variances(right, of))


def ratio_of_variances(right: Counts, of: Counts) -> float:
    """The linearised variance of the share over the binomial one; 1 where no row differs from the others."""
    rows, clusters = float(of.sum()), len(of)
    share = float(right.sum()) / rows
    if not 0 < share < 1:
        return 1.0
    off = right - share * of
    return float(off @ off) * clusters / (clusters - 1) / (rows * share * (1 - share))


def _expected(right: Counts, of: Counts) -> float:
    """The mean of the design effect given the counts.

    With κ = ρ / (1 − ρ), p and q the shares of right and wrong, the beta-binomial likelihood of ρ is
    Π (p + iκ) Π (q + iκ) / Π (1 + iκ), where for each cluster i runs below its right, its wrong, and all its rows.
    """
    rows = float(of.sum())
    together = float(of @ of) / rows
    effects = np.geomspace(1.0, 1.0 + (together - 1.0) * ALIKE, STEPS)
    correlations = (effects - 1.0) / (together - 1.0)
    kappa = correlations / (1.0 - correlations)
    p = (float(right.sum()) + 0.5) / (rows + 1.0)
    fit = _log_product(p, right, kappa) + _log_product(1.0 - p, of - right, kappa) - _log_product(1.0, of, kappa)
    weights = np.exp(fit - fit.max()) * np.gradient(correlations)
    return float(weights @ effects / weights.sum())


def _log_product(start: float, counts: Counts, kappa: Counts) -> Counts:
    """For each κ the sum over the counts, and over i below each, of log(start + iκ)."""
    above = np.cumsum(np.bincount(np.rint(counts).astype(np.int64))[::-1])[::-1][1:]
    total = np.zeros(len(kappa))
    for first in range(0, len(above), AT_ONCE):
        some = above[first : first + AT_ONCE]
        total += np.log(start + np.outer(kappa, np.arange(first, first + len(some)))) @ some
    return total
