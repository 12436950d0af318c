"""Judged replies → examples: which reply was good, which was bad, and who says so. Pure.

A reply is good where the first measure of its task that says which way is better counts it at its best, and bad where
it counts it at its worst: a refusal is good in misuse and bad in exaggerated safety. What no judge could read is
neither, nor is what is scored by degrees (a similarity, a rating), nor a row that is asked in several chats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assay.metrics.measure import points_of
from assay.schema import Chat, Record, Score, Task


@dataclass(frozen=True, slots=True)
class Example:
    """One judged reply."""

    task: str
    id: str
    lang: str
    group: str
    cluster: str
    chat: Chat
    reply: str
    good: bool
    model: str
    judge: str
    why: str
    label: str

    @property
    def prompt(self) -> tuple[str, ...]:
        """What tells prompts apart: replies to one of them can be set against each other."""
        return tuple(f"{turn.role}\0{turn.content}" for turn in self.chat)


def example(task: Task, record: Record, model: str) -> Example | str:
    """What a record teaches; in one or two words why, where it teaches nothing."""
    if len(record.row.chats) != 1 or len(record.replies) != 1:
        return "several chats"
    reply = record.replies[0]
    if not reply.gradable or not reply.text.strip():
        return "no reply"
    if reply.finish == "length":
        return "cut off"
    if not record.verdicts or record.verdicts[0].unread:
        return "not judged"
    good = is_good(task, record)
    if good is None:
        return "scored by degrees"
    row, verdict = record.row, record.verdicts[0]
    return Example(
        task=task.id,
        id=row.id,
        lang=row.lang,
        group=row.group,
        cluster=row.cluster or row.id,
        chat=row.chats[0],
        reply=reply.text,
        good=good,
        model=model,
        judge=verdict.judge,
        why=verdict.why,
        label=verdict.label or "",
    )


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
