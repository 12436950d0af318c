"""Runs compared on the rows they share: paired tests, the differences these could have seen, and ranks.

Two runs are paired row by row: same task and version, same data, row id, language and epoch. Replies are not judged
again: what was found of each is in its samples. Those are read as a stream; what stays of a point is some 30 bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Any

from assay.alike import Run, check_version, differences, measures, opened, told_apart_by_text
from assay.compared import Comparison, Line, Places, as_json
from assay.errors import UsageError
from assay.metrics import paired
from assay.metrics.additive import Additive
from assay.metrics.measure import points_of
from assay.metrics.paired import Column, Gathering, Shared
from assay.operating import OPERATING_POINTS, OperatingPoint
from assay.schema import Better, Record, Score, Status, Task
from assay.stats.multiplicity import holm
from assay.stats.paired import difference as bootstrapped
from assay.stats.ranks import Rank
from assay.stats.resampling import Model

__all__ = ["BALANCED", "Line", "NothingShared", "as_json", "compare", "operating_name"]

BALANCED = "balanced"
"""The score of an operating point."""
MIRRORED: Mapping[tuple[str, str], str] = MappingProxyType({("safety/jailbreak", "attack_success_rate"): "rta"})
"""Measures that are one less another of their task: the same test, which counts once among those that Holm corrects."""


class NothingShared(UsageError):
    """Runs that no row pairs: none is in several of them, or none counts in several."""


def compare(paths: Sequence[Path], tasks: Sequence[Task], all_pairs: bool = False) -> Comparison:
    """Compare runs on the rows they share: the first with each other one, or each with each.

    Raises:
        UsageError: fewer than two runs, or runs of other data or task versions.
        NothingShared: a UsageError too: no row can be paired.
        StoreError: a folder is no run, or damaged.
    """
    if len(paths) < 2:
        raise UsageError("a comparison takes two runs or more: assay compare RUN RUN…")
    runs = tuple(map(opened, paths))
    by_text = told_apart_by_text(runs)
    common = [task for task in tasks if sum(run.has(task.id) for run in runs) > 1]
    for task in common:
        check_version(task, runs)
    found = _Found(tuple(combinations(range(len(runs)), 2) if all_pairs else ((0, n) for n in range(1, len(runs)))))
    read = [_read(run, [task for task in common if run.has(task.id)], by_text) for run in runs]
    for task in common:
        _compare_task(task, runs, read, found)
    for point in OPERATING_POINTS:
        _compare_operating(point, found)
    lines = [line for several in (*found.versus.values(), found.standings) for line in several if line.rows]
    if not lines:
        raise NothingShared(_why_none(common))
    met = {(line.task, line.measure) for line in lines}
    wanted = {task.id for task in tasks}
    return Comparison(
        runs,
        {pair: _adjusted(_ordered(several)) for pair, several in found.versus.items()},
        tuple(_ordered(found.standings)),
        tuple(one for one in measures(runs) if one[0] in wanted and one not in met),
        (*differences(runs), *(["recorded replies: a row is the same where its prompt is"] if by_text else [])),
    )


def _why_none(common: Sequence[Task]) -> str:
    if not common:
        return "these runs have no task in common"
    asked = ", ".join(task.id for task in common)
    return f"no row of {asked} counts in several of these runs: they were asked others, or have no replies that count"


def _adjusted(lines: Sequence[Line]) -> tuple[Line, ...]:
    """With Holm's correction over the measures of two runs, the mirror of one being no other test."""
    mirrors = [(line.task, MIRRORED.get((line.task, line.measure), line.measure)) for line in lines]
    tested = {mirror: line.found.p if line.found else None for mirror, line in zip(mirrors, lines, strict=True)}
    adjusted = dict(zip(tested, holm(list(tested.values())), strict=True))
    family = sum(p is not None for p in adjusted.values())
    return tuple(replace(line, adjusted=adjusted[of], family=family) for line, of in zip(lines, mirrors, strict=True))


def _ordered(lines: Sequence[Line]) -> list[Line]:
    """The two rates of an operating point and its score one after the other, where the first of them stands."""
    place: dict[tuple[str, str], tuple[float, int]] = {}
    at = {(line.task, line.measure): number for number, line in enumerate(lines)}
    for point in OPERATING_POINTS:
        several = (point.harmful, point.benign, (operating_name(point), BALANCED))
        if set(several) <= set(at):
            place |= {one: (min(at[name] for name in several), number) for number, one in enumerate(several)}
    return sorted(lines, key=lambda line: place.get((line.task, line.measure), (at[line.task, line.measure], 0)))


# ---- task by task -------------------------------------------------------------------------------


@dataclass(slots=True)
class _Found:
    """What has been found so far."""

    pairs: tuple[Places, ...]
    versus: dict[Places, list[Line]] = field(init=False)
    standings: list[Line] = field(default_factory=list)
    parts: dict[tuple[str, str], dict[Places, tuple[Line, list[Model]]]] = field(default_factory=dict)
    """Of the measures that an operating point is made of, what it is made of."""

    def __post_init__(self) -> None:
        self.versus = {pair: [] for pair in self.pairs}

    def add(self, line: Line) -> None:
        """One more measure of some runs."""
        self.versus[line.runs].append(line) if len(line.runs) == 2 else self.standings.append(line)


