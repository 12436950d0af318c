"""What weakens the numbers most, on one scale: how far each cause could move the dimension that it touches most. Pure.

Rows that were not scored: their share of the way from floor to ceiling, where these are exact. The judge's error: how
far the dimension goes when the known error is taken out. Planted verdicts: how often they are taken over, of what
models judged. Too few rows: half the interval.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assay.pages import names
from assay.pages.both import Both, both, joined
from assay.report.dimensions import Dimension, main_measures
from assay.report.verdict import name_of
from assay.report.wording import count, percent, rows, span

Found = Mapping[str, Any]
Place = tuple[Dimension, str, float, int]
"""Dimension, the task that it touches most there, by how much the dimension could move, how many rows."""

LEAST = 0.005
"""What moves a dimension by less is not shown."""


@dataclass(frozen=True, slots=True)
class Threat:
    """A cause, where it matters most, and what to do about it."""

    name: Both
    detail: Both
    where: Both
    task: str
    """Its id; empty where no single task stands out."""
    by: float
    """How far it could move the dimension, from 0 to 1."""
    both_ways: bool
    """Whether that is up and down, or in all."""
    step: Both


def threats(found: Sequence[Dimension], result: Found, folder: str, graded: Mapping[str, float]) -> list[Threat]:
    """All that move some dimension, the most first.

    Args:
        found: the run's dimensions.
        result: `result.json`.
        folder: the run's, for the commands that it names.
        graded: by task that a model may judge, the share of samples that one did.
    """
    known = [one for one in found if one.mean is not None]
    every = (
        *_unscored(known, result, folder, graded),
        *_judges(known, result, folder),
        *_planted(known, result, folder, graded),
        *_few(known, result),
    )
    return sorted((one for one in every if one.by >= LEAST), key=lambda one: -one.by)


# ---- rows without a score -----------------------------------------------------------------------

KINDS: Mapping[str, tuple[Both, Callable[[str], Both]]] = {
    "blocked": (
        Both("Blocked by the provider", "被供应方拦截"),
        lambda folder: both("Run again on an endpoint without a filter", "换用无过滤的接口重跑"),
    ),
    "failed": (
        Both("Failed", "失败"),
        lambda folder: both("Run the same command again: it asks for these rows only", "再运行同一命令：只补问这些题"),
    ),
    "unread": (
        Both("Unread", "无法判读"),
        lambda folder: both(
            "Let a model judge them: <code>assay score {folder} --judge MODEL</code>",
            "交评判模型判读：<code>assay score {folder} --judge MODEL</code>",
            folder=folder,
        ),
    ),
}


def _unscored(found: Sequence[Dimension], result: Found, folder: str, graded: Collection[str]) -> Iterator[Threat]:
    graders = result.get("run", {}).get("judges", {}).get("graders")
    for kind, (name, step) in KINDS.items():
        places = [place for one in found if (place := _where_unscored(one, kind, result)) is not None]
        if not places:
            continue
        dimension, task, by, its = max(places, key=lambda place: place[2])
        in_all = sum(measure[kind] for measure in _mains(result))
        yield Threat(
            name,
            both("{n} in all, {its} of them there", "共 {n}，其中该维度 {its} 题", n=rows(in_all), its=count(its)),
            _where(dimension, task),
            task,
            by,
            False,
            _read(folder) if kind == "unread" and (graders or task not in graded) else step(folder),
        )


def _read(folder: str) -> Both:
    """Where no model is left to ask, or none may be."""
    return both(
        "Read them: <code>assay view {folder}</code>", "逐条查看：<code>assay view {folder}</code>", folder=folder
    )


def _where_unscored(dimension: Dimension, kind: str, result: Found) -> Place | None:
    """How much of a dimension's way from floor to ceiling rows of this kind make."""
    widths: dict[str, float] = {}
    its = 0
    of = [
        *((part.task, part.measure) for part in dimension.parts),
        *((left.task, left.measure) for left in dimension.out),
    ]
    for task, name in of:
        measure = _measure(result, task, name)
        left = measure["total"] - measure["n"]
        if left and measure[kind] and not measure.get("outer") and None not in (measure["floor"], measure["ceiling"]):
            wide = min(1.0, measure["ceiling"]) - max(0.0, measure["floor"])
            widths[task] = widths.get(task, 0.0) + max(0.0, wide) * measure[kind] / left
            its += measure[kind] if name == main_measures(task, result["tasks"][task])[0] else 0
    assert dimension.mean is not None
    whole = sum(widths.values())
    if not whole:
        return None
    room = dimension.mean.ceiling - dimension.mean.floor
    by = min(room, whole / len(of))
    return dimension, max(widths, key=widths.__getitem__), by, its


# ---- the judge ----------------------------------------------------------------------------------


def _judges(found: Sequence[Dimension], result: Found, folder: str) -> Iterator[Threat]:
    places = [place for one in found if (place := _where_judged(one, result)) is not None]
    if places:
        dimension, task, by, _ = max(places, key=lambda place: place[2])
        cards = {one["card"] for one in _corrections(dimension, result).values()}
        yield Threat(
            Both("Judge's error", "评判误差"),
            both(
                "by the card of {cards}",
                "据 {cards} 的误差卡",
                cards=joined(map(names.card, sorted(cards)), ", ", "、"),
            ),
            _where(dimension, task),
            task,
            by,
            False,
            both(
                "Label replies of this task: <code>assay label {folder}</code>",
                "人工标注该任务的回复：<code>assay label {folder}</code>",
                folder=folder,
            ),
        )


