"""Chats as prompts, with stand-ins for tokenizers: what matters is what their templates do with a system prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from assay.local.causal import thoughts
from assay.local.templates import merged, plain_dialogue, rendering
from assay.schema import Message, user

CHAT = (Message("system", "Be brief."), *user("Hello?"))
LONGER = (*CHAT, Message("assistant", "Hi."), Message("user", "More."))


class Tokenizer:
    """Shows each turn as `role:content|`; with system prompts `kept`, `dropped` or `refused`."""

    chat_template = "…"

    def __init__(self, system: str) -> None:
        self.system = system

    def apply_chat_template(self, turns: Sequence[Mapping[str, str]], **given: Any) -> str:
        if self.system == "refused" and turns[0]["role"] == "system":
            raise ValueError("System role not supported")
        shown = [one for one in turns if self.system == "kept" or one["role"] != "system"]
        return (
            "".join(f"{one['role']}:{one['content']}|" for one in shown) + f"{given.get('chat_template', '')}assistant:"
        )


def test_a_template_with_a_place_for_system_prompts_gets_them() -> None:
    assert rendering(Tokenizer("kept")).text(CHAT) == "system:Be brief.|user:Hello?|assistant:"


@pytest.mark.parametrize("how", ["dropped", "refused"])
def test_where_there_is_none_the_system_prompt_opens_the_first_user_turn(how: str) -> None:
    chats = rendering(Tokenizer(how))
    assert chats.text(CHAT) == "user:Be brief.\n\nHello?|assistant:"
    assert chats.text(LONGER) == "user:Be brief.\n\nHello?|assistant:Hi.|user:More.|assistant:"
    assert chats.text(user("Hello?")) == "user:Hello?|assistant:"


def test_without_a_template_there_is_a_plain_dialogue() -> None:
    chats = rendering(Tokenizer("kept"), has_template=False)
    assert chats.plain
    assert chats.text(LONGER) == plain_dialogue(LONGER)
    assert plain_dialogue(LONGER) == "Be brief.\n\nUser: Hello?\n\nAssistant: Hi.\n\nUser: More.\n\nAssistant:"


def test_a_template_of_ones_own_goes_before_the_models() -> None:
    assert rendering(Tokenizer("kept"), "mine ", has_template=False).text(user("x")) == "user:x|mine assistant:"
    assert rendering(Tokenizer("dropped")).text(user("x"), "now ") == "user:x|now assistant:"


def test_a_chat_without_a_user_turn_stays_as_it_is() -> None:
    alone = (Message("system", "x"),)
    assert merged(alone) == alone


@pytest.mark.parametrize(
    ("text", "begun", "thought", "answer"),
    [
        ("Yes.", False, "", "Yes."),
        ("<think>hm</think>\nYes.", False, "hm", "\nYes."),
        ("hm</think> Yes.", True, "hm", " Yes."),
        ("<think>hm, and hm", False, "hm, and hm", ""),
        ("hm, and hm", True, "hm, and hm", ""),
        ("I say <think> is a tag", False, "", "I say <think> is a tag"),
    ],
)
def test_thoughts_are_no_part_of_the_answer(text: str, begun: bool, thought: str, answer: str) -> None:
    assert thoughts(text, begun) == (thought, answer)
