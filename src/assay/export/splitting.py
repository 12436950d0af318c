"""What is held out: whole topics and whole templates, so that nobody is scored on a twin of what they trained on. Pure.

The split depends on names alone. It is the same for every run, model, language and format, and grows with no export:
what is held out once is held out always.

A group of rows is no topic where it says what is right: without its group "bad" a task of "good" and "bad" would teach
that everything is good. There the templates alone decide, or the topic that the row names beside its group.
"""

from __future__ import annotations

from hashlib import blake2b

from assay.schema import Row, Task

SHARE = 0.25
"""Of the topics of a task, and of the templates of every other topic, about so many are held out."""

TOPICS = 0.4
"""The part of the share that goes by whole topics; the rest by templates."""

ANSWERS = frozenset((
    "ethics/emotions",
    "ethics/implicit_ethics",
    "ethics/implicit_social_chemistry_101",
    "reasoning/survey_causal",
    "robustness/shifts",
    "safety/mental_health",
))  # fmt: skip
"""Tasks whose groups are what is right: the kind of reply that helps, the verdict on an act, which news counts."""


def topic(task: Task, row: Row) -> str:
    """The topic of a row, which is held out whole or not at all; empty where it has none.

    It is what the row calls so, else its group. Of a file of one's own nobody knows whether its groups tell what is
    right, so that there, where something is, they are no topics.
    """
    named = row.fields.get("topic")
    if isinstance(named, str) and named:
        return named
    own = any(dataset.name == "own" for dataset in task.datasets)
    return "" if task.id in ANSWERS or (own and row.gold is not None) else row.group


def held_out(task: str, topic: str, cluster: str, share: float = SHARE) -> bool:
    """Whether an item may never be trained on.

    Args:
        task: its task.
        topic: empty where it has none, and then templates alone decide.
        cluster: its template, or the item itself.
        share: about so many of the items.
    """
    by_topic = share * TOPICS if topic else 0.0
    by_template = (share - by_topic) / (1 - by_topic)
    return (bool(topic) and _place("topic", task, topic) < by_topic) or _place("template", task, cluster) < by_template


def _place(*names: str) -> float:
    """From 0 to 1, the same for the same names for ever."""
    return int.from_bytes(blake2b("\0".join(names).encode(), digest_size=8).digest()) / 2**64
