"""How long 10,000 resamples of 100,000 rows take: the interval of one number, and the comparison of two models.

python benchmarks/resampling.py

Rows are in 1,000 clusters, or each is its own. Measured is all from graded rows to the interval; peak memory is that of
the process, beside what it was before.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from assay.metrics.additive import Additive
from assay.metrics.classification import macro_f1
from assay.metrics.columns import Points
from assay.metrics.paired import Column, difference, models, shared
from assay.metrics.rates import mean, rate
from assay.schema import Point
from assay.stats.intervals import DRAWS

ROWS = 100_000
REPEATED = 3


def graded(clusters: int, valued: bool, seed: int) -> Points:
    """Rows as assay has them: half of class a; a tenth of the answers are wrong."""
    rng = np.random.default_rng(seed)
    cluster = (np.arange(ROWS) % clusters).astype(np.uint64)
    if valued:
        return Points((Point("scored", value=0.0),), np.zeros(ROWS, dtype=np.int32), cluster, rng.beta(0.3, 2.7, ROWS))
    kinds = tuple(Point("scored", label=label, gold=gold) for gold in "ab" for label in "ab")
    gold, wrong = np.arange(ROWS) % 2, rng.random(ROWS) < 0.1
    return Points(kinds, (2 * gold + (gold ^ wrong)).astype(np.int32), cluster)


def column(points: Points) -> Column:
    """The same as one run's side of a comparison."""
    rows = np.arange(len(points)).astype(np.uint64)
    return Column(rows, points, rows, rows)


def compared(metric: Additive, sides: tuple[Points, Points]) -> object:
    """The difference of two models on shared rows."""
    rows = shared(metric, [column(side) for side in sides])
    return difference(metric, rows, models(metric, rows))


def peak() -> float:
    """MiB that the process had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(name: str, clusters: int, work: Callable[[], object]) -> None:
    """Print how long it takes, the best of some runs, and by how much it raised the peak."""
    before, seconds, busy = peak(), [], []
    for _ in range(REPEATED):
        began, began_busy = time.perf_counter(), time.process_time()
        work()
        seconds.append(time.perf_counter() - began)
        busy.append(time.process_time() - began_busy)
    print(
        f"{name:32} {clusters:>9,} {min(seconds):>8.2f} s {min(busy):>8.2f} s {peak() - before:>8.0f} MiB", flush=True
    )


def main() -> None:
    """Print the times."""
    print(f"{DRAWS:,} resamples of {ROWS:,} rows, best of {REPEATED}\n")
    print(f"{'number':32} {'clusters':>9} {'time':>10} {'CPU':>10} {'peak +':>12}")
    for clusters in (1_000, ROWS):
        values, labels = ((graded(clusters, valued, 1), graded(clusters, valued, 2)) for valued in (True, False))
        for name, metric, points in (
            ("rate (no resamples)", rate("a"), labels),
            ("mean of values", mean(), values),
            ("macro F1", macro_f1("a", "b"), labels),
        ):
            timed(name, clusters, partial(metric, points[0], "higher"))
            timed(f"{name}, two models", clusters, partial(compared, metric, points))


if __name__ == "__main__":
    main()
