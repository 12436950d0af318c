"""Records of a task → its measures, in both scorings of the same replies. Pure.

`corrected` judges the reply itself and counts every row. `upstream` is the published toolkit's number, from the
published fields, the reply, and the verdicts that its own judges left; where those are not recorded it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from assay.correction import Known
from assay.metrics import measured
from assay.metrics.columns import Gathering, Points, columns, together
from assay.metrics.measure import points_of
from assay.schema import Measure, Point, Raw, Record, Reply, Row, Score, Task

KEPT = 5_000
"""Records of a task that are held in memory; of a task with more, they are read from disk for every pass."""

NOTHING = Known()

NO_RECORDED_VERDICT = "recorded verdicts of the published judge"


class Records(Protocol):
    """The records of one task: counted, and gone through as often as needed, each time perhaps from disk."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def __iter__(self) -> Iterator[Record]:
        """Epoch by epoch, row by row."""
        ...


def measure_task(task: Task, records: Records, known: Known = NOTHING) -> dict[str, Any]:
    """What `result.json` says of one task; `known`: of the judges' errors."""
    held = list(records) if len(records) <= KEPT else records
    read = _Reading(task, held)
    published = task.upstream(Published(held, read.lang)) if task.upstream else None
    return {
        "version": task.version,
        "dimension": task.dimension,
        "measures": {
            score.name: _measure(score, read, published)
            | known.correction(task, score, read.all[score.points], tuple(read.by_lang))
            for score in task.scores
        },
    }


class _Reading:
    """What the measures of a task need of its records, read once: points, as columns, and what instrument was missing.

    Scores that count the same points share them.
    """

    def __init__(self, task: Task, records: Records) -> None:
        ways = {score.points: score for score in task.scores}
        found: dict[str, dict[PointsOf, Gathering]] = {}
        absent, decided = f"needs:{task.judge.needs}", False
        lacking = False
        for record in records:
            gathered = found.get(record.row.lang)
            if gathered is None:
                gathered = found[record.row.lang] = {way: Gathering() for way in ways}
            for way, gathering in gathered.items():
                for point in points_of(ways[way], record):
                    gathering.add(point)
            for verdict in record.verdicts:
                decided = decided or not verdict.unread
                lacking = lacking or verdict.why == absent
        self.by_lang = {
            lang: {way: gathering.points() for way, gathering in gathered.items()}
            for lang, gathered in sorted(found.items())
        }
        self.all = {way: together([of[way] for of in self.by_lang.values()] or [columns(())]) for way in ways}
        self.lang = "en" if "en" in found or not found else min(found)
        """The language that the published toolkit's numbers are for: it knows one at a time."""
        self.lacked = task.judge.needs if lacking else ""
        """The instrument that was not there for some record."""
        self.needs = "" if decided else self.lacked
        """The instrument without which nothing can be said: it was not there, and no record could be judged."""


PointsOf = Callable[[Record], Iterable[Point]] | None


def _measure(score: Score, read: _Reading, published: Mapping[str, float | None] | None) -> dict[str, Any]:
    corrected = _corrected(score, read.all[score.points], read)
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
    if len(read.by_lang) > 1:
        found["languages"] = {
            lang: {"corrected": json_of(_corrected(score, points[score.points], read))}
            for lang, points in read.by_lang.items()
        }
    return found


def _corrected(score: Score, points: Points, read: _Reading) -> Measure:
    """The measure; one without a value says what instrument was missing, even where other judges said something."""
    found = measured(score, points, read.needs)
    return replace(found, needs=read.lacked) if found.value is None and not found.n else found


def _upstream(published: Mapping[str, float | None] | None, name: str) -> dict[str, Any]:
    """The published number; where a judge's verdict was not recorded, what is missing."""
    if published is None or name not in published:
        return {"value": None}
    value = published[name]
    return {"value": value} if value is not None else {"value": None, "needs": NO_RECORDED_VERDICT}


class Published:
    """Records as the published toolkit keeps them: of the first epoch and one language, read anew each time."""

    def __init__(self, records: Records, lang: str) -> None:
        self._records, self._lang = records, lang

    def __iter__(self) -> Iterator[Raw]:
        first: Row | None = None
        for record in self._records:
            if first is not None and (record.row.id, record.row.lang) == (first.id, first.lang):
                return  # the second epoch
            first = first or record.row
            if record.row.lang == self._lang:
                yield from published_rows(record)


def published_rows(record: Record) -> list[Raw]:
    """The records as the published toolkit keeps them: their fields, `res`, and what judges left beside it."""
    raws = record.row.parts or (record.row.fields,)
    return [{**raw, "res": _res(reply), **reply.recorded} for raw, reply in zip(raws, record.replies, strict=True)]


def _res(reply: Reply) -> str | None:
    """The published toolkit stores null where generation failed (B65)."""
    return reply.text if reply.gradable else None


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
