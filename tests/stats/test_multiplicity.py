"""Holm's adjusted p-values, beside the closed tests that they are a shortcut for."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.stats.multiplicity import holm

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=20)


def test_holms_own_order_of_steps() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_every_set_of_hypotheses_with_it_is_rejected_by_bonferroni(p_values: list[float]) -> None:
    """Marcus, Peritz & Gabriel (1976): the largest of |S| · min p over all sets S that one is in."""
    places = range(len(p_values))
    sets = [chosen for size in places for chosen in combinations(places, size + 1)]
    closed = [
        max(min(1.0, len(chosen) * min(p_values[one] for one in chosen)) for chosen in sets if place in chosen)
        for place in places
    ]
    assert holm(p_values) == pytest.approx(closed)


@given(P_VALUES)
def test_never_smaller_never_above_one_never_out_of_order(p_values: list[float]) -> None:
    adjusted = [p for p in holm(p_values) if p is not None]
    assert len(adjusted) == len(p_values)
    assert all(raw <= p <= 1 for raw, p in zip(p_values, adjusted, strict=True))
    by_size = sorted(zip(p_values, adjusted, strict=True))
    assert [p for _, p in by_size] == sorted(adjusted)


def test_ties_stay_ties() -> None:
    assert holm([0.02, 0.02, 0.5]) == pytest.approx([0.06, 0.06, 0.5])


def test_what_is_no_test_is_not_counted() -> None:
    assert holm([None, 0.01, float("nan"), 0.04]) == [None, pytest.approx(0.02), None, pytest.approx(0.04)]
    assert holm([]) == []
    assert holm([None]) == [None]
