"""Points as columns say what the points said, in less room."""

from __future__ import annotations

import random
import tracemalloc
from collections import Counter
from collections.abc import Sequence
from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.metrics.association import pearson
from assay.metrics.classification import macro_f1
from assay.metrics.columns import Gathering, Matrix, Points, columns, together
from assay.metrics.groups import mean_over_groups
from assay.metrics.rates import accuracy, mean
from assay.schema import Metric, Point
from assay.stats.intervals import wilson
from assay.stats.proportions import clustered

POINTS = st.lists(
    st.builds(
        Point,
        st.sampled_from(("scored", "unread", "blocked", "failed")),
        st.sampled_from((None, "a", "b")),
        st.sampled_from((None, 0.25, 0.5, 1e-9)),
        st.sampled_from((None, "a", 1.0)),
        st.sampled_from(("", "g", "h")),
        st.sampled_from(("x", "y", "z")),
    ),
    max_size=40,
)


def seen(points: Points | Sequence[Point]) -> Counter[tuple[object, ...]]:
    return Counter((one.status, one.label, one.value, repr(one.gold), one.group) for one in points)


@given(POINTS)
def test_nothing_is_lost_but_the_names_of_clusters(points: list[Point]) -> None:
    made = columns(points)
    assert len(made) == len(points) and seen(made) == seen(points)
    assert made.clusters == len({point.cluster for point in points})
    assert {name: seen(part) for name, part in made.by_group().items()} == {
        name: seen([one for one in points if one.group == name]) for name in sorted({one.group for one in points})
    }


@given(POINTS, st.randoms())
def test_the_order_in_which_points_came_is_nothing(points: list[Point], rng: random.Random) -> None:
    mixed = points.copy()
    rng.shuffle(mixed)
    one, other = columns(points), columns(mixed)
    assert one.kinds == other.kinds
    assert sorted(zip(one.cluster.tolist(), one.code.tolist(), strict=True)) == sorted(
        zip(other.cluster.tolist(), other.code.tolist(), strict=True)
    )
    metrics: tuple[Metric, ...] = (accuracy(), mean(), macro_f1(), pearson(), mean_over_groups(mean()))
    for metric in metrics:
        assert metric(one, "higher") == metric(other, "higher")


@given(POINTS, POINTS)
def test_together_they_are_both(some: list[Point], others: list[Point]) -> None:
    both = together([columns(some), columns(others)])
    assert seen(both) == seen([*some, *others])
    assert accuracy()(both, "higher") == accuracy()([*some, *others], "higher")


def test_a_point_without_a_cluster_is_one_of_its_own() -> None:
    assert columns([Point("scored", "a")] * 5).clusters == 5


def test_numbers_that_are_none_stay_apart_from_numbers() -> None:
    made = columns([Point("scored", value=value) for value in (0.5, nan, None, float("inf"))])
    assert len(made.kinds) == 3
    assert sorted(repr(point.value) for point in made) == ["0.5", "None", "inf", "nan"]


def test_one_and_the_text_one_are_two_golds() -> None:
    assert len(columns([Point("scored", "a", gold=1.0), Point("scored", "a", gold="1.0")]).kinds) == 2


@pytest.mark.parametrize("size", [1, 8192, 8193, 20_000])
def test_values_are_summed_in_parts(size: int) -> None:
    values = np.random.default_rng(size).random(size)
    made = columns([Point("scored", value=float(value), cluster=str(place % 7)) for place, value in enumerate(values)])

    def tally(points: Sequence[Point]) -> Matrix:
        return np.array([[point.value, 1.0] for point in points], dtype=np.float64).reshape(-1, 2)

    sums, clusters = made.sums(tally, 1000)
    assert sums.sum(axis=0) == pytest.approx([values.sum(), size])
    assert len(sums) == clusters == min(size, 7)
    heaps, still = made.sums(tally, 3)
    assert (len(heaps), still) == (min(size, 3), clusters)
    assert heaps.sum(axis=0) == pytest.approx([values.sum(), size])


def test_more_clusters_than_are_resampled_keep_their_interval() -> None:
    rng = random.Random(15)
    points = [
        Point("scored", "ab"[rng.random() < 0.3], gold="b", cluster=f"c{row}") for row in range(8_000) for _ in range(2)
    ]
    measure = accuracy()(points, "higher")
    assert measure.value is not None
    low, high = wilson(measure.value * 16_000, 16_000)
    assert (measure.low, measure.high) == pytest.approx((low, high), abs=1.5e-3)


def test_rows_of_many_clusters_are_worth_what_their_clusters_are() -> None:
    rng = random.Random(16)
    right = [rng.random() < 0.3 for _ in range(3_000)]
    points = [Point("scored", "ab"[hit], gold="b", cluster=f"c{row}") for row, hit in enumerate(right) for _ in "123"]
    measure = accuracy()(points, "higher")
    hits = np.array(right, dtype=np.float64)
    assert (measure.low, measure.high) == pytest.approx(clustered(3 * hits, np.full(3_000, 3.0)))


def test_a_hundred_thousand_points_take_two_megabytes() -> None:
    tracemalloc.start()
    gathering = Gathering()
    for place in range(100_000):
        gathering.add(Point("scored", "ab"[place % 2], gold="a", group="g", cluster=f"row-{place}"))
    kept = tracemalloc.get_traced_memory()[0]
    accuracy()(gathering.points(), "higher")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert kept < 1.7e6 and most < 4e6
