"""The straight line: ask, judge, keep, for every row; then measure.

The trip of one row is `trip`, one coroutine. Each endpoint has its own limit; as many rows are in flight as the limits
add up to, so a slow judge never starves the model. There are no phases and no barriers between tasks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from assay.cases import Asking, Case, cases, check_data, data_hash
from assay.errors import EndpointError, StoreError
from assay.instruments import Instruments
from assay.judging import Judging, driven, in_flight, judged, kept, panel
from assay.models import Connections
from assay.schema import Model, Record, Task
from assay.scoring import measure_task
from assay.store import Anew, Journal, RunFolder, run_folder
from assay.store.folder import Samples

SCHEMA = "assay.result/1"


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

    @property
    def rows_in_flight(self) -> int:
        """As many as the limits of all endpoints add up to, and once more the model's.

        While a reply is stored and judged, its connection already serves another row.
        """
        return self.judging.connections * (2 + self.judging.endpoints)


class Progress(Protocol):
    """Who is told how far the run is."""

    def start(self, total: int) -> None:
        """So many rows are to be done."""
        ...

    def row(self, record: Record) -> None:
        """One more row is done."""
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

    def stop(self) -> None:
        """Nothing to tell."""


# ---- the trip of a row --------------------------------------------------------------------------


async def trip(case: Case, model: Model, instruments: Sequence[Instruments]) -> Record:
    """Ask, judge, keep: from a row to its record. Replies are committed before they come back."""
    if len(case.requests) == 1:  # by far the most; a gather of one costs more than the judge
        record = Record(case.row, (await model(case.requests[0]),))
    else:
        record = Record(case.row, tuple(await asyncio.gather(*(model(request) for request in case.requests))))
    return replace(record, verdicts=await judged(case.task.judge, record, instruments))


# ---- the run ------------------------------------------------------------------------------------


def run(order: Order, connections: Connections | None = None, progress: Progress | None = None) -> RunFolder:
    """Ask the model every case, judge every reply, measure every task, and write the run folder.

    The same order finds the same folder and asks only for what is not stored.

    Raises:
        AssayError: with the fix in its message; everything that was committed is kept.
    """
    return driven(_run(order, connections or Connections(), progress or Silent()))


async def _run(order: Order, connections: Connections, progress: Progress) -> RunFolder:
    check_data(order.tasks, order.asking)
    described = describe(order, connections)
    folder = run_folder(order.out, described)
    _same_run(folder, described)
    with Journal(order.out / "journal.sqlite") as journal:
        try:
            used = Anew(journal) if order.fresh else journal
            model = kept(connections.model(order.model), order.judging.connections, used)
            instruments = panel(order.judging, connections, journal)
            folder.write("run.json", described)
            tasks = await _ask_all(order, model, instruments, folder, progress)
            folder.write("result.json", {"schema": SCHEMA, "run": described, "tasks": tasks})
        finally:
            progress.stop()
            await connections.close()
    return folder


async def _ask_all(
    order: Order, model: Model, instruments: Sequence[Instruments], folder: RunFolder, progress: Progress
) -> dict[str, Any]:
    """Every case through `trip`, so many at a time; then every task measured, in the order of the tasks."""
    todo = list(cases(order.tasks, order.asking))
    progress.start(len(todo))
    records: dict[tuple[int, int, int], Record] = {}
    with Samples(folder) as samples:

        async def go(case: Case) -> None:
            record = records[case.order] = await trip(case, model, instruments)
            samples.add(case.order, case.task.id, case.dataset, record)
            progress.row(record)

        await in_flight(go, todo, min(order.rows_in_flight, len(todo)))
        _check_answered(model, records.values())
    return _measures(order.tasks, records)


def _check_answered(model: Model, records: Collection[Record]) -> None:
    """A run without one reply is no run."""
    replies = [reply for record in records for reply in record.replies]
    if all(reply.finish == "failed" for reply in replies):
        raise EndpointError(
            f"{model.name} gave no reply to any of {len(records)} rows ({replies[-1].error}). Mend that, or check "
            "--base-url, and run the same command"
        )


def _measures(tasks: Sequence[Task], records: Mapping[tuple[int, int, int], Record]) -> dict[str, Any]:
    """By task id; tasks without rows in this data have none."""
    of_task: dict[int, list[Record]] = {}
    for place in sorted(records):
        of_task.setdefault(place[0], []).append(records[place])
    return {tasks[number].id: measure_task(tasks[number], together) for number, together in of_task.items()}


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
    }


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
