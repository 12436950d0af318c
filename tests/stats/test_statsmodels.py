"""The same numbers as statsmodels has."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar as their_mcnemar
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower

from assay.stats.agreement import _kappa_variance
from assay.stats.multiplicity import holm
from assay.stats.paired import mcnemar
from assay.stats.power import least_difference, power_of


def test_holm() -> None:
    p_values = np.random.default_rng(1).random(12) ** 4
    assert holm(p_values.tolist()) == pytest.approx(multipletests(p_values, method="holm")[1].tolist())


@pytest.mark.parametrize(("b", "c"), [(0, 5), (3, 12), (40, 61), (7, 7)])
def test_mcnemar(b: int, c: int) -> None:
    assert mcnemar(b, c) == pytest.approx(their_mcnemar([[30, b], [c, 20]], exact=True).pvalue)


@pytest.mark.parametrize("clusters", [10, 40])
def test_power(clusters: int) -> None:
    theirs = TTestPower()
    assert power_of(0.4, 1 / np.sqrt(clusters), clusters - 1) == pytest.approx(theirs.power(0.4, clusters, 0.05))
    least = theirs.solve_power(nobs=clusters, alpha=0.05, power=0.8)
    assert least_difference(1 / np.sqrt(clusters), clusters - 1) == pytest.approx(least, rel=1e-5)


@pytest.mark.parametrize("labels", [2, 3, 5])
def test_the_variance_of_kappa(labels: int) -> None:
    table = np.random.default_rng(labels).integers(1, 30, (labels, labels)) + 40.0 * np.eye(labels)
    theirs = cohens_kappa(table)
    assert _kappa_variance(table) == pytest.approx((theirs.kappa, theirs.var_kappa))
