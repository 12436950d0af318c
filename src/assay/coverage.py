"""What of the survey and of TrustLLM is measured: each sub-category and dimension with its tasks, data and rows. Pure.

Made of the catalogue, which counts the rows that a run would ask: a task without a row in any data covers nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from assay.catalogue import needs
from assay.taxonomy import AREAS, DIMENSIONS, SUBCATEGORIES, SURVEY

Entry = Mapping[str, Any]
"""A task, as the catalogue has it."""

SCORECARD = "assay card"
"""What reads a model card; it measures the two dimensions that have no benchmark."""

CARDED = ("transparency", "accountability")


def coverage(listed: Sequence[Entry]) -> dict[str, Any]:
    """Category by category and dimension by dimension, what measures them.

    Args:
        listed: `assay.catalogue.catalogue()`.

    Returns:
        `survey`: category → sub-category → tasks (`task home rows needs`), those whose home it is first; `dimensions`:
        dimension → tasks, or the command that reads a model card; `covered`: how many sub-categories are the home of
        a task with rows, of how many.
    """
    running = [entry for entry in listed if _rows(entry)]
    by_slug = {slug: _of_slug(running, slug) for slug in SUBCATEGORIES}
    return {
        "survey": {category: {slug: by_slug[slug] for slug in slugs} for category, slugs in SURVEY.items()},
        "dimensions": {
            dimension: [{"command": SCORECARD}]
            if dimension in CARDED
            else [_task(entry) for entry in running if entry["dimension"] == dimension]
            for dimension in DIMENSIONS
        },
        "beyond": {
            area: [_task(entry) for entry in running if entry["dimension"] == area]
            for area in AREAS
            if area not in DIMENSIONS
        },
        "covered": {
            "subcategories": sum(any(one["home"] for one in tasks) for tasks in by_slug.values()),
            "of": len(SUBCATEGORIES),
        },
    }


def _of_slug(listed: Sequence[Entry], slug: str) -> list[dict[str, Any]]:
    named = [entry for entry in listed if slug in entry["survey"]]
    return sorted(
        ({**_task(entry), "home": entry["survey"][0] == slug} for entry in named), key=lambda one: not one["home"]
    )


def _task(entry: Entry) -> dict[str, Any]:
    return {"task": entry["id"], "rows": _rows(entry), "needs": entry["needs"]}


def _rows(entry: Entry) -> dict[str, dict[str, int]]:
    """By data and language; without data that has none."""
    found = {name: {lang: n for lang, n in one["rows"].items() if n} for name, one in entry["datasets"].items()}
    return {name: rows for name, rows in found.items() if rows}


# ---- as a table ---------------------------------------------------------------------------------


def coverage_table(found: Mapping[str, Any]) -> Group:
    """The coverage for a terminal."""
    survey, dimensions = _empty("sub-category"), _empty("dimension")
    for category, slugs in found["survey"].items():
        survey.add_row(Text(category, style="bold"))
        for slug, tasks in slugs.items():
            _add(survey, f"  {slug}", [one for one in tasks if one["home"]])
            also = [one["task"] for one in tasks if not one["home"]]
            if also:
                survey.add_row("", Text(f"also {', '.join(also)}", style="dim"))
    for dimension, tasks in {**found["dimensions"], **found["beyond"]}.items():
        _add(dimensions, dimension, tasks)
    covered = found["covered"]
    return Group(
        survey,
        Text(f"\n{covered['subcategories']} of {covered['of']} sub-categories have a task of their own that runs.\n"),
        dimensions,
        Text(
            "\nRows as a run asks them. – : the data has none, or is not on this machine and not counted. The total of "
            "a measure can be another number: it counts what is graded, such as each option of a row in "
            "survey_miscalibration (750 in its 300 rows), or either chat of a pair.",
            style="dim",
        ),
    )


def _empty(first: str) -> Table:
    table = Table(header_style="bold", pad_edge=False, box=None)
    for column in (first, "measured by", "core en", "core zh", "trustllm", "survey"):
        table.add_column(column, justify="left" if column in (first, "measured by") else "right", overflow="fold")
    return table


def _add(table: Table, name: str, tasks: Sequence[Mapping[str, Any]]) -> None:
    for at, cells in enumerate(_lines(tasks)):
        table.add_row("" if at else name, *cells)


def _lines(tasks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    for one in tasks:
        if "command" in one:
            yield (f"{one['command']} FILE: which disclosures a model card makes",)
            continue
        rows = one["rows"]
        wants = f" ({needs(one['needs'])})" if one["needs"] else ""
        cells = [rows.get(data, {}).get(lang) for data, lang in (("core", "en"), ("core", "zh"), ("trustllm", "en"))]
        studied = sum(rows.get("survey", {}).values())
        yield (f"{one['task']}{wants}", *(str(n) if n else "–" for n in (*cells, studied)))
    if not tasks:
        yield (Text("nothing", style="red").markup,)
