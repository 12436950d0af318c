"""A label or a number that a parser reads out of the reply."""

from __future__ import annotations

from collections.abc import Callable

from assay.judges.each import each_reply
from assay.schema import Judge, Record, Row, Verdict


def by_parse(name: str, read: Callable[[Row, str], str | float | None]) -> Judge:
    """For every reply what `read` finds in it: a str is the label, a number the value, None unread."""

    def verdict(record: Record, at: int) -> Verdict:
        text = record.replies[at].text
        found = read(record.row, text)
        why = " ".join(text[:200].split())[:80]
        if isinstance(found, str):
            return Verdict(name, found, why=why)
        return Verdict(name, value=None if found is None else float(found), why=why)

    return each_reply(name, verdict)
