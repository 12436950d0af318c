"""Generated items as a JSONL file and the TOML that describes it: what `assay run --data` takes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from assay.data.generators import Generator
from assay.errors import UsageError
from assay.store.folder import unwritable
from assay.store.whole import write_whole

COLUMNS = ("prompt", "id", "lang", "gold", "options", "group")


def write_items(path: Path, generator: Generator, items: Iterable[Mapping[str, Any]], made_by: str) -> Path:
    """Write both files, each whole or not at all.

    Args:
        path: the JSONL file; the TOML gets the same name.
        generator: what the items were made by.
        items: at least one.
        made_by: the command, which the TOML says in its first line.

    Returns:
        The TOML.

    Raises:
        UsageError: a file of that name with something else in it is there.
        StoreError: it cannot be written.
    """
    lines = [orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE) for item in items]
    keys = orjson.loads(lines[0])
    toml = path.with_suffix(".toml")
    described = _described(path, generator, [column for column in COLUMNS if column in keys], made_by)
    for file, content in ((path, b"".join(lines)), (toml, described.encode())):
        write_new(file, content)
    return toml


def write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there, or says the same already.

    Raises:
        UsageError: it is there, with something else in it; or the folder of its folder is not there.
        StoreError: it cannot be written.
    """
    if not path.parent.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent.parent}: mend --out, or make it first")
    try:
        if path.exists():
            if path.read_bytes() == content:
                return
            raise UsageError(f"{path} is there already, with something else in it: give another --out, or remove it")
        path.parent.mkdir(exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise unwritable(path, error) from error


def _described(path: Path, generator: Generator, columns: Sequence[str], made_by: str) -> str:
    blocks = [
        f"# {made_by}",
        "",
        f"file = {_toml(path.name)}",
        "",
        "[task]",
        f"id = {_toml(f'generated/{generator.name}')}",
        f"survey = {_toml(generator.survey)}",
        f"temperature = {_toml(generator.temperature)}",
        "",
        "[columns]",
        *(f"{column} = {_toml(column)}" for column in columns),
        'cluster = "template"',
        "",
        "[judge]",
        *(f"{key} = {_toml(value)}" for key, value in generator.judge.items()),
    ]
    for score in generator.scores:
        blocks += ["", "[[score]]", *(f"{key} = {_toml(value)}" for key, value in score.items())]
    return "\n".join([*blocks, ""])


def _toml(value: Any) -> str:
    """A text, a number, or a list or table of such, in one line. JSON's texts and numbers are TOML's."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
