"""How far a judge agrees with people, and judges with each other."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from assay.stats.intervals import Matrix, wilson
from assay.stats.proportions import clustered, design_effect, worth
from assay.stats.resampling import gradient
from assay.stats.tails import Z, student_t

Ints = NDArray[np.intp]

ADDED = 2.0
"""Rows added to a table before the variance of κ is taken, spread over its cells: ½ in each of four."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval; None where the rows define none."""

    value: float | None
    low: float | None
    high: float | None


NONE = Estimate(None, None, None)


@dataclass(frozen=True, slots=True)
class Agreement:
    """A judge of yes and no against people. Undecided is an error: a miss where people say yes, never a hit.

    F1 takes an undecided reply for a miss where people say yes, and for no false alarm where they say no, as
    `assay.metrics` does; κ takes it for a third answer, which people never give.
    """

    n: int
    accuracy: Estimate
    sensitivity: Estimate
    specificity: Estimate
    f1: Estimate
    kappa: Estimate


def agreement(truth: Ints, said: Ints, cluster: Ints | None = None) -> Agreement:
    """What a judge's card shows.

    Rates have Wilson's interval. So has F1 = 2J / (1 + J), through J = tp / (tp + fp + fn), which is the share of hits
    among so many rows. Of clustered rows, each has the interval of as many as they are worth (`proportions`).

    Args:
        truth: what people say of each reply: 1 yes, 0 no.
        said: what the judge says: 1, 0, or −1 where it is undecided.
        cluster: the number of each reply's cluster (its prompt); None for independent replies.
    """
    number = np.arange(len(truth)) if cluster is None else np.unique(cluster, return_inverse=True)[1]
    yes, hit, alarm = truth == 1, (truth == 1) & (said == 1), (truth == 0) & (said == 1)
    right = truth == said
    everything = np.ones(len(truth), dtype=np.bool_)
    jaccard = _rate(hit, yes | alarm, number)
    f1 = Estimate(*(None if j is None else 2 * j / (1 + j) for j in (jaccard.value, jaccard.low, jaccard.high)))
    return Agreement(
        len(truth),
        _rate(right, everything, number),
        _rate(right, yes, number),
        _rate(right, ~yes, number),
        f1,
        cohen_kappa(truth, said, cluster),
    )


def cohen_kappa(first: Ints, second: Ints, cluster: Ints | None = None) -> Estimate:
    """Cohen's κ = (pₒ − pₑ) / (1 − pₑ) of two raters (1960), for any number of labels.

    The variance is Fleiss, Cohen & Everitt's (1969), of the table with two rows more, spread evenly over its cells: so
    that raters who agree in all rows do not have zero width. Clusters widen it by the design effect of agreeing, so
    that the interval is approximate there. None where both raters only ever use one and the same label.

    Args:
        first: a label's number for each row.
        second: of the other rater.
        cluster: the number of each row's cluster; None for independent rows.
    """
    labels, codes = np.unique(np.concatenate([first, second]), return_inverse=True)
    size, rows = len(labels), len(first)
    table = np.bincount(codes[:rows] * size + codes[rows:], minlength=size * size).astype(np.float64)
    value = _kappa(table.reshape(size, size)) if size > 1 else float("nan")
    if not isfinite(value):
        return NONE
    middle, variance = _kappa_variance((table + ADDED / size**2).reshape(size, size))
    half = Z * sqrt(variance)
    if cluster is not None:
        number = np.unique(cluster, return_inverse=True)[1]
        of = np.bincount(number).astype(np.float64)
        effect = design_effect(np.bincount(number, first == second).astype(np.float64), of)
        half *= sqrt(rows / worth(float(rows), effect, len(of)))
    return Estimate(value, max(-1.0, min(value, middle - half)), min(1.0, max(value, middle + half)))


