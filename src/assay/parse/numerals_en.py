"""English numerals in digits: "twenty-one", "one hundred and five", "1.2 million", "12k"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from types import MappingProxyType

from assay.parse.digits import FIGURE, UNREAD, digits

ONES = MappingProxyType({
    word: n
    for n, word in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))
})  # fmt: skip
_TEENS = MappingProxyType({
    **{word: n for n, word in enumerate(("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen"), 10)},
    **{word: n for n, word in enumerate(("sixteen", "seventeen", "eighteen", "nineteen"), 16)},
})  # fmt: skip
_TENS = MappingProxyType({
    word: 10 * n
    for n, word in enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2)
})  # fmt: skip
_UNITS = (("trillion", 10**12), ("billion", 10**9), ("million", 10**6), ("thousand", 1000), ("hundred", 100))
_UNIT = "(?:hundred|thousand|million|billion|trillion)"
_WORD = f"(?:{'|'.join((*_TENS, *reversed(_TEENS), *ONES))}|{_UNIT})"
_SIGNS = (
    *("hundred", "thousand", "illion", "eleven", "twelve", "teen", "twenty", "thirty", "forty", "fifty", "sixty"),
    *("seventy", "eighty", "ninety", *(f"{digit}k" for digit in range(10))),
)
"""One of these is in every text with such a number: a look at each is far quicker than a pattern."""
_RUN = re.compile(
    rf"(?<![\w-])(?:{FIGURE}[ ]?(?={_UNIT}\b))?{_WORD}\b(?:(?:[ -]|[ ]and[ ]){_WORD}\b)*"
    rf"|({FIGURE})(?-i:k)\b",
    re.IGNORECASE,
)
_VAGUE_BEFORE = re.compile(rf"\b(?:{'|'.join(ONES)}|several|few)[ ](?:or[ ]|to[ ])?\Z")
_VAGUE_AFTER = re.compile(r"[ -](?:odd|something|ish|fold|some)\b|ths?\b|-\w")


def in_digits(text: str) -> str:
    """The text (already `plain`) with its numerals from "eleven" on in digits."""
    lower = text.lower()
    if not any(sign in lower for sign in _SIGNS):
        return text
    return _RUN.sub(_written, text)


def _written(found: re.Match[str]) -> str:
    said = found[0].lower()
    if found[1]:
        return digits(1000 * Decimal(found[1].replace(",", "")))
    words = re.findall(r"[\d.,]+|[a-z]+", said)
    before = found.string[max(0, found.start() - 12) : found.start()].lower()
    vague = _VAGUE_BEFORE.search(before) or _VAGUE_AFTER.match(found.string, found.end())
    value = None if vague or words in (["ten"], *([one] for one in ONES)) else _worth(words)
    if value is not None:
        return digits(value)
    return UNREAD if said[0].isdigit() else found[0]


def _worth(words: Sequence[str]) -> Decimal | None:
    """The value of the words; None where they are not one number: "fifty fifty", "nine eleven", "one and two"."""
    for unit, size in _UNITS:
        if unit in words:
            at = words.index(unit)
            times, rest = _worth(words[:at]), words[at + 1 :]
            more = _worth(rest[1:] if rest[:1] == ["and"] else rest) if rest else Decimal(0)
            return None if not times or more is None or (rest and not 0 < more < size) else times * size + more
    return _small(words)


def _small(words: Sequence[str]) -> Decimal | None:
    """A number below a hundred, or in figures."""
    if len(words) == 2 and words[0] in _TENS and ONES.get(words[1]):
        return Decimal(_TENS[words[0]] + ONES[words[1]])
    if len(words) != 1:
        return None
    (word,) = words
    if word[0].isdigit():
        return Decimal(word.replace(",", ""))
    found = {**ONES, **_TEENS, **_TENS}.get(word)
    return None if found is None else Decimal(found)
