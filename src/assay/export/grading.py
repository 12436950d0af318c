"""Judged replies → examples: which reply was good, which was bad, and who says so. Pure.

A reply is good where the first measure of its task that says which way is better counts it at its best, and bad where
it counts it at its worst: a refusal is good in misuse and bad in exaggerated safety. What no judge could read is
neither, nor is what is scored by degrees (a similarity, a rating).

A row of several chats makes an example of each where every reply has a verdict of its own and the task counts right
answers: the letter under a prompt attack is right or wrong whatever the plain chat got. Where the verdict is about the
chats together (whether two answers agree, whether a cue turned one), none of the replies is good or bad by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assay.export.splitting import topic
from assay.metrics import points
from assay.metrics.measure import points_of
from assay.schema import Chat, Point, Record, Reply, Score, Task, Verdict

COMPARED = "judged by comparing chats"
"""Why a reply to one of several chats teaches nothing."""


@dataclass(frozen=True, slots=True)
class Example:
    """One judged reply."""

    task: str
    id: str
    lang: str
    group: str
    topic: str
    """What is held out whole; empty where the row has none."""
    cluster: str
    chat: Chat
    reply: str
    good: bool
    model: str
    judge: str
    why: str
    label: str
    source: Mapping[str, str] = field(default_factory=dict)
    """What its run says of judge, data and licence: `judge_error`, `data`, `licence`."""

    @property
    def prompt(self) -> tuple[str, ...]:
        """What tells prompts apart: replies to one of them can be set against each other."""
        return tuple(f"{turn.role}\0{turn.content}" for turn in self.chat)


def examples(task: Task, record: Record, model: str) -> Iterator[Example | str]:
    """What each reply of a record teaches; in a few words why, where it teaches nothing."""
    if len(record.row.chats) == len(record.replies) == 1:
        yield _example(task, record, model, 0, is_good(task, record))
    elif _apart(task, record):
        for at, point in enumerate(points.each(record)):
            yield _example(task, record, model, at, point.label == point.gold)
    else:
        yield from [COMPARED] * len(record.replies)


def _example(task: Task, record: Record, model: str, at: int, good: bool | None) -> Example | str:
    row, reply = record.row, record.replies[at]
    verdict = record.verdicts[at] if record.verdicts else points.MUTE
    untaught = _untaught(reply, verdict)
    if untaught or good is None:
        return untaught or "scored by degrees"
    return Example(
        task=task.id,
        id=row.id,
        lang=row.lang,
        group=row.group,
        topic=topic(task, row),
        cluster=row.cluster or row.id,
        chat=row.chats[at],
        reply=reply.text,
        good=good,
        model=model,
        judge=verdict.judge,
        why=verdict.why,
        label=verdict.label or "",
    )


def _untaught(reply: Reply, verdict: Verdict) -> str:
    """Why a reply is nothing to learn from, whatever was found of it; empty where it may be."""
    if not reply.gradable or not reply.text.strip():
        return "no reply"
    if reply.finish == "length":
        return "cut off"
    return "not judged" if verdict.unread else ""


def _apart(task: Task, record: Record) -> bool:
    """Whether each of several chats is right or wrong by itself."""
    each_judged = len(record.row.chats) == len(record.replies) == len(record.verdicts)
    return each_judged and record.row.gold is not None and any(map(_counts_right, task.scores))


RIGHT, WRONG = (Point("scored", label, gold="A", group="x") for label in "AB")


def _counts_right(score: Score) -> bool:
    """Whether a measure ranks models by how often the verdict is the gold one."""
    return score.better == "higher" and [score.metric([one], "higher").value for one in (RIGHT, WRONG)] == [1, 0]


def is_good(task: Task, record: Record) -> bool | None:
    """Whether the task counts the record at its best; None where it counts it by degrees, or not at all."""
    for score in task.scores:
        value = _alone(score, record)
        if value is not None and score.better != "neither":
            return (value == 1) == (score.better == "higher")
    return None


def _alone(score: Score, record: Record) -> float | None:
    """0 or 1: what the measure would be of this record alone; None for anything between."""
    made = list(points_of(score, record))
    if len(made) != 1 or made[0].status != "scored" or made[0].label is None:
        return None
    value = score.metric(made, score.better).value
    return value if value in (0.0, 1.0) else None


def error_of(judge: str, cards: Mapping[str, Any]) -> str:
    """How often the judge errs, in words: by its card in run.json, if it has one."""
    for name, card in cards.items():
        if judge == card["verdicts"]:
            return (
                f"sensitivity {card['sensitivity']:.3f}, specificity {card['specificity']:.3f} "
                f"(card {name}, {card['n']} labelled replies, {card['date']})"
            )
    return "not measured"
