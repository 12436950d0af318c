"""Which cases a run has: every row of every task, dataset and language asked for, with the requests it makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b, sha256
from importlib.resources import files
from pathlib import Path

from assay.data import core, sources
from assay.errors import DataError, UsageError
from assay.schema import Chat, Dataset, Message, Raw, Request, Row, Sampling, Task


@dataclass(frozen=True, slots=True)
class Asking:
    """What changes the requests of a run, beside the model: all of it is part of what a reply is stored under."""

    data: str = "core"
    """`core`, `trustllm`, or a folder or zip in TrustLLM's published layout."""
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
    order: tuple[int, int, int]
    """(task, row, epoch): where its sample stands in `samples.parquet`."""


def cases(tasks: Sequence[Task], asking: Asking) -> Iterator[Case]:
    """Every case of the run, task by task.

    Raises:
        DataError: the data is not there, or a record has no prompt.
    """
    for number, task in enumerate(tasks):
        rows = rows_of(task, asking)
        draws = list(_draws(rows, _sampling(task, asking)))
        for epoch in range(asking.epochs):
            for place, (row, requests) in enumerate(zip(rows, draws, strict=True)):
                asked = tuple(replace(request, epoch=epoch) for request in requests) if epoch else requests
                yield Case(task, asking.data, row, asked, (number, place, epoch))


def rows_of(task: Task, asking: Asking) -> list[Row]:
    """The rows that a task has in this data, these languages, within the limit."""
    rows = list(task.rows(raws_of(task, asking.data, asking.langs)))
    if asking.shuffle_options is not None and task.reorder is not None:
        rows = [task.reorder(row, asking.shuffle_options) for row in rows]
    if asking.system:
        rows = [replace(row, chats=tuple(_with_system(chat, asking.system) for chat in row.chats)) for row in rows]
    return [row for lang in asking.langs for row in spread([r for r in rows if r.lang == lang], asking.limit)]


def raws_of(task: Task, data: str, langs: Sequence[str]) -> Iterator[Raw]:
    """The raw records of a task: of `core`, of the official data, or of a folder in its layout."""
    name = "core" if data == "core" else "trustllm"
    for dataset in task.datasets:
        if dataset.name == name:
            raws = core.load(dataset.file, langs) if name == "core" else _official(data, dataset, langs)
            yield from (_asked(raw, dataset) for raw in raws if _wanted(raw, dataset))


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
    return Sampling(temperature, asking.max_tokens, asking.seed, asking.extra)


def _draws(rows: Iterable[Row], sampling: Sampling) -> Iterator[tuple[Request, ...]]:
    """The requests of each row. At a temperature above 0, an identical chat is a further draw, not the same reply."""
    seen: Counter[bytes] = Counter()
    for row in rows:
        requests = []
        for chat in row.chats:
            draw = 0
            if sampling.temperature > 0:
                asked = blake2b("\0".join(turn.content for turn in chat).encode(), digest_size=8).digest()
                draw = seen[asked]
                seen[asked] += 1
            requests.append(Request(chat, sampling, draw=draw))
        yield tuple(requests)


def spread(rows: Sequence[Row], limit: int | None) -> list[Row]:
    """At most `limit` rows, every group in its share and evenly over each: the first ones would all be of one source.

    Groups take turns by how much of their share they still lack, so that a limit below the number of groups takes
    different groups, and one in step with a grid does not take the same variant every time.
    """
    if limit is None or len(rows) <= limit:
        return list(rows)
    places: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        places.setdefault(row.group, []).append(place)
    taken = dict.fromkeys(places, 0)
    for turn in range(1, limit + 1):
        lacking = max(places, key=lambda group: turn * len(places[group]) / len(rows) - taken[group])
        taken[lacking] += 1
    chosen = [
        of[(2 * step + 1) * len(of) // (2 * taken[group])]
        for group, of in places.items()
        for step in range(taken[group])
    ]
    return [rows[place] for place in sorted(chosen)]


def check_data(tasks: Sequence[Task], asking: Asking) -> None:
    """Whether this data can answer for these tasks at all.

    Raises:
        UsageError: unknown language, or no task has rows in this data.
        DataError: the data is not there.
    """
    unknown = [lang for lang in asking.langs if lang not in core.LANGS]
    if unknown:
        raise UsageError(f"unknown language {unknown[0]!r}; there are: {', '.join(core.LANGS)}")
    if not any(rows_of(task, replace(asking, limit=1)) for task in tasks):
        raise UsageError(f"the tasks have no rows in --data {asking.data} for --lang {','.join(asking.langs)}")


@cache
def data_hash(data: str) -> str:
    """The sha256 that says which data a run used: the pinned archive's, or that of the embedded files."""
    if data in sources.SOURCES:
        return sources.SOURCES[data].sha256
    digest = sha256()
    if data == "core":
        for file in sorted(_core_files(), key=lambda path: path.as_posix()):
            digest.update(file.read_bytes())
        return digest.hexdigest()
    path = Path(data)
    for file in sorted(path.rglob("*.json")) if path.is_dir() else [path]:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _core_files() -> list[Path]:
    """The items, and the code that turns some of them into prompts."""
    home = Path(str(files("assay.data")))
    return [*home.joinpath("core").rglob("*.yaml"), *home.joinpath("templates").glob("*.py")]
