"""Sentences of TrustLLM's website about its own table, held against the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assay.data.published import Table
from assay.findings.finding import NOT_HERE, NOTHING, Finding, Statistic, Verdict, held, said, sided, statistic
from assay.pages.both import Both, both
from assay.stats.intervals import wilson
from assay.stats.two_samples import mean_of

GROUP = "headlines"
SOURCE = "TrustLLM, website"
FAIR_P = 0.05
NEARLY_ALL = 0.9

INTERNAL, EXTERNAL = "truthfulness.misinformation_internal/accuracy", "truthfulness.misinformation_external/macro_f1"
RECOGNITION, AGREEMENT = "fairness.stereotype_recognition/accuracy", "fairness.stereotype_agreement/agreement_rate"
BY_SEX, BY_RACE = "fairness.disparagement_sex/p_value", "fairness.disparagement_race/p_value"
SHIFTED = "robustness.ood_generalization/f1"
PLAIN, WITH_POLICY = "privacy.privacy_awareness_normal/rta", "privacy.privacy_awareness_aug/rta"
LEAKED = "privacy.privacy_leakage/td"
NORMS, ETHICS = "ethics.implicit_social_chemistry_101/accuracy", "ethics.implicit_ethics/accuracy"

ROWS = {INTERNAL: 400, RECOGNITION: 1000, AGREEMENT: 1000}
"""In the official data, of those that are shares of rows."""


def of_headlines(table: Table) -> Iterator[Finding]:
    """Each sentence."""
    yield _closed_book(table)
    yield _external_helps(table)
    yield _best_recogniser(table)
    yield _most_agreement(table)
    yield _fair_salaries(table)
    yield _worst_shifted(table)
    yield _policy_helps(table)
    yield _nearly_all_leak(table)
    yield _implicit_below(table)
    yield _not_printed(
        "open_ended",
        both("Models hallucinate less in multiple choice than in open answers", "选择题中的幻觉少于开放式作答"),
        "truthfulness",
    )
    yield _not_printed(
        "leetspeak", both("Leetspeak has the highest attack success", "leetspeak 的攻击成功率最高"), "safety"
    )


def _finding(
    id_: str,
    dimension: str,
    claim: Both,
    statistic_name: str,
    found: Statistic,
    verdict: Verdict,
    about: Both,
    figures: Mapping[str, Any] | None = None,
) -> Finding:
    return Finding(
        f"headline/{id_}", GROUP, claim, SOURCE, statistic_name, found, verdict,
        about if found.value is not None else NOT_HERE, dimension, figures=figures or {},
    )  # fmt: skip


def _column(table: Table, metric: str) -> dict[str, float]:
    return table.column(metric, table.ranked) if metric in table.metrics else {}


def _extreme(table: Table, metric: str, highest: bool) -> tuple[str, Statistic]:
    """The model with the highest or lowest number; the number with its interval where it is a share of rows."""
    column = _column(table, metric)
    if not column:
        return "", NOTHING
    model = (max if highest else min)(column, key=lambda name: column[name])
    value, rows = column[model], ROWS.get(metric)
    if rows is None or not 0 <= value <= 1:
        return model, Statistic(value)
    return model, Statistic(value, *wilson(value * rows, rows), n=rows)


def _paired(table: Table, first: str, second: str) -> Statistic:
    """The mean over models of the first number less the second."""
    one, other = _column(table, first), _column(table, second)
    models = [model for model in one if model in other]
    found = statistic(mean_of([one[model] - other[model] for model in models]))
    return Statistic(found.value, found.low, found.high, found.p, len(models) or None)


# ---- sentence by sentence -----------------------------------------------------------------------


def _closed_book(table: Table) -> Finding:
    model, found = _extreme(table, INTERNAL, highest=True)
    return _finding(
        "closed_book",
        "truthfulness",
        both(
            "Without sources all models are weak: none answers half right", "没有外部资料时，所有模型都弱：无一答对一半"
        ),
        "highest accuracy",
        found,
        sided(found, "below", 0.5),
        both("The best of them is {model}.", "最高的是 {model}。", model=model),
        {"model": model},
    )


def _external_helps(table: Table) -> Finding:
    found = _paired(table, EXTERNAL, INTERNAL)
    return _finding(
        "external_helps",
        "truthfulness",
        both("Given evidence helps", "外部知识有帮助"),
        "mean difference over models",
        found,
        sided(found, "above"),
        both(
            "With evidence less without, in each model. The two are other questions and other metrics (macro F1 of two "
            "classes, accuracy), so the size is not a gain.",
            "同一模型有外部知识减去无外部知识。两者题目与指标不同（两类宏 F1 与准确率），差值大小并非增益。",
        ),
    )


def _best_recogniser(table: Table) -> Finding:
    model, found = _extreme(table, RECOGNITION, highest=True)
    verdict = said(found, 0.65) if model == "GPT-4" or not model else "not supported"
    return _finding(
        "best_recogniser",
        "fairness",
        both("The best at recognising stereotypes, GPT-4, is right in 65 %", "识别刻板印象最好的 GPT-4 准确率为 65%"),
        "highest accuracy",
        found,
        verdict,
        both("The best is {model}.", "最好的是 {model}。", model=model),
        {"model": model, "claimed": 0.65},
    )


def _most_agreement(table: Table) -> Finding:
    model, found = _extreme(table, AGREEMENT, highest=True)
    return _finding(
        "most_agreement",
        "fairness",
        both("Agreement with stereotypes reaches nearly 60 %", "对刻板印象的认同率最高接近 60%"),
        "highest share agreed",
        found,
        said(found, 0.6, 0.02),
        both("The highest is that of {model}.", "最高的是 {model}。", model=model),
        {"model": model, "claimed": 0.6},
    )


def _fair_salaries(table: Table) -> Finding:
    sex, race = _column(table, BY_SEX), _column(table, BY_RACE)
    fair = sorted(model for model in sex if model in race and min(sex[model], race[model]) > FAIR_P)
    found = Statistic(float(len(fair)), n=len(sex)) if sex and race else NOTHING
    return _finding(
        "fair_salaries",
        "fairness",
        both(
            "Only Oasst-12b and Vicuna-7b are fair in guessing salaries", "只有 Oasst-12b 与 Vicuna-7b 在薪资推断上公平"
        ),
        "models with both p above 0.05",
        found,
        held(fair == ["Oasst-12b", "Vicuna-7b"] if found.value is not None else None),
        both(
            "They are {models}. A large p is no evidence of fairness: it comes of few answers as well.",
            "它们是：{models}。p 大并不说明公平：作答少也会如此。",
            models=", ".join(fair) or "–",
        ),
        {"models": fair},
    )


def _worst_shifted(table: Table) -> Finding:
    model, found = _extreme(table, SHIFTED, highest=False)
    return _finding(
        "worst_shifted",
        "robustness",
        both("Out of distribution the worst model gets around 30 %", "分布外泛化最差的模型约为 30%"),
        "lowest F1",
        found,
        said(found, 0.3, 0.05),
        both(
            "The lowest is that of {model}. The sentence may be about one of the two sources alone, which the table "
            "does not print.",
            "最低的是 {model}。该句可能只指两个来源之一，而表中未列。",
            model=model,
        ),
        {"model": model, "claimed": 0.3},
    )


def _policy_helps(table: Table) -> Finding:
    found = _paired(table, WITH_POLICY, PLAIN)
    return _finding(
        "policy_helps",
        "privacy",
        both("Told of a privacy policy, models refuse more private queries", "告知隐私政策后，模型更多拒绝隐私查询"),
        "mean difference over models",
        found,
        sided(found, "above"),
        both("Share refused with the policy less without, in each model.", "同一模型有政策提示减去无提示的拒答率。"),
    )


def _nearly_all_leak(table: Table) -> Finding:
    column = _column(table, LEAKED)
    leaking = [model for model, value in column.items() if value > 0]
    found = Statistic(len(leaking) / len(column), n=len(column)) if column else NOTHING
    return _finding(
        "nearly_all_leak",
        "privacy",
        both("Nearly all models leak some training e-mails", "几乎所有模型都会泄露部分训练邮件"),
        "share of models that leak",
        found,
        held(found.value >= NEARLY_ALL if found.value is not None else None),
        both("Models whose printed total disclosure is above 0.", "所印总泄露率大于 0 的模型。"),
        {"none": sorted(set(column) - set(leaking))},
    )


def _implicit_below(table: Table) -> Finding:
    columns = [_column(table, metric) for metric in (NORMS, ETHICS)]
    models = [model for model in columns[0] if model in columns[1]]
    below = [model for model in models if max(column[model] for column in columns) < 0.7]
    found = Statistic(len(below) / len(models), n=len(models)) if models else NOTHING
    return _finding(
        "implicit_below",
        "ethics",
        both("Most models stay below 70 % in implicit ethics", "多数模型的隐性伦理准确率低于 70%"),
        "share of models below 70 %",
        found,
        held(found.value > 0.5 if found.value is not None else None),
        both(
            "Below it in both columns. Half of the labels behind one of them are inverted: whoever answers all of it "
            "right scores 0.499.",
            "两列均低于 70%。其中一列有一半标签颠倒：全部答对者只得 0.499。",
        ),
    )


def _not_printed(id_: str, claim: Both, dimension: str) -> Finding:
    return Finding(
        f"headline/{id_}", GROUP, claim, SOURCE, "–", NOTHING, "cannot tell",
        both("The numbers behind it were not published.", "其背后的数值未公布。"), dimension,
    )  # fmt: skip
