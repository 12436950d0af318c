"""What a comparison of runs found, and as JSON. Pure; `comparing` finds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assay.alike import Run, names
from assay.schema import Better, Status
from assay.stats.paired import Difference
from assay.stats.power import LEVEL, least_difference, least_mcnemar
from assay.stats.ranks import Rank

SCHEMA = "assay.comparison/1"

Places = tuple[int, ...]
"""Which of the runs."""


@dataclass(frozen=True, slots=True)
class Line:
    """One measure of several runs, on the rows that they share."""

    task: str
    measure: str
    better: Better
    runs: Places
    values: tuple[float | None, ...]
    rows: int
    """That all of them have something to count in."""
    lost: tuple[Mapping[Status, int], ...]
    """Of each run, by reason, what took shared rows out."""
    alone: tuple[int, ...]
    """Of each run, the rows that not all the others have."""
    strata: int
    found: Difference | None = None
    """Second − first, of two runs; None where one of them is undefined."""
    ranks: tuple[Rank, ...] | None = None
    """Of three or more; None where the measure does not rank, or a number is undefined."""
    adjusted: float | None = None
    """p after Holm's correction over the tests of these two runs."""
    family: int = 1
    """How many tests those are: a measure and its mirror have one."""

    def least(self, level: float) -> float | None:
        """The smallest true difference that 80 of 100 such comparisons would see, p being at most `level`."""
        if self.found is None:
            return None
        if self.found.test == "mcnemar":
            return least_mcnemar(self.found.clusters, self.found.discordant or 0.0, level)
        if self.found.discordant == 0:
            return least_mcnemar(self.found.clusters, 0.0, level)  # clusters may as well go as one row each
        return least_difference(self.found.se, self.found.clusters - self.strata, level)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that was found."""

    runs: tuple[Run, ...]
    versus: Mapping[Places, tuple[Line, ...]]
    """By pair of runs."""
    standings: tuple[Line, ...]
    """Measures of three or more runs."""
    unpaired: tuple[tuple[str, str], ...]
    """(task, measure) that were not paired in any runs compared."""
    notes: tuple[str, ...]


def as_json(comparison: Comparison) -> dict[str, Any]:
    """What `assay compare --json` prints, and tables are made of. Runs are numbers, from 0, in the order given."""
    return {
        "schema": SCHEMA,
        "runs": [
            {"name": name, "folder": str(run.folder.path), "model": run.described["model"]}
            for name, run in zip(names(comparison.runs), comparison.runs, strict=True)
        ],
        "comparisons": [
            {
                "first": pair[0],
                "second": pair[1],
                "family": lines[0].family if lines else 0,
                "measures": [_versus_json(line) for line in lines],
            }
            for pair, lines in comparison.versus.items()
        ],
        "ranks": [_ranks_json(line) for line in comparison.standings],
        "unpaired": [{"task": task, "measure": measure} for task, measure in comparison.unpaired],
        "notes": list(comparison.notes),
    }


def _versus_json(line: Line) -> dict[str, Any]:
    first, second = line.values
    found = line.found
    described: dict[str, Any] = {
        "task": line.task,
        "measure": line.measure,
        "better": line.better,
        "first": first,
        "second": second,
        "difference": found.value if found else None,
        "low": found.low if found else None,
        "high": found.high if found else None,
        "p": found.p if found else None,
        "p_adjusted": line.adjusted,
        "test": found.test if found else None,
        "pairs": line.rows,
        "clusters": found.clusters if found else None,
        "least_visible": line.least(LEVEL / line.family) if line.family else None,
        "least_visible_alone": line.least(LEVEL),
        "lost": [dict(lost) for lost in line.lost],
        "only": list(line.alone),
    }
    if found is not None and found.discordant is not None:
        described["discordant"] = found.discordant
    return described


def _ranks_json(line: Line) -> dict[str, Any]:
    return {
        "task": line.task,
        "measure": line.measure,
        "better": line.better,
        "rows": line.rows,
        "runs": [dict(zip(("run", "value"), one, strict=True)) | rank for one, rank in _places(line)],
    }


def _places(line: Line) -> Iterator[tuple[tuple[int, float | None], dict[str, int]]]:
    """Each run with its number, and its rank where there is one."""
    ranks = line.ranks or (None,) * len(line.runs)
    for run, value, rank in zip(line.runs, line.values, ranks, strict=True):
        yield (run, value), {} if rank is None else {"rank": rank.value, "best": rank.best, "worst": rank.worst}