def krippendorff_alpha(ratings: Ints, cluster: Ints | None = None) -> Estimate:
    """Krippendorff's α for nominal labels (2011, "Computing Krippendorff's Alpha-Reliability"); missing ones allowed.

    α = 1 − (n − 1)(n − Σ o_cc) / (n² − Σ n_c²): n labels in rows that have two or more, n_c of them c; o_cc sums
    k (k − 1) / (m − 1) over rows with k labels c of m. The variance is linearised, of the rows with two more: one in
    which all agree, and one in which all differ, each label as often as the next. It covers better than resampled rows,
    which are too narrow where a label is rare. None where all labels are one and the same.

    Args:
        ratings: rows × raters, a label's number, from 0; negative where there is none.
        cluster: the number of each row's cluster; None for independent rows.
    """
    labels = np.arange(int(ratings.max(initial=-1)) + 1)
    counts = (ratings[:, :, None] == labels).sum(axis=1).astype(np.float64)
    rated = counts.sum(axis=1) > 1
    counts = counts[rated][:, counts[rated].any(axis=0)]
    if counts.shape[1] < 2:
        return NONE
    number = np.arange(len(counts)) if cluster is None else np.unique(cluster[rated], return_inverse=True)[1]
    value = float(_alpha(_alpha_sums(counts).sum(axis=0)))
    middle, variance = _alpha_variance(counts, number)
    half = (Z if cluster is None else student_t(max(int(number.max()), 1))) * sqrt(variance)
    return Estimate(value, max(-1.0, min(value, middle - half)), min(1.0, max(value, middle + half)))


def _rate(hit: NDArray[np.bool_], among: NDArray[np.bool_], number: Ints) -> Estimate:
    """The share of hits among these rows."""
    of, hits = (np.bincount(number, flags).astype(np.float64) for flags in (among, hit & among))
    rows = float(of.sum())
    if not rows:
        return NONE
    interval = wilson(float(hits.sum()), rows) if of.max() == 1 else clustered(hits, of)
    return Estimate(float(hits.sum()) / rows, *interval)


def _kappa(table: Matrix) -> float:
    p = table / table.sum()
    by_chance = float(p.sum(axis=0) @ p.sum(axis=1))
    return (float(np.trace(p)) - by_chance) / (1 - by_chance) if by_chance < 1 else float("nan")


def _kappa_variance(table: Matrix) -> tuple[float, float]:
    """κ of the table, and its variance."""
    n = float(table.sum())
    p = table / n
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    agreed, chance = float(np.trace(p)), float(rows @ columns)
    on = np.diag(p) @ ((1 - chance) - (rows + columns) * (1 - agreed)) ** 2
    pull = (columns[:, None] + rows[None, :]) ** 2
    off = (1 - agreed) ** 2 * float((p * pull).sum() - np.diag(p) @ np.diag(pull))
    centre = (agreed * chance - 2 * chance + agreed) ** 2
    variance = max(float(on) + off - centre, 0.0) / (n * (1 - chance) ** 4)
    return (agreed - chance) / (1 - chance), variance


def _alpha_variance(counts: Matrix, number: Ints) -> tuple[float, float]:
    """α of the rows with two more, and its variance."""
    kinds, many = counts.shape[1], float(counts.sum(axis=1).mean())
    more = np.concatenate([np.full((1, kinds), many / kinds), many * np.eye(kinds)])
    weights = np.concatenate([np.ones(len(counts) + 1), np.full(kinds, 1 / kinds)])
    sums = _alpha_sums(np.concatenate([counts, more]))
    total = weights @ sums
    h = sums @ gradient(_alpha, total, float(total.max()))
    h -= weights @ h / weights.sum()
    seen, added = np.bincount(number, h[: len(counts)]), h[len(counts) :]
    variance = float(seen @ seen) + float(weights[len(counts) :] @ (added * added))
    return float(_alpha(total)), variance


def _alpha_sums(counts: Matrix) -> Matrix:
    """For each row how far it agrees (of as many as it has labels), and its labels of each kind."""
    many = counts.sum(axis=1)
    agreed = np.maximum((counts * (counts - 1)).sum(axis=1), 0.0) / (many - 1)
    return np.concatenate([agreed[:, None], counts], axis=1)


def _alpha(sums: Matrix) -> Matrix:
    """α of the sums."""
    counts = sums[..., 1:]
    n = counts.sum(axis=-1)
    return np.asarray(1 - (n - 1) * (n - sums[..., 0]) / (n * n - (counts * counts).sum(axis=-1)))
