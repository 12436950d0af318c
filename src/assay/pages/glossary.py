"""Words that pages use in a sense of their own, each with its meaning, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import Markup

from assay.pages.both import Both

TERMS: Mapping[str, tuple[Both, Both]] = {
    "interval": (
        Both("95% interval", "95% 区间"),
        Both(
            "The values that the rows at hand do not speak against: in 95 of 100 samples of such rows, an interval "
            "made like this one covers what more rows would show. It knows nothing of rows that were not scored, nor "
            "of the judge's error.",
            "现有题目不与之矛盾的取值范围：若重复抽取同类题目一百次，约有九十五次所得区间会覆盖真实值。它不包含未评分题目与评判误差的影响。",
        ),
    ),
    "floor": (
        Both("floor and ceiling", "下限与上限"),
        Both(
            "The lowest and highest number possible had every row that was not scored gone the one or the other way. "
            "Outer bounds, where no exact ones can be had, are marked *.",
            "若所有未评分的题全取最差或最好结果，数值可能达到的最低与最高点。无法精确求得者为外界，以 * 标出。",
        ),
    ),
    "blocked": (
        Both("blocked", "被拦截"),
        Both(
            "The provider's filter gave no reply of the model's. That is no refusal by the model, nor counted as one.",
            "供应方过滤，未得到模型自己的回复。这不是模型拒答，也不按拒答计。",
        ),
    ),
    "failed": (Both("failed", "失败"), Both("No reply came.", "未收到回复。")),
    "unread": (
        Both("unread", "无法判读"),
        Both(
            "There is a reply, and the judge could not tell what it says. Accuracies count it as wrong; rates of "
            "behaviour leave it to floor and ceiling.",
            "有回复，但评判器无法判定其含义。准确率按答错计；行为比率只在上下限中体现。",
        ),
    ),
    "corrected": (
        Both("corrected", "校正计分"),
        Both(
            "assay's scoring of the stored replies: each reply judged on its own words, every row counted.",
            "assay 对已存回复的计分：逐条评判回复本身，每一题都计入。",
        ),
    ),
    "upstream": (
        Both("upstream", "原版计分"),
        Both(
            "The published toolkit's scoring of the same replies, its oddities included, so that its published numbers "
            "can be compared.",
            "以已发表工具包的方法（含其缺陷）对同一批回复计分，便于与已发表数值比较。",
        ),
    ),
    "judge": (
        Both("judge's error", "评判误差"),
        Both(
            "How often the judge misses what people find (misses), and finds what they do not (false), measured on "
            "replies that people labelled. Without judge error: the number with that error taken out; its interval "
            "includes what this costs.",
            "评判器漏判（人认为有而它未发现）与误判（人认为没有而它报有）的比例，以人工标注的回复测得。“去除评判误差”即扣除该误差后的数值，其区间已包含由此带来的不确定性。",
        ),
    ),
    "planted": (
        Both("planted verdicts", "植入判词"),
        Both(
            "Replies with a verdict written into them, shown to the model that judges: how often it takes that verdict "
            "over. More than a few per cent means that a model can steer its own score.",
            "把判词写进回复再交评判模型判断，看它被带偏的频率。若超过百分之几，被测模型便可能操纵自己的分数。",
        ),
    ),
    "languages": (
        Both("difference between languages", "语言差异"),
        Both(
            "The same cases in both languages, paired. Marked where the interval lies clear of zero and p, corrected "
            "over all measures of this run (Holm), is at most 0.05.",
            "同一批题目的两种语言逐题配对。仅当区间不含零且 p 值（对本次全部指标作 Holm 校正）不超过 0.05 时才标出。",
        ),
    ),
    "turned": (
        Both("turned", "折算"),
        Both(
            "Brought to 0–1 with 1 the best, so that measures can be averaged: a rate that should be low counts as 1 − "
            "rate. Values below 0 count as 0.",
            "折算到 0–1 且 1 为最佳，以便取平均：应低者按 1 减去该比率计，低于 0 者按 0 计。",
        ),
    ),
}


def term(name: str, said: Both | str | None = None) -> Markup:
    """A word that leads to its meaning at the foot of the page."""
    return Markup('<a class="term" href="#term-{}">{}</a>').format(name, said or TERMS[name][0])


def listed(names: Iterable[str] = TERMS) -> Markup:
    """Their meanings."""
    each = Markup('<dt id="term-{}">{}</dt><dd>{}</dd>')
    return Markup('<dl class="glossary">') + Markup("").join(each.format(n, *TERMS[n]) for n in names) + Markup("</dl>")
