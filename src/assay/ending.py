"""Ending a run before its rows do: Ctrl-C, SIGTERM, a budget, an error. What is on the wire still comes in and is kept.

The first signal lets the requests in flight finish; a second one stops at once. Neither loses what was committed.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from assay.errors import AssayError, RunStopped, Stopped

T = TypeVar("T")

GRACE_S = 20.0
"""After an error, replies that are on their way get so long to come in. After Ctrl-C they get what they need."""

KEPT = "Every reply so far is kept"

SIGNALS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


class Ending:
    """Whether the run is to end early, and why. The first reason counts."""

    def __init__(self, halt: Callable[[], None]) -> None:
        self.reason: AssayError | None = None
        self._halt = halt

    def __call__(self, reason: AssayError) -> None:
        """Ask nothing more; whoever waits to ask gets `Stopped`."""
        if self.reason is None:
            self.reason = reason
            self._halt()


async def in_flight(work: Callable[[T], Awaitable[None]], todo: Iterable[T], at_once: int, ending: Ending) -> None:
    """Do `work` on everything, so many at a time; after the first error or once told to end, only what was begun.

    Raises:
        AssayError: why it ended early.
    """
    queue = iter(todo)
    running = asyncio.current_task()
    assert running is not None

    async def worker() -> None:
        try:
            for item in queue:
                if ending.reason is not None:
                    return
                await work(item)
        except Stopped:
            return
        except AssayError as error:
            if ending.reason is None:
                asyncio.get_running_loop().call_later(GRACE_S, running.cancel)
            ending(error)

    try:
        async with asyncio.TaskGroup() as workers:
            for _ in range(at_once):
                workers.create_task(worker())
    except asyncio.CancelledError:
        if ending.reason is None:
            raise
        running.uncancel()
    if ending.reason is not None:
        raise ending.reason


@contextmanager
def ended_by_signals(ending: Ending, say: Callable[[str], None]) -> Iterator[None]:
    """While this lasts, Ctrl-C and SIGTERM end the run. Windows, and threads, have no such handlers."""
    loop, running = asyncio.get_running_loop(), asyncio.current_task()
    assert running is not None

    def told(number: signal.Signals) -> None:
        if isinstance(ending.reason, RunStopped):
            running.cancel()
            return
        say(f"{SIGNALS[number]}: waiting for the replies in flight; once more stops at once")
        ending(RunStopped(f"stopped by {SIGNALS[number]}. {KEPT}, to go on run the same command", 128 + number))

    try:
        for number in SIGNALS:
            loop.add_signal_handler(number, told, number)
    except (NotImplementedError, RuntimeError, ValueError):
        yield
        return
    try:
        yield
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


def driven(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine, on uvloop where there is one: it saves a fifth of the CPU that a reply costs."""
    try:
        from uvloop import new_event_loop
    except ImportError:  # Windows
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)
