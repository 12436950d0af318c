"""Judge and measure stored replies again: a run of ours, or generations that the published toolkit recorded.

The model is not asked. Graders' replies go through the journal beside the run, so they are not asked twice either.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

from assay import __version__
from assay.budget import TASK, Budget, asked_elsewhere
from assay.cases import data_hash, raws_of
from assay.correction import cards_used
from assay.data import sources
from assay.data.cards import cards as judge_cards
from assay.ending import Ending, driven, ended_by_signals, in_flight
from assay.errors import DataError, StoreError, UsageError
from assay.instruments import Instruments
from assay.judging import Judging, check_graders, classified, judged, kept, left, panel
from assay.labelling import Sheet, by_labels, read_sheet
from assay.models import Connections
from assay.models.prices import load_prices
from assay.planting import planted_verdicts
from assay.result import measured_tasks, panel_result, result_of
from assay.run import Progress, Silent, journal_open
from assay.schema import Raw, Record, Reply, Request, Rows, Task
from assay.scoring import Published
from assay.store import RunFolder
from assay.store.folder import Samples, Written, unwritable
from assay.tasks import all_tasks
from assay.upstream.report import published_report

RECORDED = ("eval_res", "toxicity", "embedding", "n_embedding", "s_embedding")
"""What earlier judges leave beside a reply in the published layout."""

Sample = tuple[str, int, Record]
"""Task id, epoch, record."""


@dataclass(frozen=True, slots=True)
class Rescoring:
    """What `assay score` was asked to do."""

    source: Path
    layout: str
    out: Path
    tasks: tuple[Task, ...]
    judging: Judging = field(default_factory=Judging)
    upstream_report: Path | None = None
    labels: Path | None = None
    """A sheet of this run that people filled in."""


def rescore(order: Rescoring, connections: Connections | None = None, progress: Progress | None = None) -> RunFolder:
    """Judge every stored reply with the judges given now, measure, and write `order.out`.

    Raises:
        AssayError: with the fix in its message.
    """
    if not order.source.exists():
        raise UsageError(f"{order.source} does not exist; give a run folder, or a folder or zip with --format trustllm")
    return driven(_rescore(order, connections or Connections(), progress or Silent()))


async def _rescore(order: Rescoring, connections: Connections, progress: Progress) -> RunFolder:
    order = replace(order, tasks=classified(order.tasks, order.judging))
    described, stored = _stored(order)
    check_graders(order.judging, described["model"], described["endpoint"], connections.model)
    decided = [task for task in order.tasks if task.id in described["tasks"]]
    described["judges"]["cards"] = cards_used(decided, judge_cards())
    sheet = _sheet(order)
    if sheet is not None:
        described["judges"]["labels"] = sheet.described()
    folder = RunFolder(order.out)
    if order.upstream_report is not None and not order.judging.classifiers:
        _write_report(order.upstream_report, _report_files(order, described))
    async with journal_open(order.out.parent / "journal.sqlite", connections, progress) as (journal, ending):
        budget = Budget(load_prices())
        instruments = panel(order.judging, connections, lambda judge: kept(judge, journal, budget))
        with Samples(folder) as samples:
            with ended_by_signals(ending, progress.say):
                counted = _counted(order, described, budget)
                data = described["data"]["name"]
                await _judge_all(order, stored, data, instruments, samples, progress, ending, counted)
                records = _written(order.tasks, stored, samples)
                planted = await planted_verdicts(records, instruments, ending, order.judging.at_once, progress.say)
            tasks = measured_tasks(records, described["model"])
            together = panel_result(records, order.judging.graders)
        for task, told in by_labels(sheet, folder, order.tasks).items() if sheet is not None else ():
            for name, one in told.items():
                tasks[task]["measures"][name]["labelled"] = one
        folder.write("run.json", described)
        folder.write("result.json", result_of(described, tasks, planted, together, budget))
    if order.upstream_report is not None and order.judging.classifiers:  # what these said stands in the new samples
        _write_report(order.upstream_report, _report_files(replace(order, source=order.out, layout="assay"), described))
    return folder


@dataclass(frozen=True, slots=True)
class Stored:
    """The samples to be judged again, task by task; read anew each time they are gone through."""

    counts: Mapping[str, int]
    """How many each task has, in the order of the samples."""
    read: Callable[[], Iterator[Sample]]

    def __len__(self) -> int:
        return sum(self.counts.values())


def _stored(order: Rescoring) -> tuple[dict[str, Any], Stored]:
    """What run.json is to say, and the samples to be judged."""
    now = {"judges": order.judging.described(), "assay": __version__}
    if order.layout == "trustllm":
        counts = Counter(task_id for task_id, _, _ in _recorded_samples(order))
        if not counts:
            raise DataError(f"{order.source} holds no file of the published layout <section>/<file>.json")
        return {
            "model": f"recorded/{order.source.stem}",
            "endpoint": "recorded",
            "data": {"name": str(order.source), "sha256": data_hash(str(order.source))},
            "tasks": {task.id: task.version for task in order.tasks if task.id in counts},
            **now,
        }, Stored(counts, lambda: _recorded_samples(order))
    folder = RunFolder(order.source)
    run = folder.read_run()
    _same_versions(order, run)
    have = folder.counts()
    wanted = [task for task in run["tasks"] if task in have and task in {task.id for task in order.tasks}]
    return {**run, **now}, Stored({task: have[task] for task in wanted}, lambda: folder.records(wanted))


def _sheet(order: Rescoring) -> Sheet | None:
    """The filled-in sheet, checked against the run before anything is judged."""
    if order.labels is None:
        return None
    if order.layout == "trustllm":
        raise UsageError("--labels is for a run folder: score into --out first, then label and score that folder")
    return read_sheet(order.labels, RunFolder(order.source), (*all_tasks(), *order.tasks))


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
                yield task.id, 0, Record(row, tuple(_recorded(raw) for raw in row.parts or (row.fields,)))
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


def _report_files(order: Rescoring, described: Mapping[str, Any]) -> dict[str, Rows]:
    """`<section>/<file>` → published records with `res`: the folder's files, or those a run of ours answers for."""
    file_of = {task.id: dataset.file for task in order.tasks for dataset in task.datasets if dataset.name == "trustllm"}
    if order.layout == "trustllm":
        source = str(order.source)
        return {
            file.removesuffix(".json"): sources.records(source, file)
            for file in sorted(set(file_of.values()))
            if sources.has(source, file)
        }
    folder = RunFolder(order.source)
    have = folder.counts()
    lang = "en" if "en" in described.get("langs", ("en",)) else described["langs"][0]
    found: dict[str, list[str]] = {}
    for task_id, file in file_of.items():
        if task_id in have and task_id != "safety/toxicity":  # the jailbreak replies, a second time
            found.setdefault(file.removesuffix(".json"), []).append(task_id)
    return {file: _Answers(folder, tuple(tasks), lang) for file, tasks in found.items()}


