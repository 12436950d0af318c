"""Who may ask what: processes that share a journal never ask for the same reply.

A lease is an advisory lock of the operating system on one byte of `journal.leases`, a file that stays empty: the byte
whose number is the key. The system drops the locks of a process that ends, however it ends, so no lease can be stale:
what a killed process was asking for can be asked by another at once.

A process that is alone holds all bytes with one lock, and a lease costs it no call of the system (1 µs; 3 µs where
there are others). Each process also locks one of 64 seats. A few times a second each looks at the others' seats (4 µs;
150 µs): whoever holds everything then lets go of all but what it is asking; whoever finds itself alone takes
everything again.

Processes with the same command ask the same rows in the same order. So that both get a share, each key has a home among
the live ones; others leave it alone for one lull before they take it. Nobody waits for a process that wants other rows,
and nobody waits while it holds a lease, so there is no deadlock.

POSIX drops a process's locks on a file when it closes any descriptor of that file: all journals of one path in one
process share one `Leases`, and nothing else may open the file. Without `fcntl` (Windows), or in a folder without locks,
a process works as if it were alone: run one at a time there.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from assay.errors import StoreError

if sys.platform != "win32":
    import fcntl

KEYS = 1 << 62
"""So many bytes for keys; after them the seats, after these the door."""
SEATS = 64
DOOR = KEYS + SEATS
BEAT_S = 0.25
"""How often a process looks for others; a newcomer waits that long for its first lease."""
DOOR_S = 600.0
"""How long to wait for a process that is opening, perhaps salvaging, the journal."""

_here: dict[str, Leases] = {}
_one_at_a_time = threading.Lock()


@contextmanager
def joined(path: Path) -> Iterator[Leases]:
    """This process's leases at `path`; until the block ends nobody else joins. Each `joined` needs a `leave`.

    Raises:
        OSError: the file cannot be made.
        StoreError: another process keeps the door shut, or all seats are taken.
    """
    with _one_at_a_time:
        where = os.path.realpath(path)
        leases = _here.get(where) or Leases(path, where)
        try:
            leases.enter()
            yield leases
            leases.users += 1
            _here[where] = leases
        finally:
            leases.open_door()
            if not leases.users:
                leases.end()


class Leases:
    """What this process may ask. Every method may be called from any thread."""

    def __init__(self, path: Path, where: str) -> None:
        self.path = path
        self.where = where
        self.users = 0
        self.undisturbed = True
        """Nobody but one journal of this process can have stored anything since it was opened."""
        self.why_alone = ""
        """Why no other process would be seen; empty where it would."""
        self._seat = 0
        self._live = [0]
        self._whole = True
        self._asking: set[bytes] = set()
        self._offered: set[bytes] = set()
        self._mutex = threading.Lock()
        self._ended = threading.Event()
        self._watch: threading.Thread | None = None
        self._file = -1 if sys.platform == "win32" else os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)

    # ---- coming and going --------------------------------------------------------------------------------

    def enter(self) -> None:
        """Shut the door behind oneself, and take a seat."""
        try:
            self._shut_door()
            if not self.users:
                self._sit()
        except OSError as error:
            self.why_alone = error.strerror or str(error)
        self.undisturbed = self._whole and not self.users

    def _shut_door(self) -> None:
        until = monotonic() + DOOR_S
        while not self._lock(DOOR, 1):
            if monotonic() > until:
                raise StoreError(f"{self.path}: another process has been opening the journal for 10 minutes; end it")
            sleep(0.02)

    def open_door(self) -> None:
        """Let others in."""
        with suppress(OSError):
            self._unlock(DOOR, 1)

    def _sit(self) -> None:
        seat = next((seat for seat in range(SEATS) if self._lock(KEYS + seat, 1)), None)
        if seat is None:
            raise StoreError(f"{self.path}: {SEATS} processes share this journal; wait until one of them is done")
        self._seat = seat
        self._live = self._seated()
        self._whole = self.alone and self._lock(0, KEYS)
        self._watch = threading.Thread(target=self._look_often, name="leases", daemon=True)
        self._watch.start()

    @property
    def alone(self) -> bool:
        """Whether no other process was there when last looked."""
        return len(self._live) == 1

    def leave(self) -> None:
        """One journal less; with the last one, everything is let go."""
        with _one_at_a_time:
            self.users -= 1
            if not self.users:
                del _here[self.where]
                self.end()

    def end(self) -> None:
        """Let go of everything."""
        self._ended.set()
        if self._watch is not None:
            self._watch.join()
        if self._file >= 0:
            os.close(self._file)

    # ---- asking ------------------------------------------------------------------------------------------

    def take(self, key: bytes) -> bool:
        """Whether this caller may ask for this key now; it then must `release` it.

        Raises:
            OSError: the system gives no more locks.
        """
        with self._mutex:
            if key in self._asking:
                return False
            if not self._whole and not (self._is_next(key) and self._lock(_byte(key), 1)):
                return False
            self._asking.add(key)
            return True

    def release(self, key: bytes) -> None:
        """It was asked, and its reply, if there is one, committed."""
        with self._mutex:
            self._asking.discard(key)
            if not self._whole:
                self._unlock(_byte(key), 1)

    def _is_next(self, key: bytes) -> bool:
        """Whether the key's home is here, or it was already left alone for a lull."""
        if self._live[key[0] % len(self._live)] == self._seat or key in self._offered:
            return True
        self._offered.add(key)
        return False

    # ---- looking for others ------------------------------------------------------------------------------

    def _look_often(self) -> None:
        while not self._ended.wait(BEAT_S):
            with suppress(OSError, StoreError):
                self.look()

    def look(self) -> None:
        """See who is there; share with them, or take everything when nobody is."""
        with self._mutex:
            self._live = self._seated()
            self._offered.clear()  # at worst a key is left alone for one more lull
            if self._whole and not self.alone:
                self._share()
            elif not self._whole and self.alone:
                self._whole = self._lock(0, KEYS)

    def _share(self) -> None:
        """Let go of all keys but those that are being asked."""
        self.undisturbed = self._whole = False
        start = 0
        for byte in sorted(map(_byte, self._asking)):
            self._unlock(start, byte - start)
            start = byte + 1
        self._unlock(start, KEYS - start)

    def _seated(self) -> list[int]:
        """The seats of the live ones, this one's among them."""
        if self._is_free(KEYS, self._seat) and self._is_free(KEYS + self._seat + 1, SEATS - self._seat - 1):
            return [self._seat]
        return [seat for seat in range(SEATS) if seat == self._seat or not self._is_free(KEYS + seat, 1)]

    # ---- the system's locks ------------------------------------------------------------------------------

    def _is_free(self, start: int, length: int) -> bool:
        """Whether nobody holds any of these bytes. It asks with a shared lock: two who look do not see each other."""
        free = self._lock(start, length, shared=True)
        if free:
            self._unlock(start, length)
        return free

    def _lock(self, start: int, length: int, shared: bool = False) -> bool:
        if not length:  # to the system that would mean: up to the end
            return True
        if sys.platform == "win32":
            raise OSError(errno.ENOLCK, "this system has no locks that processes can share")
        try:
            fcntl.lockf(self._file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB, length, start)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES):
                return False
            raise
        return True

    def _unlock(self, start: int, length: int) -> None:
        if length and sys.platform != "win32":
            fcntl.lockf(self._file, fcntl.LOCK_UN, length, start)


def _byte(key: bytes) -> int:
    return int.from_bytes(key[:8], "big") >> 2
