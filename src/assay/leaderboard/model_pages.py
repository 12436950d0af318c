"""A page for each published model and each run: its ranks, and every number with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from assay.data.published import Table
from assay.findings.averages import averages, placed, ranks
from assay.findings.of_runs import Entry
from assay.leaderboard.figures import span, whole
from assay.leaderboard.words import SILENT, column, on_column, remark
from assay.pages import charts
from assay.pages.both import Both, both
from assay.pages.names import dimension, measure, task

if TYPE_CHECKING:
    from assay.leaderboard.site import Site

ACCESS: Mapping[str, Both] = {
    "proprietary": Both("proprietary", "专有"),
    "open": Both("open weights", "开放权重"),
}


CONVENTIONS: Mapping[str, Both] = {
    "published": both("as published", "按原榜"),
    "corrected": both("directions corrected", "方向改正"),
    "corrected_scoring": both("by corrected scoring, another measuring rod", "按校正计分，尺度不同"),
}


def contexts(site: Site) -> Iterator[tuple[str, dict[str, Any]]]:
    """(address, what the template shows), models first."""
    shared = _Ranks(site.table)
    for model in site.table.models:
        yield site.model_pages[model], _model(site, model, shared)
    for run in site.runs:
        yield site.model_pages[run.name], _run(site, run)


class _Ranks:
    """What all model pages need of the table."""

    def __init__(self, table: Table) -> None:
        self.corrected = ranks(table, "corrected")
        self.averages = {convention: averages(table, convention) for convention in ("published", "corrected")}
        self.by_section = {
            convention: {name: averages(table, convention, name) for name in table.sections}
            for convention in ("published", "corrected")
        }


def _model(site: Site, model: str, shared: _Ranks) -> dict[str, Any]:
    table = site.table
    about = table.models[model]
    values = {id_: value for id_ in table.metrics if (value := table.value(model, id_, True)) is not None}
    places = placed(table, values, "corrected")
    facts = (
        (both("Version", "版本"), about.version),
        (both("Made by", "开发者"), about.creator),
        (both("Size", "规模"), about.size),
        (both("Access", "获取方式"), ACCESS.get(about.access, "")),
        (both("In the paper", "是否在论文中"), both("yes", "是") if about.in_paper else both("no, later", "否，后增")),
    )
    return {
        "name": model,
        "run": None,
        "facts": [(label, text) for label, text in facts if text and text != "-"],
        "averages": _averages(model, shared) if about.in_paper else [],
        "sections": _sections(table, model, shared) if about.in_paper else [],
        "groups": [
            (dimension(name), [_line(site, model, id_, places) for id_ in table.metrics if _in(table, id_, name)])
            for name in table.sections
        ],
        "measures": [],
    }


def _in(table: Table, id_: str, section: str) -> bool:
    return table.metrics[id_].section == section


def _averages(model: str, shared: _Ranks) -> list[tuple[Both, float, int, int]]:
    return [
        (CONVENTIONS[convention], of[model], 1 + sum(other < of[model] for other in of.values()), len(of))
        for convention, of in shared.averages.items()
        if model in of
    ]


def _sections(table: Table, model: str, shared: _Ranks) -> list[dict[str, Any]]:
    found = []
    for name in table.sections:
        of = shared.by_section["corrected"][name]
        if model in of:
            found.append(
                {
                    "name": dimension(name),
                    "published": shared.by_section["published"][name].get(model),
                    "corrected": of[model],
                    "place": 1 + sum(other < of[model] for other in of.values()),
                    "of": len(of),
                    "bar": charts.row(
                        of[model],
                        ticks=[value for other, value in of.items() if other != model],
                        domain=(max(of.values()) + 0.5, 0.5),
                    ),
                }
            )
    return found


def _line(site: Site, model: str, id_: str, places: Mapping[str, int]) -> dict[str, Any]:
    table, metric = site.table, site.table.metrics[id_]
    cell = table.cells[model].get(id_)
    value = cell.precise if cell else None
    others = table.column(id_, (name for name in table.ranked if name != model), precise=True)
    best = (max if metric.better == "higher" else min)(others, key=lambda name: others[name], default="")
    flags = [flag for flag in (cell.flags if cell else ()) if flag not in SILENT]
    column_flag = on_column(id_)
    return {
        "name": column(id_),
        "page": site.metric_pages[id_],
        "arrow": "↑" if metric.better == "higher" else "↓",
        "value": None if value is None else whole(value),
        "zero": id_.endswith("p_value") and value == 0,
        "place": places.get(id_) if value is not None else None,
        "of": len(others) + (model in table.ranked),
        "best": best,
        "best_value": whole(others[best]) if best else "",
        "bar": _strip(value, list(others.values()), metric.better == "higher"),
        "remarks": [remark(flag).text for flag in flags],
        "column_remark": remark(column_flag).text if column_flag else None,
        "src": cell.src if cell else "",
    }


def _strip(value: float | None, others: list[float], higher: bool) -> Markup:
    """The model among the others, better to the right."""
    known = others + ([] if value is None else [value])
    if len(set(known)) < 2:
        return Markup("")
    low, high = min(known), max(known)
    room = (high - low) * 0.02
    ends = (low - room, high + room)
    return charts.row(value, ticks=others, domain=ends if higher else ends[::-1])


# ---- runs ---------------------------------------------------------------------------------------


def _run(site: Site, run: Entry) -> dict[str, Any]:
    about = run.result["run"]
    facts = (
        (both("Data", "数据"), f"{run.data_name} ({run.data[1][:12]})"),
        (both("Languages", "语言"), ", ".join(about.get("langs", ()))),
        (both("Endpoint", "接口"), about.get("endpoint", "")),
        (both("Scored by", "计分"), f"assay {about.get('assay', '')}"),
        (
            both("Beside the published numbers", "与已发表数值"),
            both("comparable by the published scoring", "按原版计分可比")
            if run.official
            else both("not comparable: other prompts", "不可比：题目不同"),
        ),
        (
            both("Among your runs", "您的运行之间"),
            both("no ranks: its data file is not here, or was changed", "无名次：其数据文件不在此处，或已改动")
            if run.name in site.without_rows
            else "",
        ),
    )
    return {
        "name": run.name,
        "run": run,
        "facts": [(label, text) for label, text in facts if text],
        "averages": _placed(site, run),
        "sections": [],
        "groups": [],
        "measures": [
            (dimension(area), list(lines)) for area, lines in _by_area(site, run).items()
        ],
    }  # fmt: skip


def _placed(site: Site, run: Entry) -> list[tuple[Both, float, int, int]]:
    found = []
    for convention, one in site.found.places.get(run.name, {}).items():
        label = both("{label}, {n} metrics", "{label}，{n} 项指标", label=CONVENTIONS[convention], n=one.metrics)
        if one.low is not None and one.high is not None:
            label = both(
                "{label}; {low:.2f} to {high:.2f} by the ends of its intervals",
                "{label}；按各区间端点为 {low:.2f} 至 {high:.2f}",
                label=label,
                low=one.low,
                high=one.high,
            )
        found.append((label, one.average, one.place, len(site.table.ranked) + 1))
    return found


def _by_area(site: Site, run: Entry) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for task_id, one in run.result["tasks"].items():
        for name, measured in one["measures"].items():
            line = measure_line(measured)
            line |= {"task": task(task_id), "page": site.task_pages[task_id], "measure": measure(name)}
            found.setdefault(task_id.partition("/")[0], []).append(line)
    return found


def measure_line(measured: Mapping[str, Any]) -> dict[str, Any]:
    """A measure of result.json as pages show it: value, interval, floor and ceiling, rows, the published scoring."""
    corrected = measured["corrected"]
    value, low, high = corrected["value"], corrected.get("low"), corrected.get("high")
    lost = {why: corrected.get(why, 0) for why in ("blocked", "failed", "unread")}
    return {
        "value": None if value is None else whole(value),
        "number": value,
        "low": low,
        "high": high,
        "span": span(low, high),
        "bounds": span(corrected.get("floor"), corrected.get("ceiling")),
        "n": corrected["n"],
        "total": corrected["total"],
        "lost": {why: count for why, count in lost.items() if count},
        "needs": corrected.get("needs", ""),
        "arrow": {"higher": "↑", "lower": "↓"}.get(corrected["better"], ""),
        "upstream": whole((measured.get("upstream") or {}).get("value")),
    }
