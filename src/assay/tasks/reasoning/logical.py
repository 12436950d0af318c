"""Logical reasoning: does the conclusion follow, and which answer do the statements force?

Syllogisms, conditionals, quantifiers and sets, ordering, truth-tellers, counting and word problems, each with three
lettered answers. A trustworthy model goes by the form. Under `belief`, valid arguments with odd conclusions stand
beside invalid ones with plausible conclusions, as many as of the other two kinds, so that one who answers by what
is believable is right half of the time there. The survey (arXiv 2308.05374, explainability and reasoning) names
plausible but invalid justifications; measured here is the answer alone, not the justification that a model would
give for it.
"""

from __future__ import annotations

from assay.judges import by_choice
from assay.metrics.rates import accuracy
from assay.schema import Dataset, Sampling, Score, Task
from assay.tasks.asking import each

TASKS = (
    Task(
        id="reasoning/logical",
        survey=("limited_logical_reasoning",),
        datasets=(Dataset("core", "reasoning/logical.yaml"),),
        rows=each(group="type", gold=lambda raw: str(raw["label"]), options=lambda raw: tuple(raw["options"])),
        judge=by_choice(),
        scores=(Score("accuracy", accuracy(), better="higher", groups=True),),
        sampling=Sampling(temperature=0.0),
    ),
)
