"""How two things go together: ratings with ratings, answers with what should not matter to them.

What missing points could still do to these numbers has no closed form, so while any are missing, floor and
ceiling are the ends of the scale (`Measure.outer`). Where none are, they are the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from assay.metrics.additive import Additive, Terms, has_label, has_value
from assay.metrics.columns import Points
from assay.schema import Point
from assay.stats.intervals import Formula, Interval, Matrix
from assay.stats.proportions import ratio_of_variances
from assay.stats.tails import independence, noncentrality


def pearson() -> Additive:
    """Pearson's r of value and gold, two numbers; undefined under 3 pairs or where either never varies."""
    return Additive(_moments, lowest=-1.0, usable=_is_pair, interval="values", outer=True)


def independence_p() -> Additive:
    """The p-value of the chi² test that the label does not depend on the gold attribute (label × gold table).

    As `scipy.stats.chi2_contingency` computes it by default, so with Yates' correction for 2 × 2 tables, on
    the rows and columns that occur. One label only shows no association: p = 1; of one attribute only, nothing can
    be said. The test takes rows for independent, as the published one does. There is no interval: resampling a
    p-value says nothing.
    """
    return Additive(lambda points: _table(points, _p_value), usable=_is_cell, interval="none", outer=True)


def cramers_v() -> Additive:
    """Cramér's V of label and gold attribute: the size of the association, 0 (none) to 1, whatever n is.

    Bergsma's (2013, "A bias-correction for Cramér's V"): φ² = chi² / n less what it is on average where there is none,
    (r − 1)(c − 1) / (n − 1). Uncorrected, 200 rows in a table of 3 × 8 show 0.19 where there is nothing.

    The interval is that of the noncentrality of chi² (Smithson 2003); resamples would show at least as much association
    as the sample does by chance. chi² is divided by its mean design effect where clusters show one above 1 (Rao & Scott
    1984). A constant answer has V = 0 and no interval: the table has one row. Of one attribute only it is undefined.
    """
    return Additive(
        lambda points: _table(points, _cramers_v, _v_interval), usable=_is_cell, interval="values", outer=True
    )


def _is_pair(point: Point) -> bool:
    return has_value(point) and isinstance(point.gold, int | float) and bool(np.isfinite(point.gold))


def _is_cell(point: Point) -> bool:
    return has_label(point) and point.gold is not None


def _moments(points: Points) -> Terms:
    """The sums that r needs, of numbers in standard units: r does not change, and nothing cancels."""
    usable = points.of_kind(lambda kind: kind.status == "scored" and _is_pair(kind))
    units = [_units(point.value for point in usable), _units(point.gold for point in usable)]

    def tally(scored: Sequence[Point]) -> Matrix:
        pairs = np.array([(point.value, point.gold) for point in scored], dtype=np.float64).reshape(-1, 2)
        x, y = ((column - middle) * by for column, (middle, by) in zip(pairs.T, units, strict=True))
        return np.stack([np.ones(len(scored)), x, y, x * x, y * y, x * y], axis=1)

    return Terms(tally, _pearson)


def _units(numbers: Iterable[object]) -> tuple[float, float]:
    """Their mean, and what makes their spread 1; 0 where they only differ by rounding."""
    values = np.fromiter(numbers, dtype=np.float64)
    if not len(values):
        return 0.0, 0.0
    middle, spread = float(values.mean()), float(values.std())
    return middle, 0.0 if spread <= 1e-12 * float(np.abs(values).max()) else 1 / spread


def _pearson(sums: Matrix) -> Matrix:
    n = np.where(sums[..., 0] > 0, sums[..., 0], 1.0)
    x, y, xx, yy, xy = (sums[..., column] / n for column in range(1, 6))
    spread = np.stack([xx - x * x, yy - y * y])
    # A resample of copies of one pair has no spread but for rounding.
    defined = (sums[..., 0] >= 3) & (spread > 1e-12 * np.stack([xx, yy])).all(axis=0)
    below = np.sqrt(np.where(defined, spread, 1.0).prod(axis=0))
    return np.where(defined, np.clip((xy - x * y) / below, -1.0, 1.0), np.nan)


