"""The straight line: ask, judge, keep, for every row; then measure.

The trip of one row is `trip`, one coroutine. Each endpoint has its own limit; as many rows are in flight as the limits
add up to, so a slow judge never starves the model. There are no phases and no barriers between tasks.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from assay import plugins
from assay.budget import TASK, Budget, asked_elsewhere
from assay.cases import Asking, Case, Cases, cases, check_data, data_hash, without_rows
from assay.contamination import Manifest, seen, unseen
from assay.correction import cards_used
from assay.data.cards import cards as judge_cards
from assay.ending import KEPT, Ending, driven, ended_by_signals, in_flight
from assay.errors import EndpointError, RunStopped, Stopped, StoreError
from assay.instruments import Instruments
from assay.judging import Judging, check_graders, check_heard, classified, judged, kept, left, panel, stocked
from assay.models import Connections
from assay.models.prices import load_prices
from assay.planting import planted_verdicts
from assay.result import measured_tasks, panel_result, result_of
from assay.schema import Model, Record, Reply, Request, Task
from assay.store import Anew, Journal, RunFolder, run_folder
from assay.store.folder import Samples, Written
from assay.store.sessions import session

JUDGES_BEHIND = 1_000
"""Rows by which judges may fall behind the model before it has to wait for them."""


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that a run was asked to do. Its hash names the run folder."""

    model: str
    tasks: tuple[Task, ...]
    asking: Asking = field(default_factory=Asking)
    judging: Judging = field(default_factory=Judging)
    out: Path = Path("runs")
    fresh: bool = False
    """Ask anew, whatever is stored."""
    trained_on: tuple[Manifest, ...] = ()
    """What the model was trained on, as far as somebody says: rows that it has met are counted."""
    unseen: tuple[Manifest, ...] = ()
    """What the tasks leave out; see `without_met`."""

    @property
    def rows_in_flight(self) -> int:
        """Four times the model's connections: others use them while a row is stored, judged, or sleeps between tries.

        Beside those, so many rows may wait for judges that a slow one does not starve the model.
        """
        return self.judging.connections * 4 + (JUDGES_BEHIND if self.judging.endpoints else 0)


def without_met(order: Order, manifests: Sequence[Manifest]) -> Order:
    """The same order without the rows that these exports gave away."""
    tasks = tuple(unseen(task, manifests) for task in order.tasks)
    return replace(order, tasks=tasks, unseen=tuple(manifests))


class Progress(Protocol):
    """Who is told how far the run is."""

    def start(self, total: int) -> None:
        """So many rows are to be done."""
        ...

    def row(self, record: Record) -> None:
        """One more row is done."""
        ...

    def say(self, text: str) -> None:
        """Something that whoever waits should know."""
        ...

    def stop(self) -> None:
        """No more rows will come."""
        ...


class Silent:
    """Tells nobody."""

    def start(self, total: int) -> None:
        """Nothing to tell."""

    def row(self, record: Record) -> None:
        """Nothing to tell."""

    def say(self, text: str) -> None:
        """Nothing to tell."""

    def stop(self) -> None:
        """Nothing to tell."""


# ---- the trip of a row --------------------------------------------------------------------------


async def trip(case: Case, model: Model, instruments: Sequence[Instruments]) -> Record:
    """Ask, judge, keep: from a row to its record. Replies are committed before they come back."""
    TASK.set(case.task.id)
    if len(case.requests) == 1:  # by far the most; a gather of one costs more than the judge
        record = Record(case.row, (await model(case.requests[0]),))
    else:
        record = Record(case.row, await _replies(case.requests, model))
    record = await left(case.task, record, instruments)
    return replace(record, verdicts=await judged(case.task.judge, record, instruments))


async def _replies(requests: Sequence[Request], model: Model) -> tuple[Reply, ...]:
    """All of them, side by side. If one has no reply to give, the others are waited for: they were paid."""
    came = await asyncio.gather(*(model(request) for request in requests), return_exceptions=True)
    for reply in came:
        if isinstance(reply, BaseException):
            raise reply
    return tuple(reply for reply in came if isinstance(reply, Reply))


