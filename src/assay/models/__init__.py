"""The only code that talks to a provider. A model string is `provider/model`; what it opens has a model's shape."""

from __future__ import annotations

from dataclasses import dataclass, field

from assay import plugins
from assay.errors import UsageError
from assay.local import HUGGING_FACE, LocalModel, Locals
from assay.models.addresses import OPENAI_URL, address_of, environment, key_of, without_key
from assay.models.baselines import BASELINES, Baseline
from assay.models.bridge import BRIDGE, bridged, parted, service_of
from assay.models.cached import Journal, cached
from assay.models.chat import ChatCompletions, Embeddings, Endpoint, Moderations
from assay.models.http import Http, checked_url
from assay.models.local import served
from assay.models.pace import Pace
from assay.models.plugged import Plugged
from assay.models.providers import Provider, table
from assay.models.spread import SpreadEndpoint, Spreading, SpreadWeights
from assay.models.wrappers import limited, retrying
from assay.schema import Model

__all__ = [
    "OPENAI_URL",
    "Connections",
    "Journal",
    "Pace",
    "Plugged",
    "SpreadEndpoint",
    "SpreadWeights",
    "Spreading",
    "cached",
    "environment",
    "limited",
    "pace_of",
    "retrying",
]


@dataclass(slots=True)
class Connections:
    """Opens models, embedders and moderation endpoints; what goes to one endpoint with one key shares one `Pace`.

    `providers.toml` says where `deepseek/…` goes, and by which variable its key; `NAME_BASE_URL` and `NAME_API_KEY`,
    also from a `.env` in the working directory, go before it, and say it of names that are not there. `base_url` is
    where `openai/…` goes. `connections`, `rpm` and `tpm` hold for each endpoint and key.
    """

    base_url: str = ""
    allow_http: bool = False
    timeout_s: float = 600.0
    connections: int = 32
    rpm: float | None = None
    tpm: float | None = None
    local: Locals = field(default_factory=Locals)
    """Weights in this process (`hf/…`), and vLLM servers that it starts."""
    spreading: Spreading | None = None
    """Whose workers ask the models; None: this process does."""
    http: Http = field(init=False, repr=False)
    """Connections that know no key."""
    _endpoints: dict[tuple[str, str, str], Endpoint] = field(default_factory=dict, init=False, repr=False)
    _plugged: dict[str, Pace] = field(default_factory=dict, init=False, repr=False)
    _halted: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.http = Http(timeout_s=self.timeout_s)

    def model(self, name: str) -> Model:
        """The model of that string, bare: no cache, limit or retry; spread over a cluster, where that is wanted.

        Raises:
            UsageError: unknown provider or baseline, no model, or a missing key.
        """
        model = self._model(name)
        if self.spreading is None or isinstance(model, Baseline):
            return model
        return self.spreading.model(name, model, self)

    def _model(self, name: str) -> Baseline | LocalModel | ChatCompletions | Plugged:
        provider, model = split(name)
        if provider == "baseline":
            if model not in BASELINES:
                raise UsageError(f"no baseline named {model!r}; there are: {', '.join(BASELINES)}")
            return Baseline(name, BASELINES[model])
        if provider == HUGGING_FACE:
            return self.local.model(name)
        if provider == "vllm":
            at = self._endpoint(provider)
            return ChatCompletions(name, model, served(at, self.local.server(model, at.url)))
        if provider == BRIDGE:
            service, model = parted(model)
            return ChatCompletions(name, model, self._bridge(service))
        if provider not in table() and (plugged := plugins.model(provider, model)) is not None:
            return Plugged(plugged, self._pace(name))
        return ChatCompletions(name, model, self._endpoint(provider))

    def embedder(self, name: str) -> Embeddings:
        """An embedder behind an `/embeddings` endpoint."""
        provider, model = split(name)
        return Embeddings(name, model, self._endpoint(provider, "embeddings"))

    def moderations(self, name: str) -> Moderations:
        """A toxicity instrument behind a `/moderations` endpoint."""
        provider, model = split(name)
        return Moderations(name, model, self._endpoint(provider, "moderations"))

    def _endpoint(self, provider: str, instrument: str = "") -> Endpoint:
        """Where a provider is asked, as a model or as an instrument."""
        env = environment()
        row, url = address_of(provider, env, self.base_url)
        if instrument and row.speaks != "chat":
            raise UsageError(f"{row.name} is asked for chats only: name another provider for {instrument}")
        key, key_name = key_of(provider, row, env)
        if not key and url == row.url and not row.keyless:
            raise without_key(provider, key_name)
        return self._opened(checked_url(url, self.allow_http), key, key_name, row)

    def address(self, name: str) -> str:
        """The base URL of a model string; whether there is a key for it is not looked at.

        Raises:
            UsageError: unknown provider, or no model.
        """
        provider, model = split(name)
        if provider == BRIDGE:
            return service_of(parted(model)[0], environment(), self.allow_http).url
        return checked_url(address_of(provider, environment(), self.base_url)[1], self.allow_http)

    def _opened(self, url: str, key: str, key_name: str, row: Provider) -> Endpoint:
        place = url, key, row.id
        if place not in self._endpoints:
            pace = self._new_pace()
            http = Http(key, self.timeout_s, row.key_header, row.headers)
            self._endpoints[place] = Endpoint(url, http, key_name, pace, row)
        return self._endpoints[place]

    def _bridge(self, name: str) -> Endpoint:
        """A service that any-llm asks."""
        service = service_of(name, environment(), self.allow_http)
        place = service.url, service.key, f"{BRIDGE}/{name}"
        if place not in self._endpoints:
            self._endpoints[place] = bridged(service, self.timeout_s, self._new_pace())
        return self._endpoints[place]

    def _pace(self, name: str) -> Pace:
        """The pace of a plugin's model."""
        if name not in self._plugged:
            self._plugged[name] = self._new_pace()
        return self._plugged[name]

    def _new_pace(self) -> Pace:
        pace = Pace(self.connections, self.rpm, self.tpm)
        if self._halted:
            pace.halt()
        return pace

    def halt(self) -> None:
        """Ask nobody any more: whoever waits to ask gets `Stopped`. What is on the wire is not touched."""
        self._halted = True
        self.local.halt()
        if self.spreading is not None:
            self.spreading.halt()
        for pace in (*(endpoint.pace for endpoint in self._endpoints.values()), *self._plugged.values()):
            pace.halt()

    async def close(self) -> None:
        """Close all connections."""
        if self.spreading is not None:
            await self.spreading.close()
        await self.local.close()
        for endpoint in self._endpoints.values():
            await endpoint.close()


def pace_of(model: ChatCompletions | Embeddings | Moderations | Plugged | SpreadEndpoint) -> Pace:
    """The pace at which a model's endpoint is asked: for `limited` and `retrying`, by whatever they are parted."""
    return model.at.pace


def split(name: str) -> tuple[str, str]:
    """`provider/model` → both.

    Raises:
        UsageError: one of them is missing.
    """
    provider, slash, model = name.partition("/")
    if not slash or not provider or not model:
        raise UsageError(
            f"{name!r} is not a model string; write provider/model, such as openai/gpt-4o-mini or baseline/chance"
        )
    return provider, model
