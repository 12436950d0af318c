"""Cache, limit and retry, each on its own."""

from __future__ import annotations

import asyncio
from email.utils import formatdate
from pathlib import Path
from time import time

import pytest

from assay.errors import EndpointError
from assay.models import cached, limited, retrying
from assay.models.chat import Transient
from assay.models.wrappers import DOWN_AFTER, LONGEST_WAIT_S, pause
from assay.schema import Reply, Request, Sampling, user
from assay.store import Anew, Journal


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
    outer = limited(model, 3)

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
    outer = limited(model, 2)

    async def go() -> list[object]:
        return list(await asyncio.gather(*(outer(Request(user(str(i)))) for i in range(9)), return_exceptions=True))

    assert all(isinstance(error, EndpointError) for error in asyncio.run(go()))
    assert model.asked == 2


def test_cached_asks_once_for_what_is_stored_or_under_way(tmp_path: Path) -> None:
    model = Counting()

    async def go() -> list[Reply]:
        with Journal(tmp_path / "j.sqlite") as journal:
            outer = cached(model, journal)
            together = await asyncio.gather(*(outer(Request(user("same"))) for _ in range(5)))
            later = await outer(Request(user("same")))
            assert (outer.asked, outer.hits, outer.name, outer.endpoint) == (1, 5, "test/counting", "nowhere")
            return [*together, later]

    assert {reply.text for reply in asyncio.run(go())} == {"ok"}
    assert model.asked == 1


def test_another_process_finds_what_was_stored(tmp_path: Path) -> None:
    model = Counting(Reply("first"), Reply("second"))

    async def go(request: Request, fresh: bool = False) -> str:
        with Journal(tmp_path / "j.sqlite") as journal:
            return (await cached(model, Anew(journal) if fresh else journal)(request)).text

    request = Request(user("x"))
    assert asyncio.run(go(request)) == "first"
    assert asyncio.run(go(request)) == "first"
    assert asyncio.run(go(request, fresh=True)) == "second"
    assert asyncio.run(go(request)) == "second"


@pytest.mark.parametrize(
    "other",
    [
        Request(user("y")),
        Request(user("x"), Sampling(1.0)),
        Request(user("x"), Sampling(max_tokens=5)),
        Request(user("x"), Sampling(seed=5)),
        Request(user("x"), Sampling(extra=(("top_p", 1),))),
        Request(user("x"), epoch=1),
        Request(user("x"), draw=1),
    ],
)
def test_whatever_changes_the_request_is_asked_anew(other: Request, tmp_path: Path) -> None:
    model = Counting()

    async def go() -> None:
        with Journal(tmp_path / "j.sqlite") as journal:
            outer = cached(model, journal)
            await outer(Request(user("x")))
            await outer(other)

    asyncio.run(go())
    assert model.asked == 2


def test_a_failed_reply_is_never_a_hit_but_a_filtered_one_is(tmp_path: Path) -> None:
    model = Counting(Reply("", "failed", "no"), Reply("", "filtered"), Reply("never"))

    async def go() -> list[str]:
        with Journal(tmp_path / "j.sqlite") as journal:
            outer = cached(model, journal)
            return [(await outer(Request(user("x")))).finish for _ in range(3)]

    assert asyncio.run(go()) == ["failed", "filtered", "filtered"]


def test_an_error_reaches_everyone_who_waits(tmp_path: Path) -> None:
    class Refusing(Counting):
        async def __call__(self, request: Request) -> Reply:
            await asyncio.sleep(0.001)
            raise EndpointError("wrong key")

    async def go() -> list[object]:
        with Journal(tmp_path / "j.sqlite") as journal:
            outer = cached(Refusing(), journal)
            return list(await asyncio.gather(*(outer(Request(user("x"))) for _ in range(3)), return_exceptions=True))

    assert all(isinstance(error, EndpointError) for error in asyncio.run(go()))


@pytest.mark.parametrize(
    ("attempt", "retry_after", "least", "most"),
    [
        (0, "", 0.0, 0.5),
        (3, "", 0.0, 4.0),
        (30, "", 0.0, LONGEST_WAIT_S),
        (0, "7", 7.0, 7.1),
        (0, "-3", 0.0, 0.1),
        (0, "9999", LONGEST_WAIT_S, LONGEST_WAIT_S + 0.1),
        (0, "soon", 0.0, 0.5),
    ],
)
def test_pauses(attempt: int, retry_after: str, least: float, most: float) -> None:
    for jitter in (0.0, 0.5, 1.0):
        assert least <= pause(attempt, retry_after, jitter) <= most


def test_a_date_to_wait_for() -> None:
    assert 15.0 <= pause(0, formatdate(time() + 20, usegmt=True), 0.0) <= 20.0
    assert pause(0, formatdate(time() - 20, usegmt=True), 0.0) == 0.0


def test_an_endpoint_that_stays_down_stops_the_run() -> None:
    class Down(Counting):
        async def __call__(self, request: Request) -> Reply:
            raise Transient("HTTP 503: maintenance")

    async def go() -> int:
        outer = retrying(Down(), tries=1)
        for number in range(DOWN_AFTER):
            reply = await outer(Request(user(str(number))))
            assert reply.finish == "failed"
        return 0

    with pytest.raises(EndpointError, match="run the same command"):
        asyncio.run(go())
