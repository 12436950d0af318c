"""The terminal's tables of a comparison: two runs in full, or several at a glance. Made of what `--json` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from assay.report.figures import ARROWS, number, signed
from assay.report.table import compare_table

Found = Mapping[str, Any]

LEVEL = 0.05
MARKS = {"higher": ("▲", "▼"), "lower": ("▼", "▲"), "neither": ("≠", "≠")}
"""What a significantly higher and a significantly lower number is: better, worse, another."""
WORDS = {"▲": "better", "▼": "worse", "≠": "differs", "": ""}

WIDE = 168
"""Characters that all columns of two runs need; narrower terminals go without those that are not `NEEDED`."""
NAMES, WITH_RANK = 68, 16
"""Characters that the names of measures need, and a run with its rank; without room, ranks are left to `--json`."""
NEEDED = ("task", "measure", "A", "B", "B − A", "95 % interval", "p Holm", "")


def comparison_tables(found: Found, results: Sequence[Found], width: int = WIDE, full: bool = False) -> Group:
    """Two runs in full; of more, all at a glance, and each pair in full where that is asked for.

    Args:
        found: what `assay compare --json` prints.
        results: the runs' result.json, for what could not be paired.
        width: of the terminal, in characters.
        full: a table for each pair.
    """
    parts: list[RenderableType] = []
    several = len(found["runs"]) > 2
    if several:
        ranked = width >= NAMES + WITH_RANK * len(found["runs"])
        parts += [_glance(found, ranked), Text(_glance_legend(found, ranked), style="dim")]
    if full or not several:
        for pair in found["comparisons"]:
            parts += [Text(), _versus(found, pair, width)]
        parts.append(Text(_versus_legend(found), style="dim"))
    if found["notes"]:
        parts.append(Text("\n".join(["\nNot only the models differ:", *(f"  {note}" for note in found["notes"])])))
    if found["unpaired"]:
        heading = "\nNot paired, each run's own rows side by side: no test, no more than an impression"
        parts += [Text(heading, style="bold"), compare_table(_only(found["unpaired"], results), width)]
    return Group(*parts)


def mark(measure: Found) -> str:
    """Whether the second run is significantly better ▲, worse ▼ or other ≠ than the first; empty where nothing shows.

    At 5 %, p after Holm's correction.
    """
    p = measure["p_adjusted"]
    if p is None or p > LEVEL or not measure["difference"]:
        return ""
    return MARKS[measure["better"]][measure["difference"] < 0]


def by_dimension(lines: Sequence[Found]) -> Iterator[tuple[str, Found | None]]:
    """Lines with headings before them: (dimension, None), then (task where it is a new one, line)."""
    dimension = task = ""
    for line in lines:
        here, _, name = line["task"].partition("/")
        if here != dimension:
            dimension = here
            yield dimension, None
        yield "" if line["task"] == task else f"  {name}", line
        task = line["task"]


def named(line: Found) -> str:
    """The measure with its direction."""
    return f"{line['measure']} {ARROWS[line['better']]}".rstrip()


# ---- two runs -----------------------------------------------------------------------------------


def _versus(found: Found, pair: Found, width: int) -> Table:
    first, second = (found["runs"][pair[which]]["name"] for which in ("first", "second"))
    table = Table(title=f"A {first}   B {second}", title_justify="left", header_style="bold", pad_edge=False, box=None)
    columns = ("task", "measure", "A", "B", "B − A", "95 % interval", "", "p", "p Holm", "pairs", "sees", "left out")
    shown = [column for column in columns if width >= WIDE or column in NEEDED]
    for column in shown:
        left = column in ("task", "measure", "", "left out")
        table.add_column(column, justify="left" if left else "right", no_wrap=True)
    lines = [line for line in pair["measures"] if line["pairs"]]
    for heading, line in by_dimension(lines):
        if line is None:
            table.add_row(Text(heading, style="bold"))
            continue
        cells = dict(zip(columns, (heading, *_cells(line)), strict=True))
        table.add_row(*(cells[column] for column in shown))
    return table


def _cells(line: Found) -> tuple[Text | str, ...]:
    what = mark(line)
    return (
        named(line),
        number(line["first"]),
        number(line["second"]),
        Text(signed(line["difference"]), style="bold" if what else ""),
        Text(f"{signed(line['low'])} – {signed(line['high'])}" if line["low"] is not None else "", style="dim"),
        WORDS[what],
        Text(number(line["p"]), style="dim"),
        number(line["p_adjusted"]),
        str(line["pairs"]),
        number(line["least_visible"]),
        Text(left_out(line), style="dim"),
    )


def left_out(line: Found) -> str:
    """`A 3 unread, B 1 failed, 10 only in A`: what is not among the pairs, and whose."""
    parts = [
        f"{name} " + ", ".join(f"{count} {why}" for why, count in lost.items())
        for name, lost in zip("AB", line["lost"], strict=True)
        if lost
    ]
    parts += [f"{count} only in {name}" for name, count in zip("AB", line["only"], strict=True) if count]
    return "; ".join(parts)


def _versus_legend(found: Found) -> str:
    families = " or ".join(str(family) for family in dict.fromkeys(pair["family"] for pair in found["comparisons"]))
    lines = [
        "",
        "pairs: rows that both runs have and that count in both. An unread reply counts where the measure counts it as",
        "wrong; elsewhere it leaves the pairs together with the other run's reply, and so do blocked and failed ones.",
        "p: McNemar's exact test for rates of independent rows, else the swap test: clusters exchanged 10,000 times.",
        f"p Holm: corrected over the tests of a table ({families}). better, worse, differs: where that is ≤ {LEVEL}.",
        "sees: the smallest true difference that so many pairs show in 80 of 100 runs, corrected likewise.",
    ]
    if len(found["comparisons"]) > 1:
        lines.append("Nothing is corrected over tables: of 20 pairs of equal models, expect one with a false alarm.")
    return "\n".join(lines)


# ---- several runs -------------------------------------------------------------------------------


def _glance(found: Found, ranked: bool) -> Table:
    """A line a measure, a column a run: its number, how it stands to the first run, and its rank if there is room."""
    table = Table(header_style="bold", pad_edge=False, box=None)
    for column in ("task", "measure"):
        table.add_column(column, no_wrap=True)
    for run in found["runs"]:
        table.add_column(run["name"].replace("/", "/\n", 1), justify="right", no_wrap=True)
    table.add_column("rows", justify="right", no_wrap=True)
    against = {
        (line["task"], line["measure"], pair["second"]): line
        for pair in found["comparisons"]
        if pair["first"] == 0
        for line in pair["measures"]
    }
    for heading, line in by_dimension(list(_glanced(found))):
        if line is None:
            table.add_row(Text(heading, style="bold"))
            continue
        of = {one["run"]: one for one in line["runs"]}
        places = range(len(found["runs"]))
        beside = [against.get((line["task"], line["measure"], run)) for run in places]
        cells = [_place(of.get(run), beside[run], ranked) for run in places]
        table.add_row(heading, named(line), *cells, str(line["rows"]))
    return table


def _glanced(found: Found) -> Iterator[Found]:
    """Each measure, in the order of the tasks: of three or more runs, or of the two that have it."""
    ranked = {(line["task"], line["measure"]): line for line in found["ranks"]}
    pairs: dict[tuple[str, str], Found] = {}
    for pair in found["comparisons"]:
        for line in pair["measures"]:
            runs = [{"run": pair[side], "value": line[side]} for side in ("first", "second")]
            pairs.setdefault((line["task"], line["measure"]), {**line, "runs": runs, "rows": line["pairs"]})
    dimensions = list(dict.fromkeys(task.partition("/")[0] for task, _ in (*pairs, *ranked)))
    several = [line for line in {**pairs, **ranked}.values() if line["rows"]]
    yield from sorted(several, key=lambda line: dimensions.index(line["task"].partition("/")[0]))


def _place(one: Found | None, beside: Found | None, ranked: bool) -> Text:
    if one is None:
        return Text("–")
    what = mark(beside) if beside else ""
    text = Text(f"{number(one['value'])} {what or ' '}", style="bold" if what else "")
    if ranked:
        rank = "" if "rank" not in one else rank_span(one["best"], one["worst"])
        text.append(f" {rank:<3}", style="dim not bold")
    return text


def rank_span(best: int, worst: int) -> str:
    """`2` or `1–3`."""
    return f"{best}" if best == worst else f"{best}–{worst}"


def _glance_legend(found: Found, ranked: bool) -> str:
    first = found["runs"][0]["name"]
    lines = [
        "",
        "rows: those that all runs with a number share, and that count in all of them.",
        f"▲ better, ▼ worse, ≠ other than {first}: paired, p ≤ {LEVEL} after Holm's correction over a pair's measures.",
        "Then the rank: where it is 1–3, the rows do not say more precisely; a line's intervals hold at once (95 %).",
        "--full: each pair with its interval, p, and what it could have seen.",
    ]
    if not ranked:
        del lines[3]
    return "\n".join(lines)


# ---- what could not be paired -------------------------------------------------------------------


def _only(wanted: Sequence[Found], results: Sequence[Found]) -> list[dict[str, Any]]:
    """The results with no more than these measures."""
    names = {(one["task"], one["measure"]) for one in wanted}
    return [
        {
            **result,
            "tasks": {
                task_id: {
                    **task,
                    "measures": {name: one for name, one in task["measures"].items() if (task_id, name) in names},
                }
                for task_id, task in result["tasks"].items()
            },
        }
        for result in results
    ]
