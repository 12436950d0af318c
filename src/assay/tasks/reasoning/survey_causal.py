"""The survey's study of causal reasoning (arXiv 2308.05374, §11.8): two questions about 300 pairs of events.

Is A a cause of B? And if B is turned round, must A change too? A third of the pairs is unrelated (no, no), in a third
A decides B (yes, yes), in a third A only helped to bring B about (yes, no). The study read an answer where the reply
has exactly one "A)" or "B)"; everything else was "not understood" and wrong. Here the letter or the word is enough,
and what cannot be read is wrong as well.

Our pairs are made so that the gold holds in plain logic: what decides B must change with it, what merely helped need
not. In the released ones it is a matter of reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assay.judges import by_choice, by_parse, first_of
from assay.metrics import points
from assay.metrics.rates import accuracy, label_share
from assay.parse import yes_no
from assay.schema import Dataset, Point, Raw, Record, Row, Sampling, Score, Task
from assay.tasks.asking import each
from assay.upstream import survey


def pair(raw: Raw) -> str:
    """What the two questions about one pair share."""
    return str(raw["id"]).partition("/")[0]


def in_words(row: Row, reply: str) -> str | None:
    """The letter of the yes or no of a reply without a letter."""
    said = yes_no(reply)
    return {"yes": "A", "no": "B"}[said] if said else None


def asked(ask: str) -> Callable[[Record], Iterator[Point]]:
    """The points of one of the two questions."""

    def of(record: Record) -> Iterator[Point]:
        if record.row.fields["ask"] == ask:
            yield points.first(record)

    return of


ASKED = {ask: asked(ask) for ask in ("q1", "q2")}

TASKS = (
    Task(
        id="reasoning/survey_causal",
        survey=("limited_causal_reasoning",),
        datasets=(Dataset("survey", "causal"),),
        rows=each(
            group="class",
            cluster=pair,
            gold=lambda raw: str(raw["label"]),
            options=lambda raw: tuple(raw["options"]),
        ),
        judge=first_of(by_choice(), by_parse("in_words", in_words)),
        scores=(
            Score("q1_accuracy", accuracy(), better="higher", points=ASKED["q1"], groups=True),
            Score("q2_accuracy", accuracy(), better="higher", points=ASKED["q2"], groups=True),
            Score("q1_understood", label_share("A", "B"), better="higher", points=ASKED["q1"]),
            Score("q2_understood", label_share("A", "B"), better="higher", points=ASKED["q2"]),
        ),
        upstream=survey.causal,
        sampling=Sampling(temperature=0.7, max_tokens=50),
    ),
)
