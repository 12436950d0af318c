"""The user's runs as models of a table: on the published data beside the published numbers, else among themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assay.data.published import Cell, Published, Table
from assay.data.sources import TRUSTLLM

LONGEST = 120
"""Characters of a name."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One published metric of a run."""

    task: str
    measure: str
    corrected: Mapping[str, Any]
    upstream: float | None
    """By the published scoring; what can stand beside published numbers."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A run as a leaderboard has it."""

    name: str
    """Unique among the runs and the published models."""
    result: Mapping[str, Any]
    figures: Mapping[str, Figure]
    """By metric id."""
    official: bool
    """Whether its rows are those of the published table."""

    @property
    def data(self) -> tuple[str, str]:
        """Name and hash of its data."""
        about = self.result["run"]["data"]
        return about["name"], about["sha256"]

    @property
    def data_name(self) -> str:
        """Without the folders of whoever ran it: a site is for others to see."""
        return re.split(r"[/\\]", self.data[0].rstrip("/\\"))[-1] or self.data[0]

    def values(self, corrected: bool) -> dict[str, float]:
        """The numbers that it has, by metric."""
        found = {
            metric: figure.corrected["value"] if corrected else figure.upstream
            for metric, figure in self.figures.items()
        }
        return {metric: value for metric, value in found.items() if value is not None}

    def ends(self, better: bool) -> dict[str, float]:
        """The corrected numbers at the better or worse end of their intervals; as they are where they have none."""
        found = {}
        for metric, figure in self.figures.items():
            corrected = figure.corrected
            end = "high" if (corrected["better"] == "higher") == better else "low"
            value = corrected.get(end)
            found[metric] = corrected["value"] if value is None else value
        return {metric: value for metric, value in found.items() if self.figures[metric].corrected["value"] is not None}


def entries(results: Sequence[Mapping[str, Any]], taken: Sequence[str] = ()) -> list[Entry]:
    """The runs; those of a name that is taken get a number."""
    found: list[Entry] = []
    names = set(taken)
    for result in results:
        model = str(result["run"]["model"])[:LONGEST]
        name, number = model, 1
        while name in names:
            number += 1
            name = f"{model} ({number})"
        names.add(name)
        found.append(Entry(name, result, _figures(result), _official(result["run"])))
    return found


def beside(table: Table, runs: Sequence[Entry]) -> Table:
    """The published models, and the runs on the same rows with their numbers by the published scoring.

    Runs count as the paper's models do; whether their weights are open is not known.
    """
    official = [run for run in runs if run.official]
    return replace(
        table,
        models={**table.models, **{run.name: Published(run.name) for run in official}},
        cells={**table.cells, **{run.name: _cells(run, corrected=False) for run in official}},
        name=f"{table.name} and {len(official)} run{'s' * (len(official) != 1)}",
    )


def among(table: Table, runs: Sequence[Entry]) -> list[tuple[Table, list[Entry]]]:
    """For each data that several runs share, those runs alone, with their corrected numbers."""
    groups: dict[str, list[Entry]] = {}
    for run in runs:
        groups.setdefault(run.data[1], []).append(run)
    return [(_alone(table, some[0].data_name, some), some) for some in groups.values() if len(some) > 1]


def _alone(table: Table, data: str, runs: Sequence[Entry]) -> Table:
    have = {metric for run in runs for metric in run.values(corrected=True)}
    return Table(
        {run.name: Published(run.name) for run in runs},
        {id_: metric for id_, metric in table.metrics.items() if id_ in have},
        {run.name: _cells(run, corrected=True) for run in runs},
        name=f"{len(runs)} runs on {data}",
    )


def _cells(run: Entry, corrected: bool) -> dict[str, Cell]:
    return {metric: Cell(value, src="run") for metric, value in run.values(corrected).items()}


def _figures(result: Mapping[str, Any]) -> dict[str, Figure]:
    return {
        found["published"]: Figure(task, name, found["corrected"], (found.get("upstream") or {}).get("value"))
        for task, about in result["tasks"].items()
        for name, found in about["measures"].items()
        if found.get("published")
    }


def _official(run: Mapping[str, Any]) -> bool:
    """The published archive by its hash, whatever its file is called; recorded replies are to its prompts, too."""
    data = run["data"]
    return TRUSTLLM.name == data["name"] or TRUSTLLM.sha256 == data["sha256"] or run.get("endpoint") == "recorded"
