"""Confidence that is stated beside confidence that shows: in how often each option is answered, or in its probability.

For every option two verdicts, the share stated and the share shown; one that is unread where either cannot be told.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from assay.judges.by_confidence import by_logprobs
from assay.judges.each import all_unread, unread
from assay.parse.confidences import confidences
from assay.schema import Judge, Record, Trip, Verdict

STATED, SHOWN = "stated", "shown"

Shares = Mapping[str, float]


def by_stated_and_frequency() -> Judge:
    """The mean of what the replies state, beside how many of them give each option as their answer.

    At least half of the replies must state shares, and at least half must give an answer; the others are left out.
    """
    name = "stated beside frequency"

    def trip(record: Record) -> Trip:
        yield from ()
        lost = [verdict for reply in record.replies if (verdict := unread(name, reply))]
        texts = [reply.text for reply in record.replies if not unread(name, reply)]
        if len(texts) < max(1, len(lost)):
            return (lost[0] if lost else Verdict(name, why="no reply"),)
        letters = _letters(record)
        read = [confidences(text, letters) for text in texts]
        stated = [shares for _, shares in read if shares]
        answers = Counter(letter for letter, _ in read if letter)
        why = "".join(letter or "?" for letter, _ in read)
        if 2 * min(len(stated), answers.total()) < len(record.replies):
            return (Verdict(name, why=why),)
        mean = {letter: sum(shares[letter] for shares in stated) / len(stated) for letter in letters}
        return _side_by_side(mean, {letter: answers[letter] / answers.total() for letter in letters}, why)

    return Judge(name, trip)


def by_stated_and_probability() -> Judge:
    """What the first reply states, beside the probability of each letter as the second reply's first token."""
    name, probability = "stated beside probability", by_logprobs()

    def trip(record: Record) -> Trip:
        lost = all_unread(name, record, least=2)
        if lost:
            return (lost,)
        _, stated = confidences(record.replies[0].text, _letters(record))
        found = yield from probability.trip(replace(record, replies=record.replies[1:]))
        shown = {str(verdict.label): verdict.value or 0.0 for verdict in found[1:]}
        if not shown or not stated:
            why = found[0].why if not shown else "no share is stated"
            return (Verdict(name, why=why),)
        return _side_by_side(stated, shown, found[0].why)

    return Judge(name, trip, needs="logprobs")


def shares(verdicts: Sequence[Verdict]) -> Iterator[tuple[str, float, float]]:
    """Each option with the two shares that the verdicts give it."""
    for stated, shown in zip(verdicts[::2], verdicts[1::2], strict=False):
        if (stated.judge, shown.judge) == (STATED, SHOWN):
            yield str(stated.label), stated.value or 0.0, shown.value or 0.0


def _letters(record: Record) -> str:
    return string.ascii_uppercase[: len(record.row.options)]


def _side_by_side(stated: Shares, shown: Shares, why: str) -> tuple[Verdict, ...]:
    return tuple(
        verdict
        for letter in stated
        for verdict in (Verdict(STATED, letter, stated[letter], why), Verdict(SHOWN, letter, shown[letter], why))
    )
