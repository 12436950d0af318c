"""Several runs' points of the same rows, side by side: what `assay.stats.paired` and `assay.stats.ranks` compare.

A row counts where every run has something to count there, by the rules of the metric: an unread reply is a wrong one
where the metric says so; otherwise it leaves the comparison, like a blocked or failed one, and with it the replies of
the other runs. Who lost how many is told (`Shared.lost`). Where a metric's population depends on the reply (the
toxicity of what was not refused), a run without a point has nothing to add to its sums; its rows stay.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray

from assay.metrics.additive import Additive, Terms
from assay.metrics.columns import CHUNK, Matrix, Points, Tally, hashed, together
from assay.schema import Point, Status
from assay.stats import paired, ranks
from assay.stats.intervals import Formula, Stratum, most_units
from assay.stats.paired import Difference
from assay.stats.ranks import Rank
from assay.stats.resampling import Model, value

Hashes = NDArray[np.uint64]
Flags = NDArray[np.bool_]

REPEATED, FURTHER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
"""Odd numbers that set apart the rows of one name, and the points of one row."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The points that one run has for one score, and the rows they are of."""

    rows: Hashes
    """The run's rows, with or without points; each once."""
    points: Points
    row: Hashes
    """For each point its row."""
    key: Hashes
    """For each point its row and its place among the points of that row."""


class Gathering:
    """Takes the rows of a run one by one, with the points that each makes for one score."""

    def __init__(self) -> None:
        self._rows = array("Q")
        self._made = array("i")
        self._kinds: dict[tuple[object, ...], int] = {}
        self._code = array("i")
        self._cluster = array("Q")
        self._value = array("d")

    def add(self, row: str, points: Sequence[Point]) -> None:
        """One more row. Of rows with the same name, the first is paired with the first of another run, and so on."""
        self._rows.append(hashed(row))
        self._made.append(len(points))
        for point in points:
            value = point.value
            sort = None if value is None else 0.0 if isfinite(value) else float("inf")
            kind = (point.status, point.label, sort, point.gold, point.group, type(point.gold))
            self._code.append(self._kinds.setdefault(kind, len(self._kinds)))
            self._cluster.append(hashed(point.cluster or f"\0{row}"))
            self._value.append(nan if value is None else value)

    def column(self) -> Column:
        """All of them."""
        kinds = tuple(Point(*kind[:5]) for kind in self._kinds)  # type: ignore[arg-type]
        valued = any(kind.value is not None for kind in kinds)
        points = Points(
            kinds,
            np.frombuffer(self._code, dtype=np.int32),
            np.frombuffer(self._cluster, dtype=np.uint64),
            np.frombuffer(self._value, dtype=np.float64) if valued else None,
        )
        names = np.frombuffer(self._rows, dtype=np.uint64)
        rows = names + _earlier(names) * REPEATED
        made = np.frombuffer(self._made, dtype=np.int32)
        row = np.repeat(rows, made)
        place = np.arange(len(row)) - np.repeat(np.cumsum(made) - made, made)
        return Column(rows, points, row, row + place.astype(np.uint64) * FURTHER)


def _earlier(names: Hashes) -> Hashes:
    """How many of the same came before each."""
    order = np.argsort(names, kind="stable")
    places = np.arange(len(names))
    new = np.ones(len(names), dtype=np.bool_)
    new[1:] = names[order][1:] != names[order][:-1]
    earlier = np.empty(len(names), dtype=np.uint64)
    earlier[order] = places - np.maximum.accumulate(np.where(new, places, 0))
    return earlier


# ---- the same rows ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """The points of the rows that all runs have and that count in all."""

    sides: tuple[Points, ...]
    """For each run its points; where it has none, see `there`."""
    there: tuple[Flags, ...]
    """For each run which of the shared points it has: those outside of its population are not there."""
    cluster: Hashes
    """For each shared point."""
    lost: tuple[Mapping[Status, int], ...]
    """For each run, by reason, its points of shared rows that cannot be counted. A point may be lost in several."""
    alone: tuple[int, ...]
    """For each run its rows that not all the others have."""

    def __len__(self) -> int:
        return len(self.cluster)


def shared(metric: Additive, runs: Sequence[Column]) -> Shared:
    """What several runs have in common, as far as the metric can count it.

    Args:
        metric: says what counts.
        runs: at least one; of the same score.
    """
    common = runs[0].rows
    for run in runs[1:]:
        common = np.intersect1d(common, run.rows, assume_unique=True)
    held = [np.isin(run.row, common) for run in runs]
    keys = np.unique(np.concatenate([run.key[mask] for run, mask in zip(runs, held, strict=True)]))
    cluster = np.zeros(len(keys), dtype=np.uint64)
    place = [np.full(len(keys), -1) for _ in runs]
    keep = np.ones(len(keys), dtype=np.bool_)
    lost: list[Mapping[Status, int]] = []
    for run, mask, at in zip(runs, held, place, strict=True):
        mine = np.flatnonzero(mask)
        where = np.searchsorted(keys, run.key[mine])
        at[where] = mine
        cluster[where] = run.points.cluster[mine]
        became, counts = _became(metric, run.points.kinds)
        keep[where] &= counts[run.points.code[mine]]
        lost.append(_lost(run.points.code[mine], became, counts))
    there = [at[keep] >= 0 for at in place]
    sides = [_taken(run.points, at[keep][have]) for run, at, have in zip(runs, place, there, strict=True)]
    alone = tuple(len(run.rows) - len(common) for run in runs)
    return Shared(tuple(sides), tuple(there), cluster[keep], tuple(lost), alone)


