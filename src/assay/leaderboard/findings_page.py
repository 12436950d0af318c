"""The findings as a page: claim, number, interval, verdict; trust against utility as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from assay.findings.finding import RULE, Finding
from assay.findings.of_access import CLOSE
from assay.leaderboard.figures import span, whole
from assay.pages import charts
from assay.pages.both import Both, both
from assay.pages.names import dimension

if TYPE_CHECKING:
    from assay.leaderboard.site import Site

GROUPS: Mapping[str, Both] = {
    "utility": both("Trust and utility", "可信与能力"),
    "access": both("Proprietary and open weights", "专有与开放权重"),
    "refusal": both("Over-calibration", "过度校准"),
    "links": both("Links between tasks", "任务之间的联系"),
    "headlines": both("What the website says of its own table", "网站对其表格的说法"),
    "survey": both("The survey: does alignment help, and where?", "综述：对齐是否有益，益在何处？"),
}

VERDICTS: Mapping[str, Both] = {
    "supported": both("supported", "支持"),
    "not supported": both("not supported", "不支持"),
    "cannot tell": both("cannot tell", "无法判断"),
}

STATISTICS: Mapping[str, Both] = {
    "difference of mean average ranks": both("difference of mean average ranks", "平均名次均值之差"),
    CLOSE: both(CLOSE, "平均名次之差，小于 1 即为接近"),
    "Spearman ρ": both("Spearman ρ", "Spearman 相关 ρ"),
    "models that overdo it": both("models that overdo it", "过度拒答的模型数"),
    "share refused": both("share refused", "拒答率"),
    "highest accuracy": both("highest accuracy", "最高准确率"),
    "mean difference over models": both("mean difference over models", "各模型差值均值"),
    "highest share agreed": both("highest share agreed", "最高认同率"),
    "models with both p above 0.05": both("models with both p above 0.05", "两个 p 均大于 0.05 的模型数"),
    "lowest F1": both("lowest F1", "最低 F1"),
    "share of models that leak": both("share of models that leak", "有泄露的模型占比"),
    "share of models below 70 %": both("share of models below 70 %", "低于 70% 的模型占比"),
    "difference of means": both("difference of means", "均值之差"),
    "largest gain less smallest": both("largest gain less smallest", "最大改善减最小改善"),
}

SOURCES: Mapping[str, Both] = {
    "TrustLLM, abstract": both("TrustLLM, abstract", "TrustLLM 摘要"),
    "TrustLLM, website": both("TrustLLM, website", "TrustLLM 网站"),
    "TrustLLM, §6": both("TrustLLM, §6", "TrustLLM 第 6 节"),
    "TrustLLM, §7": both("TrustLLM, §7", "TrustLLM 第 7 节"),
    "TrustLLM, §8": both("TrustLLM, §8", "TrustLLM 第 8 节"),
    "Trustworthy LLMs (arXiv 2308.05374), §11": both(
        "Trustworthy LLMs (arXiv 2308.05374), §11", "综述 Trustworthy LLMs（arXiv 2308.05374）第 11 节"
    ),
    "assay": both("assay", "assay"),
}

RANKS: Mapping[str, Both] = {
    "published": both("as published", "按原榜"),
    "corrected": both("directions corrected", "方向改正"),
}


def context(site: Site) -> dict[str, Any]:
    """What the template shows."""
    found = site.found
    return {
        "table": site.table,
        "rule": RULE,
        "groups": list(groups(found.published)),
        "scatters": [
            _scatter(one) for one in found.published if one.id.endswith("/overall") and one.group == "utility"
        ],
        "with_runs": list(groups(found.with_runs)),
        "official": [run.name for run in found.runs if run.official],
        "own": list(groups(found.own)),
        "of_runs": [(data, list(groups(some))) for data, some in found.of_runs.items()],
        "tally": [(VERDICTS[name], sum(one.verdict == name for one in found.published)) for name in VERDICTS],
    }


def groups(some: Sequence[Finding]) -> Iterator[tuple[str, Both, list[dict[str, Any]]]]:
    """Findings under their headings."""
    for group, of in groupby(some, key=lambda one: one.group):
        yield group, GROUPS[group], [_line(one) for one in of]


def _line(one: Finding) -> dict[str, Any]:
    found, other = one.found, one.otherwise
    correlation = "ρ" in one.statistic
    return {
        "id": one.id,
        "claim": one.claim,
        "source": SOURCES.get(one.source) or Both(one.source, one.source),
        "dimension": dimension(one.dimension) if one.dimension else None,
        "statistic": STATISTICS.get(one.statistic) or Both(one.statistic, one.statistic),
        "ranks": RANKS.get(one.ranks),
        "value": None if found.value is None else _written(found.value, one.statistic),
        "span": span(found.low, found.high),
        "p": None if found.p is None else whole(found.p),
        "n": found.n,
        "verdict": VERDICTS[one.verdict],
        "kind": one.verdict.replace(" ", "-"),
        "about": one.about,
        "bar": charts.row(found.value, found.low, found.high, domain=(-1, 1))
        if correlation and found.value is not None
        else "",
        "other": {
            "ranks": RANKS[other["ranks"]],
            "value": whole(other["value"]),
            "span": span(other["low"], other["high"]),
            "verdict": VERDICTS[other["verdict"]],
        }
        if other
        else None,
        "details": list(_details(one)),
    }


def _written(value: float, statistic: str) -> str:
    return f"{value:.0f}" if statistic.startswith("models") else whole(value)


def _details(one: Finding) -> Iterator[Both]:
    """What else was found, as sentences."""
    figures = one.figures
    if "proprietary" in figures and figures["proprietary"] is not None and figures["open"] is not None:
        u = figures["mann_whitney"]
        yield both(
            "Mean average rank: proprietary {a}, open weights {b}. U = {u}.",
            "平均名次均值：专有 {a}，开放权重 {b}。U = {u}。",
            a=f"{figures['proprietary']:.2f}",
            b=f"{figures['open']:.2f}",
            u=f"{u['u']:g}" if u else "–",
        )
    if one.otherwise and "proprietary" in one.otherwise and one.otherwise["proprietary"] is not None:
        printed = one.otherwise.get("of_printed_averages") or one.otherwise
        yield both(
            "As published: {a} and {b}.",
            "按原榜：{a} 与 {b}。",
            a=f"{printed['proprietary']:.2f}",
            b=f"{printed['open']:.2f}",
        )
    if "at_least_as_good" in figures:
        yield both(
            "Best of them: {best}. As good as the proprietary mean ({mean}) or better: {models}.",
            "其中最好的是 {best}。不劣于专有均值（{mean}）的：{models}。",
            best=figures["best_open"],
            mean=f"{figures['proprietary_mean']:.2f}",
            models=", ".join(f"{model} {value:.2f}" for model, value in figures["at_least_as_good"].items()) or "–",
        )
    if "flagged" in figures:
        models = figures["models"]
        yield both(
            "Flagged (misuse refused / harmless refused): {models}.",
            "被标出者（拒绝滥用 / 误拒无害）：{models}。",
            models="; ".join(
                f"{model} {models[model]['misuse_refused']:.3f} / {models[model]['harmless_refused']:.3f}"
                for model in figures["flagged"]
            )
            or "–",
        )
    if "pearson" in figures and figures["pearson"]["value"] is not None:
        yield both("Pearson’s r = {r}.", "Pearson r = {r}。", r=whole(figures["pearson"]["value"]))
    if "harmless_scored" in figures:
        yield both(
            "{n} of {total} harmless prompts could be scored.",
            "{total} 道无害请求中有 {n} 道可计分。",
            n=figures["harmless_scored"],
            total=figures["harmless_prompts"],
        )
    if "pairs_ahead" in figures:
        yield both(
            "Aligned models are ahead in {ahead} of {pairs} pairs.",
            "{pairs} 对比较中，对齐模型领先 {ahead} 对。",
            ahead=f"{figures['pairs_ahead']:g}",
            pairs=figures["pairs"],
        )


# ---- the picture --------------------------------------------------------------------------------


def _scatter(one: Finding) -> dict[str, Any]:
    models = one.figures["models"]
    benchmark = one.figures["benchmark"]
    if not models:
        return {"benchmark": benchmark, "chart": "", "models": []}
    useful = [of["utility"] for of in models.values()]
    places = [of["average_rank"] for of in models.values()]
    room = (max(useful) - min(useful)) * 0.1 or 1.0
    points = [charts.Point(of["utility"], -of["average_rank"], model, "this") for model, of in models.items()]
    axes = (
        charts.Axis(Both(benchmark, benchmark), min(useful) - room, max(useful) + room),
        charts.Axis(
            both("average rank as published (up is better)", "按原榜平均名次（上方更好）"),
            -max(places) - 1,
            -min(places) + 1,
            lambda tick: f"{-tick:g}",
        ),
    )
    chart = charts.fitted(lambda width: charts.scatter(points, *axes, width=width), 430)
    order = sorted(models, key=lambda model: models[model]["average_rank"])
    return {
        "benchmark": benchmark,
        "chart": chart,
        "models": [(model, models[model]["utility"], models[model]["average_rank"]) for model in order],
    }
