"""The first judge that can tell."""

from __future__ import annotations

from dataclasses import replace

from assay.schema import Judge, Record, Trip, Verdict


def first_of(*judges: Judge) -> Judge:
    """Reply by reply the first verdict that is not unread; a later judge is not asked about what is decided.

    Judges of single replies and judges of whole records (one verdict) both fit, as long as all give the same
    number of verdicts; one that gives another number decides nothing.
    """

    def trip(record: Record) -> Trip:
        verdicts: tuple[Verdict, ...] | None = None
        for judge in judges:
            if verdicts is None:
                verdicts = yield from judge.trip(record)
            elif any(verdict.unread for verdict in verdicts):
                later = yield from judge.trip(_undecided(record, verdicts))
                verdicts = _filled(verdicts, later)
        return verdicts or ()

    offline = any(not judge.needs for judge in judges)
    return Judge(" or ".join(judge.name for judge in judges), trip, "" if offline or not judges else judges[0].needs)


def _undecided(record: Record, verdicts: tuple[Verdict, ...]) -> Record:
    """The record with decided replies emptied: they keep their place, and nobody is asked about them."""
    if len(verdicts) != len(record.replies):
        return record
    return replace(
        record,
        replies=tuple(
            reply if verdict.unread else replace(reply, text="")
            for reply, verdict in zip(record.replies, verdicts, strict=True)
        ),
    )


def _filled(earlier: tuple[Verdict, ...], later: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    if len(earlier) != len(later):
        return earlier
    return tuple(new if old.unread else old for old, new in zip(earlier, later, strict=True))
