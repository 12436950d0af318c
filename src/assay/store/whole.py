"""Files that are written whole or not at all: beside their name, and renamed when they are done."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from itertools import count
from pathlib import Path

_PARTS = count()


def write_whole(file: Path, content: bytes) -> None:
    """Write a file, and its folder where that is missing.

    The part has a name of its own: another process may write the same file. What a killed one left goes.

    Raises:
        OSError: it cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    for left in file.parent.glob(f".{file.name}.*.part"):
        if _left_by_the_dead(left):
            with suppress(OSError):
                left.unlink()
    part = file.with_name(f".{file.name}.{os.getpid()}-{next(_PARTS)}.part")
    try:
        part.write_bytes(content)
        part.replace(file)
    finally:
        with suppress(OSError):
            part.unlink()


def _left_by_the_dead(part: Path) -> bool:
    """Whether the process that wrote the part is gone; on Windows nobody is asked, since asking would end it."""
    process = part.name.split(".")[-2].partition("-")[0]
    if sys.platform == "win32" or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
