"""Are models that are good for more also to be trusted more? Average rank against a benchmark of utility."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assay.data.published import Table, Utility
from assay.findings.averages import Convention, averages, complete
from assay.findings.finding import Finding, sided, statistic
from assay.pages.both import Both, both
from assay.pages.names import dimension as dimension_name
from assay.stats.correlation import pearson, spearman

GROUP = "utility"
SOURCE = "TrustLLM, abstract"
CONVENTIONS: tuple[Convention, Convention] = ("published", "corrected")


def of_utility(table: Table, utility: Utility) -> Iterator[Finding]:
    """For each benchmark: overall, then each dimension."""
    for benchmark, values in utility.values.items():
        for section in ("", *table.sections):
            yield _finding(table, benchmark, values, section, utility.source)


def _finding(table: Table, benchmark: str, values: Mapping[str, float], section: str, source: str) -> Finding:
    ours, other = (_of(table, values, section, convention) for convention in CONVENTIONS)
    found = ours["spearman"]
    place = dimension_name(section) if section else both("overall", "总体")
    return Finding(
        id=f"utility_trust/{benchmark}/{section or 'overall'}",
        group=GROUP,
        claim=_claim(benchmark, place, section),
        source=SOURCE,
        statistic="Spearman ρ",
        found=found,
        verdict=sided(found, "above"),
        about=_about(benchmark, source),
        dimension=section,
        ranks=CONVENTIONS[0],
        otherwise={
            "ranks": CONVENTIONS[1],
            **other["spearman"].described(),
            "verdict": sided(other["spearman"], "above"),
        },
        figures={
            "benchmark": benchmark,
            "pearson": ours["pearson"].described(),
            "pearson_corrected": other["pearson"].described(),
            "models": ours["models"],
        },
    )


def _of(table: Table, values: Mapping[str, float], section: str, convention: Convention) -> dict[str, Any]:
    places = averages(table, convention, section)
    known = [model for model in table.ranked if model in values and model in places]
    both_known = [model for model in known if complete(table, model, section)]
    useful = [values[model] for model in both_known]
    trusted = [-places[model] for model in both_known]
    return {
        "spearman": statistic(spearman(useful, trusted)),
        "pearson": statistic(pearson(useful, trusted)),
        "models": {model: {"utility": values[model], "average_rank": places[model]} for model in both_known},
    }


def _claim(benchmark: str, place: Both, section: str) -> Both:
    if not section:
        return both(
            "Models that are good for more ({benchmark}) rank better in trustworthiness",
            "能力更强的模型（{benchmark}）可信度排名也更好",
            benchmark=benchmark,
        )
    return both(
        "{place}: models that are good for more ({benchmark}) rank better",
        "{place}：能力更强的模型（{benchmark}）排名更好",
        place=place,
        benchmark=benchmark,
    )


def _about(benchmark: str, source: str) -> Both:
    return both(
        "{benchmark} against average rank, higher and better together being positive. {benchmark}: {source}. Models of "
        "one family are not independent, so less is known than the interval says.",
        "{benchmark} 与平均名次的相关；两者同好为正。{benchmark} 来源：{source}。"
        "同一系列的模型并不独立，实际不确定性比区间更大。",
        benchmark=benchmark,
        source=source,
    )
