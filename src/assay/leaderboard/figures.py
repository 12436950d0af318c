"""How the leaderboard's numbers are written: three digits without the leading zero, as a table of 31 columns needs."""

from __future__ import annotations

MINUS = "−"


def short(value: float | None, p_value: bool = False) -> str:
    """`.417`, `1.00`, `97.4`, `−.161`, `3e-45`; a p-value printed as 0.000 is `<.001`; empty where it is missing."""
    if value is None:
        return ""
    if value < 0:
        return (MINUS if value <= -0.0005 else "") + short(-value)
    if p_value and value < 0.0005:
        return f"{value:.0e}" if value else "<.001"
    if value >= 9.9995:
        return f"{value:.1f}" if value < 99.95 else f"{value:.0f}"
    return f"{value:.2f}" if value >= 0.9995 else f"{value:.3f}"[1:]


def whole(value: float | None) -> str:
    """`0.417`, `97.42`, `3.2e-45`; a dash where it is missing."""
    if value is None:
        return "–"
    if value and abs(value) < 0.0005:
        return f"{value:.1e}".replace("-", MINUS)
    return (f"{value:.2f}" if abs(value) >= 10 else f"{value:.3f}").replace("-", MINUS)


def span(low: float | None, high: float | None) -> str:
    """`0.41 … 0.56`."""
    return "" if low is None or high is None else f"{whole(low)} … {whole(high)}"
