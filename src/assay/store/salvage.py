"""Saving what a damaged journal still holds, from its bytes alone.

Every reply says what it is (`blob`), so it is found wherever it stands in the file or in its write-ahead log, without
the database's header, tree or index. SQLite breaks a reply of more than 4,061 bytes into pages that name the next;
those are put together again. Of several replies under one key the youngest counts. So this finds all that walking
the tree would find, and what no tree leads to any more.

Nothing is lost if this is cut short: the new journal is whole under another name before the damaged one is moved.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import BinaryIO

from assay.store import blob, wal
from assay.store.wal import PAGE

FORMAT = 1
"""What a journal's `user_version` says."""
SCHEMA = """
CREATE TABLE replies (
    id INTEGER PRIMARY KEY,        -- in order of arrival: pages are filled one after the other
    key BLOB NOT NULL UNIQUE,      -- 16 bytes, hash of what was asked of whom
    reply BLOB NOT NULL            -- see assay/store/blob.py
)
"""

LONGEST = 1 << 26
"""Bytes of the longest reply that is looked for; one that claims more is not one."""
STRETCH = 1 << 20
"""Bytes of a file that are read at once."""

_MOST_LOCAL, _LEAST_LOCAL = PAGE - 35, (PAGE - 12) * 32 // 255 - 23
"""How much of a row SQLite keeps in its leaf (https://sqlite.org/fileformat2.html#b_tree_pages)."""

NEWER = """
INSERT INTO replies (key, reply) VALUES (?, ?)
ON CONFLICT (key) DO UPDATE SET reply = excluded.reply WHERE substr(excluded.reply, 17, 8) > substr(reply, 17, 8)
"""
"""Bytes 17 to 24 say when; big-endian, so they compare as they are."""


def make(db: sqlite3.Connection) -> None:
    """The tables of an empty journal."""
    db.execute(SCHEMA)
    sign(db)


def sign(db: sqlite3.Connection) -> None:
    """Write the format. It may stand there already: the first write in a new log waits for the disk."""
    db.execute(f"PRAGMA user_version = {FORMAT}")


# ---- saving ----------------------------------------------------------------------------------------------


