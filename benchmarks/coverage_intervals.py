"""Tables about the interval of one number, as assay measures it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from assay.metrics.additive import Additive
from assay.metrics.association import cramers_v, pearson
from assay.metrics.classification import macro_f1, macro_recall
from assay.metrics.columns import Points
from assay.metrics.groups import mean_over_groups
from assay.metrics.pairs import attack_success_rate
from assay.metrics.rates import mean, rate
from assay.schema import Point
from assay.stats.agreement import agreement
from assay.stats.intervals import Interval, Stratum, bootstrap, wilson
from assay.stats.judge_error import Card, corrected, labelled
from assay.stats.paired import rates
from simulation import (
    RATES,
    SIZES,
    Line,
    Sizes,
    beta_binomial,
    covers,
    ends,
    measured,
    points,
    sizes,
    summary,
    width,
)

LAYOUTS = ((50, 30), (200, 30), (200, 100), (1000, 30), (1000, 100), (1000, 300), (200, 10), (200, 5))
ALIKE = (0.0, 0.1, 0.3, 1.0)


def independent(repetitions: int) -> Iterator[Line]:
    """Exact: every count that can occur, with its probability."""
    for n in SIZES:
        counts = np.arange(n + 1)
        pairs = np.array([wilson(count, n) for count in counts.tolist()])
        logs = np.array([0.0, *np.cumsum(np.log(np.arange(1, n + 1)))])

        def exact(
            truth: float, pairs: NDArray[np.float64] = pairs, logs: NDArray[np.float64] = logs, n: int = n
        ) -> float:
            ways = logs[n] - logs - logs[::-1]
            chances = np.exp(ways + np.arange(n + 1) * np.log(truth) + np.arange(n, -1, -1) * np.log1p(-truth))
            return float(chances[(pairs[:, 0] <= truth) & (truth <= pairs[:, 1])].sum())

        truths = np.arange(0.02, 0.9801, 0.001)
        fine = [exact(truth) for truth in truths]
        yield n, *summary(fine), f"{truths[int(np.argmin(fine))]:.3f}"


def in_clusters(make: Callable[[Sizes, Sizes], Interval | None], slow: int = 1) -> Callable[[int], Iterator[Line]]:
    """Coverage for rows in clusters, over layouts and rates; half of the samples in uneven clusters."""

    def rows(repetitions: int) -> Iterator[Line]:
        everything: list[float] = []
        for n, clusters in LAYOUTS:
            for alike in ALIKE:
                found, widths = [], []
                for truth in RATES:
                    rng = np.random.default_rng([n, clusters, int(alike * 10), int(truth * 100)])
                    of = [sizes(n, clusters, even) for even in (True, False)]
                    turns = [of[turn % 2] for turn in range(max(repetitions // slow, 20))]
                    intervals = [make(beta_binomial(rng, size, truth, alike), size) for size in turns]
                    found.append(covers(intervals, truth))
                    widths += [pair[1] - pair[0] for pair in intervals if pair is not None]
                if clusters >= 30:
                    everything += found
                worst = RATES[int(np.argmin(found))]
                yield n, clusters, alike, *summary(found), worst, f"{np.mean(widths):.3f}"
        yield "all", "30 or more", "", *summary(everything), "", ""

    return rows


def as_assay(right: Sizes, of: Sizes) -> Interval | None:
    """Through the metric."""
    return measured(rate("yes"), points(right, of))


def resampled(right: Sizes, of: Sizes) -> Interval | None:
    """The cluster bootstrap of a rate, which assay does not use."""
    size = float(of.mean())
    ways = np.array([[0.0, size]]), np.array([[size, size]])
    sums = np.stack([right, of], axis=1).astype(np.float64)
    return bootstrap([Stratum(sums, lambda sums: np.asarray(sums[..., 0] / sums[..., 1]), len(of), *ways)])


def over_groups(repetitions: int) -> Iterator[Line]:
    """The mean of the rates of five groups that differ, the first group's being the least; and its mirror."""
    layouts = (((10,) * 5, 1), ((40,) * 5, 1), ((200,) * 5, 1), ((40,) * 5, 5), ((10, 20, 50, 100, 200), 1))
    for clusters, size in (*layouts, ((200, 100, 50, 20, 10), 1)):
        found = []
        for middle in (0.03, 0.1, 0.3, 0.5, 0.9):
            rng = np.random.default_rng([*clusters, size, int(100 * middle)])
            spread = np.array([0.4, 0.7, 1.0, 1.3, 1.6])
            truths = middle * spread if middle <= 0.5 else 1 - (1 - middle) * spread
            intervals = []
            for _ in range(repetitions):
                groups = [
                    beta_binomial(rng, np.full(many, size), truth, 0.1 if size > 1 else 0.0)
                    for many, truth in zip(clusters, truths, strict=True)
                ]
                intervals.append(measured(mean_over_groups(rate("yes")), _together(groups, size)))
            found.append(covers(intervals, middle))
        many = clusters[0] if len(set(clusters)) == 1 else f"{clusters[0]} to {clusters[-1]}"
        yield many, size, *(f"{share:.3f}" for share in found), *summary(found)


def _together(groups: Sequence[Sizes], size: int) -> Points:
    parts = [points(right, np.full(len(right), size), group=str(place)) for place, right in enumerate(groups)]
    return Points(
        tuple(kind for part in parts for kind in part.kinds),
        np.concatenate([part.code + 2 * place for place, part in enumerate(parts)]).astype(np.int32),
        np.concatenate([part.cluster + np.uint64(1_000_000 * place) for place, part in enumerate(parts)]),
    )


