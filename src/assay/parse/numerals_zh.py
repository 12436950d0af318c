"""Chinese numerals in digits: "一百零五", "百分之八十五", "八成五", "3亿", "一九八九"."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType

from assay.parse.digits import FIGURE, UNREAD, digits

ONES = MappingProxyType({**{sign: value for value, sign in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2})
_UNITS = (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10))
_YEAR = 4
"""From so many signs on a row of them is one number without units; a shorter one only with a zero in it."""
_ONE = "[零〇一二两三四五六七八九]"
_SIGN = "(?:[零〇一二两三四五六七八九十百万亿]|千(?![克米瓦卡帕赫焦伏安]))"
"""Not the 千 of 千克, a unit of its own."""
_ANY = re.compile("[零〇一二两三四五六七八九十百千万亿成]|分之")
_RUN = re.compile(rf"(?:{FIGURE}[ ]?(?!{_ONE})(?={_SIGN})|{_SIGN})+(?:点{_ONE}+(?![分刻])[万亿]?|\d+)?")
_SHARE = re.compile(rf"百分之({FIGURE}|{_RUN.pattern})")
_FRACTION = re.compile(rf"(?:{FIGURE}|{_SIGN}+)[ ]?分之(?:\d+|{_SIGN}+)")
_TENTHS = re.compile(
    rf"(?<![几数十百千万亿零一二两三四五六七八九])([一二三四五六七八九十]|{FIGURE}[ ]?)成([一二三四五六七八九半]?)"
    r"(?=[^\u4e00-\u9fff]|\Z|[把概可机信确左的以])"
)
_VAGUE_BEFORE = re.compile(r"[几数\d][.,]?\Z")
_VAGUE_AFTER = re.compile(rf"[几多余来\d]|点{_ONE}|千[克米瓦卡帕赫焦伏安]")
_AFTER_POINT = re.compile(r"[^\u4e00-\u9fff]|\Z|[倍元米度岁公斤克吨]")


def in_digits(text: str) -> str:
    """The text (already `plain`) with its numerals of two signs and more in digits."""
    if not _ANY.search(text):
        return text
    if "分之" in text:
        text = _FRACTION.sub(UNREAD, _SHARE.sub(_share, text))
    if "成" in text:
        text = _TENTHS.sub(_tenths, text)
    return _RUN.sub(_alone, text)


def _alone(found: re.Match[str]) -> str:
    said, text = found[0], found.string
    vague = _VAGUE_BEFORE.search(text, max(0, found.start() - 2), found.start())
    vague = vague or _VAGUE_AFTER.match(text, found.end())
    broken = "点" in said and said[-1] not in "万亿" and not _AFTER_POINT.match(text, found.end())
    value = None if vague or broken or len(said) == 1 else _value(said)
    if value is not None:
        return digits(value)
    return UNREAD if said[0].isdigit() else said


def _share(found: re.Match[str]) -> str:
    value = Decimal(100) if found[1] == "百" else _value(found[1])
    return f"{digits(value)}%" if value is not None and value <= 100 else UNREAD


def _tenths(found: re.Match[str]) -> str:
    value = _value(found[1].strip())
    more = Decimal(5) if found[2] == "半" else Decimal(ONES.get(found[2], 0))
    return f"{digits(10 * value + more)}%" if value is not None and value <= 10 else UNREAD


def _value(said: str) -> Decimal | None:
    """What the signs are worth; None where they are not one number."""
    whole, point, part = said.partition("点")
    times = 1
    if point and part[-1] in "万亿":
        part, times = part[:-1], dict(_UNITS)[part[-1]]
    value = _row(whole) if len(whole) > 1 and not _units(whole) else _worth(whole)
    if value is None or not point:
        return value
    return times * (value + Decimal("0." + "".join(str(ONES[sign]) for sign in part)))


def _units(said: str) -> bool:
    return any(unit in said for unit, _ in _UNITS)


def _row(said: str) -> Decimal | None:
    """A year or a number read sign by sign; "三四" is about that many, "一二三四" counts."""
    if said[0].isdigit():
        return Decimal(said.replace(",", ""))
    ones = [ONES[sign] for sign in said if sign in ONES]
    steps = {after - before for before, after in pairwise(ones)}
    if len(ones) < len(said) or "两" in said or not ones[0] or steps == {1} or (len(said) < _YEAR and 0 not in ones):
        return None
    return Decimal("".join(map(str, ones)))


def _worth(said: str) -> Decimal | None:
    """The value of "3", "三", "十二", "一万五", "两千零三": units in falling order, each with its count."""
    if said[:1].isdigit() and not _units(said):
        return Decimal(said.strip().replace(",", ""))
    if len(said) == 1 and said in ONES:
        return Decimal(ONES[said])
    for unit, size in _UNITS:
        count, found, rest = said.partition(unit)
        if found:
            times = Decimal(1) if unit == "十" and not count else _worth(count)
            more = _rest(rest, size)
            return None if not times or more is None else times * size + more
    return None


def _rest(said: str, size: int) -> Decimal | None:
    """What follows a unit: the 五 of 一万五 is five thousand, that of 一万零五 is five."""
    if not said:
        return Decimal(0)
    value = _worth(said[1:] if said[0] in "零〇" else said)
    if not value or value >= size:
        return None
    if said[0] in "零〇":
        return value if value < size / 10 else None
    return value * size / 10 if len(said) == 1 else value if value >= size / 10 else None
