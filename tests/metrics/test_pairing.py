from __future__ import annotations

import numpy as np
import pytest

from assay.metrics.association import cramers_v, independence_p, pearson
from assay.metrics.classification import macro_f1
from assay.metrics.columns import columns
from assay.metrics.groups import mean_over_groups
from assay.metrics.paired import (
    Column,
    Gathering,
    comparable,
    counted,
    difference,
    mirrored,
    models,
    numbers,
    shared,
    standings,
)
from assay.metrics.rates import accuracy, maximum, mean, rate
from assay.schema import Point
from assay.stats.paired import bonett_price, mcnemar

Rows = dict[str, Point | tuple[Point, ...]]


def column(rows: Rows) -> Column:
    gathering = Gathering()
    for name, point in rows.items():
        gathering.add(name, (point,) if isinstance(point, Point) else point)
    return gathering.column()


def said(label: str, cluster: str = "", **more: object) -> Point:
    return Point("scored", label, cluster=cluster, **more)  # type: ignore[arg-type]


def of(labels: str, **more: object) -> Rows:
    """A row a letter; `?` is unread, `!` failed."""
    status = {"?": Point("unread", gold="r"), "!": Point("failed", gold="r")}
    return {str(n): status.get(label) or said(label, gold="r", **more) for n, label in enumerate(labels)}


def test_the_order_of_the_rows_is_nothing() -> None:
    first, second = of("rcrcrrrc"), of("rrcccrcc")
    apart = shared(rate("r"), [column(first), column(second)])
    turned = shared(rate("r"), [column(first), column(dict(reversed(second.items())))])
    for rows in (apart, turned):
        found = difference(rate("r"), rows, models(rate("r"), rows))
        assert found is not None
        assert found.value == pytest.approx(-2 / 8)
        assert found.p == mcnemar(1, 3)
        assert (found.low, found.high) == bonett_price(1, 3, 8)
        assert found.test == "mcnemar"


def test_an_unread_reply_leaves_a_rate_with_its_partner_and_counts_as_wrong_in_accuracy() -> None:
    runs = [column(of("rr?c!")), column(of("rcrrr"))]
    rows = shared(rate("r"), runs)
    assert (len(rows), rows.lost, rows.alone) == (3, ({"unread": 1, "failed": 1}, {}), (0, 0))
    assert numbers(models(rate("r"), rows)) == pytest.approx([2 / 3, 2 / 3])
    rows = shared(accuracy(), runs)
    assert (len(rows), rows.lost) == (4, ({"failed": 1}, {}))
    assert numbers(models(accuracy(), rows)) == pytest.approx([2 / 4, 3 / 4])


def test_rows_of_one_run_alone_are_counted_and_left() -> None:
    rows = shared(rate("r"), [column(of("rrc")), column(of("rr"))])
    assert (len(rows), rows.alone) == (2, (1, 0))
    nothing = shared(rate("r"), [column({"a": said("r")}), column({"b": said("r")})])
    assert (len(nothing), nothing.alone) == (0, (1, 1))
    assert numbers(models(rate("r"), nothing)) == [None, None]


def test_rows_of_one_name_are_paired_in_their_order() -> None:
    first, second = Gathering(), Gathering()
    for label in "rrc":
        first.add("same", (said(label),))
    for label in "crc":
        second.add("same", (said(label),))
    rows = shared(rate("r"), [first.column(), second.column()])
    assert len(rows) == 3
    found = difference(rate("r"), rows, models(rate("r"), rows))
    assert found is not None
    assert (found.value, found.p) == (pytest.approx(-1 / 3), mcnemar(1, 0))


def test_a_row_outside_of_a_runs_population_adds_nothing_to_it() -> None:
    """The toxicity of what was not refused: the first run refused the second row."""
    first: Rows = {"1": Point("scored", value=0.2), "2": (), "3": Point("scored", value=0.4)}
    second: Rows = {"1": Point("scored", value=0.1), "2": Point("scored", value=0.8), "3": Point("failed")}
    rows = shared(mean(), [column(first), column(second)])
    assert (len(rows), rows.lost) == (2, ({}, {"failed": 1}))
    assert numbers(models(mean(), rows)) == pytest.approx([0.2, 0.45])


