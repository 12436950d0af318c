"""Which combinations of slots are drawn: no two the same, every slot balanced, decided by the seed. Pure.

Each slot is a column in which every value stands equally often, give or take one, and each column is shuffled by
itself, so that no slot tells of another. Where a combination comes twice, one of the two changes a value with another
row, which leaves the columns balanced. Of more than half of all there are, what is drawn is what to leave out: all
together are balanced exactly, and so is the rest, give or take one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product
from math import prod
from random import Random

Draw = tuple[int, ...]
"""The place of each slot's value."""

TRIES = 1_000
"""After so many rows that would not help, one is changed that does not."""


def drawn(sizes: Sequence[int], n: int, seed: str) -> list[Draw]:
    """So many different combinations, in an order that tells nothing.

    Args:
        sizes: how many values each slot has.
        n: how many combinations; at most the product of the sizes.
        seed: another one draws others.

    Raises:
        ValueError: there are not so many.
    """
    whole = prod(sizes)
    if n > whole:
        raise ValueError(f"{n} of {whole}")
    rng = Random(seed)
    if n <= whole // 2:
        return _sparse(sizes, n, rng)
    left_out = frozenset(_sparse(sizes, whole - n, rng))
    found = [one for one in product(*map(range, sizes)) if one not in left_out]
    rng.shuffle(found)
    return found


def _sparse(sizes: Sequence[int], n: int, rng: Random) -> list[Draw]:
    """At most half of all there are."""
    rows = list(zip(*(_column(size, n, rng) for size in sizes), strict=True))
    counts = Counter(rows)
    twins = [at for at, row in enumerate(rows) if counts[row] > 1]
    tries = 0
    while twins:
        at = twins.pop()
        if counts[rows[at]] == 1:
            continue
        slot, other = rng.randrange(len(sizes)), rng.randrange(n)
        mine, theirs = _swapped(rows[at], rows[other], slot)
        tries += 1
        stuck = not tries % TRIES
        if stuck or (mine != theirs and not counts[mine] and not counts[theirs]):
            counts.subtract((rows[at], rows[other]))
            counts.update((mine, theirs))
            rows[at], rows[other] = mine, theirs
        if counts[rows[at]] > 1:
            twins.append(at)
        if stuck and counts[rows[other]] > 1:
            twins.append(other)
    return rows


def _column(size: int, n: int, rng: Random) -> list[int]:
    """Each value n / size times; of what is left over, some once more."""
    column = [value for value in range(size) for _ in range(n // size)] + rng.sample(range(size), n % size)
    rng.shuffle(column)
    return column


def _swapped(one: Draw, other: Draw, slot: int) -> tuple[Draw, Draw]:
    """Both with each other's value in a slot."""
    end = slot + 1
    return one[:slot] + other[slot:end] + one[end:], other[:slot] + one[slot:end] + other[end:]
