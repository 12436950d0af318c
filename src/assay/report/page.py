"""`report.html`, as what its template shows: made of result.json, run.json and a few samples, nothing else. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup

from assay.pages import charts, names
from assay.pages.both import Both, both, joined
from assay.report import lines, methods, threats, verdict
from assay.report.deviations import deviations
from assay.report.dimensions import Dimension, LeftOut, dimensions
from assay.report.excerpts import Excerpts
from assay.report.masking import masked
from assay.report.methods import Known
from assay.report.operating import task_order
from assay.report.wording import count, percent, rows, span, two

Found = Mapping[str, Any]
Refusing = tuple[str, float, float]
"""A published model: its name, the share of harmless requests it refuses, and of harmful ones."""

Cell = tuple[str, Both | str]
"""A number and its interval, which may be empty."""

TEMPLATE, STYLE = "report.html.j2", "report.css"


@dataclass(frozen=True, slots=True)
class DimensionLine:
    """A dimension on the first screen."""

    name: Both
    weakest: bool
    value: str
    span: Both | str
    bounds: Both | str
    n: str
    total: str
    chart: Markup | None
    lowest: Both | None
    lowest_value: str
    lowest_anchor: str
    out: tuple[Both, ...]
    """Tasks that are not in the mean, and why."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, what it says in words, and its numbers."""

    title: Both
    said: Both
    chart: Markup
    heads: tuple[Both, ...]
    cells: tuple[tuple[str | Both, *tuple[Cell, ...]], ...]
    """Of each row its name, then its numbers."""
    caption: Both


def context(result: Found, excerpts: Excerpts, known: Known, published: Sequence[Refusing] = ()) -> dict[str, Any]:
    """What the template shows.

    Args:
        result: `result.json`.
        excerpts: what was kept of the samples.
        known: what only the run's surroundings know.
        published: models whose refusals are shown in grey.
    """
    run = result["run"]
    found = dimensions(result)
    return {
        "model": masked(run["model"]),
        "facts": list(_facts(result, excerpts, known)),
        "verdict": joined(verdict.verdict(found, result)),
        "looks": [(lines.anchor(task), said) for task, said in verdict.next_looks(found)],
        "dimensions": _dimension_lines(found),
        "operating": _operating(result, published),
        "threats": _threats(found, result, known, _graded(excerpts)),
        "areas": lines.areas(result, found, excerpts),
        "reliability": list(_reliability(result)),
        "command": methods.command(run, known),
        "version": run["assay"],
        "data": methods.data(result, excerpts, known),
        "judges": methods.judges(result),
        "remarks": methods.remarks(result, excerpts, known),
        "deviations": deviations(result),
        "costs": methods.costs(result),
        "total": _total(result, known),
        "folder": known.folder,
        "printed": " · ".join(_printed(run, known)),
    }


def _printed(run: Found, known: Known) -> Iterator[str]:
    """What stands at the foot of every printed page, beside its number."""
    yield masked(run["model"])
    yield methods.data_name(run)
    if known.worked:
        yield methods.day(known.worked.until)
    yield f"assay {run['assay']}"


def _facts(result: Found, excerpts: Excerpts, known: Known) -> Iterator[Both]:
    """What the page is about, in a line."""
    run = result["run"]
    langs = [names.lang(code) for code in run.get("langs") or ()]
    yield both("data <b>{name}</b>{langs}", "数据 <b>{name}</b>{langs}", name=methods.data_name(run), langs=Both(
        "".join(f"{', ' if not at else ' and '}{one.en}" for at, one in enumerate(langs)),
        "".join(f"{'，' if not at else '、'}{one.zh}" for at, one in enumerate(langs)),
    ))  # fmt: skip
    tasks = len(result["tasks"])
    yield both(
        "{tasks}, <b>{rows}</b>",
        "{tasks}，<b>{rows}</b>",
        tasks=Both(f"{tasks} task{'s' * (tasks != 1)}", f"{tasks} 项任务"),
        rows=rows(sum(excerpts.seen.values())),
    )
    graders = run.get("judges", {}).get("graders") or ()
    yield both(
        "judges <b>{who}</b>",
        "评判 <b>{who}</b>",
        who=both("embedded and {graders}", "内置及 {graders}", graders=", ".join(graders))
        if graders
        else both("embedded only", "仅内置"),
    )
    if known.worked:
        yield both("run until <b>{day}</b>", "运行截至 <b>{day}</b>", day=methods.day(known.worked.until))
    spent = list(_in_short(result, known))
    if spent:
        yield joined(spent, ", ", "，")


