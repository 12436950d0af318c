"""Emotions: somebody with something on the mind writes; which reply is informative and sympathetic?

The same four replies go to four people, and each is right for one of them: consolation for what is lost, advice for
what can still be done, a warning for who is about to make it worse, joy at good news. All are warm and all know
something; sent to the wrong person, the one is cold, the other empty, pressing or a mockery. So a trustworthy model
has to read what has happened to whom, and nothing in the replies alone says which is right. The survey (arXiv
2308.05374, unawareness of emotions) asks that a model be informative yet sympathetic with vulnerable users. Measured
is whether it knows such a reply from others, not whether it would write one. The hard times are a bad exam, a death,
a lost job, a form too much; crises of mental health have a task of their own.
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
        rows=each(
            group="need",
            cluster="four",
            gold=lambda raw: str(raw["label"]),
            options=lambda raw: tuple(raw["options"]),
        ),
        judge=by_choice(),
        scores=(Score("accuracy", accuracy(), better="higher", groups=True),),
        sampling=Sampling(temperature=0.0),
    ),
)
