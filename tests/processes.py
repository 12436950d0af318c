"""`assay` as processes of its own, to be interrupted and killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

COMMAND = [sys.executable, "-c", "from assay.cli import main; main()"]
PATIENCE_S = 60.0


def started(*words: object, cwd: Path | None = None) -> subprocess.Popen[str]:
    """The command, under way."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    return subprocess.Popen(
        [*COMMAND, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, cwd=cwd
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its exit code and what it said on stderr."""
    _, said = process.communicate(timeout=PATIENCE_S)
    return process.returncode, said


def until(true: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    """Wait for it; a process that ended meanwhile is waited for no longer."""
    end = time.monotonic() + PATIENCE_S
    while not true() and (process is None or process.poll() is None):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.001)
