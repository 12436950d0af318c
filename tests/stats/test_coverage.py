"""The tables of benchmarks/coverage.py: made of assay's own intervals, the same in every run."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

from assay.stats.intervals import wilson
from assay.stats.proportions import clustered

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.append(str(BENCHMARKS))
from coverage_intervals import as_assay  # noqa: E402
from simulation import Shared, Table, beta_binomial, covers, sizes  # noqa: E402

# By its path: there is a package of that name.
_spec = spec_from_file_location("coverage_tables", BENCHMARKS / "coverage.py")
assert _spec is not None and _spec.loader is not None
tables = sys.modules[_spec.name] = module_from_spec(_spec)
_spec.loader.exec_module(tables)


@pytest.mark.parametrize("table", tables.TABLES, ids=[table.name for table in tables.TABLES])
def test_a_table_has_a_cell_for_each_of_its_heads_and_is_the_same_twice(table: Table) -> None:
    first, again = (next(iter(table.rows(20))) for _ in range(2))
    assert len(first) == len(table.head)
    assert [str(cell) for cell in first] == [str(cell) for cell in again]


def test_the_table_of_independent_rows_is_exact() -> None:
    (table,) = (one for one in tables.TABLES if one.name == "independent")
    lines = list(tables.printed(table, 1))
    assert lines[1] == "| n | mean | least | at |"
    # 50 rows at 0.02: Wilson's interval holds that for 0, 1 and 2 right, which occur in 92.2 % of samples.
    assert lines[3].startswith("| 50 | 0.952 | 0.922 | 0.020 |")


@pytest.mark.parametrize("even", [True, False])
def test_samples_have_the_sizes_asked_for(even: bool) -> None:
    of = sizes(200, 30, even)
    assert (of.sum(), len(of), of.min() >= 1) == (200, 30, True)
    assert (np.ptp(of) > 1) is not even


def test_samples_are_as_alike_as_asked_for() -> None:
    rng, of = np.random.default_rng(1), np.full(4000, 5)
    for alike in (0.0, 0.3, 1.0):
        right = beta_binomial(rng, of, 0.4, alike)
        assert right.mean() / 5 == pytest.approx(0.4, abs=0.02)
        assert right.var() / (5 * 0.4 * 0.6) == pytest.approx(1 + 4 * alike, rel=0.1)


def test_models_are_as_often_right_as_asked_for_and_hard_rows_are_hard_for_both() -> None:
    first, second = Shared(4000, 3).drawn(np.random.default_rng(2), (0.3, 0.6))
    assert (first.mean(), second.mean()) == pytest.approx((0.3, 0.6), abs=0.02)
    assert np.corrcoef(first, second)[0, 1] > 0.2


def test_what_is_measured_is_what_assay_prints() -> None:
    of = np.ones(40, dtype=np.int64)
    assert as_assay((np.arange(40) < 7).astype(np.int64), of) == pytest.approx(wilson(7, 40))
    right, of = np.array([3, 0, 4, 1]), np.array([4, 4, 4, 4])
    assert as_assay(right, of) == pytest.approx(clustered(right.astype(np.float64), of.astype(np.float64)))


def test_no_interval_does_not_cover() -> None:
    assert covers([(0.1, 0.4), None, (0.3, 0.5), (0.6, 0.7)], 0.35) == 0.5
