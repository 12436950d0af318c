"""How far stated confidence is from shown confidence: beside numpy and scipy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance

from assay.metrics.confidence_agreement import (
    deviation_of_difference,
    mean_difference,
    share_apart,
    wasserstein,
)
from assay.schema import Point

METRICS = (mean_difference(), deviation_of_difference(), share_apart(), wasserstein())

Pairs = Sequence[tuple[float, float]]


def options(pairs: Pairs) -> list[Point]:
    return [Point("scored", "A", stated, shown, cluster=str(at // 3)) for at, (stated, shown) in enumerate(pairs)]


def values(pairs: Pairs) -> list[float | None]:
    return [metric(options(pairs), "lower").value for metric in METRICS]


PERCENT = st.integers(0, 100).map(lambda percent: percent / 100)
SHARE = st.floats(0, 1)


@given(st.lists(st.tuples(PERCENT, PERCENT), min_size=2, max_size=40))
@settings(max_examples=60, deadline=None)
def test_whole_percents_give_what_numpy_and_scipy_give(pairs: Pairs) -> None:
    stated, shown = map(np.array, zip(*pairs, strict=True))
    gaps = np.abs(stated - shown)
    expected = [gaps.mean(), gaps.std(ddof=1), (gaps > 0.05 + 1e-9).mean(), wasserstein_distance(stated, shown)]
    assert values(pairs) == pytest.approx(expected, abs=1e-6)


@given(st.lists(st.tuples(SHARE, SHARE), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_between_whole_percents_the_distance_is_off_by_less_than_half_a_percent(pairs: Pairs) -> None:
    found = wasserstein()(options(pairs), "lower").value
    assert found == pytest.approx(wasserstein_distance(*zip(*pairs, strict=True)), abs=0.005)


def test_a_model_that_shows_what_it_states_has_no_difference_and_the_reverse_all() -> None:
    assert values([(0.2, 0.2), (0.8, 0.8), (0.0, 0.0)]) == pytest.approx([0, 0, 0, 0], abs=1e-9)
    assert values([(1.0, 0.0), (1.0, 0.0)]) == pytest.approx([1, 0, 1, 1], abs=1e-9)


def test_sure_of_the_wrong_options_is_no_distance_but_a_difference() -> None:
    difference, _, apart, distance = values([(1.0, 0.0), (0.0, 1.0)])
    assert (difference, apart) == (1.0, 1.0)
    assert distance == pytest.approx(0.0, abs=1e-9)


def test_five_hundredths_are_not_apart() -> None:
    assert share_apart()(options([(0.3, 0.25), (0.31, 0.25)]), "lower").value == 0.5


def test_missing_questions_bound_the_numbers() -> None:
    points = [*options([(0.5, 0.4)] * 3), Point("unread"), Point("failed")]
    for metric in METRICS:
        found = metric(points, "lower")
        assert (found.n, found.total, found.unread, found.failed) == (3, 5, 1, 1)
    found = mean_difference()(points, "lower")
    assert found.floor == pytest.approx(0.3 / 5) and found.ceiling == pytest.approx(2.3 / 5)


def test_nothing_has_no_number() -> None:
    for metric in METRICS:
        assert metric([], "lower").value is None
        assert metric([Point("unread")], "lower").value is None
    assert deviation_of_difference()(options([(0.5, 0.4)]), "lower").value is None


def test_the_interval_holds_the_number() -> None:
    rng = np.random.default_rng(3)
    pairs = [(float(a), float(b)) for a, b in rng.random((90, 2))]
    for metric in METRICS:
        found = metric(options(pairs), "lower")
        assert found.low is not None and found.high is not None and found.value is not None
        assert found.low <= found.value <= found.high
