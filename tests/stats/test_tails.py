"""Tails, beside SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import stdtrit
from scipy.stats import chi2, chi2_contingency

from assay.stats.tails import Z, _chi_square_tail, independence, student_t


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
