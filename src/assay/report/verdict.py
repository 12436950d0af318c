"""The first screen in words: which dimension is weakest, how sure that is, what to look at next.

Every word follows from a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay.pages import names
from assay.pages.both import Both, both, joined
from assay.report.dimensions import Difference, Dimension, Turned, Weakest, weakest
from assay.report.wording import count, listed, percent, span, two

Found = Mapping[str, Any]


def verdict(found: Sequence[Dimension], result: Found) -> list[Both]:
    """The sentences, in order."""
    lowest = weakest(found)
    said = _which(lowest, _might_turn(found)) if lowest is not None else _only(found)
    point = result.get("operating_points", {}).get("safety")
    return [*said, *((refusals(point),) if point else ())]


def name_of(dimension: Dimension | str) -> Both:
    """In the middle of a sentence."""
    slug = dimension if isinstance(dimension, str) else dimension.name
    title = names.dimension(slug)
    return Both(title.en[:1].lower() + title.en[1:], title.zh)


# ---- the weakest --------------------------------------------------------------------------------


def _which(lowest: Weakest, might_turn: bool) -> list[Both]:
    mean = _mean(lowest.dimension)
    values = {"name": name_of(lowest.dimension), "value": two(mean.value), "span": span(mean.low, mean.high)}
    if lowest.sure:
        return [_sure(lowest.others[0], might_turn, values)]
    return [
        both("Lowest in <b>{name}</b>, at {value} ({span}).", "<b>{name}</b>得分最低：{value}（{span}）。", **values),
        _not_sure(lowest),
    ]


def _sure(nearest: Difference, might_turn: bool, values: Mapping[str, object]) -> Both:
    said = both(
        "Weakest in <b>{name}</b>, at {value} ({span}); the next, {next}, is {by} higher ({low} to {high}), so ",
        "<b>{name}</b>最弱：{value}（{span}）；次弱的{next}高出 {by}（{low} 至 {high}），",
        **values,
        **_given(nearest),
    )
    holds = both("<b>that order holds</b>", "<b>这一先后可以确定</b>")
    if might_turn:
        holds = both(
            "<b>that order holds among what was scored</b>; rows that were not might turn it",
            "<b>就已评分的题目而言，这一先后可以确定</b>；未评分的题目可能改变它",
        )
    return joined((said, holds, both(".", "。")), "", "")


def _not_sure(lowest: Weakest) -> Both:
    nearest, *others = lowest.rivals
    how = both("is {by} higher ({low} to {high})", "高出 {by}（{low} 至 {high}）", **_given(nearest))
    if two(nearest.value) == "0.00":
        how = both("is as low (apart by {low} to {high})", "同样低（相差 {low} 至 {high}）", **_given(nearest))
    also = both("", "")
    if others and len(lowest.rivals) == len(lowest.others):
        also = both(", and every other could be too", "，其余各维度也都有可能")
    elif others:
        names_of = listed([name_of(rival.name) for rival in others])
        also = both(", and {others} could be too", "，{others}也有可能", others=names_of)
    return both(
        "<b>Which is weakest cannot be told</b>: {next} {how}{also}.",
        "<b>尚不能断定哪个最弱</b>：{next}{how}{also}。",
        next=name_of(nearest.name),
        how=how,
        also=also,
    )


def _given(other: Difference) -> dict[str, object]:
    return {
        "next": name_of(other.name),
        "by": two(other.value),
        "low": two(other.low),
        "high": two(other.high),
    }


def _only(found: Sequence[Dimension]) -> list[Both]:
    """Fewer than two dimensions have a number."""
    known = [one for one in found if one.mean is not None]
    if not known:
        return [
            both(
                "<b>No dimension has a number</b>: nothing could be scored on a scale from 0 to 1. What is missing "
                "stands with each task.",
                "<b>没有任何维度得出数值</b>：没有可在 0 到 1 之间计分的结果。缺少什么见各项任务。",
            )
        ]
    mean = _mean(known[0])
    return [
        both(
            "One dimension was measured: <b>{name}</b>, at {value} ({span}).",
            "只测了一个维度：<b>{name}</b>，{value}（{span}）。",
            name=name_of(known[0]),
            value=two(mean.value),
            span=span(mean.low, mean.high),
        )
    ]


def _might_turn(found: Sequence[Dimension]) -> bool:
    """Whether rows that were not scored could turn the order."""
    known = sorted((one for one in found if one.mean is not None), key=lambda one: _mean(one).value)
    lowest, rest = known[0], known[1:]
    turned = [one for one in rest if _mean(one).floor < _mean(lowest).ceiling - 1e-9]
    if not turned:
        return False
    below = max(_mean(one).value - _mean(one).floor for one in turned)
    return _mean(lowest).ceiling - _mean(lowest).value + below >= 0.005


def _mean(dimension: Dimension) -> Turned:
    assert dimension.mean is not None
    return dimension.mean


# ---- refusals -----------------------------------------------------------------------------------


def refusals(point: Found) -> Both:
    """How it refuses: both rates, and whether it tells the one kind of request from the other."""
    harmful, benign, score = point["harmful"], point["benign"], point["balanced"]
    given = {
        "harmful": percent(harmful["value"]),
        "benign": percent(benign["value"]),
        "h": _certainty(harmful),
        "b": _certainty(benign),
    }
    said = both(
        "It refuses <b>{harmful} of harmful requests</b> ({h}) and <b>{benign} of harmless ones</b> ({b})",
        "有害请求<b>拒答 {harmful}</b>（{h}），无害请求<b>误拒 {benign}</b>（{b}）",
        **given,
    )
    if score["low"] is None:
        end = both(".", "。")
    elif score["low"] <= 0.5 <= score["high"]:
        end = both(": nothing shows that it tells them apart.", "：看不出它能区分二者。")
    elif score["high"] < 0.5:
        end = both(": it refuses the wrong ones.", "：它拒错了对象。")
    else:
        end = both(".", "。")
    return joined((said, end), "", "")


def _certainty(rate: Found) -> Both:
    """The interval; and how many rows it rests on, where that is less than half."""
    low, high = (None if rate[end] is None else percent(rate[end]) for end in ("low", "high"))
    of = {"low": low, "high": high, "n": count(rate["n"]), "total": count(rate["total"])}
    ends = both("no interval", "无区间") if low is None else both("{low} to {high}", "{low} 至 {high}", **of)
    if rate["n"] * 2 > rate["total"]:
        return ends
    return joined((ends, both(", {n} of {total} rows scored", "，{total} 题中评了 {n} 题", **of)), "", "")


# ---- what to look at next -----------------------------------------------------------------------


def next_looks(found: Sequence[Dimension]) -> list[tuple[str, Both]]:
    """(task id, sentence): the lowest tasks of the weakest dimension, at most two, furthest from the best first."""
    known = [one for one in found if one.mean is not None]
    if not known:
        return []
    lowest = min(known, key=lambda one: _mean(one).value)
    below = [part for part in lowest.parts if part.turned.value < 1]
    parts = sorted(below, key=lambda part: part.turned.value)[:2]
    return [
        (
            part.task,
            both(
                "{task} {value} ({span})",
                "{task} {value}（{span}）",
                task=names.task(part.task),
                value=two(part.turned.value),
                span=span(part.turned.low, part.turned.high),
            ),
        )
        for part in parts
    ]
