"""What can be measured, on which data, with how many rows, and what of the survey nothing measures yet."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from assay.cases import Asking, rows_of
from assay.data import core, sources
from assay.schema import Task
from assay.tasks import all_tasks
from assay.taxonomy import SUBCATEGORIES, SURVEY

COUNTED = {
    "core en": ("core", "en"),
    "core zh": ("core", "zh"),
    "trustllm": ("trustllm", "en"),
    "survey": ("survey", "en"),
}
"""The columns of rows: of which data, in which language."""


def catalogue() -> list[dict[str, Any]]:
    """One entry a task: id, dimension, survey slugs, rows by dataset and language, measures, judge, temperature."""
    return [
        {
            "id": task.id,
            "dimension": task.dimension,
            "survey": task.survey,
            "version": task.version,
            "temperature": task.sampling.temperature,
            "judge": task.judge.name,
            "needs": task.judge.needs or None,
            "measures": [
                {"name": score.name, "better": score.better, "published": score.published or None}
                for score in task.scores
            ],
            "datasets": {
                name: {"rows": row_counts(task, name)} for name in dict.fromkeys(d.name for d in task.datasets)
            },
        }
        for task in all_tasks()
    ]


def row_counts(task: Task, dataset: str) -> dict[str, int]:
    """Rows by language.

    Official data that is not on this machine is counted from the pinned numbers where a task takes whole files, and
    left out otherwise.
    """
    if dataset in sources.SOURCES and not sources.archive(dataset).exists():
        parts = [d for d in task.datasets if d.name == dataset]
        if any(part.where for part in parts):
            return {}
        return {"en": sum(sources.source(dataset).files[part.file] for part in parts)}
    langs = core.LANGS if dataset == "core" else ("en",)
    rows = rows_of(task, Asking(data=dataset, langs=langs))
    return dict(Counter(row.lang for row in rows))


def needs(instrument: str) -> str:
    """What a judge cannot do without, in words: an option, or something that the endpoint has to give."""
    return f"needs {instrument}" if instrument == "logprobs" else f"needs --{instrument}"


def unmeasured(listed: list[dict[str, Any]]) -> list[str]:
    """The survey's sub-categories that no task names."""
    named = {slug for entry in listed for slug in entry["survey"]}
    return [slug for slug in SUBCATEGORIES if slug not in named]


def catalogue_table(listed: list[dict[str, Any]]) -> Group:
    """The catalogue for a terminal."""
    table = Table(header_style="bold", pad_edge=False, box=None)
    for column in ("task", *COUNTED, "measures", "judge", "sub-categories"):
        table.add_column(column, justify="right" if column in COUNTED else "left")
    for entry in listed:
        rows = {name: dataset["rows"] for name, dataset in entry["datasets"].items()}
        table.add_row(
            entry["id"],
            *(str(rows.get(name, {}).get(lang, "–")) for name, lang in COUNTED.values()),
            ", ".join(measure["name"] for measure in entry["measures"]),
            f"{entry['judge']}{' (' + needs(entry['needs']) + ')' if entry['needs'] else ''}",
            ", ".join(entry["survey"]),
        )
    missing = unmeasured(listed)
    covered = f"{len(SUBCATEGORIES) - len(missing)} of the survey's {len(SUBCATEGORIES)} sub-categories"
    lines = [f"\n{len(listed)} tasks; they touch {covered}.{' Nothing measures yet:' if missing else ''}"]
    for category, slugs in SURVEY.items():
        open_slugs = [slug for slug in slugs if slug in missing]
        if open_slugs:
            lines.append(f"  {category}: {', '.join(open_slugs)}")
    return Group(table, Text("\n".join(lines), style="dim"))
