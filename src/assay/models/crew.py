"""The workers of a spread model: the least busy is asked next, what a lost one had is asked of another.

Nothing here knows what a cluster is: `assay.models.cluster` has Ray's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from assay.errors import AssayError, EndpointError, Stopped
from assay.schema import Reply, Request

LOSSES = 4
"""Workers that may be lost over one request; then its reply counts as failed, for it may be what they die of."""

BARREN = 8
"""Workers in a row that may be lost before any of them has answered; then none is hired any more."""

BREATH_S = 1.0
"""Before a worker is hired in place of one that never answered."""

START_S = 600.0
"""How long a request waits for a first worker: weights are loaded, or others use the cluster."""


class Lost(Exception):
    """The worker is gone, and with it what it was asked."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a worker needs to open a model just as the driver has it."""

    name: str
    """The model string."""
    endpoint: str
    """The driver's; replies are stored under it, so the worker's must be the same."""
    version: str
    """The driver's assay."""
    weights: bool
    """Whether the model runs in the worker, and wants a GPU where there is one."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of `Connections`."""
    options: tuple[tuple[str, object], ...] = ()
    """Of `Locals`."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Addresses and keys of this model's provider. Goes from memory to memory, and is never printed or written."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a worker says to one request."""

    reply: Reply | Exception
    spent_s: float = 0.0
    """Seconds until an allowance of the endpoint that is used up comes back."""


class Worker(Protocol):
    """One that asks elsewhere."""

    async def ask(self, request: Request) -> Answered:
        """Ask its model; raises `Lost` where no answer can come any more."""
        ...

    def halt(self) -> None:
        """Begin nothing more."""
        ...

    def dismiss(self) -> None:
        """End it, whatever it is at; none is told twice."""
        ...


class Cluster(Protocol):
    """Where workers are (`assay.models.cluster.RayCluster`)."""

    async def size(self, weights: bool) -> int:
        """How many workers there should be for one model."""
        ...

    async def hire(self, opening: Opening) -> Worker:
        """A worker that has opened the model; waits until there is room for it.

        Raises:
            Lost: it was gone before it was there.
            AssayError: no worker could open that model.
        """
        ...

    async def close(self) -> None:
        """Let go of the cluster."""
        ...


class Crew:
    """The workers of one model: the least busy is asked next, a lost one is replaced.

    Args:
        cluster: where they are.
        opening: what they open.
        start_s: how long a request waits where there is no worker.
        breath_s: the wait before a worker is hired in place of one that never answered.
    """

    def __init__(
        self, cluster: Cluster, opening: Opening, start_s: float = START_S, breath_s: float = BREATH_S
    ) -> None:
        self.opening = opening
        self._cluster, self._start_s, self._breath_s = cluster, start_s, breath_s
        self._busy: dict[Worker, int] = {}
        """Requests that each worker has."""
        self._hiring: set[asyncio.Task[Any]] = set()
        self._changed = asyncio.Event()
        self._begun = False
        self._barren = 0
        self._closed: Exception | None = None

    async def ask(self, request: Request) -> Answered:
        """The answer of the least busy worker, or of another where that one is lost.

        Raises:
            AssayError: no worker can open the model, or none came.
            Stopped: the run was told to end before any worker was there.
        """
        for _ in range(LOSSES):
            worker = await self._least_busy()
            self._busy[worker] += 1
            try:
                answered = await worker.ask(request)
                self._barren = 0
                return answered
            except Lost:
                self._replace(worker)
            finally:
                if worker in self._busy:
                    self._busy[worker] -= 1
        return Answered(Reply("", "failed", error=f"{LOSSES} workers were lost while they asked this"))

    async def _least_busy(self) -> Worker:
        self._check()
        if not self._begun:
            self._begun = True
            self._start(self._staff())
        if not self._busy:
            await self._first()
        self._check()
        return min(self._busy, key=self._busy.__getitem__)

    async def _first(self) -> None:
        """Wait until a worker is there."""
        try:
            async with asyncio.timeout(self._start_s):
                while not self._busy and self._closed is None:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise EndpointError(
                f"for {self._start_s:,.0f} s no worker for {self.opening.name} was to be had on the Ray cluster: see "
                "with `ray status` whether it has room. Every reply so far is kept: later, run the same command"
            ) from None

    def _check(self) -> None:
        if isinstance(self._closed, AssayError):
            raise type(self._closed)(str(self._closed))  # each its own: a shared one would gather tracebacks
        if self._closed is not None:
            raise Stopped

    # ---- hiring ----------------------------------------------------------------------------------

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._hiring.add(task)
        task.add_done_callback(self._hiring.discard)

    async def _staff(self) -> None:
        """As many workers as the cluster has room for."""
        try:
            workers = await self._cluster.size(self.opening.weights)
        except Exception as error:
            self._close(_as_ours(error))
            return
        for _ in range(workers):
            self._start(self._hired())

    async def _hired(self, wait_s: float = 0.0) -> None:
        """One more worker."""
        try:
            await asyncio.sleep(wait_s)
            worker = await self._cluster.hire(self.opening)
        except Lost:
            self._gone()
        except Exception as error:  # nobody waits for this task, and all wait for what it does
            self._close(_as_ours(error))
        else:
            if self._closed is not None:
                worker.halt()
            self._busy[worker] = 0
            self._changed.set()

    def _replace(self, worker: Worker) -> None:
        """Once, whoever of its requests finds out first."""
        if self._busy.pop(worker, None) is not None:
            worker.dismiss()
            self._gone()

    def _gone(self) -> None:
        if self._closed is not None:
            return
        self._barren += 1
        if self._barren < BARREN:
            self._start(self._hired(self._breath_s if self._barren > 1 else 0.0))
        elif not self._busy and not self._hiring - {asyncio.current_task()}:  # nobody is left to come
            self._close(EndpointError(
                f"{BARREN} workers for {self.opening.name} were lost before one of them answered: the Ray cluster is "
                "going down, or they die of it (memory?). Every reply so far is kept: run the same command"
            ))  # fmt: skip

    # ---- the end ---------------------------------------------------------------------------------

    def halt(self) -> None:
        """Send out nothing more that waits; what workers have on the wire comes in."""
        self._close(Stopped())
        for worker in self._busy:
            worker.halt()

    def _close(self, error: Exception) -> None:
        self._closed = self._closed or error
        self._changed.set()

    async def close(self) -> None:
        """Dismiss everybody."""
        for task in list(self._hiring):
            task.cancel()
        await asyncio.gather(*self._hiring, return_exceptions=True)
        for worker in self._busy:
            worker.dismiss()
        self._busy.clear()


def _as_ours(error: Exception) -> AssayError:
    if isinstance(error, AssayError):
        return error
    return EndpointError(f"no worker can be hired ({type(error).__name__}: {' '.join(str(error).split())[:300]})")
