"""What every model gets, one wrapper a wish: each has a model's shape and knows only the model inside it.

cached( retrying( limited( ChatCompletions ) ) )

`retrying` is outside `limited`, so that nobody sleeps while holding a connection.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from assay.errors import EndpointError
from assay.models.failures import Transient
from assay.models.pace import LONGEST_WAIT_S, Pace
from assay.schema import Model, Reply, Request

TRIES = 6
"""Tries that may fail before a reply counts as failed."""

BOUNCES = 30
"""Times a request may be turned away by a busy endpoint: these cost nothing, and a healthy one ends them some time."""

LONGEST_BACKOFF_S = 8.0
"""Where the server does not say how long to wait. How often it is asked at all is the pace's business."""


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

    pace: Pace
    tries: int = TRIES
    bounces: int = BOUNCES
    jitter: Callable[[], float] = random.random

    async def __call__(self, request: Request) -> Reply:
        """The first reply that comes.

        Raises:
            Stopped: the run was told to end while this waited for another try.
        """
        failures = bounces = 0
        while True:
            try:
                return await self.model(request)
            except Transient as caught:
                failure = caught.with_traceback(None)  # which holds this very frame
            if failure.overload:
                bounces += 1
            else:
                failures += 1
            if failures == self.tries or bounces == self.bounces:
                return Reply("", "failed", error=f"{failures + bounces} tries: {failure.reason}")
            earlier = (bounces if failure.overload else failures) - 1
            await self.pace.sleep(pause(earlier, failure.wait_s, self.jitter()))


def pause(earlier: int, asked: float | None, jitter: float) -> float:
    """Seconds to wait before the next try: what the server asks for, or full jitter over 0.5 s, 1 s, 2 s, 4 s, 8 s."""
    if asked is not None:
        return min(asked, LONGEST_WAIT_S) + 0.1 * jitter
    return float(min(LONGEST_BACKOFF_S, 0.5 * 2**earlier) * jitter)


@dataclass(slots=True)
class limited(Wrapper):
    """Asks at the pace of the endpoint, and not at all after it has refused one for good."""

    pace: Pace

    async def __call__(self, request: Request) -> Reply:
        """Answer when it is this request's turn.

        Raises:
            Transient: this try failed.
            EndpointError: the endpoint would refuse every request, or is down.
            Stopped: the run was told to end while this waited for its turn.
        """
        pace = self.pace
        cost = 0.0 if pace.enter() else await pace.turn(request)
        sent = pace.clock()
        try:
            reply = await self.model(request)
            pace.answered(reply, sent, cost, self.model.endpoint)
            return reply
        except Transient as failure:
            pace.failed(failure, sent, self.model.endpoint)
            raise
        except EndpointError as error:
            pace.refuse(error)
            raise
        finally:
            pace.leave()
