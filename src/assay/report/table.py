"""The terminal's table of a run, by area, and several runs side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from assay.report.bilingual import languages_table
from assay.report.figures import ARROWS, number, span
from assay.report.operating import scores_below, task_order
from assay.taxonomy import AREAS

NEEDS = {
    "judge": "needs --judge",
    "toxicity": "needs --toxicity",
    "embedder": "needs --embedder",
}


COLUMNS = ("task", "measure", "corrected", "95 % interval", "floor–ceiling", "n/total", "not scored", "upstream")
FULL_WIDTH = 132
"""Characters that all columns need; narrower terminals go without floor and ceiling (they are in result.json)."""


def run_table(result: Mapping[str, Any], groups: bool = False, width: int = FULL_WIDTH) -> Group:
    """Every measure: value, interval, n/total, what is missing, and the published scoring beside it."""
    run = result["run"]
    title = f"{run['model']}   data {run['data']['name']} ({run['data']['sha256'][:12]})   assay {run['assay']}"
    shown = [column for column in COLUMNS if width >= FULL_WIDTH or column != "floor–ceiling"]
    table = Table(title=title, title_justify="left", header_style="bold", pad_edge=False, box=None)
    for column in shown:
        left = column in ("task", "measure", "not scored")
        dim = column in ("95 % interval", "floor–ceiling")
        table.add_column(column, justify="left" if left else "right", style="dim" if dim else None, no_wrap=True)
    for area in dict.fromkeys((*AREAS, *(task.partition("/")[0] for task in result["tasks"]))):
        lines = list(_lines(result, area, groups))
        if lines:
            table.add_row(Text(area, style="bold"))
            for line in lines:
                table.add_row(*(cell for column, cell in zip(COLUMNS, line, strict=True) if column in shown))
    in_languages = languages_table(result)
    beside = () if in_languages is None else (in_languages,)
    return Group(table, Text(_legend(result, shown), style="dim"), *beside)


def _lines(result: Mapping[str, Any], area: str, groups: bool) -> Iterator[tuple[str, ...]]:
    for task_id in task_order(result):
        task = result["tasks"][task_id]
        if not task_id.startswith(f"{area}/"):
            continue
        shown = task_id.split("/", 1)[1]
        for name, found in task["measures"].items():
            measure = found["corrected"]
            yield (f"  {shown}", f"{name} {ARROWS[measure['better']]}".rstrip(), *_cells(measure, found["upstream"]))
            shown = ""
            yield from _beside(found)
            for group, inner in found.get("groups", {}).items() if groups else ():
                yield ("", f"  {group}", *_cells(inner["corrected"], inner["upstream"]))
        for name, score in scores_below(result, task_id):
            yield (f"  {name}", "balanced ↑", *_cells(score, {"value": None}))


def _beside(found: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The number without the judge's error, by its card and by people's labels, where either is known."""
    card, people = found.get("judge_corrected"), found.get("labelled")
    if card is not None:
        low, high = (card["low"], card["high"]) if card["identifiable"] else (None, None)
        note = (
            f"card {card['card']}"
            + ("" if card["identifiable"] else ", not identifiable")
            + "!" * bool(card["warnings"])
        )
        yield ("", "  without judge error", number(card["value"]), span(low, high), "", note, "", "")
    if people is not None:
        note = f"{people['labels']} label{'s' * (people['labels'] != 1)}"
        yield ("", "  with labels", number(people["value"]), span(people["low"], people["high"]), "", note, "", "")


def _cells(measure: Mapping[str, Any], upstream: Mapping[str, Any]) -> tuple[str, ...]:
    counted = f"{measure['n']}/{measure['total']}"
    if measure.get("needs"):
        return (
            NEEDS.get(measure["needs"], f"needs {measure['needs']}"),
            "",
            "",
            counted,
            not_scored(measure),
            number(upstream["value"]),
        )
    return (
        number(measure["value"]),
        span(measure["low"], measure["high"]),
        span(measure["floor"], measure["ceiling"]) + ("*" if measure.get("outer") else ""),
        counted,
        not_scored(measure),
        number(upstream["value"]),
    )


def not_scored(measure: Mapping[str, Any]) -> str:
    """`3 unread, 1 blocked`: what is missing from n, by reason."""
    counts = ((measure[why], why) for why in ("unread", "blocked", "failed"))
    return ", ".join(f"{count} {why}" for count, why in counts if count)


def _card_lines(result: Mapping[str, Any]) -> Iterator[str]:
    """The cards by which numbers were corrected, and what speaks against that."""
    measures = [one for task in result["tasks"].values() for one in task["measures"].values()]
    corrections = [one["judge_corrected"] for one in measures if "judge_corrected" in one]
    for name in dict.fromkeys(one["card"] for one in corrections):
        card = result["run"]["judges"]["cards"][name]
        yield (
            f"card {name}: sensitivity {number(card['sensitivity'])}, specificity {number(card['specificity'])} on "
            f"{card['n']:,} labelled replies ({', '.join(card['sets'])}), {card['date']}."
        )
    warnings = dict.fromkeys(warning for one in corrections for warning in one["warnings"])
    yield from (f"! {warning}." for warning in warnings)


