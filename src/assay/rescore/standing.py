"""What a later scoring takes over from the run as it was: verdicts of models, and what rests on them.

One rule: what a model judged stands until another of its kind is given, or `none`. Rules judge again, always. So
nothing is asked that nobody asked for, and a folder that was copied without its journal loses nothing. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assay.instruments import Lexical
from assay.judges.by_classifier import renamed
from assay.judges.by_grader import NOT_THERE
from assay.judging import Judging
from assay.planting import PLANTED
from assay.schema import Task, Verdict

NONE = "none"
"""In place of a judge's name: without any, and what one said before does not stand."""

Json = Mapping[str, Any]

ABSENT = {"graders": NOT_THERE, "embedder": "needs:embedder", "toxicity": "needs:toxicity"}
"""A kind of judge, as run.json calls it → why a verdict is unread where none is there."""
CLASSIFIER = "classifier "
"""So the name of a judge begins that is a classifier in place of another."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Which kinds of judges' verdicts stand."""

    kinds: frozenset[str]
    before: Json
    """What run.json said of the judges."""

    def verdicts(self, now: tuple[Verdict, ...], before: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
        """Those of now, and the earlier ones where those stand.

        Args:
            now: with nobody asked of the kinds that stand.
            before: as stored.
        """
        if len(now) != len(before):
            return now
        return tuple(old if self._stands(new, old) else new for new, old in zip(now, before, strict=True))

    def _stands(self, new: Verdict, old: Verdict) -> bool:
        if old.judge.startswith(CLASSIFIER):
            return "classifiers" in self.kinds
        return old.judge == new.judge and any(new.why == why for kind, why in ABSENT.items() if kind in self.kinds)

    def described(self, judging: Judging) -> dict[str, Any]:
        """What run.json is to say of the judges: those that were given, and those whose verdicts stand."""
        stand = {kind: self.before[kind] for kind in self.kinds if self.before.get(kind)}
        itself = self.before.get("of_itself") and {"graders", "toxicity", "classifiers"} & stand.keys()
        return judging.described() | stand | ({"of_itself": True} if itself else {})

    def dropped(self, judging: Judging) -> str:
        """A judge of before that another one, or none, takes the place of; empty where there is none."""
        now = judging.described()
        for kind in ("graders", "embedder", "toxicity", "classifiers"):
            had, has = self.before.get(kind), now.get(kind)
            if kind not in self.kinds and had and list(_listed(had)) != list(_listed(has)):
                return f"{kind.removesuffix('s')} {', '.join(map(str, _named(had)))}"
        return ""

    def replaced_models(self) -> set[str]:
        """Models that were asked for kinds that do not stand."""
        kinds = {*ABSENT, "classifiers"} - self.kinds
        return {model for kind in kinds for name in _named(self.before.get(kind)) for model in (name, *name.split("="))}


def standing(judging: Judging, before: Json) -> Standing:
    """What stands, where these judges are given now.

    Args:
        judging: as given.
        before: what run.json says of the judges; empty where there was none.
    """
    given = {
        "graders": judging.graders,
        "embedder": judging.embedder or before.get("embedder") in (None, Lexical.name),
        "toxicity": judging.toxicity,
        "classifiers": judging.classifiers,
    }
    return Standing(frozenset(kind for kind, anew in given.items() if not anew), before)


def without_none(judging: Judging) -> Judging:
    """The judges that were given, without `none`."""
    return replace(
        judging,
        graders=tuple(name for name in judging.graders if name != NONE),
        embedder="" if judging.embedder == NONE else judging.embedder,
        toxicity="" if judging.toxicity == NONE else judging.toxicity,
        classifiers=tuple(name for name in judging.classifiers if name != NONE),
    )


def stood_in(now: Sequence[Verdict], stood: Sequence[Verdict]) -> Iterator[tuple[str, str]]:
    """Judges in whose place a classifier's verdict stands, each with the classifier."""
    for new, old in zip(now, stood, strict=True):
        if old.judge.startswith(CLASSIFIER) and new.judge != old.judge:
            yield new.judge, old.judge


def called(task: Task, pairs: Iterable[tuple[str, str]]) -> Task:
    """The task, its judge called by the classifiers that stand in for a part of it."""
    name = task.judge.name
    for judge, classifier in sorted(pairs):
        name = renamed(name, classifier, {judge: {}})
    return replace(task, judge=replace(task.judge, name=name))


def _listed(said: Any) -> Iterator[Any]:
    yield from [said] if isinstance(said, str) or said is None else said


def _named(said: Any) -> list[str]:
    return [str(one["model"] if isinstance(one, Mapping) else one) for one in _listed(said) if one is not None]


# ---- what rests on verdicts ---------------------------------------------------------------------


def same_labels(one: Sequence[Verdict], other: Sequence[Verdict]) -> bool:
    """Whether two judgements of a record say the same."""
    return [(verdict.label, verdict.value) for verdict in one] == [(verdict.label, verdict.value) for verdict in other]


def labels_of(task: Json) -> dict[str, Any]:
    """What people's labels told of a task's measures, by the measure's name."""
    measures = task.get("measures", {})
    return {name: measure["labelled"] for name, measure in measures.items() if "labelled" in measure}


def usage_with(now: Json, before: Json, judged: Collection[str], model: str, replaced: Collection[str]) -> Json:
    """What the whole run stands on: what was counted now, and before where nobody counted now.

    Args:
        now: `usage` of result.json as counted now.
        before: as it was; empty where it is not known.
        judged: the tasks that were judged now: their replies are counted now.
        model: whose replies they are.
        replaced: judges of before that were replaced; what they cost there is not part of the run any more.
    """
    counted_now, gone = {*judged, PLANTED}, {model, *replaced}
    left = {
        task: {name: one for name, one in by_name.items() if task not in counted_now or name not in gone}
        for task, by_name in before.get("by_task", {}).items()
    }
    if not any(left.values()):
        return now
    by_task = {
        task: dict(sorted((left.get(task, {}) | now["by_task"].get(task, {})).items()))
        for task in sorted({*left, *now["by_task"]})
    }
    by_task = {task: by_name for task, by_name in by_task.items() if by_name}
    if by_task == before["by_task"]:
        return before
    names = sorted({name for by_name in by_task.values() for name in by_name})
    by_model = {name: _sum(one[name] for one in by_task.values() if name in one) for name in names}
    return {"by_task": by_task, "by_model": by_model, "total": _sum(by_model.values())}


def _sum(several: Iterable[Json]) -> dict[str, Any]:
    counts = list(several)
    costs = [one["cost"] for one in counts if one["requests"]]
    fields = ("requests", "prompt", "completion", "estimated")
    cost = None if None in costs else round(sum(costs), 9)
    return {**{field: sum(one[field] for one in counts) for field in fields}, "cost": cost}
