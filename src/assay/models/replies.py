"""What the wire formats share when they read a reply: limits on what is believed, and where reasoning ends."""

from __future__ import annotations

from typing import Any

from assay.schema import Finish, Reply, Usage

TEXT_LIMIT = 1_000_000
"""Characters of one reply that are kept; the rest is cut and said."""

COUNT_LIMIT = 1 << 31
"""Tokens of one reply that are believed."""

ALTERNATIVES = 20
"""So many tokens a place are believed: no endpoint gives more."""

LEAST_LOGPROB = -1e6
"""Some write -9999 for what is impossible."""

OPENS, CLOSES = "<think>", "</think>"
"""What DeepSeek-R1, Qwen3, GLM and others put around their reasoning."""
TAG = "think>"
"""In either."""

Tops = tuple[tuple[str, float], ...]


def kept(text: str, finish: Finish, usage: Usage, reasoning: str = "", error: str = "", logprobs: Tops = ()) -> Reply:
    """A reply, cut to what is kept."""
    if len(text) > TEXT_LIMIT:
        error = f"a reply of {len(text):,} characters, kept to its first {TEXT_LIMIT:,}"
        text, finish = text[:TEXT_LIMIT], "length"
    return Reply(text, finish, error, usage, {}, logprobs, reasoning[:TEXT_LIMIT])


def apart(text: str, unopened: bool) -> tuple[str, str]:
    """Reasoning in tags and the answer after it. What is not closed is all reasoning; tags further on are words.

    Args:
        text: the content of a message.
        unopened: whether reasoning may lack its opening tag.
    """
    start = text.lstrip()
    if start.startswith(OPENS):
        reasoning, _, answer = start[len(OPENS) :].partition(CLOSES)
        return reasoning.strip(), answer.lstrip()
    reasoning, closed, answer = text.partition(CLOSES)
    if unopened and closed and OPENS not in reasoning:
        return reasoning.strip(), answer.lstrip()
    return "", text


def count(tokens: object) -> int:
    """A number of tokens; 0 for what can be none."""
    return tokens if isinstance(tokens, int) and 0 <= tokens < COUNT_LIMIT else 0


def first_token(logprobs: object) -> Tops:
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


def mapping(value: object) -> dict[str, Any]:
    """A JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def text_of(value: object) -> str:
    """A text; empty for anything else."""
    return value if isinstance(value, str) else ""


def excerpt(body: bytes) -> str:
    """The beginning of a body, on one line."""
    return one_line(body[:200].decode("utf-8", errors="replace")) or "an empty body"


def one_line(text: str) -> str:
    """Errors are one line, whatever a server says: a page of HTML, a stack trace."""
    return " ".join(text.split())
