"""Places in a table of models, as far as the rows show them.

A model's rank is 1 plus the number of models that are better. It is not known more precisely than the differences are,
so each model has an interval of ranks: it is below those that are significantly better, above those that are
significantly worse, and its place among the rest is open (Mogstad, Romano, Shaikh & Wilhelm 2024, "Inference for
ranks"). Counting ranks in resamples instead would cover too little where models are close.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from assay.stats.intervals import Matrix
from assay.stats.resampling import Model, checked, clusters, doubted, influences, resampled, spread, value
from assay.stats.tails import Z, student_t

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a model stands, 1 being the best."""

    value: int
    """By its number; equal numbers share the better place."""
    best: int
    worst: int


def ranks(models: Sequence[Model], higher_is_better: bool = True, together: bool = False) -> list[Rank] | None:
    """The models' ranks with 95 % intervals; None where one of the numbers, or most resamples of it, are undefined.

    A difference is significant where it is more than c standard errors; c is the 95 % quantile, over 10,000 paired
    resamples, of the largest of the differences' errors in standard errors, moved out for few clusters.

    Args:
        models: at least two; unit by unit the same clusters in all.
        higher_is_better: the direction of the number.
        together: all intervals hold at once in 95 % of cases (c over all pairs). Otherwise each does in 95 % (c over
            the pairs of that model).

    Raises:
        ValueError: units or sums are not the same.
    """
    checked(models)
    numbers = np.array([value(model) for model in models])
    if not np.isfinite(numbers).all():
        return None
    if not higher_is_better:
        numbers = -numbers
    errors = _errors(models)
    draws = resampled(models)
    draws = draws[np.isfinite(draws).all(axis=1)]
    if len(draws) < 100:
        return None
    draws = (draws if higher_is_better else -draws) - numbers
    worst_errors = np.stack([_largest(draws, errors, place) for place in range(len(models))])
    if together:
        worst_errors[:] = worst_errors.max(axis=0)
    limits = np.quantile(worst_errors, LEVEL, axis=1) * _outwards(clusters(models[0]) - len(models[0]))
    return [_rank(numbers, errors[place], place, limits[place]) for place in range(len(models))]


def _errors(models: Sequence[Model]) -> Matrix:
    """The standard error of each pair's difference, with the doubt about it."""
    parts = [influences(model) for model in models]
    errors = np.zeros((len(models), len(models)))
    for one, first in enumerate(models):
        for other in range(one):
            doubt = doubted(first, models[other])
            more = 0.0 if doubt is None else doubt.spread
            errors[one, other] = errors[other, one] = sqrt(spread(parts[one] - parts[other], first) + more)
    return errors


def _largest(draws: Matrix, errors: Matrix, place: int) -> Matrix:
    """For each resample the largest error of this model's differences, in standard errors."""
    off = np.abs(draws[:, place, None] - draws)
    known = errors[place] > 0
    return np.asarray((off[:, known] / errors[place, known]).max(axis=1, initial=0.0))


def _outwards(freedom: int) -> float:
    """What quantiles of resamples are multiplied with, for few clusters."""
    return student_t(max(freedom, 1)) / Z


def _rank(numbers: Matrix, errors: Matrix, place: int, limit: float) -> Rank:
    ahead: NDArray[np.float64] = numbers - numbers[place]
    return Rank(
        1 + int((ahead > 0).sum()),
        1 + int((ahead > limit * errors).sum()),
        len(numbers) - int((-ahead > limit * errors).sum()),
    )
