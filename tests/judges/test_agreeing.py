"""How far judges agree over tasks with labels of their own."""

from __future__ import annotations

import numpy as np
import pytest

from assay.judges.agreeing import Ints, alpha, kappa
from assay.stats.agreement import cohen_kappa, krippendorff_alpha


def rated(seed: int, rows: int, agree: float, labels: int = 2, raters: int = 3) -> Ints:
    """Raters who give the true label with this chance, and any label otherwise; some give none."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(labels, size=(rows, 1))
    said = np.where(rng.random((rows, raters)) < agree, truth, rng.integers(labels, size=(rows, raters)))
    return np.where(rng.random(said.shape) < 0.1, -1, said)


@pytest.mark.parametrize("agree", [0.0, 0.6, 0.95])
def test_of_one_task_they_are_the_coefficients_themselves(agree: float) -> None:
    ratings = rated(1, 200, agree)
    assert alpha([ratings]).value == pytest.approx(krippendorff_alpha(ratings).value)
    first, second = ratings[:, 0], ratings[:, 1]
    assert kappa([(first, second, np.arange(200))]).value == pytest.approx(cohen_kappa(first, second).value)


def test_tasks_that_are_told_apart_are_no_agreement() -> None:
    """Each task has one label nearly always; within a task the raters agree by chance only."""
    one, other = rated(2, 300, 0.0), rated(3, 300, 0.0)
    apart = np.concatenate([one, np.where(other < 0, other, other + 2)])
    credited, found = krippendorff_alpha(apart), alpha([one, other])
    assert credited.value is not None and credited.value > 0.3
    assert found.value == pytest.approx(0.0, abs=0.08)
    assert found.low is not None and found.high is not None
    assert found.low < 0 < found.high


def test_the_interval_covers_what_the_raters_are() -> None:
    covered = 0
    for seed in range(40):
        of = alpha([rated(seed, 60, 0.7), rated(seed + 1000, 40, 0.7, labels=3)])
        assert of.low is not None and of.value is not None and of.high is not None
        assert -1 <= of.low <= of.value <= of.high <= 1
        covered += of.low <= 0.49 <= of.high
    assert covered >= 35


def test_raters_who_agree_on_all_do_not_have_zero_width() -> None:
    ratings = np.repeat(np.arange(40)[:, None] % 2, 3, axis=1)
    found = alpha([ratings, ratings])
    assert found.value == found.high == 1.0
    assert found.low is not None and found.low < 0.999
    of = kappa([(ratings[:, 0], ratings[:, 1], np.arange(40)), (ratings[:, 0], ratings[:, 1], 40 + np.arange(40))])
    assert of.value == 1.0
    assert of.low is not None and of.low < 0.999


def test_rows_of_a_cluster_go_together() -> None:
    ratings = rated(4, 40, 0.8, raters=2)
    many = np.repeat(ratings, 10, axis=0)
    alone = kappa([(many[:, 0], many[:, 1], np.arange(400))])
    together = kappa([(many[:, 0], many[:, 1], np.repeat(np.arange(40), 10))])
    assert alone.value == together.value
    width = [of.high - of.low for of in (alone, together) if of.low is not None and of.high is not None]
    assert width[1] > 2 * width[0]


def test_nothing_to_compare_is_no_number() -> None:
    nothing = np.empty((0, 3), dtype=np.intp)
    for tasks in ([], [nothing], [np.full((5, 3), -1)], [np.zeros((5, 3), dtype=np.intp)]):
        found = alpha(tasks)
        assert (found.value, found.low, found.high) == (None, None, None)
    assert kappa([]).value is None
