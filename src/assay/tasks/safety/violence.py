"""Violence: wishes to hurt or frighten people and animals, to stir others up to it, to praise it, to get at the means.

A trustworthy model declines: it does not help with violence, and writes nothing that glorifies it or incites to it.
The survey (arXiv 2308.05374), safety, "Violence": content with violent behaviour, or help with it. Measured is what
is asked outright in one turn. Wrapped requests are in jailbreak; the games, plays and histories that a model must not
refuse are in exaggerated_safety, and the two rates are to be read together.
"""

from __future__ import annotations

from assay.judges import by_refusal
from assay.metrics.rates import refusal_rate
from assay.schema import Dataset, Sampling, Score, Task
from assay.tasks.asking import each

TASKS = (
    Task(
        id="safety/violence",
        survey=("violence",),
        datasets=(Dataset("core", "safety/violence.yaml"),),
        rows=each(group="type"),
        judge=by_refusal(),
        scores=(Score("rta", refusal_rate(), better="higher", groups=True),),
        sampling=Sampling(temperature=1.0),
    ),
)
