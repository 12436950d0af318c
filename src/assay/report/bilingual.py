"""The terminal's table of one run in several languages: each measure in each of them, and their paired difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from assay.report.figures import ARROWS, number, signed, span
from assay.report.operating import scores_below, task_order

Found = Mapping[str, Any]

LEVEL = 0.05
NOTHING: Found = {"corrected": {"value": None}}
COLUMNS = ("task", "measure", "", "", "difference", "95 % interval", "p Holm", "pairs")
LEGEND = (
    "difference: on the cases that count in both languages, paired; p Holm: corrected over the lines of this table. "
    "≠: at most 0.05; of a balanced score, an interval without 0."
)


def languages_table(result: Found) -> Group | None:
    """One line a measure; None where the run has no parallel rows."""
    lines = list(_lines(result))
    if not lines:
        return None
    pairs = dict.fromkeys((line["first"], line["second"]) for _, _, _, line in lines)
    return Group(*(_table(first, second, lines) for first, second in pairs), Text(LEGEND, style="dim"))


def _lines(result: Found) -> Iterator[tuple[str, str, Found, Found]]:
    for task_id in task_order(result):
        for name, found in result["tasks"][task_id]["measures"].items():
            if not found["corrected"].get("needs"):
                yield from ((task_id, name, found, line) for line in found.get("between_languages", ()))
        for name, score in scores_below(result, task_id):
            yield from ((name, "balanced", {"corrected": score}, line) for line in score.get("between_languages", ()))


def _table(first: str, second: str, lines: Sequence[tuple[str, str, Found, Found]]) -> Table:
    table = Table(title=f"\n{first} and {second}, case by case", title_justify="left", header_style="bold",
                  pad_edge=False, box=None)  # fmt: skip
    for place, column in enumerate(COLUMNS):
        heading = {2: first, 3: second, 4: f"{second} − {first}"}.get(place, column)
        table.add_column(heading, justify="left" if place < 2 else "right", no_wrap=True)
    shown = ""
    for task_id, name, found, line in lines:
        if (line["first"], line["second"]) != (first, second):
            continue
        better = found["corrected"]["better"]
        p = line.get("p_adjusted")  # a balanced score has no test of its own, but an interval
        sure = p <= LEVEL if p is not None else not line["low"] <= 0 <= line["high"]
        values = [found.get("languages", {}).get(lang, NOTHING)["corrected"]["value"] for lang in (first, second)]
        table.add_row(
            "" if task_id == shown else task_id,
            f"{name} {ARROWS[better]}".rstrip(),
            *map(number, values),
            Text(f"{signed(line['value'])} {'≠' if sure else ' '}", style="bold" if sure else ""),
            Text(span(line["low"], line["high"]), style="dim"),
            number(p),
            str(line["pairs"]),
        )
        shown = task_id
    return table
