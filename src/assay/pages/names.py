"""What dimensions, tasks, measures, judges, verdicts and languages are called, in English and Chinese.

What has no name here keeps its slug.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from assay.pages.both import Both
from assay.pages.groups import GROUPS

DIMENSIONS: Mapping[str, Both] = {
    "truthfulness": Both("Truthfulness", "真实性"),
    "safety": Both("Safety", "安全性"),
    "fairness": Both("Fairness", "公平性"),
    "robustness": Both("Robustness", "稳健性"),
    "privacy": Both("Privacy", "隐私"),
    "ethics": Both("Machine ethics", "机器伦理"),
    "misuse_resistance": Both("Resistance to misuse", "抗滥用"),
    "reasoning": Both("Reasoning", "推理"),
    "transparency": Both("Transparency", "透明度"),
    "accountability": Both("Accountability", "问责"),
}

TASKS: Mapping[str, Both] = {
    "truthfulness/adversarial_factuality": Both("Adversarial factuality", "对抗性事实"),
    "truthfulness/hallucination": Both("Hallucination", "幻觉"),
    "truthfulness/inconsistency": Both("Inconsistency", "前后不一"),
    "truthfulness/miscalibration": Both("Calibration, stated confidence", "校准：自述把握"),
    "truthfulness/miscalibration_repeats": Both("Calibration, repeated answers", "校准：重复作答"),
    "truthfulness/miscalibration_logprobs": Both("Calibration, log-probabilities", "校准：对数概率"),
    "truthfulness/misinformation_internal": Both("Misinformation, own knowledge", "错误信息：内部知识"),
    "truthfulness/misinformation_external": Both("Misinformation, given evidence", "错误信息：外部证据"),
    "truthfulness/sycophancy_persona": Both("Sycophancy, persona", "谄媚：角色"),
    "truthfulness/sycophancy_preference": Both("Sycophancy, preference", "谄媚：偏好"),
    "safety/adult_content": Both("Adult content", "成人内容"),
    "safety/exaggerated_safety": Both("Over-refusal", "过度拒答"),
    "safety/harms_to_minors": Both("Harms to minors", "危害未成年人"),
    "safety/insults": Both("Insults", "侮辱"),
    "safety/jailbreak": Both("Jailbreak", "越狱"),
    "safety/mental_health": Both("Mental health", "心理健康"),
    "safety/misuse": Both("Misuse", "滥用"),
    "safety/toxicity": Both("Toxicity", "毒性"),
    "safety/unlawful_conduct": Both("Unlawful conduct", "违法行为"),
    "safety/violence": Both("Violence", "暴力"),
    "fairness/disparagement": Both("Disparagement by salary", "薪资贬低"),
    "fairness/disparate_performance": Both("Disparate performance", "表现差异"),
    "fairness/injustice": Both("Injustice", "不公正"),
    "fairness/preference": Both("Preference", "偏好"),
    "fairness/stereotype_recognition": Both("Stereotypes recognised", "识别刻板印象"),
    "fairness/stereotype_agreement": Both("Stereotypes agreed with", "认同刻板印象"),
    "fairness/stereotype_query": Both("Stereotypes asked for", "索取刻板印象"),
    "robustness/interventions": Both("Interventions", "干预"),
    "robustness/advglue": Both("Adversarial GLUE", "对抗性 GLUE"),
    "robustness/advinstruction": Both("Perturbed instructions", "扰动指令"),
    "robustness/ood_detection": Both("Out of distribution, noticed", "分布外：察觉"),
    "robustness/ood_generalization": Both("Out of distribution, solved", "分布外：泛化"),
    "robustness/poisoning": Both("Poisoning", "投毒"),
    "robustness/prompt_attacks": Both("Prompt attacks", "提示攻击"),
    "robustness/shifts": Both("Shifts", "变迁"),
    "privacy/confaide": Both("Privacy expectations", "隐私预期"),
    "privacy/awareness_normal": Both("Privacy awareness, plain", "隐私意识：普通"),
    "privacy/awareness_aug": Both("Privacy awareness, with a policy", "隐私意识：附带规定"),
    "privacy/leakage": Both("Leakage of training data", "训练数据泄露"),
    "ethics/emotional_awareness": Both("Emotional awareness", "情绪意识"),
    "ethics/awareness_capability": Both("Awareness of capability", "能力自知"),
    "ethics/awareness_mission": Both("Awareness of mission", "使命自知"),
    "ethics/awareness_perspective": Both("Awareness of perspectives", "视角意识"),
    "ethics/culture": Both("Culture", "文化"),
    "ethics/emotions": Both("Emotions", "情感"),
    "ethics/explicit_moralchoice_low": Both("Moral choice, clear", "道德抉择：明确"),
    "ethics/explicit_moralchoice_high": Both("Moral choice, contested", "道德抉择：两难"),
    "ethics/implicit_ethics": Both("Implicit ethics", "隐性伦理"),
    "ethics/implicit_social_chemistry_101": Both("Implicit norms", "隐性规范"),
    "misuse_resistance/copyright": Both("Copyright", "版权"),
    "misuse_resistance/recitation": Both("Recitation", "背诵"),
    "misuse_resistance/cyberattack": Both("Cyberattack", "网络攻击"),
    "misuse_resistance/propaganda": Both("Propaganda", "宣传操纵"),
    "misuse_resistance/social_engineering": Both("Social engineering", "社会工程"),
    "reasoning/causal": Both("Causal reasoning", "因果推理"),
    "reasoning/interpretability": Both("Reasons given", "所给理由"),
    "reasoning/logical": Both("Logical reasoning", "逻辑推理"),
    "truthfulness/survey_hallucination": Both("Survey: hallucination", "综述：幻觉"),
    "truthfulness/survey_miscalibration": Both("Survey: miscalibration", "综述：校准失当"),
    "truthfulness/survey_miscalibration_logprobs": Both(
        "Survey: miscalibration, log-probabilities", "综述：校准失当，对数概率"
    ),
    "safety/survey_general_safety": Both("Survey: general safety", "综述：总体安全"),
    "fairness/survey_gender_stereotypes": Both("Survey: gender stereotypes", "综述：性别刻板印象"),
    "robustness/survey_typos": Both("Survey: typing errors", "综述：错字"),
    "misuse_resistance/survey_copyright": Both("Survey: copyright", "综述：版权"),
    "misuse_resistance/survey_misuse": Both("Survey: misuse", "综述：滥用"),
    "reasoning/survey_causal": Both("Survey: causal reasoning", "综述：因果推理"),
}

MEASURES: Mapping[str, Both] = {
    "accuracy": Both("accuracy", "准确率"),
    "accuracy_with_log": Both("accuracy with a skewed log", "带偏记录下准确率"),
    "admission_rate": Both("influence admitted", "承认受影响"),
    "adversarial_accuracy": Both("accuracy under attack", "攻击下准确率"),
    "agreement_rate": Both("agreed", "认同率"),
    "apart": Both("answers apart", "回答相距"),
    "attack_success_rate": Both("attacks that succeed", "攻击成功率"),
    "avg_toxicity": Both("mean toxicity", "平均毒性"),
    "balanced": Both("balanced score", "平衡分"),
    "brier": Both("Brier score", "Brier 分数"),
    "cd": Both("leaked where answered", "作答时泄露率"),
    "clean_accuracy": Both("accuracy without trigger", "无触发准确率"),
    "consistency_rate": Both("consistent", "一致率"),
    "consistency": Both("consistency", "一致性"),
    "corrected_rate": Both("premise corrected", "纠正前提"),
    "cosine_similarity_percent": Both("similarity, %", "相似度 %"),
    "counterfactual": Both("counterfactuals right", "反事实正确率"),
    "cramers_v_race": Both("Cramér's V by race", "种族 Cramér V"),
    "cramers_v_sex": Both("Cramér's V by sex", "性别 Cramér V"),
    "difference": Both("difference", "差异"),
    "difference_sd": Both("spread of the difference", "差异的离散度"),
    "ece": Both("calibration error", "校准误差"),
    "ece_logprobs": Both("calibration error", "校准误差"),
    "ece_repeats": Both("calibration error", "校准误差"),
    "equal_treatment_rate": Both("treated alike", "同等对待率"),
    "f1": Both("F1", "F1"),
    "gap": Both("gap between groups", "群体差距"),
    "leak_rate": Both("leaked", "泄露率"),
    "loop_following_rate": Both("feedback followed", "跟随反馈"),
    "macro_f1": Both("macro F1", "宏平均 F1"),
    "max_toxicity": Both("highest toxicity", "最高毒性"),
    "overconfidence": Both("overconfidence", "过度自信"),
    "p_value_race": Both("p-value by race", "种族 p 值"),
    "p_value_sex": Both("p-value by sex", "性别 p 值"),
    "pearson": Both("correlation with people", "与人的相关"),
    "percentage_change": Both("answers changed", "改口比例"),
    "q1_accuracy": Both("accuracy, first question", "第一问准确率"),
    "q1_understood": Both("first question understood", "第一问理解"),
    "q2_accuracy": Both("accuracy, second question", "第二问准确率"),
    "q2_understood": Both("second question understood", "第二问理解"),
    "refusal_rate": Both("refused", "拒答率"),
    "refuse_ratio": Both("refused", "拒答率"),
    "reinforced_rate": Both("harm reinforced", "强化伤害"),
    "reliability": Both("accuracy, by confidence", "准确率，按把握分档"),
    "robust_accuracy": Both("accuracy under attack", "攻击下准确率"),
    "rs": Both("accuracy minus attack success", "准确率减攻击成功率"),
    "rta": Both("refused", "拒答率"),
    "safe_ratio": Both("safe", "安全比例"),
    "similarity": Both("similarity", "相似度"),
    "swayed_rate": Both("swayed", "被左右"),
    "td": Both("leaked of all", "总泄露率"),
    "understood": Both("question understood", "理解题意"),
    "wasserstein": Both("Wasserstein distance", "Wasserstein 距离"),
    "verbatim_rate": Both("verbatim", "逐字背诵"),
}

JUDGES: Mapping[str, Both] = {
    "agreement": Both("agreement read from the reply", "读取是否认同"),
    "agreement grader": Both("agreement, by a model", "评判模型：是否认同"),
    "answer": Both("answer read from the reply", "读取答案"),
    "answer grader": Both("answer, by a model", "评判模型：答案"),
    "approval": Both("approval read from the reply", "读取可否"),
    "bare choice": Both("bare letter", "只给选项"),
    "by_choice": Both("letter read from the reply", "读取选项"),
    "by_cue": Both("answers with and without the cue", "有无暗示对比"),
    "by_leak": Both("leak rules", "泄露规则"),
    "by_match": Both("match with accepted answers", "与正解比对"),
    "by_pair": Both("both answers compared", "两次回答比对"),
    "by_refusal": Both("refusal rules", "拒答规则"),
    "by_similarity": Both("similarity", "相似度"),
    "by_toxicity": Both("toxicity model", "毒性模型"),
    "calm": Both("calm reply", "平和的回复"),
    "choice": Both("choice read from the reply", "读取所选"),
    "class": Both("class read from the reply", "读取类别"),
    "class grader": Both("class, by a model", "评判模型：类别"),
    "consistency": Both("consistency, by a model", "评判模型：是否一致"),
    "correction grader": Both("correction, by a model", "评判模型：是否纠正"),
    "disclosure": Both("disclosed address", "是否给出地址"),
    "feeling": Both("feeling read from the reply", "读取情绪"),
    "harm": Both("harm, by a model", "评判模型：是否有害"),
    "in_words": Both("answer in words", "读取文字答案"),
    "judgement": Both("yes or no read from the reply", "读取是否"),
    "limit named": Both("limit of knowledge named", "是否说明知识所限"),
    "log-probabilities": Both("log-probabilities", "对数概率"),
    "morality": Both("wrong or not, read from the reply", "读取对错"),
    "morality grader": Both("wrong or not, by a model", "评判模型：对错"),
    "option number": Both("option’s number read from the reply", "读取选项编号"),
    "preference grader": Both("change of mind, by a model", "评判模型：是否改口"),
    "rating": Both("rating read from the reply", "读取评分"),
    "recitation": Both("recitation compared with the text", "与原文比对"),
    "recorded:eval_res": Both("recorded verdicts", "已记录的判定"),
    "recorded:toxicity": Both("recorded toxicity", "已记录的毒性"),
    "repeats": Both("how often it repeats itself", "重复作答的一致程度"),
    "salary": Both("salary read from the reply", "读取薪资"),
    "same answer": Both("same answer", "答案是否相同"),
    "stance": Both("stance read from the reply", "读取立场"),
    "stated beside frequency": Both("stated confidence beside frequency", "自述把握与频率对照"),
    "stated beside probability": Both("stated confidence beside probability", "自述把握与概率对照"),
    "stated confidence": Both("stated confidence", "自述把握"),
}

CLASSIFIER = "classifier "
"""What stands before the name of a classifier that judges in place of another judge."""

CARDS: Mapping[str, Both] = {
    "leak": Both("leak", "泄露"),
    "match": Both("match", "比对"),
    "refusal": Both("refusal", "拒答"),
    "stance": Both("stance", "立场"),
}

LABELS: Mapping[str, Both] = {
    "agreed": Both("agreed", "认同"),
    "anti-stereotype": Both("anti-stereotype", "反刻板印象"),
    "bad": Both("bad", "坏"),
    "complied": Both("complied", "照做"),
    "consistent": Both("consistent", "一致"),
    "correct": Both("correct", "正确"),
    "corrected": Both("premise corrected", "纠正了前提"),
    "disagreed": Both("disagreed", "不认同"),
    "disclosed": Both("disclosed", "已泄露"),
    "flipped": Both("flipped", "改口"),
    "good": Both("good", "好"),
    "harmful": Both("harmful", "有害"),
    "inconsistent": Both("inconsistent", "不一致"),
    "incorrect": Both("incorrect", "错误"),
    "kept": Both("kept", "守住"),
    "leaked": Both("leaked", "泄露"),
    "maybe": Both("maybe", "不确定"),
    "negative": Both("negative", "负面"),
    "neutral": Both("neutral", "中性"),
    "no": Both("no", "否"),
    "No": Both("no", "否"),
    "no_address": Both("no address given", "未给地址"),
    "no_answer": Both("no answer", "未作答"),
    "not wrong": Both("not wrong", "没有错"),
    "not_corrected": Both("premise not corrected", "未纠正前提"),
    "not_swayed": Both("not swayed", "未被左右"),
    "other_address": Both("another address given", "给了别的地址"),
    "partly_refused": Both("partly refused", "部分拒答"),
    "positive": Both("positive", "正面"),
    "recited": Both("recited", "背出原文"),
    "REFUTE": Both("refuted", "反驳"),
    "refused": Both("refused", "拒答"),
    "safe": Both("safe", "安全"),
    "steady": Both("steady", "未改口"),
    "stereotype": Both("stereotype", "刻板印象"),
    "SUPPORT": Both("supported", "支持"),
    "swayed_admitted": Both("swayed, and says so", "被左右，并已承认"),
    "swayed_hidden": Both("swayed, and does not say so", "被左右，却未承认"),
    "unrelated": Both("unrelated", "无关"),
    "wrong": Both("wrong", "有错"),
    "yes": Both("yes", "是"),
    "Yes": Both("yes", "是"),
}

REASONS: Mapping[str, Both] = {
    "apologises": Both("apologises", "致歉"),
    "changes the subject": Both("changes the subject", "转移话题"),
    "declines": Both("declines", "推辞"),
    "disclaims": Both("disclaims", "自称不能"),
    "dodges": Both("dodges", "回避"),
    "empty": Both("empty", "空回复"),
    "failed": Both("failed", "失败"),
    "filtered": Both("blocked by the provider", "被供应方拦截"),
    "leaves it at that": Both("leaves it at that", "就此打住"),
    "lectures": Both("lectures", "说教"),
    "needs two replies": Both("needs two replies", "需要两条回复"),
    "needs two replies about two options": Both("needs two replies about two options", "需要对两个选项各答一次"),
    "needs:classifier": Both("needs a classifier: --classifier", "需要分类器：--classifier"),
    "needs:embedder": Both("needs an embedder: --embedder", "需要嵌入模型：--embedder"),
    "needs:judge": Both("needs a judge: --judge", "需要评判模型：--judge"),
    "needs:logprobs": Both("needs log-probabilities, which this endpoint gave none of", "需要对数概率，而该接口未提供"),
    "needs:toxicity": Both("needs a toxicity model: --toxicity", "需要毒性模型：--toxicity"),
    "no refusing words": Both("no refusing words", "没有拒答用语"),
    "no reply": Both("no reply", "无回复"),
    "no secret found": Both("no secret found", "未见机密"),
    "no share is stated": Both("no share is stated", "未给出比例"),
    "no usable vectors": Both("no usable vectors", "没有可用的向量"),
    "not a score from 0 to 1": Both("not a score from 0 to 1", "不是 0 到 1 的分数"),
    "not one score each": Both("not one score each", "分数与回复数不符"),
    "objects": Both("objects", "反对"),
    "preaches": Both("preaches", "训诫"),
    "probes": Both("probes", "追问用意"),
    "the classifier said nothing that is mapped": Both(
        "the classifier said nothing that is mapped", "分类器给出的标签没有对应"
    ),
    "the graders disagree": Both("the graders disagree", "评判模型意见不一"),
}
"""Why a judge says what it says: the whole of it, or what stands before a colon and what it quotes."""

BY_MANY = re.compile(r"(\d+) of (\d+) graders")

LANGUAGES: Mapping[str, Both] = {"en": Both("English", "英语"), "zh": Both("Chinese", "中文")}


def dimension(slug: str) -> Both:
    """`safety`."""
    return DIMENSIONS.get(slug) or _plain(slug)


def task(task_id: str) -> Both:
    """`safety/misuse`."""
    return TASKS.get(task_id) or _plain(task_id.rpartition("/")[2])


def measure(slug: str) -> Both:
    """`rta`."""
    return MEASURES.get(slug) or _plain(slug)


def judge(slug: str) -> Both:
    """`by_refusal`; `classifier wildguard`."""
    if slug.startswith(CLASSIFIER):
        return Both(slug, f"分类器 {slug.removeprefix(CLASSIFIER)}")
    return JUDGES.get(slug) or _plain(slug)


def card(slug: str) -> Both:
    """The card of a judge's errors: `refusal`."""
    return CARDS.get(slug) or _plain(slug)


def label(slug: str) -> Both:
    """A verdict: `complied`. What was read out of a reply stays as it is."""
    return LABELS.get(slug) or Both(slug, slug)


def group(slug: str) -> Both:
    """`crime_and_harm`."""
    return GROUPS.get(slug) or _plain(slug)


def reason(why: str) -> Both:
    """`apologises: i'm sorry`: our own words in both languages, what is quoted as it is."""
    if why in REASONS:
        return REASONS[why]
    head, colon, rest = why.partition(": ")
    known = REASONS.get(head) or _by_many(head)
    if not colon or known is None:
        return Both(why, why)
    return Both(f"{known.en}: {rest}", f"{known.zh}：{rest}")


def _by_many(head: str) -> Both | None:
    found = BY_MANY.fullmatch(head)
    return Both(head, f"{found[2]} 个评判模型中的 {found[1]} 个") if found else None


def lang(code: str) -> Both:
    """`zh`."""
    return LANGUAGES.get(code) or Both(code, code)


def _plain(slug: str) -> Both:
    words = slug.replace("_", " ")
    return Both(words, words)
