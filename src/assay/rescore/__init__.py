"""Judge and measure stored replies again: a run of ours, or generations that the published toolkit recorded.

The model is not asked. Graders' replies go through the journal beside the run, so they are not asked twice either; and
what models judged before stands where no other judge is given in its place.

`stored`     what was asked for, and what is there
`standing`   what a later scoring takes over from the run as it was
`recorded`   the published toolkit's layout, read and written
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

from assay import __version__
from assay.bilingual import between_languages
from assay.budget import TASK, Budget, asked_elsewhere
from assay.correction import cards_used
from assay.data.cards import cards as judge_cards
from assay.ending import Ending, driven, ended_by_signals, in_flight
from assay.errors import UsageError
from assay.instruments import Instruments
from assay.judging import check_graders, check_heard, classified, judged, kept, left, panel
from assay.labelling import Sheet, by_labels, read_sheet
from assay.models import Connections
from assay.models.prices import load_prices
from assay.planting import planted_verdicts
from assay.rescore.recorded import Sample, write_report
from assay.rescore.standing import called, labels_of, same_labels, stood_in, usage_with, without_none
from assay.rescore.stored import Rescoring, Stored, check_others, read_stored
from assay.result import measured_tasks, panel_result, result_of
from assay.run import Progress, Silent, journal_open
from assay.schema import Record, Request, Task
from assay.store import RunFolder
from assay.store.folder import Samples, Written
from assay.tasks import all_tasks

__all__ = ["Rescoring", "rescore"]

Json = Mapping[str, Any]


def rescore(order: Rescoring, connections: Connections | None = None, progress: Progress | None = None) -> RunFolder:
    """Judge every stored reply with the judges given now, measure, and write `order.out`.

    Raises:
        AssayError: with the fix in its message.
    """
    if not order.source.exists():
        raise UsageError(f"{order.source} does not exist; give a run folder, or a folder or zip with --format trustllm")
    return driven(_rescore(order, connections or Connections(), progress or Silent()))


async def _rescore(order: Rescoring, connections: Connections, progress: Progress) -> RunFolder:
    stored = read_stored(order)
    order = replace(order, judging=without_none(order.judging))
    order = replace(order, tasks=classified(order.tasks, order.judging))
    described = stored.described | {"judges": stored.standing.described(order.judging), "assay": __version__}
    check_graders(order.judging, described["model"], described["endpoint"], connections.model)
    check_others(order, stored)
    sheet = _sheet(order)
    folder = RunFolder(order.out)
    if order.upstream_report is not None and not order.judging.classifiers:
        write_report(order.upstream_report, order.source, order.layout, order.tasks, described)
    async with journal_open(order.out.parent / "journal.sqlite", connections, progress) as (journal, ending):
        budget = Budget(load_prices())
        instruments = panel(order.judging, connections, lambda judge: kept(judge, journal, budget))
        if "embedder" in stored.standing.kinds:
            instruments = tuple(replace(one, embedder=None) for one in instruments)
        with Samples(folder) as samples:
            with ended_by_signals(ending, progress.say):
                again = _Again(order, stored, instruments, samples, progress, _counted(order, stored, budget))
                await again.all(ending)
                tasks = again.tasks()
                records = _written(tasks, stored.counts, samples)
                planted = await planted_verdicts(records, instruments, ending, order.judging.at_once, progress.say)
            found = measured_tasks([one for one in records if one[0].id in stored.wanted], described["model"])
            found = _with_others(stored, records, found)
            together = panel_result(records, described["judges"]["graders"])
        labelled = _labelled(sheet, folder, order, stored, again.changed, progress)
        for task, name, one in labelled:
            found[task]["measures"][name]["labelled"] = one
        described["judges"]["cards"] = cards_used([*tasks, *_without_rows(order, stored)], judge_cards())
        described["judges"] |= _asked_at(order, stored, connections) | _told_by_people(stored, sheet, found)
        result = result_of(described, found, planted or _planted_before(stored), together, budget)
        usage = _usage(order, stored, result["usage"])
        folder.write("run.json", described)
        folder.write("result.json", {**result, "usage": usage})
    if order.upstream_report is not None and order.judging.classifiers:  # what these said stands in the new samples
        write_report(order.upstream_report, order.out, "assay", order.tasks, described)
    check_heard(instruments, folder.path, progress.say)
    return folder


# ---- judging again ------------------------------------------------------------------------------


class _Again:
    """Every sample of a folder, judged again where that is wanted."""

    def __init__(
        self,
        order: Rescoring,
        stored: Stored,
        instruments: Sequence[Instruments],
        samples: Samples,
        progress: Progress,
        counted: Callable[[Record], None],
    ) -> None:
        self._order, self._stored, self._instruments = order, stored, instruments
        self._samples, self._progress, self._counted = samples, progress, counted
        self._by_id = {task.id: task for task in (*stored.known, *order.tasks)}
        self._stood_in: dict[str, set[tuple[str, str]]] = {}
        self.changed: set[str] = set()
        """Tasks of which a verdict is another than it was."""

    async def all(self, ending: Ending) -> None:
        """Each of them, so many at a time."""
        stored, judging = self._stored, self._order.judging
        total = sum(stored.counts[task] for task in stored.wanted)
        self._progress.start(total)
        at_once = judging.connections * max(1, 2 * judging.endpoints)
        await in_flight(self._one, enumerate(stored.read()), min(at_once, sum(stored.counts.values())), ending)

    async def _one(self, numbered: tuple[int, Sample]) -> None:
        place, (task_id, epoch, record) = numbered
        if task_id in self._stored.wanted:
            TASK.set(task_id)
            self._counted(record)
            record = await self._judged(self._by_id[task_id], record)
            self._progress.row(record)
        self._samples.add(place, epoch, task_id, self._stored.described["data"]["name"], record)

    async def _judged(self, task: Task, before: Record) -> Record:
        record = await left(task, replace(before, verdicts=()), self._instruments)
        now = await judged(task.judge, record, self._instruments)
        verdicts = self._stored.standing.verdicts(now, before.verdicts)
        if verdicts is not now:
            self._stood_in.setdefault(task.id, set()).update(stood_in(now, verdicts))
        if not same_labels(verdicts, before.verdicts):
            self.changed.add(task.id)
        return replace(record, verdicts=verdicts)

    def tasks(self) -> list[Task]:
        """The tasks of the folder that can be measured, each judge called by who judged."""
        tasks = (self._by_id[task.id] for task in self._stored.known)
        return [called(task, self._stood_in.get(task.id, ())) for task in tasks]


def _counted(order: Rescoring, stored: Stored, budget: Budget) -> Callable[[Record], None]:
    """Counts what the replies of a run of ours had cost, as the run itself did. Of recorded ones nobody knows."""
    name, endpoint = stored.described["model"], stored.described["endpoint"]
    if endpoint in ("recorded", "baseline"):
        return lambda record: None
    account, elsewhere = budget.account_of(name, endpoint), asked_elsewhere(stored.known)

    def count(record: Record) -> None:
        for chat, reply in zip(record.row.chats, record.replies, strict=True):
            account.count(Request(chat), reply, paid=False, elsewhere=elsewhere)

    return count


def _written(tasks: Sequence[Task], counts: Mapping[str, int], samples: Samples) -> list[tuple[Task, Written]]:
    ends = accumulate(counts.values())
    places = {task: range(end - count, end) for (task, count), end in zip(counts.items(), ends, strict=True)}
    return [(task, samples.of(places[task.id])) for task in tasks]


# ---- what the run is then -----------------------------------------------------------------------


def _sheet(order: Rescoring) -> Sheet | None:
    """The filled-in sheet, checked against the run before anything is judged."""
    if order.labels is None:
        return None
    if order.layout == "trustllm":
        raise UsageError("--labels is for a run folder: score into --out first, then label and score that folder")
    return read_sheet(order.labels, RunFolder(order.source), (*all_tasks(), *order.tasks))


def _labelled(
    sheet: Sheet | None,
    folder: RunFolder,
    order: Rescoring,
    stored: Stored,
    changed: Collection[str],
    progress: Progress,
) -> Iterator[tuple[str, str, Any]]:
    """What people's labels tell: those of the sheet, and for tasks without any, what earlier ones told.

    They are told of the verdicts that were there: where one changed, the sheet has to be given again.
    """
    told = by_labels(sheet, folder, order.tasks) if sheet is not None else {}
    for note in () if sheet is None else sheet.notes:
        progress.say(note)
    before = {task: labels_of(stored.result.get("tasks", {}).get(task, {})) for task in stored.wanted}
    lost = [task for task, measures in before.items() if measures and task not in told and task in changed]
    if lost:
        progress.say(
            f"verdicts changed, and the numbers with labels of {', '.join(lost)} were told of the old ones: they are "
            "left out. Give the sheet again with --labels"
        )
    for task, measures in (before | told).items():
        if task not in lost:
            yield from ((task, name, one) for name, one in measures.items())


def _with_others(stored: Stored, records: Sequence[tuple[Task, Written]], found: dict[str, Any]) -> dict[str, Any]:
    """The measures of the whole folder, in its order."""
    if not stored.others:
        return found
    before = stored.result["tasks"]
    whole = {task: found[task] if task in found else before[task] for task in stored.counts}
    return between_languages(records, whole)


def _without_rows(order: Rescoring, stored: Stored) -> list[Task]:
    """Tasks of the run that have no rows in its data."""
    return [task for task in order.tasks if task.id in stored.described["tasks"] and task.id not in stored.counts]


def _asked_at(order: Rescoring, stored: Stored, connections: Connections) -> dict[str, Any]:
    """For run.json: where the graders are, as a run says it of its own."""
    now = {name: connections.model(name).endpoint for name in order.judging.graders}
    endpoints = stored.standing.before.get("endpoints") if "graders" in stored.standing.kinds else now
    return {"endpoints": endpoints} if endpoints else {}


def _told_by_people(stored: Stored, sheet: Sheet | None, found: Json) -> dict[str, Any]:
    """For run.json: which sheet was labelled."""
    sheets = sheet.described() if sheet is not None else stored.standing.before.get("labels")
    return {"labels": sheets} if sheets and any(labels_of(task) for task in found.values()) else {}


def _planted_before(stored: Stored) -> Json:
    """What planted verdicts did to graders whose verdicts stand."""
    found: Json = stored.result.get("planted", {}) if "graders" in stored.standing.kinds else {}
    return found


def _usage(order: Rescoring, stored: Stored, now: Json) -> Json:
    before, model = stored.result.get("usage", {}), stored.described["model"]
    return usage_with(now, before, stored.wanted, model, stored.standing.replaced_models())
