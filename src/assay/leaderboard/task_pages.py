"""A page for each task: every model's number in order, the runs' with their intervals, and what is known against it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from assay.data.published import Metric
from assay.findings.averages import ranks
from assay.leaderboard.figures import whole
from assay.leaderboard.model_pages import measure_line
from assay.leaderboard.words import SILENT, column, on_column, remark
from assay.pages import charts
from assay.pages.names import dimension, measure, task

if TYPE_CHECKING:
    from assay.leaderboard.site import Site


def contexts(site: Site) -> Iterator[tuple[str, dict[str, Any]]]:
    """(address, what the template shows)."""
    published, corrected = ranks(site.table, "published"), ranks(site.table, "corrected")
    for id_, metrics in site.task_metrics.items():
        yield (
            site.task_pages[id_],
            {
                "id": id_,
                "name": task(id_),
                "dimension": dimension(id_.partition("/")[0]),
                "metrics": [_metric(site, metric, published[metric], corrected[metric]) for metric in metrics],
                "runs": list(_runs(site, id_)),
                "standings": list(_standings(site, id_)),
            },
        )


def _metric(site: Site, id_: str, published: dict[str, int], corrected: dict[str, int]) -> dict[str, Any]:
    table, metric = site.table, site.table.metrics[id_]
    values = table.column(id_, table.models, precise=True)
    sign = -1 if metric.better == "higher" else 1
    order = sorted(values, key=lambda model: sign * values[model])
    flag = on_column(id_)
    return {
        "id": id_,
        "name": column(id_),
        "better": metric.better,
        "printed": metric.printed,
        "paper_table": metric.paper_table,
        "remark": remark(flag).text if flag else None,
        "lines": [_line(site, metric, model, values, published, corrected) for model in order],
        "missing": [model for model in table.models if model not in values],
        "others": [one for one in table.third_party if f"{one.get('task')}/{one.get('metric')}" == id_],
    }


def _line(
    site: Site,
    metric: Metric,
    model: str,
    values: dict[str, float],
    published: dict[str, int],
    corrected: dict[str, int],
) -> dict[str, Any]:
    cell = site.table.cells[model][metric.id]
    room = (max(values.values()) - min(values.values())) * 0.02 or 1.0
    ends = (min(values.values()) - room, max(values.values()) + room)
    flags = [flag for flag in cell.flags if flag not in SILENT]
    return {
        "name": model,
        "page": site.model_pages[model],
        "value": whole(values[model]),
        "zero": metric.id.endswith("p_value") and values[model] == 0,
        "bar": charts.row(
            values[model], domain=ends if metric.better == "higher" else ends[::-1], kind="odd" if flags else "this"
        ),
        "published": published.get(model),
        "corrected": corrected.get(model),
        "remarks": [remark(flag).text for flag in flags],
    }


def _runs(site: Site, id_: str) -> Iterator[dict[str, Any]]:
    """Each measure that a run has of the task."""
    for run in site.runs:
        for name, measured in run.result["tasks"].get(id_, {"measures": {}})["measures"].items():
            line = measure_line(measured)
            on_scale = line["number"] is not None and 0 <= line["number"] <= 1
            yield line | {
                "run": run.name,
                "page": site.model_pages[run.name],
                "data": run.data_name,
                "measure": measure(name),
                "bar": charts.row(line["number"], line["low"], line["high"]) if on_scale else "",
            }


def _standings(site: Site, id_: str) -> Iterator[dict[str, Any]]:
    for found in site.standings:
        for one in found.measures:
            if one.task == id_:
                yield {
                    "measure": measure(one.measure),
                    "rows": one.rows,
                    "places": [
                        {"name": site.runs[place].name, "value": whole(value), "rank": rank}
                        for place, (value, rank) in sorted(one.places.items(), key=lambda item: item[1][1].value)
                    ],
                }
