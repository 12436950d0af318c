"""Shares and means.

A behaviour (refused, agreed, leaked) is counted among the replies that could be judged. Being right is
counted among the unreadable ones as well, since no readable answer is no right answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from assay.metrics.additive import Additive, Terms, has_value
from assay.metrics.columns import columns
from assay.schema import Better, Measure, Metric, Point
from assay.stats.intervals import Matrix

REFUSED = ("refused", "partly_refused")
"""Labels of a reply that refuses: all that was asked, or a part of it while it helps with the rest."""


def rate(*labels: str) -> Additive:
    """The share of scored points that have one of these labels: agreement rate, leak rate."""
    wanted = frozenset(labels)
    return _proportion(lambda point: point.label in wanted, lambda point: True)


def refusal_rate() -> Additive:
    """The share of the replies that could be judged which refuse, wholly or in part."""
    return rate(*REFUSED)


def label_share(*labels: str) -> Additive:
    """As `rate`, but among the unread points too: for judges that say `leaked` or nothing."""
    wanted = frozenset(labels)
    return _proportion(lambda point: point.label in wanted, lambda point: True, unread_counts=True)


def accuracy() -> Additive:
    """The share of points whose label is the gold one; an unread one is wrong: right / (n + unread)."""
    return _proportion(
        lambda point: point.label is not None and point.label == point.gold,
        lambda point: point.gold is not None,
        unread_counts=True,
    )


def mean(low: float = 0.0, high: float = 1.0, scale: float = 1.0) -> Additive:
    """The mean value of the scored points, times `scale`: toxicity, similarity.

    Args:
        low: the least value that a point can have. One beyond it (a cosine of -1 - 1e-16) is taken to be it.
        high: the greatest.
        scale: above 0; 100 for percent.
    """

    def constant(value: float) -> Callable[[Sequence[Point]], Matrix]:
        return lambda points: np.tile([value, 1.0], (len(points), 1))

    def tally(points: Sequence[Point]) -> Matrix:
        values = np.array([point.value for point in points], dtype=np.float64)
        return np.stack([np.clip(values, low, high), np.ones(len(points))], axis=1)

    def formula(sums: Matrix) -> Matrix:
        return scale * ratio(sums)

    terms = Terms(tally, formula, down=constant(low), up=constant(high))
    return Additive(
        lambda points: terms,
        lowest=scale * low,
        highest=scale * high,
        usable=has_value,
        interval="values",
        outer=True,
    )


def maximum(low: float = 0.0, high: float = 1.0) -> Metric:
    """The greatest value of the scored points: how bad it gets. It grows with n and has no interval.

    Args:
        low: the least value that a point can have.
        high: the greatest.
    """

    def measure(points: Iterable[Point], better: Better) -> Measure:
        given = columns(points)
        counted = mean(low, high)(given, better)
        usable = given.of_kind(lambda kind: kind.status == "scored" and has_value(kind))
        value = min(max(float(usable.value.max()), low), high) if len(usable) and usable.value is not None else low
        missing = counted.total - counted.n
        return Measure(
            value=value if counted.n else None,
            low=None,
            high=None,
            n=counted.n,
            total=counted.total,
            blocked=counted.blocked,
            failed=counted.failed,
            unread=counted.unread,
            floor=value if counted.total else None,
            ceiling=high if missing else value if counted.total else None,
            better=better,
            outer=missing > 0,
        )

    return measure


def ratio(sums: Matrix) -> Matrix:
    """The first sum over the second; NaN where the second is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums[..., 0] / sums[..., 1])


def _proportion(hit: Callable[[Point], bool], could: Callable[[Point], bool], unread_counts: bool = False) -> Additive:
    """Points that hit, of all. `could`: whether a point can hit at all; without gold none is right."""

    def counted(test: Callable[[Point], bool]) -> Callable[[Sequence[Point]], Matrix]:
        def tally(points: Sequence[Point]) -> Matrix:
            hits = np.array([test(point) for point in points], dtype=np.float64)
            return np.stack([hits, np.ones(len(points))], axis=1)

        return tally

    terms = Terms(
        counted(lambda point: point.status == "scored" and hit(point)),
        ratio,
        down=counted(lambda point: False),
        up=counted(could),
    )
    return Additive(lambda points: terms, unread_counts=unread_counts, interval="proportion")