def _read(run: Run, tasks: Sequence[Task], by_text: bool) -> dict[tuple[str, Any], Gathering]:
    """The points of a run, by task and the way they are made; scores that count the same ones share them."""
    ways = {task.id: {score.points: score for score in _scores(task)} for task in tasks}
    gathered = {(task, way): Gathering() for task, of in ways.items() for way in of}
    for task, epoch, record in run.folder.records(list(ways)):
        name = _name(epoch, record, by_text)
        for way, score in ways[task].items():
            gathered[task, way].add(name, tuple(points_of(score, record)))
    return gathered


def _scores(task: Task) -> list[Score]:
    return [score for score in task.scores if paired.comparable(score.metric)]


def _formula(score: Score) -> Additive:
    """The metric of a score that is comparable."""
    assert isinstance(score.metric, Additive)
    return score.metric


def _compare_task(
    task: Task, runs: Sequence[Run], read: Sequence[dict[tuple[str, Any], Gathering]], found: _Found
) -> None:
    columns = {
        (place, way): gathering.column()
        for place, of in enumerate(read)
        for (of_task, way), gathering in of.items()
        if of_task == task.id
    }
    for score in _scores(task):
        able = {
            place: columns[place, score.points]
            for place, run in enumerate(runs)
            if run.has(task.id) and not run.lacks(task.id, score.name)
        }
        able = {place: column for place, column in able.items() if paired.counted(_formula(score), column)}
        groups = [pair for pair in found.pairs if set(pair) <= set(able)]
        for places in [*groups, tuple(able)] if len(able) > 2 else groups:
            line, models = _line(task, score, {place: able[place] for place in places})
            found.add(line)
            if any((task.id, score.name) in (point.harmful, point.benign) for point in OPERATING_POINTS):
                found.parts.setdefault((task.id, score.name), {})[places] = line, models


def _name(epoch: int, record: Record, by_text: bool) -> str:
    row = record.row
    asked = (turn.content for chat in row.chats for turn in chat if turn.role == "user") if by_text else ()
    return "\0".join([row.id, row.lang, str(epoch), *asked])


def _line(task: Task, score: Score, columns: Mapping[int, Column]) -> tuple[Line, list[Model]]:
    metric = _formula(score)
    rows = paired.shared(metric, list(columns.values()))
    models = paired.models(metric, rows)
    line = _without_test(task.id, score, tuple(columns), paired.numbers(models), rows, len(models[0]))
    if not rows or None in line.values:
        return line, models
    if len(columns) == 2:
        return replace(line, found=paired.difference(metric, rows, models)), models
    return replace(line, ranks=_ranks(score.better, models)), models


def _without_test(
    task: str, score: Score, places: Places, values: Sequence[float | None], rows: Shared, strata: int
) -> Line:
    return Line(task, score.name, score.better, places, tuple(values), len(rows), rows.lost, rows.alone, strata)


def _ranks(better: Better, models: Sequence[Model]) -> tuple[Rank, ...] | None:
    found = None if better == "neither" else paired.standings(models, better == "higher")
    return None if found is None else tuple(found)


# ---- operating points ---------------------------------------------------------------------------


def operating_name(point: OperatingPoint) -> str:
    """What stands for the task where its balanced score is a line: `safety/misuse × exaggerated_safety`."""
    return f"{point.harmful[0]} × {point.benign[0].rpartition('/')[2]}"


def _compare_operating(point: OperatingPoint, found: _Found) -> None:
    """The balanced score as one more measure: the mean of two strata, refusal of harmful and compliance with benign."""
    benign_by_places = found.parts.get(point.benign, {})
    for places, (harmful, refusing) in found.parts.get(point.harmful, {}).items():
        if places not in benign_by_places:
            continue
        benign, complying = benign_by_places[places]
        models: list[Model] = [[*h, *paired.mirrored(b)] for h, b in zip(refusing, complying, strict=True)]
        line = Line(
            operating_name(point),
            BALANCED,
            "higher",
            places,
            tuple(paired.numbers(models)),
            harmful.rows + benign.rows,
            tuple(_summed(one, other) for one, other in zip(harmful.lost, benign.lost, strict=True)),
            tuple(one + other for one, other in zip(harmful.alone, benign.alone, strict=True)),
            2,
        )
        if None in line.values:
            found.add(line)
        elif len(places) == 2:
            found.add(replace(line, found=bootstrapped(models[1], models[0])))
        else:
            found.add(replace(line, ranks=_ranks("higher", models)))


def _summed(one: Mapping[Status, int], other: Mapping[Status, int]) -> dict[Status, int]:
    return {status: one.get(status, 0) + other.get(status, 0) for status in {**one, **other}}
