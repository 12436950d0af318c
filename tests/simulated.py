"""Hours in milliseconds: an event loop whose clock jumps to the next timer. And endpoints to be asked in it."""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar

from assay.models import Pace, limited, retrying
from assay.models.chat import Transient
from assay.schema import Model, Reply, Request, Usage, user

T = TypeVar("T")


class _Skipping(selectors.DefaultSelector):  # type: ignore[valid-type, misc]
    """Waits for nothing: what is waited for is time, and the clock is put forward instead."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        assert timeout is not None, "everybody waits, for nothing that will come"
        self.now += max(timeout, 0.0)
        return super().select(0)


class Simulated(asyncio.SelectorEventLoop):
    """An event loop in which nothing but `sleep` takes time."""

    def __init__(self) -> None:
        self.skipping = _Skipping()
        super().__init__(self.skipping)

    def time(self) -> float:
        return self.skipping.now


def now() -> float:
    """Simulated seconds."""
    return asyncio.get_running_loop().time()


def simulated(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine."""
    with asyncio.Runner(loop_factory=Simulated) as runner:
        return runner.run(work)


def pace(connections: int = 64, **given: Any) -> Pace:
    """A pace on the simulated clock. No two readings of it are the same, as of a real one."""
    readings = count()
    return Pace(connections, clock=lambda: now() + 1e-8 * next(readings), **given)


@dataclass
class Server:
    """An endpoint in a model's shape. `takes(server)` seconds later it answers, or `refuses(server)` at once."""

    takes: Callable[[Server], float] = lambda server: 0.05
    refuses: Callable[[Server], Transient | None] = lambda server: None
    tokens: int = 10
    name: str = "test/server"
    endpoint: str = "http://test/v1"
    inside: int = 0
    most: int = 0
    asked: list[float] = field(default_factory=list)
    """When."""
    answered: list[float] = field(default_factory=list)
    random: random.Random = field(default_factory=lambda: random.Random(1))

    @property
    def served(self) -> int:
        return len(self.answered)

    async def __call__(self, request: Request) -> Reply:
        self.asked.append(now())
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            failure = self.refuses(self)
            await asyncio.sleep(0.001 if failure else self.takes(self))
            if failure:
                raise failure
        finally:
            self.inside -= 1
        self.answered.append(now())
        return Reply("ok", usage=Usage(5, self.tokens))


def overload(wait_s: float | None = None) -> Transient:
    """A 429."""
    return Transient("HTTP 429: slow down", wait_s, overload=True, congested=True)


def asking(model: Model, pace: Pace) -> Model:
    """Behind limit and retry, as in a run."""
    return retrying(limited(model, pace), pace, jitter=random.Random(2).random)


async def ask(model: Model, rows: int, at_once: int) -> list[Reply]:
    """So many rows, so many at a time."""
    replies: list[Reply] = []
    numbers = iter(range(rows))

    async def worker() -> None:
        for number in numbers:
            replies.append(await model(Request(user(str(number)))))

    await asyncio.gather(*(worker() for _ in range(at_once)))
    return replies
