"""Cache, limit and retry, each on its own."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from assay.errors import EndpointError, Stopped
from assay.models import Pace, limited, retrying
from assay.models.chat import Transient
from assay.models.pace import LONGEST_WAIT_S
from assay.models.wrappers import BOUNCES, LONGEST_BACKOFF_S, TRIES, pause
from assay.schema import Reply, Request, user
from simulated import now, overload, simulated
from simulated import pace as paced


class Counting:
    """A model that counts, and answers what it is told."""

    name, endpoint = "test/counting", "nowhere"

    def __init__(self, *replies: Reply) -> None:
        self.asked = self.inside = self.most = 0
        self.replies = replies or (Reply("ok"),)

    async def __call__(self, request: Request) -> Reply:
        self.asked += 1
        self.inside += 1
        self.most = max(self.most, self.inside)
        await asyncio.sleep(0.001)
        self.inside -= 1
        return self.replies[min(self.asked, len(self.replies)) - 1]


def test_limited_holds_its_limit() -> None:
    model = Counting()
    outer = limited(model, Pace(3))

    async def go() -> None:
        await asyncio.gather(*(outer(Request(user(str(i)))) for i in range(20)))

    asyncio.run(go())
    assert (model.asked, model.most) == (20, 3)
    assert (outer.name, outer.endpoint) == ("test/counting", "nowhere")


def test_nobody_who_waits_asks_an_endpoint_that_refused_for_good() -> None:
    class Refusing(Counting):
        async def __call__(self, request: Request) -> Reply:
            await super().__call__(request)
            raise EndpointError("wrong key")

    model = Refusing()
    outer = limited(model, Pace(2))

    async def go() -> list[object]:
        return list(await asyncio.gather(*(outer(Request(user(str(i)))) for i in range(9)), return_exceptions=True))

    assert all(isinstance(error, EndpointError) for error in asyncio.run(go()))
    assert model.asked == 2


class Failing(Counting):
    """Fails as it is told, and then answers."""

    def __init__(self, *failures: Transient) -> None:
        super().__init__()
        self.failures = failures
        self.asked_at: list[float] = []

    async def __call__(self, request: Request) -> Reply:
        self.asked_at.append(now())
        if len(self.asked_at) <= len(self.failures):
            raise self.failures[len(self.asked_at) - 1]
        return Reply("ok")


def retried(*failures: Transient) -> tuple[Reply, list[float]]:
    """What comes of a request that fails like that at first, and when it was sent."""
    model, outer = Failing(*failures), paced()
    reply = simulated(retrying(model, outer, jitter=lambda: 1.0)(Request(user("x"))))  # type: ignore[arg-type]
    return reply, model.asked_at


def test_failures_are_retried_after_longer_and_longer_waits_and_in_the_end_fail() -> None:
    failure = Transient("HTTP 500: oops")
    reply, times = retried(*[failure] * (TRIES - 1))
    assert reply.text == "ok"
    assert times == [0.0, 0.5, 1.5, 3.5, 7.5, 15.5]
    reply, times = retried(*[failure] * TRIES)
    assert (reply.finish, reply.error) == ("failed", f"{TRIES} tries: HTTP 500: oops")
    assert len(times) == TRIES


def test_being_turned_away_by_a_busy_endpoint_has_a_bound_of_its_own() -> None:
    reply, times = retried(*[overload()] * (BOUNCES - 1), *[Transient("HTTP 500: oops")] * (TRIES - 1))
    assert reply.text == "ok"
    assert len(times) == BOUNCES + TRIES - 1
    assert max(after - before for before, after in pairwise(times)) == LONGEST_BACKOFF_S
    reply, times = retried(*[overload()] * BOUNCES)
    assert (reply.finish, len(times)) == ("failed", BOUNCES)
    assert "429" in reply.error


def test_nobody_sleeps_while_holding_a_connection() -> None:
    class Flaky(Counting):
        async def __call__(self, request: Request) -> Reply:
            self.asked += 1
            if request.chat[0].content == "unlucky" and self.asked < 4:
                raise Transient("HTTP 500: oops", 10.0)
            await asyncio.sleep(1.0)
            return Reply(f"{now():.0f}")

    async def go() -> list[Reply]:
        outer = paced(1)
        model = retrying(limited(Flaky(), outer), outer, jitter=lambda: 0.0)
        requests = [Request(user("unlucky")), Request(user("a")), Request(user("b"))]
        return list(await asyncio.gather(*(model(request) for request in requests)))

    assert [reply.text for reply in simulated(go())] == ["11", "1", "2"]


def test_a_run_that_ends_is_not_told_of_the_failure_before() -> None:
    async def go() -> BaseException | None:
        outer = paced()
        asyncio.get_running_loop().call_later(0.1, outer.halt)
        with pytest.raises(Stopped) as caught:
            await retrying(Failing(Transient("HTTP 500: oops")), outer, jitter=lambda: 1.0)(Request(user("x")))
        assert now() == 0.1
        return caught.value.__context__

    assert simulated(go()) is None


@pytest.mark.parametrize(
    ("earlier", "asked", "least", "most"),
    [
        (0, None, 0.0, 0.5),
        (3, None, 0.0, 4.0),
        (30, None, 0.0, LONGEST_BACKOFF_S),
        (0, 7.0, 7.0, 7.1),
        (5, 0.0, 0.0, 0.1),
        (0, 9999.0, LONGEST_WAIT_S, LONGEST_WAIT_S + 0.1),
    ],
)
def test_pauses(earlier: int, asked: float | None, least: float, most: float) -> None:
    for jitter in (0.0, 0.5, 1.0):
        assert least <= pause(earlier, asked, jitter) <= most
