"""Numbers that are written in words, or with a word of magnitude, in English and Chinese.

What is not surely one number stays none: "三四个", "十几", "万一", "三分之二", "fifty-fifty", "85成". A single word
("四", "one") is a number only where an answer stands, since "一个" and "no one" are none.
"""

from __future__ import annotations

import re
from types import MappingProxyType

from assay.parse import numerals_en, numerals_zh

_DIGITS = MappingProxyType({
    **numerals_en.ONES,
    **{word: n for word, n in numerals_zh.ONES.items() if word != "两"},
    **dict.fromkeys(("ten", "十"), 10),
})  # fmt: skip
_ORDINALS = MappingProxyType(
    {
        word: n
        for n, word in enumerate(
            ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"), 1
        )
    }
)
_END = r"(?=[ \t]*(?:\Z|\n|[^\w\s、:-]))"
"""Not the marks after the numbers of a list: "一、", "原因是一：…"."""
_ENGLISH = "|".join(numerals_en.ONES) + "|ten"
_CHINESE = "[零〇一二三四五六七八九十]"
_LAST = rf"{_END}(?![ ]*[,/&][ ]*(?:{_ENGLISH}|{_CHINESE}|\d))"
_SPOKEN = re.compile(
    rf"(?:(?:option|number|answer)[ ])?(?P<less>(?:minus|negative)[ ])?(?P<word>{_ENGLISH}){_LAST}"
    rf"|(?:选项|编号)?(?P<minus>负)?(?P<sign>{_CHINESE})[分号]?(?:选项|答案)?{_LAST}",
    re.IGNORECASE,
)
_NTH = "|".join(_ORDINALS)
_PLACE = re.compile(
    rf"(?:the[ ])?(?P<word>{_NTH})(?:[ ](?:option|choice|answer|one|statement){_END}|(?=[\"').!]*(?:\Z|\n)))"
    rf"|第(?P<sign>{_CHINESE}|\d)[个项号种类档级](?:选项|答案)?{_END}",
    re.IGNORECASE,
)
_OPTION = re.compile(rf"\bthe (?P<word>{_NTH}) option\b|第(?P<sign>{_CHINESE}|\d)[个号]?选项", re.IGNORECASE)
_COUNTED = re.compile(rf"([两二三四五六七八九十])[个颗只枚条位名张座本辆根岁次天年种家层块]{_END}")


def in_digits(text: str) -> str:
    """The text (already `plain`) with the numbers of several words in digits, wherever they stand."""
    text = numerals_en.in_digits(text)
    return text if text.isascii() else numerals_zh.in_digits(text)


def spoken(text: str, whole: bool = False) -> int | None:
    """The number of one word that an answer begins with and ends after: "四", "minus five", "Option two.", "四号"."""
    found = (_SPOKEN.fullmatch if whole else _SPOKEN.match)(text)
    if found is None:
        return None
    value = _DIGITS[(found["word"] or found["sign"]).lower()]
    return -value if found["less"] or found["minus"] else value


def counted(text: str, whole: bool = False) -> int | None:
    """How many an answer says there are: "三个". "一个" is an article as well, and none."""
    found = (_COUNTED.fullmatch if whole else _COUNTED.match)(text)
    return {**_DIGITS, "两": 2}[found[1]] if found else None


def place(text: str, whole: bool = False) -> int | None:
    """Which of several an answer begins with and ends after, from 1: "第三个选项", "the third option"."""
    return _nth((_PLACE.fullmatch if whole else _PLACE.match)(text))


def options(text: str, letters: str) -> str:
    """The text with "第三个选项" and "the third option" as "选项C" and "option C"."""

    def named(found: re.Match[str]) -> str:
        which = option(_nth(found), letters)
        return found[0] if which is None else f"option {which}" if found["word"] else f"选项{which}"

    if "第" not in text and " option" not in text:
        return text
    return _OPTION.sub(named, text)


def option(nth: int | None, letters: str) -> str | None:
    """The letter in that place, where letters are counted from the first: of the numbers from 0 none is."""
    return letters[nth - 1] if nth and nth <= len(letters) and letters[0] in "Aa1" else None


def _nth(found: re.Match[str] | None) -> int | None:
    if found is None:
        return None
    if found["word"]:
        return _ORDINALS[found["word"].lower()]
    return int(found["sign"]) if found["sign"].isdigit() else _DIGITS[found["sign"]]
