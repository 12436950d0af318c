"""The findings for a terminal. Made of what `--json` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from assay.report.figures import number, span

Found = Mapping[str, Any]

HEADINGS = {
    "utility": "Trust and utility",
    "access": "Proprietary and open weights",
    "refusal": "Over-calibration",
    "links": "Links between tasks",
    "headlines": "What the website says of its table",
    "survey": "The survey: alignment",
}
BOLD = {"supported": "", "not supported": "bold", "cannot tell": "dim"}


def findings_table(found: Found) -> Group:
    """Average ranks, then each finding with its number, interval and verdict."""
    about = found["table"]
    title = f"{about['name']}: average rank of {about['ranked']} models over {about['metrics']} metrics\n"
    parts: list[RenderableType] = [Text(title), _averages(found), Text(), _findings(found["findings"], "")]
    if found["with_runs"]:
        names = ", ".join(run["name"] for run in found["runs"] if run["on_published_data"])
        parts += [Text(), _findings(found["with_runs"], f"Together with {names}")]
    if found["own"]:
        parts += [Text(), _findings(found["own"], "Your runs")]
    for data, some in found["of_runs"].items():
        parts += [Text(), _findings(some, f"Among {data}")]
    legend = (
        f"\n{found['rule']}\nAverage ranks: 1 is best. published: slips of the printed ranking included. corrected: "
        "every metric in its own direction.\n--json has the verdicts under the other ranks, and what else was found."
    )
    return Group(*parts, Text(legend, style="dim"))


def _averages(found: Found) -> Table:
    table = Table(header_style="bold", pad_edge=False, box=None)
    for column in ("model", "published", "corrected"):
        table.add_column(column, justify="left" if column == "model" else "right", no_wrap=True)
    averages = found["average_rank"]
    for model, value in averages["corrected"].items():
        table.add_row(model, f"{averages['published'][model]:.2f}", f"{value:.2f}")
    for run in found["runs"]:
        of = run["average_rank"]
        if of:
            _add_run(table, run["name"], of)
        else:
            table.add_row(Text(f"{run['name']} (other rows: {run['data']})", style="dim"), "–", "–")
    return table


def _add_run(table: Table, name: str, of: Found) -> None:
    """By the published scoring, and by the corrected one."""
    if "corrected" in of:
        cells = (f"{of[convention]['value']:.2f}" for convention in ("published", "corrected"))
        place = of["corrected"]
        table.add_row(f"{name} would be {place['place']}. over {place['metrics']} metrics", *cells)
    if "corrected_scoring" in of:
        ours = of["corrected_scoring"]
        said = f"{name} by corrected scoring, {ours['metrics']} metrics: {ours['low']:.2f} – {ours['high']:.2f}"
        table.add_row(Text(said, style="dim"), "", Text(f"{ours['value']:.2f}", style="dim"))


def _findings(some: Sequence[Found], title: str) -> Table:
    table = Table(title=title or None, title_justify="left", header_style="bold", pad_edge=False, box=None)
    for column in ("finding", "statistic", "value", "95 % interval", "p", "n", "verdict"):
        left = column in ("finding", "statistic", "verdict")
        table.add_column(column, justify="left" if left else "right", overflow="fold", no_wrap=not left)
    for group, inner in groupby(some, key=lambda one: one["group"]):
        table.add_row(Text(HEADINGS[group], style="bold"))
        for cells in _lines(inner):
            table.add_row(*cells)
    return table


def _lines(some: Iterator[Found]) -> Iterator[tuple[str | Text, ...]]:
    for one in some:
        ranks = f", ranks {one['ranks']}" if one["ranks"] else ""
        yield (
            f"  {one['claim']}",
            f"{one['statistic']}{ranks}",
            number(one["value"]),
            span(one["low"], one["high"]),
            "" if one["p"] is None else number(one["p"]),
            "" if one["n"] is None else str(one["n"]),
            Text(one["verdict"], style=BOLD[one["verdict"]]),
        )
