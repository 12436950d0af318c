"""The pages of the site, made of what was found: (address, text). Pure; `write_site` puts them in a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from assay.data.published import Table
from assay.errors import StoreError
from assay.findings import Findings
from assay.findings.of_runs import Entry
from assay.leaderboard.addresses import MODELS, TASKS, addresses, by_task, tasks_of_metrics
from assay.leaderboard.standings import Standings
from assay.pages import render
from assay.schema import Task

STYLE, SCRIPT = "leaderboard.css", "leaderboard.js"
FIRST, FINDINGS = "index.html", "findings.html"
MARK = b'<meta name="generator" content="assay">'


@dataclass(frozen=True)
class Site:
    """What all pages are made of."""

    found: Findings
    standings: Sequence[Standings]
    tasks: Sequence[Task]

    @property
    def table(self) -> Table:
        """The published numbers."""
        return self.found.table

    @property
    def runs(self) -> tuple[Entry, ...]:
        """The user's."""
        return self.found.runs

    @cached_property
    def metrics(self) -> dict[str, tuple[str, str]]:
        """Each published metric's task and measure here."""
        return tasks_of_metrics(self.table, self.tasks)

    @cached_property
    def task_metrics(self) -> dict[str, list[str]]:
        """Every task that has a page, published ones first, with its published metrics."""
        measured = (task for run in self.runs for task in run.result["tasks"])
        return {**by_task(self.metrics), **{task: [] for task in measured if task not in by_task(self.metrics)}}

    @cached_property
    def model_pages(self) -> dict[str, str]:
        """Model or run → address."""
        return addresses([*self.table.models, *(run.name for run in self.runs)], MODELS)

    @cached_property
    def task_pages(self) -> dict[str, str]:
        """Task → address."""
        return addresses(self.task_metrics, TASKS)

    @cached_property
    def metric_pages(self) -> dict[str, str]:
        """Metric → address of its task."""
        return {metric: self.task_pages[task] for metric, (task, _) in self.metrics.items()}


def pages(site: Site) -> Iterator[tuple[str, str]]:
    """Every page: the leaderboard first, then the findings, models and runs, tasks."""
    from assay.leaderboard import findings_page, first_page, model_pages, task_pages

    yield FIRST, _rendered("leaderboard.html.j2", "", first_page.context(site))
    yield FINDINGS, _rendered("findings.html.j2", "", findings_page.context(site))
    for address, context in model_pages.contexts(site):
        yield address, _rendered("leaderboard_model.html.j2", "../", {"table": site.table, **context})
    for address, context in task_pages.contexts(site):
        yield address, _rendered("leaderboard_task.html.j2", "../", {"table": site.table, **context})


def _rendered(template: str, root: str, context: Mapping[str, Any]) -> str:
    scripts = (SCRIPT,) if template == "leaderboard.html.j2" else ()
    return render(template, styles=(STYLE,), scripts=scripts, root=root, **context)


def write_site(made: Iterator[tuple[str, str]], out: Path) -> int:
    """Write the pages; those that an earlier site left in the folder and that are not among them go.

    Returns:
        How many pages there are.

    Raises:
        StoreError: the folder cannot be written to.
    """
    written: set[Path] = set()
    try:
        for address, text in made:
            file = out / address
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
            written.add(file)
        for folder in (MODELS, TASKS):
            for file in set((out / folder).glob("*.html")) - written:
                if MARK in file.read_bytes()[:2000]:
                    file.unlink()
    except OSError as error:
        raise StoreError(f"{out} cannot be written ({error.strerror}): give another folder with --out") from error
    return len(written)
