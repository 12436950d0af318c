"""Which cases a run has: every row of every task, dataset and language asked for, with the requests it makes."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b, sha256
from importlib.resources import files
from itertools import count, islice
from pathlib import Path
from sys import intern

import numpy as np

from assay.data import core, own, sources, survey
from assay.errors import DataError, UsageError
from assay.schema import Chat, Dataset, Message, Raw, Request, Row, Sampling, Task
from assay.store import RunFolder
from assay.tasks import select

KEPT = 20_000
"""Rows of a task that are kept in memory; of a task with more, none is."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What changes the requests of a run, beside the model: all of it is part of what a reply is stored under."""

    data: str = "core"
    """`core`, `trustllm`, `survey`, a folder or zip in TrustLLM's published layout or with what the survey's authors
    released, or a CSV or JSONL file of one's own."""
    langs: tuple[str, ...] = ("en",)
    limit: int | None = None
    epochs: int = 1
    system: str = ""
    max_tokens: int | None = None
    seed: int | None = None
    temperature: float | None = None
    """Instead of each task's published one."""
    shuffle_options: int | None = None
    extra: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One row in one epoch, ready to be asked."""

    task: Task
    dataset: str
    row: Row
    requests: tuple[Request, ...]
    place: int
    """Where its sample stands in the run, from 0: task by task, epoch by epoch, row by row."""
    epoch: int = 0


class Cases:
    """Every case of a run. They can be gone through again and again, and are never all in memory.

    Raises:
        DataError: the data is not there, or a record has no prompt.
    """

    def __init__(self, tasks: Sequence[Task], asking: Asking) -> None:
        self.asking = asking
        self._rows = [Rows(task, asking) for task in tasks]

    def __len__(self) -> int:
        return sum(map(len, self._rows)) * self.asking.epochs

    def __iter__(self) -> Iterator[Case]:
        place = count()
        for rows in self._rows:
            for epoch in range(self.asking.epochs):
                for row, requests in rows.requests(epoch):
                    yield Case(rows.task, self.asking.data, row, requests, next(place), epoch)

    def by_task(self) -> Iterator[tuple[Task, range]]:
        """Each task that has rows in this data, and the places of its cases."""
        start = 0
        for rows in self._rows:
            stop = start + len(rows) * self.asking.epochs
            if stop > start:
                yield rows.task, range(start, stop)
            start = stop


def cases(tasks: Sequence[Task], asking: Asking) -> Cases:
    """The cases of a run."""
    return Cases(tasks, asking)


class Rows:
    """The rows of a task in this data, these languages, within the limit. Many are read anew each time."""

    def __init__(self, task: Task, asking: Asking) -> None:
        self.task, self._asking = task, asking
        self._chosen = None if asking.limit is None else frozenset(_within(asking.limit, _all_rows(task, asking)))
        few = list(islice(self._read(), KEPT + 1))
        self._few = few if len(few) <= KEPT else None
        self._count = len(few) if self._few is not None else sum(1 for _ in self._read())

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        return self._read() if self._few is None else iter(self._few)

    def _read(self) -> Iterator[Row]:
        rows = _all_rows(self.task, self._asking)
        if self._chosen is None:
            return rows
        chosen = self._chosen
        return (row for place, row in enumerate(rows) if place in chosen)

    def requests(self, epoch: int) -> Iterator[tuple[Row, tuple[Request, ...]]]:
        """Each row with its requests. At a temperature above 0, an identical chat is a further draw, no repetition."""
        sampling = _sampling(self.task, self._asking)
        if not sampling.temperature:
            for row in self:
                yield row, tuple([Request(chat, sampling, epoch) for chat in row.chats])
            return
        draws = Occurrences()
        for row in self:
            yield row, tuple([Request(chat, sampling, epoch, draws.number(_asked_of(chat))) for chat in row.chats])


class Occurrences:
    """How often each of many things has come before: 12 bytes a thing, once there are many."""

    def __init__(self) -> None:
        self._late: dict[int, int] = {}
        self._early = np.empty(0, dtype=np.uint64)
        self._counts = np.empty(0, dtype=np.int32)

    def number(self, thing: int) -> int:
        """So many came before this one; `thing` is 64 bits of its hash."""
        before = self._late.get(thing)
        if before is None:
            before = self._counted_early(thing)
        self._late[thing] = before + 1
        if len(self._late) > KEPT:
            self._settle()
        return before

    def _counted_early(self, thing: int) -> int:
        if not len(self._early):
            return 0
        place = int(np.searchsorted(self._early, np.uint64(thing)))
        return int(self._counts[place]) if place < len(self._early) and int(self._early[place]) == thing else 0

    def _settle(self) -> None:
        """The late ones, whose counts go on from the early ones', to the early ones."""
        late = np.fromiter(self._late, dtype=np.uint64, count=len(self._late))
        counts = np.fromiter(self._late.values(), dtype=np.int32, count=len(late))
        keep = ~np.isin(self._early, late)
        early = np.concatenate([self._early[keep], late])
        order = np.argsort(early)
        self._early, self._counts = early[order], np.concatenate([self._counts[keep], counts])[order]
        self._late.clear()


