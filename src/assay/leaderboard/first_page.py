"""The leaderboard itself: the big table, what changes with directions put right, runs among each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from assay.findings.averages import UPSIDE_DOWN, averages
from assay.leaderboard.figures import whole
from assay.leaderboard.standings import Standing, Standings
from assay.leaderboard.table import Board, Kind, board, lead
from assay.pages import charts
from assay.pages.both import Both, both
from assay.pages.names import dimension, measure, task

if TYPE_CHECKING:
    from assay.leaderboard.site import Site


def context(site: Site) -> dict[str, Any]:
    """What the template shows."""
    found = board(site.table, site.runs, site.model_pages, site.metric_pages)
    return {
        "lead": lead(site.table),
        "table": site.table,
        "board": found,
        "tbodies": [(kind, found.lines[kind], label) for kind, label in BODIES.items() if found.lines[kind]],
        "sums": sums(found),
        "counts": _counts(site),
        "slope": _slope(site),
        "moved": _moved(site),
        "standings": [_standings(site, one) for one in site.standings],
        "unranked": [(run.name, run.data_name) for run in site.runs if run.name in site.without_rows],
        "upside_down": any(metric in site.table.metrics for metric in UPSIDE_DOWN),
        "tasks": _tasks(site),
        "off": _off(site),
    }


BODIES: Mapping[Kind, Both] = {
    "ranked": both("", ""),
    "later": both(
        "Added after the paper: shown, not ranked. Shaded against those above.",
        "论文之后加入：仅列出，不排名；颜色相对上方模型。",
    ),
    "upstream": both(
        "Your runs on the published data, by the published scoring: the average rank that they would have among the "
        "models above, over the metrics that they have. Nobody else moves.",
        "您在公开数据上的运行，按原版计分：列出它们在上方模型中、按其所有指标会得到的平均名次，他人名次不变。",
    ),
    "corrected": both(
        "The same runs by the corrected scoring: another measuring rod than the published numbers, so not shaded, and "
        "their average rank is to be read with care.",
        "同一批运行的校正计分：与已发表数值尺度不同，故不着色，平均名次须谨慎看待。",
    ),
    "other": both(
        "Your runs on other data: other prompts, corrected scoring. Not to be compared with the rows above cell by "
        "cell.",
        "您在其他数据上的运行：题目不同，校正计分；不可与上方逐格比较。",
    ),
}


def sums(found: Board) -> dict[str, Any]:
    """For the script that weighs: line by line, dimension by dimension, the sum of ranks and how many they are."""
    return {line.key: [list(pair) for pair in line.sums] for line in (*found.lines["ranked"], *found.lines["upstream"])}


def _counts(site: Site) -> Mapping[str, int]:
    models = site.table.models
    return {
        "ranked": len(site.table.ranked),
        "later": len(models) - len(site.table.ranked),
        "metrics": len(site.table.metrics),
        "missing": sum(site.table.value(model, id_) is None for model in models for id_ in site.table.metrics),
    }


def _off(site: Site) -> float | None:
    """How far the averages that were printed are from those computed here."""
    ours = averages(site.table, "published")
    off = [abs(ours[model] - value) for model, value in site.table.printed_averages.items() if model in ours]
    return max(off) if off else None


def _moved(site: Site) -> list[dict[str, Any]]:
    """Model, both averages, and whether it rose or fell."""
    published, corrected = (averages(site.table, convention) for convention in ("published", "corrected"))
    before, after = list(published), list(corrected)
    return [
        {
            "name": model,
            "published": published[model],
            "corrected": corrected[model],
            "way": (before.index(model) > after.index(model)) - (before.index(model) < after.index(model)),
        }
        for model in after
    ]


def _slope(site: Site) -> str:
    kinds = {1: "this", -1: "odd", 0: "ref"}
    items = [
        charts.Slope(one["name"], round(one["published"], 2), round(one["corrected"], 2), kinds[one["way"]])
        for one in _moved(site)
    ]
    if all(item.left == item.right for item in items):
        return ""
    names = both("as published", "按原榜"), both("directions corrected", "方向改正")
    tall = max(160, 30 * len(items))
    return charts.fitted(lambda width: charts.slope(items, *names, best_first=True, width=width, height=tall), 560)


# ---- runs among each other ----------------------------------------------------------------------


def _standings(site: Site, found: Standings) -> dict[str, Any]:
    """Average ranks with the ends of their intervals, and the rank in each measure."""
    names = {place: site.runs[place].name for place in found.runs}
    items = [
        charts.Item(names[place], value, low, high)
        for place, (value, low, high) in sorted(found.average.items(), key=lambda one: one[1][0])
    ]
    axis = charts.Axis(both("average rank (left is better)", "平均名次（左边更好）"), 1, len(names), "{:.1f}".format)
    return {
        "data": site.runs[found.runs[0]].data_name,
        "names": list(names.values()),
        "pages": [site.model_pages[name] for name in names.values()],
        "chart": charts.fitted(lambda width: charts.intervals(items, axis, width=width), 560) if items else "",
        "tasks": found.tasks,
        "average": [{"name": item.name, "value": item.value, "low": item.low, "high": item.high} for item in items],
        "lines": list(_lines(site, found)),
    }


def _lines(site: Site, found: Standings) -> Iterator[dict[str, Any]]:
    for one in found.measures:
        yield {
            "task": task(one.task),
            "dimension": dimension(one.task.partition("/")[0]),
            "page": site.task_pages[one.task],
            "measure": measure(one.measure),
            "rows": one.rows,
            "cells": [_place(one, place) for place in found.runs],
        }


def _place(one: Standing, place: int) -> dict[str, Any] | None:
    if place not in one.places:
        return None
    value, rank = one.places[place]
    several = f"{rank.best}–{rank.worst}" if rank.best != rank.worst else str(rank.best)
    return {"value": whole(value), "rank": rank.value, "span": several, "sure": rank.best == rank.worst}


def _tasks(site: Site) -> list[tuple[Both, list[tuple[Both, str]]]]:
    """Dimension by dimension, the tasks and their pages."""
    found: dict[str, list[tuple[Both, str]]] = {}
    for id_, page in site.task_pages.items():
        found.setdefault(id_.partition("/")[0], []).append((task(id_), page))
    return [(dimension(name), of) for name, of in found.items()]
