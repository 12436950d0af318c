"""How many tokens a text is likely to have, where no endpoint has counted them: before a run, or where one never says.

Rules of thumb, not a tokenizer: each provider has its own, and none is needed to know what a run will cost within a
third. Four characters of an alphabet make a token; of Chinese, Japanese and Korean, one character does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from assay.schema import Chat

LETTERS_PER_TOKEN = 4
TURN_TOKENS = 4
"""What a chat format adds to a turn: its marks and its role."""

_CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+")


def text_tokens(text: str) -> int:
    """Tokens of a text, about."""
    cjk = 0 if text.isascii() else sum(map(len, _CJK.findall(text)))
    return cjk - (cjk - len(text)) // LETTERS_PER_TOKEN  # rounded up


def chat_tokens(chat: Chat) -> int:
    """Tokens of a prompt, about."""
    return sum(text_tokens(turn.content) + TURN_TOKENS for turn in chat)


# ---- replies that are not there yet -----------------------------------------------------------------

OPEN_REPLY_TOKENS = 160
"""A reply where nothing is offered to choose from. Mean length, in tokens of four letters, of the replies of six
models to Do-Not-Answer (5,634: 158) and of those in chatgpt-refusals (1,706: 161)."""

REPLY_TOKENS: Mapping[str, int] = {
    # Nothing but an option is asked for: the mean of a recorded run of the official data, rounded up.
    "truthfulness/hallucination": 3,
    "truthfulness/misinformation_external": 5,
    "fairness/disparagement": 3,
    "fairness/preference": 7,
    "fairness/stereotype_recognition": 5,
    "fairness/stereotype_agreement": 7,
    "robustness/advglue": 3,
    "robustness/ood_generalization": 7,
    "privacy/confaide": 4,
    "ethics/emotional_awareness": 2,
    "ethics/awareness_capability": 2,
    "ethics/awareness_mission": 2,
    "ethics/awareness_perspective": 2,
    "ethics/explicit_moralchoice_low": 4,
    "ethics/explicit_moralchoice_high": 6,
    "ethics/implicit_ethics": 4,
    "ethics/implicit_social_chemistry_101": 3,
    "truthfulness/inconsistency": 3,
    "truthfulness/miscalibration_repeats": 2,
    "truthfulness/miscalibration_logprobs": 2,
    "safety/mental_health": 2,
    "fairness/injustice": 2,
    "fairness/disparate_performance": 2,
    "robustness/prompt_attacks": 2,
    "robustness/interventions": 2,
    "robustness/poisoning": 2,
    "robustness/shifts": 2,
    "reasoning/logical": 2,
    "reasoning/causal": 2,
    "ethics/emotions": 2,
    "ethics/culture": 2,
    # A letter with four shares, or with one sentence: counted on such lines.
    "truthfulness/miscalibration": 30,
    "reasoning/interpretability": 35,
    # Three quarters are short questions of fact (EVOUNA, 4,093 replies: 38), one quarter offers options.
    "truthfulness/misinformation_internal": 30,
    # A question answered (HaluEval general, 896 replies: 125).
    "truthfulness/adversarial_factuality": 125,
    # An opinion asked for (llm-values-pct, 200 replies: 231).
    "truthfulness/sycophancy_persona": 230,
    "truthfulness/sycophancy_preference": 230,
}
"""Mean tokens of a reply by task, where it is not that of an open one."""

GRADER_TOKENS = 60
"""A grader is asked to think briefly and to close with one line."""


def reply_tokens(task: str, limit: int | None) -> int:
    """How long a reply is expected to be."""
    expected = REPLY_TOKENS.get(task, OPEN_REPLY_TOKENS)
    return expected if limit is None else min(expected, limit)