def _asked_of(chat: Chat) -> int:
    asked = "\0".join([turn.content for turn in chat])
    return int.from_bytes(blake2b(asked.encode(), digest_size=8).digest(), "little")


def rows_of(task: Task, asking: Asking) -> list[Row]:
    """The rows of a task as a list."""
    return list(Rows(task, asking))


def _all_rows(task: Task, asking: Asking) -> Iterator[Row]:
    """Language by language, as the raw records come."""
    for row in task.rows(raws_of(task, asking.data, asking.langs)):
        if asking.shuffle_options is not None and task.reorder is not None:
            row = task.reorder(row, asking.shuffle_options)
        if asking.system:
            row = replace(row, chats=tuple(_with_system(chat, asking.system) for chat in row.chats))
        yield row


def _within(limit: int, rows: Iterable[Row]) -> Iterator[int]:
    """The places of at most so many rows of each language."""
    of_lang: dict[str, tuple[array[int], list[str]]] = {}
    for place, row in enumerate(rows):
        places, groups = of_lang.setdefault(row.lang, (array("q"), []))
        places.append(place)
        groups.append(intern(row.group))
    for places, groups in of_lang.values():
        yield from (places[one] for one in spread(groups, limit))


def raws_of(task: Task, data: str, langs: Sequence[str]) -> Iterator[Raw]:
    """The raw records of a task: of `core`, the survey's studies, the official data, a folder, or a file."""
    name = kind_of(data)
    for dataset in task.datasets:
        if dataset.name == name:
            raws = _loaded(name, data, dataset, langs)
            yield from (_asked(raw, dataset) for raw in raws if not dataset.where or _wanted(raw, dataset))


def kind_of(data: str) -> str:
    """Which of a task's datasets `--data` means."""
    if data == "core":
        return "core"
    return "own" if own.is_own(data) else survey.NAME if survey.is_survey(data) else "trustllm"


def _loaded(name: str, data: str, dataset: Dataset, langs: Sequence[str]) -> Iterable[Raw]:
    if name == "core":
        return core.load(dataset.file, langs)
    if name == survey.NAME:  # English, like the study
        return survey.load(data, dataset.file) if "en" in langs else ()
    return own.load(data, langs) if name == "own" else _official(data, dataset, langs)


def _official(data: str, dataset: Dataset, langs: Sequence[str]) -> Iterable[Raw]:
    """The official data is English. A folder of one's own may hold some of its files; the pinned archive holds all."""
    if "en" not in langs or (data not in sources.SOURCES and not sources.has(data, dataset.file)):
        return ()
    return sources.records(data, dataset.file)


def _wanted(raw: Raw, dataset: Dataset) -> bool:
    return all(str(raw.get(field)) == value for field, value in dataset.where)


def _asked(raw: Raw, dataset: Dataset) -> Raw:
    if not isinstance(raw.get("prompt"), str) or not raw["prompt"]:
        raise DataError(
            f"record {raw.get('id')} of {dataset.file} has no prompt. "
            f"Run `assay data verify {dataset.name}`, or mend the file"
        )
    return raw


def _with_system(chat: Chat, system: str) -> Chat:
    return (Message("system", system), *chat)


def _sampling(task: Task, asking: Asking) -> Sampling:
    temperature = task.sampling.temperature if asking.temperature is None else asking.temperature
    longest = task.sampling.max_tokens if asking.max_tokens is None else asking.max_tokens
    # A task's own extra fields are part of what it measures; of the user's, those of the same name win.
    extra = dict(task.sampling.extra) | dict(asking.extra)
    return Sampling(temperature, longest, asking.seed, tuple(sorted(extra.items())))


