"""The wire format of Gemini's generateContent.

The model stands in the path, turns are `contents` of `parts`, and sampling has a place and names of its own. A prompt
that is blocked has no candidates but a `promptFeedback`; a reply that is blocked has a finish reason for it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson

from assay.models.completions import finish_of
from assay.models.failures import Transient
from assay.models.providers import Provider
from assay.models.replies import Tops, count, excerpt, first_token, kept, mapping, text_of
from assay.models.wire import Body, Wire, extra_of, seed_of, system_of, temperature_of, turns
from assay.schema import Message, Reply, Request, Usage

CONFIG = {
    "top_p": "topP",
    "top_k": "topK",
    "stop": "stopSequences",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
    "logprobs": "responseLogprobs",
    "top_logprobs": "logprobs",
    "thinkingConfig": "thinkingConfig",
}
"""Further fields that belong into `generationConfig`, and their names there; all others stand beside it."""

SEEDS = 1 << 31
"""A seed has 32 bits there."""


def path(url: str, model: str) -> str:
    """Where a model is asked; nothing in its name may lead elsewhere."""
    return f"/models/{quote(model.removeprefix('models/'), safe='')}:generateContent"


def body(model: str, request: Request, provider: Provider) -> Body:
    """The request body."""
    sampling = request.sampling
    config: Body = {}
    temperature = temperature_of(sampling, provider)
    if temperature is not None:
        config["temperature"] = temperature
    if sampling.max_tokens is not None:
        config["maxOutputTokens"] = sampling.max_tokens
    seed = seed_of(request)
    if seed is not None and provider.seed:
        config["seed"] = seed % SEEDS
    written: Body = {"contents": [_turn(turn) for turn in turns(request.chat)]}
    system = system_of(request.chat)
    if system:
        written["systemInstruction"] = {"parts": [{"text": system}]}
    for name, value in extra_of(sampling, provider).items():
        if name == "generationConfig" and isinstance(value, dict):
            config.update(value)
        elif name in CONFIG:
            config[CONFIG[name]] = value
        else:
            written[name] = value
    return written | {"generationConfig": config}


def _turn(turn: Message) -> Body:
    return {"role": "model" if turn.role == "assistant" else "user", "parts": [{"text": turn.content}]}


def read(answer: Any, provider: Provider) -> Reply:
    """A reply out of a generated content.

    Raises:
        Transient: it is JSON, but nothing that was generated, or the endpoint broke it off.
    """
    said = mapping(answer)
    usage = _usage(mapping(said.get("usageMetadata")))
    blocked = mapping(said.get("promptFeedback")).get("blockReason")
    if isinstance(blocked, str):
        return Reply("", "filtered", error=f"the prompt was blocked: {blocked[:100]}", usage=usage)
    candidates = said.get("candidates")
    if not isinstance(candidates, list):
        raise Transient(f"the answer holds no candidates: {excerpt(orjson.dumps(said.get('error') or answer))}")
    if not candidates:
        return Reply("", "failed", error="the endpoint answered with no candidates", usage=usage)
    candidate = mapping(candidates[0])
    reason = candidate.get("finishReason")
    finish = finish_of(reason, provider)
    error = f"the reply was blocked: {reason}" if finish == "filtered" else ""
    parts = mapping(candidate.get("content")).get("parts")
    texts = [(part.get("thought") is True, text_of(part.get("text"))) for part in _objects(parts)]
    text = "".join([text for thought, text in texts if not thought])
    thoughts = "".join([text for thought, text in texts if thought])
    return kept(text, finish, usage, thoughts, error, _tops(mapping(candidate.get("logprobsResult"))))


def _objects(parts: object) -> list[dict[str, Any]]:
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _usage(usage: dict[str, Any]) -> Usage:
    """Thoughts are counted apart from the reply, and paid for with it."""
    completion = count(usage.get("candidatesTokenCount")) + count(usage.get("thoughtsTokenCount"))
    return Usage(count(usage.get("promptTokenCount")), completion)


def _tops(logprobs: dict[str, Any]) -> Tops:
    """Gemini lists what was chosen and what was likeliest in two lists, a place at a time."""
    if not logprobs:
        return ()
    likeliest = [mapping(place).get("candidates") for place in _objects(logprobs.get("topCandidates"))]
    chosen = [_token(one) for one in _objects(logprobs.get("chosenCandidates"))]
    for at, place in enumerate(likeliest[: len(chosen)]):
        chosen[at]["top_logprobs"] = [_token(one) for one in _objects(place)]
    return first_token({"content": chosen})


def _token(candidate: dict[str, Any]) -> dict[str, Any]:
    return {"token": candidate.get("token"), "logprob": candidate.get("logProbability")}


GENERATE = Wire(path, body, read)
