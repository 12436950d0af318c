"""Work in a thread of its own: a running event loop (a notebook's) and a program's signal handlers are left alone.

Ctrl-C reaches whoever waits. The first lets the requests in flight finish; a second one stops at once. Neither loses
what was committed, and both come out as `KeyboardInterrupt`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from assay.ending import KEPT
from assay.errors import RunStopped
from assay.run import Progress, Silent
from assay.schema import Record

T = TypeVar("T")


class Watched:
    """A display of progress, through which the waiting thread can end the work; what is said is kept as `notes`."""

    def __init__(self, shown: Progress | None = None) -> None:
        self.notes: list[str] = []
        self._shown = shown or Silent()
        self._ended = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work: asyncio.Task[object] | None = None

    def start(self, total: int) -> None:
        """So many rows are to be done; called in the thread that works."""
        self._loop, self._work = asyncio.get_running_loop(), asyncio.current_task()
        self._shown.start(total)

    def row(self, record: Record) -> None:
        """One more row is done.

        Raises:
            RunStopped: whoever waits has had enough.
        """
        self._shown.row(record)
        if self._ended:
            raise RunStopped(f"stopped by Ctrl-C. {KEPT}, to go on call the same again", 130)

    def say(self, text: str) -> None:
        """Something that whoever waits should know."""
        self.notes.append(text)
        self._shown.say(text)

    def stop(self) -> None:
        """No more rows will come."""
        self._shown.stop()

    def end(self) -> None:
        """Ask nothing more once the next row is done; for other threads."""
        self._ended = True

    def cancel(self) -> None:
        """Stop at once; for other threads."""
        if self._loop is not None and self._work is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._work.cancel)


def aside(work: Callable[[Watched], T], watched: Watched) -> T:
    """What comes of the work, or what it raises."""
    with ThreadPoolExecutor(1, "assay") as pool:
        working = pool.submit(work, watched)
        try:
            return working.result()
        except KeyboardInterrupt:
            watched.end()
            try:
                working.exception()
            except KeyboardInterrupt:
                watched.cancel()
            raise
