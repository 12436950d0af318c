"""The smallest difference that a comparison could have seen, as a line of it says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.compared import Line
from assay.stats.paired import Difference
from assay.stats.power import least_difference, least_mcnemar

LINE = Line("a/task", "rate", "higher", (0, 1), (0.5, 0.4), 200, ({}, {}), (0, 0), strata=1)
FOUND = Difference(0.1, 0.0, 0.2, p=0.04, se=0.05, clusters=40, test="swap")


def test_without_a_difference_there_is_none() -> None:
    assert LINE.least(0.05) is None


def test_of_rates_of_independent_rows_it_is_mcnemars() -> None:
    found = replace(FOUND, test="mcnemar", clusters=200, discordant=0.2)
    assert replace(LINE, found=found).least(0.05) == least_mcnemar(200, 0.2, 0.05)


def test_otherwise_it_follows_from_the_standard_error() -> None:
    assert replace(LINE, found=FOUND).least(0.05) == pytest.approx(least_difference(0.05, 39, 0.05))


def test_where_no_row_differs_clusters_may_as_well_go_as_one_row_each() -> None:
    found = replace(FOUND, value=0.0, se=0.0, discordant=0.0)
    assert replace(LINE, found=found).least(0.05) == least_mcnemar(40, 0.0, 0.05)


def test_a_stricter_level_sees_less() -> None:
    line = replace(LINE, found=FOUND)
    strict, alone = line.least(0.05 / 20), line.least(0.05)
    assert strict is not None and alone is not None and strict > alone
