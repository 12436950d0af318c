"""`assay findings`: what the paper, its website and the survey claim, recomputed; each with its number and a verdict.

Values in, values out. Findings are first those of the published table. Runs on the published data join it, by the
published scoring, and everything is computed once more; runs that share other data are looked at among themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assay.data.published import Table, Utility
from assay.findings.averages import Convention, averaged, averages, placed, ranks
from assay.findings.finding import RULE, Finding
from assay.findings.of_access import of_access
from assay.findings.of_headlines import of_headlines
from assay.findings.of_links import of_links
from assay.findings.of_refusal import of_refusal, of_run
from assay.findings.of_runs import Entry, among, beside
from assay.findings.of_survey import of_survey
from assay.findings.of_utility import of_utility

__all__ = ["Findings", "Place", "as_json", "findings"]

SCHEMA = "assay.findings/1"

SHOWN: tuple[Convention, ...] = ("published", "corrected")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run would stand among the published models."""

    average: float
    """Mean over metrics of 1 + the number of published models that are better."""
    metrics: int
    """So many it has."""
    place: int
    """By that average, among those that the published models have over the same metrics."""
    low: float | None = None
    high: float | None = None
    """The average had every number of the run been at the better, or the worse, end of its 95 % interval, the published
    ones being what they are: wider than an interval of the average."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was found."""

    table: Table
    average_rank: Mapping[str, Mapping[str, float]]
    """Convention → model → value, best first."""
    by_section: Mapping[str, Mapping[str, Mapping[str, float]]]
    """Convention → dimension → model → value."""
    published: tuple[Finding, ...]
    runs: tuple[Entry, ...]
    places: Mapping[str, Mapping[str, Place]]
    """Run → `published`, `corrected`, `corrected_scoring` → place; only runs on the published data. The first two are
    conventions of ranks, for numbers by the published scoring; the last takes the run's corrected numbers, which are
    of another measuring rod."""
    with_runs: tuple[Finding, ...]
    """Over the published models and those runs; empty without such runs."""
    of_runs: Mapping[str, tuple[Finding, ...]]
    """Data → what links tasks among the runs that share it."""
    own: tuple[Finding, ...]
    """Of each run whether it overdoes refusing."""


def findings(table: Table, utility: Utility, survey: Mapping[str, Any], runs: Sequence[Entry] = ()) -> Findings:
    """Recompute every finding.

    Args:
        table: the published numbers.
        utility: what models are good for, by benchmark.
        survey: the survey's six models.
        runs: the user's.
    """
    official = [run for run in runs if run.official]
    return Findings(
        table,
        {convention: averages(table, convention) for convention in SHOWN},
        {convention: {name: averages(table, convention, name) for name in table.sections} for convention in SHOWN},
        (*_of(table, utility), *of_headlines(table), *of_survey(survey)),
        tuple(runs),
        {run.name: _places(table, run) for run in official},
        tuple(_of(beside(table, runs), utility)) if official else (),
        {alone.name: (*of_links(alone), *list(of_refusal(alone))[:2]) for alone, _ in among(table, runs)},
        tuple(of_run(run.name, point) for run in runs for point in run.result.get("operating_points", {}).values()),
    )


def _of(table: Table, utility: Utility) -> Iterator[Finding]:
    """What more models say more about."""
    yield from of_utility(table, utility)
    yield from of_access(table)
    yield from of_refusal(table)
    yield from of_links(table)


def _places(table: Table, run: Entry) -> dict[str, Place]:
    values = run.values(corrected=False)
    found: dict[str, Place | None] = {convention: _place(table, values, convention) for convention in SHOWN}
    by_ours = _place(table, run.values(corrected=True), "corrected")
    if by_ours is not None:
        ends = [_place(table, run.ends(better), "corrected") for better in (True, False)]
        low, high = (end.average if end else None for end in ends)
        found["corrected_scoring"] = replace(by_ours, low=low, high=high)
    return {name: place for name, place in found.items() if place is not None}


def _place(table: Table, values: Mapping[str, float], convention: Convention) -> Place | None:
    of = placed(table, values, convention)
    if not of:
        return None
    average = sum(of.values()) / len(of)
    others = averaged({metric: column for metric, column in ranks(table, convention).items() if metric in of})
    return Place(average, len(of), 1 + sum(other < average for other in others.values()))


def as_json(found: Findings) -> dict[str, Any]:
    """What `assay findings --json` prints."""
    return {
        "schema": SCHEMA,
        "table": {
            "name": found.table.name,
            "models": len(found.table.models),
            "ranked": len(found.table.ranked),
            "metrics": len(found.table.metrics),
            "sources": dict(found.table.sources),
        },
        "average_rank": {convention: dict(of) for convention, of in found.average_rank.items()},
        "average_rank_by_dimension": {
            convention: {section: dict(models) for section, models in of.items()}
            for convention, of in found.by_section.items()
        },
        "rule": str(RULE),
        "findings": [one.described() for one in found.published],
        "runs": [
            {
                "name": run.name,
                "data": run.data[0],
                "on_published_data": run.official,
                "average_rank": {
                    convention: {
                        "value": place.average,
                        "metrics": place.metrics,
                        "place": place.place,
                        **({"low": place.low, "high": place.high} if place.low is not None else {}),
                    }
                    for convention, place in found.places.get(run.name, {}).items()
                },
            }
            for run in found.runs
        ],
        "with_runs": [one.described() for one in found.with_runs],
        "own": [one.described() for one in found.own],
        "of_runs": {data: [one.described() for one in some] for data, some in found.of_runs.items()},
    }
