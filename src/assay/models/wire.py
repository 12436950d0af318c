"""A wire format: how a request is written for a kind of endpoint, and how its answer is read. Values in, values out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assay.models.providers import Provider
from assay.schema import Chat, Message, Reply, Request, Sampling

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wire:
    """How one kind of endpoint is asked."""

    path: Callable[[str, str], str]
    """(base URL, model) → what comes after the base URL."""
    body: Callable[[str, Request, Provider], Body]
    """The request body: only what was asked for and is taken there, so that every service takes it."""
    read: Callable[[Any, Provider], Reply]
    """The parsed answer → a reply; `Transient` where it is none, or where another try may complete it."""


def turns(chat: Chat) -> list[Message]:
    """The turns of a chat where the system prompt stands apart, and where nobody may have said nothing."""
    return [turn for turn in chat if turn.role == "user" or (turn.role == "assistant" and turn.content)]


def system_of(chat: Chat) -> str:
    """All that the system says, one below the other."""
    return "\n\n".join([turn.content for turn in chat if turn.role == "system"])


def seed_of(request: Request) -> int | None:
    """The seed of a draw. Same seed, same draw: repeats must differ in their seed or they are the same reply."""
    seed = request.sampling.seed
    return None if seed is None else seed + request.epoch * 1_000_003 + request.draw


def temperature_of(sampling: Sampling, provider: Provider) -> float | None:
    """The temperature that is sent; None where the model has one of its own."""
    return None if "temperature" in provider.refuses else max(sampling.temperature, provider.least_temperature)


def extra_of(sampling: Sampling, provider: Provider) -> Body:
    """The further fields that are sent."""
    return {name: value for name, value in sampling.extra if name not in provider.refuses}