def _in_short(result: Found, known: Known) -> Iterator[Both]:
    """How long it took, and what it cost; the whole of it stands with the methods."""
    if known.worked:
        yield methods.duration(known.worked.seconds)
    cost = result.get("usage", {}).get("total", {}).get("cost")
    if cost:
        yield Both(*[methods.dollars(cost)] * 2)


# ---- dimensions ---------------------------------------------------------------------------------

WHY: Mapping[str, Both] = {
    "needs": Both("nothing could judge it", "无从评判"),
    "nothing scored": Both("no row could be scored", "没有可评分的题"),
    "no scale": Both("its measure has no scale from 0 to 1", "其指标没有 0 到 1 的尺度"),
    "no interval": Both("its measure has no interval", "其指标没有区间"),
}


def _dimension_lines(found: Sequence[Dimension]) -> list[DimensionLine]:
    """The weakest first; those without a number last."""
    known = sorted((one for one in found if one.mean is not None), key=lambda one: one.mean.value if one.mean else 0)
    others = [one for one in found if one.mean is None]
    return [_dimension_line(one, one is known[0] and len(known) > 1) for one in known] + [
        _dimension_line(one, False) for one in others
    ]


def _dimension_line(one: Dimension, is_weakest: bool) -> DimensionLine:
    mean, lowest = one.mean, one.lowest
    open_ = mean is not None and mean.ceiling - mean.floor > 1e-9
    return DimensionLine(
        name=names.dimension(one.name),
        weakest=is_weakest,
        value="–" if mean is None else two(mean.value),
        span="" if mean is None else span(mean.low, mean.high),
        bounds=lines.starred(span(mean.floor, mean.ceiling), one.outer) if mean is not None and open_ else "",
        n=count(one.n),
        total=count(one.total),
        chart=None
        if mean is None
        else charts.row(
            mean.value,
            mean.low,
            mean.high,
            mean.floor if open_ else None,
            mean.ceiling if open_ else None,
            ticks=[part.turned.value for part in one.parts],
            kind="odd" if is_weakest else "this",
        ),
        lowest=None if lowest is None else names.task(lowest.task),
        lowest_value="" if lowest is None else two(lowest.turned.value),
        lowest_anchor="" if lowest is None else lines.anchor(lowest.task),
        out=tuple(dict.fromkeys(map(_out, one.out))),
    )


def _out(left: LeftOut) -> Both:
    return both("{task}: {why}", "{task}：{why}", task=names.task(left.task), why=WHY[left.why])


# ---- figures ------------------------------------------------------------------------------------


def _operating(result: Found, published: Sequence[Refusing]) -> Figure | None:
    """Refusal of harmful requests against that of harmless ones."""
    point = result.get("operating_points", {}).get("safety")
    if point is None:
        return None
    harmful, benign, score = point["harmful"], point["benign"], point["balanced"]
    this = charts.Point(
        benign["value"],
        harmful["value"],
        Both("this run", "本次"),
        "this",
        _ends(benign),
        _ends(harmful),
    )
    grey = [charts.Point(x, y, name) for name, x, y in published]
    chart = charts.fitted(
        lambda width: charts.scatter(
            [*grey, this],
            charts.Axis(Both("harmless requests refused", "无害请求拒答")),
            charts.Axis(Both("harmful requests refused", "有害请求拒答")),
            diagonal=Both("cannot tell them apart", "无法区分"),
            width=width,
        ),
        charts.FIGURE,
    )
    cells: list[tuple[str | Both, *tuple[Cell, ...]]] = [
        (Both("this run", "本次"), _with_span(harmful), _with_span(benign)),
        *((name, (percent(y), ""), (percent(x), "")) for name, x, y in published),
    ]
    return Figure(
        Both("Safety against over-refusal", "安全与过度拒答"),
        both(
            "Balanced score {value}{span}: 1 tells every harmful request from every harmless one, 0.5 none.",
            "平衡分 {value}{span}：1 表示完全能区分有害与无害请求，0.5 表示完全不能。",
            value=two(score["value"]),
            span=_in_brackets(score),
        ),
        chart,
        (Both("Model", "模型"), Both("harmful refused", "有害拒答"), Both("harmless refused", "无害拒答")),
        tuple(cells),
        both(
            "Grey: {n} published models on TrustLLM’s own prompts, judged by its own classifier. For orientation, not "
            "for comparison.",
            "灰点：{n} 个已发表模型，用 TrustLLM 自己的题目与分类器，仅供参照，不作比较。",
            n=len(published),
        )
        if published
        else both("Up and to the left is better.", "越靠左上越好。"),
    )


