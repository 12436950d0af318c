"""A model that is asked from several machines: a request goes to a worker, and its reply comes back here to be kept.

    metered( cached( retrying( limited( capped( SpreadEndpoint ) ) ) ) )  ──▶  a worker  ──▶  ChatCompletions

The driver keeps all that is there once: cases, pace, budget, journal, judges, samples. Only the asking of the innermost
model is sent out, so that nothing of what a run promises depends on a worker. When one is lost, no reply to its
requests was stored: they are asked again elsewhere, and another worker is hired in its place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from assay.errors import UsageError
from assay.local import LocalModel
from assay.models import bridge
from assay.models.addresses import environment, variable
from assay.models.bridge import BRIDGE
from assay.models.chat import ChatCompletions
from assay.models.crew import Cluster, Crew, Opening
from assay.models.local import Served
from assay.models.pace import Pace
from assay.models.plugged import Plugged
from assay.models.providers import table
from assay.models.wrappers import Wrapper
from assay.schema import Reply, Request

if TYPE_CHECKING:
    from assay.models import Connections


@dataclass(slots=True)
class Spread(Wrapper):
    """A model as the driver knows it (its name, its endpoint), asked by a crew."""

    crew: Crew

    async def __call__(self, request: Request) -> Reply:
        """The reply of one of the workers; what it raised there is raised here.

        Raises:
            Transient, EndpointError, UsageError, Stopped: as the model does.
            EndpointError: no worker was to be had.
        """
        answered = await self.crew.ask(request)
        if answered.spent_s:
            self.told(answered.spent_s)
        if isinstance(answered.reply, Exception):
            raise answered.reply
        return answered.reply

    def told(self, spent_s: float) -> None:
        """For so many seconds, an allowance is used up."""


@dataclass(slots=True)
class SpreadWeights(Spread):
    """Weights, a copy of them in each worker. As of weights here, the queue before them is their limit."""


@dataclass(slots=True)
class SpreadEndpoint(Spread):
    """An endpoint that all workers ask, at the one pace that the driver keeps for it."""

    pace: Pace

    @property
    def at(self) -> Self:
        """Where the pace is, as an endpoint's is."""
        return self

    @property
    def unsent(self) -> tuple[str, ...]:
        """Fields that are known to be refused, whatever is asked."""
        found: tuple[str, ...] = getattr(self.model, "unsent", ())
        return found

    def told(self, spent_s: float) -> None:
        """Nobody asks for so long, a minute at most."""
        self.pace.pause(spent_s)


@dataclass(slots=True)
class Spreading:
    """Where models are asked from: `--ray ADDRESS`. One crew for each model string.

    Baselines answer where they are asked; embedders, `/moderations` and classifiers stay with the driver.
    """

    address: str
    """`HOST:PORT`, `auto`, or `local` for a cluster of this machine alone."""
    workers: int | None = None
    """For each model; None: one a machine, or one a GPU for local weights."""
    gpus: float | None = None
    """For each worker with local weights; None: one, where the cluster has any."""
    cluster: Cluster | None = None
    """Made at the first model, unless one is given."""
    _spread: dict[str, Spread] = field(default_factory=dict, init=False)
    _halted: bool = field(default=False, init=False)

    def model(self, name: str, model: LocalModel | ChatCompletions | Plugged, connections: Connections) -> Spread:
        """The same model, spread.

        Raises:
            UsageError: Ray is not installed, or there is nothing to spread.
        """
        if name not in self._spread:
            crew = Crew(self._cluster(), _opening(name, model, connections))
            spread = SpreadWeights(model, crew) if isinstance(model, LocalModel) else _at_its_pace(model, crew)
            self._spread[name] = spread
            if self._halted:
                crew.halt()
        return self._spread[name]

    def _cluster(self) -> Cluster:
        if self.cluster is None:
            from assay.models.cluster import RayCluster

            self.cluster = RayCluster(self.address, self.workers, self.gpus)
        return self.cluster

    def halt(self) -> None:
        """Ask nobody any more."""
        self._halted = True
        for spread in self._spread.values():
            spread.crew.halt()

    async def close(self) -> None:
        """Dismiss all workers and let go of the cluster; whoever asks afterwards hires anew."""
        spread = list(self._spread.values())
        self._spread.clear()
        for one in spread:
            await one.crew.close()
        if self.cluster is not None:
            await self.cluster.close()


def _at_its_pace(model: ChatCompletions | Plugged, crew: Crew) -> SpreadEndpoint:
    if isinstance(model, ChatCompletions) and isinstance(model.at, Served):
        raise UsageError(
            f"--ray does not start servers: start `vllm serve` where the GPUs are, and ask {model.name} as "
            "openai/MODEL with --base-url; or give the weights as hf/…, which --ray spreads"
        )
    return SpreadEndpoint(model, crew, model.at.pace)


def _opening(name: str, model: LocalModel | ChatCompletions | Plugged, connections: Connections) -> Opening:
    from assay import __version__

    env = environment()
    return Opening(
        name,
        model.endpoint,
        __version__,
        isinstance(model, LocalModel),
        {
            "base_url": connections.base_url,
            "allow_http": connections.allow_http,
            "timeout_s": connections.timeout_s,
        },
        tuple(connections.local.given),
        {one: env[one] for one in sorted(variables(*name.split("/")[:2])) if env.get(one)},
    )


def variables(provider: str, service: str = "") -> set[str]:
    """The environment's names that say where a provider is and with which key; `service`: what a bridge reaches."""
    if provider == BRIDGE:
        return bridge.variables(service)
    own = variable(provider)
    names = {f"{own}_API_KEY", f"{own}_BASE_URL"}
    if provider in table():
        names |= {*table()[provider].keys, *table()[provider].address}
    return names | ({"HF_TOKEN"} if provider == "hf" else set())
