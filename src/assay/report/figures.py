"""How a figure is written: three decimals, a sign before a difference, a dash for what is missing."""

from __future__ import annotations

ARROWS = {"higher": "↑", "lower": "↓", "neither": ""}


def number(value: float | None) -> str:
    """Three decimals; small p-values in scientific notation; a dash for what is missing."""
    if value is None:
        return "–"
    if value and abs(value) < 0.0005:
        return f"{value:.1e}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"


def span(low: float | None, high: float | None) -> str:
    """An interval, or nothing."""
    return "" if low is None or high is None else f"{_fixed(low)} – {_fixed(high)}"


def signed(value: float | None) -> str:
    """A difference: with its sign."""
    if value is None:
        return "–"
    fixed = _fixed(value)
    return fixed if value <= 0 or not float(fixed) else f"+{fixed}"


def _fixed(value: float) -> str:
    """Three decimals however small: numbers that stand side by side are read by their places."""
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}".replace("-0.000", "0.000")
