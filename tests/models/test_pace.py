"""How an endpoint is asked, over simulated minutes: what it takes, what it says, and who comes next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest

from assay.errors import EndpointError, Stopped
from assay.models import Pace, limited, retrying
from assay.models.chat import Transient
from assay.models.pace import FIRST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_WAIT_S
from assay.schema import Model, Reply, Request, Sampling, user
from simulated import Server, ask, asking, now, overload, pace, simulated

HI = Request(user("hi"))
REFUSED = Transient("connection refused", congested=True)


def asked(server: Server, rows: int, connections: int = 64, at_once: int = 256) -> tuple[list[Reply], float]:
    """So many rows asked of a server, and how many seconds that took."""

    async def go() -> tuple[list[Reply], float]:
        return await ask(asking(server, pace(connections)), rows, at_once), now()

    return simulated(go())


# ---- what an endpoint takes ----------------------------------------------------------------------


def test_a_steady_endpoint_is_asked_with_every_connection() -> None:
    server = Server()
    _, seconds = asked(server, 6400)
    assert server.most == 64
    assert seconds == pytest.approx(6400 / 64 * 0.05, rel=0.03)


def test_an_endpoint_that_slows_down_under_load_is_held_down() -> None:
    server = Server(takes=lambda server: 0.05 * server.inside)
    outer = pace()

    async def go() -> list[int]:
        sizes = []

        async def watch() -> None:
            while True:
                await asyncio.sleep(20.0)
                sizes.append(outer.window.slots)

        watching = asyncio.create_task(watch())
        await ask(asking(server, outer), 4000, 256)
        watching.cancel()
        return sizes

    late = simulated(go())[3:]
    assert 8 <= min(late) <= max(late) < 40


def test_an_endpoint_that_takes_eight_is_asked_by_eight_without_a_failed_row() -> None:
    server = Server(refuses=lambda server: overload() if server.inside > 8 else None)
    replies, seconds = asked(server, 2000)
    assert {reply.finish for reply in replies} == {"stop"}
    assert seconds < 1.4 * 2000 / 8 * 0.05
    assert len(server.asked) < 1.5 * 2000


@pytest.mark.parametrize("wait_s", [None, 0.2])
def test_one_in_ten_turned_away_at_random_stalls_nothing(wait_s: float | None) -> None:
    server = Server(refuses=lambda server: overload(wait_s) if server.random.random() < 0.1 else None)
    replies, _ = asked(server, 6400)
    assert {reply.finish for reply in replies} == {"stop"}
    # The last few wait for another try, alone.
    assert server.answered[6000] < 1.3 * 6000 / 0.9 / 64 * 0.05


def test_a_quota_a_minute_is_used_up_each_minute_and_no_row_fails() -> None:
    taken: dict[int, int] = {}

    def quota(server: Server) -> Transient | None:
        minute, into = divmod(now(), 60.0)
        taken[int(minute)] = taken.get(int(minute), 0) + 1
        return overload(60.0 - into) if taken[int(minute)] > 500 else None

    server = Server(refuses=quota)
    replies, seconds = asked(server, 2000)
    assert {reply.finish for reply in replies} == {"stop"}
    assert 180 <= seconds < 185
    assert len(server.asked) < 1.15 * 2000


def test_time_outs_are_congestion_and_other_failures_are_not() -> None:
    async def size_after(failure: Transient) -> int:
        outer = pace()
        for number in range(100):
            await asyncio.sleep(1)
            if number % 3:
                outer.failed(failure, now(), "x")
            else:
                outer.answered(Reply("ok"), now(), 0.0, "x")
        return outer.window.slots

    assert simulated(size_after(Transient("no answer within 600 s", congested=True))) < 8
    assert simulated(size_after(Transient("HTTP 500: oops"))) == 16


# ---- what it says --------------------------------------------------------------------------------


def test_a_request_waits_as_long_as_it_was_told_while_others_go_on() -> None:
    server = Server(refuses=lambda server: overload(7.0) if len(server.asked) == 5 else None)
    replies, seconds = asked(server, 100, connections=4, at_once=4)
    assert len(replies) == 100
    gaps = [after - before for before, after in pairwise(server.asked)]
    assert 7.0 <= seconds < 7.2
    assert sum(gap > 1 for gap in gaps) == 1, "the others were done by then"
    assert server.asked[-2] < 2


def test_after_three_in_a_row_nobody_is_sent_until_the_wait_is_over() -> None:
    server = Server(refuses=lambda server: overload(9.0) if 1.0 < now() < 2.0 else None)
    _, seconds = asked(server, 2000, connections=16)
    busy = [at for at in server.asked if 1.0 < at < 2.0]
    assert 3 <= len(busy) <= 16 + 2, "those on the wire, and no more"
    assert not [at for at in server.asked if busy[-1] < at < busy[2] + 9.0]
    assert 10.0 < seconds < 20.0


def test_old_replies_do_not_lift_a_pause_and_new_ones_do() -> None:
    async def sends_after(sent: float) -> float:
        outer = pace()
        await asyncio.sleep(10)
        for _ in range(3):
            outer.failed(overload(30.0), 5.0, "x")
        outer.answered(Reply("ok"), sent, 0.0, "x")
        await outer.turn(HI)
        return now()

    assert simulated(sends_after(4.0)) == pytest.approx(40.0, abs=0.01)
    assert simulated(sends_after(6.0)) == 10.0


def test_an_allowance_that_is_used_up_holds_everybody_for_a_minute_at_most() -> None:
    async def sends_after(seconds: float) -> float:
        outer = pace()
        outer.pause(seconds)
        outer.answered(Reply("ok"), 0.0, 0.0, "x")  # nothing lifts this
        assert not outer.enter()
        await outer.turn(HI)
        assert outer.enter(), "and then all is as before"
        return now()

    assert simulated(sends_after(3.5)) == pytest.approx(3.5, abs=0.01)
    assert simulated(sends_after(9999)) == pytest.approx(LONGEST_WAIT_S, abs=0.01)


def test_a_short_outage_costs_no_row() -> None:
    server = Server(refuses=lambda server: REFUSED if 2.0 < now() < 27.0 else None)
    replies, seconds = asked(server, 6400)
    assert {reply.finish for reply in replies} == {"stop"}
    down = [at for at in server.asked if 2.0 < at < 27.0]
    assert len(down) < 64 + 32, "it is not hammered"
    gaps = [round(after - before, 1) for before, after in pairwise(down) if after - before > 0.3]
    assert gaps[0] == FIRST_PAUSE_S and max(gaps) == LONGEST_PAUSE_S
    assert seconds < 27.0 + LONGEST_PAUSE_S + 6400 / 64 * 0.05 + 2


# ---- when it is given up -------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [REFUSED, Transient("HTTP 500: no"), overload(), overload(1.0)])
@pytest.mark.parametrize(("served", "least", "most"), [(0, 15.0, 40.0), (100, 60.0, 90.0)])
def test_an_endpoint_that_stays_down_stops_the_run(reason: Transient, served: int, least: float, most: float) -> None:
    server = Server(refuses=lambda server: reason if server.served >= served else None)

    async def go() -> float:
        outer, began = asking(server, pace(16)), 0.0
        if served:
            await ask(outer, served, 1)
            began = now()
        with pytest.raises(EndpointError, match=r"http://test/v1 .*kept.*run the same command$") as caught:
            await ask(outer, 20_000, 64)
        assert reason.reason in str(caught.value)
        with pytest.raises(EndpointError):
            await outer(HI)
        return now() - began

    seconds = simulated(go())
    asked_for = 300.0 if reason.wait_s else 0.0  # which is not held against it, up to five minutes
    assert least <= seconds <= most + asked_for


def test_an_endpoint_that_asks_for_patience_gets_it() -> None:
    server = Server(refuses=lambda server: overload(25.0) if now() < 200.0 else None)
    replies, seconds = asked(server, 400, connections=16)
    assert {reply.finish for reply in replies} == {"stop"}
    assert 200 <= seconds < 240


def test_requests_that_are_all_rejected_stop_the_run_too() -> None:
    class Rejecting(Server):
        async def __call__(self, request: Request) -> Reply:
            await super().__call__(request)
            return Reply("", "failed", error="HTTP 400: unknown field")

    async def go() -> None:
        with pytest.raises(EndpointError, match="unknown field"):
            await ask(asking(Rejecting(), pace(2)), 100_000, 4)

    simulated(go())


def test_an_endpoint_that_wants_to_be_left_alone_for_hours_stops_the_run() -> None:
    server = Server(refuses=lambda server: overload(3600.0))

    async def go() -> float:
        with pytest.raises(EndpointError, match=r"3,600 s .*run the same command$"):
            await ask(asking(server, pace()), 100, 64)
        return now()

    assert simulated(go()) < 1
    assert len(server.asked) <= 16 + 2


def test_one_request_that_is_told_to_wait_for_hours_stops_nothing() -> None:
    server = Server(refuses=lambda server: overload(3600.0) if len(server.asked) == 30 else None)
    replies, seconds = asked(server, 400)
    assert {reply.finish for reply in replies} == {"stop"}
    assert LONGEST_WAIT_S <= seconds < LONGEST_WAIT_S + 1


# ---- limits of one's own -------------------------------------------------------------------------


def test_requests_a_minute_are_spread_evenly() -> None:
    async def go() -> list[float]:
        server, outer = Server(), pace(rpm=120)
        await ask(asking(server, outer), 61, 61)
        return server.asked

    times = simulated(go())
    assert times[:2] == [0.0, 0.0], "a second's worth at once"
    assert times[-1] == pytest.approx(59 * 0.5, abs=0.1)
    assert all(0.49 < after - before < 0.51 for before, after in pairwise(times[1:]))


def test_tokens_a_minute_are_estimated_first_and_counted_after() -> None:
    async def go(tokens: int) -> float:
        server = Server(tokens=tokens)  # and 5 of the prompt
        await ask(asking(server, pace(rpm=None, tpm=60_000)), 600, 64)
        return now()

    # The first estimate is too high for the short replies and too low for the long ones.
    assert simulated(go(45)) == pytest.approx(600 * 50 / 1000, rel=0.15)
    assert simulated(go(495)) == pytest.approx(600 * 500 / 1000, rel=0.15)


def test_long_replies_are_soon_expected_to_be_long() -> None:
    async def go() -> list[float]:
        server = Server(takes=lambda server: 10.0, tokens=995)
        await ask(asking(server, pace(tpm=60_000)), 400, 400)
        return server.asked

    times = simulated(go())
    late = [at for at in times if at > 200.0]
    busiest = max(sum(at <= other < at + 10.0 for other in late) for at in late)
    assert 8 <= busiest <= 15, "ten seconds' worth is ten requests"


def test_a_reply_is_not_expected_to_be_longer_than_asked_for() -> None:
    async def sent_at_once(request: Request) -> int:
        outer = pace(tpm=60 * 100)
        waiting = [asyncio.ensure_future(outer.turn(request)) for _ in range(20)]
        await asyncio.sleep(0.5)
        done = sum(task.done() for task in waiting)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return done

    short = Request(user("hi"), Sampling(max_tokens=5))
    assert simulated(sent_at_once(short)) > simulated(sent_at_once(HI)) >= 1


# ---- who comes next ------------------------------------------------------------------------------


def test_two_models_at_one_endpoint_take_turns() -> None:
    async def go() -> tuple[float, float, int]:
        outer, server = pace(8), Server()
        many, few = asking(server, outer), asking(server, outer)
        ended: dict[str, float] = {}

        async def run(name: str, model: Model, rows: int, at_once: int) -> None:
            await ask(model, rows, at_once)
            ended[name] = now()

        await asyncio.gather(run("many", many, 800, 100), run("few", few, 80, 10))
        return ended["few"], ended["many"], server.most

    few, many, most = simulated(go())
    assert most == 8
    assert few == pytest.approx(many, rel=0.1), "a tenth of those who wait gets a tenth of the turns"


def test_turns_are_taken_in_the_order_of_coming() -> None:
    async def go() -> list[int]:
        outer, order = pace(2), []

        async def one(number: int) -> None:
            if not outer.enter():
                await outer.turn(HI)
            order.append(number)
            await asyncio.sleep(1 + number % 3)
            outer.leave()

        await asyncio.gather(*(one(number) for number in range(20)))
        return order

    assert simulated(go()) == list(range(20))


@pytest.mark.parametrize("moment", ["waiting", "let in"])
def test_whoever_is_called_off_takes_no_connection_along(moment: str) -> None:
    async def go() -> int:
        outer = pace(1)
        assert outer.enter()
        waiting = [asyncio.ensure_future(outer.turn(HI)) for _ in range(3)]
        await asyncio.sleep(1)
        if moment == "let in":
            outer.leave()  # the first is let in, and called off before it has noticed
        waiting[0].cancel()
        if moment == "waiting":
            outer.leave()
        assert await waiting[1] == 0.0
        outer.leave()
        assert await waiting[2] == 0.0
        outer.leave()
        assert waiting[0].cancelled()
        return outer.in_flight

    assert simulated(go()) == 0


def test_no_failure_leaks_a_connection() -> None:
    failures: list[Callable[[], Exception]] = [lambda: REFUSED, overload, lambda: ZeroDivisionError(), Stopped]

    class Failing(Server):
        async def __call__(self, request: Request) -> Reply:
            await super().__call__(request)
            if self.served % 5 == 4:
                return Reply("ok")
            raise failures[self.served % 5]()

    async def go() -> int:
        outer = pace(4)
        model = limited(Failing(), outer)
        await asyncio.gather(*(model(HI) for _ in range(40)), return_exceptions=True)
        tasks = [asyncio.ensure_future(model(HI)) for _ in range(10)]
        await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return outer.in_flight

    assert simulated(go()) == 0


# ---- the end -------------------------------------------------------------------------------------


async def _ends(*waiting: Awaitable[object]) -> list[object]:
    return list(await asyncio.gather(*waiting, return_exceptions=True))


def test_halt_sends_home_who_waits_and_leaves_alone_what_is_on_the_wire() -> None:
    async def go() -> tuple[list[object], float]:
        outer = pace(2)
        model = limited(Server(takes=lambda server: 5.0), outer)
        asyncio.get_running_loop().call_later(1.0, outer.halt)
        ends = await _ends(*(model(HI) for _ in range(5)), outer.sleep(100.0))
        ended = now()
        assert await _ends(model(HI), outer.sleep(1.0)) and now() == ended
        assert not outer.enter() and outer.in_flight == 0
        return ends, ended

    ends, seconds = simulated(go())
    assert [type(end) for end in ends] == [Reply, Reply, Stopped, Stopped, Stopped, Stopped]
    assert seconds == 5.0


def test_halt_reaches_who_waits_for_a_pause_or_an_allowance_or_another_try() -> None:
    async def go(outer: Pace, server: Server) -> float:
        asyncio.get_running_loop().call_later(3.0, outer.halt)
        ends = await _ends(*(retrying(limited(server, outer), outer)(HI) for _ in range(40)))
        assert ends and {type(end) for end in ends} <= {Reply, Stopped}
        assert Stopped in {type(end) for end in ends}
        return now()

    assert simulated(go(pace(rpm=6), Server())) < 3.1
    assert simulated(go(pace(), Server(refuses=lambda server: overload(50.0)))) < 3.1
    assert simulated(go(pace(), Server(refuses=lambda server: Transient("HTTP 500: no")))) < 3.1


def test_who_was_let_in_when_the_run_ended_is_not_sent() -> None:
    async def go() -> int:
        outer = pace(1)
        assert outer.enter()
        waiting = asyncio.ensure_future(outer.turn(HI))
        await asyncio.sleep(1)
        outer.leave()
        outer.halt()
        with pytest.raises(Stopped):
            await waiting
        return outer.in_flight

    assert simulated(go()) == 0
