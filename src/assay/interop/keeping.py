"""Records that another tool asked for, as a run folder of ours: judged where nobody has, measured, kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assay import __version__
from assay.budget import TASK, Budget, asked_elsewhere
from assay.cases import tasks_in
from assay.correction import cards_used
from assay.data import own
from assay.data.cards import cards as judge_cards
from assay.ending import driven
from assay.errors import DataError, UsageError
from assay.instruments import Instruments, Lexical
from assay.judging import Judging, judged
from assay.models.prices import load_prices
from assay.result import measured_tasks, panel_result, result_of
from assay.schema import Record, Request, Task
from assay.store import RunFolder
from assay.store.folder import Samples

IMPORTED = "imported"
"""What run.json calls where an imported run came from."""

Read = Callable[[], Iterator[tuple[int, Record]]]
"""(epoch, record) of one task, read anew each time. A record without verdicts is judged by its task's judge."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What was found in another tool's files."""

    run: Mapping[str, Any]
    """What run.json is to say: the model, the data, what was asked."""
    tasks: Sequence[tuple[Task, Read]]
    beside: Mapping[str, Any] = field(default_factory=dict)
    """What a result.json of ours held that records do not tell: planted verdicts; labels, by task and measure."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The run folder that was made."""

    folder: RunFolder
    judged_now: int
    """Records that came without a verdict."""


def described(model: str, endpoint: str, data: Mapping[str, str], tasks: Sequence[Task], source: str) -> dict[str, Any]:
    """What run.json says of a run that another tool made."""
    return {
        "model": model,
        "endpoint": endpoint,
        "data": dict(data),
        "langs": ["en"],
        "limit": None,
        "epochs": 1,
        "tasks": {task.id: task.version for task in tasks},
        "judges": Judging().described(),
        "assay": __version__,
        IMPORTED: {"from": source},
    }


def task_named(name: str, version: object, data: Mapping[str, str], where: str) -> Task:
    """The task that a file of another tool is of.

    Args:
        name: its id.
        version: whose rows it has.
        data: name and sha256, as run.json has it; a file of one's own brings its task.
        where: what is read, for the error.

    Raises:
        DataError: this assay has no such task, another version of it, or the file of one's own is gone or changed.
    """
    if own.is_own(data["name"]):
        own.check_same(data["name"], data["sha256"], where)
    try:
        (task,) = tasks_in(data["name"], [name])
    except UsageError as error:
        raise DataError(f"{where} is of {name}, which this assay does not have: import it where it was made") from error
    if task.version != version:
        raise DataError(
            f"{where} holds version {version} of {name}; this assay has version {task.version}, whose rows differ. "
            "Evaluate it again"
        )
    return task


def check_out(out: Path, model: str) -> None:
    """Whether a run may be written there.

    Raises:
        UsageError: another run is there.
    """
    folder = RunFolder(out)
    if not (out / "run.json").exists():
        return
    found = folder.read_run()
    if IMPORTED not in found or found["model"] != model:
        raise UsageError(f"{out} holds a run of {found['model']} already: give another folder with --out")


def keep(brought: Brought, out: Path) -> Kept:
    """Write the run folder.

    Raises:
        UsageError: another run is there.
        DataError: there is no record.
        StoreError: the folder cannot be written.
    """
    check_out(out, str(brought.run["model"]))
    return driven(_keep(brought, out))


async def _keep(brought: Brought, out: Path) -> Kept:
    folder, run, epochs = RunFolder(out), dict(brought.run), 1
    tasks = [task for task, _ in brought.tasks]
    run["judges"] = {**run["judges"], "cards": cards_used(tasks, judge_cards())}
    budget, judged_now = Budget(load_prices()), 0
    count = _counted(budget, run, tasks)
    with Samples(folder) as samples:
        places = []
        for task, read in brought.tasks:
            start = len(samples)
            TASK.set(task.id)
            for epoch, record in read():
                if not record.verdicts:
                    record = replace(record, verdicts=await judged(task.judge, record, _OFFLINE))
                    judged_now += 1
                epochs = max(epochs, epoch + 1)
                samples.add(len(samples), epoch, task.id, run["data"]["name"], record)
                count(record)
            places.append((task, range(start, len(samples))))
        if not len(samples):
            raise DataError("there is no sample in what was given; nothing was imported")
        run |= {"epochs": epochs} if IMPORTED in run else {}
        run["tasks"] = {task.id: task.version for task, places_of in places if places_of}
        records = [(task, samples.of(range_)) for task, range_ in places if range_]
        found = measured_tasks(records, run["model"])
        together = panel_result(records, run["judges"].get("graders", ()))
    folder.write("run.json", run)
    planted = brought.beside.get("planted", {})
    folder.write("result.json", _with(result_of(run, found, planted, together, budget), brought.beside))
    return Kept(folder, judged_now)


_OFFLINE = (Instruments(None, Lexical(), None),)


def _counted(budget: Budget, run: Mapping[str, Any], tasks: Sequence[Task]) -> Callable[[Record], None]:
    """Counts what the replies cost, where it is known who was asked."""
    if "://" not in run["endpoint"]:
        return lambda record: None
    account, elsewhere = budget.account_of(run["model"], run["endpoint"]), asked_elsewhere(tasks)

    def count(record: Record) -> None:
        for chat, reply in zip(record.row.chats, record.replies, strict=True):
            account.count(Request(chat), reply, paid=False, elsewhere=elsewhere)

    return count


def _with(result: dict[str, Any], beside: Mapping[str, Any]) -> dict[str, Any]:
    """The result, and what another one held that records do not tell."""
    for task, older in beside.get("tasks", {}).items():
        for name, measure in result["tasks"].get(task, {}).get("measures", {}).items():
            measure |= {key: one for key, one in older.get(name, {}).items() if key not in measure}
    return {**result, **{name: one for name, one in beside.items() if name != "tasks"}}
