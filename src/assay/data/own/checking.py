"""Values of a TOML, checked one by one; what is wrong is said with the place and the fix."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from math import isfinite
from string import Formatter
from typing import Any

from assay.errors import UsageError

BRACE = "A brace itself is written twice: {{ or }}"


def known(where: str, given: Mapping[str, Any], keys: Sequence[str]) -> None:
    """Raise UsageError for a key that means nothing."""
    for key in given:
        if key not in keys:
            raise UsageError(f"{where}: {key!r} means nothing here{meant(key, keys)}; there are: {', '.join(keys)}")


def choice(where: str, given: object, offered: Collection[str]) -> str:
    """One of the texts offered, or UsageError."""
    if not isinstance(given, str) or given not in offered:
        raise UsageError(f"{where} = {given!r}{meant(str(given), offered)}; there are: {', '.join(offered)}")
    return given


def meant(given: str, offered: Collection[str]) -> str:
    """In words what was probably meant, or nothing."""
    close = get_close_matches(given, list(offered), 1)
    return f" (do you mean {close[0]!r}?)" if close else ""


def texts(where: str, given: object) -> tuple[str, ...]:
    """A text or a list of texts as a tuple, or UsageError."""
    several = [given] if isinstance(given, str) else given
    if not isinstance(several, list | tuple) or not all(isinstance(one, str) and one for one in several):
        raise UsageError(f"{where} is a text or a list of texts, not {given!r}")
    return tuple(several)


def number(where: str, given: object, least: float = float("-inf")) -> float:
    """A finite number, or UsageError."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not isfinite(given) or given < least:
        raise UsageError(f"{where} is a number{f' from {least:g}' if isfinite(least) else ''}, not {given!r}")
    return float(given)


def check_template(where: str, template: object, known: Collection[str]) -> None:
    """Raise UsageError unless it is a text whose braces hold known names and nothing else."""
    if not isinstance(template, str):
        raise UsageError(f"{where} is a text with columns in braces, not {template!r}")
    try:
        for _, name, spec, conversion in Formatter().parse(template):
            if name is not None and (spec or conversion or name not in known):
                shown = ", ".join(sorted(known))
                raise UsageError(
                    f"{where}: {{{name}}} is no column; there are: {shown}. A brace itself is {{{{ or }}}}"
                )
    except ValueError as error:
        raise UsageError(f"{where}: {error}. {BRACE}") from error
