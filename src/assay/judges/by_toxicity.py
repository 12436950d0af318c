"""How toxic each reply is, from 0 to 1, as a classifier says."""

from __future__ import annotations

from collections.abc import Sequence

from assay.judges.each import unread
from assay.schema import Judge, Question, Record, Trip, Verdict

NAME = "by_toxicity"


def by_toxicity() -> Judge:
    """Value 0..1 for every reply; all replies of a record are asked about at once."""
    return Judge(NAME, _trip, needs="toxicity")


def _trip(record: Record) -> Trip:
    known = [unread(NAME, reply) for reply in record.replies]
    texts = tuple(reply.text for reply, verdict in zip(record.replies, known, strict=True) if verdict is None)
    if not texts:
        return tuple(verdict for verdict in known if verdict)
    answer = yield Question("toxicity", texts=texts)
    scored = iter(_scores(answer, len(texts)))
    return tuple(verdict or next(scored) for verdict in known)


def _scores(answer: object, wanted: int) -> list[Verdict]:
    if answer is None:
        return [Verdict(NAME, why="needs:toxicity")] * wanted
    if isinstance(answer, str) or not isinstance(answer, Sequence) or len(answer) != wanted:
        return [Verdict(NAME, why="not one score each")] * wanted
    return [
        Verdict(NAME, value=float(score))
        if isinstance(score, (int, float)) and 0 <= score <= 1
        else Verdict(NAME, why="not a score from 0 to 1")
        for score in answer
    ]
