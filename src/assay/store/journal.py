"""The journal: every reply that was ever paid for, in one SQLite file, under the hash of what was asked.

Cache, resume and "never ask twice for what is stored" are this one thing. A reply counts as done once its group was
committed (WAL, `synchronous=NORMAL`: it survives the death of the process; a power cut may cost the last commits).
Several processes may share it: whoever asks for a reply holds its lease (`leases`), and has seen under that lease that
it is not stored. Each reply carries a checksum; a damaged journal is saved when it is opened (`salvage`).
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from assay.errors import Stopped, StoreError
from assay.schema import Model, Reply, Request
from assay.store import blob, leases
from assay.store.database import THOROUGHLY, last_id, opened, unusable
from assay.store.salvage import sign
from assay.store.wal import PAGE

GROUP_S = 0.002
"""How long a reply may wait for others before its group is committed."""
LULL_S = 0.05
"""How long whoever waits for another process's reply waits before it looks again."""
LOG_BYTES = 16_000_000
"""About how long the write-ahead log may become before it is worked into the database."""


class Journal:
    """The journal of a folder; opened once a process, shared by every wrapper of the run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: list[tuple[bytes, bytes]] = []
        self._waiters: list[asyncio.Future[None]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._log_bytes = 0
        self._tidying: threading.Thread | None = None
        self._tidy_alone = False
        self._halted = False
        self._broken: set[bytes] = set()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with leases.joined(path.with_suffix(".leases")) as self._leases:
                self._db, note = opened(path, self._leases.undisturbed)
                self._known = self._stored_keys()
        except (OSError, sqlite3.Error) as error:
            raise unusable(path, error) from error
        alone = self._leases.why_alone
        self._notes = [note] if note else []
        if alone:
            self._notes.append(f"{path}: no other process would be seen ({alone}); let only one run use this folder")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Commit what waits, close, and let go of what others may want to ask."""
        try:
            if self._tidying is not None:
                self._tidying.join()
            self._commit()
        finally:
            self._db.close()
            self._leases.leave()

    @property
    def notes(self) -> list[str]:
        """What whoever runs this should be told; read it after opening, and again at the end."""
        if not self._broken:
            return self._notes
        count = len(self._broken)
        return [*self._notes, f"{self.path}: stored replies that are not what was written, asked again: {count:,}"]

    def __len__(self) -> int:
        """Replies stored."""
        return int(self._db.execute("SELECT count(*) FROM replies").fetchone()[0])

    def replies(self) -> Iterator[Reply]:
        """All that are stored and whole, in order of arrival."""
        for key, stored in self._db.execute("SELECT key, reply FROM replies ORDER BY id"):
            if (reply := blob.read(key, stored)) is not None:
                yield reply

    # ---- asking ------------------------------------------------------------------------------------------

    def key(self, model: Model, request: Request) -> bytes:
        """What identifies a reply: endpoint, model, messages, sampling, extra body fields, epoch, draw."""
        return reply_key(model, request)

    def get(self, key: bytes) -> Reply | None:
        """The stored reply, if there is one and it is what was written.

        Raises:
            StoreError: the journal cannot be read.
        """
        if self._known is not None and self._leases.undisturbed and not _is_in(self._known, key):
            return None
        try:
            found = self._db.execute("SELECT reply FROM replies WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise unusable(self.path, error) from error
        if found is None:
            return None
        reply = blob.read(key, found[0])
        if reply is None:
            self._broken.add(key)
        return reply

    def take(self, key: bytes) -> bool:
        """Whether this caller may ask for this key now: nobody else does, and it is not stored. It must `release` it.

        Raises:
            StoreError: the journal cannot be read, or the system gives no more locks.
        """
        if not self.lease(key):
            return False
        if self._leases.undisturbed or self.get(key) is None:
            return True
        self.release(key)  # another process stored it since the caller looked
        return False

    def lease(self, key: bytes) -> bool:
        """As `take`, whatever is stored."""
        try:
            return self._leases.take(key)
        except OSError as error:
            raise unusable(self.path, error) from error

    def release(self, key: bytes) -> None:
        """What was taken is asked, and its reply, if there is one, committed."""
        self._leases.release(key)

    async def lull(self) -> None:
        """Wait a little for whoever asks for the same reply.

        Raises:
            Stopped: the run was told to end.
        """
        if self._halted:
            raise Stopped
        await asyncio.sleep(LULL_S)

    def halt(self) -> None:
        """Let nobody wait for another process any more."""
        self._halted = True

    # ---- keeping -----------------------------------------------------------------------------------------

    async def put(self, key: bytes, model: Model, request: Request, reply: Reply) -> None:
        """Done once the reply is committed, together with those that came in the same few milliseconds.

        Raises:
            StoreError: the disk is full or the file cannot be written.
        """
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        self._waiting.append((key, blob.written(key, model.name, reply)))
        self._waiters.append(done)
        if self._timer is None:
            self._timer = loop.call_later(GROUP_S, self._commit_in_time, loop)
        try:
            await done
        except asyncio.CancelledError:  # whoever is cancelled releases its lease next: not before the reply is stored
            self._commit_group()
            raise

    def _commit_in_time(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._tidy_alone:
            self._timer = loop.call_later(GROUP_S, self._commit_in_time, loop)
        else:
            self._commit_group()

    def _commit_group(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        waiters, self._waiters = self._waiters, []
        try:
            self._commit()
        except StoreError as error:
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_exception(StoreError(*error.args))
        else:
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)

    def _commit(self) -> None:
        if not self._waiting:
            return
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT OR REPLACE INTO replies (key, reply) VALUES (?, ?)", self._waiting)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise unusable(self.path, error) from error
        self._log_bytes += 2 * PAGE  # what was half full, and the top of the index
        for key, stored in self._waiting:
            self._log_bytes += len(stored) + PAGE  # a page of the index
            if self._known is not None:
                _add(self._known, key)
        self._waiting.clear()
        if self._log_bytes > LOG_BYTES:
            self._tidy()

    # ---- the write-ahead log -----------------------------------------------------------------------------

    def _tidy(self) -> None:
        """Work the log into the database, in a thread: the disk may take long, and the loop waits for none of it."""
        if self._tidying is None or not self._tidying.is_alive():
            self._log_bytes = 0
            self._tidying = threading.Thread(target=self._work_log_in, name="journal", daemon=True)
            self._tidying.start()

    def _work_log_in(self) -> None:
        with suppress(sqlite3.Error), closing(sqlite3.connect(self.path, isolation_level=None, timeout=0.1)) as db:
            db.execute("PRAGMA wal_autocheckpoint = 0")
            db.execute("PRAGMA wal_checkpoint(PASSIVE)")  # nearly all of it, while replies go on being committed
            self._tidy_alone = True  # little is left: hold commits for a moment, so that the log can begin anew
            try:
                db.execute("PRAGMA wal_checkpoint(RESTART)")
                sign(db)  # the first write in a new log waits for the disk: here, not on the loop
            finally:
                self._tidy_alone = False

    # ---- keys that were never stored ---------------------------------------------------------------------

    def _stored_keys(self) -> bytearray | None:
        """A bit for the first 24 bits of each stored key; None where there are too many of them to be worth it."""
        if last_id(self._db) > THOROUGHLY:
            return None
        known = bytearray(1 << 21)
        for (key,) in self._db.execute("SELECT key FROM replies"):
            _add(known, key)
        return known


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

    def take(self, key: bytes) -> bool:
        """Whether nobody else asks for it now."""
        return self._journal.lease(key)

    def release(self, key: bytes) -> None:
        """As the journal."""
        self._journal.release(key)

    async def lull(self) -> None:
        """As the journal."""
        await self._journal.lull()

    async def put(self, key: bytes, model: Model, request: Request, reply: Reply) -> None:
        """As the journal."""
        await self._journal.put(key, model, request, reply)


def _add(known: bytearray, key: bytes) -> None:
    bit = int.from_bytes(key[:3], "big")
    known[bit >> 3] |= 1 << (bit & 7)


def _is_in(known: bytearray, key: bytes) -> int:
    bit = int.from_bytes(key[:3], "big")
    return known[bit >> 3] >> (bit & 7) & 1


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
