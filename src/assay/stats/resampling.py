"""Resamples that several models share: the same clusters are drawn for each, so what is hard for all cancels out.

A model's number is the mean of the numbers of its strata, as in `assay.stats.intervals`; a unit (row of `Stratum.sums`)
is the same clusters in every model. Time goes with units, of which there are some thousand at most, not with rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assay.stats.intervals import DRAWS, Formula, Matrix, Stratum, blocks, drawn

Model = Sequence[Stratum]
"""The strata of one model's number."""

STEP = 1e-5
"""How far sums are moved to see what the formula makes of it, as a share of the largest one."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What the clusters do not show because nothing of the kind was among them: one event more, either way.

    Bonett & Price (2012) add one pair of either kind to the discordant pairs of two proportions. Here it is one
    cluster, in which the first model goes all the way up and the second all the way down, or the reverse, scaled to
    what a cluster in which the models differ moves the difference by.
    """

    scale: float
    """The size of such an event as a share of a whole cluster gone all the way, 0 to 1."""
    spread: float
    """What the two events add to the variance of the difference."""


def checked(models: Sequence[Model]) -> None:
    """Raise ValueError where the models' strata do not have the same units and sums."""
    shapes = [[stratum.sums.shape for stratum in model] for model in models]
    if any(shape != shapes[0] for shape in shapes) or not shapes[0]:
        raise ValueError(f"models compared must share units and sums, stratum by stratum: {shapes}")


def value(model: Model) -> float:
    """The model's number; NaN where one of the strata has none."""
    return sum(stratum.value for stratum in model) / len(model)


def clusters(model: Model) -> int:
    """In all strata."""
    return sum(stratum.clusters for stratum in model)


def seeded(model: Model, purpose: int) -> np.random.Generator:
    """The same data has the same resamples, in every run."""
    return np.random.default_rng([purpose, *(stratum.clusters for stratum in model)])


def resampled(models: Sequence[Model], doubt: Doubt | None = None) -> Matrix:
    """The models' numbers in each resample (DRAWS × models); NaN where a resample defines none.

    Args:
        models: what is compared.
        doubt: of the first two models; each resample takes in Poisson(1) events of either kind.
    """
    checked(models)
    rng = seeded(models[0], 1)
    total = clusters(models[0])
    numbers = np.zeros((DRAWS, len(models)))
    for strata in zip(*models, strict=True):
        share = strata[0].clusters / total
        for part in blocks(len(strata[0].sums)):
            draws = part.stop - part.start
            sums = drawn([stratum.sums for stratum in strata], draws, rng)
            if doubt is not None:
                events = rng.poisson(share, size=(2, draws, 1)).astype(np.float64) * doubt.scale
                sums = [one + more for one, more in zip(sums, _moved(strata, events), strict=True)]
            for place, (stratum, one) in enumerate(zip(strata, sums, strict=True)):
                numbers[part, place] += stratum.formula(one) / len(models[0])
    return numbers


def influences(model: Model) -> Matrix:
    """What each unit adds to the number, to the first order: gradient · sums, over all strata. Their sum is 0.

    The number's variance is the sum of their squares (`spread`).
    """
    parts = []
    for stratum in model:
        slope = gradient(stratum.formula, stratum.total, float(np.abs(stratum.total).max()))
        each = stratum.sums @ slope
        parts.append((each - each.mean()) / len(model))
    return np.concatenate(parts)


def spread(parts: Matrix, model: Model) -> float:
    """The variance of a number with these influences: Σ h² · units / (units − 1), stratum by stratum."""
    edges = np.cumsum([len(stratum.sums) for stratum in model])[:-1]
    return sum(float(part @ part) * len(part) / max(len(part) - 1, 1) for part in np.split(parts, edges))


def doubted(first: Model, second: Model) -> Doubt | None:
    """The doubt about the difference of two models; None where their strata know no worst and best way.

    An event is as large as those that occurred, Σh² / Σ|h| of the difference's influences h, with one event of a
    whole cluster among them: where the models differ nowhere, nothing says that clusters do not go as one.
    """
    moves = []
    for one, other in zip(first, second, strict=True):
        if one.down is None or one.up is None or other.down is None or other.up is None:
            return None
        changes = (
            float(one.formula(one.total + a) - other.formula(other.total + b)) - one.value + other.value
            for a, b in ((one.up[0], other.down[0]), (one.down[0], other.up[0]))
        )
        moves.append(max(abs(change) for change in changes) / len(first))
    whole = float(np.mean(moves))
    if not whole > 0:
        return None
    h = influences(first) - influences(second)
    size = float((h @ h + whole**2) / (np.abs(h).sum() + whole))
    scale = min(size / whole, 1.0)
    return Doubt(scale, 2 * (scale * whole) ** 2)


def gradient(formula: Formula, sums: Matrix, scale: float) -> Matrix:
    """The slope of the formula along each sum, by central differences; 0 where it has none.

    Args:
        formula: of sums along the last axis.
        sums: one or more points.
        scale: the size of the sums.
    """
    step = STEP * scale
    slopes = []
    for place in range(sums.shape[-1]):
        more, less = sums.copy(), sums.copy()
        more[..., place] += step
        less[..., place] -= step
        with np.errstate(invalid="ignore", divide="ignore"):
            slopes.append((formula(more) - formula(less)) / (2 * step))
    return np.nan_to_num(np.stack(slopes, axis=-1), nan=0.0, posinf=0.0, neginf=0.0)


def _moved(strata: Sequence[Stratum], events: Matrix) -> list[Matrix]:
    """What so many events of either kind add to the sums of the first two models."""
    first, second = strata[:2]
    assert first.up is not None and first.down is not None and second.up is not None and second.down is not None
    upward, downward = events
    return [
        upward * first.up[0] + downward * first.down[0],
        upward * second.down[0] + downward * second.up[0],
    ]