# ---- the run ------------------------------------------------------------------------------------


def run(
    order: Order,
    connections: Connections | None = None,
    progress: Progress | None = None,
    budget: Budget | None = None,
) -> RunFolder:
    """Ask the model every case, judge every reply, measure every task, and write the run folder.

    The same order finds the same folder and asks only for what is not stored.

    Raises:
        AssayError: with the fix in its message; everything that was committed is kept.
    """
    return driven(_run(order, connections or Connections(), progress or Silent(), budget or Budget(load_prices())))


async def _run(order: Order, connections: Connections, progress: Progress, budget: Budget) -> RunFolder:
    order = replace(order, tasks=classified(order.tasks, order.judging))
    check_data(order.tasks, order.asking)
    if missing := without_rows(order.tasks, order.asking):
        progress.say(f"--data {order.asking.data} has no rows in {', '.join(missing)}: only the others are asked")
    described = describe(order, connections)
    check_graders(order.judging, order.model, described["endpoint"], connections.model)
    folder = run_folder(order.out, described)
    _same_run(folder, described)
    described["judges"]["cards"] = cards_used(order.tasks, judge_cards())  # from here on: not in the folder's name
    if order.judging.graders:
        described["judges"]["endpoints"] = {name: connections.model(name).endpoint for name in order.judging.graders}
    if others := plugins.installed():
        described["plugins"] = others
    unsent = getattr(connections.model(order.model), "unsent", ())
    if unsent:  # the service refuses them, whatever the tasks ask for
        described["sampling"]["unsent"] = unsent
    todo = cases(order.tasks, order.asking)
    if order.trained_on:
        described["trained_on"] = _met(order, todo, progress)
    async with journal_open(order.out / "journal.sqlite", connections, progress) as (journal, ending):
        budget.on_reached = lambda why: ending(RunStopped(f"{why}. {KEPT}, to go on raise the cap of the same command"))
        used = Anew(journal) if order.fresh else journal
        model = kept(connections.model(order.model), used, budget, asked_elsewhere(order.tasks))
        instruments = panel(order.judging, connections, lambda judge: kept(judge, journal, budget))
        folder.write("run.json", described)
        for note in connections.local.notes:
            progress.say(note)
        with session(folder), Samples(folder) as samples:
            with ended_by_signals(ending, progress.say):
                if budget.capped:
                    await _take_stock(order, todo, connections, journal, budget)
                await _ask_all(order, todo, model, instruments, samples, progress, ending)
                records = _judged(todo, samples)
                planted = await planted_verdicts(records, instruments, ending, order.judging.at_once, progress.say)
            tasks = measured_tasks(records, order.model)
            together = panel_result(records, order.judging.graders)
        folder.write("result.json", result_of(described, tasks, planted, together, budget))
    check_heard(instruments, folder.path, progress.say)
    return folder


@contextmanager
def rows_set_aside() -> Iterator[None]:
    """Rows that are kept outlive the asking: looking through them for garbage would hold up every reply for 0.1 s."""
    often = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)  # a row in flight is some hundred objects, and all but a few free themselves
    try:
        yield
    finally:
        gc.set_threshold(*often)
        gc.unfreeze()


@asynccontextmanager
async def journal_open(
    path: Path, connections: Connections, progress: Progress
) -> AsyncIterator[tuple[Journal, Ending]]:
    """The journal, and what ends the work with it early; what happened to it is told, and everything closed."""
    with Journal(path) as journal:

        def halt() -> None:
            connections.halt()
            journal.halt()

        at_first = journal.notes
        try:
            for note in at_first:
                progress.say(note)
            yield journal, Ending(halt)
        finally:
            progress.stop()
            for note in journal.notes[len(at_first) :]:
                progress.say(note)
            await connections.close()


