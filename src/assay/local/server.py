"""A vLLM server: joined where one answers, else started, waited for, and ended with the run."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from assay.errors import EndpointError, UsageError

DEFAULT_URL = "http://localhost:8000/v1"
EXECUTABLE = "vllm"

START_S = 900.0
"""How long weights may take to load."""
STOP_S = 15.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Server:
    """`vllm serve MODEL` at a URL.

    Args:
        model: as vLLM names it.
        url: base URL, `/v1` included.
        flags: names and values of further flags, such as `("tensor-parallel-size", 2)`.
        start_s: seconds that a start may take.
    """

    def __init__(
        self, model: str, url: str = DEFAULT_URL, flags: Sequence[tuple[str, object]] = (), start_s: float = START_S
    ) -> None:
        self.model, self.url, self.flags, self.start_s = model, url.rstrip("/"), flags, start_s
        self._process: subprocess.Popen[bytes] | None = None
        self._log = ""
        self._ready: asyncio.Task[None] | None = None
        self._is_up = False

    @property
    def started(self) -> bool:
        """Whether it was started here, and not joined."""
        return self._process is not None

    @property
    def is_up(self) -> bool:
        """Whether it was seen to answer."""
        return self._is_up

    async def ready(self) -> None:
        """Return once it answers.

        Raises:
            UsageError: nobody answers there, and none can be started.
            EndpointError: it was started, and ended or kept silent.
        """
        if self._ready is None:
            self._ready = asyncio.create_task(self._up())
        await asyncio.shield(self._ready)
        self._is_up = True

    async def stop(self) -> None:
        """End what was started; a server that was joined is left alone."""
        if self._ready is not None and not self._ready.done():
            self._ready.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ready
        await asyncio.to_thread(self._end)

    async def _up(self) -> None:
        if await asyncio.to_thread(self._answers):
            return
        self._start()
        until = monotonic() + self.start_s
        while not await asyncio.to_thread(self._answers):
            assert self._process is not None
            if self._process.poll() is not None:
                raise EndpointError(
                    f"`{EXECUTABLE} serve {self.model}` ended with {self._process.returncode}: {self._said()}"
                )
            if monotonic() > until:
                raise EndpointError(
                    f"`{EXECUTABLE} serve {self.model}` did not answer in {self.start_s:g} s: {self._said()}"
                )
            await asyncio.sleep(0.2)

    def _answers(self) -> bool:
        """Whether somebody is healthy there."""
        import urllib.error
        import urllib.request

        health = self.url.removesuffix("/v1") + "/health"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(health, timeout=5):
                return True
        except urllib.error.HTTPError as error:
            error.close()
            return error.code < 500  # no vLLM, or one that wants a key: a server, whose answers will say the rest
        except OSError:
            return False

    def _start(self) -> None:
        at = urlsplit(self.url)
        found = shutil.which(EXECUTABLE)
        if at.hostname not in LOOPBACK or found is None:
            raise UsageError(
                f"no server answers at {self.url}, and none can be started: "
                + (
                    "install vllm here (pip install vllm), or "
                    if at.hostname in LOOPBACK
                    else "it is another machine: "
                )
                + f"start one (vllm serve {self.model}) and say where with VLLM_BASE_URL"
            )
        words = [
            found,
            "serve",
            self.model,
            "--host",
            str(at.hostname),
            "--port",
            str(at.port or 80),
            *_words(self.flags),
        ]
        descriptor, self._log = tempfile.mkstemp(prefix="assay-vllm-", suffix=".log")
        with os.fdopen(descriptor, "wb") as log:
            # A session of its own: Ctrl-C ends the run in order, and the replies on the wire still come.
            self._process = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)
        atexit.register(self._end)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        atexit.unregister(self._end)
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_S)
                break
        Path(self._log).unlink(missing_ok=True)

    def _said(self) -> str:
        """The last lines of its log."""
        lines = Path(self._log).read_text(encoding="utf-8", errors="replace").split("\n")
        return " | ".join(line.strip() for line in lines[-6:] if line.strip())[:600] or "it said nothing"


def _words(flags: Sequence[tuple[str, object]]) -> list[str]:
    """`("tensor_parallel_size", 2)` → `--tensor-parallel-size 2`; true is a bare flag, false its negation."""
    words: list[str] = []
    for name, value in flags:
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            words += [f"--{flag}", str(value)]
    return words
