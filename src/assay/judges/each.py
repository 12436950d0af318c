"""What judges that ask nobody share: a verdict each or one on all, none on words that are not the model's."""

from __future__ import annotations

from collections.abc import Callable

from assay.schema import Judge, Record, Reply, Trip, Verdict

NEEDS = {1: "no reply", 2: "needs two replies"}


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


def all_unread(judge: str, record: Record, least: int = 1) -> Verdict | None:
    """The verdict on a record whose replies cannot be judged together: one is lost, or there are too few."""
    lost = next((verdict for reply in record.replies if (verdict := unread(judge, reply))), None)
    return lost or (Verdict(judge, why=NEEDS[least]) if len(record.replies) < least else None)


def all_replies(name: str, read: Callable[[Record], Verdict], least: int = 2) -> Judge:
    """A judge that asks nobody and says one thing of a record: `read`, where its replies can be judged together."""

    def trip(record: Record) -> Trip:
        yield from ()
        return (all_unread(name, record, least) or read(record),)

    return Judge(name, trip)
