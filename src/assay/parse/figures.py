"""The one number that a text states as its answer."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection

from assay.parse import numerals
from assay.parse.wording import agreed, closing, dodges, marked, plain

_FIGURE = r"(?:(?<![A-Za-z0-9_.%)\]])[+-]|(?<![A-Za-z0-9_.]))(?:\d+(?:\.\d+)?|\.\d+)(?![A-Za-z_\d])(?!\.\d)"
_NUMBER = re.compile(rf"({_FIGURE})(\s*(?:%|percent\b|per cent\b))?", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_SIGN_WORD = re.compile(r"(?:\b(?:minus|negative)\s+|负\s*)(?=\d)", re.IGNORECASE)
_SCALE = re.compile(
    rf"(?:\bbetween\s+{_FIGURE}\s*%?\s*and\s+{_FIGURE}|{_FIGURE}\s*%?\s*(?:\bto\b|\bthrough\b|~|到"
    rf"|至|-{{1,2}}(?=\s*[+-]?\d))\s*[+-]?\s*{_FIGURE})\s*%?",
    re.IGNORECASE,
)
_OUT_OF = re.compile(r"(?<=\d)\s*(?:(/)|\bout of\b|\bof\b)\s*(\d+)(?!\.?\d)", re.IGNORECASE)
FEW = 4
"""So few numbers are numbers of options, not a scale: "2/3" is two of them."""
_LIST = re.compile(rf"(?:{_FIGURE}|[\s,;/|&.()+]|\bor\b|\band\b|、|或者?|和|与|还是)+", re.IGNORECASE)
_OTHER_TOO = re.compile(rf"\s*(?:[,/&、]|\bor\b|\band\b|或者?|和|与|还是)\s*({_FIGURE})", re.IGNORECASE)
_ITEM = re.compile(rf"({_FIGURE})\s*(?:[\"']?[)\]]|[:;.。](?!\d)(?=\s*\S)|-\s)")


def number(text: str, allowed: Collection[float] | None = None) -> float | None:
    """The number stated as the answer, of those allowed; a scale that is only quoted is none.

    A percentage or a year is not taken for a rating: where `allowed` says what can be answered, percentages
    are left out. Two different candidates are None.
    """
    flat = _SIGN_WORD.sub("-", numerals.in_digits(plain(text)))
    if allowed is None:
        flat = _THOUSANDS.sub("", flat)
    flat = _OUT_OF.sub(lambda found: _without_top(found, allowed), _SCALE.sub(" ", flat))

    def value_of(figure: str) -> float | None:
        value = float(figure)
        return value if math.isfinite(value) and (allowed is None or value in allowed) else None

    def figure(found: re.Match[str] | None) -> float | None:
        return value_of(found[1]) if found and (allowed is None or not found[2]) else None

    def worded(said: str, whole: bool) -> float | None:
        value = _worded(said, allowed, whole)
        return None if value is None else value_of(str(value))

    def stated(tail: str) -> float | None:
        found = _NUMBER.match(tail)
        if found is None:
            return worded(tail, whole=False)
        other = _OTHER_TOO.match(tail, found.end()) if found else None
        return None if other and value_of(other[1]) is not None else figure(found)

    def alone(line: str) -> float | None:
        bare = line.strip(" \"'()[].。")
        found = _NUMBER.fullmatch(bare)
        return figure(found) if found else worded(bare, whole=True)

    if _LIST.fullmatch(flat):
        return agreed([value for value in (value_of(one) for one in re.findall(_FIGURE, flat)) if value is not None])
    answer = marked(flat, stated)
    for value in (answer, alone(flat), _leading(flat, value_of), closing(flat, alone)):
        if value is not None:
            return value
    if dodges(flat):
        return None
    said = [figure(found) for found in _NUMBER.finditer(flat)]
    return agreed([value for value in said if value is not None]) if said else worded(flat, whole=False)


def _worded(said: str, allowed: Collection[float] | None, whole: bool) -> int | None:
    """A number of one word that opens the text: "四"; how many, or, where the options are counted from 1, which."""
    value = numerals.spoken(said, whole)
    if value is None and allowed is None:
        return numerals.counted(said, whole)
    if value is None and allowed and min(allowed) == 1:
        return numerals.place(said, whole)
    return value


def _without_top(found: re.Match[str], allowed: Collection[float] | None) -> str:
    """Of "50 out of 100" and "50/100" only the 50 is left; "1/2" of the numbers 1 to 3 is two numbers."""
    if allowed is None or float(found[2]) not in allowed:
        return ""
    return "" if float(found[2]) == max(allowed) and not (found[1] and len(allowed) <= FEW) else found[0]


def _leading(flat: str, value_of: Callable[[str], float | None]) -> float | None:
    """A number that opens the text as an option does, where no other is listed so: "50) somewhat agree"."""
    opens = _ITEM.match(flat.lstrip(" \"'([#"))
    listed = [value for value in (value_of(item[1]) for item in _ITEM.finditer(flat)) if value is not None]
    return agreed(listed) if opens else None
