"""Tests of two small groups: agree with SciPy's, cover what they should, and know when they cannot tell."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from assay.stats import two_samples
from assay.stats.two_samples import mann_whitney, mean_of, mean_shift, welch


@pytest.mark.parametrize("seed", range(5))
def test_mann_whitney_is_scipys_exact_test(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = rng.normal(size=4).tolist(), (rng.normal(size=12) + 1).tolist()
    found, wanted = mann_whitney(one, other), stats.mannwhitneyu(one, other, method="exact")
    assert found is not None
    assert found.u == min(wanted.statistic, 48 - wanted.statistic)
    assert found.p == pytest.approx(wanted.pvalue)


def test_mann_whitney_counts_ties_by_half() -> None:
    found = mann_whitney([1, 2], [2, 3])
    assert found is not None
    assert found.u == 0.5
    assert found.p == pytest.approx(stats.permutation_test(
        ([1, 2], [2, 3]), lambda a, b: stats.rankdata([*a, *b])[:2].sum(), n_resamples=np.inf
    ).pvalue)  # fmt: skip


def test_the_shift_is_that_of_a_permutation_test() -> None:
    one, other = [3.0, 5, 4, 6.5], [1.0, 2, 2.5, 3.5, 1.5, 4.5, 0.5]
    found = mean_shift(one, other)
    wanted = stats.permutation_test((one, other), lambda a, b: np.mean(a) - np.mean(b), n_resamples=np.inf)
    assert found is not None
    assert found.value == pytest.approx(wanted.statistic)
    assert found.p == pytest.approx(wanted.pvalue)


def test_what_its_interval_leaves_out_the_test_rejects() -> None:
    one, other = [3.0, 5, 4, 6.5], [1.0, 2, 2.5, 3.5, 1.5, 4.5, 0.5]
    found = mean_shift(one, other)
    assert found is not None and found.low is not None and found.high is not None
    for end, outwards in ((found.low, -1), (found.high, 1)):
        inside, outside = (
            mean_shift([x - end - step for x in one], other) for step in (-0.01 * outwards, 0.01 * outwards)
        )
        assert inside is not None and outside is not None
        assert inside.p > 0.05 >= outside.p


def test_the_interval_covers() -> None:
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(200):
        found = mean_shift((rng.normal(size=4) + 2).tolist(), rng.normal(size=9).tolist())
        assert found is not None and found.low is not None and found.high is not None
        held += found.low <= 2 <= found.high
    assert held >= 182  # 95 % of 200 less 2.6 standard errors


def test_groups_too_small_for_any_p_below_five_per_cent_have_no_interval() -> None:
    found = mean_shift([10.0, 11, 12], [1.0, 2, 3])
    assert found is not None
    assert (found.value, found.low, found.high) == (9, None, None)
    assert found.p == pytest.approx(0.1)


def test_many_splits_are_drawn_and_always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    one, other = (rng.normal(size=6) + 0.5).tolist(), rng.normal(size=14).tolist()
    exact = mean_shift(one, other)
    two_samples._splits.cache_clear()
    monkeypatch.setattr(two_samples, "MOST", 20_000)
    drawn = mean_shift(one, other)
    two_samples._splits.cache_clear()
    assert exact is not None and drawn is not None
    assert drawn == mean_shift(one, other)
    assert drawn.p == pytest.approx(exact.p, abs=0.04)
    two_samples._splits.cache_clear()


def test_welch_is_scipys_with_degrees_of_freedom_rounded_down() -> None:
    one, other = [0.9949, 0.9939, 0.8963], [0.7805, 0.753, 0.7419]
    found = welch(one, other)
    wanted = stats.ttest_ind(one, other, equal_var=False)
    assert found is not None and found.low is not None
    assert found.p == pytest.approx(wanted.pvalue)
    assert found.low <= wanted.confidence_interval().low


def test_paired_differences_are_students() -> None:
    values = [0.1, 0.3, -0.05, 0.2, 0.25]
    found, wanted = mean_of(values), stats.ttest_1samp(values, 0)
    assert found is not None
    assert found.p == pytest.approx(wanted.pvalue)
    assert (found.low, found.high) == tuple(pytest.approx(end) for end in wanted.confidence_interval())


def test_nothing_of_nothing() -> None:
    assert mean_shift([], [1.0]) is None
    assert mann_whitney([1.0], []) is None
    assert welch([1.0], [1.0, 2.0]) is None
    assert welch([1.0, 1.0], [2.0, 2.0]) is None
    assert mean_of([1.0]) is None
    assert mean_of([1.0, 1.0]) is None
