"""How far judges agree over tasks that have labels of their own.

Labels of different tasks are never mistaken for each other, so a coefficient over all rows at once would credit judges
with telling the tasks apart. Here observed and expected disagreements are counted within each task and added up:
1 − Σ observed / Σ expected. For one task it is the coefficient itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assay.stats.agreement import NONE, Estimate
from assay.stats.intervals import Formula, Matrix, Stratum, bootstrap, most_units

Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Counts:
    """What the rows of one task add: the first column is agreement, the others are labels."""

    sums: Matrix
    """One row a row."""
    rows: Ints
    """For each row the number of its cluster, from 0; of different tasks, different numbers."""
    disagreed: Callable[[Matrix], tuple[Matrix, Matrix]]
    """Sums → observed and expected disagreements."""


def alpha(tasks: Sequence[Ints]) -> Estimate:
    """Krippendorff's α for nominal labels (2011) over tasks. The interval resamples rows.

    Args:
        tasks: for each its ratings as in `assay.stats.agreement.krippendorff_alpha`.
    """
    counts, start = [], 0
    for ratings in tasks:
        labels = np.arange(int(ratings.max(initial=-1)) + 1)
        of = (ratings[:, :, None] == labels).sum(axis=1).astype(np.float64)
        m = of.sum(axis=1)
        of, m = of[m > 1], m[m > 1]
        agreed = (of * (of - 1)).sum(axis=1) / (m - 1)
        counts.append(Counts(np.column_stack([agreed, of]), start + np.arange(len(of)), _of_alpha))
        start += len(of)
    return _pooled(counts)


def kappa(tasks: Sequence[tuple[Ints, Ints, Ints]]) -> Estimate:
    """Cohen's κ (1960) over tasks. The interval resamples clusters.

    Args:
        tasks: for each the first rater's label numbers, the second's, and the rows' clusters, numbered through.
    """
    counts = []
    for first, second, rows in tasks:
        labels = np.unique(np.concatenate([first, second]))
        both = [(rater[:, None] == labels).astype(np.float64) for rater in (first, second)]
        counts.append(Counts(np.column_stack([first == second, *both]), rows, _of_kappa))
    return _pooled(counts)


def _of_alpha(sums: Matrix) -> tuple[Matrix, Matrix]:
    of = sums[..., 1:]
    n = of.sum(axis=-1)
    return n - sums[..., 0], (n * n - (of * of).sum(axis=-1)) / np.maximum(n - 1, 1.0)


def _of_kappa(sums: Matrix) -> tuple[Matrix, Matrix]:
    labels = (sums.shape[-1] - 1) // 2
    first, second = sums[..., 1 : labels + 1], sums[..., labels + 1 :]
    n = first.sum(axis=-1)
    return n - sums[..., 0], n - (first * second).sum(axis=-1) / np.maximum(n, 1.0)


def _pooled(tasks: Sequence[Counts]) -> Estimate:
    """1 − Σ observed / Σ expected, with the bootstrap's interval; None where nothing could have differed."""
    tasks = [task for task in tasks if len(task.sums)]
    if not tasks:
        return NONE
    edges = np.cumsum([0, *(task.sums.shape[1] for task in tasks)])
    parts = [slice(start, stop) for start, stop in pairwise(edges.tolist())]

    def coefficient(sums: Matrix) -> Matrix:
        found = [task.disagreed(sums[..., part]) for task, part in zip(tasks, parts, strict=True)]
        observed, expected = (np.sum(of, axis=0) for of in zip(*found, strict=True))
        return np.asarray(np.where(expected > 1e-9, 1 - observed / np.maximum(expected, 1e-9), np.nan))

    return _estimate(tasks, parts, coefficient)


def _estimate(tasks: Sequence[Counts], parts: Sequence[slice], coefficient: Formula) -> Estimate:
    names = np.unique(np.concatenate([task.rows for task in tasks]))
    units = min(len(names), most_units(1))
    # Neighbours are of one task, so the clusters are dealt out by chance.
    heap = np.random.default_rng(len(names)).permutation(len(names)) * units // len(names)
    sums = np.zeros((units, parts[-1].stop))
    for task, part in zip(tasks, parts, strict=True):
        np.add.at(sums[:, part], heap[np.searchsorted(names, task.rows)], task.sums)
    value = float(coefficient(sums.sum(axis=0)))
    if not np.isfinite(value):
        return NONE
    average = sums.sum(axis=0) / len(names)
    never, always = average.copy(), average.copy()
    for task, part in zip(tasks, parts, strict=True):
        never[part.start], always[part.start] = 0.0, task.disagreed(average[part])[0] + average[part.start]
    interval = bootstrap([Stratum(sums, coefficient, len(names), never[None], always[None])])
    low, high = (None, None) if interval is None else (max(interval[0], -1.0), min(interval[1], 1.0))
    return Estimate(value, low, high)
