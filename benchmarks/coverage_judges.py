"""Tables about judges: rates without their error, labels on a part of the rows, agreement."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assay.stats.agreement import agreement, krippendorff_alpha
from assay.stats.intervals import Interval, wilson
from assay.stats.judge_error import Card, corrected, labelled
from simulation import SIZES, Line, covers, ends, summary


def judge_error(repetitions: int) -> Iterator[Line]:
    """Rogan & Gladen, 500 labels a class, over the true rates 0.1 to 0.9."""
    for se in (0.7, 0.8, 0.9, 0.95):
        for sp in (0.7, 0.8, 0.9, 0.95):
            raw, bias, held = [], [], []
            for n in (200, 1000):
                for truth in (0.1, 0.3, 0.5, 0.7, 0.9):
                    rng = np.random.default_rng([int(100 * se), int(100 * sp), n, int(10 * truth)])
                    q = truth * se + (1 - truth) * (1 - sp)
                    draws = (rng.binomial(of, p, size=4 * repetitions) for of, p in ((n, q), (500, se), (500, sp)))
                    results = [corrected(x / n, n, Card(a, 500, b, 500)) for x, a, b in zip(*draws, strict=True)]
                    bias.append(float(np.mean([one.value for one in results if one.value is not None])) - truth)
                    held.append(covers([ends(one.low, one.high) for one in results], truth))
                    raw.append(q - truth)
            yield se, sp, f"{max(raw, key=abs):+.3f}", f"{max(bias, key=abs):+.4f}", *summary(held)


def identifiable(repetitions: int) -> Iterator[Line]:
    """Judges that hardly judge: how often they pass for one that does, and what the interval is worth then."""
    for se, sp in ((0.5, 0.5), (0.55, 0.5), (0.6, 0.6), (0.7, 0.6)):
        for labels in (50, 500):
            rng = np.random.default_rng([int(100 * se), int(100 * sp), labels])
            n, truth = 500, 0.3
            q = truth * se + (1 - truth) * (1 - sp)
            draws = (rng.binomial(of, p, size=4 * repetitions) for of, p in ((n, q), (labels, se), (labels, sp)))
            results = [corrected(x / n, n, Card(a, labels, b, labels)) for x, a, b in zip(*draws, strict=True)]
            known = [one for one in results if one.identifiable]
            held = [ends(one.low, one.high) if one.identifiable else (-np.inf, np.inf) for one in results]
            yield se, sp, labels, f"{len(known) / len(results):.3f}", f"{covers(held, truth):.3f}"


def partly_labelled(repetitions: int) -> Iterator[Line]:
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


def agreeing(repetitions: int) -> Iterator[Line]:
    """The intervals of a judge's card, and of Krippendorff's α for three judges: mean and least over four judges."""
    for n in SIZES:
        for base in (0.05, 0.2, 0.5):
            pairs = ((0.7, 0.7), (0.7, 0.95), (0.95, 0.95), (0.99, 0.99))
            found = np.array([_agreeing(n, base, se, sp, repetitions) for se, sp in pairs])
            yield n, base, *(" / ".join(summary(column)) for column in found.T.tolist())


def _agreeing(n: int, base: float, se: float, sp: float, repetitions: int) -> list[float]:
    """Coverage of accuracy, F1, κ and α."""
    rng = np.random.default_rng([n, int(100 * base), int(100 * se), int(100 * sp)])
    table = np.array([base * se, base * (1 - se), (1 - base) * (1 - sp), (1 - base) * sp])
    chance = (table[0] + table[1]) * (table[0] + table[2]) + (table[2] + table[3]) * (table[1] + table[3])
    yes = base * se + (1 - base) * (1 - sp)
    differ = 2 * (base * se * (1 - se) + (1 - base) * sp * (1 - sp))
    cards, alphas = [], []
    for turn in range(repetitions):
        people = (rng.random(n) < base).astype(np.intp)
        said = np.where(people, rng.random(n) < se, rng.random(n) > sp).astype(np.intp)
        cards.append(agreement(people, said))
        if turn < repetitions // 2:
            judges = np.stack([np.where(people, rng.random(n) < se, rng.random(n) > sp) for _ in range(3)])
            alphas.append(krippendorff_alpha(judges.T.astype(np.intp)))
    return [
        covers([ends(one.low, one.high) for one in some], truth)
        for some, truth in (
            ([card.accuracy for card in cards], base * se + (1 - base) * sp),
            ([card.f1 for card in cards], 2 * table[0] / (2 * table[0] + table[1] + table[2])),
            ([card.kappa for card in cards], (table[0] + table[3] - chance) / (1 - chance)),
            (alphas, 1 - differ / (2 * yes * (1 - yes))),
        )
    ]
