"""The only code that talks to a provider. A model string is `provider/model`; what it opens has a model's shape."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from assay.errors import UsageError
from assay.models.baselines import BASELINES, Baseline
from assay.models.cached import Journal, cached
from assay.models.chat import ChatCompletions, Embeddings, Endpoint, Moderations
from assay.models.http import Http, checked_key, checked_url
from assay.models.pace import Pace
from assay.models.wrappers import limited, retrying
from assay.schema import Model

OPENAI_URL = "https://api.openai.com/v1"

__all__ = ["Connections", "Journal", "Pace", "cached", "limited", "pace_of", "retrying"]


@dataclass(slots=True)
class Connections:
    """Opens models, embedders and moderation endpoints; what goes to one endpoint with one key shares one `Pace`.

    `base_url` and the environment (`OPENAI_BASE_URL`, `OPENAI_API_KEY`, also from a `.env` in the working directory)
    say where `openai/…` goes; `NAME_BASE_URL` and `NAME_API_KEY` where `name/…` goes. `connections`, `rpm` and `tpm`
    hold for each endpoint and key.
    """

    base_url: str = ""
    allow_http: bool = False
    timeout_s: float = 600.0
    connections: int = 32
    rpm: float | None = None
    tpm: float | None = None
    http: Http = field(init=False, repr=False)
    """Connections that know no key."""
    _endpoints: dict[tuple[str, str], Endpoint] = field(default_factory=dict, init=False, repr=False)
    _halted: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.http = Http(timeout_s=self.timeout_s)

    def model(self, name: str) -> Model:
        """The model of that string, bare: no cache, limit or retry.

        Raises:
            UsageError: unknown provider or baseline, no model, or a missing key.
        """
        provider, model = split(name)
        if provider == "baseline":
            if model not in BASELINES:
                raise UsageError(f"no baseline named {model!r}; there are: {', '.join(BASELINES)}")
            return Baseline(name, BASELINES[model])
        return ChatCompletions(name, model, self._endpoint(provider))

    def embedder(self, name: str) -> Embeddings:
        """An embedder behind an `/embeddings` endpoint."""
        provider, model = split(name)
        return Embeddings(name, model, self._endpoint(provider))

    def moderations(self, name: str) -> Moderations:
        """A toxicity instrument behind a `/moderations` endpoint."""
        provider, model = split(name)
        return Moderations(name, model, self._endpoint(provider))

    def _endpoint(self, provider: str) -> Endpoint:
        """Where a provider is asked. Any name may be a service's: `NAME_BASE_URL` and `NAME_API_KEY` say the rest."""
        env, name = environment(), re.sub(r"\W", "_", provider).upper()
        key_name = f"{name}_API_KEY"
        key = checked_key(env.get(key_name, ""), key_name)
        url = env.get(f"{name}_BASE_URL", "")
        if provider == "openai":
            url = self.base_url or url or OPENAI_URL
        if not url:
            raise UsageError(
                f"unknown provider {provider!r}; there are: openai, baseline. Any service or local server that speaks "
                "OpenAI's chat completions is `openai/MODEL` with --base-url URL (or OPENAI_BASE_URL); a second one, "
                f"such as a judge's, is `{provider}/MODEL` once {name}_BASE_URL says where it is"
            )
        if not key and url == OPENAI_URL:
            raise UsageError(
                f"{key_name} is not set: put it into the environment or into a .env file here, or give --base-url "
                "for a server that needs none. Without any key: `assay run baseline/refuser`"
            )
        return self._opened(checked_url(url, self.allow_http), key, key_name)

    def _opened(self, url: str, key: str, key_name: str) -> Endpoint:
        if (url, key) not in self._endpoints:
            pace = Pace(self.connections, self.rpm, self.tpm)
            if self._halted:
                pace.halt()
            self._endpoints[url, key] = Endpoint(url, Http(key, self.timeout_s), key_name, pace)
        return self._endpoints[url, key]

    def halt(self) -> None:
        """Ask nobody any more: whoever waits to ask gets `Stopped`. What is on the wire is not touched."""
        self._halted = True
        for endpoint in self._endpoints.values():
            endpoint.pace.halt()

    async def close(self) -> None:
        """Close all connections."""
        for endpoint in self._endpoints.values():
            await endpoint.http.close()


def pace_of(model: ChatCompletions | Embeddings | Moderations) -> Pace:
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


def environment() -> Mapping[str, str]:
    """The process environment over a `.env` file of the working directory."""
    dotenv = {key: value for key, value in dotenv_values(Path(".env")).items() if value is not None}
    return {**dotenv, **os.environ}