@dataclass(frozen=True, slots=True)
class _Answers:
    """What a run of ours has of one published file, which several tasks may share."""

    folder: RunFolder
    tasks: tuple[str, ...]
    lang: str

    def __iter__(self) -> Iterator[Raw]:
        for task in self.tasks:
            yield from Published(_Of(self.folder, task), self.lang)


@dataclass(frozen=True, slots=True)
class _Of:
    """The stored records of one task."""

    folder: RunFolder
    task: str

    def __iter__(self) -> Iterator[Record]:
        return (record for _, _, record in self.folder.records([self.task]))

    def __len__(self) -> int:
        return self.folder.counts().get(self.task, 0)


def _write_report(path: Path, files: Mapping[str, Rows]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(published_report(files), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise unwritable(path, error) from error


# ---- judging again ------------------------------------------------------------------------------


async def _judge_all(
    order: Rescoring,
    stored: Stored,
    data: str,
    instruments: Sequence[Instruments],
    samples: Samples,
    progress: Progress,
    ending: Ending,
    counted: Callable[[Record], None],
) -> None:
    by_id = {task.id: task for task in order.tasks}
    progress.start(len(stored))

    async def go(numbered: tuple[int, Sample]) -> None:
        place, (task_id, epoch, record) = numbered
        TASK.set(task_id)
        counted(record)
        record = await left(by_id[task_id], replace(record, verdicts=()), instruments)
        verdicts = await judged(by_id[task_id].judge, record, instruments)
        samples.add(place, epoch, task_id, data, replace(record, verdicts=verdicts))
        progress.row(record)

    at_once = order.judging.connections * max(1, 2 * order.judging.endpoints)
    await in_flight(go, enumerate(stored.read()), min(at_once, len(stored)), ending)


def _counted(order: Rescoring, described: Mapping[str, Any], budget: Budget) -> Callable[[Record], None]:
    """Counts what the replies of a run of ours had cost, as the run itself did. Of recorded ones nobody knows."""
    name, endpoint = described["model"], described["endpoint"]
    if endpoint in ("recorded", "baseline"):
        return lambda record: None
    account, elsewhere = budget.account_of(name, endpoint), asked_elsewhere(order.tasks)

    def count(record: Record) -> None:
        for chat, reply in zip(record.row.chats, record.replies, strict=True):
            account.count(Request(chat), reply, paid=False, elsewhere=elsewhere)

    return count


def _written(tasks: Sequence[Task], stored: Stored, samples: Samples) -> list[tuple[Task, Written]]:
    by_id = {task.id: task for task in tasks}
    ends = accumulate(stored.counts.values())
    return [
        (by_id[task_id], samples.of(range(end - count, end)))
        for (task_id, count), end in zip(stored.counts.items(), ends, strict=True)
    ]
