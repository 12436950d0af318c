"""The records of a CSV or JSONL file of one's own, one at a time, each with the line where it begins."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Any

import orjson

from assay.errors import DataError

DELIMITERS = ",;\t"
UTF8, UTF16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")

Numbered = tuple[int, dict[str, Any]]
"""The number of a line, from 1, and the record that begins there."""


def records(path: Path) -> Iterator[Numbered]:
    """Every record of a file, streamed.

    Raises:
        DataError: it cannot be read, is not UTF-8, or is not the CSV or JSONL that its name says; file and line are
            named, and what to do.
    """
    try:
        with path.open("rb") as file:
            yield from _csv(path, file) if path.suffix.lower() == ".csv" else _jsonl(path, file)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}. Give a file that can be read") from error


def fault(path: Path, line: int, what: str) -> DataError:
    """An error that names file and line."""
    return DataError(f"{path}, line {line}: {what}")


def _text(path: Path, file: IO[bytes]) -> Iterator[str]:
    """The lines with their ends. They are decoded one by one, so that a wrong byte's line is known."""
    for number, line in enumerate(file, 1):
        if number == 1 and line.startswith(UTF16):
            raise fault(path, 1, 'this is UTF-16; save it as UTF-8 (in a spreadsheet: "CSV UTF-8")')
        try:
            yield (line.removeprefix(UTF8) if number == 1 else line).decode()
        except UnicodeDecodeError as error:
            byte = line[error.start] if number > 1 else line.removeprefix(UTF8)[error.start]
            raise fault(
                path, number, f'byte 0x{byte:02x} is not UTF-8; save the file as UTF-8 (in a spreadsheet: "CSV UTF-8")'
            ) from error


def _csv(path: Path, file: IO[bytes]) -> Iterator[Numbered]:
    lines = _text(path, file)
    first = next(lines, "")
    rows = csv.reader(chain([first], lines), delimiter=max(DELIMITERS, key=first.count), strict=True)
    heading: list[str] = []
    begins = 1
    try:
        for cells in rows:
            if any(cell.strip() for cell in cells):
                if not heading:
                    heading = _heading(path, cells)
                else:
                    yield begins, _record(path, begins, heading, cells)
            begins = rows.line_num + 1
    except csv.Error as error:
        said = str(error)
        why = (
            f"a cell has more than {csv.field_size_limit():,} characters: its quote is never closed, or the text "
            "belongs into a .jsonl file"
            if "field limit" in said
            else f"the quotes do not match ({said}); a text with commas, quotes or line breaks stands in double "
            'quotes, and a quote in it is written twice ("")'
        )
        raise fault(path, begins, why) from error


def _heading(path: Path, cells: Sequence[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    twice = next((name for at, name in enumerate(names) if name and name in names[:at]), None)
    if twice is not None:
        raise fault(path, 1, f"two columns are called {twice!r}; rename one of them")
    return names


def _record(path: Path, line: int, heading: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    if len(cells) < len(heading) or any(cell.strip() for cell in cells[len(heading) :]):
        raise fault(
            path,
            line,
            f"{len(cells)} cells, but {len(heading)} columns in the first line; a text with commas or line breaks "
            "stands in double quotes",
        )
    return {name: cell for name, cell in zip(heading, cells, strict=False) if name}


def _jsonl(path: Path, file: IO[bytes]) -> Iterator[Numbered]:
    for number, line in enumerate(_text(path, file), 1):
        if not line.strip():
            continue
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise fault(path, number, f"not JSON ({error}); a .jsonl file has one whole JSON object a line") from error
        if not isinstance(record, dict):
            raise fault(path, number, 'not a JSON object; every line is one, such as {"id": "a", "prompt": "…"}')
        yield number, record
