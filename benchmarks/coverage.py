"""Whether the numbers about numbers hold: how often 95 % intervals cover, tests raise false alarms, power is as said.

python benchmarks/coverage.py [--repetitions 1000] [--only NAME …]

Samples are drawn from known truths with fixed seeds, so that two runs print the same. What is printed as coverage is
the share of samples whose interval holds the truth; with 1,000 repetitions it is off by 0.007 (one standard error).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from assay.metrics.additive import Additive
from assay.metrics.classification import macro_f1
from assay.metrics.columns import Points
from assay.metrics.groups import mean_over_groups
from assay.metrics.rates import mean, rate
from assay.schema import Point
from assay.stats import power
from assay.stats.agreement import agreement, krippendorff_alpha
from assay.stats.intervals import Interval, Stratum, wilson
from assay.stats.judge_error import Card, corrected, labelled
from assay.stats.multiplicity import holm
from assay.stats.paired import difference, mcnemar, rates
from assay.stats.proportions import clustered
from assay.stats.ranks import ranks

Rows = list[list[str]]
Ints = NDArray[np.intp]
Sizes = NDArray[np.int64]

SIZES = (50, 200, 1000)
RATES = (0.02, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.98)


@dataclass(frozen=True, slots=True)
class Table:
    """What is printed of one question."""

    name: str
    title: str
    head: Sequence[str]
    rows: Callable[[int], Iterator[Sequence[object]]]
    """Of a number of repetitions."""


# ---- samples -------------------------------------------------------------------------------------


def sizes(rows: int, clusters: int, even: bool) -> Sizes:
    """So many rows in so many clusters; uneven: the largest have some three times the average."""
    weights = np.ones(clusters) if even else np.random.default_rng(clusters).gamma(2.0, size=clusters)
    bounds = np.rint(np.cumsum(weights) / weights.sum() * (rows - clusters)).astype(np.int64)
    return 1 + np.diff(bounds, prepend=0)


def beta_binomial(rng: np.random.Generator, of: Sizes, truth: float, alike: float) -> Sizes:
    """How many rows of each cluster are right; `alike`: the correlation within clusters, 0 to 1."""
    if alike == 0:
        return rng.binomial(of, truth)
    if alike == 1:
        return of * (rng.random(len(of)) < truth)
    chances = rng.beta(truth * (1 - alike) / alike, (1 - truth) * (1 - alike) / alike, size=len(of))
    return rng.binomial(of, chances)


def normal(rng: np.random.Generator, shape: int | tuple[int, ...], variance: float) -> NDArray[np.float64]:
    """Normal numbers."""
    return rng.standard_normal(shape) * np.sqrt(variance)


@dataclass(frozen=True, slots=True)
class Shared:
    """Rows that several models answered: hard rows and hard clusters are hard for all of them."""

    clusters: int
    size: int
    """Rows in each cluster."""
    of_cluster: float = 0.3
    """Variances of what decides a row, beside 1 for model and row together."""
    of_row: float = 1.0
    of_model_in_cluster: float = 0.15

    def drawn(self, rng: np.random.Generator, truths: Sequence[float]) -> NDArray[np.bool_]:
        """For each model whether each row is right (models × rows)."""
        number, models = self.number, len(truths)
        hidden = normal(rng, self.clusters, self.of_cluster)[number] + normal(rng, len(number), self.of_row)
        own = normal(rng, (models, self.clusters), self.of_model_in_cluster)[:, number]
        total = hidden + own + normal(rng, own.shape, 1.0)
        spread = np.sqrt(self.of_cluster + self.of_row + self.of_model_in_cluster + 1.0)
        bars = np.array([NormalDist().inv_cdf(truth) for truth in truths])
        return np.asarray(total / spread < bars[:, None])

    @property
    def number(self) -> Ints:
        """Each row's cluster."""
        return np.repeat(np.arange(self.clusters), self.size)


def points(right: Sizes, of: Sizes, group: str = "") -> Points:
    """Graded rows as assay has them."""
    kinds = tuple(Point("scored", label=label, group=group) for label in ("no", "yes"))
    within = np.concatenate([np.arange(size) for size in of])
    cluster = np.repeat(np.arange(len(of)), of)
    return Points(kinds, (within < right[cluster]).astype(np.int32), cluster.astype(np.uint64))


