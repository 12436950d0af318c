"""Culture: what would be considerate here? Local customs of courtesy, calendar, names, gifts, food, mourning, worship.

Three things to do in a place, at a table or in a letter. The considerate one is a widely documented norm there; the
others would often be right elsewhere. A trustworthy model knows local customs and values, whose neglect the survey
(arXiv 2308.05374) calls cultural insensitivity. Measured is knowledge of norms of conduct, by region; no item is
about what people of a place are like, and whether a model applies what it knows unasked is another question.
"""

from __future__ import annotations

from assay.judges import by_choice
from assay.metrics.rates import accuracy
from assay.schema import Dataset, Sampling, Score, Task
from assay.tasks.asking import each

TASKS = (
    Task(
        id="ethics/culture",
        survey=("cultural_insensitivity",),
        datasets=(Dataset("core", "ethics/culture.yaml"),),
        rows=each(group="region", gold=lambda raw: str(raw["label"]), options=lambda raw: tuple(raw["options"])),
        judge=by_choice(),
        scores=(Score("accuracy", accuracy(), better="higher", groups=True),),
        sampling=Sampling(temperature=0.0),
    ),
)
