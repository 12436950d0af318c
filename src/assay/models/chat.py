"""Any endpoint that speaks OpenAI's chat completions, and its embeddings and moderations.

What an endpoint does to one reply becomes a `Reply`: blocked is `filtered`, cut is `length`. What may pass on another
try is `Transient`. What will refuse every request (a wrong key, a wrong path) is an `EndpointError` that ends the run.
An endpoint that refuses to give log-probabilities is asked without them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from assay.errors import EndpointError
from assay.models.http import Answer, Http, Unreachable
from assay.models.pace import Pace
from assay.schema import Finish, Reply, Request, Usage

TEXT_LIMIT = 1_000_000
"""Characters of one reply that are kept; the rest is cut and said."""

COUNT_LIMIT = 1 << 31
"""Tokens of one reply that are believed."""

LOGPROBS = ("logprobs", "top_logprobs")
"""Fields of a request that some endpoints refuse; the reply does not change without them."""

ALTERNATIVES = 20
"""So many tokens a place are believed: no endpoint gives more."""

LEAST_LOGPROB = -1e6
"""Some write -9999 for what is impossible."""

FINISHES: Mapping[str, Finish] = {"length": "length", "max_tokens": "length", "content_filter": "filtered"}

HOPELESS = {
    401: "the key is not accepted. Check {key}",
    402: "the account has no credit left. Top it up, and run the same command",
    403: "access is denied. Check what {key} may use",
    404: "there is no such path or model. Check --base-url (it usually ends in /v1) and the model's name",
    405: "this path takes no POST. Check --base-url (it usually ends in /v1)",
    301: "it redirects; give the final address as --base-url",
    308: "it redirects; give the final address as --base-url",
}

NO_CREDIT = b"insufficient_quota"
"""OpenAI says so with a 429, which no waiting mends."""

TRANSIENT = (408, 409, 425, 429)
"""And all from 500: another try may pass."""

OVERLOAD = (429, 529)
CONGESTED = (408, 429, 502, 503, 504, 529)
"""Nobody looked at the request; a 500 may be the request's own."""

BUSY = re.compile(rb"overload|over capacity|at capacity|too many|rate.?limit|throttl|busy|slow down", re.IGNORECASE)
"""A 503 in these words turns requests away; any other may come from a server that is not there."""


