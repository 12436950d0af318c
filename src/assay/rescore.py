"""Judge and measure stored replies again: a run of ours, or generations that the published toolkit recorded.

The model is not asked. Graders' replies go through the journal beside the run, so they are not asked twice either.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assay import __version__
from assay.cases import data_hash, raws_of
from assay.data import sources
from assay.errors import DataError, StoreError, UsageError
from assay.instruments import Instruments
from assay.judging import Judging, driven, in_flight, judged, panel
from assay.models import Connections
from assay.run import SCHEMA, Progress, Silent
from assay.schema import Raw, Record, Reply, Row, Task
from assay.scoring import measure_task, published_rows
from assay.store import Journal, RunFolder
from assay.store.folder import Samples, by_task, unwritable
from assay.upstream.report import published_report

RECORDED = ("eval_res", "toxicity", "embedding", "n_embedding", "s_embedding")
"""What earlier judges leave beside a reply in the published layout."""

Sample = tuple[str, Record]


@dataclass(frozen=True, slots=True)
class Rescoring:
    """What `assay score` was asked to do."""

    source: Path
    layout: str
    out: Path
    tasks: tuple[Task, ...]
    judging: Judging = field(default_factory=Judging)
    upstream_report: Path | None = None


def rescore(order: Rescoring, connections: Connections | None = None, progress: Progress | None = None) -> RunFolder:
    """Judge every stored reply with the judges given now, measure, and write `order.out`.

    Raises:
        AssayError: with the fix in its message.
    """
    if not order.source.exists():
        raise UsageError(f"{order.source} does not exist; give a run folder, or a folder or zip with --format trustllm")
    return driven(_rescore(order, connections or Connections(), progress or Silent()))


async def _rescore(order: Rescoring, connections: Connections, progress: Progress) -> RunFolder:
    described, samples = _stored(order)
    folder = RunFolder(order.out)
    if order.upstream_report is not None:
        _write_report(order.upstream_report, _report_files(order, samples))
    with Journal(order.out.parent / "journal.sqlite") as journal:
        try:
            instruments = panel(order.judging, connections, journal)
            progress.start(len(samples))
            rejudged = await _judge_all(order, samples, instruments, progress)
            tasks = _write_samples(folder, order.tasks, described["data"]["name"], rejudged)
            folder.write("run.json", described)
            folder.write("result.json", {"schema": SCHEMA, "run": described, "tasks": tasks})
        finally:
            progress.stop()
            await connections.close()
    return folder


def _stored(order: Rescoring) -> tuple[dict[str, Any], list[Sample]]:
    """What run.json is to say, and the samples to be judged."""
    now = {"judges": order.judging.described(), "assay": __version__}
    if order.layout == "trustllm":
        samples = list(_recorded_samples(order))
        if not samples:
            raise DataError(f"{order.source} holds no file of the published layout <section>/<file>.json")
        found = {task_id for task_id, _ in samples}
        return {
            "model": f"recorded/{order.source.stem}",
            "endpoint": "recorded",
            "data": {"name": str(order.source), "sha256": data_hash(str(order.source))},
            "tasks": {task.id: task.version for task in order.tasks if task.id in found},
            **now,
        }, samples
    folder = RunFolder(order.source)
    run = folder.read_run()
    _same_versions(order, run)
    wanted = {task.id for task in order.tasks}
    return {**run, **now}, [sample for sample in folder.records() if sample[0] in wanted]


def _same_versions(order: Rescoring, run: dict[str, Any]) -> None:
    for task in order.tasks:
        stored = run["tasks"].get(task.id)
        if stored not in (None, task.version):
            raise StoreError(
                f"{order.source} holds version {stored} of {task.id}; this assay has version {task.version}, "
                "whose rows differ. Run it again with `assay run`, or leave it out with --tasks"
            )


# ---- the published layout -----------------------------------------------------------------------


def _recorded_samples(order: Rescoring) -> Iterator[Sample]:
    """The official tasks' rows out of the folder's own fields, with the replies that stand beside them."""
    for task in order.tasks:
        official = tuple(dataset for dataset in task.datasets if dataset.name == "trustllm")
        if not all(sources.has(str(order.source), dataset.file) for dataset in official):
            continue
        try:
            for row in task.rows(raws_of(task, str(order.source), ("en",))):
                yield task.id, Record(row, tuple(_recorded(raw) for raw in row.parts or (row.fields,)))
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{order.source}: a record of {task.id} lacks or misuses the field {error}; the published layout keeps "
                "every field of the official data and adds `res`. Leave the task out with --tasks, or mend the file"
            ) from error


def _recorded(raw: Raw) -> Reply:
    """`res` as a reply. Null or absent: generation failed, and the row still counts."""
    kept = {name: raw[name] for name in RECORDED if name in raw}
    res = raw.get("res")
    if not isinstance(res, str):
        return Reply("", "failed", error="no reply is recorded", recorded=kept)
    return Reply(res, recorded=kept)


def _report_files(order: Rescoring, samples: Sequence[Sample]) -> dict[str, list[Raw]]:
    """`<section>/<file>` → published records with `res`: the folder's files, or those a run of ours answers for."""
    files = {dataset.file for task in order.tasks for dataset in task.datasets if dataset.name == "trustllm"}
    if order.layout == "trustllm":
        source = str(order.source)
        return {
            file.removesuffix(".json"): list(sources.records(source, file))
            for file in sorted(files)
            if sources.has(source, file)
        }
    found: dict[str, list[Raw]] = {}
    file_of = {task.id: dataset.file for task in order.tasks for dataset in task.datasets if dataset.name == "trustllm"}
    for task_id, record in samples:
        if task_id != "safety/toxicity":  # the jailbreak replies, a second time
            found.setdefault(file_of[task_id].removesuffix(".json"), []).extend(published_rows(record))
    return found


def _write_report(path: Path, files: dict[str, list[Raw]]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(published_report(files), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise unwritable(path, error) from error


# ---- judging again ------------------------------------------------------------------------------


async def _judge_all(
    order: Rescoring, samples: Sequence[Sample], instruments: Sequence[Instruments], progress: Progress
) -> list[Sample]:
    by_id = {task.id: task for task in order.tasks}
    done: list[Sample | None] = [None] * len(samples)

    async def go(numbered: tuple[int, Sample]) -> None:
        place, (task_id, record) = numbered
        verdicts = await judged(by_id[task_id].judge, replace(record, verdicts=()), instruments)
        done[place] = task_id, replace(record, verdicts=verdicts)
        progress.row(record)

    at_once = order.judging.connections * max(1, order.judging.endpoints)
    await in_flight(go, enumerate(samples), min(at_once, len(samples)))
    return [sample for sample in done if sample is not None]


def _write_samples(folder: RunFolder, tasks: Sequence[Task], data: str, samples: Sequence[Sample]) -> dict[str, Any]:
    """`samples.parquet` anew, and the measures of every task in it."""
    by_id = {task.id: task for task in tasks}
    measures = {}
    with Samples(folder) as written:
        for number, (task_id, records) in enumerate(by_task(samples)):
            epochs: dict[tuple[str, str], int] = {}
            for place, record in enumerate(records):
                identity = _identity(record.row)
                epoch = epochs[identity] = epochs.get(identity, -1) + 1
                written.add((number, place, epoch), task_id, data, record)
            measures[task_id] = measure_task(by_id[task_id], records)
    return measures


def _identity(row: Row) -> tuple[str, str]:
    return row.id, row.lang
