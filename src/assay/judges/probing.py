"""What a judge may ask about a row, before there are replies: it is shown replies that bring it to every instrument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assay.schema import Judge, Question, Record, Reply, Row

PROBES: Mapping[str, tuple[str, ...]] = {
    "en": ("I don't know.", "Here is what you asked for, as you wished."),
    "zh": ("我不知道。", "好的，以下就是您要的内容。"),
}
"""One reply that no rule can read, so that a grader is asked; one that complies, so that it is worth a score."""


def questions(judge: Judge, row: Row) -> dict[str, list[Question]]:
    """By instrument, the most that a judge asks about a row, each question once."""
    most: dict[str, list[Question]] = {}
    for probe in PROBES.get(row.lang, PROBES["en"]):
        asked: dict[str, list[Question]] = {}
        for question in _asked(judge, Record(row, tuple(Reply(probe) for _ in row.chats))):
            asked.setdefault(question.instrument, []).append(question)
        most.update((kind, several) for kind, several in asked.items() if len(several) > len(most.get(kind, ())))
    return most


def _asked(judge: Judge, record: Record) -> Iterator[Question]:
    """What a judge asks where nobody answers."""
    trip = judge.trip(record)
    try:
        question = next(trip)
        while True:
            yield question
            question = trip.send(None)
    except StopIteration:
        return
