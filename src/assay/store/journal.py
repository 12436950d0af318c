"""The journal: every reply that was ever paid for, in one SQLite file, under the hash of what was asked.

Cache, resume and "never ask twice for what is stored" are this one thing. A reply counts as done once its group was
committed (WAL, `synchronous=NORMAL`: it survives the death of the process; a power cut may cost the last commits).
"""

from __future__ import annotations

import asyncio
import sqlite3
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from assay.errors import StoreError
from assay.schema import Model, Reply, Request, Usage

GROUP_S = 0.002
"""How long a reply may wait for others before its group is committed."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (
    key BLOB PRIMARY KEY,      -- hash of what was asked of whom
    model TEXT NOT NULL,
    reply BLOB NOT NULL        -- JSON
) WITHOUT ROWID
"""


class Journal:
    """The journal of a folder; opened once a process, shared by every wrapper of the run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: list[tuple[bytes, str, bytes]] = []
        self._group: asyncio.Future[None] | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, timeout=30.0)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise _unusable(path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Commit what waits, and close."""
        try:
            self._commit()
        finally:
            self._db.close()

    def key(self, model: Model, request: Request) -> bytes:
        """What identifies a reply: endpoint, model, messages, sampling, extra body fields, epoch, draw."""
        return reply_key(model, request)

    def get(self, key: bytes) -> Reply | None:
        """The stored reply, if there is one."""
        try:
            found = self._db.execute("SELECT reply FROM replies WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise _unusable(self.path, error) from error
        return None if found is None else _read(found[0])

    async def put(self, key: bytes, model: Model, request: Request, reply: Reply) -> None:
        """Done once the reply is committed, together with those that came in the same few milliseconds.

        Raises:
            StoreError: the disk is full or the file cannot be written.
        """
        self._waiting.append((key, model.name, _written(reply)))
        if self._group is None:
            loop = asyncio.get_running_loop()
            self._group = loop.create_future()
            loop.call_later(GROUP_S, self._commit_group)
        await asyncio.shield(self._group)

    def _commit_group(self) -> None:
        group, self._group = self._group, None
        assert group is not None
        try:
            self._commit()
        except StoreError as error:
            group.set_exception(error)
            group.exception()  # each waiter gets it; none waiting is no news
        else:
            group.set_result(None)

    def _commit(self) -> None:
        if not self._waiting:
            return
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT OR REPLACE INTO replies VALUES (?, ?, ?)", self._waiting)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise _unusable(self.path, error) from error
        self._waiting.clear()

    def __len__(self) -> int:
        """Replies stored."""
        return int(self._db.execute("SELECT count(*) FROM replies").fetchone()[0])


class Anew:
    """A journal that remembers nothing and keeps everything: `--fresh` asks anew and replaces what is stored."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def key(self, model: Model, request: Request) -> bytes:
        """As the journal."""
        return self._journal.key(model, request)

    def get(self, key: bytes) -> Reply | None:
        """Nothing is a hit."""
        return None

    async def put(self, key: bytes, model: Model, request: Request, reply: Reply) -> None:
        """As the journal."""
        await self._journal.put(key, model, request, reply)


def reply_key(model: Model, request: Request) -> bytes:
    """16 bytes that identify a reply; see `Journal.key`."""
    sampling = request.sampling
    asked: list[Any] = [
        model.endpoint,
        model.name,
        [(turn.role, turn.content) for turn in request.chat],
        sampling.temperature,
        sampling.max_tokens,
        sampling.seed,
        sampling.extra,
        request.epoch,
        request.draw,
    ]
    return blake2b(orjson.dumps(asked), digest_size=16).digest()


def _written(reply: Reply) -> bytes:
    usage = reply.usage
    return orjson.dumps([reply.text, reply.finish, reply.error, usage.prompt, usage.completion])


def _read(stored: bytes) -> Reply:
    text, finish, error, prompt, completion = orjson.loads(stored)
    return Reply(text, finish, error, Usage(prompt, completion))


def _unusable(path: Path, error: Exception) -> StoreError:
    """SQLite's and the system's words, with what to do about them."""
    said = str(error)
    fixes = {
        "full": "the disk is full: free some room and run the same command; what was committed is kept",
        "No space": "the disk is full: free some room and run the same command; what was committed is kept",
        "readonly": "it cannot be written: give another folder with --out",
        "Read-only": "it cannot be written: give another folder with --out",
        "Permission": "it cannot be written: give another folder with --out",
        "File exists": "it cannot be written: give another folder with --out",
        "Not a directory": "it cannot be written: give another folder with --out",
        "No such file": "it cannot be written: give another folder with --out",
        "unable to open": "it cannot be written: give another folder with --out",
        "malformed": "the file is damaged: move it away and run the same command, or restore it from a copy",
        "not a database": "the file is damaged: move it away and run the same command, or restore it from a copy",
        "locked": "another program holds it; wait until that is done and run the same command",
    }
    fix = next((fix for words, fix in fixes.items() if words in said), "see that the folder can be written")
    return StoreError(f"the journal {path} cannot be used ({said}): {fix}")