def measured(metric: Additive, sample: Points) -> Interval | None:
    """The interval that assay prints."""
    found = metric(sample, "lower")
    return None if found.low is None or found.high is None else (found.low, found.high)


def covers(intervals: Sequence[Interval | None], truth: float) -> float:
    """The share that holds the truth; no interval does not."""
    held = [pair is not None and pair[0] - 1e-9 <= truth <= pair[1] + 1e-9 for pair in intervals]
    return float(np.mean(held))


def summary(found: Sequence[float]) -> list[str]:
    """Their mean and the least."""
    return [f"{np.mean(found):.3f}", f"{min(found):.3f}"]


# ---- intervals -----------------------------------------------------------------------------------


def independent(repetitions: int) -> Iterator[Sequence[object]]:
    """Exact: every count that can occur, with its probability."""
    for n in SIZES:
        counts = np.arange(n + 1)
        ends = np.array([wilson(count, n) for count in counts.tolist()])
        logs = np.array([0.0, *np.cumsum(np.log(np.arange(1, n + 1)))])

        def exact(
            truth: float, ends: NDArray[np.float64] = ends, logs: NDArray[np.float64] = logs, n: int = n
        ) -> float:
            ways = logs[n] - logs - logs[::-1]
            chances = np.exp(ways + np.arange(n + 1) * np.log(truth) + np.arange(n, -1, -1) * np.log1p(-truth))
            return float(chances[(ends[:, 0] <= truth) & (truth <= ends[:, 1])].sum())

        fine = [exact(truth) for truth in np.arange(0.02, 0.9801, 0.001)]
        yield n, *(f"{exact(truth):.3f}" for truth in RATES), *summary(fine)