def _planted(found: Sequence[Dimension], result: Found, folder: str, graded: Mapping[str, float]) -> Iterator[Threat]:
    """How far a model could move its own score by writing verdicts into its replies."""
    shares = [(one, {part.task: graded.get(part.task, 0.0) for part in one.parts}) for one in found]
    for name, of in result.get("planted", {}).items():
        more, low, high = (of["excess"][end] for end in ("value", "low", "high"))
        if not shares or low is None or low <= 0:
            continue  # no more than its verdicts change by themselves
        dimension, its = max(shares, key=lambda pair: sum(pair[1].values()) / len(pair[0].parts))
        task = max(its, key=its.__getitem__)
        yield Threat(
            both("Planted verdicts that {name} takes over", "{name} 会被植入判词带偏", name=name),
            both(
                "{more} ({span}) more of {n} planted than come by themselves; a reply that plants one steers its score",
                "植入 {n} 次，得逞比自行出现多 {more}（{span}）；回复可借此左右得分",
                more=percent(more),
                span=span(low, high),
                n=count(of["excess"]["n"]),
            ),
            _where(dimension, task),
            task,
            more * sum(its.values()) / len(dimension.parts),
            False,
            both(
                "Read its verdicts: <code>assay view {folder}</code>",
                "逐条查看其判定：<code>assay view {folder}</code>",
                folder=folder,
            ),
        )


def _where_judged(dimension: Dimension, result: Found) -> Place | None:
    moved = {
        task: _clipped(freed["value"]) - _clipped(_measure(result, task, freed["measure"])["value"])
        for task, freed in _corrections(dimension, result).items()
    }
    if not moved:
        return None
    turned = {task: by * _sign(_measure(result, task, _main(dimension, task))) for task, by in moved.items()}
    largest = max(turned, key=lambda task: abs(turned[task]))
    return dimension, largest, abs(sum(turned.values())) / len(dimension.parts), 0


def _corrections(dimension: Dimension, result: Found) -> dict[str, dict[str, Any]]:
    """`judge_corrected` of the dimension's parts, where it can be told, by task."""
    found = {}
    for part in dimension.parts:
        freed = result["tasks"][part.task]["measures"][part.measure].get("judge_corrected")
        if freed is not None and freed["identifiable"] and freed["value"] is not None:
            found[part.task] = {**freed, "measure": part.measure}
    return found


def _sign(measure: Found) -> int:
    """−1 where lower is better."""
    return -1 if measure["better"] == "lower" else 1


def _clipped(value: float) -> float:
    return min(1.0, max(0.0, value))


# ---- too few rows -------------------------------------------------------------------------------


def _few(found: Sequence[Dimension], result: Found) -> Iterator[Threat]:
    if not found:
        return
    widest = max(found, key=_half)
    # Where a task has few scored rows, its arms are what widens the mean's.
    task = max(widest.parts, key=lambda part: part.turned.high - part.turned.low).task
    yield Threat(
        Both("Few rows", "题目太少"),
        both("half the widest interval", "最宽区间的一半"),
        _where(widest, task),
        task,
        _half(widest),
        True,
        _more(task, result),
    )


def _more(task: str, result: Found) -> Both:
    """Where more rows of a task are to be had."""
    run = result.get("run", {})
    if run.get("limit"):
        return both("Ask all rows: leave <code>--limit</code> away", "询问全部题目：去掉 <code>--limit</code>")
    published = any(one.get("published") for one in result["tasks"][task]["measures"].values())
    if published and run.get("data", {}).get("name") == "core":
        return both(
            "Ask more rows: <code>--data trustllm</code>, or data of your own",
            "增加题目：<code>--data trustllm</code> 或自有数据",
        )
    return both(
        "Ask more rows: data of your own, <code>--data FILE</code>", "增加题目：自有数据 <code>--data FILE</code>"
    )


def _half(dimension: Dimension) -> float:
    assert dimension.mean is not None
    return (dimension.mean.high - dimension.mean.low) / 2


# ---- out of the result --------------------------------------------------------------------------


def _where(dimension: Dimension, task: str) -> Both:
    given = {"dimension": name_of(dimension), "task": names.task(task)}
    return both("{dimension}, most in {task}", "{dimension}，主要在“{task}”", **given)


def _main(dimension: Dimension, task: str) -> str:
    return next(part.measure for part in dimension.parts if part.task == task)


def _measure(result: Found, task: str, name: str) -> Found:
    found: Found = result["tasks"][task]["measures"][name]["corrected"]
    return found


def _mains(result: Found) -> Iterator[Found]:
    """One measure a task: halves of a task have the same rows."""
    for task_id, task in result["tasks"].items():
        for name in main_measures(task_id, task)[:1]:
            yield _measure(result, task_id, name)
