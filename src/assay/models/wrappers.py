"""What every model gets, one wrapper a wish: each has a model's shape and knows only the model inside it.

cached( limited( retrying( ChatCompletions ) ) )
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from time import time

from assay.errors import EndpointError
from assay.models.chat import Transient
from assay.schema import Model, Reply, Request

TRIES = 6
LONGEST_WAIT_S = 60.0
DOWN_AFTER = 50
"""Replies that may fail one after the other before the endpoint counts as down."""


@dataclass(slots=True)
class Wrapper:
    """A model around a model: it answers to the inner one's name."""

    model: Model

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    @property
    def endpoint(self) -> str:
        """The model's endpoint."""
        return self.model.endpoint


@dataclass(slots=True)
class retrying(Wrapper):
    """Ask again after a transient failure, with full jitter; after the last try, a `failed` reply."""

    tries: int = TRIES
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random
    failures: int = field(default=0, init=False)

    async def __call__(self, request: Request) -> Reply:
        """The first reply that comes.

        Raises:
            EndpointError: so many replies in a row failed that the endpoint must be down.
        """
        for attempt in range(self.tries):
            try:
                reply = await self.model(request)
            except Transient as failure:
                reason = failure.reason
                if attempt + 1 < self.tries:
                    await self.sleep(pause(attempt, failure.retry_after, self.jitter()))
            else:
                self.failures = self.failures + 1 if reply.finish == "failed" else 0
                self._stop_when_down(reply.error)
                return reply
        self.failures += 1
        self._stop_when_down(reason)
        return Reply("", "failed", error=f"{self.tries} tries: {reason}")

    def _stop_when_down(self, reason: str) -> None:
        if self.failures >= DOWN_AFTER:
            raise EndpointError(
                f"{self.endpoint} failed {self.failures} requests in a row ({reason}). Everything so far is kept: "
                "when it is up again, run the same command"
            )


def pause(attempt: int, retry_after: str, jitter: float) -> float:
    """Seconds to wait before the next try: what the server asks for, or full jitter over 0.5 s, 1 s, 2 s, 4 s."""
    asked = _seconds(retry_after)
    if asked is not None:
        return min(asked, LONGEST_WAIT_S) + 0.1 * jitter
    return float(min(LONGEST_WAIT_S, 0.5 * 2**attempt) * jitter)


def _seconds(retry_after: str) -> float | None:
    """`Retry-After` in seconds or as a date; None where there is none that can be read."""
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time())
    except (TypeError, ValueError):
        return None


@dataclass(slots=True)
class limited(Wrapper):
    """At most so many requests in flight; none after the endpoint has refused one for good."""

    connections: int
    _gate: asyncio.Semaphore = field(init=False)
    _refused: EndpointError | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._gate = asyncio.Semaphore(self.connections)

    async def __call__(self, request: Request) -> Reply:
        """Answer when there is room.

        Raises:
            EndpointError: the endpoint would refuse every request.
        """
        async with self._gate:
            if self._refused is not None:  # whoever waited here need not be refused too
                raise self._refused
            try:
                return await self.model(request)
            except EndpointError as error:
                self._refused = error
                raise
