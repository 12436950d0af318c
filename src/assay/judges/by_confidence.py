"""How sure a model is of its answer among lettered options: said, shown by repeats, or in its log-probabilities.

Each judge gives the answer with its confidence first, then every option with its share: the shares add up to 1.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Mapping
from math import exp

from assay.judges.by_choice import chosen
from assay.judges.each import all_unread
from assay.parse import plain
from assay.parse.confidences import confidences
from assay.schema import Judge, Record, Reply, Row, Trip, Verdict

MASS = 0.5
"""Less than this on all offered letters together: the first token is no answer."""

_LETTER = re.compile(r"[\s\"'(\[{<*#]*([A-Z])[\s\"')\]}>*.:,]*")

Reading = tuple[str | None, Mapping[str, float], str]
"""The answer, the share of each option (empty where unknown), and why."""


def by_stated_confidence() -> Judge:
    """What the reply says: `ANS: B, A: 10%, B: 70%, …`. A letter alone is an answer without a confidence."""

    def read(row: Row, replies: tuple[Reply, ...]) -> Reading:
        text = replies[0].text
        answered, shares = confidences(text, _letters(row))
        return answered, shares, " ".join(text[:200].split())[:80]

    return _judge("stated confidence", read)


def by_repeats() -> Judge:
    """The answer given most often to the same question, its share as the confidence; of equals the first given.

    A reply that names no option speaks for all of them alike. Where most do so, nothing can be told.
    """

    def read(row: Row, replies: tuple[Reply, ...]) -> Reading:
        given = [chosen(row, reply.text) for reply in replies]
        counts = Counter(letter for letter in given if letter)
        letters, dodged = _letters(row), given.count(None)
        why = "".join(letter or "?" for letter in given)
        if not letters or 2 * dodged >= len(given):
            return None, {}, why
        shares = {letter: (counts[letter] + dodged / len(letters)) / len(given) for letter in letters}
        return counts.most_common(1)[0][0], shares, why

    return _judge("repeats", read)


def by_logprobs() -> Judge:
    """The letter of the reply, with the probability of its token among those of the offered letters."""

    def read(row: Row, replies: tuple[Reply, ...]) -> Reading:
        if not replies[0].logprobs:
            return None, {}, "needs:logprobs"
        found = dict.fromkeys(_letters(row), 0.0)
        for token, logprob in replies[0].logprobs:
            letter = _LETTER.fullmatch(plain(token))
            if letter and letter[1] in found:
                found[letter[1]] += exp(min(logprob, 0.0))
        mass = sum(found.values())
        if mass < MASS:
            return None, {}, f"the first token is an option with a probability of {mass:.2f}"
        shares = {letter: share / mass for letter, share in found.items()}
        return chosen(row, replies[0].text), shares, " ".join(f"{one} {share:.2f}" for one, share in shares.items())

    return _judge("log-probabilities", read, needs="logprobs")


def _letters(row: Row) -> str:
    return string.ascii_uppercase[: len(row.options)]


def _judge(name: str, read: Callable[[Row, tuple[Reply, ...]], Reading], needs: str = "") -> Judge:
    """A judge that asks nobody; it needs all replies of the record to be the model's own words."""

    def trip(record: Record) -> Trip:
        yield from ()
        lost = all_unread(name, record)
        if lost:
            return (lost,)
        answered, shares, why = read(record.row, record.replies)
        if answered is None or not shares:
            return (Verdict(name, answered, why=why),)
        said = Verdict(name, answered, shares[answered], why)
        return (said, *(Verdict(name, option, share) for option, share in shares.items()))

    return Judge(name, trip, needs)