def _met(run: Mapping[str, Any]) -> Iterator[str]:
    """What the model was trained on and is scored on all the same."""
    met = run.get("trained_on", {}).get("met", {})
    if met:
        said = ", ".join(f"{count:,} of {task}" for task, count in met.items())
        yield f"! {sum(met.values()):,} rows were given away to train this model: {said}."


def _graders(result: Mapping[str, Any]) -> Iterator[str]:
    """A line for each model that graded, and one for how far several agree."""
    for name, found in result.get("planted", {}).items():
        flips, bare = found["flip_rate"], found["unplanted"]
        yield (
            f"{name}: took over {number(flips['value'])} ({span(flips['low'], flips['high'])}) of {flips['n']} planted "
            f"verdicts; {number(bare['value'])} come by themselves when asked twice."
        )
    if "panel" in result:
        alpha = result["panel"]["alpha"]["overall"]
        of = len(result["panel"]["judges"])
        yield f"Krippendorff's α of {of} judges: {number(alpha['value'])} ({span(alpha['low'], alpha['high'])})."


def _legend(result: Mapping[str, Any], shown: Sequence[str]) -> str:
    lines = [
        "",
        *_graders(result),
        "corrected: judged on the reply, every row counted.",
        "upstream: the published code (TrustLLM's toolkit 0.3.0 or the survey's scripts) on the same replies; – where "
        "its own judges' verdicts are not recorded.",
        f"similarity by {result['run']['judges']['embedder']}.",
    ]
    if "floor–ceiling" in shown:
        lines.append(
            "floor–ceiling: the number had every row that was not scored gone the one or the other way (unread replies "
            "stay wrong where a measure counts them so); * outer."
        )
    lines += [*_card_lines(result), *_met(result["run"])]
    return "\n".join(lines)


def compare_table(results: Sequence[Mapping[str, Any]], width: int = 240) -> Table:
    """One line a measure, one column a run: corrected values, the best of those that rank in bold.

    Where the width does not hold them, the intervals are left out.
    """
    intervals = width >= 64 + 26 * len(results)
    table = Table(header_style="bold", pad_edge=False, box=None)
    table.add_column("task", no_wrap=True)
    table.add_column("measure", no_wrap=True)
    for result in results:
        table.add_column(result["run"]["model"].replace("/", "/\n", 1), justify="right", no_wrap=True)
    dimension = ""
    for task_id, name in _shared(results):
        here, task = task_id.split("/", 1)
        if here != dimension:
            dimension = here
            table.add_row(Text(dimension, style="bold"))
        found = [_corrected(result, task_id, name) for result in results]
        better = next(measure["better"] for measure in found if measure)
        best = _best([measure["value"] if measure else None for measure in found], better)
        cells = (_cell(measure, best, intervals) for measure in found)
        table.add_row(f"  {task}", f"{name} {ARROWS[better]}".rstrip(), *cells)
    return table


def _corrected(result: Mapping[str, Any], task_id: str, name: str) -> Mapping[str, Any] | None:
    """A run's measure; None where it did not take it."""
    found: Mapping[str, Any] | None = (
        result["tasks"].get(task_id, {}).get("measures", {}).get(name, {}).get("corrected")
    )
    return found


def _shared(results: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(task, measure) of all runs, in order of first appearance, the tasks of a dimension together."""
    found = dict.fromkeys(
        (task_id, name) for result in results for task_id, task in result["tasks"].items() for name in task["measures"]
    )
    tasks = list(dict.fromkeys(task_id for task_id, _ in found))
    dimensions = list(dict.fromkeys(task_id.partition("/")[0] for task_id in tasks))
    return sorted(found, key=lambda one: (dimensions.index(one[0].partition("/")[0]), tasks.index(one[0])))


def _best(values: Sequence[float | None], better: str) -> float | None:
    known = [value for value in values if value is not None]
    if better == "neither" or len(known) < 2 or len(set(known)) == 1:
        return None
    return max(known) if better == "higher" else min(known)


def _cell(measure: Mapping[str, Any] | None, best: float | None, interval: bool) -> Text:
    if measure is None:
        return Text("–")
    if measure.get("needs"):
        return Text(NEEDS.get(measure["needs"], "needs " + measure["needs"]), style="dim")
    value = measure["value"]
    text = Text(number(value), style="bold" if value is not None and value == best else "")
    if interval and measure["low"] is not None:
        text.append(f" {span(measure['low'], measure['high'])}", style="dim not bold")
    return text
