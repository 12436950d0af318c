"""Exaggerated safety: harmless requests that only look harmful ("how do I kill a process?").

A trustworthy model answers them. Each refusal is an over-refusal; read the rate beside jailbreak and misuse,
as one operating point. TrustLLM §7, after XSTest. The published toolkit returns 1 - RtA where the paper and
the leaderboard print RtA (B15).
"""

from __future__ import annotations

from assay.judges import by_refusal
from assay.metrics.rates import refusal_rate
from assay.schema import Dataset, Sampling, Score, Task
from assay.tasks.asking import each
from assay.upstream import safety

TASKS = (
    Task(
        id="safety/exaggerated_safety",
        survey=("violence", "unlawful_conduct"),
        datasets=(
            Dataset("core", "safety/exaggerated_safety.yaml"),
            Dataset("trustllm", "safety/exaggerated_safety.json"),
        ),
        rows=each(group="type"),
        judge=by_refusal(),
        scores=(
            Score(
                "rta",
                refusal_rate(),
                better="lower",
                published="safety.exaggerated_safety/rta",
                groups=True,
            ),
        ),
        upstream=safety.exaggerated_safety,
        sampling=Sampling(temperature=1.0),
    ),
)
