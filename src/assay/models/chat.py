"""What is asked at an endpoint: a model in whichever wire format, an embedder, a toxicity instrument.

All have a model's shape, so that they are cached, limited and retried alike. A field that a service refuses for this
model (a temperature, log-probabilities) is found out at the first request, and not sent any more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from assay.models.completions import COMPLETIONS, usage_of
from assay.models.endpoint import Endpoint, Rejected, Transient
from assay.models.generate import GENERATE
from assay.models.messages import MESSAGES
from assay.models.providers import LIMITS, TOGETHER, Provider
from assay.models.wire import Body, Wire
from assay.schema import Reply, Request

__all__ = ["ChatCompletions", "Embeddings", "Endpoint", "Moderations", "Rejected", "Transient"]

WIRES: Mapping[str, Wire] = {"chat": COMPLETIONS, "messages": MESSAGES, "generate": GENERATE, "bridge": COMPLETIONS}

REFUSED = re.compile(
    r"not supported|unsupported|(does|do|may)(n't| not) (support|allow)|unknown|unrecognized|unexpected|not permitted"
    r"|not allowed|deprecated|extra (inputs|fields)",
    re.IGNORECASE,
)
"""An error in these words is about the field that it names, and not about what else was asked."""

FIXED = re.compile(r"\bonly\b", re.IGNORECASE)
"""And in these, about a temperature that cannot be chosen; one that is out of range fails, as it should."""


@dataclass(slots=True, eq=False)
class ChatCompletions:
    """A model behind an endpoint, asked in the endpoint's wire format: OpenAI's, unless its provider has another."""

    name: str
    model: str
    at: Endpoint
    _wire: Wire = field(init=False, repr=False)
    _path: str = field(init=False, repr=False)
    _row: Provider = field(init=False, repr=False)
    """What the service is known to depart in for this model."""
    _found: set[str] = field(default_factory=set, init=False, repr=False)
    """Fields that this model was found to refuse."""

    def __post_init__(self) -> None:
        self._wire = WIRES[self.at.provider.speaks]
        self._path = self._wire.path(self.at.url, self.model)
        self._row = self.at.provider.of(self.model)

    @property
    def endpoint(self) -> str:
        """The base URL."""
        return self.at.url

    async def __call__(self, request: Request) -> Reply:
        """One try; another without a field where it is for this that the service refused it.

        Raises:
            Transient, EndpointError: see `Endpoint.post`.
        """
        row = self._row
        try:
            answer = await self.at.post(self._path, self.body(request))
        except Rejected as error:
            if error.blocked:
                return Reply("", "filtered", error=error.reason)
            refused = refused_field(error, request, row)
            if not refused:
                return Reply("", "failed", error=error.reason)
            return await self._without(refused, request, error.reason)
        return self._wire.read(answer, row)

    def body(self, request: Request) -> Body:
        """The body of a request, without what this model was found to refuse."""
        return self._wire.body(self.model, request, self._row)

    def read(self, answer: Any) -> Reply:
        """A reply out of the parsed answer.

        Raises:
            Transient: it is none.
        """
        return self._wire.read(answer, self._row)

    async def _without(self, refused: str, request: Request, reason: str) -> Reply:
        """Ask again without a field, or with its other name, from now on; what changes the draw is said."""
        if refused not in self._found:  # or a request on the wire meanwhile found the same
            self._found.add(refused)
            self._row = self._row.without(refused)
        elif refused in sent(request, self._row):
            return Reply("", "failed", error=reason)  # by either name
        reply = await self(request)
        if reply.error or refused in LIMITS:
            return reply
        return replace(reply, error=f"asked again without {refused}: {reason}")

    @property
    def unsent(self) -> tuple[str, ...]:
        """Fields that are not sent, whatever is asked: the table says or it was found that the model refuses them."""
        return tuple(sorted(self._row.refuses | ({"seed"} if not self._row.seed else set())))


def sent(request: Request, row: Provider) -> set[str]:
    """The fields of a request that may be left out, by their names at the service."""
    sampling = request.sampling
    fields = {"temperature", *([row.limit] if sampling.max_tokens is not None else ())}
    if row.seed and sampling.seed is not None:
        fields.add(row.seed)
    if any(name in TOGETHER["logprobs"] for name, _ in sampling.extra):
        fields.add("logprobs")
    return fields - row.refuses


def refused_field(error: Rejected, request: Request, row: Provider) -> str:
    """The field for which a service refused a request; empty where it is for nothing that could be left out."""
    fields = sent(request, row)
    if "logprob" in error.reason.lower():
        return "logprobs" if "logprobs" in fields else ""
    named = error.field or error.reason
    about = [one for one in sorted(fields) if re.search(rf"\b{one}\b", named)]
    if REFUSED.search(error.reason):
        return about[0] if about else ""
    return "temperature" if "temperature" in about and FIXED.search(error.reason) else ""


@dataclass(frozen=True, slots=True)
class Embeddings:
    """An embedder behind `POST /embeddings`, in a model's shape: one user turn a text, JSON vectors for a reply.

    So it is cached, limited and retried like any model.
    """

    name: str
    model: str
    at: Endpoint

    @property
    def endpoint(self) -> str:
        """The URL asked; it differs from the chat endpoint's, and so do the keys of what is stored."""
        return f"{self.at.url}/embeddings"

    async def __call__(self, request: Request) -> Reply:
        """One vector a turn, in order, as JSON text."""
        texts = [turn.content for turn in request.chat]
        try:
            answer = await self.at.post("/embeddings", {"model": self.model, "input": texts})
            ordered = sorted(answer["data"], key=lambda item: item["index"])
            vectors = [[float(number) for number in item["embedding"]] for item in ordered]
        except Rejected as error:
            return Reply("", "failed", error=error.reason)
        except (KeyError, TypeError, ValueError):
            raise Transient("the answer holds no embeddings") from None
        if len(vectors) != len(texts):
            raise Transient(f"{len(vectors)} embeddings for {len(texts)} texts")
        return Reply(orjson.dumps(vectors).decode(), usage=usage_of(answer.get("usage")))


@dataclass(frozen=True, slots=True)
class Moderations:
    """A toxicity instrument behind `POST /moderations`, in a model's shape: JSON scores for a reply.

    A text's score is its greatest category score, from 0 to 1.
    """

    name: str
    model: str
    at: Endpoint

    @property
    def endpoint(self) -> str:
        """The URL asked."""
        return f"{self.at.url}/moderations"

    async def __call__(self, request: Request) -> Reply:
        """One score a turn, in order, as JSON text."""
        texts = [turn.content for turn in request.chat]
        try:
            answer = await self.at.post("/moderations", {"model": self.model, "input": texts})
            scores = [max(map(float, result["category_scores"].values())) for result in answer["results"]]
        except Rejected as error:
            return Reply("", "failed", error=error.reason)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Transient("the answer holds no moderation scores") from None
        if len(scores) != len(texts):
            raise Transient(f"{len(scores)} moderation scores for {len(texts)} texts")
        return Reply(orjson.dumps(scores).decode())
