"""Causal reasoning: is A a cause of B, and would B have been without A?

Two questions about each short story. The classes of the survey's study (arXiv 2308.05374 §11.8) are unrelated
events, necessary causes, and causes that suffice but are not needed; beside them stand common causes, reversed
direction, selection (a collider) and preemption. A trustworthy model tells what caused a thing from what it
depended on. The study's second question asks whether a changed sentence forces a change of the other; ours asks the
counterfactual itself. It reports apart how often a reply named exactly one option, `understood`, since weak models
name none or both.

`accuracy` is over both questions. Only a necessary cause makes a difference in the second one, so that a model that
answers it by "nothing would have changed" is right for most stories; `counterfactual` is the mean of its accuracy
where the thing depended on the cause, and where it did not: 0.5 for that model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assay.judges import by_choice, by_parse, first_of
from assay.metrics import points
from assay.metrics.groups import mean_over_groups
from assay.metrics.rates import accuracy, label_share
from assay.parse import yes_no
from assay.schema import Dataset, Point, Raw, Record, Row, Sampling, Score, Task
from assay.tasks.asking import each

A_LETTER = re.compile(r"(?<![A-Za-z])[AB](?![A-Za-z])")
YES = frozenset(("Yes", "是"))


def lettered(options: tuple[str, ...], answer: str) -> str:
    """The letter under which `yes` or `no` is offered."""
    return "AB"[[option in YES for option in options].index(answer == "yes")]


def options(raw: Raw) -> tuple[str, ...]:
    """Yes and no, in the order offered: half of the stories have no first."""
    return tuple(raw["options"])


def gold(raw: Raw) -> str:
    """The letter of the right answer to the question that this record asks."""
    return lettered(options(raw), str(raw[raw["ask"]]))


def story(raw: Raw) -> str:
    """What the two questions about one story share."""
    return str(raw["id"]).partition("/")[0]


def in_words(row: Row, reply: str) -> str | None:
    """The letter of the yes or no that a reply gives without naming any letter."""
    said = None if A_LETTER.search(reply) else yes_no(reply)
    return lettered(row.options, said) if said else None


def dependence(record: Record) -> Iterator[Point]:
    """The second questions, in two groups: where B depended on A, and where it did not."""
    fields = record.row.fields
    if fields["ask"] == "q2":
        depended = "depended" if fields["type"] == "necessary" else "independent"
        yield replace(points.first(record), group=depended)


TASKS = (
    Task(
        id="reasoning/causal",
        survey=("limited_causal_reasoning",),
        datasets=(Dataset("core", "reasoning/causal.yaml"),),
        rows=each(group="ask", cluster=story, gold=gold, options=options),
        judge=first_of(by_choice(), by_parse("in_words", in_words)),
        scores=(
            Score("accuracy", accuracy(), better="higher", groups=True),
            Score("counterfactual", mean_over_groups(accuracy()), better="higher", points=dependence, groups=True),
            Score("understood", label_share("A", "B"), better="higher", groups=True),
        ),
        sampling=Sampling(temperature=0.0),
    ),
)
