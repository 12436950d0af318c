"""Are proprietary models to be trusted more than those with open weights, and does any of the latter come close?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from statistics import fmean
from typing import Any

from assay.data.published import Table
from assay.findings.averages import Convention, averages, ranks
from assay.findings.finding import NOTHING, Finding, Statistic, sided, statistic
from assay.pages.both import Both, both
from assay.pages.names import dimension as dimension_name
from assay.stats.two_samples import mann_whitney, mean_of, mean_shift

GROUP = "access"
SOURCE = "TrustLLM, abstract"
CONVENTIONS: tuple[Convention, Convention] = ("printed", "published")

NEAR = 1.0
"""Places behind that still count as close."""
CLOSE = "difference of average ranks, close below 1"

ABOUT = both(
    "Mean average rank of open weights less that of proprietary models; above 0, proprietary ones rank better. "
    "Interval: the shifts that permuting the labels does not reject; p: Mann–Whitney, exact. Directions corrected, "
    "numbers as printed.",
    "开放权重模型的平均名次均值减去专有模型的均值；大于 0 表示专有模型更好。区间：标签置换检验不拒绝的差值；"
    "p：精确 Mann–Whitney。方向已改正，数值按原表。",
)
ABOUT_CLOSE = both(
    "Average rank of the best model with open weights less the mean of the proprietary ones; below 0, it ranks better "
    "than they do on average. Close: less than one place behind, and against that place is p. Interval: Student's t "
    "over the metrics, as if they were drawn from many.",
    "最好的开放权重模型的平均名次减去专有模型的均值；小于 0 表示它优于专有模型的平均水平。"
    "“接近”：落后不到一个名次，p 即相对于这一个名次。区间：把各指标视为抽样，用 Student t。",
)


def of_access(table: Table) -> Iterator[Finding]:
    """Overall, each dimension, and the open models that come close."""
    for section in ("", *table.sections):
        yield _finding(table, section)
    yield _close(table)


def _finding(table: Table, section: str) -> Finding:
    ours, other = (_of(table, section, convention) for convention in CONVENTIONS)
    place = dimension_name(section) if section else None
    return Finding(
        id=f"proprietary_open/{section or 'overall'}",
        group=GROUP,
        claim=_claim(place),
        source=SOURCE,
        statistic="difference of mean average ranks",
        found=ours["found"],
        verdict=sided(ours["found"], "above"),
        about=ABOUT,
        dimension=section,
        ranks="corrected",
        otherwise={
            "ranks": CONVENTIONS[1],
            **other["found"].described(),
            "verdict": sided(other["found"], "above"),
            **other["figures"],
        },
        figures=ours["figures"],
    )


def _claim(place: Both | None) -> Both:
    if place is None:
        return both("Proprietary models rank better than those with open weights", "专有模型的排名优于开放权重模型")
    return both("{place}: proprietary models rank better", "{place}：专有模型排名更好", place=place)


def _of(table: Table, section: str, convention: Convention) -> dict[str, Any]:
    places = averages(table, convention, section)
    closed, opened = (
        {model: place for model, place in places.items() if table.models[model].access == access}
        for access in ("proprietary", "open")
    )
    order = mann_whitney(list(closed.values()), list(opened.values()))
    figures: dict[str, Any] = {
        "proprietary": fmean(closed.values()) if closed else None,
        "open": fmean(opened.values()) if opened else None,
        "models": {"proprietary": len(closed), "open": len(opened)},
        "mann_whitney": {"u": order.u, "p": order.p} if order else None,
    }
    if not section and convention == "published" and set(places) <= set(table.printed_averages):
        figures["of_printed_averages"] = {
            name: fmean(table.printed_averages[model] for model in of) if of else None
            for name, of in (("proprietary", closed), ("open", opened))
        }
    shift = statistic(mean_shift(list(opened.values()), list(closed.values())))
    return {
        "found": replace(shift, p=order.p if order else None),
        "figures": {**figures, "permutation_p": shift.p},
    }


# ---- a few come close ---------------------------------------------------------------------------


def _close(table: Table) -> Finding:
    found, figures = _nearest(table)
    return Finding(
        id="open_close",
        group=GROUP,
        claim=both(
            "A few models with open weights come very close to proprietary ones", "少数开放权重模型与专有模型非常接近"
        ),
        source=SOURCE,
        statistic=CLOSE,
        found=found,
        verdict=sided(found, "below", NEAR),
        about=ABOUT_CLOSE,
        ranks="corrected",
        figures=figures,
    )


def _nearest(table: Table) -> tuple[Statistic, dict[str, Any]]:
    places = averages(table, "printed")
    closed = [model for model in places if table.models[model].access == "proprietary"]
    opened = [model for model in places if table.models[model].access == "open"]
    if not closed or not opened:
        return NOTHING, {}
    best, mean = opened[0], fmean(places[model] for model in closed)
    differences = [
        column[best] - fmean(column[model] for model in closed if model in column)
        for column in ranks(table, "printed").values()
        if best in column and any(model in column for model in closed)
    ]
    found, behind = (statistic(mean_of([one - bar for one in differences])) for bar in (0.0, NEAR))
    as_good = {model: places[model] for model in opened if places[model] <= mean}
    figures = {"best_open": best, "proprietary_mean": mean, "at_least_as_good": as_good}
    return Statistic(found.value, found.low, found.high, behind.p, len(differences)), figures
