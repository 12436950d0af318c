"""Rows in clusters are worth fewer independent rows; how many, and what interval that gives."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assay.stats.intervals import wilson
from assay.stats.proportions import averaged, clustered, design_effect, effective_rows, ratio_of_variances, worth

Counts = NDArray[np.float64]

CLUSTERS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=30)


def drawn(rng: np.random.Generator, clusters: int, size: int, truth: float, alike: float) -> tuple[Counts, Counts]:
    a, b = truth * (1 - alike) / alike, (1 - truth) * (1 - alike) / alike
    right = rng.binomial(size, rng.beta(a, b, size=clusters))
    return right.astype(np.float64), np.full(clusters, float(size))


@pytest.mark.parametrize(("right", "n"), [(0, 1), (3, 40), (40, 40)])
def test_clusters_of_one_row_are_wilsons(right: int, n: int) -> None:
    flags = (np.arange(n) < right).astype(np.float64)
    assert clustered(flags, np.ones(n)) == pytest.approx(wilson(right, n))


@given(CLUSTERS)
def test_the_interval_holds_the_share_and_has_a_width(pairs: list[tuple[int, int]]) -> None:
    right, wrong = np.array(pairs, dtype=np.float64).T
    of = right + wrong
    if not of.any():
        return
    low, high = clustered(right, of)
    assert 0 <= low <= right.sum() / of.sum() <= high <= 1
    assert high - low > 0
    assert 0 < effective_rows(right, of) <= of.sum()


@given(CLUSTERS)
def test_wrong_is_the_mirror_of_right_and_order_is_nothing(pairs: list[tuple[int, int]]) -> None:
    right, wrong = np.array(pairs, dtype=np.float64).T
    of = right + wrong
    if not of.any():
        return
    low, high = clustered(right, of)
    assert clustered(wrong[::-1], of[::-1]) == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_clusters_without_rows_are_nothing() -> None:
    right, of = np.array([1.0, 0, 3, 0]), np.array([2.0, 0, 4, 3])
    assert clustered(right, of) == clustered(right[of > 0], of[of > 0])


@pytest.mark.parametrize("alike", [0.05, 0.3, 0.8])
def test_the_design_effect_is_kishs(alike: float) -> None:
    """1 + (b − 1) ρ, over many clusters."""
    rng = np.random.default_rng(1)
    found = np.mean([design_effect(*drawn(rng, 300, 8, 0.4, alike)) for _ in range(10)])
    assert found == pytest.approx(1 + 7 * alike, rel=0.1)


def test_independent_rows_are_worth_nearly_all_of_themselves() -> None:
    rng = np.random.default_rng(2)
    right = rng.binomial(4, 0.4, size=400).astype(np.float64)
    assert effective_rows(right, np.full(400, 4.0)) > 0.85 * 1600


def test_rows_that_always_agree_are_worth_their_clusters() -> None:
    right = np.where(np.arange(100) % 3 == 0, 12.0, 0.0)
    assert effective_rows(right, np.full(100, 12.0)) == pytest.approx(100, rel=0.1)


def test_where_no_row_differs_they_are_worth_less_than_rows_and_more_than_clusters() -> None:
    of = np.full(30, 20.0)
    for right in (np.zeros(30), of):
        assert 30 < effective_rows(right, of) < 300


def test_events_that_come_alone_show_that_clusters_do_not_go_as_one() -> None:
    of = np.full(30, 20.0)
    worths = [effective_rows((np.arange(30) < events).astype(np.float64), of) for events in range(6)]
    assert worths == sorted(worths)
    assert all(more < 2.5 * less for less, more in itertools.pairwise(worths))


def test_a_single_cluster_is_worth_one_row_and_less() -> None:
    assert design_effect(np.array([7.0]), np.array([20.0])) == 20.0
    assert effective_rows(np.array([7.0]), np.array([20.0])) < 1
    assert worth(20.0, 20.0, 1) == worth(20.0, 20.0, 2)


def test_variances_are_compared_with_the_binomial_one() -> None:
    right, of = np.array([2.0, 0, 2, 0]), np.full(4, 2.0)
    # Σ (right − of / 2)² · 4 / 3 over 8 · ¼.
    assert ratio_of_variances(right, of) == pytest.approx(4 * (4 / 3) / 2)
    assert ratio_of_variances(of, of) == 1.0


@pytest.mark.parametrize(
    ("clusters", "size", "truth", "alike"), [(30, 5, 0.05, 0.2), (40, 12, 0.4, 0.3), (10, 8, 0.7, 0.2)]
)
def test_95_percent_means_95_percent(clusters: int, size: int, truth: float, alike: float) -> None:
    rng = np.random.default_rng([clusters, size])
    ends = [clustered(*drawn(rng, clusters, size, truth, alike)) for _ in range(500)]
    assert 0.925 <= np.mean([low <= truth <= high for low, high in ends]) <= 0.99


def test_the_mean_of_one_share_is_that_share() -> None:
    assert averaged([0.3], [40]) == pytest.approx(wilson(12, 40))


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_groups_without_variation_are_worth_all_their_rows(share: float) -> None:
    assert averaged([share] * 5, [20] * 5) == pytest.approx(wilson(100 * share, 100))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(any), min_size=1, max_size=9))
def test_the_interval_of_a_mean_holds_it_has_a_width_and_a_mirror(groups: list[tuple[int, int]]) -> None:
    right, wrong = np.array(groups, dtype=np.float64).T
    shares, rows = right / (right + wrong), right + wrong
    low, high = averaged(shares.tolist(), rows.tolist())
    assert 0 <= low <= shares.mean() <= high <= 1
    assert high - low > 0
    assert averaged((1 - shares).tolist(), rows.tolist()) == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_groups_that_differ_leave_their_mean_more_certain() -> None:
    apart, alike = averaged([0.1, 0.9], [50, 50]), averaged([0.5, 0.5], [50, 50])
    assert apart[1] - apart[0] < 0.8 * (alike[1] - alike[0])


@pytest.mark.parametrize("rows", [(40, 40, 40, 40, 40), (10, 20, 50, 100, 200), (200, 100, 50, 20, 10)])
@pytest.mark.parametrize("middle", [0.05, 0.3])
def test_95_percent_means_95_percent_of_means_too(rows: tuple[int, ...], middle: float) -> None:
    rng = np.random.default_rng([*rows, int(100 * middle)])
    truths = middle * np.array([1.6, 1.3, 1.0, 0.7, 0.4])
    drawn = rng.binomial(rows, truths, size=(800, 5)) / rows
    ends = [averaged(shares.tolist(), list(rows)) for shares in drawn]
    assert 0.92 <= np.mean([low <= middle <= high for low, high in ends]) <= 0.985
