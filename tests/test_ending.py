"""A run that is told to end asks nothing more and loses nothing."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from assay.ending import Ending, driven, ended_by_signals, in_flight
from assay.errors import AssayError, EndpointError, RunStopped, Stopped


class Line:
    """Work of which each piece takes two steps; `halt` is what a limiter does to whoever waits."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.done: list[int] = []
        self.halted = False

    async def work(self, number: int) -> None:
        if self.halted:
            raise Stopped
        self.begun.append(number)
        await asyncio.sleep(0.01)
        self.done.append(number)

    def halt(self) -> None:
        self.halted = True


def test_everything_is_done_so_many_at_a_time() -> None:
    line = Line()
    driven(in_flight(line.work, range(20), 5, Ending(line.halt)))
    assert sorted(line.done) == list(range(20))


def test_what_was_begun_is_finished_and_nothing_else_is_begun() -> None:
    line = Line()
    ending = Ending(line.halt)

    async def work(number: int) -> None:
        if number == 7:
            ending(RunStopped("enough"))
            ending(RunStopped("the first reason counts"))
        await line.work(number)

    with pytest.raises(RunStopped, match="enough"):
        driven(in_flight(work, range(1000), 5, ending))
    assert sorted(line.done) == sorted(line.begun)
    assert len(line.done) < 15


def test_an_error_lets_the_others_finish_and_is_raised_as_itself() -> None:
    line = Line()

    async def work(number: int) -> None:
        if number == 2:
            raise EndpointError("no such model")
        await line.work(number)

    with pytest.raises(EndpointError, match="no such model"):
        driven(in_flight(work, range(1000), 4, Ending(line.halt)))
    assert sorted(line.done) == sorted(line.begun) and 2 <= len(line.done) < 10


def test_after_an_error_nobody_waits_for_a_reply_that_never_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.ending.GRACE_S", 0.02)

    async def work(number: int) -> None:
        if number == 1:
            raise EndpointError("refused")
        await asyncio.sleep(60)

    async def go() -> str:
        try:
            await in_flight(work, range(3), 3, Ending(lambda: None))
        except AssayError as error:
            await asyncio.sleep(0)  # what comes after is not cancelled as well
            return str(error)
        return ""

    assert driven(go()) == "refused"


def test_a_bug_is_no_ending() -> None:
    async def work(number: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup) as caught:
        driven(in_flight(work, range(3), 1, Ending(lambda: None)))
    assert caught.group_contains(ZeroDivisionError)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_waits_for_what_is_in_flight(number: signal.Signals, code: int) -> None:
    line, told = Line(), list[str]()
    ending = Ending(line.halt)

    async def work(item: int) -> None:
        if item == 4:
            os.kill(os.getpid(), number)
        await line.work(item)

    async def go() -> None:
        with ended_by_signals(ending, told.append):
            await in_flight(work, range(100_000), 4, ending)

    with pytest.raises(RunStopped, match="kept") as caught:
        driven(go())
    assert caught.value.exit_code == code
    assert line.done == line.begun and len(line.done) < 20
    assert len(told) == 1 and "once more" in told[0]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_second_signal_stops_at_once() -> None:
    ending = Ending(lambda: None)

    async def work(item: int) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(60)

    async def go() -> None:
        with ended_by_signals(ending, lambda text: None):
            await in_flight(work, range(3), 1, ending)

    with pytest.raises(RunStopped):
        driven(go())
