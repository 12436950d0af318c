"""Who may ask what, between real processes: the other one does as it is told, line by line."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assay.errors import StoreError
from assay.store import leases
from assay.store.leases import Leases, joined

KEYS = [bytes([number, 7]) * 8 for number in range(64)]

if sys.platform == "win32":
    pytest.skip("there are no leases on Windows", allow_module_level=True)

OTHER = """
import sys
from pathlib import Path
from assay.store import leases
leases.BEAT_S = 3600
def obey(held):
    for line in sys.stdin:
        what, *given = line.split()
        if what == "open":
            return
        print(int(bool(getattr(held, what)(*map(bytes.fromhex, given)))), flush=True)
with leases.joined(Path(sys.argv[1])) as held:
    print("joined", flush=True)
    obey(held)
print("open", flush=True)
obey(held)
held.leave()
"""


class Other:
    """Another process that shares the leases."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", OTHER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def hears(self, word: str) -> bool:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip() == word

    def told(self, *words: str) -> None:
        assert self.process.stdin is not None
        print(*words, file=self.process.stdin, flush=True)

    def does(self, what: str, *keys: bytes) -> bool:
        self.told(what, *(key.hex() for key in keys))
        return self.hears("1")

    def comes_in(self) -> Other:
        assert self.hears("joined")
        self.told("open")
        assert self.hears("open")
        return self

    def goes(self, kill: bool = False) -> None:
        if kill:
            self.process.kill()
        self.process.communicate()


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks for others but when told."""
    monkeypatch.setattr(leases, "BEAT_S", 3600)


@contextmanager
def held(path: Path) -> Iterator[Leases]:
    with joined(path) as mine:
        pass
    try:
        yield mine
    finally:
        mine.leave()


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[Leases]:
    with held(tmp_path / "j.leases") as mine:
        yield mine


@pytest.fixture
def other(mine: Leases) -> Iterator[Other]:
    other = Other(mine.path)
    yield other.comes_in()
    other.goes()


def takes(who: Leases | Other, key: bytes) -> bool:
    """Whether it gets a key on its first or its second try."""
    take = (lambda: who.take(key)) if isinstance(who, Leases) else (lambda: who.does("take", key))
    return take() or take()


def test_a_key_is_asked_by_one_at_a_time(mine: Leases) -> None:
    assert mine.take(KEYS[0])
    assert not mine.take(KEYS[0])
    assert mine.take(KEYS[1])
    mine.release(KEYS[0])
    assert mine.take(KEYS[0])


def test_journals_of_one_process_share_their_leases(mine: Leases) -> None:
    assert mine.undisturbed
    with joined(mine.path.parent / "." / mine.path.name) as again:
        assert again is mine
    assert not mine.undisturbed, "the other journal may store what this one has never seen"
    mine.leave()
    assert mine.take(KEYS[0]), "one journal is still there"


def test_a_newcomer_gets_nothing_until_it_is_seen_and_then_all_but_what_is_being_asked(mine: Leases) -> None:
    assert mine.take(KEYS[0])
    other = Other(mine.path).comes_in()
    assert not takes(other, KEYS[0])
    assert not takes(other, KEYS[1])
    mine.look()
    assert not mine.undisturbed
    assert not takes(other, KEYS[0])
    assert takes(other, KEYS[1])
    assert not takes(mine, KEYS[1])
    mine.release(KEYS[0])
    assert takes(other, KEYS[0])
    other.goes()


def test_what_a_killed_process_was_asking_can_be_asked_at_once(mine: Leases, other: Other) -> None:
    mine.look()
    assert takes(other, KEYS[0])
    assert not takes(mine, KEYS[0])
    other.goes(kill=True)
    assert takes(mine, KEYS[0])


def test_each_key_is_first_left_to_its_home(mine: Leases, other: Other) -> None:
    mine.look()
    here = [key for key in KEYS if mine.take(key)]
    there = [key for key in KEYS if other.does("take", key)]
    assert not set(here) & set(there)
    assert len(here) == len(there) == len(KEYS) // 2


def test_what_its_home_does_not_want_is_asked_elsewhere(mine: Leases, other: Other) -> None:
    mine.look()
    assert all(takes(mine, key) for key in KEYS)
    assert not any(takes(other, key) for key in KEYS)


def test_whoever_is_left_alone_holds_everything_again(mine: Leases, other: Other) -> None:
    mine.look()
    takes(mine, KEYS[0])
    other.goes()
    mine.look()
    newcomer = Other(mine.path).comes_in()
    assert not any(takes(newcomer, key) for key in KEYS[:4])
    newcomer.goes()
    assert not mine.undisturbed, "what the other stored stays unknown"


def test_nobody_comes_in_while_another_is_at_the_door(tmp_path: Path) -> None:
    other = Other(tmp_path / "j.leases")
    assert other.hears("joined")
    came = threading.Event()

    def come() -> None:
        with held(tmp_path / "j.leases"):
            came.set()

    waiting = threading.Thread(target=come)
    waiting.start()
    assert not came.wait(0.1)
    other.told("open")
    assert came.wait(5)
    waiting.join()
    other.goes()


def test_a_door_that_stays_shut_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "DOOR_S", 0.05)
    other = Other(tmp_path / "j.leases")
    assert other.hears("joined")
    with pytest.raises(StoreError, match="opening the journal"), joined(tmp_path / "j.leases"):
        pass
    other.goes(kill=True)
    with held(tmp_path / "j.leases") as mine:
        assert mine.take(KEYS[0])


def test_no_seat_left_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "SEATS", 1)
    other = Other(tmp_path / "j.leases").comes_in()
    with pytest.raises(StoreError, match="share this journal"), joined(tmp_path / "j.leases"):
        pass
    other.goes()


def test_a_folder_without_locks_is_said_and_worked_in_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*given: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.lockf", no_locks)
    with held(tmp_path / "j.leases") as mine:
        assert mine.why_alone == os.strerror(errno.ENOLCK)
        assert mine.take(KEYS[0])
        assert not mine.take(KEYS[0])
        mine.release(KEYS[0])
        assert mine.take(KEYS[0])
