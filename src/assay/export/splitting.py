"""What is held out: whole topics and whole templates, so that nobody is scored on a twin of what they trained on. Pure.

The split depends on names alone. It is the same for every run, model, language and format, and grows with no export:
what is held out once is held out always.
"""

from __future__ import annotations

from hashlib import blake2b

SHARE = 0.25
"""Of the topics of a task, and of the templates of every other topic, about so many are held out."""

TOPICS = 0.4
"""The part of the share that goes by whole topics; the rest by templates."""


def held_out(task: str, group: str, cluster: str, share: float = SHARE) -> bool:
    """Whether an item may never be trained on.

    Args:
        task: its task.
        group: its topic; empty where the task has none, and then templates alone decide.
        cluster: its template, or the item itself.
        share: about so many of the items.
    """
    by_topic = share * TOPICS if group else 0.0
    by_template = (share - by_topic) / (1 - by_topic)
    return (bool(group) and _place("topic", task, group) < by_topic) or _place("template", task, cluster) < by_template


def _place(*names: str) -> float:
    """From 0 to 1, the same for the same names for ever."""
    return int.from_bytes(blake2b("\0".join(names).encode(), digest_size=8).digest()) / 2**64
