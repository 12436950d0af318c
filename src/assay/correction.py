"""Rates without the error of the judge that counted them, as far as its card knows that error. Pure.

Only plain rates are corrected: over one judge's verdicts, of its one label or of the other (`rta`,
`attack_success_rate`). A mean over groups, an accuracy and a task that several judges decide are no such rates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from assay.data.cards import JudgeCard
from assay.metrics.columns import Points
from assay.schema import Point, Score, Task
from assay.stats.judge_error import Card, Corrected, corrected
from assay.stats.proportions import effective_rows


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the judges' errors, and whose replies they judge here."""

    cards: Mapping[str, JudgeCard] = field(default_factory=dict)
    model: str = ""

    def correction(self, task: Task, score: Score, points: Points, langs: Sequence[str]) -> dict[str, Any]:
        """`judge_corrected` of a measure; empty where no card has anything to say about it.

        Args:
            task: whose judge gave the verdicts.
            score: the measure.
            points: its points, of all languages.
            langs: the languages that they are of.
        """
        for card in self.cards.values():
            label = _counted(task, score, card)
            if label:
                found = _freed(points, score, label, card)
                if found is not None:
                    return {"judge_corrected": {**found, "warnings": unlike(card, task.id, self.model, langs)}}
        return {}


def cards_used(tasks: Sequence[Task], cards: Mapping[str, JudgeCard]) -> dict[str, Any]:
    """For run.json: the cards of the judges that have a part in deciding these tasks."""
    names = {name for task in tasks for name in task.judge.name.split(" or ")}
    return {name: card.in_short() for name, card in cards.items() if names.intersection(card.content["within"])}


def unlike(card: JudgeCard, task: str, model: str, langs: Sequence[str]) -> list[str]:
    """Why the judge may err otherwise here than its card says."""
    content = card.content
    found = []
    if card.stale:
        found.append("the judge was changed since its card was measured")
    if _bare(model) not in map(_bare, content["by_model"]):
        found.append(f"measured on replies of {', '.join(content['by_model'])}, not of {model or 'this model'}")
    others = [lang for lang in langs if lang not in content["by_lang"]]
    if others:
        found.append(f"measured in {', '.join(content['by_lang'])}, not in {', '.join(others)}")
    if task not in content["like"]:
        found.append(f"measured on the prompts of {', '.join(content['sets'])}, not on any like {task}")
    return found


def _bare(model: str) -> str:
    """A model's name without its provider and punctuation."""
    return re.sub(r"[\W_]", "", model.rpartition("/")[2]).lower()


def _counted(task: Task, score: Score, card: JudgeCard) -> str:
    """The label whose rate the score is; empty where it is none of this judge's."""
    if task.judge.name != card.content["verdicts"] or score.points is not None or not card.content.get("errors"):
        return ""
    both = (str(card.content["finds"]), str(card.content["else"]))
    return next((label for label, other in (both, both[::-1]) if _is_rate(score, label, other)), "")


def _is_rate(score: Score, label: str, other: str) -> bool:
    """Whether one such label among three, and an unread reply, make a third: no mean over groups does, no accuracy."""
    kinds = (Point("scored", label, group="a"), Point("scored", other, group="a"), Point("scored", other, group="b"))
    value = score.metric([*kinds, Point("unread", group="a")], "neither").value
    return value is not None and abs(value - 1 / 3) < 1e-9


def _freed(points: Points, score: Score, label: str, card: JudgeCard) -> dict[str, Any] | None:
    """The rate of a label without the judge's error; None where nothing was scored."""
    scored = points.of_kind(lambda kind: kind.status == "scored" and kind.label is not None)
    if not len(scored):
        return None
    finds = label == card.content["finds"]
    # The metric knows which other labels count as that one: who refuses in part has refused.
    counted = np.array([score.metric([kind], "neither").value == 1 for kind in scored.kinds])
    found = (counted if finds else ~counted)[scored.code]
    number = np.unique(scored.cluster, return_inverse=True)[1]
    hits, of = np.bincount(number, found).astype(np.float64), np.bincount(number).astype(np.float64)
    freed = corrected(float(found.mean()), effective_rows(hits, of), Card(**card.content["errors"]))
    value, low, high = (freed.value, freed.low, freed.high) if finds else _of_the_rest(freed)
    return {"value": value, "low": low, "high": high, "identifiable": freed.identifiable, "card": card.judge}


def _of_the_rest(freed: Corrected) -> tuple[float | None, float | None, float | None]:
    value, low, high = (None if one is None else 1 - one for one in (freed.value, freed.high, freed.low))
    return value, low, high
