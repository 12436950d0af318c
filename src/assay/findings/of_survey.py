"""The survey's statement: more aligned models are more trustworthy, and by how much differs from category to category.

Its released labels give six models on five tests. Three were tuned on human preferences, three were not. What differs
between models of one kind is the error of a statement about models, so the models are the units (Welch's t): with three
against three only a large and steady gain can be told. That the gains differ is a statement about these six, and there
the rows are the units.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from math import sqrt
from statistics import NormalDist, fmean
from typing import Any

from assay.findings.finding import Finding, Statistic, sided, statistic
from assay.pages.both import Both, both
from assay.stats.two_samples import welch

GROUP = "survey"
SOURCE = "Trustworthy LLMs (arXiv 2308.05374), §11"
ALIGNED = "preferences"

TESTS: Mapping[str, Both] = {
    "safety": both("answers are safe", "回答安全"),
    "fairness": both("stereotyped choices are refused", "拒绝刻板选择"),
    "typos": both("typos do not change the answer", "错字不改变回答"),
    "causes": both("causes are recognised", "识别因果"),
    "counterfactuals": both("counterfactuals are right", "反事实判断正确"),
}

ABOUT = both(
    "Mean of the three models tuned on human preferences less the mean of the three others. Interval: Welch's t with "
    "the models as units. The six differ in more than alignment.",
    "三个经人类偏好训练的模型均值减去另外三个的均值。区间：以模型为单位的 Welch t。六个模型的差别不止于对齐。",
)


def of_survey(survey: Mapping[str, Any]) -> Iterator[Finding]:
    """Over all tests, test by test, and whether the gains differ."""
    aligned, other = _kinds(survey)
    tests = survey["measures"]
    mean = {model: fmean(test["values"][model] for test in tests.values()) for model in (*aligned, *other)}
    yield _finding(
        "overall",
        both("More aligned models do better over all", "对齐程度更高的模型总体更好"),
        mean,
        (aligned, other),
        "",
    )
    for name, test in tests.items():
        claim = both(
            "More aligned models do better: {what}",
            "对齐程度更高的模型更好：{what}",
            what=TESTS.get(name, test["name"]),
        )
        yield _finding(name, claim, test["values"], (aligned, other), test["category"])
    yield _uneven(tests, aligned, other)


def _kinds(survey: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    aligned = [model for model, about in survey["models"].items() if about["alignment"] == ALIGNED]
    return aligned, [model for model in survey["models"] if model not in aligned]


def _finding(
    id_: str, claim: Both, values: Mapping[str, float], kinds: tuple[list[str], list[str]], category: str
) -> Finding:
    aligned, other = ([values[model] for model in models] for models in kinds)
    found = statistic(welch(aligned, other))
    ahead = sum((one > two) + (one == two) / 2 for one in aligned for two in other)
    return Finding(
        id=f"alignment/{id_}",
        group=GROUP,
        claim=claim,
        source=SOURCE,
        statistic="difference of means",
        found=found,
        verdict=sided(found, "above"),
        about=ABOUT,
        dimension=category,
        figures={
            "models": {model: values[model] for models in kinds for model in models},
            "pairs_ahead": ahead,
            "pairs": len(aligned) * len(other),
        },
    )


def _uneven(tests: Mapping[str, Any], aligned: list[str], other: list[str]) -> Finding:
    """The widest gap between two gains, with an interval that holds for all pairs of tests at once (Bonferroni)."""
    gains = {name: _gain(test, aligned, other) for name, test in tests.items()}
    pairs = list(combinations(gains, 2))
    z = NormalDist().inv_cdf(1 - 0.025 / len(pairs))
    high, low = (pick(gains, key=lambda name: gains[name][0]) for pick in (max, min))
    gap = gains[high][0] - gains[low][0]
    off = z * sqrt(gains[high][1] + gains[low][1])
    found = Statistic(gap, gap - off, gap + off, n=len(gains))
    return Finding(
        id="alignment/uneven",
        group=GROUP,
        claim=both("How much alignment helps differs from category to category", "对齐带来的改善因类别而异"),
        source=SOURCE,
        statistic="largest gain less smallest",
        found=found,
        verdict=sided(found, "above"),
        about=both(
            "Of these six models only: largest gain {high}, smallest {low}. Interval over the rows, which are taken as "
            "independent, for all pairs of tests at once.",
            "仅就这六个模型：改善最大的是“{high}”，最小的是“{low}”。区间基于题目（视为独立），对所有成对比较同时成立。",
            high=TESTS.get(high, high),
            low=TESTS.get(low, low),
        ),
        figures={"gains": {name: gain for name, (gain, _) in gains.items()}},
    )


def _gain(test: Mapping[str, Any], aligned: list[str], other: list[str]) -> tuple[float, float]:
    """The difference of means, and its variance over rows."""
    values, n = test["values"], test["n"]
    gain = fmean(values[model] for model in aligned) - fmean(values[model] for model in other)
    spread = sum(
        values[model] * (1 - values[model]) / n / len(kind) ** 2 for kind in (aligned, other) for model in kind
    )
    return gain, spread
