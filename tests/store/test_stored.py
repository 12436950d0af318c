"""A look into the journal that leaves no trace."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from assay.errors import StoreError
from assay.models.baselines import BASELINES, Baseline
from assay.schema import Reply, Request, Usage, user
from assay.store import Journal
from assay.store.stored import Stored

MODEL = Baseline("baseline/yes", BASELINES["yes"])
REQUEST, OTHER = Request(user("a")), Request(user("b"))
REPLY = Reply("said", usage=Usage(3, 2))


async def keep(journal: Journal, request: Request) -> bytes:
    key = journal.key(MODEL, request)
    await journal.put(key, MODEL, request, REPLY)
    return key


def names(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_was_kept_is_found_and_nothing_is_touched(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.sqlite") as journal:
        key, other = asyncio.run(keep(journal, REQUEST)), journal.key(MODEL, OTHER)
    before = names(tmp_path)
    with Stored(tmp_path / "j.sqlite") as stored:
        assert stored.get(key) == REPLY
        assert stored.get(other) is None
        assert names(tmp_path) == before
    assert names(tmp_path) == before


def test_what_a_process_at_work_has_committed_is_found_too(tmp_path: Path) -> None:
    async def go() -> None:
        with Journal(tmp_path / "j.sqlite") as journal:
            first, second = await keep(journal, REQUEST), await keep(journal, OTHER)
            with Stored(tmp_path / "j.sqlite") as stored:
                assert stored.get(first) == stored.get(second) == REPLY
            assert await keep(journal, Request(user("c")))

    asyncio.run(go())


def test_no_journal_is_an_empty_one_and_is_not_made(tmp_path: Path) -> None:
    with Stored(tmp_path / "runs" / "j.sqlite") as stored:
        assert stored.get(b"x" * 16) is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("pending", [False, True])
def test_a_damaged_journal_is_said(pending: bool, tmp_path: Path) -> None:
    (tmp_path / "j.sqlite").write_bytes(b"no database at all" * 100)
    if pending:
        (tmp_path / "j.sqlite-wal").write_bytes(b"")
    with pytest.raises(StoreError, match="damaged"):
        Stored(tmp_path / "j.sqlite")


def test_a_reply_that_is_not_what_was_written_is_none(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.sqlite") as journal:
        key = asyncio.run(keep(journal, REQUEST))
    with closing(sqlite3.connect(tmp_path / "j.sqlite")) as db, db:
        db.execute("UPDATE replies SET reply = substr(reply, 1, length(reply) - 1)")
    with Stored(tmp_path / "j.sqlite") as stored:
        assert stored.get(key) is None


def test_a_file_with_nothing_in_it_is_an_empty_journal(tmp_path: Path) -> None:
    (tmp_path / "j.sqlite").touch()
    with Stored(tmp_path / "j.sqlite") as stored:
        assert stored.get(b"x" * 16) is None


@pytest.mark.parametrize("version", [0, 99])
def test_a_journal_of_another_version_is_said(version: int, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "j.sqlite")) as db, db:
        db.execute("CREATE TABLE replies (key BLOB PRIMARY KEY, model TEXT, reply BLOB)")
        db.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(StoreError, match="another version"):
        Stored(tmp_path / "j.sqlite")


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "j.sqlite").mkdir()
    with pytest.raises(StoreError, match="cannot be used"):
        Stored(tmp_path / "j.sqlite")
