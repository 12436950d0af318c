"""Does the model behave the same in both languages? Each measure's difference between parallel rows. Pure.

Rows of one id are the same case in two languages, so they are paired as two models on one row are (`comparing`): the
number of the second language less that of the first, over the cases that count in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import hypot
from typing import Any

from assay.metrics import paired
from assay.metrics.additive import Additive
from assay.metrics.measure import points_of
from assay.metrics.paired import Column, Gathering
from assay.schema import Score, Task
from assay.scoring import PointsOf, Records
from assay.stats.multiplicity import holm

Columns = Mapping[PointsOf, Column]
"""The points of one language, by the way they are made."""


def between_languages(
    judged: Sequence[tuple[Task, Records]], tasks: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The tasks of `result.json`, with `between_languages` in each measure that was taken of parallel rows.

    It holds, for each two languages, `first second value low high p p_adjusted test pairs clusters`: value is second −
    first, p_adjusted Holm's correction over all of these.

    Args:
        judged: the records of each task; gone through once more where a task has several languages.
        tasks: what was measured, by task id.
    """
    found = [
        (task.id, name, difference)
        for task, records in judged
        if any("languages" in one for one in tasks[task.id]["measures"].values())
        for name, difference in _of_task(task, records)
    ]
    beside: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for (task_id, name, difference), p in zip(found, holm([one["p"] for _, _, one in found]), strict=True):
        beside.setdefault((task_id, name), []).append({**difference, "p_adjusted": p})
    return {
        task_id: {
            **task,
            "measures": {
                name: {**one, "between_languages": beside[task_id, name]} if (task_id, name) in beside else one
                for name, one in task["measures"].items()
            },
        }
        for task_id, task in tasks.items()
    }


def of_operating_points(
    points: Mapping[str, Mapping[str, Any]], tasks: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The operating points of `result.json`, with `between_languages` in each balanced score that has both differences.

    The score is the mean of a rate of refusals and of the rest of another one, so its difference is half of the one
    difference less half of the other. The requests are different ones: the arms of the two intervals are added as
    squares, as for the score itself (`assay.operating`). There is no test of it, and no `p`.

    Args:
        points: by name.
        tasks: what `between_languages` returned.
    """
    return {
        name: {**point, "balanced": {**point["balanced"], "between_languages": found}} if found else dict(point)
        for name, point in points.items()
        for found in [list(_of_point(point, tasks))]
    }


def _of_point(point: Mapping[str, Any], tasks: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    harmful, benign = (
        {
            (one["first"], one["second"]): one
            for one in tasks[point[side]["task"]]["measures"][point[side]["measure"]].get("between_languages", ())
        }
        for side in ("harmful", "benign")
    )
    for pair, more in harmful.items():
        less = benign.get(pair)
        if less is not None:
            value = (more["value"] - less["value"]) / 2
            yield {
                "first": pair[0],
                "second": pair[1],
                "value": value,
                "low": value - hypot(more["value"] - more["low"], less["high"] - less["value"]) / 2,
                "high": value + hypot(more["high"] - more["value"], less["value"] - less["low"]) / 2,
                "pairs": more["pairs"] + less["pairs"],
            }


def _of_task(task: Task, records: Records) -> Iterator[tuple[str, dict[str, Any]]]:
    """Of each score, by name, the difference of each two languages that can be paired."""
    scores = [score for score in task.scores if paired.comparable(score.metric)]
    of = _columns(scores, records)
    for score in scores:
        for first, second in combinations(of, 2):
            difference = _difference(score, of[first], of[second])
            if difference is not None:
                yield score.name, {"first": first, "second": second, **difference}


def _columns(scores: Sequence[Score], records: Records) -> dict[str, Columns]:
    """Languages by name."""
    ways = {score.points: score for score in scores}
    gathered: dict[str, dict[PointsOf, Gathering]] = {}
    for record in records:
        of = gathered.setdefault(record.row.lang, {way: Gathering() for way in ways})
        for way, score in ways.items():
            of[way].add(record.row.id, tuple(points_of(score, record)))
    return {lang: {way: rows.column() for way, rows in of.items()} for lang, of in sorted(gathered.items())}


def _difference(score: Score, first: Columns, second: Columns) -> dict[str, Any] | None:
    """Second − first; None where no case counts in both, or a number is undefined."""
    metric = score.metric
    assert isinstance(metric, Additive)
    rows = paired.shared(metric, [first[score.points], second[score.points]])
    models = paired.models(metric, rows) if rows else []
    found = None if not models or None in paired.numbers(models) else paired.difference(metric, rows, models)
    if found is None:
        return None
    return {
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "p": found.p,
        "test": found.test,
        "pairs": len(rows),
        "clusters": found.clusters,
    }