def _became(metric: Additive, kinds: Sequence[Point]) -> tuple[list[Status], Flags]:
    """What points of each kind are to the metric, and whether it counts them."""
    became: list[Status] = [metric.status(kind) for kind in kinds]  # type: ignore[misc]
    counting = ("scored", "unread") if metric.unread_counts else ("scored",)
    return became, np.array([status in counting for status in became], dtype=np.bool_)


def _lost(codes: NDArray[np.int32], became: Sequence[Status], counts: Flags) -> dict[Status, int]:
    lost: dict[Status, int] = {}
    for status, count, counted in zip(became, np.bincount(codes, minlength=len(became)), counts, strict=True):
        if count and not counted:
            lost[status] = lost.get(status, 0) + int(count)
    return lost


def _taken(points: Points, places: NDArray[np.intp]) -> Points:
    """Some of the points, with the kinds that occur among them."""
    used, code = np.unique(points.code[places], return_inverse=True)
    value = None if points.value is None else points.value[places]
    return Points(tuple(points.kinds[kind] for kind in used), code.astype(np.int32), points.cluster[places], value)


def counted(metric: Additive, run: Column) -> int:
    """So many points of a run the metric can count."""
    return int(run.points.counts[_became(metric, run.points.kinds)[1]].sum())


# ---- what is compared ---------------------------------------------------------------------------


def comparable(metric: object) -> bool:
    """Whether a difference of two of its numbers means something: a formula of sums, and no p-value."""
    return isinstance(metric, Additive) and metric.interval != "none"


def models(metric: Additive, rows: Shared) -> list[Model]:
    """Each run's sums over the same clusters, group by group where the metric is a mean over groups."""
    groups = _groups(rows) if metric.by_group else [np.ones(len(rows), dtype=np.bool_)]
    most = most_units(len(groups))
    parts = [_strata(metric, rows, part, most) for part in groups]
    return [list(strata) for strata in zip(*parts, strict=True)]


def numbers(of: Sequence[Model]) -> list[float | None]:
    """Each run's number; None where it is undefined."""
    found = map(value, of)
    return [one if isfinite(one) else None for one in found]


def difference(metric: Additive, rows: Shared, of: Sequence[Model]) -> Difference | None:
    """Second run − first run; None where one of the two is undefined.

    Args:
        metric: a `comparable` one.
        rows: shared by two runs; at least one.
        of: the two runs' `models`.
    """
    if metric.interval == "proportion" and not metric.by_group and all(have.all() for have in rows.there):
        terms = metric.terms(together(rows.sides))
        first, second = ((terms.tally(side.kinds)[:, 0] > 0)[side.code] for side in rows.sides)
        return paired.rates(second, first, np.unique(rows.cluster, return_inverse=True)[1])
    return paired.difference(of[1], of[0], cautious=metric.interval != "values")


def standings(of: Sequence[Model], higher_is_better: bool) -> list[Rank] | None:
    """The runs' ranks, whose intervals hold all at once in 95 % of cases; None where resamples define none."""
    return ranks.ranks(of, higher_is_better, together=True)


def mirrored(model: Model) -> Model:
    """One less the number: compliance, of refusal."""
    return [replace(stratum, formula=_mirror(stratum.formula), down=stratum.up, up=stratum.down) for stratum in model]


def _mirror(formula: Formula) -> Formula:
    return lambda sums: 1.0 - formula(sums)


def _groups(rows: Shared) -> list[Flags]:
    """The points of each group, groups by name. All runs have a row in the same group."""
    names = np.full(len(rows), "", dtype=object)
    for side, have in zip(rows.sides, rows.there, strict=True):
        names[have] = np.array([kind.group for kind in side.kinds], dtype=object)[side.code]
    return [names == name for name in sorted(set(names))] or [np.zeros(0, dtype=np.bool_)]


def _strata(metric: Additive, rows: Shared, part: Flags, most: int) -> Iterator[Stratum]:
    """One stratum for each run: the same units, whatever points a run has of them."""
    names, cluster = np.unique(rows.cluster[part], return_inverse=True)
    unit = cluster if len(names) <= most else cluster * most // len(names)
    sides = [
        (_taken(side, np.flatnonzero(part[have])), unit[have[part]])
        for side, have in zip(rows.sides, rows.there, strict=True)
    ]
    terms = metric.terms(together([points for points, _ in sides]))
    for points, units in sides:
        sums = _sums(points, units, min(len(names), most), terms.tally)
        yield Stratum(sums, terms.formula, len(names), *_directions(terms, points, len(names)))


def _sums(points: Points, unit: NDArray[np.intp], units: int, tally: Tally) -> Matrix:
    """The sums of a tally over each unit."""
    if points.value is None:
        table = tally(points.kinds)
        cells = np.bincount(unit * len(points.kinds) + points.code, minlength=units * len(points.kinds))
        return np.asarray(cells.reshape(units, len(points.kinds)) @ table)
    sums = np.zeros((units, tally(()).shape[1]))
    one_by_one, start = iter(points), 0
    while some := list(islice(one_by_one, CHUNK)):
        np.add.at(sums, unit[start : start + len(some)], tally(some))
        start += len(some)
    return sums


def _directions(terms: Terms, points: Points, clusters: int) -> tuple[Matrix | None, Matrix | None]:
    """What an average cluster would have added, had it gone the lowest and the highest way."""
    if terms.down is None or terms.up is None or not len(points):
        return None, None
    return tuple(points.total(way)[None] / clusters for way in (terms.down, terms.up))  # type: ignore[return-value]
