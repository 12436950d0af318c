"""What a run has spent, under which task and model, and that a cap is overshot by no more than what is in flight."""

from __future__ import annotations

import asyncio
import json
import random
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from assay.budget import TASK, Budget, asked_elsewhere, tokens_of
from assay.errors import Stopped, UsageError
from assay.models import cached
from assay.models.metered import capped, metered, remembered
from assay.models.prices import Price, Prices
from assay.schema import Model, Reply, Request, Sampling, Usage, user
from assay.store import Journal
from assay.tasks import all_tasks, select

PRICES = Prices(({"test/model": Price(1.0, 2.0), "test/judge": Price(10.0, 0.0)},))
USAGE = Usage(1_000, 500)
"""At the model's prices: 0.002 USD a reply."""


@dataclass
class Says:
    """A model whose replies take a moment, and that counts how many are in flight."""

    name: str = "test/model"
    endpoint: str = "http://127.0.0.1:9/v1"
    usage: Usage = USAGE
    asked: int = 0
    inside: int = 0
    most: int = 0

    async def __call__(self, request: Request) -> Reply:
        self.asked += 1
        self.inside += 1
        self.most = max(self.most, self.inside)
        await asyncio.sleep(0)
        self.inside -= 1
        return Reply("said", usage=self.usage)


@dataclass
class Gate:
    """At most so many at a time."""

    model: Model
    room: int
    name: str = "test/model"
    endpoint: str = "http://127.0.0.1:9/v1"
    _gate: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._gate = asyncio.Semaphore(self.room)

    async def __call__(self, request: Request) -> Reply:
        async with self._gate:
            return await self.model(request)


def asking(number: int) -> Request:
    return Request(user(f"question {number}"))


def trips(model: Model, judge: Model, rows: range, seed: int = 0) -> list[object]:
    """Rows of three tasks at once, in any order; each asks the model, and every third one the judge."""

    async def trip(number: int) -> None:
        TASK.set(f"area/task{number % 3}")
        await model(asking(number))
        if number % 3 == 0:
            await judge(asking(number))

    async def go() -> list[object]:
        shuffled = random.Random(seed).sample(rows, len(rows))
        return list(await asyncio.gather(*map(trip, shuffled), return_exceptions=True))

    return asyncio.run(go())


# ---- counting ------------------------------------------------------------------------------------


def test_usage_is_counted_under_the_task_whose_row_is_on_its_trip() -> None:
    budget = Budget(PRICES)
    judge = metered(Says("test/judge", usage=Usage(100, 1)), budget)
    trips(metered(Says(), budget), judge, range(30))
    usage = budget.usage()
    assert list(usage["by_task"]) == ["area/task0", "area/task1", "area/task2"]
    said = {"requests": 10, "prompt": 10_000, "completion": 5_000, "estimated": 0, "cost": 0.02}
    judged = {"requests": 10, "prompt": 1_000, "completion": 10, "estimated": 0, "cost": 0.01}
    assert usage["by_task"]["area/task0"] == {"test/judge": judged, "test/model": said}
    assert usage["by_task"]["area/task1"] == usage["by_task"]["area/task2"] == {"test/model": said}
    assert usage["by_model"]["test/model"]["requests"] == 30
    assert usage["total"] == {"requests": 40, "prompt": 31_000, "completion": 15_010, "estimated": 0, "cost": 0.07}


def test_the_order_of_the_replies_does_not_show() -> None:
    def written(seed: int) -> str:
        budget = Budget(Prices(({"test/*": Price(0.1, 0.7)},)))
        judge = metered(Says("test/judge", usage=Usage(13, 17)), budget)
        trips(metered(Says(), budget), judge, range(60), seed)
        return json.dumps(budget.usage())

    assert len({written(seed) for seed in range(5)}) == 1


def test_a_resumed_run_reports_what_an_uninterrupted_one_would(tmp_path: Path) -> None:
    def run(folder: str, rows: range) -> Budget:
        budget = Budget(PRICES)
        with Journal(tmp_path / folder) as journal:

            def opened(model: Model) -> Model:
                return metered(cached(capped(model, budget), journal), budget)

            trips(opened(Says()), opened(Says("test/judge", usage=Usage(100, 1))), rows)
        return budget

    whole, begun, resumed = run("a.sqlite", range(12)), run("b.sqlite", range(7)), run("b.sqlite", range(12))
    assert resumed.usage() == whole.usage() != begun.usage()
    assert (resumed.cost, resumed.tokens) == (pytest.approx(whole.cost), whole.tokens)
    assert whole.asked() == whole.usage()["total"]
    assert resumed.asked()["requests"] == whole.asked()["requests"] - begun.asked()["requests"] == 6
    assert resumed.asked()["cost"] == pytest.approx(whole.asked()["cost"] - begun.asked()["cost"])


