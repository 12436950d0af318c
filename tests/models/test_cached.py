"""Never asked for what is stored, stored before it counts; one asks, all who want the same get it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from assay.errors import EndpointError, Stopped
from assay.models import cached
from assay.schema import Reply, Request, Sampling, user
from assay.store import Anew, Journal


class Counting:
    """A model that counts, and answers what it is told."""

    name, endpoint = "test/counting", "nowhere"

    def __init__(self, *replies: Reply) -> None:
        self.asked = 0
        self.replies = replies or (Reply("ok"),)

    async def __call__(self, request: Request) -> Reply:
        self.asked += 1
        await asyncio.sleep(0.001)
        return self.replies[min(self.asked, len(self.replies)) - 1]


@pytest.fixture(autouse=True)
def short_lulls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.store.journal.LULL_S", 0.002)


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


def test_an_error_reaches_everyone_who_waits_and_the_next_may_ask(tmp_path: Path) -> None:
    class Refusing(Counting):
        async def __call__(self, request: Request) -> Reply:
            await super().__call__(request)
            raise EndpointError("wrong key")

    async def go() -> list[object]:
        with Journal(tmp_path / "j.sqlite") as journal:
            outer = cached(Refusing(), journal)
            waiting = [outer(Request(user("x"))) for _ in range(3)]
            refused = list(await asyncio.gather(*waiting, return_exceptions=True))
            assert (await cached(Counting(), journal)(Request(user("x")))).text == "ok"
            return refused

    assert all(isinstance(error, EndpointError) for error in asyncio.run(go()))


def test_two_wrappers_of_one_model_ask_once(tmp_path: Path) -> None:
    model = Counting()

    async def go() -> list[Reply]:
        with Journal(tmp_path / "j.sqlite") as journal:
            return list(await asyncio.gather(*(cached(model, journal)(Request(user("x"))) for _ in range(3))))

    assert asyncio.run(go()) == [Reply("ok")] * 3
    assert model.asked == 1


def test_whoever_finds_it_leased_waits_for_the_stored_reply(tmp_path: Path) -> None:
    model, request = Counting(), Request(user("x"))

    async def go() -> None:
        with Journal(tmp_path / "j.sqlite") as journal:
            key, outer = journal.key(model, request), cached(model, journal)
            assert journal.take(key)
            asking = asyncio.create_task(outer(request))
            await asyncio.sleep(0.01)
            assert not asking.done()
            await journal.put(key, model, request, Reply("theirs"))
            journal.release(key)
            assert (await asking).text == "theirs"
            assert (outer.hits, outer.asked, model.asked) == (1, 0, 0)

    asyncio.run(go())


@pytest.mark.parametrize("fresh", [False, True])
def test_whoever_waits_for_one_that_gave_up_asks(fresh: bool, tmp_path: Path) -> None:
    model, request = Counting(), Request(user("x"))

    async def go() -> None:
        with Journal(tmp_path / "j.sqlite") as journal:
            key = journal.key(model, request)
            assert journal.take(key)
            asking = asyncio.create_task(cached(model, Anew(journal) if fresh else journal)(request))
            await asyncio.sleep(0.01)
            assert model.asked == 0
            journal.release(key)
            assert (await asking).text == "ok"
            assert journal.lease(key), "its lease is gone"

    asyncio.run(go())


def test_nobody_waits_for_another_once_the_run_is_told_to_end(tmp_path: Path) -> None:
    request = Request(user("x"))

    async def go() -> None:
        with Journal(tmp_path / "j.sqlite") as journal:
            journal.take(journal.key(Counting(), request))
            asking = asyncio.create_task(cached(Counting(), journal)(request))
            await asyncio.sleep(0.005)
            journal.halt()
            with pytest.raises(Stopped):
                await asking

    asyncio.run(go())


def test_a_reply_whose_asker_is_cancelled_is_committed_before_its_lease_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.store.journal.GROUP_S", 60.0)
    model, request = Counting(), Request(user("x"))

    async def go() -> None:
        with Journal(tmp_path / "j.sqlite") as journal:
            asking = asyncio.create_task(cached(model, journal)(request))
            await asyncio.sleep(0.02)
            assert journal.get(journal.key(model, request)) is None, "it waits for others"
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            assert journal.get(journal.key(model, request)) == Reply("ok")

    asyncio.run(go())
