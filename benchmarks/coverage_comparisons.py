"""Tables about comparisons: differences of two models, many measures at once, power, ranks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from assay.stats import power
from assay.stats.intervals import Stratum
from assay.stats.multiplicity import holm
from assay.stats.paired import difference, mcnemar, rates
from assay.stats.ranks import ranks
from simulation import Line, Shared, covers, ends


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


def two_models(repetitions: int) -> Iterator[Line]:
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
                held.append(ends(found.low, found.high))
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


def other_differences(repetitions: int) -> Iterator[Line]:
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
                held.append(None if found is None else ends(found.low, found.high))
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


def families(repetitions: int) -> Iterator[Line]:
    """Twenty measures of two equal models: how often any is called a difference."""
    for clusters, size in ((200, 1), (40, 5)):
        shared = Shared(clusters, size)
        truths = np.linspace(0.05, 0.95, 20)
        rng = np.random.default_rng([clusters, size])
        raw, after = [], []
        for _ in range(repetitions // (2 if size == 1 else 5)):
            p_values: list[float | None] = []
            for truth in truths:
                found = rates(*shared.drawn(rng, (truth, truth)), shared.number)
                p_values.append(None if found is None else found.p)
            raw.append(any(p is not None and p <= 0.05 for p in p_values))
            after.append(any(p is not None and p <= 0.05 for p in holm(p_values)))
        yield clusters, size, 20, f"{np.mean(raw):.3f}", f"{np.mean(after):.3f}"


def seen(repetitions: int) -> Iterator[Line]:
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


def places(repetitions: int) -> Iterator[Line]:
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
