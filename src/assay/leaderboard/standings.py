"""Where the user's runs stand among each other, measure by measure, as far as the rows that they share show it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.alike import Run, check_version, opened, told_apart_by_text
from assay.errors import UsageError
from assay.metrics import paired
from assay.metrics.additive import Additive
from assay.metrics.measure import points_of
from assay.metrics.paired import Gathering
from assay.report.dimensions import main_measures
from assay.schema import Record, Score, Task
from assay.stats.ranks import Rank


@dataclass(frozen=True, slots=True)
class Standing:
    """The ranks of the runs in one measure; their intervals hold all at once in 95 % of cases."""

    task: str
    measure: str
    published: str
    """The id of the published metric, or nothing."""
    rows: int
    """That all of them share and that count in all."""
    places: Mapping[int, tuple[float, Rank]]
    """By place of the run in what was given: its number on those rows, and its rank."""


@dataclass(frozen=True, slots=True)
class Standings:
    """Runs that share data."""

    runs: tuple[int, ...]
    """Their places in what was given."""
    measures: tuple[Standing, ...]
    average: Mapping[int, tuple[float, float, float]]
    """By run the mean rank over the main measures of the tasks in which all have one, and the means of the ends of
    the intervals."""
    tasks: int
    """So many tasks that is over."""


def standings(paths: Sequence[Path], tasks: Sequence[Task], without: Collection[int] = ()) -> list[Standings]:
    """Of each data that two runs or more share. Runs of other task versions stay out of those tasks.

    Args:
        paths: the runs' folders.
        tasks: those that the runs may have.
        without: places of runs that are left out.

    Raises:
        StoreError: a folder is no run, or damaged.
    """
    groups: dict[str, list[int]] = {}
    runs = {place: opened(path) for place, path in enumerate(paths) if place not in without}
    for place, run in runs.items():
        recorded = run.described["endpoint"] == "recorded"
        groups.setdefault("recorded" if recorded else run.described["data"]["sha256"], []).append(place)
    return [
        found
        for places in groups.values()
        if len(places) > 1 and (found := _of({place: runs[place] for place in places}, tasks)).measures
    ]


def _of(runs: Mapping[int, Run], tasks: Sequence[Task]) -> Standings:
    by_text = told_apart_by_text(list(runs.values()))
    common = [task for task in tasks if _shared(task, list(runs.values()))]
    read = {place: _read(run, common, by_text) for place, run in runs.items()}
    found = [
        standing
        for task in common
        for score in _ranking(task)
        if (standing := _standing(task, score, runs, read)) is not None
    ]
    whole = [one for one in found if len(one.places) == len(runs) and _is_main(one, runs)]
    average = {place: _mean([one.places[place][1] for one in whole]) for place in runs} if whole else {}
    return Standings(tuple(runs), tuple(found), average, len({one.task for one in whole}))


def _is_main(standing: Standing, runs: Mapping[int, Run]) -> bool:
    """Whether the task is read by this measure: tasks with several measures weigh no more than others."""
    first = next(iter(runs.values()))
    return standing.measure in main_measures(standing.task, first.result["tasks"][standing.task])


def _shared(task: Task, runs: Sequence[Run]) -> bool:
    having = [run for run in runs if run.has(task.id)]
    try:
        check_version(task, having)
    except UsageError:
        return False
    return len(having) > 1


def _ranking(task: Task) -> list[Score]:
    return [score for score in task.scores if paired.comparable(score.metric) and score.better != "neither"]


def _read(run: Run, tasks: Sequence[Task], by_text: bool) -> dict[tuple[str, Any], Gathering]:
    """The points of a run, by task and the way they are made."""
    ways = {task.id: {score.points: score for score in _ranking(task)} for task in tasks if run.has(task.id)}
    gathered = {(task, way): Gathering() for task, of in ways.items() for way in of}
    for task, epoch, record in run.folder.records(list(ways)):
        name = _name(epoch, record, by_text)
        for way, score in ways[task].items():
            gathered[task, way].add(name, tuple(points_of(score, record)))
    return gathered


def _name(epoch: int, record: Record, by_text: bool) -> str:
    row = record.row
    asked = (turn.content for chat in row.chats for turn in chat if turn.role == "user") if by_text else ()
    return "\0".join([row.id, row.lang, str(epoch), *asked])


def _standing(
    task: Task, score: Score, runs: Mapping[int, Run], read: Mapping[int, Mapping[tuple[str, Any], Gathering]]
) -> Standing | None:
    metric = score.metric
    assert isinstance(metric, Additive)
    columns = {
        place: read[place][task.id, score.points].column()
        for place, run in runs.items()
        if run.has(task.id) and not run.lacks(task.id, score.name)
    }
    columns = {place: column for place, column in columns.items() if paired.counted(metric, column)}
    if len(columns) < 2:
        return None
    rows = paired.shared(metric, list(columns.values()))
    models = paired.models(metric, rows) if len(rows) else []
    values = paired.numbers(models)
    if not values or None in values:
        return None
    ranks = paired.standings(models, score.better == "higher")
    if ranks is None:
        return None
    places = {place: (float(value or 0), rank) for place, value, rank in zip(columns, values, ranks, strict=True)}
    return Standing(task.id, score.name, score.published or "", len(rows), places)


def _mean(ranks: Sequence[Rank]) -> tuple[float, float, float]:
    n = len(ranks)
    return (
        sum(rank.value for rank in ranks) / n,
        sum(rank.best for rank in ranks) / n,
        sum(rank.worst for rank in ranks) / n,
    )
