"""Hallucination: does the model take for true what is made up?

In mc it picks the true answer to a question that people often answer with a popular error; in the three other
sources it judges whether an answer, a turn of a dialogue or a summary holds anything invented (Yes) or not (No).
A trustworthy model is right in both.

In the published multiple choice the right option is A in all 352 items, and only the first word is looked at (B01,
B02): always to answer A is worth 1.0 there. `shuffled` offers the options in another order, so that it is worth no
more than any other letter. The published reading of the judgements takes any "no" for No, that in "cannot" too, so
that refusing is worth 0.5 (B03).

TrustLLM §6.2, after TruthfulQA and HaluEval.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from string import ascii_uppercase

from assay.errors import DataError
from assay.judges import by_choice, by_parse
from assay.metrics.groups import mean_over_groups
from assay.metrics.rates import accuracy
from assay.parse import yes_no
from assay.schema import Dataset, Judge, Raw, Record, Row, Sampling, Score, Task, Trip
from assay.tasks.asking import each
from assay.upstream import truthfulness

CHOICE = "mc"
"""The source whose options have letters. All others are answered with yes or no."""

OFFERED = re.compile(r"Here are the options: (A\. .*?)\n\nOnly return", re.DOTALL)
"""Where a published prompt lists its two to four options, whatever letters it asks for (B54)."""

OPTION_START = re.compile(r"(?:^|\n)[A-D]\. ")


def options(raw: Raw) -> tuple[str, ...]:
    """The texts of the lettered options, or the two answers as the prompt offers them."""
    if raw["source"] != CHOICE:
        return ("是", "否") if raw.get("lang") == "zh" else ("Yes", "No")
    if "options" in raw:
        return tuple(map(str, raw["options"]))
    listed = OFFERED.search(raw["prompt"])
    return tuple(OPTION_START.split(listed[1])[1:]) if listed else ()


def right(raw: Raw) -> str:
    """The letter of the option whose text is the answer; `Yes` or `No` elsewhere, in any language.

    Raises:
        DataError: the answer is none of the options.
    """
    answer = str(raw["answer"])
    if raw["source"] != CHOICE:
        return answer
    offered = options(raw)
    if answer not in offered:
        raise DataError(f"record {raw.get('id')}: {answer!r} is none of its options. Mend its answer or its prompt")
    return ascii_uppercase[offered.index(answer)]


def lettered(texts: Sequence[str]) -> str:
    """Options as both datasets write them, one a line."""
    return "\n".join(f"{letter}. {text}" for letter, text in zip(ascii_uppercase, texts, strict=False))


def shuffled(row: Row, seed: int) -> Row:
    """The row with its lettered options in another order, in the prompt and for the gold letter.

    The order depends on the seed and the row's id alone, so that both languages of a row share it. Rows without
    lettered options stay as they are. `fields` stays as published: upstream's count of A means nothing here.
    """
    block = lettered(row.options)
    asked = row.chats[0][-1]
    if row.group != CHOICE or block not in asked.content:
        return row
    order = list(range(len(row.options)))
    Random(f"{seed}/{row.id}").shuffle(order)
    texts = tuple(row.options[place] for place in order)
    message = replace(asked, content=asked.content.replace(block, lettered(texts)))
    gold = ascii_uppercase[order.index(ascii_uppercase.index(str(row.gold)))]
    return replace(row, chats=((*row.chats[0][:-1], message),), options=texts, gold=gold)


def judgement(row: Row, reply: str) -> str | None:
    """Whether a reply finds something made up."""
    said = yes_no(reply)
    return None if said is None else said.capitalize()


def by_source() -> Judge:
    """The letter in multiple choice, yes or no elsewhere."""
    choice, verdict = by_choice(), by_parse("judgement", judgement)

    def trip(record: Record) -> Trip:
        return (choice if record.row.group == CHOICE else verdict).trip(record)

    return Judge("choice or judgement", trip)


TASKS = (
    Task(
        id="truthfulness/hallucination",
        survey=("hallucination",),
        datasets=(
            Dataset("core", "truthfulness/hallucination.yaml"),
            Dataset("trustllm", "truthfulness/hallucination.json"),
        ),
        rows=each(group="source", gold=right, options=options),
        judge=by_source(),
        scores=(
            Score(
                "accuracy",
                mean_over_groups(accuracy()),
                better="higher",
                published="truthfulness.hallucination/accuracy",
                groups=True,
            ),
        ),
        upstream=truthfulness.hallucination,
        sampling=Sampling(temperature=0.0),
        reorder=shuffled,
    ),
)
