"""The write-ahead log that a killed process leaves: its frames, and whether SQLite can read all that was committed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from struct import Struct
from typing import Any, BinaryIO, NamedTuple

PAGE = 4096
"""SQLite's own page size, and the one that journals are made with."""

_HEAD, _FRAME_HEAD = 32, 24
_FRAME_LENGTH = _FRAME_HEAD + PAGE
_BLOCK = 500
_SUMS = Struct(">II")
_INDEX = Struct("=16xI12x8s56xI")
"""Of the log's index, which outlives a killed process: frames committed, salt, frames worked into the database."""
_FRAME = Struct(">II8s8x")
"""Page number, pages in the database if this frame commits (else 0), salt, checksum."""


class Frame(NamedTuple):
    """One page in the log."""

    at: int
    """Where the page begins."""
    number: int
    """The page's number in the database."""
    ends: int
    """Pages in the database, where this frame ends a transaction; else 0."""
    salt: bytes
    """Which beginning of the log it belongs to."""


def only_log(path: Path) -> bool:
    """Whether there is a log and nothing that it belongs to."""
    return not size_of(path) and size_of(beside(path, "-wal")) >= _HEAD + _FRAME_LENGTH


def is_whole(path: Path) -> bool:
    """Whether SQLite can read all of the log that was committed. It stops where a checksum is wrong, and says nothing.

    Takes 10 µs a frame of a log that a killed process left; where the last one was closed, there is none.
    """
    log, index = beside(path, "-wal"), beside(path, "-shm")
    indexed = index.read_bytes()[:100].ljust(100, b"\0") if index.exists() else bytes(100)
    committed, salt, worked_in = _INDEX.unpack(indexed)
    if size_of(log) < _HEAD:
        return bool(worked_in >= committed)
    with log.open("rb", buffering=0) as file:
        now = read_at(file, 16, 8)
        promised = max(_promised(list(frames_of(file)), now), committed if salt == now else 0)
        return _readable(file) >= promised


def frames_of(log: BinaryIO) -> Iterator[Frame]:
    """Every whole frame, as it says it is."""
    for at in range(_HEAD, log.seek(0, 2) - _FRAME_LENGTH + 1, _FRAME_LENGTH):
        number, ends, salt = _FRAME.unpack(read_at(log, at, _FRAME_HEAD).ljust(_FRAME_HEAD, b"\0"))
        yield Frame(at + _FRAME_HEAD, number, ends, salt)


def _promised(frames: Sequence[Frame], now: bytes) -> int:
    """The last frame that ends a transaction since the log last began anew; more than any where one is strange."""
    if frames and frames[0].salt != now and _age(frames[0].salt, now) != 1:  # the header itself is damaged
        now = frames[0].salt
    if any(frame.salt != now and not 0 < _age(frame.salt, now) < 1 << 20 for frame in frames):
        return len(frames) + 1
    ending = (number for number, frame in enumerate(frames, 1) if frame.salt == now and frame.ends)
    return max(ending, default=0)


def _age(salt: bytes, now: bytes) -> int:
    """How often the log began anew since a frame was written: its first salt counts that."""
    return (int.from_bytes(now[:4], "big") - int.from_bytes(salt[:4], "big")) & 0xFFFFFFFF


def _readable(log: BinaryIO) -> int:
    """The last frame that ends a transaction and has, with all before it, the checksum that it should have."""
    head = read_at(log, 0, _HEAD)
    last = 0
    for number, (frame, (one, two)) in enumerate(_summed(log, head), 0):
        if frame[8:] != head[16:24] + _SUMS.pack(one, two):
            break
        last = number if any(frame[4:8]) else last
    return last


def _summed(log: BinaryIO, head: bytes) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """The head of each frame, and the checksum that should stand in it; before them, the log's own.

    SQLite (https://sqlite.org/fileformat2.html#checksum_algorithm) adds words in pairs, one += a + two and two += b +
    one, and goes on from frame to frame. All of that is linear, modulo 2**32: what a frame adds is its words times
    fixed factors, which numpy does for many frames at once.
    """
    import numpy as np

    words = ">u4" if head[3] & 1 else "<u4"
    sums = np.frombuffer(head, words, 6).astype(np.uint32) @ _factors(3)[0]
    one, two = sums.tolist()
    yield bytes(8) + head[16:], (one, two)
    factors, ((a, b), (_, c)) = _factors((PAGE + 8) // 8)
    for start in range(_HEAD, log.seek(0, 2), _BLOCK * _FRAME_LENGTH):
        block = read_at(log, start, _BLOCK * _FRAME_LENGTH)
        whole = np.frombuffer(block, np.uint8, len(block) // _FRAME_LENGTH * _FRAME_LENGTH).reshape(-1, _FRAME_LENGTH)
        added = np.delete(whole, slice(8, _FRAME_HEAD), axis=1).view(words).astype(np.uint32) @ factors
        for at, (plus_one, plus_two) in enumerate(added.tolist()):
            one, two = (a * one + b * two + plus_one) & 0xFFFFFFFF, (b * one + c * two + plus_two) & 0xFFFFFFFF
            yield block[at * _FRAME_LENGTH : at * _FRAME_LENGTH + _FRAME_HEAD], (one, two)


def _factors(pairs: int) -> tuple[Any, Any]:
    """How much each of so many pairs of words adds to the two sums; and how much the sums before them do."""
    import numpy as np

    carry, step = np.eye(2, dtype=np.uint32), np.array([[1, 1], [1, 2]], np.uint32)
    rows = []
    for _ in range(pairs):
        rows += [carry[1], carry[0] + carry[1]]
        carry = step @ carry
    return np.array(rows[::-1]), carry.tolist()


# ---- files ----------------------------------------------------------------------------------------------


def read_at(file: BinaryIO, at: int, length: int) -> bytes:
    """Up to so many bytes; none where the disk cannot read them."""
    with suppress(OSError):
        file.seek(at)
        return file.read(length)
    return b""


def beside(path: Path, ending: str) -> Path:
    """The file whose name goes on with `ending`."""
    return path.with_name(path.name + ending)


def size_of(path: Path) -> int:
    """Bytes; 0 where there is no file."""
    return path.stat().st_size if path.exists() else 0
