"""Several graders, one verdict: the label that more than half of those who could tell agree on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assay.schema import Verdict


def majority(panel: Sequence[tuple[Verdict, ...]]) -> tuple[Verdict, ...]:
    """Verdict by verdict over the panel's members. Without a majority nobody could tell: unread."""
    return tuple(_decided(votes) for votes in zip(*panel, strict=True))


def _decided(votes: Sequence[Verdict]) -> Verdict:
    cast = Counter(vote.label for vote in votes if vote.label is not None)
    judge = votes[0].judge
    if not cast:
        return next((vote for vote in votes if not vote.unread), votes[0])
    label, count = cast.most_common(1)[0]
    if 2 * count <= sum(cast.values()):
        return Verdict(
            judge, why="the graders disagree: " + ", ".join(f"{label} {count}" for label, count in cast.items())
        )
    why = next(vote.why for vote in votes if vote.label == label)
    return Verdict(judge, label, why=f"{count} of {len(votes)} graders: {why}")
