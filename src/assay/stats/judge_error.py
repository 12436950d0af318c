"""Rates freed from the error of the judge that counted them.

A judge with sensitivity Se and specificity Sp finds q = π Se + (1 − π)(1 − Sp) where the truth is π. `corrected` turns
that round with Se and Sp measured elsewhere, on labelled replies; it holds as far as the judge errs on these replies as
it did on those. `labelled` does not need that: it has people's labels on a sample of these very replies.

Points are never clipped to the scale: a point below 0 says that the judge counts less than its own false alarms.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from assay.stats.intervals import Interval, Matrix, wilson
from assay.stats.proportions import design_effect
from assay.stats.tails import Z, student_t

Ints = NDArray[np.intp]

ADDED = 1.0
"""Added to right and to wrong judgements of each class (Agresti & Caffo 2000): no judge is taken for perfect."""
FEWEST = 3
"""Labelled clusters below which there is no interval."""


@dataclass(frozen=True, slots=True)
class Card:
    """A judge's errors, counted on labelled replies. Undecided counts as an error."""

    found: float
    """Of the replies that have it (refused, leaked), those that the judge calls so."""
    positives: float
    cleared: float
    """Of the replies that have it not, those that the judge calls so."""
    negatives: float

    @property
    def sensitivity(self) -> float:
        """The share found."""
        return self.found / self.positives

    @property
    def specificity(self) -> float:
        """The share cleared."""
        return self.cleared / self.negatives


@dataclass(frozen=True, slots=True)
class Corrected:
    """A rate without the judge's error, as far as that is known."""

    value: float | None
    """Unclipped; None where the judge finds as much where there is something as where there is nothing."""
    low: float | None
    """The 95 % interval, unclipped; None where the data do not bound it."""
    high: float | None
    identifiable: bool
    """Whether the interval of Se + Sp − 1 is without 0. Where it is not, any rate could have given these counts."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A mean of which a part was labelled by people."""

    value: float
    """Unclipped."""
    low: float | None
    """The 95 % interval; None where fewer than three clusters were labelled."""
    high: float | None
    raw: float
    """The judge's own mean over all rows."""
    power: float
    """λ: how far the judge is trusted; 0: the labels alone count."""
    labels: int


def corrected(rate: float, rows: float, card: Card) -> Corrected:
    """Rogan & Gladen's estimate (1978) π = (q + Sp − 1) / (Se + Sp − 1), with an interval for what all three may be.

    The interval has every π at which q − π Se − (1 − π)(1 − Sp) is within Z of its standard errors of 0 (Fieller 1954),
    with pseudo-counts as Lang & Reiczigel (2014) have them: Wilson's for q, one right and one wrong judgement for Se
    and Sp. It is bounded just where Se + Sp − 1 differs from 0 in the same sense (Agresti & Caffo's interval):
    `identifiable`. In simulation it covers as Lang & Reiczigel's interval does where that one is bounded as well;
    the delta method covers 74 % where errors are rare, the parametric bootstrap a point or two too little.

    Args:
        rate: that the judge finds, q.
        rows: that it is found in, above 0; of clustered rows so many as they are worth (`proportions.effective_rows`).
        card: of the judge, with at least one reply of either kind.
    """
    youden = card.sensitivity + card.specificity - 1
    value = (rate + card.specificity - 1) / youden if youden else None
    se, of_se = _shrunk(card.found, card.positives, ADDED)
    sp, of_sp = _shrunk(card.cleared, card.negatives, ADDED)
    q, of_q = _shrunk(rate * rows, rows, Z * Z / 2)
    interval = _fieller(q + sp - 1, se + sp - 1, of_q, of_se, of_sp)
    if interval is None or value is None:
        return Corrected(value, None, None, False)
    low, high = interval
    return Corrected(value, min(low, value), max(high, value), True)


