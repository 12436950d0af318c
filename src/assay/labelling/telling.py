"""What people's labels on some replies tell of a measure, together with the judge's verdicts on all of them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.labelling.shares import Share, choices, hash_of, key_of, kind_of, open_to_labels, shares
from assay.labelling.sheet import Sheet
from assay.metrics.points import first
from assay.schema import Point, Task
from assay.stats.judge_error import labelled
from assay.store import RunFolder

Ints = NDArray[np.intp]
Numbers = NDArray[np.float64]


def by_labels(sheet: Sheet, folder: RunFolder, tasks: Sequence[Task]) -> dict[str, dict[str, dict[str, Any]]]:
    """`labelled` of each measure of each task that has labels: task id → name → what `result.json` says.

    A rate is then that of all replies that are the model's own words, of those too of which the judge could not tell.

    Args:
        sheet: of this run.
        folder: with the verdicts that the labels are to be set beside.
        tasks: that are measured.
    """
    have = {one.task for one in sheet.given.values()}
    found = {}
    for task in tasks:
        if task.id in have:
            beside = _Beside(sheet, folder, task)
            found[task.id] = {share.name: beside.told(share) for share in shares(task)}
    return found


class _Beside:
    """The replies of a task, with labels where there are any, as columns: 32 bytes each."""

    def __init__(self, sheet: Sheet, folder: RunFolder, task: Task) -> None:
        self._skipped = sheet.skipped.get(task.id, 0)
        self._kinds: dict[Point, int] = {}
        self._labels: dict[str, int] = {}
        kind, label, probability, cluster = array("i"), array("i"), array("d"), array("Q")
        offered = choices(task)
        for _, epoch, record in folder.records([task.id]):
            if open_to_labels(record, offered):
                given = sheet.given.get(key_of(task.id, epoch, record))
                kind.append(self._kinds.setdefault(kind_of(record), len(self._kinds)))
                label.append(self._labels.setdefault(given.label, len(self._labels)) if given else -1)
                probability.append(given.probability if given else 1.0)
                cluster.append(hash_of(first(record).cluster))
        self._kind, self._label = np.array(kind, dtype=np.intp), np.array(label, dtype=np.intp)
        self._probability = np.array(probability)
        self._cluster = np.unique(np.array(cluster, dtype=np.uint64), return_inverse=True)[1]

    def told(self, share: Share) -> dict[str, Any]:
        """The share by labels and verdicts together."""
        judged = np.array([share.judged(kind) for kind in self._kinds])[self._kind]
        by_people = np.array([share.by_people(label) for label in self._labels] + [nan])[self._label]
        group = self._groups() if share.metric.by_group else np.zeros(len(judged), dtype=np.intp)
        weight = _weights(group)
        top = float(weight.max())
        told = labelled(
            _filled(judged, group) * weight, by_people * weight, self._probability, self._cluster, (0.0, top)
        )
        assert told is not None  # a task without labels is not asked about
        return {
            "value": told.value,
            "low": told.low,
            "high": told.high,
            "raw": told.raw,
            "power": told.power,
            "labels": told.labels,
            "skipped": self._skipped,
            "rows": len(judged),
        }

    def _groups(self) -> Ints:
        names = sorted({kind.group for kind in self._kinds})
        return np.array([names.index(kind.group) for kind in self._kinds], dtype=np.intp)[self._kind]


def _weights(group: Ints) -> Numbers:
    """Each row's weight in the mean of the groups' means, 1 on average."""
    counts = np.bincount(group)
    return np.asarray(len(group) / (len(counts) * counts[group]), dtype=np.float64)


def _filled(judged: Numbers, group: Ints) -> Numbers:
    """Where the judge could not tell, the mean of its group: any value would do, since only labels decide."""
    known = ~np.isnan(judged)
    of, sums = np.bincount(group, known), np.bincount(group, np.where(known, judged, 0.0))
    overall = float(judged[known].mean()) if known.any() else 0.0
    return np.where(known, judged, np.where(of > 0, sums / np.maximum(of, 1), overall)[group])
