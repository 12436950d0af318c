"""Whatever happens to the file: it is noticed, it is said, and every reply whose bytes are still there is saved."""

from __future__ import annotations

import asyncio
import io
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.errors import StoreError
from assay.models.baselines import Baseline
from assay.schema import Reply, Request, Usage, user
from assay.store import Journal, blob, reply_key, salvage, wal

MODEL = Baseline("baseline/test", lambda prompt, request: "")
LENGTHS = [*range(0, 2000, 31), *range(3920, 4040, 3), 8000, 12_240, 300_000]
"""Of replies: in a leaf, just too long for one, and over many pages."""
REPLIES = {
    str(number): Reply((f"{number} né " * (length // 4 + 1))[:length], usage=Usage(number, length))
    for number, length in enumerate(LENGTHS)
}
JUNK = random.Random(5).randbytes(200_000)

Harm = Callable[[Path], None]


def key(prompt: str) -> bytes:
    return reply_key(MODEL, Request(user(prompt)))


async def put(journal: Journal, replies: dict[str, Reply]) -> None:
    """In groups, so that the log has many commits."""
    names = list(replies)
    for start in range(0, len(names), 10):
        requests = [(name, Request(user(name))) for name in names[start : start + 10]]
        await asyncio.gather(*(journal.put(key(name), MODEL, asked, replies[name]) for name, asked in requests))


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a journal that was closed."""
    folder = tmp_path_factory.mktemp("closed")
    with Journal(folder / "j.sqlite") as journal:
        asyncio.run(put(journal, REPLIES))
    return folder


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a journal whose process was killed: half of the replies are in the file, half in its log."""
    folder, left = tmp_path_factory.mktemp("at-work"), tmp_path_factory.mktemp("killed")
    names = list(REPLIES)
    for half in (names[::2], names[1::2]):
        with Journal(folder / "j.sqlite") as journal:
            asyncio.run(put(journal, {name: REPLIES[name] for name in half}))
            for ending in ("", "-wal", "-shm"):
                shutil.copy(folder / f"j.sqlite{ending}", left)
    return left


def harmed(folder: Path, to: Path, harm: Harm) -> Path:
    for file in folder.glob("j.sqlite*"):
        shutil.copy(file, to)
    harm(to / "j.sqlite")
    return to / "j.sqlite"


def size(path: Path, ending: str = "") -> int:
    return path.with_name(path.name + ending).stat().st_size


def overwrite(path: Path, at: int, junk: bytes, ending: str = "") -> None:
    with path.with_name(path.name + ending).open("r+b") as file:
        file.seek(at)
        file.write(junk)


def flip(path: Path, at: int, ending: str = "") -> None:
    with path.with_name(path.name + ending).open("rb") as file:
        file.seek(at)
        byte = file.read(1)[0]
    overwrite(path, at, bytes([byte ^ 0x5A]), ending)


def cut(path: Path, to: float, ending: str = "") -> None:
    os.truncate(path.with_name(path.name + ending), int(size(path, ending) * to))


def kept(journal: Journal) -> set[str]:
    """The prompts whose replies are there. None is another than it was."""
    found = {name: journal.get(key(name)) for name in REPLIES}
    assert all(reply in (None, REPLIES[name]) for name, reply in found.items())
    return {name for name, reply in found.items() if reply is not None}


def changed_byte(path: Path) -> None:
    at = path.read_bytes().find(f"{60} né 60 né".encode())
    overwrite(path, at, b"X")


# ---- the file -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("harm", "least"),
    [
        (lambda path: overwrite(path, 0, JUNK[:100]), 1.0),
        (lambda path: overwrite(path, 0, JUNK[:4096]), 1.0),
        (lambda path: overwrite(path, 0, bytes(4096)), 1.0),
        (lambda path: overwrite(path, 4096 * 10, JUNK[:8192]), 0.8),
        (lambda path: overwrite(path, 4096 * 10, bytes(8192)), 0.8),
        (lambda path: cut(path, 0.5), 0.2),
        (lambda path: cut(path, 0.999), 0.9),
        (lambda path: overwrite(path, size(path), JUNK), 1.0),
    ],
    ids=["header", "first page", "no first page", "junk inside", "zeros inside", "half", "end cut off", "junk behind"],
)
def test_a_damaged_file_is_said_moved_aside_and_saved(harm: Harm, least: float, closed: Path, tmp_path: Path) -> None:
    path = harmed(closed, tmp_path, harm)
    damaged = path.read_bytes()
    with Journal(path) as journal:
        saved = kept(journal)
        if not journal.notes:
            assert saved == set(REPLIES), "what nothing points to is no harm"
            return
        (note,) = journal.notes
        assert f"{len(saved):,} replies were saved" in note
        assert "j.sqlite.damaged" in note
        assert len(saved) >= least * len(REPLIES)
        assert (tmp_path / "j.sqlite.damaged").read_bytes() == damaged
        asyncio.run(put(journal, REPLIES))
    with Journal(path) as journal:
        assert kept(journal) == set(REPLIES)
        assert journal.notes == []


def test_a_changed_byte_in_a_reply_costs_that_reply(closed: Path, tmp_path: Path) -> None:
    with Journal(harmed(closed, tmp_path, changed_byte)) as journal:
        assert journal.notes == []
        assert kept(journal) == set(REPLIES) - {"60"}
        (note,) = journal.notes
        assert note.endswith("asked again: 1")
        asyncio.run(put(journal, {"60": REPLIES["60"]}))
        assert kept(journal) == set(REPLIES)
        assert len(list(journal.replies())) == len(REPLIES)


def test_a_lost_index_entry_is_noticed(closed: Path, tmp_path: Path) -> None:
    def lose(path: Path) -> None:
        name = next(iter(REPLIES))
        content = path.read_bytes()
        for at in (at for at in range(0, len(content), 4096) if content[at] == 10):  # a leaf of an index
            page = content[at : at + 4096].replace(key(name), bytes(16))
            overwrite(path, at, page)

    with Journal(harmed(closed, tmp_path, lose)) as journal:
        assert kept(journal) == set(REPLIES)
        assert f"{len(REPLIES):,} replies were saved" in journal.notes[0]


def test_damage_in_the_middle_of_a_run_is_said_with_the_way_out(closed: Path, tmp_path: Path) -> None:
    path = harmed(closed, tmp_path, lambda path: None)
    with Journal(path) as journal:
        beside = sqlite3.connect(path)
        beside.execute(f"PRAGMA user_version = {salvage.FORMAT}")  # what was read before is read anew
        beside.close()
        overwrite(path, 4096 * 10, bytes(8192))
        with pytest.raises(StoreError, match="run the same command"):
            kept(journal)
    with Journal(path) as journal:
        assert len(kept(journal)) > 0.8 * len(REPLIES)
        assert "j.sqlite.damaged" in journal.notes[0]


def test_a_damaged_journal_that_others_use_is_left_to_them(closed: Path, tmp_path: Path) -> None:
    path = harmed(closed, tmp_path, lambda path: None)
    with Journal(path):
        overwrite(path, 4096 * 10, JUNK[:8192])
        with pytest.raises(StoreError, match="in use"):
            Journal(path)
    assert not list(tmp_path.glob("*damaged*"))
    with Journal(path) as journal:
        assert len(journal.notes) == 1


def test_an_empty_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "j.sqlite").touch()
    with Journal(tmp_path / "j.sqlite") as journal:
        assert "empty" in journal.notes[0]


# ---- the log --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("harm", "least"),
    [
        (lambda path: None, 1.0),
        (lambda path: overwrite(path, 0, JUNK[:32], "-wal"), 1.0),
        (lambda path: flip(path, 17, "-wal"), 1.0),
        (lambda path: overwrite(path, 40, JUNK[:500], "-wal"), 1.0),
        (lambda path: overwrite(path, size(path, "-wal") // 2, JUNK[:9000], "-wal"), 0.9),
        (lambda path: overwrite(path, size(path, "-wal") // 2, JUNK[: size(path, "-wal") // 2], "-wal"), 0.6),
        (lambda path: flip(path, size(path, "-wal") // 2, "-wal"), 0.95),
        (lambda path: cut(path, 0.5, "-wal"), 0.6),
        (lambda path: cut(path, 0.0, "-wal"), 0.5),
        (lambda path: path.with_name("j.sqlite-wal").unlink(), 0.5),
        (lambda path: cut(path, 0.0), 0.5),
        (lambda path: path.unlink(), 0.5),
    ],
    ids=[
        "none", "header", "salt", "first frame", "middle", "second half", "one byte", "cut in half", "empty", "gone",
        "only the log", "nothing but the log",
    ],
)  # fmt: skip
@pytest.mark.parametrize("index", [True, False], ids=["indexed", "no index"])
def test_a_damaged_log_is_said_and_saved(harm: Harm, least: float, index: bool, killed: Path, tmp_path: Path) -> None:
    path = harmed(killed, tmp_path, harm)
    if not index:
        path.with_name("j.sqlite-shm").unlink()
    with Journal(path) as journal:
        saved = kept(journal)
        assert len(saved) >= least * len(REPLIES) - 1
        if len(saved) < len(REPLIES) and (index or path.with_name("j.sqlite.damaged-wal").exists()):
            assert f"{len(saved):,} replies were saved" in journal.notes[0]
        elif least == 1.0 and harm.__code__.co_names == ():
            assert journal.notes == [], "to be killed is no damage"


@pytest.mark.parametrize("at", [None, 5, 20, 26, 33, 37, 42, 52, 65, 4120 * 3 + 40, 4120 * 7])
def test_of_the_log_as_much_is_readable_as_sqlite_reads(at: int | None, killed: Path, tmp_path: Path) -> None:
    path = harmed(killed, tmp_path, lambda path: at is None or flip(path, at, "-wal"))
    with path.with_name("j.sqlite-wal").open("rb") as log:
        readable = wal._readable(log)
    path.with_name("j.sqlite-shm").unlink()
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1] == readable
    db.close()
    assert (readable > 20) == (at is None)


def test_a_log_that_began_anew_is_no_damage(tmp_path: Path) -> None:
    """Its old frames stay behind the new ones."""
    (tmp_path / "left").mkdir()
    with Journal(tmp_path / "j.sqlite") as journal:
        asyncio.run(put(journal, REPLIES))
        journal._work_log_in()
        asyncio.run(put(journal, {"0": REPLIES["1"]}))
        for ending in ("", "-wal"):
            shutil.copy(tmp_path / f"j.sqlite{ending}", tmp_path / "left")
    with Journal(tmp_path / "left" / "j.sqlite") as journal:
        assert journal.notes == []
        assert len(journal) == len(REPLIES)


# ---- saving ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["closed", "killed"])
def test_the_bytes_alone_give_everything(folder: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    path = harmed(request.getfixturevalue(folder), tmp_path, lambda path: None)
    assert salvage.save(path) == (len(REPLIES), 0)
    (tmp_path / "j.sqlite.saved").rename(tmp_path / "alone.sqlite")
    with Journal(tmp_path / "alone.sqlite") as journal:
        assert kept(journal) == set(REPLIES)


def test_of_two_replies_under_one_key_the_younger_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    for text in ("old", "young"):
        with Journal(path) as journal:
            asyncio.run(put(journal, {"x": Reply(text), text: Reply(text)}))
    older = blob.written(key("x"), "m", Reply("oldest"))
    overwrite(path, size(path), older[:16] + bytes(8) + older[24:])
    overwrite(path, 0, JUNK[:100])
    with Journal(path) as journal:
        assert journal.get(key("x")) == Reply("young")


def test_no_reply_can_hold_a_forged_one(tmp_path: Path) -> None:
    forged = blob.written(key("victim"), "m", Reply("forged")).decode("latin-1")
    with Journal(tmp_path / "j.sqlite") as journal:
        asyncio.run(put(journal, {"x": Reply(forged)}))
    overwrite(tmp_path / "j.sqlite", 0, JUNK[:100])
    with Journal(tmp_path / "j.sqlite") as journal:
        assert journal.get(key("x")) == Reply(forged)
        assert journal.get(key("victim")) is None


def test_damaged_files_are_all_kept(closed: Path, tmp_path: Path) -> None:
    path = harmed(closed, tmp_path, lambda path: None)
    for name in ("j.sqlite.damaged", "j.sqlite.damaged-2", "j.sqlite.damaged-3"):
        overwrite(path, 0, JUNK[:100])
        with Journal(path) as journal:
            assert kept(journal) == set(REPLIES)
            assert journal.notes[0].count(f"kept as {name}.") == 1
        assert (tmp_path / name).read_bytes()[:100] == JUNK[:100]


@pytest.mark.parametrize("steps", range(6))
def test_saving_that_is_cut_short_goes_on(
    steps: int, killed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = harmed(killed, tmp_path, lambda path: overwrite(path, size(path, "-wal") // 2, bytes(4096), "-wal"))
    log = path.with_name("j.sqlite-wal").read_bytes()
    left = steps

    def counted(step: Callable[..., object]) -> Callable[..., object]:
        def takes_one(*given: object, **named: object) -> object:
            nonlocal left
            if left == 0:
                raise KeyboardInterrupt
            left -= 1
            return step(*given, **named)

        return takes_one

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Path, "replace", counted(Path.replace))
        patched.setattr(Path, "unlink", counted(Path.unlink))
        Journal(path)
    with Journal(path) as journal:
        assert len(kept(journal)) > 0.9 * len(REPLIES)
        assert "j.sqlite.damaged" in journal.notes[0]
    assert (tmp_path / "j.sqlite.damaged").read_bytes() == (killed / "j.sqlite").read_bytes()
    assert (tmp_path / "j.sqlite.damaged-wal").read_bytes() == log


def test_what_the_disk_cannot_read_costs_no_more_than_its_page() -> None:
    class Scratched(io.BytesIO):
        """A file with one page that cannot be read."""

        def read(self, length: int | None = -1) -> bytes:
            if self.tell() < 8192 and self.tell() + (length or 0) > 4096:
                raise OSError("Input/output error")
            return super().read(length)

    one = blob.written(b"k" * 16, "m", Reply("one"))
    file = Scratched(one.ljust(4096, b"-") + one.ljust(4096, b"-") + one)
    assert [at for at, _ in salvage._starts(file)] == [0, 8192]


# ---- what is no journal of ours --------------------------------------------------------------------------


def foreign(path: Path) -> None:
    path.write_bytes(b"no database " * 500)


def zeros(path: Path) -> None:
    path.write_bytes(bytes(8192))


def newer(path: Path) -> None:
    with Journal(path) as journal:
        journal._db.execute("PRAGMA user_version = 99")


def older(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE replies (key BLOB PRIMARY KEY, model TEXT NOT NULL, reply BLOB NOT NULL) WITHOUT ROWID")
    db.close()


@pytest.mark.parametrize("make", [foreign, zeros, newer, older])
def test_what_is_no_journal_of_this_version_is_said_and_not_touched(make: Harm, tmp_path: Path) -> None:
    make(tmp_path / "j.sqlite")
    before = (tmp_path / "j.sqlite").read_bytes()
    with pytest.raises(StoreError, match="move it away"):
        Journal(tmp_path / "j.sqlite")
    assert (tmp_path / "j.sqlite").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["j.leases", "j.sqlite"]


def test_a_journal_without_its_table_is_damaged(closed: Path, tmp_path: Path) -> None:
    path = harmed(closed, tmp_path, lambda path: None)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA secure_delete = OFF")
        db.execute("ALTER TABLE replies RENAME TO elsewhere")
    db.close()
    with Journal(path) as journal:
        assert "its table is gone" in journal.notes[0]
        assert kept(journal) == set(REPLIES)
