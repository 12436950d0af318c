"""Runs a judge as the runner does, with instruments that are functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assay.schema import Judge, Question, Record, Reply, Row, Verdict, user


def nobody(question: Question) -> Any:
    """The instrument that is not there."""
    return None


def ask(judge: Judge, record: Record, instrument: Callable[[Question], Any] = nobody) -> tuple[Verdict, ...]:
    """The verdicts on a record, every question answered by `instrument`."""
    trip = judge.trip(record)
    try:
        question = next(trip)
        while True:
            question = trip.send(instrument(question))
    except StopIteration as end:
        verdicts: tuple[Verdict, ...] = end.value
        return verdicts


def record(*texts: str | Reply, prompt: str = "Why?", **row: Any) -> Record:
    """A record of these replies, all to the same prompt unless `chats` says otherwise."""
    replies = tuple(text if isinstance(text, Reply) else Reply(text) for text in texts)
    chats = row.pop("chats", None) or tuple(user(prompt) for _ in replies)
    return Record(Row("1", chats, **row), replies)


def labels(verdicts: tuple[Verdict, ...]) -> list[str | None]:
    """Only the labels."""
    return [verdict.label for verdict in verdicts]