class Transient(Exception):
    """This try failed; another may not."""

    def __init__(
        self, reason: str, wait_s: float | None = None, overload: bool = False, congested: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_s = wait_s
        """Seconds after which the server wants to be asked again; None where it does not say."""
        self.overload = overload
        """The endpoint is there and turned the request away, as it would have any other."""
        self.congested = congested
        """A sign that the endpoint is asked too much: an overload, a time-out, no answer."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A base URL, the connections to it, and the pace at which it is asked."""

    url: str
    http: Http = field(repr=False)
    key_name: str = "OPENAI_API_KEY"
    pace: Pace = field(default_factory=Pace, repr=False)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The parsed JSON of one answer.

        Raises:
            Transient: worth another try.
            EndpointError: every request would be refused.
            Rejected: this request is refused, others may not be.
        """
        try:
            answer = await self.http.post(self.url + path, orjson.dumps(body))
        except Unreachable as error:
            raise Transient(str(error), congested=True) from None
        if answer.spent_s:
            self.pace.pause(answer.spent_s)
        if answer.status == 200:
            return self._parsed(answer)
        raise self._refusal(answer)

    def _parsed(self, answer: Answer) -> Any:
        try:
            return orjson.loads(answer.body)
        except orjson.JSONDecodeError:
            pass
        try:  # neither a byte that is not UTF-8 nor half an escaped surrogate pair must cost the reply
            return orjson.loads(_mended(answer.body))
        except (ValueError, RecursionError):
            pass
        raise Transient(f"the answer is not JSON: {_excerpt(answer.body)}")

    def _refusal(self, answer: Answer) -> Exception:
        status, body = answer.status, answer.body
        # What was escaped in the JSON is only now seen to be the key.
        said = f"HTTP {status}: {self.http.clean(_message(body))[:300]}"
        hopeless = 402 if status == 429 and NO_CREDIT in body else status
        if hopeless in HOPELESS:
            return EndpointError(f"{self.url} answers {said}: {HOPELESS[hopeless].format(key=self.key_name)}")
        if status in TRANSIENT or status >= 500:
            wait = answer.spent_s or None if answer.wait_s is None else answer.wait_s
            overload = status in OVERLOAD or (status == 503 and (wait is not None or bool(BUSY.search(body[:4000]))))
            return Transient(said, wait, overload, status in CONGESTED)
        return Rejected(said, blocked=_is_block(body))


class Rejected(Exception):
    """The endpoint refuses this one request; `blocked` where its content filter did."""

    def __init__(self, reason: str, blocked: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.blocked = blocked


@dataclass(frozen=True, slots=True)
class ChatCompletions:
    """A model behind `POST /chat/completions`."""

    name: str
    model: str
    at: Endpoint
    _refused: set[str] = field(default_factory=set, init=False, repr=False, compare=False)
    """Fields that this model was found to take none of."""

    @property
    def endpoint(self) -> str:
        """The base URL."""
        return self.at.url

    async def __call__(self, request: Request) -> Reply:
        """One try; another without log-probabilities where it is for these that it was refused.

        Raises:
            Transient, EndpointError: see `Endpoint.post`.
        """
        if self._refused:
            request = without(request, self._refused)
        try:
            answer = await self.at.post("/chat/completions", body_of(self.model, request))
        except Rejected as error:
            if "logprob" in error.reason.lower() and without(request, LOGPROBS) != request:
                self._refused.update(LOGPROBS)
                reply = await self(request)
                return reply if reply.error else replace(reply, error=f"asked again without logprobs: {error.reason}")
            return Reply("", "filtered" if error.blocked else "failed", error=error.reason)
        return read_completion(answer)


def body_of(model: str, request: Request) -> dict[str, Any]:
    """The request body: only the fields that were asked for, so that every service takes it."""
    sampling = request.sampling
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": turn.role, "content": turn.content} for turn in request.chat],
        "temperature": sampling.temperature,
    }
    if sampling.max_tokens is not None:
        body["max_tokens"] = sampling.max_tokens
    if sampling.seed is not None:
        # Same seed, same draw: repeats must differ in their seed or they are the same reply.
        body["seed"] = sampling.seed + request.epoch * 1_000_003 + request.draw
    body.update(sampling.extra)
    return body


def without(request: Request, fields: Collection[str]) -> Request:
    """The same request without these extra fields."""
    sampling = request.sampling
    extra = tuple([one for one in sampling.extra if one[0] not in fields])
    return request if extra == sampling.extra else replace(request, sampling=replace(sampling, extra=extra))


def read_completion(answer: Any) -> Reply:
    """A reply out of a chat completion.

    Raises:
        Transient: it is JSON, but no chat completion.
    """
    choices = answer.get("choices") if isinstance(answer, dict) else None
    if not isinstance(choices, list):
        said = answer.get("error") if isinstance(answer, dict) else None
        raise Transient(f"the answer is no chat completion: {_excerpt(orjson.dumps(said or answer))}")
    usage = _usage(answer.get("usage"))
    if not choices:
        return Reply("", "failed", error="the endpoint answered with no choices", usage=usage)
    choice = choices[0] if isinstance(choices[0], dict) else {}
    message = choice.get("message")
    if not isinstance(message, dict):
        message = {}
    finish = FINISHES.get(str(choice.get("finish_reason")), "stop")
    text = _content(message.get("content"))
    if text is None and isinstance(message.get("refusal"), str):
        text = message["refusal"]  # the model's own structured refusal: its words, to be judged like any other
    if text is None and finish != "filtered":
        return Reply("", "failed", error="the endpoint answered with null content", usage=usage)
    reply = _reply(text or "", finish, usage)
    logprobs = choice.get("logprobs")
    return reply if logprobs is None else replace(reply, logprobs=first_token(logprobs))


def first_token(logprobs: object) -> tuple[tuple[str, float], ...]:
    """What the first token of the answer could have been, with log-probabilities; white space is no answer yet.

    The token that was drawn is among them, even where the endpoint lists only likelier ones. What is no list of
    tokens, and a probability that can be none, is left out.
    """
    tokens = logprobs.get("content") if isinstance(logprobs, dict) else None
    for token in tokens if isinstance(tokens, list) else ():
        if isinstance(token, dict) and str(token.get("token")).strip():
            top = token.get("top_logprobs")
            listed = [token, *(top if isinstance(top, list) else ())][: ALTERNATIVES + 1]
            found = {str(one["token"]): _log(one.get("logprob")) for one in listed if _names(one)}
            return tuple([(text, log) for text, log in found.items() if log is not None])
    return ()


def _names(token: object) -> bool:
    return isinstance(token, dict) and isinstance(token.get("token"), str)


def _log(logprob: object) -> float | None:
    """A log-probability; None for what can be none."""
    if not isinstance(logprob, int | float) or isinstance(logprob, bool):
        return None
    return float(logprob) if LEAST_LOGPROB <= logprob <= 1e-6 else None


def _content(content: object) -> str | None:
    """Text, or the text parts of a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part.get("text", "") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    return None


def _reply(text: str, finish: Finish, usage: Usage) -> Reply:
    if len(text) <= TEXT_LIMIT:
        return Reply(text, finish, usage=usage)
    note = f"a reply of {len(text):,} characters, kept to its first {TEXT_LIMIT:,}"
    return Reply(text[:TEXT_LIMIT], "length", error=note, usage=usage)


def _usage(usage: object) -> Usage:
    if not isinstance(usage, dict):
        return Usage()
    return Usage(_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")))


def _count(tokens: object) -> int:
    """A number of tokens; 0 for what can be none."""
    return tokens if isinstance(tokens, int) and 0 <= tokens < COUNT_LIMIT else 0


def _message(body: bytes) -> str:
    """What an error body says, in whichever of the common shapes."""
    try:
        said = orjson.loads(body if len(body) < TEXT_LIMIT else b"")
    except orjson.JSONDecodeError:
        return _excerpt(body)
    error = said.get("error", said) if isinstance(said, dict) else said
    message = error.get("message", error) if isinstance(error, dict) else error
    return _one_line(str(message))


def _is_block(body: bytes) -> bool:
    """Azure and others answer 400 with a content-filter code where the prompt itself was blocked."""
    lowered = body[:4000].lower()
    return b"content_filter" in lowered or b"content_policy" in lowered or b"responsibleaipolicy" in lowered


def _mended(body: bytes) -> str:
    """JSON whose broken characters are U+FFFD; a reply cut off within an emoji ends in half a surrogate pair."""
    parsed = json.loads(body.decode("utf-8", errors="replace"))
    text = json.dumps(parsed, ensure_ascii=False)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _excerpt(body: bytes) -> str:
    return _one_line(body[:200].decode("utf-8", errors="replace")) or "an empty body"


def _one_line(text: str) -> str:
    """Errors are one line, whatever a server says: a page of HTML, a stack trace."""
    return " ".join(text.split())


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
        return Reply(orjson.dumps(vectors).decode(), usage=_usage(answer.get("usage")))


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
