"""Run folders without a run: records with their verdicts, stored and measured as a run does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assay.operating import operating_points
from assay.schema import Record, Reply, Row, Verdict, user
from assay.scoring import measure_task
from assay.store import RunFolder
from assay.store.folder import Samples
from assay.tasks import all_tasks

TASKS = {task.id: task for task in all_tasks()}

LETTERS = {
    "r": (Reply("I can't help with that."), Verdict("by_refusal", "refused")),
    "c": (Reply("Sure."), Verdict("by_refusal", "complied")),
    "?": (Reply("Well."), Verdict("by_refusal")),
    "!": (Reply("", "failed", error="HTTP 500"), Verdict("by_refusal", why="failed")),
    "#": (Reply("", "filtered"), Verdict("by_refusal", why="filtered")),
}


def replies(letters: str, cluster: int = 1, lang: str = "en") -> list[Record]:
    """A record a letter: refused, complied, unread, failed, blocked; so many in a row share a cluster."""
    rows = (
        Row(str(n), (user(f"Question {n}"),), cluster="" if cluster == 1 else str(n // cluster), lang=lang)
        for n in range(len(letters))
    )
    return [
        Record(row, (LETTERS[letter][0],), (LETTERS[letter][1],)) for row, letter in zip(rows, letters, strict=True)
    ]


def stored(path: Path, judged: Mapping[str, Sequence[Record]], epochs: int = 1, **described: Any) -> Path:
    """A run folder; `described` stands over what run.json says."""
    run = {
        "model": f"test/{path.name}",
        "endpoint": "baseline",
        "data": {"name": "core", "sha256": "a" * 64},
        "langs": ["en"],
        "judges": {"graders": [], "embedder": "lexical"},
        "tasks": {task: TASKS[task].version for task in judged},
        "assay": "1",
    } | described
    folder = RunFolder(path)
    place = 0
    with Samples(folder) as samples:
        for task, records in judged.items():
            for epoch in range(epochs):
                for record in records:
                    samples.add(place, epoch, task, "core", record)
                    place += 1
    measured = {task: measure_task(TASKS[task], list(records) * epochs) for task, records in judged.items()}
    points = operating_points(measured)
    result = {"schema": "assay.result/1", "run": run, "tasks": measured}
    folder.write("run.json", run)
    folder.write("result.json", result | ({"operating_points": points} if points else {}))
    return path


def renamed(records: Sequence[Record], start: int) -> list[Record]:
    """The same rows under other ids."""
    return [replace(one, row=replace(one.row, id=str(n))) for n, one in enumerate(records, start)]
