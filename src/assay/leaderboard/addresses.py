"""Where the pages of the site lie: a name of letters, digits and dashes for each model, run and task."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from assay.data.published import Table
from assay.schema import Task

MODELS, TASKS = "models", "tasks"


def addresses(names: Iterable[str], folder: str) -> dict[str, str]:
    """`Llama2-7b` → `models/llama2-7b.html`; alike names get a number."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        stem = re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.")[:80] or "unnamed"
        slug, number = stem, 1
        while slug in taken:
            number += 1
            slug = f"{stem}-{number}"
        taken.add(slug)
        found[name] = f"{folder}/{slug}.html"
    return found


def tasks_of_metrics(table: Table, tasks: Iterable[Task]) -> dict[str, tuple[str, str]]:
    """Each metric's (task, measure) here; of one that no task has, its own section and task."""
    known = {score.published: (task.id, score.name) for task in tasks for score in task.scores if score.published}
    return {id_: known.get(id_) or _plain(id_) for id_ in table.metrics}


def _plain(metric: str) -> tuple[str, str]:
    task, _, measure = metric.partition("/")
    return task.replace(".", "/", 1), measure


def by_task(metrics: Mapping[str, tuple[str, str]]) -> dict[str, list[str]]:
    """Each task's metrics, in the order of the columns."""
    found: dict[str, list[str]] = {}
    for metric, (task, _) in metrics.items():
        found.setdefault(task, []).append(metric)
    return found
