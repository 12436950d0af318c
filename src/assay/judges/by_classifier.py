"""A classifier's label in place of another judge's verdict, as its label map says.

The judge that the task brings goes first: what it leaves to the other one (a reply that was lost, one that a parser
read) stays as it is. Only the verdicts of the judges that the map names are asked for again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from assay.judges.each import unread
from assay.schema import Judge, Question, Record, Trip, Verdict


@dataclass(frozen=True, slots=True)
class Classifying(Question):
    """Asks a classifier about one reply: `chat` is what was asked, `texts` has the reply."""

    classifier: str = ""


def by_classifier(judge: Judge, classifier: str, maps: Mapping[str, Mapping[str, str]]) -> Judge:
    """The same judge, with a classifier in place of those that it is made of and that `maps` names.

    Args:
        judge: what the task brings.
        classifier: its name.
        maps: for each judge that it stands in for, its own labels and what they are called there.
    """
    name = f"classifier {classifier}"

    def trip(record: Record) -> Trip:
        verdicts = yield from judge.trip(record)
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
