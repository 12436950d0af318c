"""Several graders, one verdict: the label that more than half of those who could tell agree on.

The verdict keeps what each of them said (`Verdict.votes`), so that each can be measured for itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from assay.schema import Record, Verdict


def majority(
    panel: Sequence[tuple[Verdict, ...]], graders: Sequence[str], asked: Collection[str]
) -> tuple[Verdict, ...]:
    """Verdict by verdict over the panel's members. Without a majority nobody could tell: unread.

    Args:
        panel: the verdicts that a judge gives with each of the graders.
        graders: their names.
        asked: the names of the judges that asked them; verdicts of others are rules' and stay as they are.
    """
    return tuple(
        _decided(votes, graders) if any(vote.judge in asked for vote in votes) else votes[0]
        for votes in zip(*panel, strict=True)
    )


def of_grader(record: Record, grader: str) -> Record:
    """The record as one member of the panel judged it; what rules decided is the same for all."""
    return replace(record, verdicts=tuple(_own(verdict, grader) for verdict in record.verdicts))


def _own(verdict: Verdict, grader: str) -> Verdict:
    return Verdict(verdict.judge, dict(verdict.votes).get(grader), why=grader) if verdict.votes else verdict


def _decided(votes: Sequence[Verdict], graders: Sequence[str]) -> Verdict:
    cast = Counter(vote.label for vote in votes if vote.label is not None)
    judge = votes[0].judge
    if not cast:
        return next((vote for vote in votes if not vote.unread), votes[0])
    each = tuple((grader, vote.label) for grader, vote in zip(graders, votes, strict=True))
    label, count = cast.most_common(1)[0]
    if 2 * count <= sum(cast.values()):
        quarrel = ", ".join(f"{label} {count}" for label, count in cast.items())
        return Verdict(judge, why=f"the graders disagree: {quarrel}", votes=each)
    why = next(vote.why for vote in votes if vote.label == label)
    return Verdict(judge, label, why=f"{count} of {len(votes)} graders: {why}", votes=each)
