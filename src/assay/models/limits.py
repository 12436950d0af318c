"""What holds a `Pace` back: how many requests at once, how many a minute, and when to give an endpoint up.

Numbers in, numbers out: no clock and no event loop in here. Times are seconds of any clock that never goes back.
"""

from __future__ import annotations

import math

START = 16
"""Requests in flight at first."""

CUT, EASED = 0.7, 0.9
"""What is left of the window after congestion, and after a round that was too slow."""

TOLERATED, MEMORY = 0.3, 64
"""The share of requests turned away that is no congestion yet, and over how many answers it is counted.

Some endpoints turn a tenth away whatever the load. Cutting for each of these would end at three connections, and would
not lower their share. Above its limit, an endpoint turns away half of what is sent, or all.
"""

RISING = 3.0
"""A round is slow when its median is so many times that of the fastest round."""

SAME_TOKENS = 64
"""Seconds are compared per completion token; so many tokens stand for what does not depend on a reply's length."""

LEAST_S = 0.02
"""Replies faster than this are alike: what differs is how busy this process is."""


class Window:
    """How many requests may be in flight: slow start, then one more a round; less under congestion.

    A round is as many replies as the window is wide. Answers to requests that were sent before the last decrease do
    not count: they tell of the window as it was.
    """

    def __init__(self, top: int) -> None:
        self.top = top
        self.size = float(min(top, START))
        self.slots = int(self.size)
        self.cut_at = -math.inf
        self._slow_start_to = float(top)
        self._before = (self.size, self._slow_start_to)
        self.share = 0.0
        """Of late, the part of all requests that were turned away."""
        self._samples: list[float] = []
        self._round = self.slots
        self._fastest = math.inf
        self._slow_since: tuple[float, float] | None = None
        # Time alone proves little, since other tasks may simply have longer prompts: it never takes more than this.
        self._floor = max(8.0, top / 8)

    def answered(self, sent: float, now: float, tokens: int, full: bool) -> None:
        """A reply of so many tokens came; `full` where every connection was in use, so that one more could be."""
        self.share -= self.share / MEMORY
        if sent <= self.cut_at:
            return
        if full and self.slots < self.top and self._slow_since is None:
            self._resize(self.size + (1.0 if self.size < self._slow_start_to else 1.0 / self.size))
        self._samples.append(max(now - sent, LEAST_S) / (tokens + SAME_TOKENS))
        if len(self._samples) >= self._round:
            self._compare(sorted(self._samples)[len(self._samples) // 2], now)
            self._samples.clear()
            self._round = self.slots

    def turned_away(self, sent: float, now: float) -> None:
        """A request was refused for now, or got no answer."""
        self.share += (1 - self.share) / MEMORY
        if sent > self.cut_at and self.share > TOLERATED:
            self._cut(self.size * CUT, now)
            self.share /= 2  # its effect on the share is yet to come

    def suspect(self, now: float, probe: bool) -> None:
        """Nothing seems to get through: cut. `probe`: begin again with a single request."""
        self._before = (self.size, self._slow_start_to)
        climbing = self.size < self._slow_start_to < self.top
        self._cut((self._slow_start_to if climbing else self.size) * CUT, now)
        if probe:
            self._resize(1.0)

    def restore(self) -> None:
        """Something got through after all: as before the last `suspect`."""
        self._slow_start_to = self._before[1]
        self._resize(self._before[0])

    def _compare(self, median: float, now: float) -> None:
        """Cut after a slow round, unless cutting does not help.

        The fastest round is remembered for as long as fewer requests at once make faster replies. Where they do not,
        or at the floor, replies are slower for another reason, and are the new measure; were old rounds just to
        expire, the window would creep up on a server that is slow because of it.
        """
        if median <= RISING * self._fastest:
            self._fastest = min(self._fastest, median)
            self._slow_since = None
            return
        size, slow = self._slow_since or (self.size, median)
        self._slow_since = size, max(slow, median)
        in_vain = self.size <= CUT * size and median > 0.85 * slow
        if in_vain or self.size <= self._floor:
            self._fastest, self._slow_since = median, None
            self._slow_start_to = max(self._slow_start_to, size)
        else:
            self._cut(max(self._floor, self.size * EASED), now)

    def _cut(self, size: float, now: float) -> None:
        self.cut_at = now
        self._samples.clear()
        self._round = int(max(1.0, size))
        self._slow_start_to = max(1.0, size)
        self._resize(size)

    def _resize(self, size: float) -> None:
        self.size = min(max(size, 1.0), float(self.top))
        self.slots = int(self.size)


class Bucket:
    """An allowance a minute, spent smoothly: at most a second's worth at once, and always one request."""

    def __init__(self, a_minute: float) -> None:
        self._rate = a_minute / 60
        self._most = self._left = max(1.0, self._rate)
        self._at = 0.0

    def wait(self, cost: float, now: float) -> float:
        """Seconds until so much may be spent. What costs more than a second's worth is let through a full bucket."""
        self._left = min(self._most, self._left + (now - self._at) * self._rate)
        self._at = now
        return max(0.0, (min(cost, self._most) - self._left) / self._rate)

    def spend(self, cost: float) -> None:
        """Take it, or with a negative cost put it back; what is owed is waited for by whoever comes next."""
        self._left = min(self._most, self._left - cost)


DOWN_TRIES, DOWN_S, NEVER_UP_S = 10, 60.0, 15.0
"""An endpoint is down when so many tries in a row failed over so many seconds; sooner where none ever succeeded."""

EXCUSED_S = 300.0
"""Waiting that the endpoint asked for is not held against it, up to so many seconds in a row."""


class Patience:
    """When to give an endpoint up."""

    def __init__(self) -> None:
        self.failures = 0
        """Tries in a row that failed."""
        self._since = self._excused = 0.0
        self._ever = False

    def succeeded(self) -> None:
        """A reply came."""
        self.failures, self._excused, self._ever = 0, 0.0, True

    def excuse(self, seconds: float) -> None:
        """The endpoint asked to wait so long."""
        self._excused = min(self._excused + seconds, EXCUSED_S)

    def failed(self, now: float) -> bool:
        """A try failed; whether that was one too many."""
        if not self.failures:
            self._since = now
        self.failures += 1
        silent = now - self._since - self._excused
        return self.failures >= DOWN_TRIES and silent >= (DOWN_S if self._ever else NEVER_UP_S)
