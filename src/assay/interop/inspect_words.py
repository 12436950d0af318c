"""What assay and Inspect call the same things: ids, metadata, how a reply ended, a verdict as a score. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import Any

from assay.export.grading import is_good
from assay.metrics.measure import points_of
from assay.schema import Finish, Record, Row, Task
from assay.store.folder import json_of, record_of

KEY = "assay"
"""Under which our own things stand in a log's, a sample's and a store's metadata."""

SCORER = "verdict"

_FINISHES: Mapping[str, Finish] = {
    "content_filter": "filtered",
    "max_tokens": "length",
    "model_length": "length",
}
STOPS: Mapping[Finish, str] = {
    "stop": "stop",
    "length": "max_tokens",
    "filtered": "content_filter",
    "failed": "unknown",
}


def finish_of(stop: str) -> Finish:
    """How a reply ended, from Inspect's stop reason."""
    return _FINISHES.get(stop, "stop")


def sample_id(row: Row) -> str:
    """The row's id; parallel rows share theirs, and an id is one sample in Inspect, so other languages are named."""
    return row.id if row.lang == "en" else f"{row.id}:{row.lang}"


def sample_metadata(row: Row) -> dict[str, Any]:
    """What Inspect groups and filters by, and under `assay` the whole row."""
    kept = json_of(Record(row))
    whole = {name: value for name, value in kept.items() if name not in ("replies", "verdicts")}
    return {"group": row.group, "lang": row.lang, "cluster": row.cluster, KEY: {"row": whole}}


def record_in(
    metadata: Mapping[str, Any], store: Mapping[str, Any] | None = None, verdicts: Sequence[Any] = ()
) -> Record:
    """The record that a sample of one of our tasks holds: its row, replies from its store, verdicts from its score."""
    return record_of({**metadata[KEY]["row"], "replies": (store or {}).get("replies", ()), "verdicts": verdicts})


def found(task: Task, record: Record) -> dict[str, Any]:
    """A judged record as the fields of an Inspect score.

    The value is the label, the number where the judge gives one, or why there is neither. `metadata` holds label, value
    and why of the first verdict, all verdicts, whether the task counts it as good, and the points that its measures
    count.
    """
    first = record.verdicts[0] if record.verdicts else None
    label, value = (first.label, first.value) if first else (None, None)
    said = label if label is not None else value if value is not None else _unscored(record)
    why = first.why if first else ""
    return {
        "value": said,
        "answer": label if label is not None else None,
        "explanation": why or None,
        "metadata": {
            "label": label,
            "value": value,
            "why": why,
            "judge": first.judge if first else "",
            "good": is_good(task, record),
            "verdicts": json_of(record)["verdicts"],
            "points": {
                score.name: [list(astuple(point)) for point in points_of(score, record)] for score in task.scores
            },
        },
    }


def _unscored(record: Record) -> str:
    for reply in record.replies:
        if not reply.gradable:
            return reply.finish
    return "unread"
