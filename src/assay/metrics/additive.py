"""A metric as a formula of sums over points: value, interval, floor and ceiling all follow from that.

    value             formula(sum of the points)
    low, high         formula(sums of resampled clusters)                     (`assay.stats.intervals`)
    floor, ceiling    formula(sum of the points + what the missing ones add, gone the worst or the best way)

A mean over groups keeps the sums of each group apart and averages what the formula makes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np

from assay.schema import Better, Measure, Point
from assay.stats.intervals import Formula, Interval, Matrix, Stratum, bootstrap, wilson

Tally = Callable[[Sequence[Point]], Matrix]
"""Points → what each adds, one row a point, one column a sum."""


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
    floor: Callable[[Matrix, Sequence[Point]], float] | None = None
    """The lowest number of known sums and missing points, where what one of them adds depends on the
    others."""
    kind: Callable[[Point], str] | None = None
    """Points of a kind have a share of their own in the number, however few they are: macro F1's classes."""


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

    terms: Callable[[Sequence[Point]], Terms]
    """The terms for these points: most metrics need not look; tables must know their rows and columns."""
    lowest: float = 0.0
    highest: float = 1.0
    usable: Callable[[Point], bool] = has_label
    unread_counts: bool = False
    """Unread points are in the tally, as wrong; else they are missing like the blocked and the failed."""
    interval: Literal["proportion", "counts", "values", "none"] = "counts"
    """`proportion`: the sums are (right, of), Wilson's interval where no two points share a cluster.
    `counts`, `values`: the bootstrap, cautious for counts. `none`: an interval would say nothing."""
    outer: bool = False
    """Floor and ceiling may lie outside what is possible."""
    by_group: bool = False
    """The mean over the groups of the points."""

    def __call__(self, points: Sequence[Point], better: Better) -> Measure:
        """The measure of these points."""
        parts = tuple(grouped(points).values()) if self.by_group else (points,)
        shares = [_share(self, part) for part in parts if part]
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
            total=len(points),
            blocked=blocked,
            failed=failed,
            unread=unread,
            # Nor may rounding put the value outside of its bounds.
            floor=floor if floor is None or value is None else min(floor, value),
            ceiling=ceiling if ceiling is None or value is None else max(ceiling, value),
            better=better,
            outer=self.outer and missing > 0,
        )

    def _mean(self, values: Sequence[float]) -> float | None:
        """None where there are none or one is undefined: a published average is over all groups."""
        mean = sum(values) / len(values) if values else float("nan")
        # Rounding must not put it outside of the scale.
        return min(max(mean, self.lowest), self.highest) if isfinite(mean) else None

    def _interval(self, shares: Sequence[_Share]) -> Interval | tuple[None, None]:
        strata = [share.stratum for share in shares]
        if self.interval == "none":
            return None, None
        if self.interval == "proportion" and len(shares) == 1 and len(strata[0].sums) == shares[0].counted:
            right, n = strata[0].total
            return wilson(float(right), float(n))
        return bootstrap(strata, cautious=self.interval != "values") or (None, None)


@dataclass(frozen=True, slots=True)
class _Share:
    """What one part of the points (all, or a group) gives; NaN for undefined."""

    counts: tuple[int, int, int, int]
    """Scored, unread, blocked, failed."""
    counted: int
    missing: int
    stratum: Stratum
    value: float
    floor: float
    ceiling: float


def grouped(points: Sequence[Point]) -> dict[str, list[Point]]:
    """The points of each group, groups by name."""
    groups: dict[str, list[Point]] = {}
    for point in points:
        groups.setdefault(point.group, []).append(point)
    return dict(sorted(groups.items()))


def _share(metric: Additive, points: Sequence[Point]) -> _Share:
    """The numbers of one part."""
    by_status: dict[str, list[Point]] = {"scored": [], "unread": [], "blocked": [], "failed": []}
    for point in points:
        useless = point.status == "scored" and not metric.usable(point)
        by_status["unread" if useless else point.status].append(point)
    scored, unread, blocked, failed = by_status.values()
    counted = scored + unread if metric.unread_counts else scored
    missing = blocked + failed + ([] if metric.unread_counts else unread)
    terms = metric.terms(counted + missing)
    stratum = _stratum(terms, counted)
    value = stratum.value
    floor, ceiling = (value, value) if not missing else _extremes(metric, terms, stratum.total, missing)
    return _Share(
        counts=(len(scored), len(unread), len(blocked), len(failed)),
        counted=len(counted),
        missing=len(missing),
        stratum=stratum,
        value=value,
        floor=floor,
        ceiling=ceiling,
    )


def _extremes(metric: Additive, terms: Terms, total: Matrix, missing: Sequence[Point]) -> Interval:
    """The lowest and the highest number that the missing points leave possible."""
    if terms.down is None or terms.up is None:
        return metric.lowest, metric.highest
    if terms.floor is not None:
        floor = terms.floor(total, missing)
    else:
        floor = float(terms.formula(total + terms.down(missing).sum(axis=0)))
    # Where the best way leaves the number undefined, what the worst way gives is the only number possible.
    return floor, float(np.fmax(floor, terms.formula(total + terms.up(missing).sum(axis=0))))


def _stratum(terms: Terms, points: Sequence[Point]) -> Stratum:
    """The sums of each cluster, and the directions in which unseen ones could pull."""
    clusters = _clusters(points)
    order = np.argsort(clusters, kind="stable")
    starts = np.flatnonzero(np.diff(clusters[order], prepend=-1))
    sums = np.add.reduceat(terms.tally(points)[order], starts, axis=0)
    if terms.down is None or terms.up is None or not points:
        return Stratum(sums, terms.formula)
    heaps = [np.ones(len(points), dtype=np.bool_)]
    if terms.kind is not None:
        kinds = [terms.kind(point) for point in points]
        heaps += [np.array([kind == one for kind in kinds]) for one in sorted(set(kinds))]
    sizes = np.array([len(np.unique(clusters[heap])) for heap in heaps], dtype=np.float64)

    def directions(way: Tally) -> Matrix:
        gone = way(points)
        return np.stack([gone[heap].sum(axis=0) for heap in heaps]) / sizes[:, None]

    return Stratum(sums, terms.formula, directions(terms.down), directions(terms.up))


def _clusters(points: Sequence[Point]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The number of each point's cluster. A point without a cluster is one of its own.

    Numbered by name: the order in which rows came back must not change the interval.
    """
    numbers = {name: number for number, name in enumerate(sorted({p.cluster for p in points} - {""}))}
    alone = iter(range(len(numbers), len(numbers) + len(points)))
    return np.array([numbers[p.cluster] if p.cluster else next(alone) for p in points], dtype=np.intp)
