"""How fast one endpoint is asked: how many requests at once, how many a minute, and when not at all.

One `Pace` for each endpoint and key, shared by everybody who asks there, first come, first served: neither a model nor
its judge waits longer than the other. Nothing is tuned by hand; the endpoint's own answers say how much it takes.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable
from time import monotonic

from assay.errors import EndpointError, Stopped
from assay.models.failures import Transient
from assay.models.limits import Bucket, Patience, Window
from assay.models.tokens import OPEN_REPLY_TOKENS, chat_tokens
from assay.schema import Reply, Request

STREAK = 3
"""So many requests in a row turned away, and nobody new is sent."""

CHANCE = 1e-5
"""Where requests are turned away now and then whatever the load, a streak is no streak that was as likely as this."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 5.0
"""How long everybody waits after a streak where the endpoint does not say: doubled each time up to the longest."""

LONGEST_WAIT_S = 60.0
"""Waits that a server asks for are cut to this; one that asks for more, of everybody, stops the run."""


class Pace:
    """Lets requests through to one endpoint.

    Args:
        connections: requests in flight, at most.
        rpm: requests a minute, at most; None for no limit.
        tpm: tokens a minute, at most, prompts and replies together; None for no limit.
        clock: seconds, never going back.
    """

    def __init__(
        self,
        connections: int = 32,
        rpm: float | None = None,
        tpm: float | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.clock = clock
        self.window = Window(connections)
        self.in_flight = 0
        self._requests = Bucket(rpm) if rpm else None
        self._tokens = Bucket(tpm) if tpm else None
        self._reply_tokens = float(OPEN_REPLY_TOKENS)
        self._patience = Patience()
        self._queue: deque[tuple[asyncio.Future[float | None], Request]] = deque()
        self._sleepers: set[asyncio.Future[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._closed: EndpointError | Stopped | None = None
        self._open = not (rpm or tpm)
        """Whether nothing but the window needs to be looked at."""
        self._told_until = self._held_until = 0.0
        self._streak, self._streak_since, self._streak_from = 0, 0.0, STREAK
        self._holds = self._withheld = 0

    # ---- the gate --------------------------------------------------------------------------------

    def enter(self) -> bool:
        """Take a connection, where one is free and nobody waits for it. Whoever got one must `leave`."""
        if self._open and not self._queue and self.in_flight + self._withheld < self.window.slots:
            self.in_flight += 1
            return True
        return False

    async def turn(self, request: Request) -> float:
        """Wait for a connection, behind everybody who came before; the tokens that were set aside for the request.

        Raises:
            EndpointError: the endpoint refuses every request.
            Stopped: the run was told to end.
        """
        self._check()
        waiter: asyncio.Future[float | None] = asyncio.get_running_loop().create_future()
        self._queue.append((waiter, request))
        self._let_in()
        try:
            cost = await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.result() is not None:
                self.leave()  # let in and called off in the same moment
            raise
        if self._closed is not None and cost is not None:
            self.leave()
        self._check()
        return cost or 0.0

    def leave(self) -> None:
        """Give the connection to whoever waits longest."""
        self.in_flight -= 1
        if self._queue:
            self._let_in()

    def _let_in(self) -> None:
        while self._queue and (self.in_flight + self._withheld < self.window.slots or not self.in_flight):
            waiter, request = self._queue[0]
            if not waiter.done():
                # Only now: what a reply is expected to take may have changed while this request waited.
                cost = self._expected(request) if self._tokens else 0.0
                wait = 0.0 if self._open else self._shut_for(cost)
                if wait > 0:
                    self._look_again_in(wait)
                    return
                self.in_flight += 1
                waiter.set_result(cost)
            self._queue.popleft()

    def _shut_for(self, cost: float) -> float:
        """Seconds until the next request may go; at 0 its allowances are taken."""
        now = self.clock()
        pause = max(self._told_until, self._held_until) - now
        if pause > 0:
            return pause
        allowances = [(bucket, price) for bucket, price in ((self._requests, 1.0), (self._tokens, cost)) if bucket]
        self._open = not allowances
        wait = max((bucket.wait(price, now) for bucket, price in allowances), default=0.0)
        if wait <= 0:
            for bucket, price in allowances:
                bucket.spend(price)
        return wait

    def _look_again_in(self, wait: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        # Timers tick in milliseconds: a shorter wait would come round at once, again and again.
        self._timer = asyncio.get_running_loop().call_later(max(wait, 0.001), self._let_in)

    def _expected(self, request: Request) -> float:
        """Tokens, about: of the prompt, and of a reply as long as those before."""
        limit = request.sampling.max_tokens
        return chat_tokens(request.chat) + (self._reply_tokens if limit is None else min(self._reply_tokens, limit))

    # ---- what came back --------------------------------------------------------------------------

    def answered(self, reply: Reply, sent: float, cost: float, endpoint: str) -> None:
        """A reply came to a request that was sent at `sent`, with so many tokens set aside for it.

        Raises:
            EndpointError: for too long there was nothing but failed ones.
        """
        now = self.clock()
        usage = reply.usage
        self.window.answered(sent, now, usage.completion, self.in_flight >= self.window.slots)
        if self._tokens is not None and (usage.completion or usage.prompt):
            self._tokens.spend(usage.prompt + usage.completion - cost)
            self._reply_tokens += (usage.completion - self._reply_tokens) / 32
        if self._streak or self._withheld:
            self._got_through(sent)
        if reply.finish == "failed":
            self._failed(reply.error, now, endpoint)
        else:
            self._patience.succeeded()

    def failed(self, failure: Transient, sent: float, endpoint: str) -> None:
        """A try failed that was sent at `sent`.

        Raises:
            EndpointError: the endpoint is down, or wants to be left alone for longer than a run can wait.
        """
        now = self.clock()
        if failure.congested:
            self._turned_away(failure.wait_s, sent, now)
            if failure.overload and self._held and (failure.wait_s or 0.0) > LONGEST_WAIT_S:
                self._give_up(f"{endpoint} asks to be left alone for {failure.wait_s:,.0f} s", failure.reason)
        self._failed(failure.reason, now, endpoint)

    def pause(self, seconds: float) -> None:
        """Send nobody for so long, a minute at most: an allowance is used up."""
        self._told_until = self._shut_until(self._told_until, seconds, self.clock(), asked=True)

    def _turned_away(self, asked: float | None, sent: float, now: float) -> None:
        """One concerns that request alone. After a streak, nobody is sent until the endpoint's wait has passed."""
        if not self._streak:
            self._streak_since, self._streak_from = sent, _streak_from(self.window)
        self._streak += 1
        self.window.turned_away(sent, now)
        if not self._held:
            self._withheld += 1  # or a request for which there is no room would be followed by the next, at once
            return
        self._withheld = 0
        if self._streak == self._streak_from or sent > self.window.cut_at:
            self.window.suspect(now, probe=asked is None)
            self._holds += 1
        own = min(FIRST_PAUSE_S * 2 ** (self._holds - 1), LONGEST_PAUSE_S)
        wait = own if asked is None else asked
        self._held_until = self._shut_until(self._held_until, wait, now, asked is not None)

    @property
    def _held(self) -> bool:
        return self._streak >= self._streak_from

    def _got_through(self, sent: float) -> None:
        """End a streak, and give back a connection that was withheld.

        A reply to what was sent before a streak only says that the endpoint took it then. One to what was sent during
        the streak says that it was chance: nobody need wait any longer, and the window is as it was.
        """
        if self._held:
            if sent < self._streak_since:
                return
            if sent <= self.window.cut_at:
                self.window.restore()
            self._held_until = 0.0
        self._streak = self._holds = 0
        self._withheld = max(0, self._withheld - 1)
        self._let_in()

    def _shut_until(self, until: float, wait: float, now: float, asked: bool) -> float:
        self._open = False
        later = max(until, now + min(wait, LONGEST_WAIT_S))
        if asked:
            self._patience.excuse(later - max(until, now))
        return later

    def _failed(self, reason: str, now: float, endpoint: str) -> None:
        if self._patience.failed(now):
            self._give_up(f"{endpoint} is down: {self._patience.failures} tries in a row failed", reason)

    # ---- the end ---------------------------------------------------------------------------------

    def _give_up(self, what: str, reason: str) -> None:
        self.refuse(EndpointError(f"{what} ({reason}). Every reply so far is kept: later, run the same command"))
        self._check()

    def refuse(self, error: EndpointError) -> None:
        """The endpoint refuses every request: nobody who waits needs to be refused too."""
        self._close(error)

    def halt(self) -> None:
        """Send nobody any more. What is on the wire is not touched."""
        self._close(Stopped())

    async def sleep(self, seconds: float) -> None:
        """Wait before another try.

        Raises:
            EndpointError, Stopped: meanwhile there is no other try to wait for.
        """
        self._check()
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(seconds, _wake, woken)
        self._sleepers.add(woken)
        try:
            await woken
        finally:
            timer.cancel()
            self._sleepers.discard(woken)
        self._check()

    def _close(self, error: EndpointError | Stopped) -> None:
        if self._closed is None:
            self._closed, self._open = error, False
        for waiter, _ in self._queue:
            if not waiter.done():
                waiter.set_result(None)
        self._queue.clear()
        for sleeper in self._sleepers:
            _wake(sleeper)

    def _check(self) -> None:
        if isinstance(self._closed, EndpointError):
            raise EndpointError(str(self._closed))  # each its own: a shared one would gather everybody's traceback
        if self._closed is not None:
            raise Stopped


def _streak_from(window: Window) -> int:
    """How many in a row make a streak: of a wide window, a fifth; and more than chance would bring."""
    chance = math.log(CHANCE) / math.log(min(max(window.share, 1e-9), 0.9))
    return max(STREAK, window.slots // 5, math.ceil(chance))


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
