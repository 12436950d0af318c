"""The two files of one's own data: which TOML belongs to which CSV or JSONL."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assay.data.own.lines import records
from assay.errors import DataError, UsageError

FILES = (".csv", ".jsonl")
LEAST = '[columns] prompt = "COLUMN", [judge] kind = "refusal"'
GUIDE = "docs/own-data.md shows all"


def pair(data: str) -> tuple[Path, Path]:
    """The TOML and the file that belong to `--data`.

    Raises:
        DataError: one of them is not there.
        UsageError: they do not name each other.
    """
    given = Path(data)
    toml = given.with_suffix(".toml")
    if given.suffix.lower() == ".toml":
        if not given.is_file():
            raise DataError(f"{given} does not exist (here: {Path.cwd()}); give the TOML that describes your data")
        return given, _file_of(given, read_toml(given))
    if not given.is_file():
        raise DataError(f"{given} does not exist (here: {Path.cwd()}); give a .csv or .jsonl file, or its .toml")
    if not toml.is_file():
        found = ", ".join(next(records(given), (0, {}))[1])
        raise UsageError(
            f"{given} has no {toml.name} beside it, which says what to ask and how to judge. The least: {LEAST}. "
            f"Its columns are: {found}. {GUIDE}"
        )
    named = _file_of(toml, read_toml(toml), given)
    if not named.exists() or not named.samefile(given):
        raise UsageError(f"{toml}: file = {str(named.name)!r} is another one than {given}; give --data {toml}")
    return toml, given


def _file_of(toml: Path, content: Mapping[str, Any], default: Path | None = None) -> Path:
    named = content.get("file")
    if named is not None and not isinstance(named, str):
        raise UsageError(f"{toml}: file is a text, not {named!r}")
    if named:
        file = toml.parent / named
    elif default is not None:
        file = default
    else:
        beside = [toml.with_suffix(suffix) for suffix in FILES]
        file = next((one for one in beside if one.is_file()), beside[0])
    if file.suffix.lower() not in FILES:
        raise UsageError(f"{toml}: file = {named!r} is neither .csv nor .jsonl")
    if not file.is_file():
        raise DataError(f"{file} does not exist; {toml} describes it. Bring it back, or name another: file = …")
    return file


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file.

    Raises:
        DataError, UsageError: it cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f'{path} is no TOML: {error}. Texts stand in quotes: prompt = "question"') from error
