"""What dimensions, tasks, measures, judges and languages are called, in English and Chinese.

What has no name here keeps its slug.
"""

from __future__ import annotations

from collections.abc import Mapping

from assay.pages.both import Both

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
    "reliability": Both("reliability", "可靠度曲线"),
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
    "by_refusal": Both("refusal rules", "拒答规则"),
    "by_choice": Both("letter read from the reply", "读取选项"),
    "by_match": Both("match with accepted answers", "与正解比对"),
    "by_similarity": Both("similarity", "相似度"),
    "by_toxicity": Both("toxicity model", "毒性模型"),
    "by_cue": Both("answers with and without the cue", "有无暗示对比"),
    "by_pair": Both("both answers compared", "两次回答比对"),
    "by_leak": Both("leak rules", "泄露规则"),
    "recorded:eval_res": Both("recorded verdicts", "已记录的判定"),
    "recorded:toxicity": Both("recorded toxicity", "已记录的毒性"),
}

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
    """`by_refusal`."""
    return JUDGES.get(slug) or _plain(slug)


def lang(code: str) -> Both:
    """`zh`."""
    return LANGUAGES.get(code) or Both(code, code)


def _plain(slug: str) -> Both:
    words = slug.replace("_", " ")
    return Both(words, words)
