"""What was committed stays; what cannot be committed is said; two processes ask each key once."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import struct
import subprocess
import sys
import time
import zlib
from collections import Counter
from pathlib import Path

import pytest

from assay.errors import StoreError
from assay.models.baselines import Baseline
from assay.schema import Reply, Request, Usage, user
from assay.store import Journal, blob

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


def test_a_reply_comes_back_with_its_logprobs(tmp_path: Path) -> None:
    reply = Reply("B", usage=Usage(3, 1), logprobs=(("B", -0.25), (" 甲", -9999.0)))
    request = Request(user("x"))
    with Journal(tmp_path / "j.sqlite") as journal:
        asyncio.run(journal.put(journal.key(MODEL, request), MODEL, request, reply))
    with Journal(tmp_path / "j.sqlite") as journal:
        assert journal.get(journal.key(MODEL, request)) == reply


@pytest.mark.parametrize(
    ("body", "reply"),
    [
        (b'["B","stop","",3,1,"m"]', Reply("B", usage=Usage(3, 1))),
        (b'["B","stop","",3,1,"m",[["B",-0.5]]]', Reply("B", usage=Usage(3, 1), logprobs=(("B", -0.5),))),
    ],
)
def test_a_reply_stored_before_there_were_logprobs_or_reasoning_is_read(body: bytes, reply: Reply) -> None:
    key = b"k" * 16
    checked = struct.pack(">IQ16s", len(body), 1, key)
    stored = blob.MAGIC + struct.pack(">I", zlib.crc32(checked + body)) + checked + body
    assert blob.read(key, stored) == reply
    assert len(blob.written(key, "m", reply)) == len(stored)


@pytest.mark.parametrize("logprobs", [(), (("B", -0.25),)])
def test_a_reply_comes_back_with_its_reasoning(logprobs: tuple[tuple[str, float], ...], tmp_path: Path) -> None:
    reply = Reply("", "length", usage=Usage(3, 64), logprobs=logprobs, reasoning="hm 嗯\n\u0000")
    request = Request(user("x"))
    with Journal(tmp_path / "j.sqlite") as journal:
        asyncio.run(journal.put(journal.key(MODEL, request), MODEL, request, reply))
    with Journal(tmp_path / "j.sqlite") as journal:
        assert journal.get(journal.key(MODEL, request)) == reply


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


def test_a_journal_that_breaks_while_it_is_used_is_said(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.sqlite") as journal:
        put(journal, "x")
        journal._db.execute("ALTER TABLE replies RENAME TO elsewhere")
        with pytest.raises(StoreError):
            journal.get(journal.key(MODEL, Request(user("x"))))
        with pytest.raises(StoreError):
            put(journal, "y")
        journal._db.execute("ALTER TABLE elsewhere RENAME TO replies")
    with Journal(tmp_path / "j.sqlite") as journal:
        assert len(journal) == 2, "what waited was committed in the end"


def test_a_file_that_cannot_be_written_is_said_when_it_is_opened(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.sqlite"):
        pass
    with (tmp_path / "j.sqlite").open("r+b") as file:
        file.seek(18)
        file.write(b"\x03")  # SQLite's own way to say that this version may only read it (root may write any file)
    with pytest.raises(StoreError, match="--out"):
        Journal(tmp_path / "j.sqlite")


def test_a_folder_without_locks_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*given: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.lockf", no_locks)
    with Journal(tmp_path / "j.sqlite") as journal:
        put(journal, "x")
        (note,) = journal.notes
    assert "only one run" in note


# ---- without asking SQLite, and without waiting for the disk ------------------------------------------------


def asked_of_sqlite(journal: Journal, *prompts: str) -> int:
    """How many questions looking for these replies takes."""
    asked: list[str] = []
    journal._db.set_trace_callback(asked.append)
    for prompt in prompts:
        journal.get(journal.key(MODEL, Request(user(prompt))))
    journal._db.set_trace_callback(None)
    return len(asked)


def test_what_was_never_stored_costs_no_question(tmp_path: Path) -> None:
    stored, others = [f"s{number}" for number in range(50)], [f"o{number}" for number in range(50)]
    with Journal(tmp_path / "j.sqlite") as journal:
        assert asked_of_sqlite(journal, *stored, *others) == 0
        put(journal, *stored)
        assert asked_of_sqlite(journal, *stored, *others) == len(stored)
    with Journal(tmp_path / "j.sqlite") as journal:
        assert asked_of_sqlite(journal, *stored, *others) == len(stored)


def test_what_another_may_have_stored_is_looked_for(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.sqlite") as journal, Journal(tmp_path / "j.sqlite") as other:
        put(other, "x")
        assert journal.get(journal.key(MODEL, Request(user("x")))) == Reply("x")
        assert not journal.take(journal.key(MODEL, Request(user("x")))), "it is stored"
        assert journal.take(journal.key(MODEL, Request(user("y"))))
        assert not other.take(journal.key(MODEL, Request(user("y"))))


def test_of_very_many_replies_none_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("journal", "database"):
        monkeypatch.setattr(f"assay.store.{module}.THOROUGHLY", 10)
    for _ in range(2):
        with Journal(tmp_path / "j.sqlite") as journal:
            put(journal, *map(str, range(20)))
            assert journal.get(journal.key(MODEL, Request(user("7")))) == Reply("7")
            assert journal.get(journal.key(MODEL, Request(user("x")))) is None


def test_the_log_begins_anew_while_replies_are_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.store.journal.LOG_BYTES", 100_000)

    async def one_by_one(journal: Journal, numbers: range) -> None:
        for number in numbers:  # each a group of its own: 8 KB of log or more
            request = Request(user(str(number)))
            await journal.put(journal.key(MODEL, request), MODEL, request, Reply(str(number)))

    with Journal(tmp_path / "j.sqlite") as journal:
        for start in range(0, 160, 40):
            asyncio.run(one_by_one(journal, range(start, start + 40)))
            assert journal._tidying is not None
            journal._tidying.join()
        assert (tmp_path / "j.sqlite-wal").stat().st_size < 1_000_000, "1.3 MB without"
        assert (tmp_path / "j.sqlite").stat().st_size > 20_000
    with Journal(tmp_path / "j.sqlite") as journal:
        assert [reply.text for reply in journal.replies()] == list(map(str, range(160)))


# ---- two processes ----------------------------------------------------------------------------------------

RUN = """
import asyncio, os, sys
from pathlib import Path
from assay.models import cached
from assay.schema import Reply, Request, user
from assay.store import Journal

