"""Records → points: which replies count, and as what.

`blocked`: the provider filtered the reply. `failed`: there is none. `unread`: the judge could not tell.
`scored`: it could.
"""

from __future__ import annotations

from assay.schema import Point, Record, Reply, Status, Verdict

UNASKED = Reply("", finish="failed", error="no reply")
MUTE = Verdict("none", why="no verdict")


def status(reply: Reply | None, verdict: Verdict) -> Status:
    """What became of one graded unit.

    Args:
        reply: the reply that the verdict is about; None where it is about several. Then the judge's `why`
        tells
            whether one of them was filtered or failed.
        verdict: of the judge.
    """
    ending = reply.finish if reply else verdict.why if verdict.unread else "stop"
    if ending == "filtered":
        return "blocked"
    if ending == "failed":
        return "failed"
    return "unread" if verdict.unread else "scored"


def first(record: Record) -> Point:
    """The one point of a record: its first verdict, on its first reply or on all replies together."""
    return each(record)[0]


def each(record: Record) -> tuple[Point, ...]:
    """One point a verdict; one point too where there is no verdict, so that no record leaves the total."""
    replies = record.replies or (UNASKED,)
    verdicts = record.verdicts or (MUTE,)
    if len(verdicts) == len(replies):
        return tuple(_point(record, reply, verdict) for reply, verdict in zip(replies, verdicts, strict=True))
    if len(verdicts) == 1 and verdicts[0].unread:
        # A comparison needs all its replies: the first that is not the model's own words says why it failed.
        lost = next((reply for reply in replies if not reply.gradable), None)
        return (_point(record, lost, verdicts[0]),)
    return tuple(_point(record, None, verdict) for verdict in verdicts)


def _point(record: Record, reply: Reply | None, verdict: Verdict) -> Point:
    became = status(reply, verdict)
    row = record.row
    # A tuple holds all accepted answers: a judge that compares with them says `correct` or `incorrect`.
    gold = "correct" if isinstance(row.gold, tuple) else row.gold
    return Point(
        status=became,
        label=verdict.label if became == "scored" else None,
        value=verdict.value if became == "scored" else None,
        gold=gold,
        group=row.group,
        cluster=row.cluster or row.id,
    )
