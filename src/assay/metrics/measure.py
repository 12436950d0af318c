"""A score of a task, measured: over all its points, and over each group where it asks for that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from assay.metrics import points as make
from assay.metrics.columns import Points, columns
from assay.schema import Measure, Point, Record, Score


def measured(score: Score, of: Iterable[Record | Point], needs: str = "") -> Measure:
    """The measure of a score.

    Args:
        score: of the task.
        of: the task's records, or points already made from them (as columns or one by one).
        needs: the instrument (`judge`) without which nothing could be read. Where it is given and nothing was
            scored, the measure is no number but says what it needs, even if unread otherwise counts as wrong.

    Returns:
        The measure, with `groups` (by name; rows without a group belong to none) where the score reports
        them.
    """
    given = of if isinstance(of, Points) else columns(point for one in of for point in points_of(score, one))
    whole = _measure(score, given, needs)
    if not score.groups:
        return whole
    parts = {name: part for name, part in given.by_group().items() if name}
    return replace(whole, groups={name: _measure(score, part, needs) for name, part in parts.items()})


def points_of(score: Score, one: Record | Point) -> Iterable[Point]:
    """The points that a record makes for a score."""
    if isinstance(one, Point):
        return (one,)
    return (make.first(one),) if score.points is None else score.points(one)


def _measure(score: Score, points: Points, needs: str) -> Measure:
    measure = score.metric(points, score.better)
    if measure.n or not needs:
        return measure
    # Unread for want of the instrument is not wrong: such rows could still go either way.
    open_ = score.metric(points.becoming(lambda kind: replace(kind, status="failed")), score.better)
    return replace(
        measure,
        value=None,
        low=None,
        high=None,
        floor=open_.floor,
        ceiling=open_.ceiling,
        outer=open_.outer,
        needs=needs,
    )
