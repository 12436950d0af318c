"""How far raters agree: published examples, and what intervals are worth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assay.stats.agreement import Estimate, _kappa_variance, agreement, cohen_kappa, krippendorff_alpha
from assay.stats.intervals import Stratum, wilson
from assay.stats.resampling import influences, spread

Ints = NDArray[np.intp]

NONE = Estimate(None, None, None)
_ = -1
FOUR_OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ]
).T
TWO_OBSERVERS = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]).T


def expanded(table: list[list[int]]) -> tuple[Ints, Ints]:
    """A table of counts as two raters' labels."""
    counts = np.array(table)
    rows, columns = np.indices(counts.shape)
    return np.repeat(rows.ravel(), counts.ravel()), np.repeat(columns.ravel(), counts.ravel())


def width(one: Estimate) -> float:
    assert one.low is not None and one.high is not None
    return one.high - one.low


# ---- a judge's card ------------------------------------------------------------------------------


def test_a_card() -> None:
    truth = np.array([1] * 40 + [0] * 60)
    said = np.array([1] * 30 + [0] * 8 + [-1] * 2 + [1] * 6 + [0] * 50 + [-1] * 4)
    card = agreement(truth, said)
    assert card.n == 100
    assert card.accuracy == Estimate(0.8, *wilson(80, 100))
    assert card.sensitivity == Estimate(30 / 40, *wilson(30, 40))
    assert card.specificity == Estimate(50 / 60, *wilson(50, 60))
    assert card.f1.value == pytest.approx(2 * 30 / (2 * 30 + 6 + 10))
    low, high = wilson(30, 46)
    assert (card.f1.low, card.f1.high) == pytest.approx((2 * low / (1 + low), 2 * high / (1 + high)))
    assert card.kappa == cohen_kappa(truth, said)


def test_what_nobody_was_asked_has_no_value() -> None:
    card = agreement(np.zeros(5, dtype=np.intp), np.zeros(5, dtype=np.intp))
    assert card.accuracy.value == 1.0
    assert card.sensitivity == card.f1 == card.kappa == NONE
    empty = agreement(np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp))
    assert empty.accuracy == empty.kappa == NONE and empty.n == 0


def test_a_judge_that_is_always_right_is_not_certain_to_be() -> None:
    truth = np.arange(60) % 2
    card = agreement(truth, truth)
    for one in (card.accuracy, card.sensitivity, card.specificity, card.f1, card.kappa):
        assert one.value == one.high == 1.0
        assert width(one) > 0.02


def test_replies_to_the_same_prompt_show_less() -> None:
    rng = np.random.default_rng(1)
    number = np.repeat(np.arange(60), 6)
    truth = rng.integers(0, 2, 360)
    said = np.where((rng.random(60) < 0.2)[number], 1 - truth, truth)
    alone, together = agreement(truth, said), agreement(truth, said, number)
    for name in ("accuracy", "sensitivity", "specificity", "f1", "kappa"):
        one, other = getattr(alone, name), getattr(together, name)
        assert one.value == other.value
        assert width(other) > 1.4 * width(one)


@pytest.mark.parametrize(("base", "se", "sp"), [(0.2, 0.7, 0.95), (0.5, 0.95, 0.95)])
def test_the_cards_intervals_cover(base: float, se: float, sp: float) -> None:
    rng = np.random.default_rng(int(100 * base))
    yes, alarms = base * se, (1 - base) * (1 - sp)
    chance = base * (yes + alarms) + (1 - base) * (1 - yes - alarms)
    right = yes + (1 - base) * sp
    truths = {
        "accuracy": right,
        "sensitivity": se,
        "specificity": sp,
        "f1": 2 * yes / (yes + alarms + base),
        "kappa": (right - chance) / (1 - chance),
    }
    held: dict[str, list[bool]] = {name: [] for name in truths}
    for _turn in range(300):
        people = (rng.random(150) < base).astype(np.intp)
        said = np.where(people, rng.random(150) < se, rng.random(150) > sp).astype(np.intp)
        card = agreement(people, said)
        for name, truth in truths.items():
            one = getattr(card, name)
            held[name].append(one.low <= truth <= one.high)
    assert all(0.915 <= np.mean(some) <= 0.99 for some in held.values()), {n: np.mean(h) for n, h in held.items()}


# ---- kappa ---------------------------------------------------------------------------------------


def test_kappa_of_a_textbook_table() -> None:
    found = cohen_kappa(*expanded([[20, 5], [10, 15]]))
    assert found.value == pytest.approx(0.4)
    assert found.low is not None and found.high is not None and found.low < 0.4 < found.high


