"""The wire format of OpenAI's chat completions, and what others make of it.

What an endpoint does to one reply becomes a `Reply`: blocked is `filtered`, cut is `length`. Reasoning stands where the
provider's row says, and is kept apart from the answer; a reply that is all reasoning has an empty answer.
"""

from __future__ import annotations

from typing import Any

import orjson

from assay.models.failures import Transient
from assay.models.providers import Provider
from assay.models.replies import CLOSES, OPENS, TAG, apart, count, excerpt, first_token, kept, text_of
from assay.models.wire import Body, Wire, extra_of, seed_of, temperature_of
from assay.schema import Finish, Reply, Request, Usage


def path(url: str, model: str) -> str:
    """Where a chat is completed."""
    return "/chat/completions"


def body(model: str, request: Request, provider: Provider) -> Body:
    """The request body: only the fields that were asked for, by the names that the service has for them."""
    sampling = request.sampling
    written: Body = {
        "model": model,
        "messages": [{"role": turn.role, "content": turn.content} for turn in request.chat],
    }
    temperature = temperature_of(sampling, provider)
    if temperature is not None:
        written["temperature"] = temperature
    if sampling.max_tokens is not None:
        written[provider.limit] = sampling.max_tokens
    if sampling.seed is not None and provider.seed:
        written[provider.seed] = seed_of(request)
    if sampling.extra:
        written.update(extra_of(sampling, provider))
    return written


def read(answer: Any, provider: Provider) -> Reply:
    """A reply out of a chat completion.

    Raises:
        Transient: it is JSON, but no chat completion, or the endpoint broke it off.
    """
    choices = answer.get("choices") if isinstance(answer, dict) else None
    if not isinstance(choices, list):
        said = answer.get("error") if isinstance(answer, dict) else None
        raise Transient(f"the answer is no chat completion: {excerpt(orjson.dumps(said or answer))}")
    usage = usage_of(answer.get("usage"))
    if not choices:
        return Reply("", "failed", error="the endpoint answered with no choices", usage=usage)
    choice = choices[0] if isinstance(choices[0], dict) else {}
    message = choice.get("message")
    if not isinstance(message, dict):
        message = {}
    finish = finish_of(choice.get("finish_reason"), provider)
    text = _content(message.get("content"))
    if text is None and isinstance(message.get("refusal"), str):
        text = message["refusal"]  # the model's own structured refusal: its words, to be judged like any other
    reasoning, text = _reasoning(message, text, provider.reasoning)
    if text is None and finish == "stop" and not reasoning:
        return Reply("", "failed", error="the endpoint answered with null content", usage=usage)
    logprobs = choice.get("logprobs")
    tops = () if logprobs is None else first_token(logprobs)
    if tops and reasoning and not (text or "").lstrip().startswith(tops[0][0].strip()):
        tops = ()  # of the reasoning's first token
    return kept(text or "", finish, usage, reasoning, logprobs=tops)


def finish_of(said: object, provider: Provider) -> Finish:
    """How a reply ended; a reason that is not known is an end like any.

    Raises:
        Transient: the endpoint broke it off.
    """
    if said == "stop" or not isinstance(said, str):
        return "stop"
    if said in provider.unfinished:
        raise Transient(f"the endpoint broke the reply off: {said}")
    if said in provider.filtered:
        return "filtered"
    return "length" if said in provider.cut else "stop"


def usage_of(usage: object) -> Usage:
    """Tokens as the endpoint counts them, reasoning with the reply's."""
    if not isinstance(usage, dict):
        return Usage()
    return Usage(count(usage.get("prompt_tokens")), count(usage.get("completion_tokens")))


def _content(content: object) -> str | None:
    """Text, or the text parts of a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join([text_of(part.get("text")) for part in content if isinstance(part, dict)])
    return None


def _reasoning(message: Body, text: str | None, places: tuple[str, ...]) -> tuple[str, str | None]:
    """The reasoning, from the first place that has any, and the answer."""
    for place in places:
        if place in message and (reasoning := text_of(message[place])):
            return reasoning, text
    if text and TAG in text and OPENS in places:
        return apart(text, CLOSES in places)
    return (_thoughts(message.get("content")) if "parts" in places else ""), text


def _thoughts(content: object) -> str:
    """Mistral's: parts of the kind `thinking`, which hold text parts."""
    if not isinstance(content, list):
        return ""
    thoughts = [part.get("thinking") for part in content if isinstance(part, dict)]
    return "".join([thought if isinstance(thought, str) else _content(thought) or "" for thought in thoughts])


COMPLETIONS = Wire(path, body, read)