journal, told, count, start = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]

class Fake:
    name, endpoint = "test/fake", "nowhere"
    def __init__(self):
        self.told = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.gate = asyncio.Semaphore(8)
    async def __call__(self, request):
        async with self.gate:
            os.write(self.told, request.chat[0].content.encode() + b"\\n")
            await asyncio.sleep(0.01)
            return Reply("re: " + request.chat[0].content)

async def go():
    print("ready", flush=True)
    sys.stdin.readline()
    with Journal(journal) as opened:
        model, todo = cached(Fake(), opened), iter(range(count))
        async def worker():
            for number in todo:
                reply = await model(Request(user(start + str(number))))
                assert reply == Reply("re: " + start + str(number))
        await asyncio.gather(*(worker() for _ in range(16)))
        print(model.asked, model.hits, flush=True)

asyncio.run(go())
"""


class Run:
    """A process that asks for so many replies, eight at a time, 10 ms each."""

    def __init__(self, folder: Path, name: str, count: int, start: str = "p") -> None:
        self.told = folder / name
        command = [sys.executable, "-c", RUN, str(folder / "j.sqlite"), str(self.told), str(count), start]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def begins(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"
        print("go", file=self.process.stdin, flush=True)

    def ends(self) -> tuple[int, int]:
        """(asked, found)."""
        said, _ = self.process.communicate()
        assert self.process.returncode == 0
        asked, hits = said.split()
        return int(asked), int(hits)

    @property
    def asked(self) -> list[str]:
        return self.told.read_text(encoding="utf-8").split() if self.told.exists() else []

    def has_asked(self, count: int) -> None:
        until = time.monotonic() + 20
        while len(self.asked) < count and time.monotonic() < until:
            time.sleep(0.005)
        assert len(self.asked) >= count


def test_two_processes_ask_each_key_once_and_both_get_a_part(tmp_path: Path) -> None:
    count = 500
    runs = [Run(tmp_path, name, count) for name in ("one", "other")]
    for run in runs:
        run.begins()
    ended = [run.ends() for run in runs]
    assert sum(asked for asked, _ in ended) == count
    assert all(asked + hits == count for asked, hits in ended)
    assert sorted(runs[0].asked + runs[1].asked) == sorted(f"p{number}" for number in range(count))
    assert min(asked for asked, _ in ended) > count / 5
    with Journal(tmp_path / "j.sqlite") as journal:
        assert sorted(reply.text for reply in journal.replies()) == sorted(f"re: p{n}" for n in range(count))


def test_of_two_processes_one_is_killed_and_the_other_takes_over(tmp_path: Path) -> None:
    count = 1_600  # 2 s of work alone: the other must come up while there is some left
    one, other = Run(tmp_path, "one", count), Run(tmp_path, "other", count)
    one.begins()
    one.has_asked(20)
    other.begins()
    other.has_asked(20)
    one.process.kill()
    killed = time.monotonic()
    one.process.communicate()
    other.ends()
    alone = count * 0.01 / 8
    assert time.monotonic() - killed < alone + 2
    asked = Counter(one.asked + other.asked)
    assert set(asked) == {f"p{number}" for number in range(count)}
    assert sum(asked.values()) - count <= 8, "those that were in flight"
    with Journal(tmp_path / "j.sqlite") as journal:
        assert Counter(reply.text for reply in journal.replies()) == Counter(f"re: p{n}" for n in range(count))
        assert journal.notes == []


def test_two_processes_that_ask_for_other_things_do_not_wait_for_each_other(tmp_path: Path) -> None:
    count = 120
    runs = [Run(tmp_path, start, count, start) for start in ("a", "b")]
    for run in runs:
        run.begins()
    assert [run.ends() for run in runs] == [(count, 0)] * 2
    with Journal(tmp_path / "j.sqlite") as journal:
        assert len(journal) == 2 * count
