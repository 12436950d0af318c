"""The wire format of Anthropic's Messages API.

The system prompt stands apart, `max_tokens` must be there, and a reply is a list of blocks: text is the answer,
thinking is kept apart from it. A `stop_reason` of `refusal` is the provider's classifiers, not the model: `filtered`.
"""

from __future__ import annotations

from typing import Any

import orjson

from assay.models.completions import finish_of
from assay.models.failures import Transient
from assay.models.providers import Provider
from assay.models.replies import count, excerpt, kept, mapping, text_of
from assay.models.wire import Body, Wire, extra_of, system_of, temperature_of, turns
from assay.schema import Reply, Request, Usage


def path(url: str, model: str) -> str:
    """Where a message is made. Base URLs of Anthropic's own clients lack the version."""
    return "/messages" if url.endswith("/v1") else "/v1/messages"


def body(model: str, request: Request, provider: Provider) -> Body:
    """The request body. There is no seed."""
    sampling = request.sampling
    written: Body = {
        "model": model,
        "max_tokens": provider.default_limit if sampling.max_tokens is None else sampling.max_tokens,
        "messages": [{"role": turn.role, "content": turn.content} for turn in turns(request.chat)],
    }
    system = system_of(request.chat)
    if system:
        written["system"] = system
    temperature = temperature_of(sampling, provider)
    if temperature is not None:
        written["temperature"] = temperature
    return written | extra_of(sampling, provider)


def read(answer: Any, provider: Provider) -> Reply:
    """A reply out of a message.

    Raises:
        Transient: it is JSON, but no message.
    """
    content = answer.get("content") if isinstance(answer, dict) else None
    if not isinstance(content, list):
        said = answer.get("error") if isinstance(answer, dict) else None
        raise Transient(f"the answer is no message: {excerpt(orjson.dumps(said or answer))}")
    blocks = [block for block in content if isinstance(block, dict)]
    text = "".join([text_of(block.get("text")) for block in blocks if block.get("type") == "text"])
    thoughts = "\n\n".join([text_of(block.get("thinking")) for block in blocks if block.get("type") == "thinking"])
    finish = finish_of(answer.get("stop_reason"), provider)
    error = ""
    if finish == "filtered":
        category = text_of(mapping(answer.get("stop_details")).get("category"))[:100]
        error = "the provider's classifiers stopped it" + (f": {category}" if category else "")
    return kept(text, finish, _usage(mapping(answer.get("usage"))), thoughts, error)


def _usage(usage: dict[str, Any]) -> Usage:
    """Prompt tokens that were read from or written to a cache stand apart from the others."""
    prompt = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    return Usage(sum(count(usage.get(name)) for name in prompt), count(usage.get("output_tokens")))


MESSAGES = Wire(path, body, read)
