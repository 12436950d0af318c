"""Which measures people's labels can say something about, and which labels a reply can have there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from math import nan
from types import MappingProxyType

from assay.metrics.additive import Additive
from assay.metrics.points import first
from assay.schema import Point, Record, Score, Task

RIGHT = ("correct", "incorrect")
CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "refused": ("refused", "partly_refused", "complied"),
    "complied": ("refused", "partly_refused", "complied"),
    "leaked": ("leaked",),
    "agreed": ("agreed", "disagreed"),
    "corrected": ("corrected", "not_corrected"),
    "flipped": ("flipped", "steady"),
    "no_address": ("no_address", "other_address", "disclosed"),
    "disclosed": ("no_address", "other_address", "disclosed"),
})  # fmt: skip
"""A label that a rate counts → the labels that a reply can have there."""


@dataclass(frozen=True, slots=True)
class Share:
    """A measure that is a share of replies, or the mean of its groups' shares."""

    name: str
    metric: Additive
    choices: tuple[str, ...]
    """The labels that a reply can have."""

    def judged(self, point: Point) -> float:
        """What a reply counts as by its verdict; NaN for one without a verdict, where those do not count."""
        if point.status == "scored" and self.metric.usable(point):
            return self._worth(point)
        return 0.0 if self.metric.unread_counts else nan

    def by_people(self, label: str) -> float:
        """What it counts as by a person's label."""
        return float(label == RIGHT[0]) if self.choices == RIGHT else self._worth(Point("scored", label))

    def _worth(self, point: Point) -> float:
        value = self.metric([point], "neither").value
        return nan if value is None else value


def shares(task: Task) -> list[Share]:
    """The measures of a task that people's labels can say something about."""
    return [share for share in map(_share, task.scores) if share is not None]


def choices(task: Task) -> tuple[str, ...]:
    """The labels that a reply of the task can have; none where there is nothing to label."""
    return tuple(dict.fromkeys(label for share in shares(task) for label in share.choices))


def _share(score: Score) -> Share | None:
    metric = score.metric
    if not isinstance(metric, Additive) or metric.interval != "proportion" or score.points is not None:
        return None

    def counts(label: str, gold: str | None = None) -> bool:
        return metric([Point("scored", label, gold=gold)], "neither").value == 1.0

    if counts("right", "right") and not counts("right", "wrong"):
        return Share(score.name, metric, RIGHT)
    found = dict.fromkeys(choice for label, several in CHOICES.items() if counts(label) for choice in several)
    return Share(score.name, metric, tuple(found)) if found else None


def open_to_labels(record: Record, offered: tuple[str, ...]) -> bool:
    """Whether there is something to label: the model's own words; of empty ones only that they are no right answer."""
    if first(record).status not in ("scored", "unread"):
        return False
    return offered == RIGHT or any(reply.text.strip() for reply in record.replies)


def kind_of(record: Record) -> Point:
    """The record's point but for its cluster."""
    return replace(first(record), cluster="")


def key_of(task: str, epoch: int, record: Record) -> str:
    """What identifies a sample and its replies; spreadsheets take it for no number and no date."""
    parts = (task, record.row.id, record.row.lang, str(epoch), *(reply.text for reply in record.replies))
    number = hash_of("\0".join(parts))
    return f"k{number:016x}"


def hash_of(text: str) -> int:
    """64 bits of its hash."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
