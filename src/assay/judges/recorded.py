"""A verdict that an earlier evaluation left beside the reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from assay.judges.each import each_reply
from assay.schema import Judge, Record, Trip, Verdict


def recorded(key: str, words: Mapping[str, str], pair: bool = False) -> Judge:
    """The label that `words` gives to what stands in `reply.recorded[key]`; for a `pair`, beside its first reply.

    Case and a closing full stop do not count: "[CORRECTED]." is "[CORRECTED]" (B22). Where nothing is recorded, a
    grader is needed to decide anything.
    """
    name = f"recorded:{key}"
    labels = {_bare(word): label for word, label in words.items()}

    def verdict(record: Record, at: int) -> Verdict:
        left = record.replies[at].recorded.get(key)
        if left is None:
            return Verdict(name, why="needs:judge")
        return Verdict(name, labels.get(_bare(str(left))), why=str(left)[:80])

    single = each_reply(name, verdict)

    def of_pair(record: Record) -> Trip:
        return single.trip(replace(record, replies=record.replies[:1]))

    return Judge(name, of_pair if pair else single.trip, needs="judge")


def _bare(word: str) -> str:
    return word.strip().rstrip(".。").casefold()
