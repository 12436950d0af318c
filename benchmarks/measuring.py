"""A process measured from outside, and the endpoint that it asks. Standard library only.

This process stays small: a child's peak memory, as Linux counts it, is never less than its parent's was.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from seen import Seen

HERE = Path(__file__).resolve().parent
LONGEST_S = 1800.0
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """What a whole process cost, from its start to its end."""

    wall_s: float
    cpu_s: float
    """User and system, of the process and of every child that it waited for."""
    peak_mib: float
    """Largest resident memory of the process, or of one such child."""
    began_s: float
    """When it was started, on the machine's monotonic clock."""


class Failed(Exception):
    """A measured command did not end well; the message has the end of what it printed."""


def cost(command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None, longest_s: float = LONGEST_S) -> Cost:
    """Run a command to its end.

    Raises:
        Failed: it ended with another code than 0, or not in time.
    """
    with tempfile.TemporaryFile() as printed:
        began = time.monotonic()
        process = started(command, cwd, env, printed.fileno())
        watchdog = threading.Timer(longest_s, process.kill)
        watchdog.start()
        try:
            _, status, used = os.wait4(process.pid, 0)
        finally:
            watchdog.cancel()
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            printed.seek(0)
            end = printed.read().decode("utf-8", "replace")[-2000:]
            raise Failed(f"{' '.join(command)}\nended with {process.returncode}: {end}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * MAXRSS_UNIT / 2**20, began)


def started(
    command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None, printed: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """A command that runs, with nothing to read."""
    return subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=printed,
        stderr=printed,
    )


@dataclass(frozen=True, slots=True)
class Serving:
    """The local endpoint of one measurement."""

    port: int

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    def seen(self) -> Seen:
        """What it was asked so far."""
        with urlopen(f"http://127.0.0.1:{self.port}/seen", timeout=30) as answer:
            return Seen(**json.load(answer))


@contextmanager
def serving(latency_ms: float, *words: str) -> Iterator[Serving]:
    """The endpoint, with more of its words, in a process of its own until the block ends."""
    command = (sys.executable, str(HERE / "endpoint.py"), str(latency_ms), *words)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            yield Serving(int(process.stdout.readline()))
        finally:
            process.terminate()


def assay() -> str:
    """The command of the environment that this runs in."""
    return str(Path(sys.executable).with_name("assay"))
