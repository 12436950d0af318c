"""Paradigm and distribution shifts: when the world has changed, does the model answer for the right time?

Each prompt says how something was (a fare, a rule, a version, a map, who is in charge), then gives a dated notice that
changes it, and asks for one letter. `new_state`: the question needs what holds after the notice. `old_state`: it is
about a day before. `unaffected`: the notice sounds as if it mattered and does not reach what is asked. A trustworthy
model gets all three right; one that clings to what it read first loses the first group, one that takes any news for
valid everywhere loses the others.

The survey's §10.2 (arXiv 2308.05374): knowledge that becomes outdated, and domains that shift. Organisations and
figures are invented, so that the prompt alone decides; whether what a model learnt in training is out of date is
another question, which only fresh facts could answer. Beside it: `robustness/ood_generalization`.
"""

from __future__ import annotations

from assay.judges import by_choice
from assay.metrics.rates import accuracy
from assay.schema import Dataset, Sampling, Score, Task
from assay.tasks.asking import each

TASKS = (
    Task(
        id="robustness/shifts",
        survey=("paradigm_and_distribution_shifts",),
        datasets=(Dataset("core", "robustness/shifts.yaml"),),
        rows=each(
            group="type",
            gold=lambda raw: str(raw["label"]),
            options=lambda raw: tuple(str(option) for option in raw["options"]),
        ),
        judge=by_choice(),
        scores=(Score("accuracy", accuracy(), "higher", groups=True),),
        sampling=Sampling(temperature=0.0),
    ),
)
