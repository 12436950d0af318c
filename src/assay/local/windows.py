"""A text that is longer than a classifier reads, in windows that overlap. Nothing is cut off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

OVERLAP = 8
"""An eighth of a window is shared with the next one, so that no sentence is seen in halves only."""

JOINED: Mapping[str, Callable[[list[float]], float]] = {"max": max, "mean": fmean, "first": lambda each: each[0]}
"""Ways to join what a classifier says of the windows: a label's probability is that of the window where it is
greatest, their mean, or the first window's."""


def windows(ids: Sequence[int], size: int) -> list[Sequence[int]]:
    """All tokens in windows of at most `size`; the last one is moved back so that it is full too.

    Raises:
        ValueError: a window holds nothing.
    """
    if size < 1:
        raise ValueError("a window holds at least one token")
    if len(ids) <= size:
        return [ids]
    step = max(1, size - size // OVERLAP)
    starts = [*range(0, len(ids) - size, step), len(ids) - size]
    return [ids[start : start + size] for start in starts]


def joined(each: Sequence[Mapping[str, float]], way: str) -> dict[str, float]:
    """What is said of windows → what is said of the text. For "max" the sum may be more than 1: see `decided`."""
    return {label: JOINED[way]([one[label] for one in each]) for label in each[0]}


def decided(each: Sequence[Mapping[str, float]], deciding: str, way: str) -> dict[str, float]:
    """As `joined`; with a deciding label, the text is its window where that label is likeliest.

    So a reply that does harm in one window does harm, however harmless the others are, and probabilities still add up.
    """
    if deciding and way == "max":
        worst: Mapping[str, float] = max(each, key=lambda one: one.get(deciding, 0.0))
        return dict(worst)
    return joined(each, way)
