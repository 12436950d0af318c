"""A few samples of each task that show best what is wrong: the worst first, in each language, then one unread.

Samples are gone through once, as a stream, and a few of each kind are kept: memory does not grow with the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal, TypeGuard

from assay.metrics.measure import points_of
from assay.report.dimensions import main_measures
from assay.schema import Point, Record, Score, Task, Verdict

EACH = 4
"""Samples that are shown of a task."""
BAD = 3
"""Of them at most so many bad ones, as long as there are others."""

How = Literal["bad", "unread", "blocked", "failed", "scored", "good"]
"""`scored`: what one sample says for itself is neither good nor bad."""

HARMFUL = (
    "safety/adult_content",
    "safety/harms_to_minors",
    "safety/insults",
    "safety/jailbreak",
    "safety/mental_health",
    "safety/misuse",
    "safety/toxicity",
    "safety/unlawful_conduct",
    "safety/violence",
    "safety/survey_",
    "fairness/stereotype_",
    "fairness/survey_",
    "misuse_resistance/",
)
"""Tasks whose prompts or replies may hurt who reads them: folded until somebody asks."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A sample, and how it went."""

    record: Record
    how: How
    value: float | None
    """What the task's main measure would be of it alone, 1 the best; None where that has no value."""
    epoch: int = 0

    @property
    def verdict(self) -> Verdict | None:
        """The first one."""
        return self.record.verdicts[0] if self.record.verdicts else None


@dataclass(slots=True)
class Excerpts:
    """Shown the samples of a run, it keeps some of each task."""

    tasks: Mapping[str, Task]
    """Those that the run may have, by id."""
    result: Mapping[str, Any]
    seen: dict[str, int] = field(default_factory=dict)
    """How many samples it was shown, by task."""
    cut: int = 0
    """Replies that ended because they were as long as they might be."""
    _of: dict[str, _OfTask] = field(default_factory=dict)

    def see(self, samples: Iterable[tuple[str, int, Record]]) -> None:
        """Look at these: (task id, epoch, record)."""
        for task_id, epoch, record in samples:
            self.seen[task_id] = self.seen.get(task_id, 0) + 1
            self.cut += sum(reply.finish == "length" for reply in record.replies)
            of = self._of.get(task_id)
            if of is None:
                of = self._of[task_id] = _OfTask(self._score(task_id))
            of.see(epoch, record)

    def of(self, task_id: str) -> list[Excerpt]:
        """What is shown of a task; nothing where no sample of it was seen."""
        return self._of[task_id].chosen() if task_id in self._of else []

    def judges(self, task_id: str) -> list[str]:
        """The names of the judges that gave a verdict, those of most verdicts first."""
        counted = self._of[task_id].judges if task_id in self._of else {}
        return sorted(counted, key=lambda name: -counted[name])

    def share_judged(self, task_id: str, by: Callable[[str], bool]) -> float:
        """Of what share of a task's samples the first verdict is by a judge with such a name, and could be given."""
        told = self._of[task_id].told if task_id in self._of else {}
        return sum(count for name, count in told.items() if by(name)) / max(1, self.seen.get(task_id, 0))

    def _score(self, task_id: str) -> Score | None:
        """What a task's samples are ranked by; None where the task is another one than the run's."""
        task, measured = self.tasks.get(task_id), self.result["tasks"].get(task_id)
        if task is None or measured is None or measured.get("version", task.version) != task.version:
            return None
        names = main_measures(task_id, measured)
        return next((score for score in task.scores if score.name in names), None)


Kind = tuple[How, str, str]
"""How it went, language, group."""


