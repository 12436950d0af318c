"""Tails, beside SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import chndtr, chndtrinc, stdtrit
from scipy.stats import chi2, chi2_contingency

from assay.stats.tails import Z, _chi_square_tail, independence, noncentrality, student_t


@pytest.mark.parametrize("freedom", [*range(1, 60), 100, 999, 100_000])
def test_student(freedom: int) -> None:
    assert student_t(freedom) == pytest.approx(float(stdtrit(freedom, 0.975)), abs=3e-8)
    assert student_t(freedom) > student_t(freedom + 1) > Z


@pytest.mark.parametrize("freedom", range(1, 40))
def test_chi_square(freedom: int) -> None:
    for value in (0.0, 1e-9, 0.3, 1.0, freedom - 0.5, float(freedom), 3.0 * freedom, 300.0, 1400.0, 5000.0):
        assert _chi_square_tail(value, freedom) == pytest.approx(float(chi2.sf(value, freedom)), rel=1e-11, abs=1e-300)


def test_tables_as_scipy_has_them() -> None:
    rng = np.random.default_rng(3)
    for _ in range(300):
        table = rng.integers(1, 60, tuple(rng.integers(2, 6, 2))).astype(np.float64)
        assert independence(table) == pytest.approx(float(chi2_contingency(table).pvalue), rel=1e-11)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (3, 1)])
def test_one_row_or_column_shows_nothing(shape: tuple[int, int]) -> None:
    assert independence(np.full(shape, 7.0)) == 1.0


@pytest.mark.parametrize("freedom", [1, 2, 7, 30])
@pytest.mark.parametrize("times", [1.0, 1.5, 4.0, 60.0, 9000.0])
def test_noncentrality(times: float, freedom: int) -> None:
    value = times * freedom
    theirs = [
        float(chndtrinc(value, freedom, below)) if chndtr(value, freedom, 0) > below else 0.0
        for below in (0.975, 0.025)
    ]
    roots = np.sqrt(noncentrality(value, freedom))
    assert roots == pytest.approx(np.sqrt(theirs), rel=0.1, abs=0.35)
    if times > 50:
        assert roots == pytest.approx(np.sqrt(theirs), rel=1e-3)


def test_a_chi_square_below_its_mean_counts_as_its_mean() -> None:
    assert noncentrality(0.0, 6) == noncentrality(6.0, 6)
    assert noncentrality(0.0, 6)[0] == 0.0 < noncentrality(0.0, 6)[1]