@given(st.lists(st.integers(0, 40), min_size=9, max_size=9).filter(any))
def test_kappa_is_the_same_for_either_rater_and_any_names(cells: list[int]) -> None:
    first, second = expanded(np.array(cells).reshape(3, 3).tolist())
    found = cohen_kappa(first, second)
    other = cohen_kappa(7 - 3 * second, 7 - 3 * first)
    if found.value is None:
        assert other == NONE and len(set(first.tolist()) | set(second.tolist())) == 1
    else:
        assert other.value == pytest.approx(found.value) and other.low == pytest.approx(found.low)
        assert found.low is not None and found.high is not None
        assert -1 <= found.low <= found.value <= found.high <= 1
        assert width(found) > 0


def test_the_variance_of_kappa_is_that_of_its_influences() -> None:
    """Fleiss, Cohen and Everitt's formula is the delta method's."""
    table = np.array([[30.0, 4, 2], [5, 22, 6], [1, 3, 27]])
    rows = np.repeat(np.eye(9), table.ravel().astype(int), axis=0)

    def kappa(sums: NDArray[np.float64]) -> NDArray[np.float64]:
        p = (sums / sums.sum(axis=-1, keepdims=True)).reshape(*sums.shape[:-1], 3, 3)
        agreed = np.trace(p, axis1=-2, axis2=-1)
        chance = (p.sum(axis=-1) * p.sum(axis=-2)).sum(axis=-1)
        return np.asarray((agreed - chance) / (1 - chance))

    model = [Stratum(rows, kappa, len(rows))]
    value, variance = _kappa_variance(table)
    assert value == pytest.approx(model[0].value)
    assert variance == pytest.approx(spread(influences(model), model) * 99 / 100, rel=1e-6)


# ---- alpha ---------------------------------------------------------------------------------------


def test_krippendorffs_own_examples() -> None:
    """Computing Krippendorff's Alpha-Reliability (2011): sections B (two observers) and C (missing labels)."""
    assert krippendorff_alpha(TWO_OBSERVERS).value == pytest.approx(0.095, abs=5e-4)
    assert krippendorff_alpha(FOUR_OBSERVERS).value == pytest.approx(0.743, abs=5e-4)


def test_rows_with_one_label_and_raters_order_are_nothing() -> None:
    alone = np.vstack([FOUR_OBSERVERS, [[_, 5, _, _]]])
    assert krippendorff_alpha(alone) == krippendorff_alpha(FOUR_OBSERVERS)
    assert krippendorff_alpha(FOUR_OBSERVERS[:, ::-1]) == krippendorff_alpha(FOUR_OBSERVERS)


@pytest.mark.parametrize(
    "ratings", [np.zeros((0, 3), int), np.full((4, 2), -1), np.ones((5, 3), int), np.array([[1, _]])]
)
def test_labels_that_never_vary_have_no_alpha(ratings: Ints) -> None:
    assert krippendorff_alpha(ratings) == NONE


def test_perfect_agreement_is_not_certain() -> None:
    found = krippendorff_alpha(np.tile(np.arange(40) % 3, (3, 1)).T)
    assert found.value == found.high == 1.0 and 0 < width(found) < 0.3


def test_rows_of_one_cluster_show_less() -> None:
    rng = np.random.default_rng(2)
    number = np.repeat(np.arange(40), 5)
    truth = (rng.random(40) < 0.5)[number]
    ratings = np.stack([np.where((rng.random(40) < 0.25)[number], ~truth, truth) for _judge in range(3)], axis=1)
    alone = krippendorff_alpha(ratings.astype(np.intp))
    together = krippendorff_alpha(ratings.astype(np.intp), number)
    assert alone.value == together.value and width(together) > 1.5 * width(alone)


def test_alphas_interval_covers() -> None:
    rng = np.random.default_rng(3)
    base, se, sp = 0.3, 0.8, 0.9
    yes = base * se + (1 - base) * (1 - sp)
    truth = 1 - (base * se * (1 - se) + (1 - base) * sp * (1 - sp)) / (yes * (1 - yes))
    held = []
    for _turn in range(300):
        people = rng.random(120) < base
        judges = [np.where(people, rng.random(120) < se, rng.random(120) > sp) for _judge in range(3)]
        ratings = np.where(rng.random((120, 3)) < 0.1, -1, np.stack(judges, axis=1))
        found = krippendorff_alpha(ratings)
        assert found.low is not None and found.high is not None
        held.append(found.low <= truth <= found.high)
    assert 0.92 <= np.mean(held) <= 0.985
