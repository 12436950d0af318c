"""Points as columns: a dozen bytes a point, so that a million rows are measured in the memory of ten thousand.

Most points are alike but for their cluster. So a column holds the number of each point's kind (status, label, gold,
group), one holds its cluster, and one its value where values occur. What a metric asks of a point it asks of each kind
once.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray

from assay.schema import Point

Matrix = NDArray[np.float64]
Tally = Callable[[Sequence[Point]], Matrix]
"""Points → what each adds, one row a point, one column a sum."""

CHUNK = 8192
"""So many points with values are Python objects at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Many points. Iterating makes them anew, one by one, without their clusters' names."""

    kinds: tuple[Point, ...]
    """The different points, without cluster; a finite value is 0.0 here."""
    code: NDArray[np.int32]
    """For each point the number of its kind."""
    cluster: NDArray[np.uint64]
    """For each point the hash of its cluster's name."""
    value: Matrix | None = None
    """For each point its value, where points of any kind have one."""

    def __len__(self) -> int:
        return len(self.code)

    def __iter__(self) -> Iterator[Point]:
        for start in range(0, len(self), CHUNK):
            yield from self._made(slice(start, start + CHUNK))

    def _made(self, part: slice) -> list[Point]:
        kinds = [self.kinds[code] for code in self.code[part].tolist()]
        if self.value is None:
            return kinds
        values = self.value[part].tolist()
        return [
            kind if kind.value is None else replace(kind, value=value)
            for kind, value in zip(kinds, values, strict=True)
        ]

    @property
    def counts(self) -> NDArray[np.intp]:
        """How many points each kind has."""
        return np.bincount(self.code, minlength=len(self.kinds))

    def of_kind(self, wanted: Callable[[Point], bool]) -> Points:
        """The points whose kind is wanted."""
        keep = np.array([wanted(kind) for kind in self.kinds], dtype=np.bool_)
        if keep.all():
            return self
        rows = keep[self.code]
        number = np.cumsum(keep, dtype=np.int32) - 1
        return Points(
            tuple(kind for kind, kept in zip(self.kinds, keep, strict=True) if kept),
            number[self.code[rows]],
            self.cluster[rows],
            None if self.value is None else self.value[rows],
        )

    def becoming(self, change: Callable[[Point], Point]) -> Points:
        """The same points, each kind changed."""
        return replace(self, kinds=tuple(map(change, self.kinds)))

    def by_group(self) -> dict[str, Points]:
        """The points of each group, groups by name."""
        groups = sorted({kind.group for kind in self.kinds})
        found = {group: self.of_kind(lambda kind, group=group: kind.group == group) for group in groups}  # type: ignore[misc]
        return {group: points for group, points in found.items() if len(points)}

    def total(self, tally: Tally) -> Matrix:
        """The sums of a tally that does not look at values."""
        return np.asarray(self.counts @ tally(self.kinds))

    def by_cluster(self, tally: Tally) -> Matrix:
        """The sums of a tally that does not look at values over each cluster: one row a cluster, one column a sum."""
        number = np.unique(self.cluster, return_inverse=True)[1]
        return np.stack([np.bincount(number, column[self.code]) for column in tally(self.kinds).T], axis=1)

    def sums(self, tally: Tally, most: int) -> tuple[Matrix, int]:
        """The sums of a tally over each cluster, or each heap of clusters where there are more than `most`.

        Returns:
            One row a unit; and how many clusters there are.
        """
        names = np.unique(self.cluster)
        units = min(len(names), most)
        table = None if self.value is not None else tally(self.kinds)
        sums: Matrix | None = None
        for start in range(0, len(self), CHUNK):
            part = slice(start, start + CHUNK)
            unit = _heaps(self.cluster[part], names, units)
            if table is None:
                added = tally(self._made(part))
                sums = np.zeros((units, added.shape[1])) if sums is None else sums
                np.add.at(sums, unit, added)
            else:
                sums = np.zeros((units, len(self.kinds))) if sums is None else sums
                sums += np.bincount(unit * len(self.kinds) + self.code[part], minlength=sums.size).reshape(sums.shape)
        if sums is None:
            return tally(()), 0
        return (sums if table is None else sums @ table), len(names)

    @property
    def clusters(self) -> int:
        """How many clusters there are."""
        return len(np.unique(self.cluster))


def _heaps(clusters: NDArray[np.uint64], names: NDArray[np.uint64], most: int) -> NDArray[np.intp]:
    """Clusters dealt into heaps: by rank, so that the heaps are of one size, or each to itself.

    Names are hashes, so their order is as good as chance, and always the same.
    """
    rank = np.searchsorted(names, clusters)
    return rank if len(names) <= most else rank * most // len(names)


class Gathering:
    """Takes points one by one, in any order."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[object, ...], int] = {}
        self._code = array("i")
        self._cluster = array("Q")
        self._value: array[float] | None = None

    def add(self, point: Point) -> None:
        """One more point. Without a cluster, it is one of its own."""
        value = point.value
        sort = None if value is None else 0.0 if isfinite(value) else float("inf")
        kind = (point.status, point.label, sort, point.gold, point.group, type(point.gold))
        self._code.append(self._kinds.setdefault(kind, len(self._kinds)))
        self._cluster.append(hashed(point.cluster or f"\0{len(self._code)}"))
        if value is not None and self._value is None:
            self._value = array("d", [nan]) * (len(self._code) - 1)
        if self._value is not None:
            self._value.append(nan if value is None else value)

    def points(self) -> Points:
        """All of them, the same columns in whatever order they came."""
        order = sorted(self._kinds, key=repr)
        number = np.empty(len(order), dtype=np.int32)
        number[[self._kinds[kind] for kind in order]] = np.arange(len(order))
        kinds = tuple(Point(*kind[:5]) for kind in order)  # type: ignore[arg-type]
        code = number[np.frombuffer(self._code, dtype=np.int32)]
        cluster = np.frombuffer(self._cluster, dtype=np.uint64)
        if self._value is None:
            return Points(kinds, code, cluster)  # nothing but counts: their order is nothing
        value = np.frombuffer(self._value, dtype=np.float64)
        # Sums of values differ in their last digit with the order of the points.
        place = np.lexsort((value, code, cluster))
        return Points(kinds, code[place], cluster[place], value[place])


def columns(points: Iterable[Point]) -> Points:
    """Points as columns, if they are not yet."""
    if isinstance(points, Points):
        return points
    gathering = Gathering()
    for point in points:
        gathering.add(point)
    return gathering.points()


def together(parts: Sequence[Points]) -> Points:
    """Several sets of points as one."""
    if len(parts) == 1:
        return parts[0]
    kinds = sorted({_key(kind): kind for part in parts for kind in part.kinds}.items())
    number = {key: place for place, (key, _) in enumerate(kinds)}
    codes = [np.array([number[_key(kind)] for kind in part.kinds], dtype=np.int32)[part.code] for part in parts]
    values = [np.full(len(part), np.nan) if part.value is None else part.value for part in parts]
    return Points(
        tuple(kind for _, kind in kinds),
        np.concatenate(codes),
        np.concatenate([part.cluster for part in parts]),
        np.concatenate(values) if any(part.value is not None for part in parts) else None,
    )


def _key(kind: Point) -> str:
    return repr((kind.status, kind.label, kind.value, kind.gold, kind.group))


def hashed(name: str) -> int:
    """64 bits: a million names share one with a chance of 1 in 40 million."""
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
