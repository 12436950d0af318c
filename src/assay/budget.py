"""What a run has spent, by task and by model, and what it may spend.

The count is of every reply that the run stands on, whether it was asked for now or found stored: a resumed run reports
what an uninterrupted one would, and a cap is the whole run's. Tokens are those that the endpoint reports; where it
reports none they are estimated, and it is said of how many replies.

Stored replies come up in the order of the rows, and some of them late. A run with a cap therefore goes through them
once before it asks anything (`remembered` models, then `stock_taken`): what it may spend is known from the start.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from assay.errors import Stopped, UsageError
from assay.models.prices import Price, Prices, unpriced
from assay.models.tokens import chat_tokens, text_tokens
from assay.schema import Model, Reply, Request, Task

TASK: ContextVar[str] = ContextVar("task", default="")
"""The id of the task whose row is on its trip. The trip sets it; all that it asks, judges' questions too, counts there.
"""


@dataclass(slots=True)
class Spent:
    """Requests and tokens so far."""

    requests: int = 0
    prompt: int = 0
    completion: int = 0
    estimated: int = 0
    """Of so many requests the tokens are an estimate."""

    def add(self, prompt: int, completion: int, estimated: int, requests: int = 1) -> None:
        """So much more."""
        self.requests += requests
        self.prompt += prompt
        self.completion += completion
        self.estimated += estimated


@dataclass(slots=True)
class Purse:
    """USD and tokens that are gone."""

    cost: float = 0.0
    tokens: int = 0

    def pay(self, cost: float, tokens: int) -> None:
        """So much more."""
        self.cost += cost
        self.tokens += tokens


class Budget:
    """Shared by all models of a run. `on_reached` is told once, with the reason, when a cap first refuses a request."""

    def __init__(self, prices: Prices, max_cost: float | None = None, max_tokens: int | None = None) -> None:
        self.max_cost, self.max_tokens = max_cost, max_tokens
        self.met = Purse()
        """What was paid for here, and what was found stored so far."""
        self.known = Purse()
        """What was paid for here, and what was found when stock was taken."""
        self.on_reached: Callable[[str], None] = lambda why: None
        self.prices = prices
        self._accounts: dict[tuple[str, str], Account] = {}
        self._refused = ""

    def account(self, model: Model) -> Account:
        """The account of a model; see `account_of`."""
        return self.account_of(model.name, model.endpoint)

    def account_of(self, name: str, endpoint: str) -> Account:
        """One account for each name and endpoint.

        Raises:
            UsageError: there is a cost cap and no price for the model.
        """
        place = (name, endpoint)
        if place not in self._accounts:
            price = self.prices.of(*place)
            if price is None and self.max_cost is not None:
                raise UsageError(f"--max-cost cannot hold: {unpriced(*place)}")
            self._accounts[place] = Account(self, *place, price)
        return self._accounts[place]

    def stock_taken(self) -> None:
        """All that is stored was gone through and counted: it is part of what is spent, and will be counted anew."""
        self.met, self.known = Purse(), self.met
        for account in self._accounts.values():
            account.by_task.clear()

    @property
    def cost(self) -> float:
        """USD so far, where prices are known."""
        return max(self.met.cost, self.known.cost)

    @property
    def tokens(self) -> int:
        """Prompt and completion tokens so far."""
        return max(self.met.tokens, self.known.tokens)

    @property
    def capped(self) -> bool:
        """Whether there is a cap at all."""
        return self.max_cost is not None or self.max_tokens is not None

    @property
    def spent(self) -> bool:
        """Whether a cap is reached."""
        return (self.max_cost is not None and self.cost >= self.max_cost) or (
            self.max_tokens is not None and self.tokens >= self.max_tokens
        )

    def refuse(self) -> None:
        """Tell that a cap is reached: `on_reached` once, and whoever wanted to ask each time.

        Raises:
            Stopped: always.
        """
        if not self._refused:
            self._refused = self._reason()
            self.on_reached(self._refused)
        raise Stopped(self._refused)

    def _reason(self) -> str:
        if self.max_cost is not None and self.cost >= self.max_cost:
            return f"--max-cost {self.max_cost:g} is reached: the run's replies cost {self.cost:.4f} USD"
        return f"--max-tokens {self.max_tokens} is reached: the run's requests and replies took {self.tokens:,} tokens"

    def asked(self) -> dict[str, Any]:
        """What was really asked by this process: requests, tokens, cost."""
        return _total([_described(account.asked, account.price) for account in self._accounts.values()])

    def usage(self) -> dict[str, Any]:
        """What result.json says: by task and model, by model, in all; sorted, a cost null where no price is known."""
        accounts = [self._accounts[place] for place in sorted(self._accounts)]
        counted = [(task, one) for one in accounts for task in one.by_task]
        tasks = sorted({task for task, _ in counted})
        by_task = {
            task: _by_name(
                (one.name, _described(one.by_task[task], one.price)) for here, one in counted if here == task
            )
            for task in tasks
        }
        by_model = _by_name((one.name, _described(one.all_tasks(), one.price)) for one in accounts if one.by_task)
        return {"by_task": by_task, "by_model": by_model, "total": _total(by_model.values())}


@dataclass(slots=True)
class Account:
    """What one model has cost a run."""

    budget: Budget
    name: str
    endpoint: str
    price: Price | None
    by_task: dict[str, Spent] = field(default_factory=dict)
    asked: Spent = field(default_factory=Spent)

    def check(self) -> None:
        """Whether one more request may be sent.

        Raises:
            Stopped: a cap is reached.
        """
        if self.budget.spent:
            self.budget.refuse()

    def pay(self, request: Request, reply: Reply) -> None:
        """A reply was asked for, by this process, now."""
        prompt, completion, estimated = tokens_of(self.endpoint, request, reply)
        self.asked.add(prompt, completion, estimated)
        self._spend(self.budget.met, prompt, completion)
        self._spend(self.budget.known, prompt, completion)

    def count(self, request: Request, reply: Reply, paid: bool, elsewhere: Collection[str] = ()) -> None:
        """The run stands on this reply; one that was not paid for here was stored by an earlier request.

        In the tasks `elsewhere` that was the request of another task, and is counted there.
        """
        task = TASK.get()
        if task in elsewhere and not paid:
            return
        prompt, completion, estimated = tokens_of(self.endpoint, request, reply)
        spent = self.by_task.get(task)
        if spent is None:
            spent = self.by_task[task] = Spent()
        spent.add(prompt, completion, estimated)
        if not paid:
            self._spend(self.budget.met, prompt, completion)

    def _spend(self, purse: Purse, prompt: int, completion: int) -> None:
        purse.pay(0.0 if self.price is None else self.price.cost(prompt, completion), prompt + completion)

    def all_tasks(self) -> Spent:
        """The sum over the tasks."""
        total = Spent()
        for spent in self.by_task.values():
            total.add(spent.prompt, spent.completion, spent.estimated, spent.requests)
        return total


def asked_elsewhere(tasks: Iterable[Task]) -> dict[str, str]:
    """Tasks that make just the requests of an earlier one: theirs → that one's. The replies are asked for once."""
    first: dict[object, str] = {}
    same = (
        (task.id, first.setdefault((task.datasets, task.rows, task.reorder, task.sampling), task.id)) for task in tasks
    )
    return {task: earlier for task, earlier in same if earlier != task}


