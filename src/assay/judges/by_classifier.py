"""A classifier's label in place of another judge's verdict, as its label map says.

The judge that the task brings goes first: what it leaves to the other one (a reply that was lost, one that a parser
read) stays as it is. Only the verdicts of the judges that the map names are asked for again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import get_args

from assay.errors import UsageError
from assay.judges.by_grader import Grading
from assay.judges.by_refusal import NAME as BY_REFUSAL
from assay.judges.by_refusal import Label
from assay.judges.each import unread
from assay.schema import Answer, Judge, Question, Record, Trip, Verdict

KNOWN_LABELS: Mapping[str, tuple[str, ...]] = {BY_REFUSAL: get_args(Label)}
"""The labels that rules give. A grader's stand in its question."""


@dataclass(frozen=True, slots=True)
class Classifying(Question):
    """Asks a classifier about one reply: `chat` is what was asked, `texts` has the reply."""

    classifier: str = ""


def by_classifier(judge: Judge, classifier: str, maps: Mapping[str, Mapping[str, str]]) -> Judge:
    """The same judge, with a classifier in place of those that it is made of and that `maps` names.

    Its trip raises UsageError where a map gives a label that the grader it stands in for could not.

    Args:
        judge: what the task brings.
        classifier: its name.
        maps: for each judge that it stands in for, its own labels and what they are called there.
    """
    name = f"classifier {classifier}"

    def trip(record: Record) -> Trip:
        verdicts = yield from _with_their_labels(judge.trip(record), classifier, maps)
        decided: list[Verdict] = []
        for place, verdict in enumerate(verdicts):
            labels = maps.get(verdict.judge)
            at = place % len(record.replies) if record.replies else 0
            if labels is None or not record.replies or unread(name, record.replies[at]):
                decided.append(verdict)
                continue
            said = yield question(record, at, classifier)
            decided.append(labelled(name, said, labels))
        return tuple(decided)

    return replace(judge, name=renamed(judge.name, name, maps), trip=trip)


def stands_in(judge: Judge, maps: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether the judge is made of one that the map names."""
    return renamed(judge.name, "", maps) != judge.name


def judges_in(judge: Judge) -> list[str]:
    """The judges that it is made of, by name."""
    return [part for one in judge.name.split(" or ") for part in one.split(" and ")]


def check_verdicts(classifier: str, judge: str, labels: Mapping[str, str], known: Collection[str]) -> None:
    """Whether a map gives labels only that the judge gives.

    Args:
        classifier: whose map it is.
        judge: in place of which it decides.
        labels: its own labels, and what they are called there.
        known: what the judge gives.

    Raises:
        UsageError: it gives another, which no measure would count.
    """
    unknown = sorted(set(labels.values()).difference(known))
    if unknown:
        raise UsageError(
            f"{classifier}: [judges.{judge}] gives {', '.join(unknown)}, and {judge} knows {', '.join(known)} alone"
        )


def _with_their_labels(trip: Trip, classifier: str, maps: Mapping[str, Mapping[str, str]]) -> Trip:
    """The trip as it is; where a grader is asked that is stood in for, the map is held against its labels."""
    answer: Answer = None
    while True:
        try:
            question = trip.send(answer)
        except StopIteration as done:
            verdicts: tuple[Verdict, ...] = done.value
            return verdicts
        if isinstance(question, Grading) and question.judge in maps:
            check_verdicts(classifier, question.judge, maps[question.judge], question.labels)
        answer = yield question


def renamed(judge: str, name: str, maps: Mapping[str, Mapping[str, str]]) -> str:
    """`by_leak or by_refusal` → `by_leak or classifier wildguard`."""
    parts = judge.replace(" and ", " or and ").split(" or ")
    said = [
        f"and {name}" if part.startswith("and ") and part[4:] in maps else name if part in maps else part
        for part in parts
    ]
    return " or ".join(said).replace(" or and ", " and ")


def question(record: Record, at: int, classifier: str) -> Classifying:
    """What a classifier is asked about one reply of a record."""
    chat = record.row.chats[at] if at < len(record.row.chats) else ()
    return Classifying("classifier", chat, (record.replies[at].text,), classifier)


def labelled(judge: str, said: object, labels: Mapping[str, str]) -> Verdict:
    """The likeliest of the labels that are mapped, under the name that the map gives it."""
    if said is None:
        return Verdict(judge, why="needs:classifier")
    if not isinstance(said, dict) or not (known := {label: said[label] for label in labels if label in said}):
        return Verdict(judge, why="the classifier said nothing that is mapped")
    first = max(known, key=known.__getitem__)
    if list(known.values()).count(known[first]) > 1:
        return Verdict(judge, why=f"{first} {known[first]:.2f}, and another label as likely")
    return Verdict(judge, labels[first], why=f"{first} {known[first]:.2f}")