def labelled(
    judged: Matrix,
    labels: Matrix,
    probability: Matrix,
    cluster: Ints | None = None,
    scale: Interval = (0.0, 1.0),
) -> Labelled | None:
    """Prediction-powered inference with power tuning (Angelopoulos, Duchi & Zrnic 2023, "PPI++") for a mean.

    θ = λ · mean of all judgements + weighted mean of (label − λ judgement), weights 1 / probability and divided by
    their sum (Horvitz & Thompson 1952, Hájek 1971). λ makes the variance least: from 1 where the judge says what people
    say towards 0 where it says nothing. Whatever λ, θ is right on average, however wrong the judge.

    The variance is of θ as a mean over rows, so that it holds for more rows of the kind, not only for these. To it
    comes one label that nobody saw, (scale / (labels + 2))², clustered labels counting as many as they are worth; the
    interval is Wilson's on as many rows as have that variance, so it is never of zero width. λ is fitted to the labels:
    with 50 of them and a rate of 0.02 θ is off by up to 0.007.

    Args:
        judged: what the judge says of each row: 0 or 1, or a value.
        labels: what people say, where they were asked; NaN elsewhere.
        probability: with which each row was to be labelled, above 0.
        cluster: the number of each row's cluster; None for independent rows.
        scale: the lowest and the highest value possible.

    Returns:
        None where no row was labelled.
    """
    lowest, width = scale[0], scale[1] - scale[0]
    asked = ~np.isnan(labels)
    if not asked.any():
        return None
    said = (judged - lowest) / width
    truth = np.where(asked, labels - lowest, 0.0) / width
    weight = asked / probability
    weight *= len(weight) / weight.sum()
    power = _power(said, truth, weight)
    rest = truth - power * said
    value = power * float(said.mean()) + float(np.mean(weight * rest))
    terms = power * (said - said.mean()) + weight * (rest - np.mean(weight * rest))
    number = np.arange(len(said)) if cluster is None else np.unique(cluster, return_inverse=True)[1]
    interval = _ends(value, terms, said != truth, asked, number)
    low, high = (None, None) if interval is None else (lowest + width * end for end in interval)
    return Labelled(lowest + width * value, low, high, float(judged.mean()), power, int(asked.sum()))


def _shrunk(hits: float, of: float, added: float) -> tuple[float, float]:
    """The share with so many hits and as many misses added, and its variance."""
    n = of + 2 * added
    share = (hits + added) / n
    return share, share * (1 - share) / n


def _fieller(above: float, below: float, of_q: float, of_se: float, of_sp: float) -> Interval | None:
    """The π with (above − π · below)² ≤ Z² · (of_q + π² of_se + (1 − π)² of_sp); None where they are unbounded.

    At π = above / below the left side is 0, so that the quadratic has two roots where its ends rise.
    """
    z2 = Z * Z
    a = below**2 - z2 * (of_se + of_sp)
    if a <= 0:
        return None
    b = above * below - z2 * of_sp
    c = above**2 - z2 * (of_q + of_sp)
    root = sqrt(max(b * b - a * c, 0.0))
    return (b - root) / a, (b + root) / a


def _power(said: Matrix, truth: Matrix, weight: Matrix) -> float:
    """The λ with the least variance of θ: the regression of the labels' part on the judgements' part of its terms."""
    of_labels = weight * (truth - np.mean(weight * truth))
    of_judge = weight * (said - np.mean(weight * said)) - (said - said.mean())
    square = float(of_judge @ of_judge)
    return float(of_labels @ of_judge) / square if square > 1e-12 * len(said) else 0.0


def _ends(
    value: float, terms: Matrix, differ: NDArray[np.bool_], asked: NDArray[np.bool_], number: Ints
) -> Interval | None:
    """The interval of a mean from 0 to 1 with these terms of its error."""
    clusters = len(np.unique(number[asked]))
    if clusters < FEWEST:
        return None
    of, apart = (np.bincount(number, flags).astype(np.float64) for flags in (asked, differ & asked))
    labels = float(of.sum()) / design_effect(apart[of > 0], of[of > 0])
    errors = np.bincount(number, terms)
    variance = float(errors @ errors) / len(terms) ** 2 * clusters / (clusters - 2) + 1 / (labels + 2) ** 2
    # A point at the end of the scale has no binomial variance of its own to compare with.
    inside = min(max((labels * value + 0.5) / (labels + 1), 0.5 / (labels + 1)), 1 - 0.5 / (labels + 1))
    worth = inside * (1 - inside) / variance * (Z / student_t(clusters - 2)) ** 2
    low, high = wilson(min(max(value, 0.0), 1.0) * worth, worth)
    return min(low, value), max(high, value)