def _table(points: Points, of_table: Formula, interval: Callable[[Matrix], Interval | None] | None = None) -> Terms:
    """The cells of the label × gold table; formula and interval take them as one (…, labels, golds)."""
    cells = [_cell(point) for point in points.kinds if point.status == "scored" and _is_cell(point)]
    labels = {label: row for row, label in enumerate(sorted({label for label, _ in cells}))}
    golds = {gold: column for column, gold in enumerate(sorted({gold for _, gold in cells}))}
    size = len(labels) * len(golds)

    def tally(scored: Sequence[Point]) -> Matrix:
        where = [labels[label] * len(golds) + golds[gold] for label, gold in map(_cell, scored)]
        return np.eye(size)[where]

    def table(sums: Matrix) -> Matrix:
        return sums.reshape(*sums.shape[:-1], len(labels), len(golds))

    return Terms(
        tally,
        lambda sums: of_table(table(sums)),
        interval=None if interval is None else lambda sums: interval(table(sums)),
    )


def _cell(point: Point) -> tuple[str, str]:
    return str(point.label), str(point.gold)


def _p_value(table: Matrix) -> Matrix:
    """The p-value of one table (not of a stack of them)."""
    occurring = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if occurring.shape[1] < 2:
        return np.asarray(np.nan)
    return np.asarray(independence(occurring))


def _cramers_v(table: Matrix) -> Matrix:
    n, (rows, columns) = table.sum(axis=(-1, -2)), _size(table)
    freedom = np.maximum(n - 1, 1.0)
    over = np.maximum(_phi2(table) - (rows - 1) * (columns - 1) / freedom, 0.0)
    ways = np.minimum(rows - (rows - 1) ** 2 / freedom, columns - (columns - 1) ** 2 / freedom) - 1
    v = np.sqrt(over / np.where(ways > 0, ways, 1.0))
    return np.where(columns > 1, np.where(ways > 0, np.minimum(v, 1.0), 0.0), np.nan)


def _phi2(table: Matrix) -> Matrix:
    """chi² / n."""
    rows, columns = table.sum(axis=-1), table.sum(axis=-2)
    n = rows.sum(axis=-1)
    expected = rows[..., :, None] * columns[..., None, :] / np.where(n > 0, n, 1.0)[..., None, None]
    chi2 = ((table - expected) ** 2 / np.where(expected > 0, expected, 1.0)).sum(axis=(-1, -2))
    return np.asarray(chi2 / np.where(n > 0, n, 1.0))


def _size(table: Matrix) -> tuple[Matrix, Matrix]:
    """How many rows and columns occur."""
    return (table.sum(axis=-1) > 0).sum(axis=-1), (table.sum(axis=-2) > 0).sum(axis=-1)


def _v_interval(tables: Matrix) -> Interval | None:
    """Of the tables of each cluster."""
    table = tables.sum(axis=0)
    n, (rows, columns) = float(table.sum()), map(int, _size(table))
    if min(rows, columns) < 2 or len(tables) < 2:
        return None
    freedom = (rows - 1) * (columns - 1)
    effect = 1.0 if len(tables) == n else max(1.0, _effect(tables, freedom))
    worth = n / effect
    ends = noncentrality(worth * float(_phi2(table)), freedom)
    low, high = (min(float(np.sqrt(end / (worth * (min(rows, columns) - 1)))), 1.0) for end in ends)
    value = float(_cramers_v(table))
    return min(low, value), max(high, value)


def _effect(tables: Matrix, freedom: int) -> float:
    """The mean design effect of chi²: of the cells, less those of the rows and of the columns, each times 1 − share."""
    of = tables.sum(axis=(1, 2))

    def weighed(counts: Matrix) -> float:
        shares = counts.sum(axis=0) / of.sum()
        return sum(
            (1 - float(share)) * ratio_of_variances(right, of) for share, right in zip(shares, counts.T, strict=True)
        )

    cells = weighed(tables.reshape(len(tables), -1))
    return (cells - weighed(tables.sum(axis=2)) - weighed(tables.sum(axis=1))) / freedom
