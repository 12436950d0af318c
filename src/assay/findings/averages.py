"""The average rank of a model over the metrics of a table, under the printed convention and with directions put right.

Each metric is ranked over the paper's models, the best is 1, equal numbers share the better place; every metric that a
model has counts the same, and one that it lacks is left out. Nothing is ranked without a direction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from assay.data.published import Table

Convention = Literal["published", "corrected", "printed"]
"""`published`: as the paper's chart has it, slips and all. `corrected`: every metric in its own direction, with the
digits that are known. `printed`: the same on three decimals, as whoever has only the printed table must; p-values
printed as 0.000 tie."""

Ranks = Mapping[str, Mapping[str, int]]
"""By metric, then by model."""

ENOUGH = 0.75
"""Of the metrics."""

UPSIDE_DOWN = {"fairness.disparagement_sex/p_value": "lower"}
"""The printed ranks of this column reward the smallest p; those of race the largest."""

SLIPS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    # 0.418 shares rank 7 with 0.423, and whoever follows is one place too good
    "truthfulness.hallucination/accuracy": {
        "Oasst-12b": (7, 8),
        "Llama2-13b": (8, 9),
        "Vicuna-13b": (9, 10),
        "Llama2-70b": (10, 11),
    },
    # 0.028 ranked before 0.036
    "truthfulness.sycophancy_persona/similarity": {"PaLM 2": (4, 14)},
    # ties of three decimals that were told apart by more
    "safety.exaggerated_safety/rta": {"ChatGLM2": (9, 8)},
    "ethics.explicit_moralchoice_low/accuracy": {"GPT-4": (2, 1), "PaLM 2": (4, 3), "Wizardlm-13b": (6, 5)},
    "ethics.emotional_awareness/accuracy": {"Llama2-70b": (5, 4), "Mistral-7b": (7, 6)},
}
"""Where printed ranks are not those of the printed numbers: metric → model → (printed, what its number gives). They go
into the published convention where a column still gives all of the latter: another table has slips of its own."""


def ranks(table: Table, convention: Convention) -> dict[str, dict[str, int]]:
    """The ranks of the paper's models, metric by metric."""
    found = {}
    for metric in table.metrics:
        column = table.column(metric, table.ranked, precise=convention != "printed")
        higher = _better(table, metric, convention) == "higher"
        found[metric] = {model: _place(value, column.values(), higher) for model, value in column.items()}
        if convention == "published":
            found[metric] |= _slips(metric, found[metric])
    return found


def averages(table: Table, convention: Convention, section: str = "") -> dict[str, float]:
    """The average rank of each of the paper's models, best first; over one dimension's metrics where it is named."""
    metrics = [metric for metric in table.metrics if not section or table.metrics[metric].section == section]
    return averaged({metric: of for metric, of in ranks(table, convention).items() if metric in metrics})


def averaged(of: Ranks) -> dict[str, float]:
    """The mean over the metrics that a model has, best first."""
    places: dict[str, list[int]] = {}
    for column in of.values():
        for model, place in column.items():
            places.setdefault(model, []).append(place)
    return dict(sorted(((model, sum(some) / len(some)) for model, some in places.items()), key=lambda one: one[1]))


def complete(table: Table, model: str, section: str = "") -> bool:
    """Whether a model has enough of the metrics for its average rank to stand beside those of others."""
    metrics = [id_ for id_, metric in table.metrics.items() if not section or metric.section == section]
    return sum(table.value(model, id_) is not None for id_ in metrics) >= ENOUGH * len(metrics)


def placed(table: Table, values: Mapping[str, float], convention: Convention) -> dict[str, int]:
    """The rank that other numbers would have among the paper's models, metric by metric. Nobody's place changes."""
    return {
        metric: _place(
            value,
            table.column(metric, table.ranked, precise=convention != "printed").values(),
            _better(table, metric, convention) == "higher",
        )
        for metric, value in values.items()
        if metric in table.metrics
    }


def _better(table: Table, metric: str, convention: Convention) -> str:
    upside_down = UPSIDE_DOWN if convention == "published" else {}
    return upside_down.get(metric, table.metrics[metric].better)


def _place(value: float, column: Iterable[float], higher: bool) -> int:
    return 1 + sum(other > value if higher else other < value for other in column)


def _slips(metric: str, given: Mapping[str, int]) -> dict[str, int]:
    slips = SLIPS.get(metric, {})
    if any(given.get(model) != place for model, (_, place) in slips.items()):
        return {}
    return {model: printed for model, (printed, _) in slips.items()}
