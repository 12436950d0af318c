"""Workers on a Ray cluster: each is an actor on some machine, and dies with the driver.

A key goes to a worker as an argument of a method: from memory to memory. Ray's own way, `runtime_env`, would write it
into the logs and the tables of the cluster.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Coroutine
from itertools import count
from typing import Any

from assay.errors import EndpointError, UsageError
from assay.models.crew import Answered, Cluster, Lost, Opening, Worker
from assay.schema import Request

EXTRA = "pip install 'llm-assay[ray]'"

LOCAL = "local"

AT_ONCE = 16
"""Calls that a worker may have at once: giving, taking, halting. Requests are not counted."""

KNOCK_S = 10.0
"""How long a cluster may take to accept a connection."""

SLIVER = 0.001
"""CPUs that a worker which only waits for an endpoint reserves: some, so that Ray puts it on a machine that has any."""


class RayCluster(Cluster):
    """A Ray cluster; nobody goes there before a first worker is wanted.

    Args:
        address: `HOST:PORT` or `auto`; `local` starts one on this machine.
        workers: for each model; None: one a machine, or one a GPU for weights.
        gpus: for each worker with weights; None: one, where there are any.
    """

    def __init__(self, address: str, workers: int | None = None, gpus: float | None = None) -> None:
        if address.startswith("ray://"):
            raise UsageError(
                f"--ray {address}: Ray Client is not spoken here. Run the command on a machine of the cluster with "
                "--ray auto, or give the address of its head, HOST:6379"
            )
        try:
            import ray  # noqa: F401
        except ImportError:
            raise UsageError(f"--ray needs Ray: {EXTRA}, here and on every machine of the cluster") from None
        self._address, self._workers, self._gpus = address, workers, gpus
        self._joining = asyncio.Lock()
        self._joined = self._ours = False

    async def size(self, weights: bool) -> int:
        """As many as were asked for; else one a machine, or one a GPU for weights."""
        await self._join()
        if self._workers is not None:
            return self._workers
        import ray

        there = await asyncio.to_thread(ray.cluster_resources)
        if weights and there.get("GPU"):
            return max(1, int(there["GPU"] / (self._gpus or 1.0)))
        machines = await asyncio.to_thread(ray.nodes)
        return max(1, sum(1 for one in machines if one["Alive"] and one["Resources"].get("CPU")))

    async def hire(self, opening: Opening) -> Worker:
        """An actor that has opened the model.

        Raises:
            Lost: it died before.
            UsageError: it cannot open that model.
        """
        await self._join()
        import ray
        from ray.exceptions import RayError

        from assay.models.asker import Asker

        needs = await self._needs(opening.weights)
        actor = ray.remote(Asker).options(
            max_concurrency=AT_ONCE, max_restarts=0, scheduling_strategy="SPREAD", **needs
        ).remote()  # fmt: skip
        worker = RayWorker(actor)
        try:
            wrong = await actor.open.remote(opening)
        except asyncio.CancelledError:
            worker.dismiss()
            raise
        except RayError as error:
            worker.dismiss()
            raise _lost(error) from None
        if wrong is not None:
            worker.dismiss()
            raise type(wrong)(f"on a machine of the Ray cluster: {wrong}")
        return worker

    async def _needs(self, weights: bool) -> dict[str, float]:
        """What an actor reserves."""
        if not weights:
            return {"num_cpus": SLIVER}
        import ray

        there = await asyncio.to_thread(ray.cluster_resources)
        return {"num_cpus": 1.0, "num_gpus": (self._gpus or 1.0) if there.get("GPU") or self._gpus else 0.0}

    async def _join(self) -> None:
        async with self._joining:
            if not self._joined:
                # In a thread: it takes seconds, and in the main one it would take SIGTERM for itself.
                await asyncio.to_thread(self._init)
                self._joined = True

    def _init(self) -> None:
        import ray

        if ray.is_initialized():  # by whoever called us; theirs to end
            return
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nobody is told of a run
        quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
        try:
            _knock(self._address)
            ray.init(self._address, **quiet, **({"include_dashboard": False} if self._address == LOCAL else {}))
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            reason = " ".join(str(error).split())[:300]
            raise EndpointError(f"--ray {self._address}: no Ray cluster can be joined there ({reason})") from error
        self._ours = True

    async def close(self) -> None:
        """Leave the cluster; one that was started here ends."""
        self._joined = False
        if self._ours:
            import ray

            self._ours = False
            await asyncio.to_thread(ray.shutdown)


def _knock(address: str) -> None:
    """Whether anybody is there: Ray itself tries for minutes, and then ends the process.

    Raises:
        OSError: nobody is.
    """
    host, colon, port = address.rpartition(":")
    if colon and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), KNOCK_S).close()


class RayWorker(Worker):
    """An actor. Under load, one bundle of requests is on its way there and one of answers on its way back."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor
        self._numbers = count()
        self._ready: list[tuple[int, Request]] = []
        """Requests for the next bundle."""
        self._waiting: dict[int, asyncio.Future[Answered]] = {}
        self._going: set[asyncio.Task[None]] = set()
        self._giving = self._taking = False

    async def ask(self, request: Request) -> Answered:
        """Ask its model; raises `Lost` where the actor or its machine is gone."""
        number = next(self._numbers)
        answer: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        self._ready.append((number, request))
        if not self._giving:
            self._giving = True
            self._go(self._give())
        if not self._taking:
            self._taking = True
            self._go(self._take())
        return await answer

    def _go(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(self._until_lost(work))
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    async def _until_lost(self, work: Coroutine[Any, Any, None]) -> None:
        """What goes wrong between here and there is everybody's who waits for this worker."""
        try:
            await work
        except Exception as error:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(_lost(error))
            self._waiting.clear()

    async def _give(self) -> None:
        try:
            while self._ready:
                bundle, self._ready = self._ready, []
                await self._actor.give.remote(bundle)
        finally:
            self._giving = False

    async def _take(self) -> None:
        try:
            while self._waiting:
                for number, answered in await self._actor.take.remote():
                    answer = self._waiting.pop(number, None)
                    if answer is not None and not answer.done():
                        answer.set_result(answered)
        finally:
            self._taking = False

    def halt(self) -> None:
        """Begin nothing more."""
        self._actor.halt.remote()

    def dismiss(self) -> None:
        """Kill it."""
        import ray

        ray.kill(self._actor)


def _lost(error: Exception) -> Exception:
    """What a failed call means: the worker is gone, unless the code here or there failed, which must be seen."""
    from ray.exceptions import RayError, RayTaskError

    is_lost = isinstance(error, RayError) and not isinstance(error, RayTaskError)
    return Lost(str(error)[:300]) if is_lost else error
