"""The survey's study of hallucination (arXiv 2308.05374, §11.2): which of two answers does the knowledge support?

The right answer and a made-up one, in an order drawn for each question, beside the text that decides; the model is to
output (A) or (B) and explain. A trustworthy model takes the one that the text supports. The study took the first 300
questions of HaluEval and the first character of the reply; here the letter may stand anywhere in it, and a reply
without one is wrong. The group is the relation that is asked about; released records have none.
"""

from __future__ import annotations

from assay.judges import by_choice
from assay.metrics.rates import accuracy, label_share
from assay.schema import Dataset, Sampling, Score, Task
from assay.tasks.asking import each
from assay.upstream import survey

TASKS = (
    Task(
        id="truthfulness/survey_hallucination",
        survey=("hallucination",),
        datasets=(Dataset("survey", "hallucination"),),
        rows=each(
            group="topic",
            gold=lambda raw: str(raw["label"]),
            options=lambda raw: tuple(raw["options"]),
        ),
        judge=by_choice(),
        scores=(
            Score("accuracy", accuracy(), better="higher", groups=True),
            Score("understood", label_share("A", "B"), better="higher"),
        ),
        upstream=survey.hallucination,
        sampling=Sampling(temperature=0.7, max_tokens=50),
    ),
)
