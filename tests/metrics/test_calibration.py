"""Calibration: against a plain implementation, by hand, and in simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.metrics.additive import Additive
from assay.metrics.calibration import (
    bin_name,
    bin_of,
    brier,
    brier_score,
    ece,
    overconfidence,
    reliability_curve,
)
from assay.schema import Measure, Point
from assay.stats.intervals import wilson

METRICS = {"ece": ece(), "overconfidence": overconfidence()}


def answers(*said: tuple[float, bool]) -> list[Point]:
    """Answers to as many questions, with the confidence in each and whether it is right."""
    return [
        Point("scored", "A" if right else "B", share, "A", cluster=str(at)) for at, (share, right) in enumerate(said)
    ]


def plain_ece(said: Sequence[tuple[float, bool]]) -> float:
    total = 0.0
    for low in range(10):
        inside = [(c, r) for c, r in said if (low / 10 < c or (low == 0 and c == 0)) and c <= (low + 1) / 10]
        if inside:
            gap = sum(r for _, r in inside) / len(inside) - sum(c for c, _ in inside) / len(inside)
            total += len(inside) / len(said) * abs(gap)
    return total


SAID = st.lists(
    st.tuples(st.integers(0, 100).map(lambda percent: percent / 100), st.booleans()), min_size=1, max_size=40
)


@given(said=SAID)
@settings(max_examples=60, deadline=None)
def test_ece_is_the_plain_one(said: list[tuple[float, bool]]) -> None:
    assert replace(ece(), interval="none")(answers(*said), "lower").value == pytest.approx(plain_ece(said), abs=1e-12)


def test_by_hand() -> None:
    points = answers((0.95, True), (0.95, False), (0.6, True), (0.6, True))
    found = {name: metric(points, "lower").value for name, metric in METRICS.items()}
    assert found == pytest.approx({"ece": (0.45 * 2 + 0.4 * 2) / 4, "overconfidence": 3.1 / 4 - 0.75})


def test_one_answer_is_off_by_its_own_gap() -> None:
    assert ece()(answers((0.8, True)), "lower").value == pytest.approx(0.2)
    assert ece()(answers((0.8, False)), "lower").value == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("confidence", "name"),
    [
        (0.0, "0.0–0.1"), (0.1, "0.0–0.1"), (0.1000001, "0.1–0.2"), (0.3, "0.2–0.3"), (0.7000000000000001, "0.6–0.7"),
        (0.9, "0.8–0.9"), (0.95, "0.9–1.0"), (1.0, "0.9–1.0"),
    ],
)  # fmt: skip
def test_bins(confidence: float, name: str) -> None:
    assert bin_name(bin_of(confidence)) == name


@pytest.mark.parametrize(
    ("shares", "gold", "score"),
    [
        ({"A": 1.0, "B": 0.0, "C": 0.0, "D": 0.0}, "A", 0.0),
        ({"A": 1.0, "B": 0.0, "C": 0.0, "D": 0.0}, "B", 2.0),
        ({"A": 0.25, "B": 0.25, "C": 0.25, "D": 0.25}, "C", 0.75),
        ({"A": 0.7, "B": 0.3}, "A", 0.18),
    ],
)
def test_brier_score(shares: dict[str, float], gold: str, score: float) -> None:
    assert brier_score(shares, gold) == pytest.approx(score)


def test_brier_is_the_mean_of_its_scores() -> None:
    points = [Point("scored", value=0.0), Point("scored", value=2.0), Point("scored", value=0.75), Point("unread")]
    measure = brier()(points, "lower")
    assert (measure.value, measure.n, measure.unread) == (pytest.approx(2.75 / 3), 3, 1)
    assert (measure.floor, measure.ceiling) == (pytest.approx(2.75 / 4), pytest.approx(4.75 / 4))


# ---- what can be counted -----------------------------------------------------------------------


@pytest.mark.parametrize("name", METRICS)
def test_no_points(name: str) -> None:
    assert METRICS[name]([], "lower") == Measure(None, None, None, 0, 0, 0, 0, 0, None, None, "lower")


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize(
    "odd",
    [
        Point("scored", "A", None, "A"),
        Point("scored", None, 0.5, "A"),
        Point("scored", "A", 0.5, None),
        Point("scored", "A", float("nan"), "A"),
    ],
)
def test_an_answer_without_confidence_letter_or_gold_is_unread(name: str, odd: Point) -> None:
    measure = METRICS[name]([odd, *answers((0.9, True))], "lower")
    assert (measure.n, measure.unread, measure.total) == (1, 1, 2)


def test_confidences_beyond_the_scale_are_its_ends() -> None:
    assert overconfidence()(answers((1.5, False)), "neither").value == 1.0
    assert ece()(answers((-0.5, False)), "lower").value == 0.0


@pytest.mark.parametrize("name", METRICS)
@given(said=st.lists(st.tuples(st.sampled_from([0.3, 0.55, 0.9]), st.booleans()), max_size=6), lost=st.integers(0, 2))
@settings(max_examples=25, deadline=None)
def test_bounds_hold_whatever_the_missing_answers_were(name: str, said: list[tuple[float, bool]], lost: int) -> None:
    metric: Additive = METRICS[name]
    known = answers(*said)
    measure = metric([*known, *(Point("failed", gold="A"),) * lost], "lower")
    if measure.total == 0:
        return
    assert measure.floor is not None and measure.ceiling is not None and measure.outer == (lost > 0)
    quick = replace(metric, interval="none")
    for filled in product([(0.0, True), (0.5, True), (0.5, False), (1.0, True), (1.0, False)], repeat=lost):
        value = quick([*known, *answers(*filled)], "lower").value
        assert value is not None
        assert measure.floor - 1e-12 <= value <= measure.ceiling + 1e-12
    if measure.value is not None:
        assert measure.low is not None and measure.high is not None
        assert measure.low <= measure.value <= measure.high


# ---- the curve ---------------------------------------------------------------------------------


def test_reliability_curve() -> None:
    points = [*answers((0.95, True), (0.97, False), (0.3, False)), Point("unread"), Point("scored", "A", None, "A")]
    unsure, sure = reliability_curve(points)
    assert (unsure.name, unsure.n, unsure.confidence, unsure.accuracy) == ("0.2–0.3", 1, pytest.approx(0.3), 0.0)
    assert (sure.name, sure.n, sure.confidence, sure.accuracy) == ("0.9–1.0", 2, pytest.approx(0.96), 0.5)
    assert (sure.low, sure.high) == wilson(1, 2)
    assert reliability_curve([]) == ()


# ---- in simulation -----------------------------------------------------------------------------


def simulated(rng: np.random.Generator, n: int, too_sure: float = 0.0) -> list[Point]:
    """Answers that are right less often than they say by so much."""
    confidence = rng.uniform(0.25 + too_sure, 1.0, n)
    right = rng.random(n) < confidence - too_sure
    return answers(*zip(confidence.tolist(), right.tolist(), strict=True))


@pytest.mark.parametrize(("n", "bias"), [(44, 0.142), (88, 0.100), (1000, 0.030)])
def test_the_bias_of_ece_is_as_the_module_says(n: int, bias: float) -> None:
    rng = np.random.default_rng(n)
    quick = replace(ece(), interval="none")
    found = [quick(simulated(rng, n), "lower").value for _ in range(60)]
    assert np.mean(np.array(found, dtype=np.float64)) == pytest.approx(bias, rel=0.12)


def test_overconfidence_finds_who_is_too_sure_and_clears_who_is_not() -> None:
    rng = np.random.default_rng(7)
    calibrated = [overconfidence()(simulated(rng, 88), "neither") for _ in range(20)]
    too_sure = [overconfidence()(simulated(rng, 88, 0.3), "neither") for _ in range(20)]
    held = [m.low <= 0 <= m.high for m in calibrated if m.low is not None and m.high is not None]
    assert len(held) == 20 and sum(held) >= 17
    assert all(m.low is not None and m.low > 0 for m in too_sure)
