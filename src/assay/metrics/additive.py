"""A metric as a formula of sums over points: value, interval, floor and ceiling all follow from that.

    value             formula(sum of the points)
    low, high         of shares Wilson's, on as many rows as the clusters are worth (`assay.stats.proportions`);
                      else formula(sums of resampled clusters)                (`assay.stats.intervals`)
    floor, ceiling    formula(sum of the points + what the missing ones add, gone the worst or the best way)

A mean over groups keeps the sums of each group apart and averages what the formula makes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np

from assay.metrics.columns import Matrix, Points, Tally, columns
from assay.schema import Better, Measure, Point
from assay.stats.intervals import Formula, Interval, Stratum, bootstrap, most_units
from assay.stats.proportions import averaged, effective_rows

__all__ = ["Additive", "Matrix", "Tally", "Terms", "has_label", "has_value"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What is added up, and the formula of the sums."""

    tally: Tally
    formula: Formula
    down: Tally | None = None
    """What the same points would add, had they gone the way that gives the lowest number, whatever was
    found."""
    up: Tally | None = None
    """The same for the highest number."""
    floor: Callable[[Matrix, Points], float] | None = None
    """The lowest number of known sums and missing points, where what one of them adds depends on the
    others."""
    kind: Callable[[Point], str] | None = None
    """Points of a kind have a share of their own in the number, however few they are: macro F1's classes."""
    interval: Callable[[Matrix], Interval | None] | None = None
    """Of the sums of each cluster or heap: an interval that holds the number, where there is a better one than
    resamples give."""


def has_label(point: Point) -> bool:
    """Whether a metric of labels can use the point."""
    return point.label is not None


def has_value(point: Point) -> bool:
    """Whether a metric of numbers can use the point; NaN and infinity say nothing."""
    return point.value is not None and isfinite(point.value)


@dataclass(frozen=True, slots=True)
class Additive:
    """A metric that is a formula of sums. Total: defined for no points, for all unscored, for one group.

    A scored point that the metric cannot use (`usable`) counts as unread.
    """

    terms: Callable[[Points], Terms]
    """The terms for these points: most metrics need not look; tables must know their rows and columns."""
    lowest: float = 0.0
    highest: float = 1.0
    usable: Callable[[Point], bool] = has_label
    unread_counts: bool = False
    """Unread points are in the tally, as wrong; else they are missing like the blocked and the failed."""
    interval: Literal["proportion", "counts", "values", "none"] = "counts"
    """`proportion`: the sums are (right, of), right a part of the points; Wilson's interval on what these are
    worth. `counts`, `values`: the bootstrap, cautious for counts. `none`: an interval would say nothing."""
    outer: bool = False
    """Floor and ceiling may lie outside what is possible."""
    by_group: bool = False
    """The mean over the groups of the points."""

    def __call__(self, points: Iterable[Point], better: Better) -> Measure:
        """The measure of these points."""
        given = columns(points)
        parts = [part for part in (given.by_group().values() if self.by_group else (given,)) if len(part)]
        shares = [_share(self, part, most_units(len(parts))) for part in parts]
        value = self._mean([share.value for share in shares])
        low, high = (None, None) if value is None else self._interval(shares)
        floor = self._mean([share.floor for share in shares])
        ceiling = self._mean([share.ceiling for share in shares])
        scored, unread, blocked, failed = (sum(share.counts[i] for share in shares) for i in range(4))
        missing = sum(share.missing for share in shares)
        return Measure(
            value=value,
            low=None if low is None else max(low, self.lowest),
            high=None if high is None else min(high, self.highest),
            n=scored,
            total=len(given),
            blocked=blocked,
            failed=failed,
            unread=unread,
            # Nor may rounding put the value outside of its bounds.
            floor=floor if floor is None or value is None else min(floor, value),
            ceiling=ceiling if ceiling is None or value is None else max(ceiling, value),
            better=better,
            outer=self.outer and missing > 0,
        )

    def status(self, point: Point) -> str:
        """What the point is to this metric."""
        return "unread" if point.status == "scored" and not self.usable(point) else point.status

    def _mean(self, values: Sequence[float]) -> float | None:
        """None where there are none or one is undefined: a published average is over all groups."""
        mean = sum(values) / len(values) if values else float("nan")
        # Rounding must not put it outside of the scale.
        return min(max(mean, self.lowest), self.highest) if isfinite(mean) else None

    def _interval(self, shares: Sequence[_Share]) -> Interval | tuple[None, None]:
        if self.interval == "none":
            return None, None
        if self.interval == "proportion":
            return averaged([share.value for share in shares], [share.worth for share in shares])
        if len(shares) == 1 and shares[0].own is not None:
            return shares[0].own(shares[0].stratum.sums) or (None, None)
        strata = [share.stratum for share in shares]
        return bootstrap(strata, cautious=self.interval != "values") or (None, None)


