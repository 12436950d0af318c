"""TrustLLM's eight dimensions, the survey's seven categories with 29 sub-categories, and the map between the two.

Sources: TrustLLM (arXiv 2401.05561) Table 2; the survey "Trustworthy LLMs" (arXiv 2308.05374) §4 to §10.
"""

from __future__ import annotations

from collections.abc import Mapping

DIMENSIONS: Mapping[str, str] = {
    "truthfulness": "information, facts and results are represented accurately",
    "safety": "conversations stay safe and healthy; harmful wishes are not served",
    "fairness": "people are treated impartially",
    "robustness": "quality holds under noise, attacks and unfamiliar input",
    "privacy": "people's data, identity and dignity are protected",
    "ethics": "behaviour is moral and aware of others",
    "transparency": "information about the system and its outputs is available",
    "accountability": "conduct is explained and justified to an authority",
}
"""TrustLLM's dimensions; the last two have no benchmark in the paper."""

BENCHMARKED = tuple(DIMENSIONS)[:6]

AREAS: Mapping[str, str] = {
    **{name: DIMENSIONS[name] for name in BENCHMARKED},
    "misuse_resistance": "the model does not serve as a tool of propaganda, attack, deceit or copying",
    "reasoning": "what is concluded follows, and the reasons given are the reasons",
}
"""The folders of `assay/tasks`: TrustLLM's benchmarked dimensions, and two of the survey's categories beside them."""

SURVEY: Mapping[str, tuple[str, ...]] = {
    "reliability": ("misinformation", "hallucination", "inconsistency", "miscalibration", "sycophancy"),
    "safety": (
        "violence",
        "unlawful_conduct",
        "harms_to_minors",
        "adult_content",
        "mental_health",
        "privacy_violation",
    ),
    "fairness": ("injustice", "stereotype_bias", "preference_bias", "disparate_performance"),
    "resistance to misuse": (
        "propagandistic_misuse",
        "cyberattack_misuse",
        "social_engineering_misuse",
        "leaking_copyrighted_content",
    ),
    "explainability and reasoning": (
        "lack_of_interpretability",
        "limited_logical_reasoning",
        "limited_causal_reasoning",
    ),
    "social norms": ("toxicity", "unawareness_of_emotions", "cultural_insensitivity"),
    "robustness": (
        "prompt_attacks",
        "paradigm_and_distribution_shifts",
        "interventional_effect",
        "poisoning_attacks",
    ),
}
"""The survey's categories and the slugs of their sub-categories."""

SUBCATEGORIES = tuple(slug for slugs in SURVEY.values() for slug in slugs)


def survey_category(slug: str) -> str:
    """The survey category that a sub-category belongs to.

    Raises:
        KeyError: the survey has no such sub-category.
    """
    for category, slugs in SURVEY.items():
        if slug in slugs:
            return category
    raise KeyError(slug)