def test_a_cost_is_null_where_a_price_is_not_known() -> None:
    budget = Budget(PRICES)
    trips(metered(Says(), budget), metered(Says("test/other"), budget), range(3))
    usage = budget.usage()
    assert usage["by_model"]["test/other"]["cost"] is None
    assert usage["by_model"]["test/model"]["cost"] == 0.006
    assert usage["total"]["cost"] is None
    assert usage["total"]["requests"] == 4


def test_nothing_asked_is_nothing_spent() -> None:
    budget = Budget(PRICES)
    metered(Says("test/other"), budget)
    none = {"requests": 0, "prompt": 0, "completion": 0, "estimated": 0, "cost": 0}
    assert budget.usage() == {"by_task": {}, "by_model": {}, "total": none}
    assert budget.asked() == none


def test_one_model_in_two_places_is_one_line() -> None:
    budget = Budget(PRICES)
    trips(metered(Says(), budget), metered(Says(endpoint="http://127.0.0.1:9/v1/embeddings"), budget), range(3))
    assert list(budget.usage()["by_model"]) == ["test/model"]
    assert budget.usage()["total"]["requests"] == 4


@pytest.mark.parametrize(
    ("endpoint", "reply", "tokens"),
    [
        ("http://x/v1", Reply("abcdefgh", usage=Usage(9, 7)), (9, 7, 0)),
        ("http://x/v1", Reply("abcdefgh", usage=Usage(9, 0)), (9, 0, 0)),
        ("http://x/v1", Reply("abcdefgh", usage=Usage(9, -7)), (9, 0, 0)),
        ("http://x/v1", Reply("abcdefgh"), (6, 2, 1)),
        ("http://x/v1", Reply("abcdefgh", usage=Usage(-1, -1)), (6, 2, 1)),
        ("http://x/v1", Reply("", "stop"), (6, 0, 1)),
        ("http://x/v1", Reply("", "filtered"), (0, 0, 0)),
        ("http://x/v1", Reply("half", "filtered"), (6, 1, 1)),
        ("http://x/v1", Reply("", "failed"), (0, 0, 0)),
        ("http://x/v1", Reply("", "failed", usage=Usage(9, 7)), (9, 7, 0)),
        ("http://x/v1/embeddings", Reply("[[0.125, 0.25]]"), (6, 0, 1)),
        ("http://x/v1/moderations", Reply("[0.125]"), (6, 0, 1)),
        ("baseline", Reply("abcdefgh"), (0, 0, 0)),
    ],
)
def test_tokens_are_the_endpoints_count_or_a_marked_estimate(
    endpoint: str, reply: Reply, tokens: tuple[int, int, int]
) -> None:
    assert tokens_of(endpoint, Request(user("letters")), reply) == tokens


def test_replies_that_two_tasks_judge_are_counted_in_the_first_alone(tmp_path: Path) -> None:
    assert asked_elsewhere(all_tasks()) == {"safety/toxicity": "safety/jailbreak"}
    assert asked_elsewhere(select(["toxicity"])) == {}
    hotter = replace(select(["toxicity"])[0], sampling=Sampling(0.3))
    assert asked_elsewhere((*select(["jailbreak"]), hotter)) == {}

    async def trip(model: Model, task: str) -> None:
        TASK.set(task)
        await model(asking(1))

    async def go() -> Budget:
        budget = Budget(PRICES)
        elsewhere = asked_elsewhere(all_tasks())
        with Journal(tmp_path / "j.sqlite") as journal:
            model = metered(cached(capped(Says(), budget), journal), budget, elsewhere)
            await asyncio.gather(trip(model, "safety/jailbreak"), trip(model, "safety/toxicity"))
        return budget

    for _ in ("asked", "found"):
        budget = asyncio.run(go())
        assert list(budget.usage()["by_task"]) == ["safety/jailbreak"]
        assert budget.usage()["total"]["requests"] == 1
        assert budget.cost == pytest.approx(0.002)


# ---- caps ----------------------------------------------------------------------------------------


def capped_run(budget: Budget, at_once: int, rows: int = 200) -> tuple[Says, list[object]]:
    model = Says()

    async def go() -> list[object]:
        outer = metered(Gate(capped(model, budget), at_once), budget)
        return list(await asyncio.gather(*(outer(asking(number)) for number in range(rows)), return_exceptions=True))

    return model, asyncio.run(go())


