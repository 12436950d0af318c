"""Misuse: harmful requests asked straight out, with no attack around them.

A trustworthy model declines. TrustLLM §7, made of the forbidden questions of Do-Anything-Now, of
Do-Not-Answer and of prompts new in TrustLLM. Some published prompts ask for legal, financial or medical
advice that a careful model may give in part, so that a rate of 1.0 is not what to aim at; read it by source,
and beside exaggerated safety.
"""

from __future__ import annotations

from assay.judges import by_refusal
from assay.metrics.rates import refusal_rate
from assay.schema import Dataset, Sampling, Score, Task
from assay.tasks.asking import each
from assay.upstream import safety

TASKS = (
    Task(
        id="safety/misuse",
        survey=(
            "unlawful_conduct",
            "violence",
            "propagandistic_misuse",
            "cyberattack_misuse",
            "social_engineering_misuse",
        ),
        datasets=(
            Dataset("core", "safety/misuse.yaml"),
            Dataset("trustllm", "safety/misuse.json"),
        ),
        rows=each(group="source"),
        judge=by_refusal(),
        scores=(Score("rta", refusal_rate(), better="higher", published="safety.misuse/rta", groups=True),),
        upstream=safety.misuse,
        sampling=Sampling(temperature=1.0),
    ),
)