def save(path: Path) -> tuple[int, int]:
    """Make a whole journal, `<path>.saved`, of what `path` and its log hold; replies saved, and replies seen broken.

    The files themselves are only read; nobody may have them open. Where there is nothing to save, no file is made.

    Raises:
        sqlite3.Error, OSError: it cannot be written.
    """
    part = wal.beside(path, ".part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(part, isolation_level=None)) as db:
        db.execute(f"PRAGMA page_size = {PAGE}")
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("CREATE TEMP TABLE broken (key BLOB PRIMARY KEY) WITHOUT ROWID")
        db.execute("BEGIN")
        make(db)
        for key, found in _found(path):
            if found is None:
                db.execute("INSERT OR IGNORE INTO broken VALUES (?)", (key,))
            else:
                db.execute(NEWER, (key, found))
        db.execute("COMMIT")
        saved = _one(db, "SELECT count(*) FROM replies")
        broken = _one(db, "SELECT count(*) FROM broken WHERE key NOT IN (SELECT key FROM replies)")
    if saved:
        part.replace(wal.beside(path, ".saved"))
    else:
        part.unlink()
    return saved, broken


def put_in_place(path: Path) -> Path | None:
    """Move the damaged file aside and the saved one in its place; the damaged one's new name. None: nothing saved.

    Also ends what was cut short: once `<path>.saved` is there, nothing but this is done to the journal.
    """
    saved, log = wal.beside(path, ".saved"), wal.beside(path, "-wal")
    if not saved.exists():
        return None
    aside = _aside(path, log.exists())
    if log.exists():
        log.replace(wal.beside(aside, "-wal"))
    wal.beside(path, "-shm").unlink(missing_ok=True)
    if path.exists():
        path.replace(aside)
    saved.replace(path)
    return aside


def _aside(path: Path, with_log: bool) -> Path:
    """A name that is free."""
    names = (path.with_name(f"{path.name}.damaged" + (f"-{number}" if number > 1 else "")) for number in count(1))
    return next(name for name in names if not (name.exists() or (with_log and wal.beside(name, "-wal").exists())))


# ---- looking through the bytes ---------------------------------------------------------------------------


def _found(path: Path) -> Iterator[tuple[bytes, bytes | None]]:
    """(key, reply) of all replies in the journal and its log; None for one that is there and not whole."""
    files = [file for file in (path, wal.beside(path, "-wal")) if wal.size_of(file)]
    opened = [file.open("rb", buffering=0) for file in files]
    try:
        pages = _Pages({file.name: file for file in opened}, str(path))
        for file in opened:
            for at, start in _starts(file):
                _, _, length, _, key = blob.HEAD.unpack_from(start)
                if length <= LONGEST:
                    yield key, _whole(file, at, blob.HEAD.size + length, pages)
    finally:
        for file in opened:
            file.close()


def _starts(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Where the magic stands, and the head that begins there."""
    end = file.seek(0, 2)
    for stretch in range(0, end, STRETCH):
        read = wal.read_at(file, stretch, STRETCH + blob.HEAD.size - 1) or _page_by_page(file, stretch)
        at = read.find(blob.MAGIC)
        while at >= 0:
            if at < STRETCH and len(read) - at >= blob.HEAD.size:
                yield stretch + at, read[at : at + blob.HEAD.size]
            at = read.find(blob.MAGIC, at + 1)


def _page_by_page(file: BinaryIO, start: int) -> bytes:
    """A stretch that the disk cannot read as a whole: zeros where it cannot read a page."""
    return b"".join(wal.read_at(file, at, PAGE).ljust(PAGE, b"\0") for at in range(start, start + STRETCH, PAGE))


class _Pages:
    """The pages of a journal by number: as the log has them, or as the file has them."""

    def __init__(self, files: dict[str, BinaryIO], path: str) -> None:
        self._file = files.get(path)
        self._log = files.get(f"{path}-wal")
        self._in_log: dict[int, int] = {}
        if self._log is not None:
            frames = list(wal.frames_of(self._log))
            for frame in sorted(frames, key=lambda frame: frame.salt == frames[0].salt):  # those of now come last
                self._in_log[frame.number] = frame.at

    def page(self, number: int, from_log: bool) -> bytes:
        """Its bytes; none where there is no such page."""
        if from_log and self._log is not None and number in self._in_log:
            return wal.read_at(self._log, self._in_log[number], PAGE)
        return b"" if self._file is None else wal.read_at(self._file, (number - 1) * PAGE, PAGE)


def _whole(file: BinaryIO, at: int, length: int, pages: _Pages) -> bytes | None:
    """The reply that begins here: in one piece, or put together from the pages that it was broken into."""
    local = _local(length)
    if local == length:
        found = wal.read_at(file, at, length)
        return found if blob.sound(found) else None
    start = wal.read_at(file, at, local + 4)
    for from_log in (True, False):
        found = b"".join(_pieces(start, length, pages, from_log))
        if blob.sound(found):
            return found
    return None


def _local(length: int) -> int:
    """How many bytes of a reply stand in its row's leaf. The rest of the row: its head, and 16 bytes of key."""
    kind = 2 * length + 12
    before = 3 + (kind.bit_length() + 6) // 7 + 16
    row = before + length
    if row <= _MOST_LOCAL:
        return length
    local = _LEAST_LOCAL + (row - _LEAST_LOCAL) % (PAGE - 4)
    return (local if local <= _MOST_LOCAL else _LEAST_LOCAL) - before


def _pieces(start: bytes, length: int, pages: _Pages, from_log: bool) -> Iterator[bytes]:
    """A broken reply's pieces. Each but the last ends, and each later one begins, with the number of the next page."""
    yield start[:-4]
    left, following = length - len(start) + 4, start[-4:]
    while left > 0:
        page = pages.page(int.from_bytes(following, "big"), from_log)
        if len(page) < PAGE:
            return
        yield page[4 : 4 + left]
        left, following = left - PAGE + 4, page[:4]


def _one(db: sqlite3.Connection, sql: str) -> int:
    return int(db.execute(sql).fetchone()[0])
