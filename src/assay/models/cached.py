"""Never ask for what is stored, and store a reply before it counts as done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Protocol

from assay.models.wrappers import Wrapper
from assay.schema import Model, Reply, Request


class Journal(Protocol):
    """Where replies are kept for good (`assay.store.Journal`)."""

    def key(self, model: Model, request: Request) -> bytes:
        """What identifies a reply."""
        ...

    def get(self, key: bytes) -> Reply | None:
        """The stored reply, if there is one."""
        ...

    def take(self, key: bytes) -> bool:
        """Whether this caller may ask for it now; it then must `release` it. Else: `lull`, and look again."""
        ...

    def release(self, key: bytes) -> None:
        """What was taken is asked, and its reply, if there is one, committed."""
        ...

    def lull(self) -> Awaitable[None]:
        """Wait a little for whoever asks for it, perhaps in another process."""
        ...

    def put(self, key: bytes, model: Model, request: Request, reply: Reply) -> Awaitable[None]:
        """Done once the reply is committed."""
        ...


@dataclass(slots=True)
class cached(Wrapper):
    """Never ask for what is stored; store before a reply counts as done. Failed replies are neither hit nor kept."""

    journal: Journal
    hits: int = field(default=0, init=False)
    asked: int = field(default=0, init=False)
    _flying: dict[bytes, asyncio.Future[Reply]] = field(default_factory=dict, init=False)

    async def __call__(self, request: Request) -> Reply:
        """The stored reply, the one that is on its way, or a new one."""
        key = self.journal.key(self.model, request)
        flying = self._flying.get(key)
        if flying is not None:
            self.hits += 1
            return await asyncio.shield(flying)
        stored = self.journal.get(key)
        if stored is not None:
            self.hits += 1
            return stored
        return await self._ask(key, request)

    async def _ask(self, key: bytes, request: Request) -> Reply:
        """One reply for all in this process who want the same."""
        flight = self._flying[key] = asyncio.get_running_loop().create_future()
        try:
            reply = await self._one(key, request)
            flight.set_result(reply)
            return reply
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError):
                flight.cancel()
            else:
                flight.set_exception(error)
                flight.exception()  # whoever waits gets it; nobody waiting is no news
            raise
        finally:
            del self._flying[key]

    async def _one(self, key: bytes, request: Request) -> Reply:
        """A new reply, or the one that another process was asking for meanwhile."""
        while not self.journal.take(key):
            await self.journal.lull()
            stored = self.journal.get(key)
            if stored is not None:
                self.hits += 1
                return stored
        try:
            reply = await self.model(request)
            if reply.finish != "failed":
                await self.journal.put(key, self.model, request, reply)
            self.asked += 1
            return reply
        finally:
            self.journal.release(key)
