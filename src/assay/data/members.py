"""The files of a source in the published layout, in a folder or a zip: whether one is there, and how it is opened."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from assay.errors import DataError

Opener = Callable[[], AbstractContextManager[IO[bytes]]]
"""Opens one file, to be read from its beginning. What fails while it is open is a DataError."""


class Absent(DataError):
    """The file is not in the folder or archive."""


def in_folder(where: Path, file: str) -> Opener:
    """How a file of a folder is opened.

    Raises:
        Absent: it is not there.
    """
    path = where / file
    if not path.is_file():
        raise Absent(f"{path} is missing; the folder must follow the published layout <section>/<file>.json")
    return partial(_opened, path)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}. Give a file that can be read") from error


def in_zip(where: Path, fix: str, file: str) -> Opener:
    """How a file of an archive is opened; `fix` says what to do where it cannot be.

    The official archive keeps its sections under `dataset/`; a recorded run keeps them at the top.

    Raises:
        Absent: it is not there.
        DataError: the archive cannot be read.
    """
    with _unzipping(where, fix), zipfile.ZipFile(where) as opened:
        names = opened.namelist()
    member = next((name for name in (file, f"dataset/{file}") if name in names), None)
    if member is None:
        raise Absent(f"{where.name} has no {file}. {fix}")
    return partial(_unzipped, where, fix, member)


@contextmanager
def _unzipped(where: Path, fix: str, member: str) -> Iterator[IO[bytes]]:
    with _unzipping(where, fix), zipfile.ZipFile(where) as opened, opened.open(member) as stream:
        yield stream


@contextmanager
def _unzipping(where: Path, fix: str) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DataError(f"{where.name} is truncated or not a zip ({error}). {fix}") from error
    except (OSError, RuntimeError) as error:  # it is encrypted, or packed in a way that is not known here
        raise DataError(f"cannot read {where}: {getattr(error, 'strerror', None) or error}. {fix}") from error
