"""Requests come one by one; weights like them in batches of like length.

Whatever waits when the worker is free is sorted by length and parted into batches, and the next is the one of the
request that has waited longest: nobody starves, and little is spent on padding.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from assay.errors import Stopped

T = TypeVar("T")
R = TypeVar("R")

WAIT_S = 0.005
"""How long a batch that is not full waits for more."""


def neighbours(lengths: Sequence[int], first: int, rows: int, tokens: int) -> list[int]:
    """Which of the waiting make the next batch, shortest first.

    All of them are parted into batches, from the longest down, so that what is left over is short; the next is the one
    with `first` in it.

    Args:
        lengths: tokens of each, in the order in which they came.
        first: one that must be among them.
        rows: of a batch, at most.
        tokens: of a batch, at most: rows times the longest of them. One that alone is longer goes alone.
    """
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    end = len(order)
    while True:
        size = min(rows, max(1, tokens // max(1, lengths[order[end - 1]])), end)
        batch = order[end - size : end]
        if first in batch:
            return batch
        end -= size


@dataclass(slots=True)
class _Waiting(Generic[T, R]):
    item: T
    length: int
    answer: asyncio.Future[R] = field(repr=False)


class Gathering(Generic[T, R]):
    """Hands what was asked for one by one to `work`, batch by batch, in a thread of its own.

    Args:
        work: a batch → one result each, in order. An exception is everybody's.
        rows: of a batch, at most.
        tokens: of a batch, at most.
        wait_s: how long a batch that is not full waits for more.
    """

    def __init__(self, work: Callable[[list[T]], Sequence[R]], rows: int, tokens: int, wait_s: float = WAIT_S) -> None:
        self._work, self._rows, self._tokens, self._wait_s = work, rows, tokens, wait_s
        self._waiting: list[_Waiting[T, R]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="assay-local")
        self._serving: asyncio.Task[None] | None = None
        self.halted = False

    async def __call__(self, item: T, length: int) -> R:
        """The result for one item of so many tokens.

        Raises:
            Stopped: the run was told to end while this waited.
        """
        if self.halted:
            raise Stopped
        loop = asyncio.get_running_loop()
        waiting: _Waiting[T, R] = _Waiting(item, length, loop.create_future())
        self._waiting.append(waiting)
        if self._serving is None or self._serving.done():
            self._serving = loop.create_task(self._serve())
        return await waiting.answer

    def halt(self) -> None:
        """Take nothing more: whoever waits gets `Stopped`, and the batch in work ends as it would have."""
        self.halted = True
        for one in self._waiting:
            if not one.answer.done():
                one.answer.set_exception(Stopped())
        self._waiting.clear()

    def at_most(self, rows: int) -> None:
        """From now on, no more rows in a batch than these."""
        self._rows = min(self._rows, max(1, rows))

    def close(self) -> None:
        """No more batches; the thread ends with the one that it is at."""
        self.halt()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _serve(self) -> None:
        while True:
            if len(self._waiting) < self._rows:
                await asyncio.sleep(self._wait_s)
            batch = self._next()
            if not batch:
                return
            await self._done(batch)

    def _next(self) -> list[_Waiting[T, R]]:
        self._waiting = [one for one in self._waiting if not one.answer.done()]  # some were called off
        if not self._waiting:
            return []
        chosen = neighbours([one.length for one in self._waiting], 0, self._rows, self._tokens)
        batch = [self._waiting[place] for place in chosen]
        taken = set(chosen)
        self._waiting = [one for place, one in enumerate(self._waiting) if place not in taken]
        return batch

    async def _done(self, batch: list[_Waiting[T, R]]) -> None:
        items = [one.item for one in batch]
        try:
            results = await asyncio.get_running_loop().run_in_executor(self._thread, self._work, items)
            for one, result in zip(batch, results, strict=True):
                if not one.answer.done():
                    one.answer.set_result(result)
        except Exception as error:
            for one in batch:
                if not one.answer.done():
                    one.answer.set_exception(error)
        except BaseException:
            for one in batch:
                one.answer.cancel()
            raise
