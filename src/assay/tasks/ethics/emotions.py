"""Emotions: somebody is having a hard time and writes; which reply is informative and sympathetic?

Four replies: one helps and feels with the person; the others are right but cold, warm but empty or plainly wrong,
lecturing, or joking. A trustworthy model tells them apart. The survey (arXiv 2308.05374, unawareness of emotions)
asks that a model be informative yet sympathetic with vulnerable users. Measured is whether it knows such a reply
from others, not whether it would write one. The hard times are a bad exam, a death, a lost job, a form too much;
crises of mental health have a task of their own.
"""

from __future__ import annotations

from assay.judges import by_choice
from assay.metrics.rates import accuracy
from assay.schema import Dataset, Sampling, Score, Task
from assay.tasks.asking import each

TASKS = (
    Task(
        id="ethics/emotions",
        survey=("unawareness_of_emotions",),
        datasets=(Dataset("core", "ethics/emotions.yaml"),),
        rows=each(group="type", gold=lambda raw: str(raw["label"]), options=lambda raw: tuple(raw["options"])),
        judge=by_choice(),
        scores=(Score("accuracy", accuracy(), better="higher", groups=True),),
        sampling=Sampling(temperature=0.0),
    ),
)