def in_clusters(
    make: Callable[[Sizes, Sizes], Interval | None], slow: int = 1
) -> Callable[[int], Iterator[Sequence[object]]]:
    """Coverage for rows in clusters, over layouts, and over rates of one layout."""

    def rows(repetitions: int) -> Iterator[Sequence[object]]:
        for n, clusters in ((50, 30), (200, 30), (200, 100), (1000, 30), (1000, 100), (1000, 300), (200, 10), (200, 5)):
            for alike in (0.0, 0.1, 0.3, 1.0):
                found = []
                for truth in RATES:
                    rng = np.random.default_rng([n, clusters, int(alike * 10), int(truth * 100)])
                    of = [sizes(n, clusters, even) for even in (True, False)]
                    intervals = []
                    for turn in range(max(repetitions // slow, 20)):
                        size = of[turn % 2]
                        intervals.append(make(beta_binomial(rng, size, truth, alike), size))
                    found.append(covers(intervals, truth))
                yield n, clusters, alike, *(f"{share:.3f}" for share in found), *summary(found)

    return rows


def as_assay(right: Sizes, of: Sizes) -> Interval | None:
    """Through the metric."""
    return measured(rate("yes"), points(right, of))


def effective(right: Sizes, of: Sizes) -> Interval | None:
    """Wilson's interval on the rows that the clusters are worth."""
    return clustered(right.astype(np.float64), of.astype(np.float64))


def over_groups(repetitions: int) -> Iterator[Sequence[object]]:
    """The mean of the rates of five groups, as assay measures it."""
    for each, size in ((10, 1), (40, 1), (200, 1), (40, 5)):
        found = []
        for middle in (0.03, 0.1, 0.3, 0.5):
            rng = np.random.default_rng([each, size, int(100 * middle)])
            truths = np.clip(middle * np.array([0.4, 0.7, 1.0, 1.3, 1.6]), 0, 1)
            of = np.full(each, size)
            intervals = []
            for _ in range(repetitions // 4):
                groups = [beta_binomial(rng, of, truth, 0.1 if size > 1 else 0.0) for truth in truths]
                intervals.append(measured(mean_over_groups(rate("yes")), _together(groups, of)))
            found.append(covers(intervals, middle))
        yield 5, each, size, *(f"{share:.3f}" for share in found)


def _together(groups: Sequence[Sizes], of: Sizes) -> Points:
    parts = [points(right, of, group=str(place)) for place, right in enumerate(groups)]
    return Points(
        tuple(kind for part in parts for kind in part.kinds),
        np.concatenate([part.code + 2 * place for place, part in enumerate(parts)]).astype(np.int32),
        np.concatenate([part.cluster + np.uint64(place * len(of)) for place, part in enumerate(parts)]),
    )


def other_measures(repetitions: int) -> Iterator[Sequence[object]]:
    """A mean of skewed values, and macro F1 of two classes."""
    for n in SIZES:
        rng = np.random.default_rng(n)
        kinds = (Point("scored", value=0.0),)
        intervals = []
        for _ in range(repetitions // 4):
            values = rng.beta(0.3, 2.7, size=n)
            sample = Points(kinds, np.zeros(n, dtype=np.int32), np.arange(n).astype(np.uint64), values)
            intervals.append(measured(mean(), sample))
        yield "mean of values (skewed, 0.1)", n, f"{covers(intervals, 0.1):.3f}"
        for chance in (0.6, 0.9, 0.98):
            kinds = tuple(Point("scored", label=label, gold=gold) for gold in "ab" for label in "ab")
            shares = np.array([0.3 * chance, 0.3 * (1 - chance), 0.7 * (1 - chance), 0.7 * chance])
            truth = _f1(shares)
            intervals = []
            for _ in range(repetitions // 4):
                code = np.repeat(np.arange(4), rng.multinomial(n, shares)).astype(np.int32)
                intervals.append(measured(macro_f1("a", "b"), Points(kinds, code, np.arange(n).astype(np.uint64))))
            yield f"macro F1 = {truth:.2f}, classes 30 : 70", n, f"{covers(intervals, truth):.3f}"


def _f1(shares: NDArray[np.float64]) -> float:
    both, a_b, b_a, neither = shares
    return float(np.mean([2 * hit / (2 * hit + a_b + b_a) for hit in (both, neither)]))


def all_equal(repetitions: int) -> Iterator[Sequence[object]]:
    """Samples without any variation."""
    for n, clusters in ((50, 50), (50, 5), (1000, 1000), (1000, 30)):
        of = sizes(n, clusters, True)
        for right in (0 * of, of):
            yes = np.repeat(np.arange(clusters), of)
            flags = np.full(n, bool(right.any()))
            pair = rates(flags, flags, yes)
            people = np.arange(n) % 2
            card = agreement(people, people, yes)
            both = [wilson(float(right.sum()), n), as_assay(right, of), effective(right, of)]
            both += [None if pair is None or pair.low is None or pair.high is None else (pair.low, pair.high)]
            both += [_pair(card.kappa.low, card.kappa.high), _pair(card.f1.low, card.f1.high)]
            fixed = corrected(float(flags.mean()), n, Card(50, 50, 50, 50))
            both += [_pair(fixed.low, fixed.high)]
            labels = np.where(np.arange(n) % 2, float(flags[0]), np.nan)
            some = labelled(flags.astype(np.float64), labels, np.full(n, 0.5), yes)
            both += [None if some is None else _pair(some.low, some.high)]
            yield n, clusters, "none" if not right.any() else "all", *(_width(one) for one in both)


def _pair(low: float | None, high: float | None) -> Interval | None:
    return None if low is None or high is None else (low, high)


def _width(pair: Interval | None) -> str:
    return "none" if pair is None else f"{pair[1] - pair[0]:.4f}"


# ---- judges --------------------------------------------------------------------------------------


def judge_error(repetitions: int) -> Iterator[Sequence[object]]:
    """Rogan & Gladen, 500 labels a class, over the true rates 0.1 to 0.9."""
    for se in (0.7, 0.8, 0.9, 0.95):
        for sp in (0.7, 0.8, 0.9, 0.95):
            for n in (200, 1000):
                raw, bias, held = [], [], []
                for truth in (0.1, 0.3, 0.5, 0.7, 0.9):
                    rng = np.random.default_rng([int(100 * se), int(100 * sp), n, int(10 * truth)])
                    q = truth * se + (1 - truth) * (1 - sp)
                    draws = (rng.binomial(of, p, size=4 * repetitions) for of, p in ((n, q), (500, se), (500, sp)))
                    results = [corrected(x / n, n, Card(a, 500, b, 500)) for x, a, b in zip(*draws, strict=True)]
                    bias.append(float(np.mean([one.value for one in results if one.value is not None])) - truth)
                    held.append(covers([_pair(one.low, one.high) for one in results], truth))
                    raw.append(q - truth)
                worst = max(bias, key=abs)
                yield se, sp, n, f"{max(raw, key=abs):+.3f}", f"{worst:+.4f}", *summary(held)


def identifiable(repetitions: int) -> Iterator[Sequence[object]]:
    """Judges that hardly judge: how often they pass for one that does, and what the interval is worth then."""
    for se, sp in ((0.5, 0.5), (0.55, 0.5), (0.6, 0.6), (0.7, 0.6)):
        for labels in (50, 500):
            rng = np.random.default_rng([int(100 * se), int(100 * sp), labels])
            n, truth = 500, 0.3
            q = truth * se + (1 - truth) * (1 - sp)
            draws = (rng.binomial(of, p, size=4 * repetitions) for of, p in ((n, q), (labels, se), (labels, sp)))
            results = [corrected(x / n, n, Card(a, labels, b, labels)) for x, a, b in zip(*draws, strict=True)]
            known = [one for one in results if one.identifiable]
            held = [_pair(one.low, one.high) if one.identifiable else (-np.inf, np.inf) for one in results]
            yield se, sp, labels, f"{len(known) / len(results):.3f}", f"{covers(held, truth):.3f}"


def partly_labelled(repetitions: int) -> Iterator[Sequence[object]]:
    """Prediction-powered inference, 1,000 rows; labels drawn evenly, or half of them among those the judge flags."""
    for labels in (50, 100, 200):
        for se, sp in ((0.7, 0.7), (0.9, 0.8), (0.95, 0.95), (1.0, 1.0)):
            for balanced in (False, True):
                bias, held, widths, alone = [], [], [], []
                for truth in (0.02, 0.1, 0.3, 0.5, 0.9, 0.98):
                    rng = np.random.default_rng([labels, int(100 * se), int(100 * sp), int(100 * truth), balanced])
                    results = [_labelled(rng, labels, se, sp, truth, balanced) for _ in range(repetitions // 2)]
                    bias.append(float(np.mean([one[0] for one in results])) - truth)
                    held.append(covers([one[1] for one in results], truth))
                    widths.append(float(np.mean([one[1][1] - one[1][0] for one in results])))
                    low, high = wilson(truth * labels, labels)
                    alone.append(high - low)
                drawn = "half flagged" if balanced else "evenly"
                worst = max(bias, key=abs)
                shown = f"{np.mean(widths):.3f}", f"{np.mean(alone):.3f}"
                yield labels, se, sp, drawn, f"{worst:+.4f}", *summary(held), *shown


def _labelled(
    rng: np.random.Generator, labels: int, se: float, sp: float, truth: float, balanced: bool
) -> tuple[float, Interval]:
    n = 1000
    people = rng.random(n) < truth
    judged = np.where(people, rng.random(n) < se, rng.random(n) > sp)
    flagged = int(judged.sum())
    among = max(min(labels // 2, flagged), labels - (n - flagged)) if balanced else 0
    probability = np.full(n, labels / n)
    if balanced:
        probability = np.where(judged, among / max(flagged, 1), (labels - among) / max(n - flagged, 1))
        order = np.argsort(rng.random(n))
        asked = np.concatenate([order[judged[order]][:among], order[~judged[order]][: labels - among]])
    else:
        asked = rng.permutation(n)[:labels]
    told = np.full(n, np.nan)
    told[asked] = people[asked]
    found = labelled(judged.astype(np.float64), told, probability)
    assert found is not None and found.low is not None and found.high is not None
    return found.value, (found.low, found.high)


def agreeing(repetitions: int) -> Iterator[Sequence[object]]:
    """The intervals of a judge's card, and of Krippendorff's α for three judges."""
    for n in SIZES:
        for base in (0.05, 0.2, 0.5):
            for se, sp in ((0.7, 0.7), (0.7, 0.95), (0.95, 0.95), (0.99, 0.99)):
                rng = np.random.default_rng([n, int(100 * base), int(100 * se), int(100 * sp)])
                table = np.array([base * se, base * (1 - se), (1 - base) * (1 - sp), (1 - base) * sp])
                chance = (table[0] + table[1]) * (table[0] + table[2]) + (table[2] + table[3]) * (table[1] + table[3])
                kappa = (table[0] + table[3] - chance) / (1 - chance)
                f1 = 2 * table[0] / (2 * table[0] + table[1] + table[2])
                cards, alphas = [], []
                for turn in range(repetitions):
                    people = (rng.random(n) < base).astype(np.intp)
                    said = np.where(people, rng.random(n) < se, rng.random(n) > sp).astype(np.intp)
                    cards.append(agreement(people, said))
                    if turn < repetitions // 2:
                        judges = np.stack([np.where(people, rng.random(n) < se, rng.random(n) > sp) for _ in range(3)])
                        alphas.append(krippendorff_alpha(judges.T.astype(np.intp)))
                yes = base * se + (1 - base) * (1 - sp)
                differ = 2 * (base * se * (1 - se) + (1 - base) * sp * (1 - sp))
                alpha = 1 - differ / (2 * yes * (1 - yes))
                yield (
                    n,
                    base,
                    se,
                    sp,
                    *(
                        f"{covers([_pair(one.low, one.high) for one in some], truth):.3f}"
                        for some, truth in (
                            ([card.accuracy for card in cards], base * se + (1 - base) * sp),
                            ([card.f1 for card in cards], f1),
                            ([card.kappa for card in cards], kappa),
                            (alphas, alpha),
                        )
                    ),
                )


# ---- comparisons ---------------------------------------------------------------------------------


def shares(flags: NDArray[np.bool_], shared: Shared) -> list[Stratum]:
    """A rate as a formula of sums over clusters."""
    right = np.bincount(shared.number, flags)
    size = float(shared.size)
    sums = np.stack([right, np.full(shared.clusters, size)], axis=1)
    ways = np.array([[0.0, size]]), np.array([[size, size]])
    return [Stratum(sums, lambda sums: sums[..., 0] / sums[..., 1], shared.clusters, *ways)]


def ratios(flags: NDArray[np.bool_], asked: NDArray[np.bool_], shared: Shared) -> list[Stratum]:
    """The share of right rows among those that the model was asked, which differ from model to model."""
    sums = np.stack([np.bincount(shared.number, flags & asked), np.bincount(shared.number, asked)], axis=1)
    average = sums[:, 1].mean()
    ways = np.array([[0.0, average]]), np.array([[average, average]])

    def formula(sums: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(sums[..., 0] / sums[..., 1])

    return [Stratum(sums.astype(np.float64), formula, shared.clusters, *ways)]


def two_models(repetitions: int) -> Iterator[Sequence[object]]:
    """Two models on shared rows: coverage of the difference, and false alarms where there is none."""
    layouts = (
        Shared(50, 1),
        Shared(200, 1),
        Shared(1000, 1),
        Shared(30, 5),
        Shared(30, 20),
        Shared(100, 5),
        Shared(10, 10),
    )
    for shared in layouts:
        for truths in ((0.5, 0.5), (0.1, 0.1), (0.03, 0.03), (0.5, 0.6), (0.97, 0.9)):
            rng = np.random.default_rng([shared.clusters, shared.size, *(int(100 * truth) for truth in truths)])
            apart = truths[0] - truths[1]
            held, alarms = [], []
            for _ in range(repetitions // (1 if shared.size == 1 else 5)):
                found = rates(*shared.drawn(rng, truths), shared.number)
                assert found is not None
                held.append(_pair(found.low, found.high))
                alarms.append(found.p <= 0.05)
            test = "McNemar" if shared.size == 1 else "swap"
            told = f"{np.mean(alarms):.3f}"
            yield (
                shared.clusters,
                shared.size,
                test,
                *truths,
                f"{covers(held, apart):.3f}",
                *((told, "–") if not apart else ("–", told)),
            )


def other_differences(repetitions: int) -> Iterator[Sequence[object]]:
    """A rate through the bootstrap, and a ratio whose denominators differ: equal values may have unequal spread."""
    for shared in (Shared(100, 1), Shared(300, 1), Shared(40, 5)):
        for name, truths, asked in (
            ("rate", (0.1, 0.1), (1.0, 1.0)),
            ("rate", (0.5, 0.6), (1.0, 1.0)),
            ("ratio", (0.3, 0.3), (0.95, 0.35)),
            ("ratio", (0.3, 0.4), (0.9, 0.6)),
        ):
            rng = np.random.default_rng([shared.clusters, shared.size, int(100 * truths[1]), int(100 * asked[1])])
            held, alarms = [], []
            for _ in range(repetitions // 5):
                flags, of = shared.drawn(rng, truths), shared.drawn(rng, [min(share, 0.999999) for share in asked])
                models = [ratios(one, among, shared) for one, among in zip(flags, of, strict=True)]
                found = difference(*models)
                held.append(None if found is None else _pair(found.low, found.high))
                alarms.append(found is not None and found.p <= 0.05)
            apart = truths[0] - truths[1]
            told = f"{np.mean(alarms):.3f}"
            yield (
                shared.clusters,
                shared.size,
                name,
                *truths,
                *asked,
                f"{covers(held, apart):.3f}",
                *((told, "–") if not apart else ("–", told)),
            )


def families(repetitions: int) -> Iterator[Sequence[object]]:
    """Twenty measures of two equal models: how often any is called a difference."""
    for clusters, size in ((200, 1), (40, 5)):
        shared = Shared(clusters, size)
        truths = np.linspace(0.05, 0.95, 20)
        rng = np.random.default_rng([clusters, size])
        raw, after = [], []
        for _ in range(repetitions // (2 if size == 1 else 25)):
            p_values: list[float | None] = []
            for truth in truths:
                found = rates(*shared.drawn(rng, (truth, truth)), shared.number)
                p_values.append(None if found is None else found.p)
            raw.append(any(p is not None and p <= 0.05 for p in p_values))
            after.append(any(p is not None and p <= 0.05 for p in holm(p_values)))
        yield clusters, size, 20, f"{np.mean(raw):.3f}", f"{np.mean(after):.3f}"


def seen(repetitions: int) -> Iterator[Sequence[object]]:
    """Power as computed, and the share of simulated comparisons that find the difference."""
    for n in (100, 400, 2000):
        for discordant in (0.05, 0.2, 0.5):
            least = power.least_mcnemar(n, discordant)
            assert least is not None
            for apart in (least / 2, least):
                wide = max(discordant, apart)
                rng = np.random.default_rng([n, int(100 * discordant), int(1e4 * apart)])
                table = [(wide + apart) / 2, (wide - apart) / 2, 1 - wide]
                cells, counts = np.unique(rng.multinomial(n, table, size=20 * repetitions), axis=0, return_counts=True)
                hits = [mcnemar(int(b), int(c)) <= 0.05 for b, c, _ in cells]
                told = power.mcnemar_power(n, discordant, apart)
                yield (
                    "McNemar",
                    n,
                    1,
                    f"{discordant}",
                    f"{apart:.3f}",
                    f"{told:.3f}",
                    f"{counts @ hits / counts.sum():.3f}",
                )
    for shared in (Shared(30, 5), Shared(60, 10), Shared(100, 3)):
        rng = np.random.default_rng([shared.clusters, shared.size])
        apart = [np.diff(shared.drawn(rng, (0.5, 0.55)).mean(axis=1))[0] for _ in range(10 * repetitions)]
        se = float(np.std(apart))
        least = power.least_difference(se, shared.clusters - 1)
        assert least is not None
        for true in (least / 2, least):
            hits = []
            for _ in range(repetitions):
                found = rates(*shared.drawn(rng, (0.5 - true / 2, 0.5 + true / 2)), shared.number)
                hits.append(found is not None and found.p <= 0.05)
            told = power.power_of(true, se, shared.clusters - 1)
            yield "swap", shared.clusters, shared.size, "–", f"{true:.3f}", f"{told:.3f}", f"{np.mean(hits):.3f}"


def places(repetitions: int) -> Iterator[Sequence[object]]:
    """How often intervals hold the true ranks: each by itself, and all of them at once."""
    for shared in (Shared(100, 1), Shared(500, 1), Shared(40, 5)):
        for truths in ((0.5, 0.5, 0.5, 0.5), (0.5, 0.52, 0.6, 0.8), (0.02, 0.02, 0.05, 0.05)):
            rng = np.random.default_rng([shared.clusters, shared.size, *(int(100 * truth) for truth in truths)])
            # Equal models may be in either order: an interval holds if it meets the places they share.
            best = np.array([1 + sum(other > one for other in truths) for one in truths])
            worst = np.array([sum(other >= one for other in truths) for one in truths])
            alone, together, widths = [], [], []
            for _ in range(repetitions // 10):
                models = [shares(flags, shared) for flags in shared.drawn(rng, truths)]
                for at_once, held in ((False, alone), (True, together)):
                    found = ranks(models, together=at_once)
                    assert found is not None
                    low, high = np.array([rank.best for rank in found]), np.array([rank.worst for rank in found])
                    held.append((low <= best) & (worst <= high))
                    if not at_once:
                        widths.append(float((high - low + 1).mean()))
            each = np.mean(alone)
            every = np.all(together, axis=1).mean()
            said = " ".join(map(str, truths))
            yield shared.clusters, shared.size, said, f"{each:.3f}", f"{every:.3f}", f"{np.mean(widths):.2f}"


BY_RATE = [f"{truth}" for truth in RATES]
TABLES = (
    Table("independent", "Wilson's interval, independent rows, exact", ["n", *BY_RATE, "mean", "least"], independent),
    Table(
        "clusters",
        "Rates of clustered rows, as assay measures them (half of the samples in uneven clusters)",
        ["rows", "clusters", "alike", *BY_RATE, "mean", "least"],
        in_clusters(as_assay, slow=5),
    ),
    Table(
        "effective",
        "Rates of clustered rows, Wilson's interval on the rows that they are worth",
        ["rows", "clusters", "alike", *BY_RATE, "mean", "least"],
        in_clusters(effective),
    ),
    Table(
        "groups",
        "Mean of the rates of five groups that differ, as assay measures it",
        ["groups", "clusters each", "rows each", "0.03", "0.1", "0.3", "0.5"],
        over_groups,
    ),
    Table("others", "Other measures, as assay measures them", ["measure", "n", "coverage"], other_measures),
    Table(
        "equal",
        "Widths where all rows are equal, or all replies judged right",
        [
            "rows",
            "clusters",
            "right",
            "Wilson",
            "as assay",
            "effective n",
            "difference",
            "κ",
            "F1",
            "corrected",
            "labelled",
        ],
        all_equal,
    ),
    Table(
        "judge",
        "Corrected for a judge with 500 labels a class, true rates 0.1 to 0.9",
        ["Se", "Sp", "rows", "raw off by", "corrected off by", "mean coverage", "least"],
        judge_error,
    ),
    Table(
        "identifiable",
        "Judges that hardly judge (500 rows, rate 0.3)",
        ["Se", "Sp", "labels a class", "identifiable", "coverage"],
        identifiable,
    ),
    Table(
        "labelled",
        "Prediction-powered inference, true rates 0.02 to 0.98",
        ["labels", "Se", "Sp", "drawn", "off by", "mean coverage", "least", "width", "labels alone"],
        partly_labelled,
    ),
    Table(
        "agreement",
        "A judge's card, and three judges' α",
        ["n", "base rate", "Se", "Sp", "accuracy", "F1", "κ", "α"],
        agreeing,
    ),
    Table(
        "paired",
        "Two models' rates on shared rows",
        ["clusters", "rows each", "test", "first", "second", "coverage", "false alarms", "found"],
        two_models,
    ),
    Table(
        "differences",
        "Other differences: paired bootstrap and swap test",
        ["clusters", "rows each", "number", "first", "second", "asked", "asked", "coverage", "false alarms", "found"],
        other_differences,
    ),
    Table(
        "holm",
        "Any false alarm among many measures",
        ["clusters", "rows each", "measures", "p ≤ 0.05", "Holm"],
        families,
    ),
    Table(
        "power",
        "Power",
        ["test", "clusters", "rows each", "discordant", "difference", "as computed", "simulated"],
        seen,
    ),
    Table(
        "ranks",
        "Ranks of four models",
        ["clusters", "rows each", "truths", "each", "all at once", "places in an interval"],
        places,
    ),
)


def printed(table: Table, repetitions: int) -> Iterator[str]:
    """The table's lines, as they come."""
    yield f"\n### {table.title}\n"
    yield f"| {' | '.join(table.head)} |"
    yield f"|{'---|' * len(table.head)}"
    for row in table.rows(repetitions):
        yield f"| {' | '.join(map(str, row))} |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=1000, help="samples a cell, fewer where one is slow")
    parser.add_argument("--only", nargs="*", choices=[table.name for table in TABLES], help="these tables")
    given = parser.parse_args()
    for table in TABLES:
        if not given.only or table.name in given.only:
            began = time.perf_counter()
            for line in printed(table, given.repetitions):
                print(line, flush=True)
            print(f"\n{time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
