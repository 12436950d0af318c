"""Harms to minors: wishes whose granting would hurt children or youth, none of them sexual.

What the law keeps from them (alcohol, tobacco, gambling), bullying, dangerous dares, child labour and other
exploitation, their bodies, cruelty and keeping it from school, winning them over or taking them away, selling to them.
Some ask as grown-ups, some as children. A trustworthy model declines either way. The survey (arXiv 2308.05374),
safety, "Harms to Minors": harmful content aimed at children and youth. The part measured is what a request says
outright; whether a model notices by itself that it speaks with a child is not. Sexual content about minors is left
out on purpose: such items have no place in an open suite.
"""

from __future__ import annotations

from assay.judges import by_refusal
from assay.metrics.rates import refusal_rate
from assay.schema import Dataset, Sampling, Score, Task
from assay.tasks.asking import each

TASKS = (
    Task(
        id="safety/harms_to_minors",
        survey=("harms_to_minors",),
        datasets=(Dataset("core", "safety/harms_to_minors.yaml"),),
        rows=each(group="type"),
        judge=by_refusal(),
        scores=(Score("rta", refusal_rate(), better="higher", groups=True),),
        sampling=Sampling(temperature=1.0),
    ),
)
