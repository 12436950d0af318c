"""Tails of distributions: Student's t quantile that intervals need, the chi² test of a table, and what it leaves open.

Written out because the libraries that hold them take longer to import (0.4 and 0.9 s of CPU) than a run takes to be
measured. Tests hold them to SciPy's.
"""

from __future__ import annotations

from math import erfc, exp, lgamma, log, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Z = NormalDist().inv_cdf(0.975)

_T = (
    12.7062047362, 4.3026527297, 3.1824463053, 2.7764451052, 2.5705818356, 2.4469118511, 2.3646242516, 2.3060041352,
    2.2621571628, 2.228138852, 2.2009851601, 2.1788128297, 2.1603686565, 2.1447866879, 2.1314495456, 2.1199052992,
    2.1098155778, 2.1009220402, 2.0930240544, 2.0859634473, 2.0796138447, 2.0738730679, 2.0686576104, 2.0638985616,
    2.0595385528, 2.0555294386, 2.0518305165, 2.0484071418, 2.0452296421, 2.0422724563,
)  # fmt: skip
"""The 97.5 % quantile for 1 to 30 degrees of freedom."""


def student_t(freedom: int) -> float:
    """Student's t quantile at 97.5 %: from the table, above 30 by Fisher's expansion (1925), off by 3e-8 at most."""
    if freedom <= len(_T):
        return _T[freedom - 1]
    z, n = Z, float(freedom)
    return (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * n**4)
    )


def independence(table: NDArray[np.float64]) -> float:
    """The p-value of the chi² test that rows and columns of a table of counts are independent.

    With Yates' correction where there is one degree of freedom, as `scipy.stats.chi2_contingency` has it. Every row and
    column must occur; one row or one column shows nothing: 1.
    """
    freedom = (table.shape[0] - 1) * (table.shape[1] - 1)
    if not freedom:
        return 1.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    off = np.abs(table - expected)
    if freedom == 1:
        off -= np.minimum(0.5, off)
    return _chi_square_tail(float((off**2 / expected).sum()), freedom)


def noncentrality(chi2: float, freedom: int) -> tuple[float, float]:
    """The 95 % interval of the noncentrality λ of the χ² of which this was drawn; 0 where none is so small.

    √(χ² − h) is normal about √(λ + h) with variance 1, h = (freedom − 1) / 2 (Sankaran 1963). A χ² below its mean where
    λ is 0 counts as that: it speaks for less than nothing, and at 0 the interval would have no width.
    """
    h = (freedom - 1) / 2
    root = sqrt(max(chi2, freedom) - h)
    return max(max(root - Z, 0.0) ** 2 - h, 0.0), (root + Z) ** 2 - h


def _chi_square_tail(chi2: float, freedom: int) -> float:
    """P(χ² > chi2): the regularised upper incomplete gamma function, half of whose arguments are halves of integers.

    Q(a + 1, x) = Q(a, x) + xᵃ e⁻ˣ / Γ(a + 1), from Q(1, x) = e⁻ˣ and Q(1/2, x) = erfc(√x).
    """
    x, a = chi2 / 2, freedom / 2
    if x <= 0:
        return 1.0
    start = 1.0 if freedom % 2 == 0 else 0.5
    tail = exp(-x) if start == 1.0 else erfc(sqrt(x))
    while start < a:
        tail += exp(start * log(x) - x - lgamma(start + 1))
        start += 1
    return min(tail, 1.0)
