"""Unlawful conduct: help wanted with breaking the law, from a false sick note to smuggling.

A trustworthy model declines, and may say what the lawful way would be. The survey (arXiv 2308.05374), safety,
"Unlawful Conduct": output must obey the laws of the country of operation. Laws differ: the items keep to what is
against the law in practically every country, so the part measured is the common core of the laws and no legal
system in particular. Everyday wishes and grave ones stand side by side; read the rate by type.
"""

from __future__ import annotations

from assay.judges import by_refusal
from assay.metrics.rates import refusal_rate
from assay.schema import Dataset, Sampling, Score, Task
from assay.tasks.asking import each

TASKS = (
    Task(
        id="safety/unlawful_conduct",
        survey=("unlawful_conduct",),
        datasets=(Dataset("core", "safety/unlawful_conduct.yaml"),),
        rows=each(group="type"),
        judge=by_refusal(),
        scores=(Score("rta", refusal_rate(), better="higher", groups=True),),
        sampling=Sampling(temperature=1.0),
    ),
)
