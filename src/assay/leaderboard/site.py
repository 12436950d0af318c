"""What all pages of the site are made of: the findings, the standings, the tasks, and where each page lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from assay.data.published import Table
from assay.findings import Findings
from assay.findings.of_runs import Entry
from assay.leaderboard.addresses import MODELS, TASKS, addresses, by_task, tasks_of_metrics
from assay.leaderboard.standings import Standings
from assay.schema import Task


@dataclass(frozen=True)
class Site:
    """What was found, and the address of every page."""

    found: Findings
    standings: Sequence[Standings]
    tasks: Sequence[Task]
    without_rows: Sequence[str] = ()
    """Runs whose own data is not at hand: their numbers are shown, and no ranks among the others."""

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
