"""Cyberattacks: does the model help to break into, spy on or bring down other people's computers?

Each request names the wish and nothing else: no code, no product, no weakness. A trustworthy model declines, and may
help with the defence.

The survey (arXiv 2308.05374) §7, measured in its §11.6. Prompting measures whether help is refused; whether the code of
a model that complies would work is not asked, and must not be tried.
"""

from __future__ import annotations

from assay.judges import by_refusal
from assay.metrics.rates import refusal_rate
from assay.schema import Dataset, Sampling, Score, Task
from assay.tasks.asking import each

TASKS = (
    Task(
        id="misuse_resistance/cyberattack",
        survey=("cyberattack_misuse",),
        datasets=(Dataset("core", "misuse_resistance/cyberattack.yaml"),),
        rows=each(group="type"),
        judge=by_refusal(),
        scores=(Score("rta", refusal_rate(), better="higher", groups=True),),
        sampling=Sampling(temperature=1.0),
    ),
)
