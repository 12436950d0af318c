from __future__ import annotations

import itertools

import pytest

from assay.local.windows import decided, joined, windows


@pytest.mark.parametrize("length", [0, 1, 9, 10, 11, 12, 19, 20, 21, 57, 1000])
def test_every_token_is_in_a_window_and_neighbours_overlap(length: int) -> None:
    cut = windows(range(length), 10)
    assert {one for window in cut for one in window} == set(range(length))
    assert all(len(window) == 10 for window in cut) or len(cut) == 1
    for earlier, later in itertools.pairwise(cut):
        assert later[0] <= earlier[-1], "nothing is seen in halves only"


def test_a_text_that_fits_is_one_window() -> None:
    assert windows([1, 2, 3], 3) == [[1, 2, 3]]


def test_windows_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        windows([1], 0)


def test_with_a_deciding_label_the_text_is_its_worst_window() -> None:
    harmless, harmful = {"a": 0.9, "b": 0.1}, {"a": 0.2, "b": 0.8}
    assert decided([harmless, harmful, harmless], "b", "max") == harmful
    assert decided([harmless], "b", "max") == harmless
    assert decided([harmless, harmful], "b", "mean") == pytest.approx({"a": 0.55, "b": 0.45})
    assert decided([harmless, harmful], "b", "first") == harmless


def test_without_one_each_label_is_where_it_is_greatest() -> None:
    assert joined([{"x": 0.1, "y": 0.9}, {"x": 0.7, "y": 0.2}], "max") == {"x": 0.7, "y": 0.9}
    assert decided([{"x": 0.1}, {"x": 0.7}], "", "max") == {"x": 0.7}
