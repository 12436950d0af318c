"""Batches that a run has with a provider: the requests of each in a JSONL file, beside it a note of how far it is.

They lie in the folder `batches` beside the journal, under a name made of the keys of the requests, until their replies
are in the journal. A note is on the disk before the step that it announces is taken, so whoever comes after a crash
knows what may have been submitted.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from assay.errors import StoreError

CHUNK = 1 << 20
LONGEST_LINE = 64 << 20
"""Bytes of a line that are read; what is longer is no reply."""

ID = re.compile(rb'\{"custom_id":"([0-9a-f]{32})"')


@dataclass(slots=True)
class Pending:
    """A batch whose replies are not in the journal yet."""

    path: Path
    """Its note, without the ending `.json`."""
    model: str
    endpoint: str
    requests: int
    file: str = ""
    """The id of the uploaded file; from here on the batch may have been submitted."""
    batch: str = ""
    """The id of the batch; from here on it was."""
    since: float = 0.0
    """When it was submitted, in seconds since 1970."""

    @property
    def note(self) -> Path:
        """Where it is noted."""
        return self.path.with_suffix(".json")

    @property
    def lines(self) -> Path:
        """Its requests."""
        return self.path.with_suffix(".jsonl")

    @property
    def size(self) -> int:
        """Bytes of its requests."""
        return self.lines.stat().st_size

    def content(self) -> Iterator[bytes]:
        """Its requests, in pieces."""
        with self.lines.open("rb") as file:
            while piece := file.read(CHUNK):
                yield piece

    def asked(self) -> Iterator[bytes]:
        """The keys of its requests.

        Raises:
            StoreError: its file is gone.
        """
        try:
            with self.lines.open("rb") as file:
                for line in file:
                    if found := ID.match(line):
                        yield bytes.fromhex(found[1].decode())
        except OSError as error:
            raise _damaged(self.note, f"its requests cannot be read: {error.strerror}") from error

    def write(self) -> None:
        """Note how far it is: done once it is on the disk."""
        noted = {name: value for name, value in asdict(self).items() if name != "path"}
        _written(self.note, orjson.dumps(noted, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))

    def forget(self) -> None:
        """Its replies are stored, or there will be none."""
        self.note.unlink(missing_ok=True)
        self.lines.unlink(missing_ok=True)
        with suppress(OSError):  # there are others
            self.path.parent.rmdir()

    @contextmanager
    def incoming(self) -> Iterator[BinaryIO]:
        """A file for answers, gone afterwards."""
        path = self.path.with_suffix(".part")
        try:
            with path.open("w+b") as file:
                yield file
        except OSError as error:
            raise _unwritable(path, error) from error
        finally:
            path.unlink(missing_ok=True)


def pending(folder: Path, model: str, endpoint: str) -> list[Pending]:
    """The batches of a model that are noted, the oldest first.

    Raises:
        StoreError: a note is not what was written.
    """
    noted = [_read(note) for note in sorted(folder.glob("*.json"))] if folder.is_dir() else []
    those = [one for one in noted if (one.model, one.endpoint) == (model, endpoint)]
    return sorted(those, key=lambda one: (one.since, one.path))


def cleaned(folder: Path) -> None:
    """Remove what a process that died was writing: none of it was submitted. Nobody else may be at it."""
    for path in (*folder.glob("*.part"), *folder.glob("*.jsonl")):
        if path.suffix == ".part" or not path.with_suffix(".json").exists():
            path.unlink(missing_ok=True)


@dataclass(slots=True)
class Writing:
    """Requests on their way into batches of a bounded size. Each batch is noted once its file is whole."""

    folder: Path
    model: str
    endpoint: str
    most: int
    """Requests."""
    most_bytes: int
    done: list[Pending] = field(default_factory=list, init=False)
    _file: BinaryIO | None = field(default=None, init=False)
    _count: int = field(default=0, init=False)
    _bytes: int = field(default=0, init=False)
    _name: blake2b = field(default_factory=lambda: blake2b(digest_size=8), init=False)

    def add(self, key: bytes, line: bytes) -> None:
        """One more request."""
        if self._count == self.most or (self._count and self._bytes + len(line) > self.most_bytes):
            self.close()
        try:
            if self._file is None:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._file = self._path.open("wb")
            self._file.write(line)
        except OSError as error:
            raise _unwritable(self._path, error) from error
        self._name.update(key)
        self._count += 1
        self._bytes += len(line)

    def close(self) -> None:
        """No more requests come, for this file at least."""
        if self._file is None:
            return
        one = Pending(self.folder / self._name.hexdigest(), self.model, self.endpoint, self._count)
        try:
            with self._file as file:
                file.flush()
                os.fsync(file.fileno())
            self._path.replace(one.lines)
        except OSError as error:
            raise _unwritable(self._path, error) from error
        one.write()
        self.done.append(one)
        self._file, self._count, self._bytes, self._name = None, 0, 0, blake2b(digest_size=8)

    def drop(self) -> None:
        """Let go of what is half written."""
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def _path(self) -> Path:
        return self.folder / "requests.part"


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file that somebody else wrote; of one that is too long to be a reply, nothing."""
    file.seek(0)
    whole = True
    while line := file.readline(LONGEST_LINE):
        ended = line.endswith(b"\n")
        if whole and (ended or len(line) < LONGEST_LINE) and line.strip():
            yield line
        whole = ended


def _read(note: Path) -> Pending:
    try:
        said: Any = orjson.loads(note.read_bytes())
        one = Pending(note.with_suffix(""), **said)
    except (OSError, ValueError, TypeError) as error:
        raise _damaged(note, str(error)) from None
    texts = (one.model, one.endpoint, one.file, one.batch)
    if not all(isinstance(text, str) for text in texts) or not isinstance(one.requests, int):
        raise _damaged(note, "it is not what assay writes")
    return one


def _damaged(note: Path, why: str) -> StoreError:
    return StoreError(
        f"{note} cannot be used ({why}): see at the provider whether its batch goes on, remove the file, and run the "
        "same command"
    )


def _written(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        with suppress(OSError):  # Windows opens no folders
            folder = os.open(path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path} cannot be written ({error.strerror or error}): mend that, and run the same command")