def test_several_points_of_a_row_are_paired_one_by_one() -> None:
    first = column({"1": (said("r"), said("c"))})
    second = column({"1": (said("r"), Point("blocked"))})
    rows = shared(rate("r"), [first, second])
    assert (len(rows), rows.lost) == (1, ({}, {"blocked": 1}))


@pytest.mark.parametrize("metric", [accuracy(), macro_f1(), mean_over_groups(accuracy()), cramers_v()])
def test_each_number_is_what_the_metric_says_of_the_same_points(metric: object) -> None:
    rng = np.random.default_rng(4)
    runs: list[Rows] = [
        {
            str(n): Point("scored", "abc"[rng.integers(3)], gold="abc"[n % 3], group="gh"[n % 2], cluster=str(n // 4))
            for n in range(120)
        }
        for _ in range(2)
    ]
    assert comparable(metric)
    rows = shared(metric, [column(one) for one in runs])  # type: ignore[arg-type]
    found = numbers(models(metric, rows))  # type: ignore[arg-type]
    expected = [metric(columns(one.values()), "higher").value for one in runs]  # type: ignore[operator, arg-type]
    assert found == pytest.approx(expected)
    between = difference(metric, rows, models(metric, rows))  # type: ignore[arg-type]
    assert between is not None
    assert between.value == pytest.approx(expected[1] - expected[0])
    assert between.low is not None and between.high is not None
    assert between.low <= between.value <= between.high
    assert between.test == "swap"


def test_values_keep_their_rows() -> None:
    rng = np.random.default_rng(1)
    gold = rng.normal(size=60)
    good = {str(n): Point("scored", value=float(g), gold=float(g)) for n, g in enumerate(gold)}
    bad = {str(n): Point("scored", value=float(v), gold=float(gold[n])) for n, v in enumerate(rng.normal(size=60))}
    rows = shared(pearson(), [column(bad), column(good)])  # type: ignore[arg-type]
    first, second = numbers(models(pearson(), rows))
    assert first == pytest.approx(np.corrcoef(gold, [point.value for point in bad.values()])[0, 1])
    assert second == pytest.approx(1.0)


def test_more_clusters_than_units_are_dealt_into_the_same_heaps() -> None:
    runs = [column({str(n): said("rc"[(n + shift) % 3 == 0]) for n in range(2_500)}) for shift in (0, 1)]
    strata = models(rate("r"), shared(rate("r"), runs))
    (one,), (other,) = strata
    assert one.sums.shape == other.sums.shape == (1_000, 2)
    assert (one.sums[:, 1] == other.sums[:, 1]).all()
    assert one.total == pytest.approx([1_666, 2_500])


def test_what_is_no_formula_of_sums_or_a_p_value_is_not_compared() -> None:
    assert comparable(rate("r"))
    assert not comparable(maximum())
    assert not comparable(independence_p())


def test_counted_is_what_the_metric_can_count() -> None:
    run = column(of("rc?!"))
    assert (counted(rate("r"), run), counted(accuracy(), run)) == (2, 3)


def test_three_runs_have_ranks_and_a_mirrored_one_turns_them() -> None:
    runs = [column(of(labels)) for labels in ("r" * 60, "r" * 30 + "c" * 30, "c" * 60)]
    of_each = models(rate("r"), shared(rate("r"), runs))
    found = standings(of_each, higher_is_better=True)
    assert found is not None
    assert [(rank.value, rank.best, rank.worst) for rank in found] == [(1, 1, 1), (2, 2, 2), (3, 3, 3)]
    turned = [mirrored(model) for model in of_each]
    assert numbers(turned) == pytest.approx([0.0, 0.5, 1.0])
    found = standings(turned, higher_is_better=True)
    assert found is not None
    assert [rank.value for rank in found] == [3, 2, 1]
