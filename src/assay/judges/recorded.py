"""A verdict that an earlier evaluation left beside the reply."""

from __future__ import annotations

from collections.abc import Mapping

from assay.judges.each import each_reply
from assay.schema import Judge, Record, Verdict


def recorded(key: str, words: Mapping[str, str]) -> Judge:
    """The label that `words` gives to what stands in `reply.recorded[key]`.

    Case and a closing full stop do not count: "[CORRECTED]." is "[CORRECTED]" (B22).
    """
    name = f"recorded:{key}"
    labels = {_bare(word): label for word, label in words.items()}

    def verdict(record: Record, at: int) -> Verdict:
        left = record.replies[at].recorded.get(key)
        if left is None:
            return Verdict(name, why="not recorded")
        return Verdict(name, labels.get(_bare(str(left))), why=str(left)[:80])

    return each_reply(name, verdict)


def _bare(word: str) -> str:
    return word.strip().rstrip(".。").casefold()
