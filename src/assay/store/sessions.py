"""When a run was worked at: `sessions.jsonl` in its folder, a line when a process begins and another when it ends.

It stands beside result.json and not in it: a run that was killed and one that was not have the same result to the byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from time import time
from typing import Any

import orjson

from assay.schema import Worked
from assay.store.folder import RunFolder

NAME = "sessions.jsonl"


@contextmanager
def session(folder: RunFolder) -> Iterator[None]:
    """This process works at the run. A folder that takes no further line is no reason to lose the run."""
    began = time()
    _note(folder, {"began": began})
    try:
        yield
    finally:
        _note(folder, {"began": began, "ended": time()})


def _note(folder: RunFolder, said: Mapping[str, float]) -> None:
    with suppress(OSError), (folder.path / NAME).open("ab") as file:
        file.write(orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE))


def worked(folder: RunFolder) -> Worked | None:
    """How long the run was worked at; None where nobody wrote it down, as for replies that were imported."""
    try:
        lines = (folder.path / NAME).read_bytes().splitlines()
    except OSError:
        return None
    ends: dict[float, float | None] = {}
    for line in lines:
        said = _read(line)
        if said:
            ends[said["began"]] = said.get("ended", ends.get(said["began"]))
    ended = sorted((began, end) for began, end in ends.items() if end is not None)
    if not ended:
        return None
    until = max(end for _, end in ended)
    return Worked(until, _covered(ended), len(ends), len(ends) - len(ended))


def _read(line: bytes) -> dict[str, Any]:
    """One line; nothing where a kill cut it short."""
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) and isinstance(said.get("began"), float) else {}


def _covered(spans: list[tuple[float, float]]) -> float:
    """Seconds that lie in at least one of the spans, which are sorted by their beginning."""
    covered, reached = 0.0, float("-inf")
    for began, ended in spans:
        covered += max(0.0, ended - max(began, reached))
        reached = max(reached, ended)
    return covered