@dataclass(frozen=True, slots=True)
class _Share:
    """What one part of the points (all, or a group) gives; NaN for undefined."""

    counts: tuple[int, int, int, int]
    """Scored, unread, blocked, failed."""
    missing: int
    stratum: Stratum
    value: float
    floor: float
    ceiling: float
    own: Callable[[Matrix], Interval | None] | None
    worth: float
    """So many independent rows a proportion is of; of no account otherwise."""


def _share(metric: Additive, points: Points, most: int) -> _Share:
    """The numbers of one part."""
    became = [metric.status(kind) for kind in points.kinds]
    counts = dict.fromkeys(("scored", "unread", "blocked", "failed"), 0)
    for status, count in zip(became, points.counts.tolist(), strict=True):
        counts[status] += count
    counting = ("scored", "unread") if metric.unread_counts else ("scored",)
    counted = points.of_kind(lambda kind: metric.status(kind) in counting)
    missing = points.of_kind(lambda kind: metric.status(kind) not in counting)
    terms = metric.terms(points)
    stratum = _stratum(terms, counted, most)
    value = stratum.value
    floor, ceiling = (value, value) if not len(missing) else _extremes(metric, terms, stratum.total, missing)
    return _Share(
        counts=(counts["scored"], counts["unread"], counts["blocked"], counts["failed"]),
        missing=len(missing),
        stratum=stratum,
        value=value,
        floor=floor,
        ceiling=ceiling,
        own=terms.interval,
        worth=_worth(terms, counted, stratum.clusters) if metric.interval == "proportion" else 0.0,
    )


def _worth(terms: Terms, points: Points, clusters: int) -> float:
    """So many independent rows are these."""
    if len(points) == clusters:
        return float(len(points))
    # Of clusters, not of heaps of them, in which rows look less alike than they are.
    right, of = points.by_cluster(terms.tally).T
    return effective_rows(right, of)


def _extremes(metric: Additive, terms: Terms, total: Matrix, missing: Points) -> Interval:
    """The lowest and the highest number that the missing points leave possible."""
    if terms.down is None or terms.up is None:
        return metric.lowest, metric.highest
    if terms.floor is not None:
        floor = terms.floor(total, missing)
    else:
        floor = float(terms.formula(total + missing.total(terms.down)))
    # Where the best way leaves the number undefined, what the worst way gives is the only number possible.
    return floor, float(np.fmax(floor, terms.formula(total + missing.total(terms.up))))


def _stratum(terms: Terms, points: Points, most: int) -> Stratum:
    """The sums of each cluster or heap of clusters, and the directions in which unseen ones could pull."""
    sums, clusters = points.sums(terms.tally, most)
    if terms.down is None or terms.up is None or not len(points):
        return Stratum(sums, terms.formula, clusters)
    heaps = [(points, clusters)]
    if terms.kind is not None:
        of = terms.kind
        for one in sorted(set(map(of, points.kinds))):
            heap = points.of_kind(lambda kind, one=one: of(kind) == one)  # type: ignore[misc]
            heaps.append((heap, heap.clusters))

    def directions(way: Tally) -> Matrix:
        return np.stack([heap.total(way) / size for heap, size in heaps if size])

    return Stratum(sums, terms.formula, clusters, directions(terms.down), directions(terms.up))
