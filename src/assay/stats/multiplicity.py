"""Many tests at once: p-values that say how likely even one false alarm among them is."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down adjusted p-values (1979, "A simple sequentially rejective multiple test procedure").

    The smallest of m is taken times m, the next times m − 1, and so on; none is less than the one before it, or above
    1. Calling those of at most 0.05 a difference is wrong about any of them in at most 5 % of comparisons, however the
    tests depend on each other.

    Args:
        p_values: in any order. None and NaN are no tests: they are not counted, and come back as None.

    Returns:
        The adjusted values, in the order given; equal p-values stay equal.
    """
    tested = sorted((p, place) for place, p in enumerate(p_values) if p is not None and not isnan(p))
    adjusted: list[float | None] = [None] * len(p_values)
    least = 0.0
    for rank, (p, place) in enumerate(tested):
        least = max(least, min(1.0, (len(tested) - rank) * p))
        adjusted[place] = least
    return adjusted