# ---- other measures ------------------------------------------------------------------------------


def other_measures(repetitions: int) -> Iterator[Line]:
    """Numbers that are no shares: rows of their own, and in clusters of five that go half as one."""
    for name, truth, metric, sample in _others():
        found = []
        for n, size in ((50, 1), (200, 1), (1000, 1), (200, 5), (1000, 5)):
            rng = np.random.default_rng([n, size])
            cluster = (np.arange(n) // size).astype(np.uint64)
            made = (sample(rng, n, size) for _ in range(max(repetitions // 4, 10)))
            intervals = [measured(metric, Points(kinds, code, cluster, value)) for kinds, code, value in made]
            found.append(covers(intervals, truth))
        yield name, *(f"{share:.3f}" for share in found)


Sample = tuple[tuple[Point, ...], NDArray[np.int32], NDArray[np.float64] | None]


def _others() -> Iterator[tuple[str, float, Additive, Callable[[np.random.Generator, int, int], Sample]]]:
    yield "mean of skewed values, 0.1", 0.1, mean(), _values
    labels = tuple(Point("scored", label=label, gold=gold) for gold in "ab" for label in "ab")
    for chance in (0.6, 0.9, 0.98):
        shares = np.array([0.3 * chance, 0.3 * (1 - chance), 0.7 * (1 - chance), 0.7 * chance])
        truth = _f1(shares)
        yield f"macro F1, {truth:.2f}", truth, macro_f1("a", "b"), _kinds(labels, shares)
    yield "macro recall, 0.90", 0.9, macro_recall("a", "b"), _kinds(labels, np.array([0.27, 0.03, 0.07, 0.63]))
    pairs = tuple(Point("scored", label=label) for label in ("right,right", "right,wrong", "wrong,wrong"))
    for chance in (0.1, 0.4):
        shares = np.array([0.8 * (1 - chance), 0.8 * chance, 0.2])
        yield f"attack success rate, {chance}", chance, attack_success_rate(), _kinds(pairs, shares)
    for r in (0.0, 0.6, 0.95):
        yield f"Pearson's r, {r}", r, pearson(), _correlated(r)
    cells = tuple(Point("scored", label=label, gold=gold) for label in "abc" for gold in "abc")
    for v in (0.0, 0.2, 0.5):
        yield f"Cramér's V of 3 × 3, {v}", v, cramers_v(), _kinds(cells, ((1 - v) / 9 + v / 3 * np.eye(3)).ravel())


def _as_one(rng: np.random.Generator, n: int, size: int) -> NDArray[np.intp]:
    """For each row the row of its cluster that it is a copy of: the first in half of the cases, else itself."""
    rows = np.arange(n)
    return np.where(rng.random(n) < 0.5, rows // size * size, rows)


def _values(rng: np.random.Generator, n: int, size: int) -> Sample:
    values = rng.beta(0.3, 2.7, size=n)[_as_one(rng, n, size)]
    return (Point("scored", value=0.0),), np.zeros(n, dtype=np.int32), values


def _kinds(kinds: tuple[Point, ...], shares: NDArray[np.float64]) -> Callable[[np.random.Generator, int, int], Sample]:
    def sample(rng: np.random.Generator, n: int, size: int) -> Sample:
        code = rng.choice(len(kinds), size=n, p=shares)[_as_one(rng, n, size)]
        return kinds, code.astype(np.int32), None

    return sample


def _correlated(r: float) -> Callable[[np.random.Generator, int, int], Sample]:
    """Gold on ten steps, as raters give it; r is that of the steps with the values."""

    def sample(rng: np.random.Generator, n: int, size: int) -> Sample:
        step = rng.integers(10, size=n)
        gold = (step - 4.5) / np.sqrt(8.25)
        values = r * gold + np.sqrt(1 - r * r) * rng.standard_normal(n)
        place = _as_one(rng, n, size)
        kinds = tuple(Point("scored", value=0.0, gold=float(number)) for number in range(10))
        return kinds, step[place].astype(np.int32), values[place]

    return sample


def _f1(shares: NDArray[np.float64]) -> float:
    both, a_b, b_a, neither = shares
    return float(np.mean([2 * hit / (2 * hit + a_b + b_a) for hit in (both, neither)]))


# ---- no variation --------------------------------------------------------------------------------


def all_equal(repetitions: int) -> Iterator[Line]:
    """Samples without any variation."""
    for n, clusters in ((50, 50), (50, 5), (1000, 1000), (1000, 30)):
        of = sizes(n, clusters, True)
        right = 0 * of
        number = np.repeat(np.arange(clusters), of)
        flags = np.zeros(n, dtype=np.bool_)
        pair = rates(flags, flags, number)
        card = agreement(np.arange(n) % 2, np.arange(n) % 2, number)
        fixed = corrected(0.0, n, Card(50, 50, 50, 50))
        labels = np.where(np.arange(n) % 2, 0.0, np.nan)
        some = labelled(flags.astype(np.float64), labels, np.full(n, 0.5), number)
        found = [as_assay(right, of), None if pair is None else ends(pair.low, pair.high)]
        found += [ends(one.low, one.high) for one in (card.kappa, card.f1, fixed)]
        found += [None if some is None else ends(some.low, some.high)]
        yield n, clusters, *map(width, found)
