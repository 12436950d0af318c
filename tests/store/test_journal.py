"""What was committed stays; what cannot be committed is said."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from assay.errors import StoreError
from assay.models.baselines import Baseline
from assay.schema import Reply, Request, Usage, user
from assay.store import Journal

MODEL = Baseline("baseline/test", lambda prompt, request: "")


def put(journal: Journal, *prompts: str) -> None:
    async def all_of_them() -> None:
        requests = [Request(user(prompt)) for prompt in prompts]
        await asyncio.gather(
            *(journal.put(journal.key(MODEL, r), MODEL, r, Reply(r.chat[0].content)) for r in requests)
        )

    asyncio.run(all_of_them())


def test_a_reply_comes_back_as_it_was(tmp_path: Path) -> None:
    reply = Reply("héllo 你好 \u0000 \b", "length", "cut", Usage(3, 4))
    with Journal(tmp_path / "deep" / "j.sqlite") as journal:
        request = Request(user("x"))
        asyncio.run(journal.put(journal.key(MODEL, request), MODEL, request, reply))
        assert journal.get(journal.key(MODEL, request)) == reply
        assert journal.get(b"nothing") is None
        assert len(journal) == 1


def test_replies_that_come_together_are_committed_together(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.sqlite") as journal:
        put(journal, *map(str, range(100)))
    with Journal(tmp_path / "j.sqlite") as journal:
        assert len(journal) == 100


def test_a_killed_process_loses_nothing_that_counted_as_done(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from assay.models.baselines import Baseline\n"
        "from assay.schema import Reply, Request, user\n"
        "from assay.store import Journal\n"
        "model = Baseline('baseline/test', lambda p, r: '')\n"
        "async def go():\n"
        "    journal = Journal(Path(sys.argv[1]))\n"
        "    for i in range(10_000):\n"
        "        request = Request(user(str(i)))\n"
        "        await journal.put(journal.key(model, request), model, request, Reply(str(i)))\n"
        "        print(i, flush=True)\n"
        "asyncio.run(go())\n"
    )
    path = tmp_path / "j.sqlite"
    child = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    acknowledged = [child.stdout.readline() for _ in range(20)]
    os.kill(child.pid, signal.SIGKILL)
    acknowledged += child.stdout.readlines()
    child.stdout.close()
    child.wait()
    done = [int(line) for line in acknowledged if line.endswith("\n")]
    with Journal(path) as journal:
        assert len(done) >= 20
        assert all(journal.get(journal.key(MODEL, Request(user(str(number))))) for number in done)


def test_a_read_only_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(StoreError, match="--out"):
        Journal(tmp_path / "file" / "j.sqlite")


def test_a_file_that_is_no_journal_is_said(tmp_path: Path) -> None:
    (tmp_path / "j.sqlite").write_bytes(b"this is not a database" * 100)
    with pytest.raises(StoreError, match="damaged"):
        Journal(tmp_path / "j.sqlite")


def test_a_full_disk_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    with Journal(path) as journal:
        put(journal, "before")
        pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
        journal._db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own way to say that no page is left
        with pytest.raises(StoreError, match="disk is full"):
            put(journal, *(str(number) * 5000 for number in range(20)))
        journal._db.execute("PRAGMA max_page_count = 1000000")
    with Journal(path) as journal:
        assert journal.get(journal.key(MODEL, Request(user("before")))) == Reply("before")


def test_a_journal_that_breaks_while_it_is_read_is_said(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.sqlite") as journal:
        journal._db.execute("DROP TABLE replies")
        with pytest.raises(StoreError):
            journal.get(b"x")
        journal._db.execute("CREATE TABLE replies (key BLOB PRIMARY KEY, model TEXT, reply BLOB)")
    assert sqlite3.connect(tmp_path / "j.sqlite").close() is None
