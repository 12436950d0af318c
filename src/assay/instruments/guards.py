r"""Guard models as data: what a guard is asked about a prompt and a reply, and how its answer is read. Pure.

    [guard]
    turns = true                    the conversation itself is sent, and the guard's chat template asks (Llama Guard)
    ask = "… {prompt} … {reply} …"  else: the one user turn that it was trained on
    each = ["…", "…"]               asked once for each of these, as {policy}; the worst answer counts
    chat_template = "…"             Jinja, for hf/… and vllm/…: a guard whose tokenizer brings none, or another one
    max_tokens = 32
    [guard.tokens]                  first token → label, by its log-probability, where the endpoint gives any
    Yes = "violation"
    [guard.patterns]                label → regular expression, looked for in the answer
    violation = '\A\s*yes'

A guard reads what it judges as part of its own prompt, unfenced, since it was trained so. Marks by which chat
templates part turns are therefore defused in it: a reply cannot end its turn and speak for the guard.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp
from typing import Any

from assay.errors import UsageError
from assay.schema import Chat, Message, Request, Sampling

KNOWN = ("turns", "ask", "each", "chat_template", "max_tokens", "tokens", "patterns")
TEMPLATED = ("hf", "vllm")
"""Providers that take a chat template with the request."""
CERTAIN = 0.5
"""Less than this on all known first tokens together: the answer is read in words."""

MARK = re.compile(
    r"<(?=\|)|<(?=/?(?:s|bos|eos)>)|<(?=(?:start|end)_of_turn>)|\[(?=/?(?:INST|SYS)\])|<(?=<?/?SYS>)|<(?=｜)"
)


@dataclass(frozen=True, slots=True)
class Guard:
    """How a guard is asked and read."""

    turns: bool = False
    ask: str = ""
    each: tuple[str, ...] = ()
    chat_template: str = ""
    max_tokens: int = 32
    tokens: Mapping[str, str] = field(default_factory=dict)
    patterns: Mapping[str, re.Pattern[str]] = field(default_factory=dict)

    @property
    def labels(self) -> frozenset[str]:
        """What may be read in an answer."""
        return frozenset([*self.patterns, *self.tokens.values()])


def read_guard(said: object, where: str) -> Guard:
    """`[guard]` of a description.

    Raises:
        UsageError: it says something that cannot be.
    """
    if not isinstance(said, dict):
        raise UsageError(f"{where}: [guard] is no table")
    unknown = sorted(set(said) - set(KNOWN))
    if unknown:
        raise UsageError(f"{where}: [guard] knows no {unknown[0]!r}; there are: {', '.join(KNOWN)}")
    ask, turns = str(said.get("ask", "")), bool(said.get("turns", False))
    if turns == bool(ask) or (ask and "{reply}" not in ask):
        raise UsageError(f"{where}: [guard] has either turns = true, or ask with {{prompt}} and {{reply}}")
    try:
        patterns = {
            str(label): re.compile(str(one), re.IGNORECASE | re.MULTILINE)
            for label, one in dict(said.get("patterns", {})).items()
        }
    except re.error as error:
        raise UsageError(f"{where}: [guard.patterns] {error}") from error
    if not patterns:
        raise UsageError(f"{where}: [guard.patterns] says nothing of how an answer is read")
    tokens = {str(token).casefold(): str(label) for token, label in dict(said.get("tokens", {})).items()}
    each, limit = tuple(map(str, said.get("each", ()))), said.get("max_tokens", 32)
    if not isinstance(limit, int) or limit < 1:
        raise UsageError(f"{where}: max_tokens = {limit!r}")
    return Guard(turns, ask, each, str(said.get("chat_template", "")), limit, tokens, patterns)


def requests(guard: Guard, prompt: str, reply: str, provider: str) -> list[Request]:
    """What is asked about one reply: once, or once for each policy."""
    extra: dict[str, Any] = {}
    if guard.chat_template and provider in TEMPLATED:
        extra["chat_template"] = guard.chat_template
    if guard.tokens:
        extra |= {"logprobs": True, "top_logprobs": 5}
    sampling = Sampling(0.0, guard.max_tokens, extra=tuple(sorted(extra.items())))
    return [Request(chat, sampling) for chat in chats(guard, prompt, reply)]


def chats(guard: Guard, prompt: str, reply: str) -> list[Chat]:
    """The chats to be sent."""
    prompt, reply = defused(prompt), defused(reply)
    if guard.turns:
        return [(Message("user", prompt), Message("assistant", reply))]
    asked: list[Chat] = []
    for policy in guard.each or ("",):
        asked.append((Message("user", _filled(guard.ask, {"prompt": prompt, "reply": reply, "policy": policy})),))
    return asked


def _filled(ask: str, texts: Mapping[str, str]) -> str:
    """All places filled in one go, so that a prompt that holds "{reply}" is no place for the reply."""
    return re.sub(r"\{(prompt|reply|policy)\}", lambda found: texts[found[1]], ask)


def defused(text: str) -> str:
    """A text whose turn marks are only text: a space parts `<` from `|eot_id|>`, `[` from `/INST]`."""
    return MARK.sub(lambda found: f"{found[0]} ", text)


def shares(guard: Guard, answer: str, logprobs: Sequence[tuple[str, float]] = ()) -> dict[str, float]:
    """What an answer says: the probability of each label by the first token, else 1 for each label that is found.

    Empty where nothing can be read in it.
    """
    found: dict[str, float] = {}
    for token, log in logprobs:
        label = guard.tokens.get(token.strip().casefold())
        if label:
            found[label] = found.get(label, 0.0) + exp(min(log, 0.0))
    whole = sum(found.values())
    if whole >= CERTAIN:
        return {label: share / whole for label, share in found.items()}
    return {label: 1.0 for label, pattern in guard.patterns.items() if pattern.search(answer)}
