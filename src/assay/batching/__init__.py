"""`assay run --batch`: before the asking, the requests that are not stored go through the provider's batch files.

Each reply is stored under the key that it would have live, so the run that follows finds it and asks for nothing but
what the batch did not answer. Batches are noted beside the journal until their replies are in it (`store/batches.py`):
whoever dies or is stopped meanwhile, the same command waits for them and submits nothing twice.
"""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import chain
from pathlib import Path

from assay.batching.step import Step
from assay.budget import Budget
from assay.cases import cases, check_data
from assay.ending import Ending, driven, ended_by_signals
from assay.errors import Stopped, UsageError
from assay.forecast import addressed, forecast, summed, usd
from assay.judging import check_graders, panel
from assay.models import Connections
from assay.models.batch import MEGABYTE, REQUESTS, check_batches, with_batches
from assay.run import Order, Progress, journal_open
from assay.store.batches import pending
from assay.store.journal import reply_key
from assay.store.stored import Stored

__all__ = ["batched", "planned"]


def batched(order: Order, connections: Connections, progress: Progress, budget: Budget) -> None:
    """Get what is not stored through batches, and store it; then run the order as ever.

    Raises:
        UsageError: the provider has no batches, or --max-cost, --max-tokens could not hold.
        EndpointError: a batch was not taken, or ended before its requests were answered; what came is stored.
        RunStopped: Ctrl-C; the batches go on, and the same command waits for them.
    """
    driven(_batched(order, connections, progress, budget))


def planned(order: Order, connections: Connections) -> str:
    """What would go by batch; nothing is asked, and no key is needed.

    Raises:
        UsageError: the provider has no batches.
    """
    _not_fresh(order)
    most_bytes = check_batches(connections, order.model)
    model = addressed(connections, order.model)
    waiting = {key for one in pending(_folder(order), model.name, model.endpoint) for key in one.asked()}
    before = len(waiting)
    with Stored(order.out / "journal.sqlite") as stored:
        asked = (reply_key(model, request) for case in cases(order.tasks, order.asking) for request in case.requests)
        waiting.update(key for key in asked if key not in waiting and stored.get(key) is None)
    count = len(waiting) - before
    most = f"each of {REQUESTS:,} requests and {most_bytes // MEGABYTE} MB at most"
    already = f"; {before:,} are in batches already, which would be waited for" if before else ""
    return (
        f"--batch: {count:,} requests would go by batch, {most}{already}. Judges are asked live. The cost above is "
        "that of live requests: a discount for batches is not counted."
    )


def _folder(order: Order) -> Path:
    return order.out / "batches"


def _not_fresh(order: Order) -> None:
    if order.fresh:
        raise UsageError("--fresh asks anew, --batch only for what is not stored: give one of them, or another --out")


async def _batched(order: Order, connections: Connections, progress: Progress, budget: Budget) -> None:
    _not_fresh(order)
    if connections.spreading is not None:
        raise UsageError("--batch asks a provider, --ray machines of one's own: give one of them")
    check_batches(connections, order.model)  # before a key is asked for that would be of no use
    model = with_batches(connections.model(order.model))
    budget.account(model)  # whether a cap has a price to go by
    check_data(order.tasks, order.asking)
    check_graders(order.judging, order.model, model.endpoint, connections.model)
    panel(order.judging, connections, lambda judge: judge)  # a judge that cannot be asked shall say so now
    async with journal_open(order.out / "journal.sqlite", connections, progress) as (journal, ending):
        todo = cases(order.tasks, order.asking)
        check = partial(_affordable, order, connections, budget)
        step = Step(model, todo, journal, _folder(order), progress, ending, check)
        with ended_by_signals(ending, progress.say):
            await _to_the_end(step, ending)


async def _to_the_end(step: Step, ending: Ending) -> None:
    try:
        await step.go()
    except Stopped:
        pass
    except asyncio.CancelledError:
        running = asyncio.current_task()
        if ending.reason is None or running is None:
            raise
        running.uncancel()
    if ending.reason is not None:
        step.tell_what_goes_on()
        raise ending.reason


def _affordable(order: Order, connections: Connections, budget: Budget) -> None:
    """A batch cannot be stopped once it runs: what it is expected to take must be within the caps before.

    Raises:
        UsageError: it is not.
    """
    if not budget.capped:
        return
    expected = forecast(order, connections, budget)
    whole = summed(chain.from_iterable((line.stored, line.ask) for line in expected.lines))
    cost = expected.cost([("", whole)])
    if budget.max_cost is not None and cost is not None and cost > budget.max_cost:
        raise UsageError(
            f"--max-cost {budget.max_cost:g} would not hold: the model's replies, stored ones too, are expected to "
            f"cost about {usd(cost)} USD at the price of live requests, and a batch cannot be stopped half-way. Raise "
            "it, or ask for less with --limit or --tasks"
        )
    tokens = whole.prompt + whole.completion
    if budget.max_tokens is not None and tokens > budget.max_tokens:
        raise UsageError(
            f"--max-tokens {budget.max_tokens} would not hold: the model's requests and replies are expected to take "
            f"about {tokens:,}, and a batch cannot be stopped half-way. Raise it, or ask for less"
        )
