"""What each of several graders says for itself, and how far they agree. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.judges.agreeing import alpha
from assay.judges.panel import of_grader
from assay.metrics import measured
from assay.metrics.columns import Gathering
from assay.metrics.measure import points_of
from assay.schema import Measure, Point, Record, Score, Task
from assay.stats.agreement import Estimate, krippendorff_alpha

Ints = NDArray[np.intp]
PointsOf = Callable[[Record], Iterable[Point]] | None


def panel_of(judged: Iterable[tuple[Task, Iterable[Record]]], graders: Sequence[str]) -> dict[str, Any]:
    """What result.json says under `panel`: Krippendorff's α, and each grader's own value of what it decided.

    Args:
        judged: each task with its records, which are gone through more than once, each time perhaps from disk.
        graders: at least two.

    Returns:
        `alpha`: `overall` and by task under `tasks`. `judges`: by grader, task and measure. Each number has `value low
        high n`; n of α is the verdicts that two or more could give. Empty where graders decided nothing.
    """
    ratings: dict[str, Ints] = {}
    own: dict[str, dict[str, Any]] = {name: {} for name in graders}
    for task, records in judged:
        found = _ratings(records, graders)
        if not len(found):
            continue
        ratings[task.id] = found
        for name in graders:
            own[name][task.id] = _measures(task, records, name)
    if not ratings:
        return {}
    tasks = {task: _described(krippendorff_alpha(found), [found]) for task, found in ratings.items()}
    several = list(ratings.values())
    overall = _described(alpha(several), several) if len(several) > 1 else next(iter(tasks.values()))
    return {"alpha": {"overall": overall, "tasks": tasks}, "judges": own}


def _ratings(records: Iterable[Record], graders: Sequence[str]) -> Ints:
    """One row a verdict that graders voted on: each one's label, as a number; −1 where it could not tell."""
    codes: dict[str, int] = {}
    found = array("b")
    for record in records:
        for verdict in record.verdicts:
            if verdict.votes:
                said = dict(verdict.votes)
                labels = (said.get(name) for name in graders)
                found.extend(-1 if label is None else codes.setdefault(label, len(codes)) for label in labels)
    return np.frombuffer(found, dtype=np.int8).reshape(-1, len(graders)).astype(np.intp)


def _measures(task: Task, records: Iterable[Record], grader: str) -> dict[str, Any]:
    """The measures of a task as one grader alone would have them."""
    ways: Mapping[PointsOf, Score] = {score.points: score for score in task.scores}
    gathered = {way: Gathering() for way in ways}
    for record in records:
        as_told = of_grader(record, grader)
        for way, score in ways.items():
            for point in points_of(score, as_told):
                gathered[way].add(point)
    points = {way: gathering.points() for way, gathering in gathered.items()}
    return {score.name: short(measured(score, points[score.points])) for score in task.scores}


def short(measure: Measure) -> dict[str, Any]:
    """Value, interval and n."""
    return {"value": measure.value, "low": measure.low, "high": measure.high, "n": measure.n}


def _described(found: Estimate, of: Iterable[Ints]) -> dict[str, Any]:
    n = sum(int(((ratings >= 0).sum(axis=1) > 1).sum()) for ratings in of)
    return {"value": found.value, "low": found.low, "high": found.high, "n": n}
