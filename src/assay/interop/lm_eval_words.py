"""What assay and lm-evaluation-harness call the same things: names, documents, judged rows. Pure."""

from __future__ import annotations

import json
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import astuple
from hashlib import sha256
from typing import Any, TypeVar

from assay.metrics.measure import points_of
from assay.schema import Record, Row, Task
from assay.store.folder import json_of, record_of

T = TypeVar("T")

KEY = "assay"
"""Under which our own things stand in a task's metadata."""

JUDGED = "judged"
"""The field of a sample with its verdicts; as a metric, the share of rows that the judge could tell."""

LONGEST = 2048
"""Tokens of a reply where the task sets no limit: lm-eval's own default of 256 cuts replies in the middle."""

CLASS = "assay.interop.lm_eval_task.Rows"


def name_of(task: Task) -> str:
    """The task's name there."""
    return f"assay_{task.id.partition('/')[2]}"


def document(row: Row) -> dict[str, str]:
    """A row as a document: texts only, the whole row as JSON."""
    kept = json_of(Record(row))
    whole = {name: value for name, value in kept.items() if name not in ("replies", "verdicts")}
    gold = " | ".join(row.gold) if isinstance(row.gold, tuple) else "" if row.gold is None else str(row.gold)
    return {
        "id": row.id,
        "lang": row.lang,
        "group": row.group,
        "prompt": row.chats[0][-1].content,
        "gold": gold,
        "row": json.dumps(whole, ensure_ascii=False),
    }


def record_in(doc: Mapping[str, Any], replies: Sequence[Any] = (), verdicts: Sequence[Any] = ()) -> Record:
    """The record of a document."""
    return record_of({**json.loads(doc["row"]), "replies": replies, "verdicts": verdicts})


def judged_fields(task: Task, record: Record) -> dict[str, Any]:
    """What a sample says of its verdicts: the points of every measure, and the verdicts themselves."""
    first = record.verdicts[0] if record.verdicts else None
    verdicts = {
        "label": first.label if first else None,
        "value": first.value if first else None,
        "why": first.why if first else "",
        "verdicts": json_of(record)["verdicts"],
    }
    points = {score.name: [list(astuple(point)) for point in points_of(score, record)] for score in task.scores}
    return {**points, JUDGED: verdicts}


def share_judged(fields: Sequence[Mapping[str, Any]]) -> float:
    """The share of rows whose first verdict is a label or a number."""
    told = sum(one["label"] is not None or one["value"] is not None for one in fields)
    return told / len(fields) if fields else 0.0


def hashed(text: str) -> str:
    """As lm-eval hashes documents, prompts and targets."""
    return sha256(text.encode()).hexdigest()


def settings(temperature: float, max_tokens: int | None) -> dict[str, Any]:
    """How replies are drawn, in its words."""
    return {
        "until": [],
        "do_sample": temperature > 0,
        "temperature": temperature,
        "max_gen_toks": max_tokens or LONGEST,
    }


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing: judges with offline instruments."""
    try:
        work.send(None)
    except StopIteration as done:
        found: T = done.value
        return found
    work.close()
    raise RuntimeError("this judge waits for something, which only a run can give it")
