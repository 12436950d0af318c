"""What a run spends, seen from both sides of the cache.

metered( cached( retrying( limited( capped( ChatCompletions ) ) ) ) )

`metered` counts every reply that the run stands on, so that a resumed run reports what an uninterrupted one would.
`capped` pays as soon as a reply is there, committed or not, so that a cap is overshot by what is in flight and no more.
A reply that passes both is paid for once: the inner one leaves a mark on the ticket that the outer one handed out.
"""

from __future__ import annotations

from collections.abc import Collection
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

from assay.errors import Stopped
from assay.models.cached import Journal
from assay.models.wrappers import Wrapper
from assay.schema import Model, Reply, Request


class Account(Protocol):
    """What one model has cost (`assay.budget.Account`)."""

    def check(self) -> None:
        """Raises `Stopped` where nothing more may be asked."""
        ...

    def pay(self, request: Request, reply: Reply) -> None:
        """A reply was asked for."""
        ...

    def count(self, request: Request, reply: Reply, paid: bool, elsewhere: Collection[str]) -> None:
        """The run stands on this reply; `paid`: it was asked for just now."""
        ...


class Budget(Protocol):
    """What all models of a run may cost together (`assay.budget.Budget`)."""

    def account(self, model: Model) -> Account:
        """The account of a model."""
        ...


@dataclass(slots=True)
class Ticket:
    """Goes with one request from `metered` to `capped`, and may cross into a task of its own on the way."""

    paid: bool = False


_TICKET: ContextVar[Ticket | None] = ContextVar("ticket", default=None)


@dataclass(slots=True)
class metered(Wrapper):
    """Counts the usage of every reply, stored or asked for; outside the cache."""

    budget: Budget
    elsewhere: Collection[str] = ()
    """Tasks whose requests to this model are another task's too, and are counted there."""
    _account: Account = field(init=False)

    def __post_init__(self) -> None:
        self._account = self.budget.account(self.model)

    async def __call__(self, request: Request) -> Reply:
        """The model's reply."""
        ticket = Ticket()
        _TICKET.set(ticket)
        reply = await self.model(request)
        self._account.count(request, reply, ticket.paid, self.elsewhere)
        return reply


@dataclass(slots=True)
class capped(Wrapper):
    """Asks nothing more once the budget is spent; next to the endpoint, inside the limit."""

    budget: Budget
    _account: Account = field(init=False)

    def __post_init__(self) -> None:
        self._account = self.budget.account(self.model)

    async def __call__(self, request: Request) -> Reply:
        """The model's reply.

        Raises:
            Stopped: the budget is spent.
        """
        self._account.check()
        reply = await self.model(request)
        self._account.pay(request, reply)
        ticket = _TICKET.get()
        if ticket is not None:
            ticket.paid = True
        return reply


@dataclass(slots=True)
class remembered(Wrapper):
    """What is stored, and no more: nothing is asked or waited for. So a run with a cap counts what it has already."""

    journal: Journal

    async def __call__(self, request: Request) -> Reply:
        """The stored reply.

        Raises:
            Stopped: there is none.
        """
        reply = self.journal.get(self.journal.key(self.model, request))
        if reply is None:
            raise Stopped("only what is stored was wanted")
        return reply
