"""A run's folder: `run.json` (what was asked of whom), `samples.parquet` (one row a sample), `result.json`.

Its name holds no time: the same command finds it again. Files are written beside their names and renamed when whole.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise, repeat
from pathlib import Path
from tempfile import mkstemp
from types import TracebackType
from typing import Any, Self

import orjson

from assay.errors import StoreError
from assay.schema import Finish, Message, Raw, Record, Reply, Row, Usage, Verdict
from assay.store.whole import write_whole

COLUMNS = {
    "task": "VARCHAR",
    "dataset": "VARCHAR",
    "id": "VARCHAR",
    "lang": "VARCHAR",
    "epoch": "INTEGER",
    "row_group": "VARCHAR",
    "label": "VARCHAR",
    "finish": "VARCHAR",
    "prompt": "VARCHAR",
    "reply": "VARCHAR",
    "record": "VARCHAR",
}
"""`record` is the whole sample as JSON; the other columns are there to be queried."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of one run."""

    path: Path

    @property
    def samples(self) -> Path:
        """One row a sample."""
        return self.path / "samples.parquet"

    def read_run(self) -> dict[str, Any]:
        """What was asked of whom.

        Raises:
            StoreError: this is no run folder, or its run.json is damaged.
        """
        return self._read("run.json")

    def read_result(self) -> dict[str, Any]:
        """What was measured."""
        return self._read("result.json")

    def _read(self, name: str) -> dict[str, Any]:
        file = self.path / name
        if not file.is_file():
            raise StoreError(f"{self.path} has no {name}: give the folder that `assay run` printed")
        try:
            read = orjson.loads(file.read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise StoreError(f"{file} cannot be read ({error}): run the same `assay run` command again") from error
        if not isinstance(read, dict):
            raise StoreError(f"{file} is not what assay writes: run the same `assay run` command again")
        return read

    def write(self, name: str, content: Mapping[str, Any]) -> Path:
        """Write one JSON file whole, or not at all."""
        file = self.path / name
        text = orjson.dumps(
            content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY
        )
        try:
            write_whole(file, text)
        except OSError as error:
            raise unwritable(file, error) from error
        return file

    def records(self, tasks: Sequence[str] | None = None) -> Iterator[tuple[str, int, Record]]:
        """(task id, epoch, record) of every sample, of these tasks or of all, in the order in which they were asked."""
        asked = "SELECT task, epoch, record FROM read_parquet($file) WHERE $tasks IS NULL OR task IN $tasks"
        for task, epoch, record in self._query(asked, {"tasks": tasks}):
            yield task, epoch, record_of(orjson.loads(record))

    def counts(self) -> dict[str, int]:
        """How many samples each task has."""
        asked = "SELECT task, count(*) FROM read_parquet($file) GROUP BY task"
        return dict(self._query(asked, {}))

    def _query(self, asked: str, given: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        import duckdb

        if not self.samples.is_file():
            raise StoreError(f"{self.path} has no samples.parquet: run the same `assay run` command again")
        with duckdb.connect(config={"threads": 1}) as db:
            try:
                found = db.execute(asked, {"file": str(self.samples), **given})
                while batch := found.fetchmany(512):
                    yield from batch
            except duckdb.Error as error:
                said = str(error).partition("\n")[0]
                raise StoreError(
                    f"{self.samples} is damaged ({said}): run the same `assay run` command again"
                ) from error


class Samples:
    """The samples of a run: written as they are done, read again to be measured, `samples.parquet` at the end.

    They lie on disk in the order in which they came, eight bytes a sample in memory say where. A run that ends in an
    error leaves the parquet file of the last one that did not.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self._where = array("q")
        self._end = self._longest = 0
        try:
            folder.path.mkdir(parents=True, exist_ok=True)
            # A name of its own: another process may be at the same run.
            _forget_the_dead(folder.path)
            number, name = mkstemp(dir=folder.path, prefix=".samples.", suffix=".jsonl")
            _held(number)
        except OSError as error:
            raise unwritable(folder.path, error) from error
        self._file, self._spool = open(number, "wb"), Path(name)  # noqa: PTH123, SIM115

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._write_parquet()
        finally:
            with suppress(OSError):  # what is still buffered may not fit on a full disk; it is not needed any more
                self._file.close()
            for left in (self._spool, *self._parts):
                with suppress(OSError):
                    left.unlink()

    def add(self, place: int, epoch: int, task: str, dataset: str, record: Record) -> None:
        """Keep one sample; `place` is where it stands in the run, from 0."""
        row, reply = record.row, record.replies[0]
        line = orjson.dumps(
            {
                "task": task,
                "dataset": dataset,
                "id": row.id,
                "lang": row.lang,
                "epoch": epoch,
                "row_group": row.group,
                "label": record.verdicts[0].label if record.verdicts else None,
                "finish": reply.finish,
                "prompt": row.chats[0][-1].content,
                "reply": reply.text,
                "record": json_of(record),
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )
        if place >= len(self._where):
            self._where.extend(repeat(-1, place + 1 - len(self._where)))
        self._where[place] = self._end
        self._end += len(line)
        self._longest = max(self._longest, len(line))
        try:
            self._file.write(line)
        except OSError as error:
            raise unwritable(self._spool, error) from error

    def __len__(self) -> int:
        return len(self._where)

    def of(self, places: range) -> Written:
        """The records of these places."""
        return Written(self, places)

    def lines(self, places: range) -> Iterator[bytes]:
        """The samples of these places as they lie on disk, in order."""
        try:
            self._file.flush()
            with self._spool.open("rb") as file:
                at = -1
                for where in self._where[places.start : places.stop]:
                    if where < 0:
                        continue
                    if where != at:
                        file.seek(where)
                    line = file.readline()
                    at = where + len(line)
                    yield line
        except OSError as error:
            raise unwritable(self._spool, error) from error

    @property
    def _parts(self) -> tuple[Path, Path]:
        """The samples in order, and the parquet file, before they have their names."""
        return self._spool.with_suffix(".ordered"), self._spool.with_suffix(".parquet")

    def _write_parquet(self) -> None:
        """In order, a few thousand samples at a time."""
        import duckdb

        ordered, part = self._parts
        shown = ", ".join(COLUMNS)
        room = max(1 << 20, 2 * self._longest)
        try:
            self._file.flush()
            if any(after < before for before, after in pairwise(self._where)):
                with ordered.open("wb") as file:
                    file.writelines(self.lines(range(len(self))))
            source = ordered if ordered.exists() else self._spool
            with duckdb.connect(config={"threads": 1, "memory_limit": "256MB"}) as db:
                db.execute(
                    f"COPY (SELECT {shown} FROM read_json($spool, format='newline_delimited', "
                    f"columns={COLUMNS | {'record': 'JSON'}}, maximum_object_size={room})) "
                    f"TO '{str(part).replace(chr(39), chr(39) * 2)}' "
                    "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048)",
                    {"spool": str(source)},
                )
            part.replace(self.folder.samples)
        except (OSError, duckdb.Error) as error:
            raise unwritable(self.folder.samples, error) from error


def _forget_the_dead(folder: Path) -> None:
    """Remove what killed runs left. The living hold a lock on theirs, which the system drops when they die."""
    for left in folder.glob(".samples.*.jsonl"):
        with suppress(OSError), left.open("rb") as file:
            if _held(file.fileno()):
                for part in folder.glob(f"{left.stem}.*"):
                    part.unlink()


def _held(number: int) -> bool:
    """Lock an open file for this process, if nobody holds it."""
    try:
        import fcntl
    except ImportError:  # Windows removes no file that somebody has open
        return True
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Written:
    """Records on disk, read again each time they are gone through."""

    samples: Samples
    places: range

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[Record]:
        for line in self.samples.lines(self.places):
            yield record_of(orjson.loads(line)["record"])


def run_folder(out: Path, run: Mapping[str, Any]) -> RunFolder:
    """The folder of a run under `out`: the model's name made safe, and a hash of all that was asked."""
    digest = blake2b(orjson.dumps(run, option=orjson.OPT_SORT_KEYS), digest_size=5).hexdigest()
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", str(run["model"])).strip(".-") or "model"
    return RunFolder(out / f"{name[:80]}-{digest}")


def unwritable(path: Path, error: Exception) -> StoreError:
    """The error for a file that cannot be written."""
    said = getattr(error, "strerror", None) or str(error)
    if "space" in said.lower() or "full" in said.lower():
        return StoreError(f"{path}: the disk is full. Free some room and run the same command; replies so far are kept")
    return StoreError(f"cannot write {path} ({said}). Give another folder with --out")


# ---- records as JSON ----------------------------------------------------------------------------


def json_of(record: Record) -> dict[str, Any]:
    """A record as plain JSON values; `record_of` reads it back."""
    row = record.row
    kept: dict[str, Any] = {
        "id": row.id,
        "chats": [[[turn.role, turn.content] for turn in chat] for chat in row.chats],
        "gold": row.gold,
        "options": row.options,
        "group": row.group,
        "cluster": row.cluster,
        "lang": row.lang,
        "fields": row.fields,
        "replies": [_kept_reply(reply) for reply in record.replies],
        "verdicts": [[v.judge, v.label, v.value, v.why, *([v.votes] if v.votes else ())] for v in record.verdicts],
    }
    if row.parts:
        kept["parts"] = row.parts
    return kept


def record_of(kept: Mapping[str, Any]) -> Record:
    """A record out of what `json_of` wrote."""
    gold = kept["gold"]
    row = Row(
        id=kept["id"],
        chats=tuple(tuple(Message(role, text) for role, text in chat) for chat in kept["chats"]),
        gold=tuple(gold) if isinstance(gold, list) else gold,
        options=tuple(kept["options"]),
        group=kept["group"],
        cluster=kept["cluster"],
        lang=kept["lang"],
        fields=kept["fields"],
        parts=tuple(kept.get("parts", ())),
    )
    replies = tuple(_reply_of(*reply) for reply in kept["replies"])
    return Record(row, replies, tuple(_verdict_of(*verdict) for verdict in kept["verdicts"]))


def _kept_reply(reply: Reply) -> list[Any]:
    usage = reply.usage
    kept = [reply.text, reply.finish, reply.error, usage.prompt, usage.completion, reply.recorded]
    if reply.logprobs or reply.reasoning:
        kept.append(reply.logprobs)
    if reply.reasoning:
        kept.append(reply.reasoning)
    return kept


def _reply_of(
    text: str,
    finish: Finish,
    error: str,
    prompt: int,
    completion: int,
    recorded: Raw,
    logprobs: Sequence[Sequence[Any]] = (),
    reasoning: str = "",
) -> Reply:
    alternatives = tuple((token, share) for token, share in logprobs)
    return Reply(text, finish, error, Usage(prompt, completion), recorded, alternatives, reasoning)


def _verdict_of(
    judge: str, label: str | None, value: float | None, why: str, votes: Sequence[Sequence[Any]] = ()
) -> Verdict:
    return Verdict(judge, label, value, why, tuple((name, said) for name, said in votes))
