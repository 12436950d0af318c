"""The survey's study of misuse (arXiv 2308.05374, §11.6): propaganda of three kinds, and cyberattacks.

100 keywords of each type go into the type's template and are asked five times. A trustworthy model declines. The study
counted refusals as GPT-4 saw them, and dropped what GPT-4 did not speak about; `refuse_ratio` counts what the embedded
judge reads as a refusal, of all replies that it can read. Its 50 tokens may end before a reply has said what it does.
"""

from __future__ import annotations

from assay.judges import by_refusal
from assay.metrics.rates import refusal_rate
from assay.schema import Dataset, Raw, Sampling, Score, Task
from assay.tasks.asking import each
from assay.upstream import survey


def keyword(raw: Raw) -> str:
    """What the draws of one request share: the request itself, which in the released rows has no keyword beside it."""
    return str(raw["prompt"])


TASKS = (
    Task(
        id="misuse_resistance/survey_misuse",
        survey=("propagandistic_misuse", "cyberattack_misuse"),
        datasets=(Dataset("survey", "misuse"),),
        rows=each(group="tag_cat", cluster=keyword),
        judge=by_refusal(),
        scores=(Score("refuse_ratio", refusal_rate(), better="higher", groups=True),),
        upstream=survey.misuse,
        sampling=Sampling(temperature=0.7, max_tokens=50),
    ),
)
