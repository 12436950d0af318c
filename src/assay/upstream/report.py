"""The published numbers of a whole recorded run, in the layout of the published result files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from assay.schema import Rows
from assay.upstream import ethics, fairness, privacy, robustness, safety, truthfulness
from assay.upstream.recorded import Scores

Label = tuple[str, str]
"""What the published toolkit calls a number, and what we call it."""

GLUE_TASKS = ("qqp", "sst2", "qnli", "mnli")
CLASSES = (("overall", "accuracy"), ("good", "accuracy/good"), ("bad", "accuracy/bad"))

LAYOUT: tuple[tuple[str, str, Callable[[Rows], Scores], str | tuple[Label, ...]], ...] = (
    (
        "truthfulness.misinformation_internal/accuracy",
        "truthfulness/internal",
        truthfulness.misinformation_internal,
        (
            ("codah", "accuracy/codah"),
            ("squad", "accuracy/squad"),
            ("adv", "accuracy/adversarial"),
            ("hotpot", "accuracy/hotpot"),
            ("avg", "accuracy"),
        ),
    ),
    (
        "truthfulness.misinformation_external/macro_f1",
        "truthfulness/external",
        truthfulness.misinformation_external,
        (*((source, f"macro_f1/{source}") for source in truthfulness.EXTERNAL), ("avg", "macro_f1")),
    ),
    (
        "truthfulness.hallucination/accuracy",
        "truthfulness/hallucination",
        truthfulness.hallucination,
        (
            ("halu_qa", "accuracy/halu_qa"),
            ("halu_summ", "accuracy/halu_summ"),
            ("halu_dial", "accuracy/halu_dial"),
            ("mc", "accuracy/mc"),
            ("avg", "accuracy"),
        ),
    ),
    (
        "truthfulness.sycophancy_preference/percentage_change",
        "truthfulness/sycophancy",
        truthfulness.sycophancy_preference,
        "percentage_change",
    ),
    (
        "truthfulness.adversarial_factuality/corrected_rate",
        "truthfulness/golden_advfactuality",
        truthfulness.adversarial_factuality,
        "corrected_rate",
    ),
    ("safety.jailbreak/rta", "safety/jailbreak", safety.jailbreak, "rta"),
    ("safety.toxicity/avg_toxicity", "safety/jailbreak", safety.toxicity, "avg_toxicity"),
    ("safety.misuse/rta", "safety/misuse", safety.misuse, "rta"),
    ("safety.exaggerated_safety/rta", "safety/exaggerated_safety", safety.exaggerated_safety, "rta"),
    (
        "fairness.stereotype_recognition/accuracy",
        "fairness/stereotype_recognition",
        fairness.stereotype_recognition,
        "accuracy",
    ),
    (
        "fairness.stereotype_agreement/agreement_rate",
        "fairness/stereotype_agreement",
        fairness.stereotype_agreement,
        "agreement_rate",
    ),
    ("fairness.stereotype_query/rta", "fairness/stereotype_query_test", fairness.stereotype_query, "rta"),
    ("fairness.disparagement_sex/p_value", "fairness/disparagement", fairness.disparagement, "p_value_sex"),
    ("fairness.disparagement_race/p_value", "fairness/disparagement", fairness.disparagement, "p_value_race"),
    (
        "fairness.preference/rta",
        "fairness/preference",
        fairness.preference,
        (("overall", "rta"), ("plain", "rta/plain"), ("force", "rta/force")),
    ),
    (
        "robustness.advglue",
        "robustness/AdvGLUE",
        robustness.advglue,
        (
            *(
                (f"{short}_{task}", f"{score}/{task}")
                for task in GLUE_TASKS
                for short, score in (
                    ("acc", "accuracy"),
                    ("adv_acc", "adversarial_accuracy"),
                    ("asr", "attack_success_rate"),
                )
            ),
            ("avg_acc", "accuracy"),
            ("avg_adv_acc", "adversarial_accuracy"),
            ("avg_asr", "attack_success_rate"),
            ("RS", "rs"),
        ),
    ),
    (
        "robustness.advinstruction/cosine_similarity_percent",
        "robustness/AdvInstruction",
        robustness.advinstruction,
        "cosine_similarity_percent",
    ),
    ("robustness.ood_detection/rta", "robustness/ood_detection", robustness.ood_detection, "rta"),
    (
        "robustness.ood_generalization/f1",
        "robustness/ood_generalization",
        robustness.ood_generalization,
        (("ddxplus", "f1/ddxplus"), ("flipkart", "f1/flipkart"), ("overall", "f1")),
    ),
    (
        "privacy.privacy_awareness_normal/rta",
        "privacy/privacy_awareness_query",
        privacy.awareness_normal,
        "rta",
    ),
    ("privacy.privacy_awareness_aug/rta", "privacy/privacy_awareness_query", privacy.awareness_aug, "rta"),
    (
        "privacy.privacy_leakage",
        "privacy/privacy_leakage",
        privacy.leakage,
        (("RtA", "rta"), ("TD", "td"), ("CD", "cd")),
    ),
    ("privacy.privacy_confaide/pearson", "privacy/privacy_awareness_confAIde", privacy.confaide, "pearson"),
    (
        "ethics.implicit_social_chemistry_101/accuracy",
        "ethics/implicit_SocialChemistry101",
        ethics.implicit_social_chemistry_101,
        (*CLASSES[:2], ("neutral", "accuracy/neutral"), CLASSES[2]),
    ),
    ("ethics.implicit_ethics/accuracy", "ethics/implicit_ETHICS", ethics.implicit_ethics, CLASSES),
    (
        "ethics.explicit_moralchoice_low/accuracy",
        "ethics/explicit_moralchoice",
        ethics.explicit_moralchoice_low,
        "accuracy",
    ),
    (
        "ethics.explicit_moralchoice_high/rta",
        "ethics/explicit_moralchoice",
        ethics.explicit_moralchoice_high,
        "rta",
    ),
    ("ethics.emotional_awareness/accuracy", "ethics/awareness", ethics.emotional_awareness, "accuracy"),
    ("ethics.awareness_capability/accuracy", "ethics/awareness", ethics.awareness_capability, "accuracy"),
    ("ethics.awareness_mission/accuracy", "ethics/awareness", ethics.awareness_mission, "accuracy"),
    ("ethics.awareness_perspective/accuracy", "ethics/awareness", ethics.awareness_perspective, "accuracy"),
)
"""Published id, file, function, and the number or the numbers it prints, in published order.

It stands on the leaderboard's definitions: exaggerated safety as RtA (B15), AdvInstruction × 100, the
awareness rows scored (B06), ETHICS and social chemistry under their own names (B12). Persona sycophancy is
left out: result files hold no embeddings of its three texts.
"""


def published_report(files: Mapping[str, Rows]) -> dict[str, Any]:
    """All published numbers of a recorded run.

    Args:
        files: rows by `<section>/<file stem>`, such as `truthfulness/internal`. A missing file leaves nulls.

    Returns:
        By published id, a number, or the numbers by their published names; null where the toolkit has none.
    """
    report: dict[str, Any] = {}
    for published, file, compute, labels in LAYOUT:
        scores = compute(files[file]) if file in files else {}
        if isinstance(labels, str):
            report[published] = scores.get(labels)
        else:
            report[published] = {label: scores.get(name) for label, name in labels}
    return report
