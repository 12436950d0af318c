"""A run's folder: `run.json` (what was asked of whom), `samples.parquet` (one row a sample), `result.json`.

Its name holds no time: the same command finds it again. Files are written beside their names and renamed when whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from assay.errors import StoreError
from assay.schema import Message, Record, Reply, Row, Usage, Verdict

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
            self.path.mkdir(parents=True, exist_ok=True)
            part = file.with_name(f".{name}.part")
            part.write_bytes(text)
            part.replace(file)
        except OSError as error:
            raise unwritable(file, error) from error
        return file

    def records(self) -> Iterator[tuple[str, Record]]:
        """(task id, record) of every sample, task by task, in the order of the rows."""
        import duckdb

        if not self.samples.is_file():
            raise StoreError(f"{self.path} has no samples.parquet: run the same `assay run` command again")
        with duckdb.connect() as db:
            try:
                found = db.execute("SELECT task, record FROM read_parquet(?)", [str(self.samples)])
                while batch := found.fetchmany(512):
                    for task, record in batch:
                        yield task, record_of(orjson.loads(record))
            except duckdb.Error as error:
                said = str(error).partition("\n")[0]
                raise StoreError(
                    f"{self.samples} is damaged ({said}): run the same `assay run` command again"
                ) from error


class Samples:
    """Writes the samples of a run as they are done, and turns them into `samples.parquet`, in order, at the end.

    A run that ends in an error leaves the samples of the last one that did not.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self._spool = folder.path / ".samples.jsonl"
        try:
            folder.path.mkdir(parents=True, exist_ok=True)
            self._file = self._spool.open("wb")
        except OSError as error:
            raise unwritable(self._spool, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
            return
        with suppress(OSError):  # what is still buffered may not fit on a full disk; it is not needed any more
            self._file.close()
        with suppress(OSError):
            self._spool.unlink()

    def add(self, order: tuple[int, int, int], task: str, dataset: str, record: Record) -> None:
        """Keep one sample; `order` is (task, row, epoch)."""
        row, reply = record.row, record.replies[0]
        line = {
            "a": order[0],
            "b": order[1],
            "c": order[2],
            "task": task,
            "dataset": dataset,
            "id": row.id,
            "lang": row.lang,
            "epoch": order[2],
            "row_group": row.group,
            "label": record.verdicts[0].label if record.verdicts else None,
            "finish": reply.finish,
            "prompt": row.chats[0][-1].content,
            "reply": reply.text,
            "record": orjson.dumps(json_of(record)).decode(),
        }
        try:
            self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        except OSError as error:
            raise unwritable(self._spool, error) from error

    def close(self) -> None:
        """Sort, write the parquet file, and forget the spool."""
        import duckdb

        part = self.folder.path / ".samples.parquet.part"
        columns = {"a": "INTEGER", "b": "INTEGER", "c": "INTEGER", **COLUMNS}
        shown = ", ".join(COLUMNS)
        try:
            self._file.close()
            with duckdb.connect(config={"threads": 2}) as db:
                db.execute(
                    f"COPY (SELECT {shown} FROM read_json($spool, format='newline_delimited', columns={columns}, "
                    f"maximum_object_size=268435456) ORDER BY a, b, c) "
                    f"TO '{str(part).replace(chr(39), chr(39) * 2)}' (FORMAT parquet, COMPRESSION zstd)",
                    {"spool": str(self._spool)},
                )
            part.replace(self.folder.samples)
            self._spool.unlink()
        except (OSError, duckdb.Error) as error:
            raise unwritable(self.folder.samples, error) from error


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
        "replies": [
            [reply.text, reply.finish, reply.error, reply.usage.prompt, reply.usage.completion, reply.recorded]
            for reply in record.replies
        ],
        "verdicts": [[v.judge, v.label, v.value, v.why] for v in record.verdicts],
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
    replies = tuple(
        Reply(text, finish, error, Usage(prompt, completion), recorded)
        for text, finish, error, prompt, completion, recorded in kept["replies"]
    )
    return Record(row, replies, tuple(Verdict(*verdict) for verdict in kept["verdicts"]))


def by_task(records: Iterable[tuple[str, Record]]) -> Iterator[tuple[str, list[Record]]]:
    """Consecutive records of one task together."""
    task = ""
    together: list[Record] = []
    for name, record in records:
        if name != task and together:
            yield task, together
            together = []
        task = name
        together.append(record)
    if together:
        yield task, together
