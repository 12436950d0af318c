"""Calibration: does an answer turn out right as often as its confidence says (Guo et al. 2017)?

A point is one answer: `value` its confidence from 0 to 1, `label` what was answered, `gold` what is right. Confidences
fall into ten bins of equal width, each open below and closed above (0.9 is in 0.8–0.9), the first closed at both ends.

The expected calibration error is biased upwards: in every bin chance alone keeps accuracy and confidence apart, and
absolute values add up. Simulated, for answers whose confidences are true and lie evenly between 0.25 and 1, its mean is
0.14 with 44 answers, 0.10 with 88, 0.03 with 1,000, where 0 is the truth. Resampling adds the same bias once more, so
that the interval of a model without any error never holds 0; its middle is at 1.5 times the value. Where the error is
large the bias is small: for answers that are 0.3 too sure the mean is 0.30 with 44 answers as with 1,000, and the
interval holds 0.3 in 95 of 100 simulations. So a small ECE is compared with another model's on the same rows, and not
with 0; whether a model is too sure at all is `overconfidence`, which has no such bias (its interval holds the truth in
94 to 97 of 100 simulations of either kind).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from assay.metrics.additive import Additive, Matrix, Tally, Terms, has_label, has_value
from assay.metrics.columns import columns
from assay.metrics.rates import mean, ratio
from assay.schema import Point
from assay.stats.intervals import wilson

BINS = 10
_SLACK, _COUNT = BINS, BINS + 1
"""Columns of the sums, after the gap of each bin: what missing points may add to the gaps, and how many points."""


def ece() -> Additive:
    """Expected calibration error: the mean over all answers of |accuracy − mean confidence| of their bin, from 0 to 1.

    Floor and ceiling are what missing answers leave possible at the utmost: each closes, or opens, a gap by 1.
    """
    terms = Terms(_gaps, _ece, down=_slack(-1.0), up=_slack(1.0))
    return Additive(lambda points: terms, usable=is_answer, interval="values", outer=True)


def overconfidence() -> Additive:
    """Mean confidence less accuracy, from -1 (right and never sure) to 1 (sure and never right)."""

    def tally(points: Sequence[Point]) -> Matrix:
        return np.stack([_confidence(points) - _right(points), np.ones(len(points))], axis=1)

    def all_of(gap: float) -> Tally:
        return lambda points: np.tile([gap, 1.0], (len(points), 1))

    terms = Terms(tally, ratio, down=all_of(-1.0), up=all_of(1.0))
    return Additive(lambda points: terms, lowest=-1.0, usable=is_answer, interval="values", outer=True)


def brier() -> Additive:
    """The mean Brier score of points whose value is that of one answer (`brier_score`), from 0 to 2."""
    return mean(low=0.0, high=2.0)


def brier_score(probabilities: Mapping[str, float], gold: str) -> float:
    """Brier's own score (1950) of one question: the squared error summed over all options.

    0 for certainty in the right one, 2 for certainty in a wrong one, 0.75 for four options held equally likely.
    """
    return sum((share - (option == gold)) ** 2 for option, share in probabilities.items())


# ---- the curve ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bin:
    """One point of a reliability curve: how sure the answers were, and how many of them are right."""

    name: str
    n: int
    confidence: float
    """Their mean confidence."""
    accuracy: float
    low: float
    high: float
    """Wilson's 95 % interval of the accuracy."""


def reliability_curve(points: Iterable[Point]) -> tuple[Bin, ...]:
    """The bins that have answers, from the least sure to the surest; on the diagonal where calibrated."""
    given = [point for point in columns(points) if point.status == "scored" and is_answer(point)]
    confidence, right = _confidence(given), _right(given)
    at = np.array([bin_of(one) for one in confidence], dtype=np.intp)
    curve = []
    for number in np.unique(at).tolist():
        n, hits = int((at == number).sum()), float(right[at == number].sum())
        low, high = wilson(hits, n)
        curve.append(Bin(bin_name(number), n, float(confidence[at == number].mean()), hits / n, low, high))
    return tuple(curve)


def bin_of(confidence: float) -> int:
    """The number of the bin, from 0; what rounding adds to a share of 0.9 does not lift it into the next."""
    return min(max(ceil(round(confidence * BINS, 9)) - 1, 0), BINS - 1)


def bin_name(number: int) -> str:
    """`0.9–1.0`: the bin's ends."""
    return f"{number / BINS:.1f}–{(number + 1) / BINS:.1f}"


def is_answer(point: Point) -> bool:
    """Whether the point has an answer, its confidence, and what would be right."""
    return has_value(point) and has_label(point) and point.gold is not None


# ---- sums --------------------------------------------------------------------------------------


def _confidence(points: Sequence[Point]) -> Matrix:
    return np.clip(np.array([point.value for point in points], dtype=np.float64), 0.0, 1.0)


def _right(points: Sequence[Point]) -> Matrix:
    return np.array([point.label == point.gold for point in points], dtype=np.float64)


def _gaps(points: Sequence[Point]) -> Matrix:
    """What each answer adds to the gap of its bin: n · (mean confidence − accuracy) is the sum of these."""
    confidence = _confidence(points)
    sums = np.zeros((len(points), BINS + 2))
    sums[np.arange(len(points)), [bin_of(one) for one in confidence]] = confidence - _right(points)
    sums[:, _COUNT] = 1.0
    return sums


def _slack(gap: float) -> Tally:
    adds = np.zeros(BINS + 2)
    adds[[_SLACK, _COUNT]] = gap, 1.0
    return lambda points: np.tile(adds, (len(points), 1))


def _ece(sums: Matrix) -> Matrix:
    gaps = np.abs(sums[..., :BINS]).sum(axis=-1) + sums[..., _SLACK]
    return np.clip(ratio(np.stack([gaps, sums[..., _COUNT]], axis=-1)), 0.0, 1.0)
