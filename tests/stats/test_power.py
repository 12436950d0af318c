"""Power, beside enumeration, simulation and SciPy's noncentral t."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, binomtest, nct
from scipy.stats import t as student

from assay.stats.paired import mcnemar
from assay.stats.power import least_difference, least_mcnemar, mcnemar_power, power_of


@pytest.mark.parametrize(("n", "discordant", "difference"), [(20, 0.5, 0.3), (30, 0.2, -0.2), (12, 0.9, 0.0)])
def test_mcnemar_power_is_the_sum_over_all_tables(n: int, discordant: float, difference: float) -> None:
    better = 0.5 + difference / (2 * discordant)
    seen = 0.0
    for differ in range(1, n + 1):
        for first in range(differ + 1):
            if binomtest(first, differ).pvalue <= 0.05:
                seen += binom.pmf(differ, n, discordant) * binom.pmf(first, differ, better)
    assert mcnemar_power(n, discordant, difference) == pytest.approx(seen, abs=1e-9)


def test_mcnemar_power_in_simulation() -> None:
    rng = np.random.default_rng(1)
    tables = rng.multinomial(300, [0.15, 0.07, 0.78], size=2000)
    found = np.mean([mcnemar(int(b), int(c)) <= 0.05 for b, c, _ in tables])
    assert mcnemar_power(300, 0.22, 0.08) == pytest.approx(found, abs=0.03)


def test_more_rows_see_smaller_differences() -> None:
    least = [least_mcnemar(n, 0.2) for n in (50, 200, 1000, 20_000)]
    assert all(one is not None for one in least)
    assert least == sorted(least, key=lambda one: -float(one or 0))
    # Where n is large the normal approximation holds: (1.96 + 0.84) · √(discordant / n).
    assert least[-1] == pytest.approx(2.8016 * np.sqrt(0.2 / 20_000), rel=0.02)


@pytest.mark.parametrize(("n", "discordant"), [(40, 0.3), (500, 0.05), (500, 0.9)])
def test_the_least_difference_is_where_the_power_comes_to_80_percent(n: int, discordant: float) -> None:
    least = least_mcnemar(n, discordant)
    assert least is not None
    assert mcnemar_power(n, discordant, least) == pytest.approx(0.8, abs=1e-4)
    assert mcnemar_power(n, discordant, 0.98 * least) < 0.8


def test_models_that_never_differed_still_have_a_least_difference() -> None:
    least = least_mcnemar(200, 0.0)
    assert least is not None and 6 / 200 < least < 10 / 200  # six discordant rows are significant


def test_a_stricter_level_needs_a_larger_difference() -> None:
    once, often = least_mcnemar(200, 0.2), least_mcnemar(200, 0.2, level=0.05 / 20)
    assert once is not None and often is not None and often > 1.2 * once


@pytest.mark.parametrize("n", [0, 1, 5])
def test_too_few_rows_see_nothing(n: int) -> None:
    assert least_mcnemar(n, 0.5) is None
    assert mcnemar_power(n, 0.5, 0.5) == 0.0


@pytest.mark.parametrize("clusters", [3, 10, 30, 1000])
@pytest.mark.parametrize("away", [0.0, -1.0, 2.5])
def test_power_is_the_noncentral_t_beyond_the_critical_value(clusters: int, away: float) -> None:
    critical = student.ppf(0.975, clusters - 1)
    expected = nct.sf(critical, clusters - 1, away) + nct.cdf(-critical, clusters - 1, away)
    assert power_of(0.2 * away, 0.2, clusters - 1) == pytest.approx(expected, abs=1e-6)


def test_the_least_difference_is_seen_in_80_of_100_simulated_comparisons() -> None:
    rng = np.random.default_rng(2)
    least = least_difference(1 / np.sqrt(20), 19)
    assert least is not None
    samples = rng.normal(least, 1.0, size=(4000, 20))
    t = samples.mean(axis=1) / (samples.std(axis=1, ddof=1) / np.sqrt(20))
    assert np.mean(np.abs(t) > student.ppf(0.975, 19)) == pytest.approx(0.8, abs=0.03)


def test_no_spread_or_no_second_cluster_shows_no_least_difference() -> None:
    assert least_difference(0.0, 10) is None
    assert least_difference(0.1, 0) is None
    least = least_difference(0.1, 1)
    assert least is not None and least > 1.0  # one degree of freedom: t is 12.7


def test_a_huge_difference_is_seen_for_sure() -> None:
    assert power_of(1e6, 1.0, 5) == pytest.approx(1.0, abs=1e-6)


def test_where_no_power_is_enough_there_is_no_least_difference() -> None:
    assert least_difference(0.1, 1, level=1e-4) is None
