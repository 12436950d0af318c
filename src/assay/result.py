"""`result.json` (design §6): what was measured, what is known of the judges, what it cost.

What there is nothing to say of is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay.bilingual import between_languages, of_operating_points
from assay.budget import Budget
from assay.correction import Known
from assay.data.cards import cards
from assay.operating import operating_points
from assay.planting import Judged
from assay.scoring import measure_task
from assay.voting import panel_of

SCHEMA = "assay.result/1"


def measured_tasks(judged: Judged, model: str) -> dict[str, Any]:
    """The measures of each task that has records, with what is known of the judges' errors and of the languages."""
    known = Known(cards(), model)
    return between_languages(judged, {task.id: measure_task(task, records, known) for task, records in judged})


def panel_result(judged: Judged, graders: Sequence[str]) -> dict[str, Any]:
    """How far several graders agree, and what each alone would have found."""
    return panel_of(judged, graders) if len(graders) > 1 else {}


def result_of(
    described: Mapping[str, Any],
    tasks: Mapping[str, Any],
    planted: Mapping[str, Any],
    together: Mapping[str, Any],
    budget: Budget,
) -> dict[str, Any]:
    """The whole of it."""
    beside = {
        "operating_points": of_operating_points(operating_points(tasks), tasks),
        "planted": planted,
        "panel": together,
    }
    return {
        "schema": SCHEMA,
        "run": described,
        "tasks": tasks,
        **{name: found for name, found in beside.items() if found},
        "usage": budget.usage(),
    }
