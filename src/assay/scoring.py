"""Records of a task → its measures, in both scorings of the same replies. Pure.

`corrected` judges the reply itself and counts every row. `upstream` is the published toolkit's number, from the
published fields, the reply, and the verdicts that its own judges left; where those are not recorded it says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assay.metrics import measured
from assay.schema import Measure, Raw, Record, Reply, Score, Task

NO_RECORDED_VERDICT = "recorded verdicts of the published judge"


def measure_task(task: Task, records: Sequence[Record]) -> dict[str, Any]:
    """What `result.json` says of one task."""
    published = upstream_scores(task, records)
    needs = missing_instrument(task, records)
    return {
        "version": task.version,
        "dimension": task.dimension,
        "measures": {score.name: _measure(score, records, published, needs) for score in task.scores},
    }


def _measure(
    score: Score, records: Sequence[Record], published: Mapping[str, float | None] | None, needs: str
) -> dict[str, Any]:
    corrected = measured(score, records, needs)
    found: dict[str, Any] = {}
    if score.published:
        found["published"] = score.published
    found["corrected"] = json_of(corrected)
    found["upstream"] = _upstream(published, score.name)
    if corrected.groups:
        found["groups"] = {
            name: {"corrected": json_of(group), "upstream": _upstream(published, f"{score.name}/{name}")}
            for name, group in corrected.groups.items()
        }
    langs = sorted({record.row.lang for record in records})
    if len(langs) > 1:
        found["languages"] = {
            lang: {"corrected": json_of(measured(score, (one for one in records if one.row.lang == lang), needs))}
            for lang in langs
        }
    return found


def _upstream(published: Mapping[str, float | None] | None, name: str) -> dict[str, Any]:
    """The published number; where a judge's verdict was not recorded, what is missing."""
    if published is None or name not in published:
        return {"value": None}
    value = published[name]
    return {"value": value} if value is not None else {"value": None, "needs": NO_RECORDED_VERDICT}


def upstream_scores(task: Task, records: Sequence[Record]) -> Mapping[str, float | None] | None:
    """The published toolkit's numbers for these replies: of the first epoch and of one language, as it knows them."""
    if task.upstream is None:
        return None
    lang = "en" if any(record.row.lang == "en" for record in records) else "zh"
    seen: set[str] = set()
    raws: list[Raw] = []
    for record in records:
        if record.row.lang == lang and record.row.id not in seen:
            seen.add(record.row.id)
            raws += published_rows(record)
    return task.upstream(raws)


def published_rows(record: Record) -> list[Raw]:
    """The records as the published toolkit keeps them: their fields, `res`, and what judges left beside it."""
    raws = record.row.parts or (record.row.fields,)
    return [{**raw, "res": _res(reply), **reply.recorded} for raw, reply in zip(raws, record.replies, strict=True)]


def _res(reply: Reply) -> str | None:
    """The published toolkit stores null where generation failed (B65)."""
    return reply.text if reply.gradable else None


def missing_instrument(task: Task, records: Iterable[Record]) -> str:
    """The instrument without which nothing can be said, if it was not there for any record."""
    if not task.judge.needs:
        return ""
    absent = f"needs:{task.judge.needs}"
    whys = {verdict.why for record in records for verdict in record.verdicts}
    decided = any(not verdict.unread for record in records for verdict in record.verdicts)
    return task.judge.needs if absent in whys and not decided else ""


def json_of(measure: Measure) -> dict[str, Any]:
    """A measure as design §6 writes it."""
    found: dict[str, Any] = {
        "value": measure.value,
        "low": measure.low,
        "high": measure.high,
        "n": measure.n,
        "total": measure.total,
        "blocked": measure.blocked,
        "failed": measure.failed,
        "unread": measure.unread,
        "floor": measure.floor,
        "ceiling": measure.ceiling,
        "better": measure.better,
    }
    if measure.outer:
        found["outer"] = True
    if measure.needs:
        found["needs"] = measure.needs
    return found
