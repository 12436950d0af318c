"""Chats as the text that a model was trained on: its own chat template, or a plain dialogue for base models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assay.schema import Chat, Message

SYSTEM, USER, ASSISTANT = "", "User: ", "Assistant: "
PLAIN_STOP = ("\nUser:",)
"""Where a base model begins to write the next question, its reply is over."""

PROBE = "assay-probe-7f3a"


def plain_dialogue(chat: Chat) -> str:
    """For models without a chat template: the system prompt as it is, then `User:` and `Assistant:` in turn."""
    names = {"system": SYSTEM, "user": USER, "assistant": ASSISTANT}
    turns = [f"{names[turn.role]}{turn.content}" for turn in chat]
    return "\n\n".join([*turns, ASSISTANT.rstrip()])


def merged(chat: Chat) -> Chat:
    """The same chat with its system prompts at the head of the first user turn, a blank line between."""
    system = [turn.content for turn in chat if turn.role == "system"]
    turns = [turn for turn in chat if turn.role != "system"]
    at = next((place for place, turn in enumerate(turns) if turn.role == "user"), None)
    if not system or at is None:
        return chat
    first = Message("user", "\n\n".join([*system, turns[at].content]))
    return (*turns[:at], first, *turns[at + 1 :])


@dataclass(frozen=True, slots=True)
class Rendering:
    """How chats become text for one model."""

    tokenizer: Any
    template: str = ""
    """Instead of the tokenizer's own; empty: its own."""
    plain: bool = False
    """No template: a plain dialogue."""
    merges_system: bool = False
    """The template has no place for a system prompt."""

    def text(self, chat: Chat, template: str = "", given: Mapping[str, Any] | None = None) -> str:
        """The prompt, up to where the reply begins.

        Args:
            chat: what is asked.
            template: for this request alone, instead of the model's.
            given: further variables of the template, such as `enable_thinking`.
        """
        if self.plain and not template:
            return plain_dialogue(chat)
        turns = merged(chat) if self.merges_system and not template else chat
        return _rendered(self.tokenizer, turns, template or self.template, given or {})


def rendering(tokenizer: Any, template: str = "", has_template: bool = True) -> Rendering:
    """How this tokenizer's model wants chats; a template that drops or refuses system prompts is found out here."""
    if not template and not (has_template and tokenizer.chat_template):
        return Rendering(tokenizer, plain=True)
    return Rendering(tokenizer, template, merges_system=not _takes_system(tokenizer, template))


def refusals() -> tuple[type[Exception], ...]:
    """What a template raises that will not have a chat."""
    try:
        from jinja2 import TemplateError
    except ImportError:  # without it there are no templates either
        return ValueError, TypeError
    return TemplateError, ValueError, TypeError


def _takes_system(tokenizer: Any, template: str) -> bool:
    try:
        told = _rendered(tokenizer, (Message("system", PROBE), Message("user", "x")), template, {})
    except refusals():
        return False
    return PROBE in told


def _rendered(tokenizer: Any, chat: Chat, template: str, given: Mapping[str, Any]) -> str:
    text: str = tokenizer.apply_chat_template(
        [{"role": turn.role, "content": turn.content} for turn in chat],
        tokenize=False,
        add_generation_prompt=True,
        **({"chat_template": template} if template else {}),
        **given,
    )
    return text
