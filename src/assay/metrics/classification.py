"""Recall and F1. An unread reply is a miss for its gold class and a false positive for none.

A class that is neither gold nor answered in these points has no F1 (and one that is never gold no recall):
the mean is over the classes that occur. Points whose gold is none of the given classes still are false
positives of the one they are taken for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from assay.metrics.additive import Additive, Terms
from assay.metrics.columns import Points
from assay.metrics.rates import ratio
from assay.schema import Point
from assay.stats.intervals import Matrix


def macro_recall(*labels: str) -> Additive:
    """The mean over the classes of the share found: accuracy with every class weighing the same.

    Args:
        labels: the classes; where none are given, those that are gold somewhere.
    """

    def formula(sums: Matrix) -> Matrix:
        found, gold, _ = _thirds(sums)
        return _mean_where(gold > 0, _divide(found, gold))

    def terms(points: Points) -> Terms:
        classes = _Classes(labels or _gold(points))
        return Terms(classes.tally, formula, down=classes.missed, up=classes.right, kind=_kind)

    return Additive(terms, unread_counts=True)


def macro_f1(*labels: str) -> Additive:
    """The mean over the classes of F1 = 2 tp / (2 tp + fp + fn).

    Floor and ceiling are exact for any number of classes; see `_least_f1`.

    Args:
        labels: the classes; where none are given, those that are gold somewhere.
    """

    def terms(points: Points) -> Terms:
        classes = _Classes(labels or _gold(points))
        return Terms(
            classes.tally,
            _macro_f1,
            down=classes.mistaken,
            up=classes.right,
            floor=lambda total, missing: _least_f1(total, missing.total(classes.gold), len(missing)),
            kind=_kind,
        )

    return Additive(terms, unread_counts=True)


def micro_f1() -> Additive:
    """F1 over all classes together: 2 tp / (2 tp + fp + fn), where each wrong answer is an fp and an fn.

    Without unread replies this is accuracy; an unread one is an fn only, so micro F1 is a little kinder to
    it.
    """

    def adds(read: Callable[[Point], float], right: Callable[[Point], float]) -> Callable[[Sequence[Point]], Matrix]:
        def tally(points: Sequence[Point]) -> Matrix:
            hits = np.array([right(point) for point in points], dtype=np.float64)
            answers = np.array([read(point) for point in points], dtype=np.float64)
            return np.stack([2 * hits, answers + 1], axis=1)

        return tally

    terms = Terms(
        adds(_answered, lambda point: float(_answered(point) and point.label == point.gold)),
        ratio,
        down=adds(lambda point: 1.0, lambda point: 0.0),
        up=adds(lambda point: float(point.gold is not None), lambda point: float(point.gold is not None)),
    )
    return Additive(lambda points: terms, unread_counts=True)


class _Classes:
    """The columns: for each class how often it was found (tp), is gold (tp + fn), was answered (tp + fp)."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._number = {label: number for number, label in enumerate(labels)}

    def gold(self, points: Sequence[Point]) -> Matrix:
        """One row a point: 1 at its gold class; all 0 where that is none of the classes."""
        return self._ones([point.gold for point in points])

    def tally(self, points: Sequence[Point]) -> Matrix:
        """What the points add."""
        gold = self.gold(points)
        answered = self._ones([point.label if point.status == "scored" else None for point in points])
        return np.concatenate([gold * answered, gold, answered], axis=1)

    def right(self, points: Sequence[Point]) -> Matrix:
        """What they would add, were all right."""
        gold = self.gold(points)
        return np.concatenate([gold, gold, gold], axis=1)

    def missed(self, points: Sequence[Point]) -> Matrix:
        """What they would add, were none right."""
        gold = self.gold(points)
        return np.concatenate([0 * gold, gold, 0 * gold], axis=1)

    def mistaken(self, points: Sequence[Point]) -> Matrix:
        """What they would add, were all taken for other classes, each as often as the next."""
        gold = self.gold(points)
        others = (1 - gold) / max(len(self._number) - 1, 1)
        return np.concatenate([0 * gold, gold, others], axis=1)

    def _ones(self, labels: Sequence[object]) -> Matrix:
        none = len(self._number)
        hot: NDArray[np.float64] = np.eye(none + 1, none)
        return hot[[self._number.get(label, none) if isinstance(label, str) else none for label in labels]]


def _gold(points: Points) -> tuple[str, ...]:
    return tuple(sorted({kind.gold for kind in points.kinds if isinstance(kind.gold, str)}))


def _kind(point: Point) -> str:
    return str(point.gold)


def _answered(point: Point) -> float:
    return float(point.status == "scored" and point.label is not None)


def _thirds(sums: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    found, gold, answered = np.split(sums, 3, axis=-1)
    return found, gold, answered


def _divide(above: Matrix, below: Matrix) -> Matrix:
    """The quotient; 0 where `below` is 0."""
    return np.asarray(above / np.where(below > 0, below, 1.0))


def _mean_where(occurs: NDArray[np.bool_], values: Matrix) -> Matrix:
    sums = np.stack([np.where(occurs, values, 0.0).sum(axis=-1), occurs.sum(axis=-1)], axis=-1)
    return ratio(sums)


def _macro_f1(sums: Matrix) -> Matrix:
    found, gold, answered = _thirds(sums)
    return _mean_where(gold + answered > 0, _divide(2 * found, gold + answered))


def _least_f1(total: Matrix, more: Matrix, missing: int) -> float:
    """The lowest macro F1 possible, had the missing points (so many, `more` of them gold of each class) been answered.

    A right answer can only raise it, so all are wrong, and what is open is which class each is taken for. F1
    falls with each false positive, by less each time, and a point may be taken for any class but its own: x_c
    ≤ m − m_c false positives for class c, m together. That is a polymatroid, and over one the greedy choice
    is the least of a sum of convex functions (Federgruen & Groenevelt 1986): take the m largest falls. Apart
    from that, a class that does not occur yet comes in at F1 = 0 with its first false positive, which lowers
    the mean as well.
    """
    found, gold, answered = _thirds(total)
    size = gold + more + answered
    occurs = size > 0
    steps = np.arange(missing)
    f1 = 2 * _divide(found[:, None], size[:, None] + np.arange(missing + 1))
    falls = np.where(steps < (missing - more)[:, None], f1[:, :-1] - f1[:, 1:], 0.0)
    saved = np.concatenate([[0.0], np.cumsum(np.sort(falls, axis=None)[::-1][:missing])])
    idle = min(int((~occurs).sum()), missing)
    lowest = [
        (f1[:, 0].sum() - saved[missing - new]) / (occurs.sum() + new) for new in range(idle + 1) if occurs.sum() + new
    ]
    return float(min(lowest, default=float("nan")))
