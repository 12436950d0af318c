"""A number in digits, as numerals are read from it and written to it."""

from __future__ import annotations

from decimal import Decimal

FIGURE = r"(?<![A-Za-z0-9_.])\d+(?:,\d{3})*(?:\.\d+)?"
UNREAD = "_"
"""In the place of figures that are no number by themselves, as the 85 of "85成"; none is read beside it either."""


def digits(value: Decimal) -> str:
    """The number in plain digits, without an exponent."""
    return f"{value.normalize():f}"