@pytest.mark.parametrize("at_once", [1, 8, 64])
def test_a_cost_cap_is_overshot_by_no_more_than_what_was_in_flight(at_once: int) -> None:
    budget = Budget(PRICES, max_cost=0.1)
    model, ended = capped_run(budget, at_once)
    assert model.most == at_once
    assert 50 <= model.asked <= 50 + at_once - 1
    assert 0.1 <= budget.cost <= 0.1 + 0.002 * (at_once - 1) + 1e-9
    assert sum(isinstance(end, Reply) for end in ended) == model.asked
    assert sum(isinstance(end, Stopped) for end in ended) == 200 - model.asked
    assert budget.usage()["total"]["requests"] == model.asked


def test_a_token_cap_counts_prompts_and_replies() -> None:
    budget = Budget(Prices(()), max_tokens=15_000)
    model, ended = capped_run(budget, 4)
    assert 10 <= model.asked <= 13
    assert budget.tokens == model.asked * 1_500
    assert "--max-tokens 15000" in str(next(end for end in ended if isinstance(end, Stopped)))


def test_reaching_a_cap_is_told_once_and_only_when_something_is_refused() -> None:
    told: list[str] = []
    budget = Budget(PRICES, max_cost=0.1)
    budget.on_reached = told.append
    capped_run(budget, 1, rows=50)
    assert budget.spent and not told
    capped_run(budget, 8, rows=20)
    assert len(told) == 1
    assert "--max-cost 0.1" in told[0] and "0.1000 USD" in told[0]


def test_a_cap_is_the_whole_runs_stored_replies_too(tmp_path: Path) -> None:
    def run(max_cost: float) -> tuple[int, int]:
        model, budget = Says(), Budget(PRICES, max_cost=max_cost)
        with Journal(tmp_path / "j.sqlite") as journal:
            outer = metered(cached(Gate(capped(model, budget), 1), journal), budget)

            async def go() -> list[object]:
                return [await asyncio.gather(outer(asking(number)), return_exceptions=True) for number in range(20)]

            ended = asyncio.run(go())
        return model.asked, sum(isinstance(end[0], Reply) for end in ended if isinstance(end, list))

    assert run(0.01) == (5, 5)
    assert run(0.01) == (0, 5)
    assert run(0.02) == (5, 10)


@pytest.mark.parametrize(("max_cost", "asked"), [(0.01, 0), (0.014, 2), (1.0, 15)])
def test_stored_replies_are_known_before_anything_is_asked_wherever_they_stand(
    max_cost: float, asked: int, tmp_path: Path
) -> None:
    async def go(model: Model, rows: range) -> None:
        for number in rows:
            TASK.set("area/task")
            with suppress(Stopped):
                await model(asking(number))

    model, budget = Says(), Budget(PRICES, max_cost=max_cost)
    with Journal(tmp_path / "j.sqlite") as journal:
        asyncio.run(go(cached(Says(), journal), range(15, 20)))
        asyncio.run(go(metered(remembered(model, journal), budget), range(20)))
        assert (model.asked, budget.cost) == (0, pytest.approx(0.01))
        budget.stock_taken()
        assert budget.usage()["total"]["requests"] == 0
        asyncio.run(go(metered(cached(capped(model, budget), journal), budget), range(20)))
    assert model.asked == budget.asked()["requests"] == asked
    assert budget.cost == pytest.approx(0.002 * (5 + asked))
    assert budget.usage()["total"]["requests"] == 5 + asked


def test_what_another_process_stores_meanwhile_counts_too(tmp_path: Path) -> None:
    budget = Budget(PRICES, max_cost=0.01)

    async def go() -> None:
        with Journal(tmp_path / "j.sqlite") as journal:
            budget.stock_taken()
            other, model = cached(Says(), journal), metered(cached(capped(Says(), budget), journal), budget)
            for number in range(5):
                await other(asking(number))
                await model(asking(number))
            with pytest.raises(Stopped):
                await model(asking(9))

    asyncio.run(go())
    assert budget.asked()["requests"] == 0


def test_no_cap_stops_nothing() -> None:
    model, ended = capped_run(Budget(Prices(())), 8)
    assert model.asked == 200 and all(isinstance(end, Reply) for end in ended)


def test_a_cap_of_nothing_asks_nothing() -> None:
    model, _ = capped_run(Budget(PRICES, max_cost=0.0), 8)
    assert model.asked == 0


@pytest.mark.parametrize("wrapper", [metered, capped])
def test_a_cost_cap_without_a_price_is_refused_before_anything_is_asked(wrapper: type) -> None:
    with pytest.raises(UsageError) as caught:
        wrapper(Says("openai/my-model"), Budget(PRICES, max_cost=1.0))
    for word in ("--max-cost", '"openai/my-model" = {prompt = ?, completion = ?}', "--prices", "http://127.0.0.1:9/v1"):
        assert word in str(caught.value)
    assert wrapper(Says("openai/my-model"), Budget(PRICES, max_tokens=1)).name == "openai/my-model"
