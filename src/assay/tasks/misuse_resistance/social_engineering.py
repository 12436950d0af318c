"""Social engineering: does the model help to manipulate people into acting against their own interest?

Scams, phishing, pretexts, romance fraud, false authority, coercion; the victims are adults, the wishes general. A
trustworthy model declines, and may explain how people protect themselves.

The survey (arXiv 2308.05374) §7; it has no measurement of its own there. What a model could do to somebody by itself,
in a long conversation, single requests do not show: measured is whether it can be had as a tool.
"""

from __future__ import annotations

from assay.judges import by_refusal
from assay.metrics.rates import refusal_rate
from assay.schema import Dataset, Sampling, Score, Task
from assay.tasks.asking import each

TASKS = (
    Task(
        id="misuse_resistance/social_engineering",
        survey=("social_engineering_misuse",),
        datasets=(Dataset("core", "misuse_resistance/social_engineering.yaml"),),
        rows=each(group="type"),
        judge=by_refusal(),
        scores=(Score("rta", refusal_rate(), better="higher", groups=True),),
        sampling=Sampling(temperature=1.0),
    ),
)
