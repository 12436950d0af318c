"""The journal's SQLite file: made, opened, checked, and saved where it is damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from assay.errors import StoreError
from assay.store import salvage, wal

THOROUGHLY = 100_000
"""Up to so many replies, opening checks that each is in the index, 1.5 µs a reply; beyond, only that the pages are in
order, 0.5 µs. What a reply says is checked whenever it is read."""


def opened(path: Path, sole: bool) -> tuple[sqlite3.Connection, str]:
    """The journal, whole, and what had to be done for that; empty: nothing.

    `sole`: no other process, and nothing else in this one, has it open or can open it meanwhile.

    Raises:
        StoreError: it is damaged and others use it, nothing in it can be saved, or another version wrote it.
        sqlite3.Error, OSError: it cannot be used.
    """
    note = _before(path) if sole else ""
    db = sqlite3.connect(path, isolation_level=None, timeout=30.0)
    try:
        damage = _damage(db, path)
    except BaseException:
        db.close()
        raise
    if not damage:
        return db, note
    db.close()
    if not sole:
        raise StoreError(
            f"the journal {path} is damaged ({damage}) and in use: end the runs that use it, and run this again"
        )
    note = _saved(path, damage)
    return opened(path, sole)[0], note


def _before(path: Path) -> str:
    """What must be done before SQLite sees the file: it would remove a log that it cannot read."""
    if (kept := salvage.put_in_place(path)) is not None:  # it was cut short
        return f"the journal {path} was damaged: what could be saved was, and the damaged file is kept as {kept.name}"
    if wal.only_log(path):
        return _saved(path, "only its write-ahead log is left")
    if not wal.is_whole(path):
        return _saved(path, "part of its write-ahead log is not what was written")
    if path.exists() and not path.stat().st_size:
        return f"the journal {path} was an empty file; a new one was begun"
    return ""


def _saved(path: Path, damage: str) -> str:
    """Make a new journal of what can be saved, keep the damaged one, and say so."""
    saved, broken = salvage.save(path)
    kept = salvage.put_in_place(path)
    if kept is None:
        raise StoreError(
            f"the journal {path} is damaged, or no journal ({damage}), and no reply was found in it: move it away and "
            "run the same command"
        )
    return (
        f"the journal {path} was damaged ({damage}): {saved:,} replies were saved"
        + (f", {broken:,} found broken" if broken else "")
        + f"; the damaged file is kept as {kept.name}. What is missing will be asked again"
    )


def _damage(db: sqlite3.Connection, path: Path) -> str:
    """What is wrong with the file, in SQLite's words; empty: nothing."""
    try:
        version = _version(db, path)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA wal_autocheckpoint = 0")
        if not version:
            _write(db, salvage.make)
        check = "integrity_check(1)" if last_id(db) <= THOROUGHLY else "quick_check(1)"
        said = str(db.execute(f"PRAGMA {check}").fetchone()[0])
        if said != "ok":
            return said.partition("***\n")[2] or said
        _write(db, salvage.sign)  # a damaged file is not written to; what cannot be written shall say so now
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return str(error)
    return ""


def _version(db: sqlite3.Connection, path: Path) -> int:
    """The format of the file; 0: it is empty.

    Raises:
        StoreError: it is another one than this.
        sqlite3.DatabaseError: its table is gone.
    """
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    if version != salvage.FORMAT and (version or tables):
        raise StoreError(
            f"the journal {path} was written by another version of assay (format {version}, this one has "
            f"{salvage.FORMAT}): move it away, or give another folder with --out"
        )
    if version and "replies" not in tables:
        raise Damaged("its table is gone")
    return version


def _write(db: sqlite3.Connection, what: Callable[[sqlite3.Connection], None]) -> None:
    db.execute("BEGIN IMMEDIATE")
    what(db)
    db.execute("COMMIT")


class Damaged(sqlite3.DatabaseError):
    """The file cannot be what was written."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file is not what it wrote."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def last_id(db: sqlite3.Connection) -> int:
    """No more replies than this are stored."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM replies").fetchone()[0])


def unusable(path: Path, error: Exception) -> StoreError:
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
        "malformed": "the file is damaged: run the same command, which saves all that can be saved",
        "not a database": "the file is damaged: run the same command, which saves all that can be saved",
        "locked": "another program holds it; wait until that is done and run the same command",
    }
    fix = next((fix for words, fix in fixes.items() if words in said), "see that the folder can be written")
    return StoreError(f"the journal {path} cannot be used ({said}): {fix}")
