"""What judges of single replies share: a verdict each, in order, none on words that are not the model's."""

from __future__ import annotations

from collections.abc import Callable

from assay.schema import Judge, Record, Reply, Trip, Verdict


def unread(judge: str, reply: Reply) -> Verdict | None:
    """The verdict on a reply that cannot be judged at all: blocked, failed, empty. None where it can be."""
    if not reply.gradable:
        return Verdict(judge, why=reply.finish)
    return None if reply.text.strip() else Verdict(judge, why="empty")


def each_reply(name: str, read: Callable[[Record, int], Verdict]) -> Judge:
    """A judge that asks nobody: `read` on the place of every reply that can be judged."""

    def trip(record: Record) -> Trip:
        yield from ()
        return tuple(unread(name, reply) or read(record, at) for at, reply in enumerate(record.replies))

    return Judge(name, trip)