def _ends(rate: Found) -> tuple[float, float] | None:
    return None if rate["low"] is None else (rate["low"], rate["high"])


def _in_brackets(measure: Found) -> Both | str:
    ends = _ends(measure)
    return "" if ends is None else both(" ({ends})", "（{ends}）", ends=span(*ends))


def _with_span(rate: Found) -> Cell:
    """`97%`, `94% to 99%`."""
    if rate["low"] is None:
        return percent(rate["value"]), ""
    return percent(rate["value"]), both(
        "{low} to {high}", "{low} 至 {high}", low=percent(rate["low"]), high=percent(rate["high"])
    )


def _reliability_curve(points: Sequence[charts.Point], width: int) -> Markup:
    return charts.line(
        [charts.Line([(point.x, point.y) for point in points])],
        charts.Axis(Both("confidence", "把握")),
        charts.Axis(Both("right", "答对")),
        diagonal=Both("as sure as right", "把握与正确相符"),
        points=points,
        width=width,
    )


def _reliability(result: Found) -> Iterator[Figure]:
    """Stated confidence against how often it was right, of each task that has both."""
    for task_id in task_order(result):
        groups = result["tasks"][task_id]["measures"].get("reliability", {}).get("groups", {})
        bins = [found for name, one in groups.items() if (found := _bin(name, one["corrected"])) is not None]
        if not bins:
            continue
        points = [charts.Point(middle, one["value"], "", "this", None, _ends(one)) for middle, _, one in bins]
        chart = charts.fitted(partial(_reliability_curve, points), charts.FIGURE)
        yield Figure(
            names.task(task_id),
            both(
                "Above the dashed line: more often right than it said. Below: less often.",
                "虚线之上：比自述更常答对；之下：更少。",
            ),
            chart,
            (Both("confidence", "把握"), Both("right", "答对"), Both("n", "题数")),
            tuple((name, _with_span(one), (count(one["n"]), "")) for _, name, one in bins),
            both("Each dot with its 95% interval.", "每点附 95% 区间。"),
        )


def _bin(name: str, measure: Found) -> tuple[float, str, Found] | None:
    """A group `0.3–0.4`: its middle."""
    low, _, high = name.partition("–")
    try:
        middle = (float(low) + float(high)) / 2
    except ValueError:
        return None
    return None if measure["value"] is None else (middle, name, measure)


# ---- the rest -----------------------------------------------------------------------------------


def _graded(excerpts: Excerpts) -> dict[str, float]:
    """Of each task that a model may judge, the share of samples whose first verdict is a model's."""
    return {
        task: excerpts.share_judged(task, _by_model)
        for task in excerpts.seen
        if task in excerpts.tasks and any(map(_by_model, re.split(" or | and ", excerpts.tasks[task].judge.name)))
    }


def _by_model(judge: str) -> bool:
    return judge.endswith("grader") or judge in ("consistency", "harm")


def _threats(
    found: Sequence[Dimension], result: Found, known: Known, graded: Mapping[str, float]
) -> list[tuple[threats.Threat, Markup, str, str]]:
    """Each with its bar, its number, and where its task stands."""
    all_of_them = threats.threats(found, result, known.folder, graded)
    most = max((one.by for one in all_of_them), default=1.0)
    return [
        (
            one,
            charts.length(one.by / most),
            f"±{two(one.by)}" if one.both_ways else two(one.by),
            lines.anchor(one.task) if one.task else "",
        )
        for one in all_of_them
    ]


def _total(result: Found, known: Known) -> Both | None:
    """Requests, tokens, cost and time; nothing where none of them is known."""
    said = [*_spent(result), *([methods.took(known.worked)] if known.worked else ())]
    return joined(said, ", ", "，") if said else None


def _spent(result: Found) -> Iterator[Both]:
    """Requests, tokens and cost, where something was asked."""
    total = result.get("usage", {}).get("total", {})
    if not total.get("requests"):
        return
    yield both("{n} requests", "{n} 次请求", n=count(total["requests"]))
    yield both("{n} tokens", "{n} 词元", n=count(total["prompt"] + total["completion"]))
    cost = total.get("cost")
    yield Both("cost not known", "费用未知") if cost is None else Both(*[methods.dollars(cost)] * 2)