def tokens_of(endpoint: str, request: Request, reply: Reply) -> tuple[int, int, int]:
    """Prompt tokens, completion tokens, and 1 where they are estimates.

    What failed or was blocked without a word and without a count has cost nothing that anybody counted.
    """
    usage = reply.usage
    if usage.prompt > 0 or usage.completion > 0:
        return max(0, usage.prompt), max(0, usage.completion), 0
    if endpoint == "baseline" or (not reply.text and reply.finish in ("failed", "filtered")):
        return 0, 0, 0
    # Vectors and scores are no completion, however long their JSON is.
    completion = 0 if endpoint.endswith(("/embeddings", "/moderations")) else text_tokens(reply.text)
    return chat_tokens(request.chat), completion, 1


def _described(spent: Spent, price: Price | None) -> dict[str, Any]:
    """JSON of a count; the cost out of the sums, so that it does not depend on the order in which replies came."""
    return {
        "requests": spent.requests,
        "prompt": spent.prompt,
        "completion": spent.completion,
        "estimated": spent.estimated,
        "cost": None if price is None else round(price.cost(spent.prompt, spent.completion), 9),
    }


def _by_name(described: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """By model name, whatever endpoints of that name were asked."""
    named: dict[str, list[dict[str, Any]]] = {}
    for name, one in described:
        named.setdefault(name, []).append(one)
    return {name: _total(several) for name, several in named.items()}


def _total(described: Iterable[dict[str, Any]]) -> dict[str, Any]:
    several = list(described)
    fields = ("requests", "prompt", "completion", "estimated")
    costs = [one["cost"] for one in several if one["requests"]]
    known = None if None in costs else round(sum(costs), 9)
    return {**{field: sum(one[field] for one in several) for field in fields}, "cost": known}
