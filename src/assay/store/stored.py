"""The journal as it lies on disk, only read: nothing is made, leased or written. For a look before a run."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

from assay.errors import StoreError
from assay.schema import Reply
from assay.store import blob
from assay.store.database import unusable
from assay.store.salvage import FORMAT


class Stored:
    """The replies in a journal; none where there is no journal yet.

    Raises:
        StoreError: the file is damaged, of another version, or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db: sqlite3.Connection | None = None
        if not path.exists():
            return
        # Without a log beside it nothing is pending, and SQLite need not make one to find that out.
        pending = path.with_name(f"{path.name}-wal").exists()
        uri = f"{path.resolve().as_uri()}?mode=ro{'' if pending else '&immutable=1'}"
        try:
            db = sqlite3.connect(uri, uri=True, timeout=30.0)
        except sqlite3.Error as error:
            raise unusable(path, error) from error
        try:
            if self._holds_replies(db):
                self._db = db
        except sqlite3.Error as error:
            raise unusable(path, error) from error
        finally:
            if self._db is None:
                db.close()

    def _holds_replies(self, db: sqlite3.Connection) -> bool:
        """False for a file in which nothing was made yet."""
        version = db.execute("PRAGMA user_version").fetchone()[0]
        made = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if version != FORMAT and (version or made):
            raise StoreError(
                f"the journal {self.path} was written by another version of assay: move it away, or give another "
                "folder with --out"
            )
        return bool(made)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._db is not None:
            self._db.close()

    def get(self, key: bytes) -> Reply | None:
        """The stored reply, if there is one and it is what was written."""
        if self._db is None:
            return None
        try:
            found = self._db.execute("SELECT reply FROM replies WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise unusable(self.path, error) from error
        return None if found is None else blob.read(key, found[0])
