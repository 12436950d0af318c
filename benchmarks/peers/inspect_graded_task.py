"""The same rows, graded by a model: inspect_ai's own model_graded_qa with its own template and reading."""

from __future__ import annotations

from inspect_ai import Task, task
from inspect_ai.dataset import json_dataset
from inspect_ai.scorer import model_graded_qa


@task
def graded(file: str) -> Task:
    """One generation a sample, and the role `grader` says whether it meets the target."""
    return Task(dataset=json_dataset(file), scorer=model_graded_qa())
