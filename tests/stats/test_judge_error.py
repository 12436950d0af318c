"""Rates freed from the judge's error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assay.stats.intervals import wilson
from assay.stats.judge_error import Card, Labelled, corrected, labelled
from assay.stats.tails import Z

Values = NDArray[np.float64]

GOOD = Card(found=450, positives=500, cleared=400, negatives=500)


# ---- Rogan and Gladen ----------------------------------------------------------------------------


@given(st.floats(0, 1), st.integers(300, 500), st.integers(300, 500))
def test_what_the_judge_would_find_is_turned_round(truth: float, found: int, cleared: int) -> None:
    card = Card(found, 500, cleared, 500)
    rate = truth * card.sensitivity + (1 - truth) * (1 - card.specificity)
    result = corrected(rate, 1000, card)
    assert result.value == pytest.approx(truth, abs=1e-9)
    assert result.identifiable and result.low is not None and result.high is not None
    assert result.low <= truth + 1e-9 and truth - 1e-9 <= result.high


def test_the_point_is_not_clipped() -> None:
    low, high = corrected(0.1, 500, GOOD), corrected(0.98, 500, GOOD)
    assert low.value == pytest.approx(-0.1 / 0.7) and low.low is not None and low.low < low.value
    assert high.value is not None and high.value > 1


def test_at_its_ends_the_interval_is_z_standard_errors_from_the_rate() -> None:
    rate, rows = 0.4, 300.0
    result = corrected(rate, rows, GOOD)
    q = (rate * rows + Z * Z / 2) / (rows + Z * Z)
    se, sp = 451 / 502, 401 / 502
    for end in (result.low, result.high):
        assert end is not None
        off = q - end * se - (1 - end) * (1 - sp)
        variance = q * (1 - q) / (rows + Z * Z) + end**2 * se * (1 - se) / 502 + (1 - end) ** 2 * sp * (1 - sp) / 502
        assert abs(off) == pytest.approx(Z * np.sqrt(variance))


def test_a_judge_known_to_be_perfect_leaves_wilsons_interval() -> None:
    result = corrected(0.3, 200, Card(1e9, 1e9, 1e9, 1e9))
    assert result.value == pytest.approx(0.3)
    assert (result.low, result.high) == pytest.approx(wilson(60, 200), abs=1e-3)


def test_few_labels_widen_the_interval() -> None:
    many, few = corrected(0.4, 1000, GOOD), corrected(0.4, 1000, Card(45, 50, 40, 50))
    assert many.value == few.value
    assert many.low is not None and few.low is not None and few.high is not None and many.high is not None
    assert few.low < many.low < many.high < few.high


@pytest.mark.parametrize("card", [Card(50, 100, 50, 100), Card(55, 100, 50, 100), Card(3, 4, 3, 4)])
def test_a_judge_that_may_be_guessing_identifies_nothing(card: Card) -> None:
    result = corrected(0.5, 1000, card)
    assert (result.identifiable, result.low, result.high) == (False, None, None)


def test_identifiable_is_where_agresti_and_caffos_interval_is_without_0() -> None:
    for found in range(50, 90):
        card = Card(found, 100, 50, 100)
        se, sp = (found + 1) / 102, 51 / 102
        half = Z * np.sqrt((se * (1 - se) + sp * (1 - sp)) / 102)
        assert corrected(0.5, 500, card).identifiable == (se + sp - 1 > half)


def test_a_judge_that_finds_as_much_everywhere_has_no_point() -> None:
    assert corrected(0.5, 100, Card(70, 100, 30, 100)).value is None
    assert corrected(0.5, 100, Card(60, 100, 50, 100)).value is not None


def test_a_judge_that_says_the_contrary_is_turned_round_too() -> None:
    result = corrected(0.7, 1000, Card(50, 500, 100, 500))
    assert result.identifiable and result.value == pytest.approx((0.7 + 0.2 - 1) / (0.1 + 0.2 - 1))


@pytest.mark.parametrize(
    ("se", "sp", "truth"), [(0.7, 0.7, 0.1), (0.7, 0.95, 0.9), (0.95, 0.95, 0.5), (0.99, 0.99, 0.02)]
)
def test_unbiased_and_covering(se: float, sp: float, truth: float) -> None:
    rng = np.random.default_rng([int(100 * se), int(100 * truth)])
    q = truth * se + (1 - truth) * (1 - sp)
    draws = (rng.binomial(n, p, size=2000).tolist() for n, p in ((400, q), (500, se), (500, sp)))
    results = [corrected(x / 400, 400, Card(a, 500, b, 500)) for x, a, b in zip(*draws, strict=True)]
    assert np.mean([one.value for one in results if one.value is not None]) == pytest.approx(truth, abs=0.01)
    held = [one.low <= truth <= one.high for one in results if one.low is not None and one.high is not None]
    assert len(held) == 2000
    assert 0.935 <= np.mean(held) <= 0.985


# ---- people's labels on a part -------------------------------------------------------------------


def run(
    rng: np.random.Generator, n: int, labels: int, truth: float, se: float = 0.85, sp: float = 0.8
) -> tuple[Values, Values, Values]:
    people = rng.random(n) < truth
    judged = np.where(people, rng.random(n) < se, rng.random(n) > sp).astype(np.float64)
    told = np.full(n, np.nan)
    asked = rng.permutation(n)[:labels]
    told[asked] = people[asked]
    return judged, told, np.full(n, labels / n)


def ends(found: Labelled | None) -> tuple[float, float]:
    assert found is not None and found.low is not None and found.high is not None
    return found.low, found.high


def test_where_all_rows_are_labelled_the_judge_does_not_matter() -> None:
    judged, told, probability = run(np.random.default_rng(1), 150, 150, 0.3)
    found = labelled(judged, told, probability)
    assert found is not None and found.value == pytest.approx(told.mean())
    assert found.raw == judged.mean() and found.labels == 150
    assert ends(found) == pytest.approx(wilson(told.sum(), 150), abs=0.01)


def test_a_judge_that_always_says_the_same_is_not_trusted() -> None:
    _, told, probability = run(np.random.default_rng(2), 400, 60, 0.3)
    found = labelled(np.ones(400), told, probability)
    assert found is not None
    assert (found.power, found.value) == (0.0, pytest.approx(np.nanmean(told)))


def test_a_judge_that_says_what_people_say_is_trusted() -> None:
    people = (np.arange(1000) % 4 == 0).astype(np.float64)
    told = np.where(np.arange(1000) % 7 == 0, people, np.nan)
    found, alone = (labelled(judged, told, np.full(1000, 1 / 7)) for judged in (people, np.zeros(1000)))
    assert found is not None
    assert found.power == pytest.approx(1.0, abs=0.01) and found.value == pytest.approx(0.25, abs=0.001)
    (low, high), (far_low, far_high) = ends(found), ends(alone)
    assert 0 < high - low < 0.6 * (far_high - far_low)


def test_the_power_makes_the_variance_least() -> None:
    judged, told, probability = run(np.random.default_rng(3), 500, 80, 0.4)
    asked = ~np.isnan(told)
    truth, weight = np.where(asked, told, 0.0), asked / probability

    def variance(power: float) -> float:
        rest = truth - power * judged
        terms = power * (judged - judged.mean()) + weight * (rest - (weight * rest).sum() / weight.sum())
        return float(terms @ terms)

    found = labelled(judged, told, probability)
    assert found is not None
    assert variance(found.power) <= min(variance(power) for power in np.linspace(-0.5, 1.5, 401)) + 1e-9


def test_rows_drawn_more_often_count_less() -> None:
    """Half of the labels among the tenth of rows that the judge flags."""
    rng = np.random.default_rng(4)
    values, naive = [], []
    for _ in range(300):
        people = rng.random(600) < 0.12
        judged = np.where(people, rng.random(600) < 0.8, rng.random(600) > 0.95)
        probability = np.where(judged, 0.5, 0.06)
        told = np.where(rng.random(600) < probability, people, np.nan)
        found = labelled(judged.astype(np.float64), told, probability)
        assert found is not None
        values.append(found.value)
        naive.append(np.nanmean(told))
    assert np.mean(values) == pytest.approx(0.12, abs=0.01)
    assert np.mean(naive) > 0.2


@pytest.mark.parametrize("truth", [0.02, 0.3, 0.9])
def test_labels_on_a_part_cover(truth: float) -> None:
    rng = np.random.default_rng(int(100 * truth))
    held = [low <= truth <= high for low, high in (ends(labelled(*run(rng, 500, 80, truth))) for _ in range(400))]
    assert 0.93 <= np.mean(held) <= 0.995


def test_values_on_another_scale() -> None:
    judged, told, probability = run(np.random.default_rng(5), 300, 60, 0.4)
    unit, hundred = (
        labelled(judged, told, probability),
        labelled(50 * judged - 20, 50 * told - 20, probability, scale=(-20, 30)),
    )
    assert unit is not None and hundred is not None
    assert hundred.value == pytest.approx(50 * unit.value - 20)
    assert ends(hundred) == pytest.approx([50 * end - 20 for end in ends(unit)])
    assert hundred.power == pytest.approx(unit.power)


def test_rows_in_clusters_show_less() -> None:
    rng = np.random.default_rng(6)
    number = np.repeat(np.arange(50), 8)
    people = (rng.random(50) < 0.4)[number]
    judged = np.where((rng.random(50) < 0.2)[number], ~people, people).astype(np.float64)
    told = np.where(rng.random(400) < 0.3, people, np.nan)
    probability = np.full(400, 0.3)
    alone, together = labelled(judged, told, probability), labelled(judged, told, probability, number)
    assert alone is not None and together is not None and alone.value == together.value
    assert ends(together)[1] - ends(together)[0] > 1.5 * (ends(alone)[1] - ends(alone)[0])


def test_labels_that_all_agree_leave_some_doubt() -> None:
    told = np.where(np.arange(100) % 2 == 0, 1.0, np.nan)
    low, high = ends(labelled(np.ones(100), told, np.full(100, 0.5)))
    assert 0.85 < low < 0.97 and high == 1.0


def test_two_labels_are_a_point_without_an_interval_and_none_is_nothing() -> None:
    told = np.full(50, np.nan)
    assert labelled(np.ones(50), told, np.full(50, 0.04)) is None
    told[[3, 9]] = 1.0
    found = labelled(np.ones(50), told, np.full(50, 0.04))
    assert found is not None and (found.value, found.low, found.high, found.labels) == (1.0, None, None, 2)
