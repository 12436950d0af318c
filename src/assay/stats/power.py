"""What a paired comparison could have seen: the power of its test, and the smallest difference worth looking for.

A comparison that finds nothing says little unless it would have found something. `least_…` is the smallest true
difference that the test calls one (p ≤ level) in so many of 100 runs on as many rows (80 by default), had it varied as
these did. It is about the next run: the power for the difference that was found is only its p-value in other words.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]

LEVEL = 0.05
POWER = 0.8
HALVINGS = 25
WIDTH = 8.0
"""Numbers of discordant rows further than so many standard deviations from the mean are left out."""


def mcnemar_power(n: int, discordant: float, difference: float, level: float = LEVEL) -> float:
    """The power of McNemar's exact test.

    With D ~ binomial(n, discordant) rows that differ, X ~ binomial(D, ½ + difference / (2 · discordant)) of them in
    favour of the better model; the sum over D of the chance that X is significant.

    Args:
        n: shared rows.
        discordant: the share of rows where the models differ; where that is less than the difference, they differ in
            all rows that make the difference.
        difference: of the two rates, either sign.
        level: two-sided; a share of 0.05 where Holm's correction is expected.
    """
    from scipy.special import bdtr, bdtrc, gammaln, xlog1py, xlogy

    wide = max(discordant, abs(difference))
    if not n or not wide:
        return 0.0
    reach = WIDTH * sqrt(n * wide * (1 - wide)) + WIDTH
    differ = np.arange(max(0, int(n * wide - reach)), min(n, int(n * wide + reach)) + 1)
    log = gammaln(n + 1) - gammaln(differ + 1) - gammaln(n - differ + 1)
    weight = np.exp(log + xlogy(differ, wide) + xlog1py(n - differ, -wide))
    least = _critical(differ, level)
    better = min(0.5 + abs(difference) / (2 * wide), 1.0)
    above, below = bdtrc(differ - least - 1, differ, better), bdtr(np.maximum(least, 0), differ, better)
    # With few discordant rows no count is significant.
    return float(min(weight @ np.where(least >= 0, above + below, 0.0), 1.0))


def least_mcnemar(n: int, discordant: float, level: float = LEVEL, power: float = POWER) -> float | None:
    """The smallest difference of two rates that McNemar's exact test sees; None where it would see none."""
    return _least(lambda difference: mcnemar_power(n, discordant, difference, level), 1.0, power)


def power_of(difference: float, se: float, freedom: float, level: float = LEVEL) -> float:
    """The power of a paired test of means or clustered rates: of Student's t, noncentral by difference / se.

    Args:
        difference: the true one.
        se: the standard error of the difference, above 0 (`paired.Difference.se`).
        freedom: clusters − 1.
        level: two-sided.
    """
    from scipy.special import nctdtr, stdtrit

    least = float(stdtrit(freedom, 1 - level / 2))
    away = min(abs(difference) / se, 30.0)  # where nctdtr is still a number; the power is 1 long before
    far = float(nctdtr(freedom, away, -least))  # NaN where it is too small to be computed
    return float(1 - nctdtr(freedom, away, least)) + (far if isfinite(far) else 0.0)


def least_difference(se: float, freedom: float, level: float = LEVEL, power: float = POWER) -> float | None:
    """The smallest difference that such a test sees, in the unit of `se`; None where se or freedom is 0."""
    if se <= 0 or freedom < 1:
        return None
    scaled = _least(lambda away: power_of(away, 1.0, freedom, level), 30.0, power)
    return None if scaled is None else scaled * se


def _critical(differ: Whole, level: float) -> Whole:
    """The largest count k with 2 · P(X ≤ k) ≤ level for X ~ binomial(differ, ½); −1 where there is none."""
    from scipy.special import bdtr

    low, high = np.full(len(differ), -1), np.asarray(differ // 2)
    while (low < high).any():
        middle = (low + high + 1) // 2
        fits = 2 * bdtr(middle, differ, 0.5) <= level
        low, high = np.where(fits, middle, low), np.where(fits, high, middle - 1)
    return low


def _least(power_at: Callable[[float], float], most: float, power: float) -> float | None:
    """Where a power that grows with the difference comes to be so much; None where it does not."""
    low, high = 0.0, most
    if power_at(high) < power:
        return None
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if power_at(middle) >= power else (middle, high)
    return high