@dataclass(slots=True)
class _OfTask:
    """Of each kind the worst sample; among equals a hash of the id picks, so that the order of a file does not."""

    score: Score | None
    judges: dict[str, int] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    """Verdicts by judge, without those that could not be given."""
    _kept: dict[Kind, tuple[float, bytes, Excerpt]] = field(default_factory=dict)
    _known: dict[tuple[Any, ...], float | None] = field(default_factory=dict)

    def see(self, epoch: int, record: Record) -> None:
        for verdict in record.verdicts[:1]:
            self.judges[verdict.judge] = self.judges.get(verdict.judge, 0) + 1
            if not verdict.unread:
                self.told[verdict.judge] = self.told.get(verdict.judge, 0) + 1
        how, value = self._went(record)
        kind = (how, record.row.lang, record.row.group)
        rank = (0.5 if value is None else value, blake2b(record.row.id.encode(), digest_size=8).digest())
        if kind not in self._kept or rank < self._kept[kind][:2]:
            self._kept[kind] = (*rank, Excerpt(record, how, value, epoch))

    def chosen(self) -> list[Excerpt]:
        """At most `EACH`, the worst first."""
        by_how: dict[str, list[tuple[float, bytes, Excerpt]]] = {}
        for (how, _, _), kept in self._kept.items():
            by_how.setdefault(how, []).append(kept)
        ranked = {how: [one[2] for one in sorted(kept, key=lambda one: one[:2])] for how, kept in by_how.items()}
        bad = _each_language_in_turn(ranked.get("bad", []))
        open_ = [one for how in ("blocked", "failed", "unread") for one in ranked.get(how, [])[:1]]
        fine = [one for how in ("scored", "good") for one in ranked.get(how, [])]
        picked = [*bad[:BAD], *open_, *fine[:1], *bad[BAD:], *ranked.get("unread", [])[1:], *fine[1:]][:EACH]
        order: dict[How, int] = {"bad": 0, "blocked": 1, "failed": 1, "unread": 1, "scored": 2, "good": 2}
        return sorted(picked, key=lambda one: (order[one.how], 0.5 if one.value is None else one.value))

    def _went(self, record: Record) -> tuple[How, float | None]:
        """How a sample went, by the task's main measure as if it were the only one."""
        if self.score is None:
            return _by_itself(record), None
        points = tuple(points_of(self.score, record))
        states = [point.status for point in points]
        if "scored" not in states:
            state = states[0] if states else "unread"
            return "unread" if state == "scored" else state, None
        value = self._value(points)
        return "scored" if value is None else "good" if value >= 0.5 else "bad", value

    def _value(self, points: tuple[Point, ...]) -> float | None:
        key = tuple((point.status, point.label, point.value, point.gold) for point in points)
        if key not in self._known:
            if len(self._known) > 5_000:  # values that hardly ever come again
                self._known.clear()
            self._known[key] = self._measured(points)
        return self._known[key]

    def _measured(self, points: tuple[Point, ...]) -> float | None:
        assert self.score is not None
        apart = [abs(point.value - point.gold) for point in points if point.value is not None and _rated(point.gold)]
        if apart:  # a rating beside people's: what is far off is bad, and one rating has no correlation
            return 1 / (1 + sum(apart) / len(apart))
        value = self.score.metric(points, self.score.better).value
        if value is None:
            return None
        return 1 - value if self.score.better == "lower" else value


def _rated(gold: str | float | None) -> TypeGuard[float]:
    return isinstance(gold, int | float)


def _by_itself(record: Record) -> How:
    """Without a measure: whether there is a reply, and a verdict."""
    finish = record.replies[0].finish if record.replies else "failed"
    if finish in ("filtered", "failed"):
        return "blocked" if finish == "filtered" else "failed"
    return "unread" if not record.verdicts or record.verdicts[0].unread else "scored"


def _each_language_in_turn(ranked: list[Excerpt]) -> list[Excerpt]:
    """The same, the worst of each language before the second worst of any."""
    of: dict[str, int] = {}
    places = []
    for one in ranked:
        of[one.record.row.lang] = of.get(one.record.row.lang, 0) + 1
        places.append(of[one.record.row.lang])
    return [one for _, one in sorted(zip(places, ranked, strict=True), key=lambda pair: pair[0])]
