"""The gap between groups: what chance adds is taken away, and the bounds hold."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from assay.metrics.disparity import gap, squared_range
from assay.schema import Point


def asked(*rights: str) -> list[Point]:
    """`110`: right for the first two of three groups."""
    return [
        Point("scored", ",".join("right" if one == "1" else "wrong" for one in right), cluster=str(number))
        for number, right in enumerate(rights)
    ]


def drawn(accuracies: list[float], questions: int, seed: int) -> list[Point]:
    """Questions of unlike difficulty, asked of groups with these accuracies."""
    rng = np.random.default_rng(seed)
    luck = rng.random((questions, len(accuracies)))
    return asked(*("".join("1" if one < p else "0" for one, p in zip(row, accuracies, strict=True)) for row in luck))


@pytest.mark.parametrize(("groups", "known"), [(1, 0.0), (2, 2.0), (3, 3.654), (5, 6.157), (10, 10.106)])
def test_the_squared_range_of_normal_numbers(groups: int, known: float) -> None:
    """Mean and standard deviation of the range, from the tables of quality control: d2² + d3²."""
    assert squared_range(groups) == pytest.approx(known, abs=0.002)


def test_without_noise_the_gap_is_the_range() -> None:
    measure = gap()(asked(*["110"] * 10), "lower")
    assert (measure.value, measure.n, measure.floor, measure.ceiling) == (1.0, 10, 1.0, 1.0)
    assert measure.low is not None
    assert 0.3 < measure.low < 0.8


def test_hard_questions_are_no_noise() -> None:
    """Whoever asks, half of them are answered: the groups fare alike, and nothing varies between them."""
    measure = gap()(asked(*["111", "000"] * 20), "lower")
    assert (measure.value, measure.low) == (0.0, 0.0)
    assert measure.high is not None
    assert measure.high < 0.1


def test_two_groups_by_hand() -> None:
    """Range 0.3; differences of variance 0.678 between 10 questions, so 2 × 0.339 / 10 is taken from its square."""
    differences = [1, 1, 1, 1, -1, 0, 0, 0, 0, 0]
    points = asked("10", "10", "10", "10", "01", "11", "11", "00", "00", "00")
    chance = float(np.var(differences, ddof=1)) / 10
    measure = gap()(points, "lower")
    assert measure.value == pytest.approx((0.09 - chance) ** 0.5, abs=1e-3)


def test_groups_that_are_treated_alike_have_no_gap_on_average() -> None:
    found = [gap()(drawn([0.7] * 5, 40, seed), "lower") for seed in range(60)]
    assert np.mean([measure.value for measure in found if measure.value is not None]) < 0.06
    assert sum(measure.low == 0.0 for measure in found) >= 54


def test_one_group_that_fares_worse_is_found() -> None:
    found = [gap()(drawn([0.9, 0.9, 0.9, 0.4], 60, seed), "lower") for seed in range(20)]
    assert np.mean([measure.value for measure in found if measure.value is not None]) == pytest.approx(0.5, abs=0.05)
    assert all(measure.low is not None and measure.low > 0.1 for measure in found)


def test_an_unread_part_is_not_right() -> None:
    points = [Point("unread", "right,unread", cluster=str(number)) for number in range(5)]
    measure = gap()(points, "lower")
    assert (measure.value, measure.n, measure.unread) == (1.0, 0, 5)


def test_unread_as_a_whole_is_right_for_none() -> None:
    measure = gap()([Point("unread")] * 5, "lower")
    assert (measure.value, measure.n, measure.unread) == (0.0, 0, 5)


def test_one_question_or_one_group_has_no_noise_to_measure() -> None:
    assert gap()(asked("10"), "lower").value == 1.0
    assert gap()(asked("1", "0", "1"), "lower").value == 0.0
    assert gap()([], "lower").value is None


def test_what_is_missing_could_close_or_open_the_gap() -> None:
    points = [*asked(*["110"] * 8), *[Point("blocked")] * 2]
    measure = gap()(points, "lower")
    assert (measure.value, measure.n, measure.blocked, measure.outer) == (1.0, 8, 2, True)
    assert measure.ceiling == 1.0
    assert measure.floor is not None and measure.floor < 0.6
    alike = gap()([*asked(*["11"] * 9), Point("failed")], "lower")
    assert (alike.value, alike.floor) == (0.0, 0.0)
    assert alike.ceiling == pytest.approx(0.1)


def test_nothing_scored_leaves_all_open() -> None:
    measure = gap()([Point("failed")] * 3, "lower")
    assert (measure.value, measure.floor, measure.ceiling) == (None, 0.0, 1.0)


@pytest.mark.parametrize("known", [("10", "11"), ("10", "10", "10"), ("01", "10", "00"), ("110", "100", "111")])
def test_no_answer_of_the_missing_questions_leaves_the_bounds(known: tuple[str, ...]) -> None:
    groups = len(known[0])
    measure = gap()([*asked(*known), Point("blocked"), Point("failed")], "lower")
    answers = ["".join(bits) for bits in product("01", repeat=groups)]
    possible = [gap()(asked(*known, *more), "lower").value for more in product(answers, repeat=2)]
    assert measure.floor is not None and measure.ceiling is not None
    assert measure.floor <= min(value for value in possible if value is not None) + 1e-9
    assert measure.ceiling >= max(value for value in possible if value is not None) - 1e-9
