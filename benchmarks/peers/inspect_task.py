"""The task as inspect_ai has it: its own dataset reader, its default solver, its plainest scorer."""

from __future__ import annotations

from inspect_ai import Task, task
from inspect_ai.dataset import json_dataset
from inspect_ai.scorer import match


@task
def bench(file: str) -> Task:
    """One generation a sample, right where the reply is the target."""
    return Task(dataset=json_dataset(file), scorer=match(location="exact"))