async def _take_stock(order: Order, todo: Cases, connections: Connections, journal: Journal, budget: Budget) -> None:
    """Count what is stored before anything is asked: a cap is the whole run's, however often it was interrupted."""
    if not order.fresh:
        model = stocked(connections.model(order.model), journal, budget, asked_elsewhere(order.tasks))
        instruments = panel(order.judging, connections, lambda judge: stocked(judge, journal, budget))
        for case in todo:
            with suppress(Stopped):
                await trip(case, model, instruments)
    budget.stock_taken()


async def _ask_all(
    order: Order,
    todo: Cases,
    model: Model,
    instruments: Sequence[Instruments],
    samples: Samples,
    progress: Progress,
    ending: Ending,
) -> None:
    """Every case through `trip`, so many at a time."""
    progress.start(len(todo))
    answered = worded = False
    lost = ""

    async def go(case: Case) -> None:
        nonlocal answered, worded, lost
        record = await trip(case, model, instruments)
        samples.add(case.place, case.epoch, case.task.id, case.dataset, record)
        for reply in record.replies:
            answered = answered or reply.finish != "failed"
            worded = worded or bool(reply.text.strip()) or reply.finish == "filtered"
            lost = reply.error or lost
        progress.row(record)

    await in_flight(go, todo, min(order.rows_in_flight, len(todo)), ending)
    if not answered:
        raise EndpointError(
            f"{model.name} gave no reply to any of {len(todo)} rows ({lost}). Mend that, or check "
            "--base-url, and run the same command"
        )
    if not worded:
        progress.say(
            f"! every reply of {model.name} is empty: there is nothing to judge. Where it thinks before it answers, "
            "--max-reply-tokens may leave no room for the answer"
        )


def _judged(todo: Cases, samples: Samples) -> list[tuple[Task, Written]]:
    """Each task with its records; tasks without rows in this data are not there."""
    return [(task, samples.of(places)) for task, places in todo.by_task()]


def describe(order: Order, connections: Connections) -> dict[str, Any]:
    """`run.json`: what was asked of whom."""
    from assay import __version__

    asking = order.asking
    return {
        "model": order.model,
        "endpoint": connections.model(order.model).endpoint,
        "data": {"name": asking.data, "sha256": data_hash(asking.data)},
        "langs": asking.langs,
        "limit": asking.limit,
        "epochs": asking.epochs,
        "sampling": {
            "system": asking.system,
            "max_tokens": asking.max_tokens,
            "seed": asking.seed,
            "temperature": asking.temperature,
            "shuffle_options": asking.shuffle_options,
            "extra": dict(asking.extra),
        },
        "tasks": {task.id: task.version for task in order.tasks},
        "judges": order.judging.described(),
        "assay": __version__,
        **({"unseen": [manifest.in_short() for manifest in order.unseen]} if order.unseen else {}),
    }


def _met(order: Order, todo: Cases, progress: Progress) -> dict[str, Any]:
    """For run.json: how many rows of each task the model was trained on. Whoever waits is warned."""
    met = seen(order.trained_on, ((case.task.id, case.row) for case in todo if not case.epoch))
    if met:
        rows = len(todo) // order.asking.epochs
        progress.say(
            f"! {sum(met.values()):,} of {rows:,} rows were given away to train this model: its numbers are not those "
            "of a model that never met them. --unseen leaves them out"
        )
    return {"manifests": [manifest.in_short() for manifest in order.trained_on], "met": met}


def _same_run(folder: RunFolder, described: dict[str, Any]) -> None:
    """A folder that holds another model or task version must not be written over."""
    if not (folder.path / "run.json").exists():
        return
    found = folder.read_run()
    for what in ("model", "endpoint", "tasks"):
        if found.get(what) != described[what]:
            raise StoreError(
                f"{folder.path} holds a run of another {what.rstrip('s')} ({found.get(what)}): "
                "move it away, or give another folder with --out"
            )
