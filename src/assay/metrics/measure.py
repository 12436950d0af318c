"""A score of a task, measured: over all its points, and over each group where it asks for that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from assay.metrics import points as make
from assay.metrics.additive import grouped
from assay.schema import Measure, Point, Record, Score


def measured(score: Score, of: Iterable[Record | Point], needs: str = "") -> Measure:
    """The measure of a score.

    Args:
        score: of the task.
        of: the task's records, or points already made from them. Only the points are kept.
        needs: the instrument (`judge`) without which nothing could be read. Where it is given and nothing was
            scored, the measure is no number but says what it needs, even if unread otherwise counts as wrong.

    Returns:
        The measure, with `groups` (by name; rows without a group belong to none) where the score reports
        them.
    """
    kept: list[Point] = []
    for one in of:
        if isinstance(one, Point):
            kept.append(one)
        elif score.points is None:
            kept.append(make.first(one))
        else:
            kept.extend(score.points(one))
    whole = _measure(score, kept, needs)
    if not score.groups:
        return whole
    parts = {name: part for name, part in grouped(kept).items() if name}
    return replace(whole, groups={name: _measure(score, part, needs) for name, part in parts.items()})


def _measure(score: Score, points: list[Point], needs: str) -> Measure:
    measure = score.metric(points, score.better)
    if measure.n or not needs:
        return measure
    # Unread for want of the instrument is not wrong: such rows could still go either way.
    open_ = score.metric([replace(point, status="failed") for point in points], score.better)
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
