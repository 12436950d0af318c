"""Which rows of a run are drawn to be labelled, and with which probability.

Rows whose verdict is rare are drawn with a greater probability than others, and none with 0. The drawing is systematic
(Madow 1949): steps of 1 through the probabilities laid end to end, rows in order of verdict, language, group, and then
chance. So the size is exact, and every group has its share of every verdict as far as the size goes.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np

from assay.errors import UsageError
from assay.labelling.shares import choices, key_of, kind_of, open_to_labels
from assay.schema import Task
from assay.store import RunFolder


class Stratified:
    """The rows of a task, 16 bytes each: the key, the verdict, the group."""

    def __init__(self) -> None:
        self._keys = array("Q")
        self._codes = array("i"), array("i")
        self._names: tuple[dict[str, int], dict[str, int]] = {}, {}

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: str, *stratum: str) -> None:
        """One more row, of that verdict and that group."""
        self._keys.append(int(key[1:], 16))
        for code, names, name in zip(self._codes, self._names, stratum, strict=True):
            code.append(names.setdefault(name, len(names)))

    def draw(self, size: int, rng: np.random.Generator) -> dict[str, float]:
        """So many keys, each with the probability that it had."""
        verdict, group = (
            np.argsort(np.argsort(list(names)))[np.array(code, dtype=np.intp)]
            for names, code in zip(self._names, self._codes, strict=True)
        )
        each = np.array(probabilities(np.bincount(verdict).tolist(), size))[verdict]
        order = np.lexsort((rng.permutation(len(self)), group, verdict))
        ends = np.cumsum(each[order])
        places = np.searchsorted(ends, rng.random() + np.arange(size), side="right")
        chosen = order[np.unique(np.minimum(places, len(self) - 1))]
        return {f"k{self._keys[place]:016x}": float(each[place]) for place in chosen.tolist()}


def draw(folder: RunFolder, tasks: Sequence[Task], size: int, seed: int) -> dict[str, float]:
    """So many samples of a run, the same for the same seed: key → the probability with which it was to be drawn.

    Tasks share evenly.

    Raises:
        UsageError: nothing in the run can be labelled.
    """
    offered = {task.id: choices(task) for task in tasks if choices(task)}
    rows: dict[str, Stratified] = {}
    for task, epoch, record in folder.records(list(offered)):
        if open_to_labels(record, offered[task]):
            stratified = rows.setdefault(task, Stratified())
            stratified.add(
                key_of(task, epoch, record), kind_of(record).label or "", f"{record.row.lang} {record.row.group}"
            )
    if not rows:
        raise UsageError(f"{folder.path} has no reply to label: give a run of tasks whose replies are classified")
    sizes = shared({task: len(stratified) for task, stratified in rows.items()}, size)
    drawn: dict[str, float] = {}
    for number, (task, stratified) in enumerate(sorted(rows.items())):
        drawn |= stratified.draw(sizes[task], np.random.default_rng((seed, number)))
    return drawn


def shared(room: Mapping[str, int], size: int) -> dict[str, int]:
    """The size dealt out evenly; what one has no room for, the others get."""
    dealt = dict.fromkeys(room, 0)
    left = min(size, sum(room.values()))
    while left:
        still = [name for name in room if dealt[name] < room[name]]
        for name in still[:left]:
            more = min(max(left // len(still), 1), room[name] - dealt[name])
            dealt[name] += more
        left = min(size, sum(room.values())) - sum(dealt.values())
    return dealt


def probabilities(counts: Sequence[int], size: int) -> list[float]:
    """For each stratum the probability of its rows: strata share in proportion to the root of their count.

    At most 1; they add up to the size over all rows.
    """
    found = [1.0] * len(counts)
    open_, left = set(range(len(counts))), float(size)
    while open_:
        unit = left / sum(sqrt(counts[place]) for place in open_)
        full = {place for place in open_ if unit >= sqrt(counts[place])}
        if not full:
            for place in open_:
                found[place] = unit / sqrt(counts[place])
            break
        left -= sum(counts[place] for place in full)
        open_ -= full
    return found
