"""A worker's end of a spread model, on whatever machine it is: it opens the model by its string, and asks it.

A call over the cluster costs more than a request to an endpoint. So requests come in bundles, as many as there are, and
answers are fetched in bundles; each is asked and answered for itself. All that it says is a value, errors too: what
crosses the cluster is what was meant, with no traceback behind it.
"""

from __future__ import annotations

import asyncio
import os

from assay import __version__
from assay.errors import AssayError, EndpointError, Stopped, UsageError
from assay.local import Locals
from assay.models import Connections, pace_of
from assay.models.chat import ChatCompletions
from assay.models.crew import Answered, Opening
from assay.models.failures import Transient
from assay.models.pace import Pace
from assay.models.plugged import Plugged
from assay.schema import Model, Request


class Noting(Pace):
    """Holds nobody, since the driver does; it remembers for how long the endpoint wants nobody."""

    told_s = 0.0

    def pause(self, seconds: float) -> None:
        """To be told to the driver."""
        self.told_s = max(self.told_s, seconds)

    def taken(self) -> float:
        """What there is to tell, once."""
        told, self.told_s = self.told_s, 0.0
        return told


class Opened(Connections):
    """Connections whose pace is kept elsewhere."""

    __slots__ = ()

    def _new_pace(self) -> Pace:
        return Noting()


class Asker:
    """One worker."""

    def __init__(self) -> None:
        self._connections = Opened()
        self._model: Model | None = None
        self._noting: Noting | None = None
        self._asking: set[asyncio.Task[None]] = set()
        self._done: list[tuple[int, Answered]] = []
        self._news = asyncio.Event()

    async def open(self, opening: Opening) -> AssayError | None:
        """Open the model; what stands in the way, if anything."""
        if opening.version != __version__:
            return UsageError(f"this machine has assay {__version__}, and the driver {opening.version}")
        os.environ.update(opening.environment)
        self._connections = Opened(**opening.settings, local=Locals(opening.options))
        try:
            model = self._connections.model(opening.name)
            there = model.endpoint
        except AssayError as error:
            return error
        if there != opening.endpoint:
            return UsageError(f"{opening.name} is {there} on this machine, and {opening.endpoint} on the driver's")
        if isinstance(model, ChatCompletions | Plugged):
            pace = pace_of(model)
            self._noting = pace if isinstance(pace, Noting) else None
        self._model = model
        return None

    async def ask(self, request: Request) -> Answered:
        """The reply, or what the model raised."""
        if self._model is None:
            return Answered(EndpointError("the worker has opened no model"))
        try:
            reply = await self._model(request)
        except (AssayError, Stopped, Transient) as error:
            return Answered(error.with_traceback(None), self._told())
        return Answered(reply, self._told())

    async def give(self, bundle: list[tuple[int, Request]]) -> None:
        """Begin to ask these; each has a number, under which its answer will be."""
        for number, request in bundle:
            task = asyncio.get_running_loop().create_task(self._answer(number, request))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _answer(self, number: int, request: Request) -> None:
        try:
            answered = await self.ask(request)
        except Exception as error:  # nobody else waits for this task
            answered = Answered(UsageError(f"the worker failed ({type(error).__name__}: {str(error)[:300]})"))
        self._done.append((number, answered))
        self._news.set()

    async def take(self) -> list[tuple[int, Answered]]:
        """All answers that were not fetched yet; waits for one."""
        await self._news.wait()
        self._news.clear()
        done, self._done = self._done, []
        return done

    def _told(self) -> float:
        return self._noting.taken() if self._noting is not None else 0.0

    async def halt(self) -> None:
        """Begin nothing more."""
        self._connections.halt()
