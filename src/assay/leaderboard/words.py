"""What columns are called, and what is known against columns and cells, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assay.pages.both import Both

COLUMNS: Mapping[str, Both] = {
    "truthfulness.misinformation_internal/accuracy": Both("Own knowledge", "内部知识"),
    "truthfulness.misinformation_external/macro_f1": Both("Given evidence", "外部知识"),
    "truthfulness.hallucination/accuracy": Both("Hallucination", "幻觉"),
    "truthfulness.sycophancy_persona/similarity": Both("Sycophancy, persona", "身份谄媚"),
    "truthfulness.sycophancy_preference/percentage_change": Both("Sycophancy, preference", "偏好谄媚"),
    "truthfulness.adversarial_factuality/corrected_rate": Both("False premise corrected", "纠正错误前提"),
    "safety.jailbreak/rta": Both("Jailbreak refused", "拒绝越狱"),
    "safety.toxicity/avg_toxicity": Both("Toxicity", "毒性"),
    "safety.misuse/rta": Both("Misuse refused", "拒绝滥用"),
    "safety.exaggerated_safety/rta": Both("Harmless refused", "误拒无害请求"),
    "fairness.stereotype_recognition/accuracy": Both("Stereotype recognised", "识别刻板印象"),
    "fairness.stereotype_agreement/agreement_rate": Both("Stereotype agreed with", "认同刻板印象"),
    "fairness.stereotype_query/rta": Both("Loaded query refused", "拒绝偏见提问"),
    "fairness.disparagement_sex/p_value": Both("Salary by sex, p", "薪资与性别 p"),
    "fairness.disparagement_race/p_value": Both("Salary by race, p", "薪资与种族 p"),
    "fairness.preference/rta": Both("Preference declined", "拒绝表态偏好"),
    "robustness.advglue/rs": Both("AdvGLUE robustness", "AdvGLUE 稳健"),
    "robustness.advinstruction/cosine_similarity_percent": Both("AdvInstruction, %", "扰动指令 %"),
    "robustness.ood_detection/rta": Both("Beyond reach declined", "拒答超纲"),
    "robustness.ood_generalization/f1": Both("Unfamiliar data, F1", "分布外 F1"),
    "privacy.privacy_awareness_normal/rta": Both("Private query refused", "拒绝隐私查询"),
    "privacy.privacy_awareness_aug/rta": Both("… told the policy", "…告知政策后"),
    "privacy.privacy_leakage/rta": Both("No e-mail produced", "未给出邮箱"),
    "privacy.privacy_leakage/td": Both("E-mail leaked, of all", "邮箱泄露，全部"),
    "privacy.privacy_leakage/cd": Both("… of those produced", "…已给出者中"),
    "privacy.privacy_confaide/pearson": Both("Expectations, r", "隐私预期 r"),
    "ethics.implicit_social_chemistry_101/accuracy": Both("Social norms", "社会规范"),
    "ethics.implicit_ethics/accuracy": Both("ETHICS", "ETHICS"),
    "ethics.explicit_moralchoice_low/accuracy": Both("Clear choice right", "明确抉择"),
    "ethics.explicit_moralchoice_high/rta": Both("Dilemma declined", "拒答两难"),
    "ethics.emotional_awareness/accuracy": Both("Emotion", "情绪意识"),
}


def column(metric: str) -> Both:
    """What a metric is called; its own name where it has none here."""
    plain = metric.partition(".")[2].replace("_", " ")
    return COLUMNS.get(metric) or Both(plain, plain)


SOURCES: Mapping[str, Both] = {
    "site": Both(
        "TrustLLMBenchmark/TrustLLM-Website @080221ba0a4adc404c255f4825eeb288d5941c97 (2024-11-08), "
        "js/leaderboard/leaderboard-data.js; of the 16 models of the paper identical since 2024-01-07",
        "TrustLLMBenchmark/TrustLLM-Website @080221ba0a4adc404c255f4825eeb288d5941c97（2024-11-08），"
        "js/leaderboard/leaderboard-data.js；论文 16 个模型的数值自 2024-01-07 起未变",
    ),
    "site-2023-11-14": Both(
        "the same repository @776da88: a draft with 14 models, whose p-values are not rounded",
        "同一仓库 @776da88：含 14 个模型的草稿，p 值未取整",
    ),
    "site-2024-01-07": Both(
        "the same repository @70e82e0: all ranks of truthfulness, with the numbers of the tables in the paper",
        "同一仓库 @70e82e0：真实性的全部名次，数值同论文各表",
    ),
    "rank-card": Both(
        "HowieHwong/TrustLLM @4b86421, images/rank_card_00.png: ranks 1 to 8 of every column, read by eye",
        "HowieHwong/TrustLLM @4b86421，images/rank_card_00.png：各列第 1 至 8 名，由人读出",
    ),
    "avg-rank-pdf": Both(
        "the website's img/avg_rank.pdf: bar heights, read from the coordinates of the drawing",
        "网站的 img/avg_rank.pdf：柱高，由图形坐标读出",
    ),
    "issue-25": Both("HowieHwong/TrustLLM issue 25: a rerun by others", "HowieHwong/TrustLLM issue 25：他人的复跑"),
}
"""Where the published numbers come from, as the table says it, and in Chinese."""


def source(name: str, said: str) -> Both:
    """A source in both languages; that of another table is its own text."""
    known = SOURCES.get(name)
    return known if known is not None and known.en == said else Both(said, said)


@dataclass(frozen=True, slots=True)
class Remark:
    """What is known against a column or a cell."""

    about: Both
    text: Both


ON_COLUMNS: Mapping[str, Remark] = {
    "truthfulness.hallucination/accuracy": Remark(
        Both("Hallucination", "幻觉"),
        Both(
            "In the multiple-choice part the right option is always A; whoever always says A is right.",
            "选择题部分正确选项总是 A，一律答 A 即全对。",
        ),
    ),
    "truthfulness.sycophancy_persona/similarity": Remark(
        Both("Sycophancy, persona", "身份谄媚"),
        Both(
            "The website prints ↓; its formula and the printed ranks say ↑. Shown as ↑.",
            "网站标 ↓，而其公式与所印名次均为 ↑，此处按 ↑。",
        ),
    ),
    "fairness.disparagement_sex/p_value": Remark(
        Both("Salary by sex and race", "薪资与性别、种族"),
        Both(
            "The printed ranks put the smallest p first for sex and the largest for race. Corrected, the largest is "
            "first in both. A printed 0.000 is a small p, rounded; and a large p may just as well come of few answers.",
            "原榜性别列以 p 最小为先，种族列以最大为先；改正后均以最大为先。"
            "印作 0.000 的是四舍五入后的极小值；p 大也可能只因作答少。",
        ),
    ),
    "robustness.advinstruction/cosine_similarity_percent": Remark(
        Both("AdvInstruction", "扰动指令"),
        Both(
            "The released toolkit compares answers to different instructions; so computed, the number hardly measures "
            "robustness.",
            "所发布的工具包比较的是不同指令的回答，如此算出的数值难以衡量稳健性。",
        ),
    ),
    "robustness.ood_generalization/f1": Remark(
        Both("Unfamiliar data", "分布外泛化"),
        Both(
            "Named F1; the released toolkit computes 2·accuracy / (1 + accuracy), which is higher.",
            "名为 F1，而所发布的工具包计算的是 2·acc/(1+acc)，数值偏高。",
        ),
    ),
    "ethics.implicit_ethics/accuracy": Remark(
        Both("ETHICS", "ETHICS"),
        Both(
            "The labels of its justice half are inverted in the official data: whoever is always right scores 0.499.",
            "官方数据中其 justice 一半的标签颠倒：全部答对者只得 0.499。",
        ),
    ),
}

ON_CELLS: Mapping[str, Remark] = {
    "rerun_0.18": Remark(
        Both("Llama2-7b, jailbreak", "Llama2-7b，越狱"),
        Both(
            "A rerun by others found 0.18 (upstream issue 25).",
            "他人复跑得 0.18（上游 issue 25）。",
        ),
    ),
    "text_says_0.57": Remark(
        Both("Llama2-7b, harmless refused", "Llama2-7b，误拒"),
        Both("The website's text says 57 %; its table says this.", "网站正文写 57%，其表格为此数。"),
    ),
    "one_minus_rta": Remark(
        Both("Later models, harmless refused", "后增模型，误拒"),
        Both(
            "Looks like one minus the share refused, which is what the toolkit returns, under the head of the other.",
            "看似 1 减拒答率（工具包的返回值），却列在拒答率之下。",
        ),
    ),
    "swapped_ethics": Remark(
        Both("Later models, implicit ethics", "后增模型，隐性伦理"),
        Both(
            "The toolkit swaps the two result keys; rows seem to follow opposite orders of the two columns.",
            "工具包把两个结果键互换；各行两列的次序似乎相反。",
        ),
    ),
    "later_sycophancy": Remark(
        Both("Later models, sycophancy", "后增模型，谄媚"),
        Both(
            "Another run than the paper's, with other numbers for like models: not comparable without a rerun.",
            "与论文并非同一次运行，同类模型数值相差很大，未复跑前不可比。",
        ),
    ),
}

SILENT = ("not_reported",)
"""Flags that a dash says already."""

SAME_REMARK = {"fairness.disparagement_race/p_value": "fairness.disparagement_sex/p_value"}
"""Columns that share a remark."""


def on_column(metric: str) -> str:
    """Under which metric the remark on a column stands; empty where there is none."""
    metric = SAME_REMARK.get(metric, metric)
    return metric if metric in ON_COLUMNS else ""


def remark(flag: str) -> Remark:
    """What a flag of a cell, or the metric of a column, says; a flag of another table is its own text."""
    known = ON_CELLS.get(flag) or ON_COLUMNS.get(flag)
    return known or Remark(Both("Flagged in this table", "此表标注"), Both(flag, flag))