def spread(groups: Sequence[str], limit: int) -> list[int]:
    """The places of at most `limit` rows: every group in its share, evenly spread. The first are all of one source.

    Groups take turns by how much of their share they still lack, so that a limit below the number of groups takes
    different groups, and one in step with a grid does not take the same variant every time.
    """
    if len(groups) <= limit:
        return list(range(len(groups)))
    places: dict[str, array[int]] = {}
    for place, group in enumerate(groups):
        places.setdefault(group, array("q")).append(place)
    taken = dict.fromkeys(places, 0)
    for turn in range(1, limit + 1):
        lacking = max(places, key=lambda group: turn * len(places[group]) / len(groups) - taken[group])
        taken[lacking] += 1
    return sorted(
        of[(2 * step + 1) * len(of) // (2 * taken[group])]
        for group, of in places.items()
        for step in range(taken[group])
    )


def check_data(tasks: Sequence[Task], asking: Asking) -> None:
    """Whether this data can answer for these tasks at all.

    Raises:
        UsageError: unknown language, or no task has rows in this data.
        DataError: the data is not there.
    """
    unknown = [lang for lang in asking.langs if lang not in core.LANGS]
    if unknown:
        raise UsageError(f"unknown language {unknown[0]!r}; there are: {', '.join(core.LANGS)}")
    if all(next(_all_rows(task, asking), None) is None for task in tasks):
        others = f"; it has rows in {', '.join(own.languages(asking.data))}" if own.is_own(asking.data) else ""
        raise UsageError(f"the tasks have no rows in --data {asking.data} for --lang {','.join(asking.langs)}{others}")


def without_rows(tasks: Sequence[Task], asking: Asking) -> list[str]:
    """The languages asked for of which this data has no row."""
    alone = {lang: replace(asking, langs=(lang,)) for lang in asking.langs}
    return [lang for lang, one in alone.items() if all(next(_all_rows(task, one), None) is None for task in tasks)]


def tasks_in(data: str, patterns: Sequence[str] = ()) -> tuple[Task, ...]:
    """The tasks that match the globs and are made for this data: assay's own, or the one that a file describes.

    Raises:
        UsageError: a glob matches nothing, or nothing that is made for this data; or the file's TOML is wrong.
        DataError: the file is not there.
    """
    if own.is_own(data):
        return select(patterns, [own.task(data)])
    kind = kind_of(data)
    matching = select(patterns)
    found = tuple(task for task in matching if any(dataset.name == kind for dataset in task.datasets))
    if not found:
        has = ", ".join(dict.fromkeys(dataset.name for task in matching for dataset in task.datasets))
        raise UsageError(f"{', '.join(task.id for task in matching)}: not in --data {data}, but in {has}")
    return found


def tasks_of(runs: Sequence[Path], patterns: Sequence[str] = ()) -> tuple[Task, ...]:
    """The tasks that match the globs, of those that stored runs may have: assay's own, and those of files of one's own.

    Raises:
        UsageError: a glob matches nothing.
        DataError: a run's file of one's own is gone, or was changed since.
        StoreError: a folder is no run.
    """
    described = [RunFolder(path).read_run().get("data", {}) for path in runs]
    of_own: dict[str, Task] = {}
    for path, data in zip(runs, described, strict=True):
        if own.is_own(str(data.get("name"))):
            own.check_same(data["name"], str(data.get("sha256")), str(path))
            task = own.task(data["name"])
            of_own[task.id] = task
    if not of_own:
        return select(patterns)
    all_own = all(own.is_own(str(data.get("name"))) for data in described)
    return select(patterns, (*of_own.values(), *(() if all_own else select(()))))


def data_hash(data: str) -> str:
    """The sha256 that says which data a run used: the pinned archive's, or that of the files that were read."""
    return own.digest(data) if own.is_own(data) else _shipped_hash(data)


@cache
def _shipped_hash(data: str) -> str:
    if data in sources.SOURCES:
        return sources.SOURCES[data].sha256
    if survey.is_survey(data):
        return survey.digest(data)
    digest = sha256()
    if data == "core":
        for file in sorted(_core_files(), key=lambda path: path.as_posix()):
            digest.update(file.read_bytes())
        return digest.hexdigest()
    path = Path(data)
    for file in sorted(path.rglob("*.json")) if path.is_dir() else [path]:
        with file.open("rb") as opened:
            while chunk := opened.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def _core_files() -> list[Path]:
    """The items, and the code that turns some of them into prompts."""
    home = Path(str(files("assay.data")))
    return [*home.joinpath("core").rglob("*.yaml"), *home.joinpath("templates").glob("*.py")]
