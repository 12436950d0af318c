"""Any endpoint that speaks OpenAI's chat completions, and its embeddings and moderations.

What an endpoint does to one reply becomes a `Reply`: blocked is `filtered`, cut is `length`. What may pass on another
try is `Transient`. What will refuse every request (a wrong key, a wrong path) is an `EndpointError` that ends the run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from assay.errors import EndpointError
from assay.models.http import Answer, Http, Unreachable
from assay.schema import Finish, Reply, Request, Usage

TEXT_LIMIT = 1_000_000
"""Characters of one reply that are kept; the rest is cut and said."""

FINISHES: Mapping[str, Finish] = {"length": "length", "max_tokens": "length", "content_filter": "filtered"}

HOPELESS = {
    401: "the key is not accepted. Check {key}",
    403: "access is denied. Check what {key} may use",
    404: "there is no such path or model. Check --base-url (it usually ends in /v1) and the model's name",
    405: "this path takes no POST. Check --base-url (it usually ends in /v1)",
    301: "it redirects; give the final address as --base-url",
    308: "it redirects; give the final address as --base-url",
}


class Transient(Exception):
    """This try failed; another may not. `retry_after` is the server's header, as sent."""

    def __init__(self, reason: str, retry_after: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A base URL and the key for it. The key never shows in `repr`, errors or files."""

    url: str
    http: Http = field(repr=False)
    key: str = field(default="", repr=False)
    key_name: str = "OPENAI_API_KEY"

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The parsed JSON of one answer.

        Raises:
            Transient: worth another try.
            EndpointError: every request would be refused.
            Rejected: this request is refused, others may not be.
        """
        headers = {"content-type": "application/json"}
        if self.key:
            headers["authorization"] = f"Bearer {self.key}"
        try:
            answer = await self.http.post(f"{self.url}{path}", headers, orjson.dumps(body))
        except Unreachable as error:
            raise Transient(str(error)) from None
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
            raise Transient(f"the answer is not JSON: {_excerpt(answer.body)}") from None

    def _refusal(self, answer: Answer) -> Exception:
        said = _message(answer.body)
        if answer.status in (408, 409, 425, 429) or answer.status >= 500:
            return Transient(f"HTTP {answer.status}: {said}", answer.retry_after)
        if answer.status in HOPELESS:
            advice = HOPELESS[answer.status].format(key=self.key_name)
            return EndpointError(f"{self.url} answers HTTP {answer.status} ({self._clean(said)}): {advice}")
        return Rejected(f"HTTP {answer.status}: {self._clean(said)}", blocked=_is_block(answer.body))

    def _clean(self, text: str) -> str:
        """Some servers echo the key they refuse."""
        return text.replace(self.key, "[key]") if self.key else text


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

    @property
    def endpoint(self) -> str:
        """The base URL."""
        return self.at.url

    async def __call__(self, request: Request) -> Reply:
        """One try.

        Raises:
            Transient, EndpointError: see `Endpoint.post`.
        """
        try:
            answer = await self.at.post("/chat/completions", body_of(self.model, request))
        except Rejected as error:
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


def read_completion(answer: Any) -> Reply:
    """A reply out of a chat completion.

    Raises:
        Transient: it is JSON, but no chat completion.
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("choices"), list):
        said = answer.get("error") if isinstance(answer, dict) else None
        raise Transient(f"the answer is no chat completion: {_excerpt(orjson.dumps(said or answer))}")
    usage = _usage(answer.get("usage"))
    if not answer["choices"]:
        return Reply("", "failed", error="the endpoint answered with no choices", usage=usage)
    choice = answer["choices"][0] if isinstance(answer["choices"][0], dict) else {}
    message = choice.get("message")
    message = message if isinstance(message, dict) else {}
    finish = FINISHES.get(str(choice.get("finish_reason")), "stop")
    text, refusal = _content(message.get("content")), message.get("refusal")
    if text is None and isinstance(refusal, str):
        text = refusal  # the model's own structured refusal: its words, to be judged like any other
    if text is None and finish != "filtered":
        return Reply("", "failed", error="the endpoint answered with null content", usage=usage)
    return _capped(Reply(text or "", finish, usage=usage))


def _content(content: object) -> str | None:
    """Text, or the text parts of a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part.get("text", "") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    return None


def _capped(reply: Reply) -> Reply:
    if len(reply.text) <= TEXT_LIMIT:
        return reply
    note = f"a reply of {len(reply.text):,} characters, kept to its first {TEXT_LIMIT:,}"
    return Reply(reply.text[:TEXT_LIMIT], "length", error=note, usage=reply.usage)


def _usage(usage: object) -> Usage:
    if not isinstance(usage, dict):
        return Usage()
    counts = [usage.get(field) for field in ("prompt_tokens", "completion_tokens")]
    prompt, completion = (count if isinstance(count, int) else 0 for count in counts)
    return Usage(prompt, completion)


def _message(body: bytes) -> str:
    """What an error body says, in whichever of the common shapes."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _excerpt(body)
    error = said.get("error", said) if isinstance(said, dict) else said
    message = error.get("message", error) if isinstance(error, dict) else error
    return _one_line(str(message))[:300]


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
        except (KeyError, TypeError, ValueError) as error:
            raise Transient("the answer holds no embeddings") from error
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
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Transient("the answer holds no moderation scores") from error
        if len(scores) != len(texts):
            raise Transient(f"{len(scores)} moderation scores for {len(texts)} texts")
        return Reply(orjson.dumps(scores).decode())
