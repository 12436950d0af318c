"""Samples of known truth, and how often intervals hold it: what the tables of coverage.py are made with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from assay.metrics.additive import Additive
from assay.metrics.columns import Points
from assay.schema import Point
from assay.stats.intervals import Interval

Ints = NDArray[np.intp]
Sizes = NDArray[np.int64]
Line = Sequence[object]

SIZES = (50, 200, 1000)
RATES = (0.02, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.98)


@dataclass(frozen=True, slots=True)
class Table:
    """What is printed of one question."""

    name: str
    title: str
    head: Sequence[str]
    rows: Callable[[int], Iterator[Line]]
    """Of a number of repetitions."""


def sizes(rows: int, clusters: int, even: bool) -> Sizes:
    """So many rows in so many clusters; uneven: the largest have some three times the average."""
    weights = np.ones(clusters) if even else np.random.default_rng(clusters).gamma(2.0, size=clusters)
    bounds = np.rint(np.cumsum(weights) / weights.sum() * (rows - clusters)).astype(np.int64)
    return 1 + np.diff(bounds, prepend=0)


def beta_binomial(rng: np.random.Generator, of: Sizes, truth: float, alike: float) -> Sizes:
    """How many rows of each cluster are right; `alike`: the correlation within clusters, 0 to 1."""
    if alike == 0:
        return rng.binomial(of, truth)
    if alike == 1:
        return of * (rng.random(len(of)) < truth)
    chances = rng.beta(truth * (1 - alike) / alike, (1 - truth) * (1 - alike) / alike, size=len(of))
    return rng.binomial(of, chances)


def normal(rng: np.random.Generator, shape: int | tuple[int, ...], variance: float) -> NDArray[np.float64]:
    """Normal numbers."""
    return rng.standard_normal(shape) * np.sqrt(variance)


@dataclass(frozen=True, slots=True)
class Shared:
    """Rows that several models answered: hard rows and hard clusters are hard for all of them."""

    clusters: int
    size: int
    """Rows in each cluster."""
    of_cluster: float = 0.3
    """Variances of what decides a row, beside 1 for model and row together."""
    of_row: float = 1.0
    of_model_in_cluster: float = 0.15

    def drawn(self, rng: np.random.Generator, truths: Sequence[float]) -> NDArray[np.bool_]:
        """For each model whether each row is right (models × rows)."""
        number, models = self.number, len(truths)
        hidden = normal(rng, self.clusters, self.of_cluster)[number] + normal(rng, len(number), self.of_row)
        own = normal(rng, (models, self.clusters), self.of_model_in_cluster)[:, number]
        total = hidden + own + normal(rng, own.shape, 1.0)
        spread = np.sqrt(self.of_cluster + self.of_row + self.of_model_in_cluster + 1.0)
        bars = np.array([NormalDist().inv_cdf(truth) for truth in truths])
        return np.asarray(total / spread < bars[:, None])

    @property
    def number(self) -> Ints:
        """Each row's cluster."""
        return np.repeat(np.arange(self.clusters), self.size)


def points(right: Sizes, of: Sizes, group: str = "") -> Points:
    """Graded rows as assay has them."""
    kinds = tuple(Point("scored", label=label, group=group) for label in ("no", "yes"))
    within = np.concatenate([np.arange(size) for size in of])
    cluster = np.repeat(np.arange(len(of)), of)
    return Points(kinds, (within < right[cluster]).astype(np.int32), cluster.astype(np.uint64))


def measured(metric: Additive, sample: Points) -> Interval | None:
    """The interval that assay prints."""
    found = metric(sample, "lower")
    return None if found.low is None or found.high is None else (found.low, found.high)


def covers(intervals: Sequence[Interval | None], truth: float) -> float:
    """The share that holds the truth; no interval does not."""
    held = [pair is not None and pair[0] - 1e-9 <= truth <= pair[1] + 1e-9 for pair in intervals]
    return float(np.mean(held))


def summary(found: Sequence[float]) -> list[str]:
    """Their mean and the least."""
    return [f"{np.mean(found):.3f}", f"{min(found):.3f}"]


def ends(low: float | None, high: float | None) -> Interval | None:
    """An interval, where there is one."""
    return None if low is None or high is None else (low, high)


def width(pair: Interval | None) -> str:
    """How wide."""
    return "none" if pair is None else f"{pair[1] - pair[0]:.4f}"
