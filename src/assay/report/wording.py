"""Numbers as sentences have them, in both languages: two decimals, a true minus, a span, a share."""

from __future__ import annotations

from assay.pages.both import Both
from assay.report.figures import number

MINUS = "−"


def two(value: float) -> str:
    """`0.63`; what rounds to zero has no sign."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text.replace("-", MINUS)


def three(value: float | None) -> str:
    """As the terminal has it, with a true minus, in exponents too; a dash for what is missing."""
    return number(None if value is None else value + 0.0).replace("-", MINUS)  # 0.0 + −0.0 has no sign


def signed(value: float) -> str:
    """`+0.06`."""
    text = two(value)
    return text if text.startswith(MINUS) or text == "0.00" else f"+{text}"


def span(low: float, high: float, digits: int = 2) -> Both:
    """`0.60–0.67`; with a number below zero, `−0.05 to 0.11`."""
    ends = [f"{end:.{digits}f}".replace("-", MINUS) for end in (low, high)]
    if min(low, high) < 0:
        return Both(" to ".join(ends), " 至 ".join(ends))
    return Both("–".join(ends), "–".join(ends))


def percent(share: float) -> str:
    """`97%`; a share that is not quite none or all is not rounded to that."""
    if 0 < share < 0.01:
        return "<1%"
    return ">99%" if 0.99 < share < 1 else f"{share:.0%}"


def count(number_of: int) -> str:
    """`6,346`."""
    return f"{number_of:,}"


def rows(number_of: int) -> Both:
    """`6,346 rows`."""
    return Both(f"{number_of:,} row{'s' * (number_of != 1)}", f"{number_of:,} 题")


def listed(parts: list[Both]) -> Both:
    """`a, b and c`."""
    from markupsafe import Markup

    from assay.pages.both import joined

    if len(parts) < 2:
        return joined(parts)
    first = joined(parts[:-1], ", ", "、")
    return Both(Markup(" and ").join((first.en, parts[-1].en)), Markup("和").join((first.zh, parts[-1].zh)))
