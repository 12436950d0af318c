"""Rules of thumb for what no endpoint has counted yet."""

from __future__ import annotations

import pytest

from assay.models.tokens import OPEN_REPLY_TOKENS, REPLY_TOKENS, chat_tokens, reply_tokens, text_tokens
from assay.schema import Message, user
from assay.tasks import all_tasks


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("a", 1),
        ("abcd", 1),
        ("abcde", 2),
        ("是", 1),
        ("我不知道。", 5),
        ("答案：A", 4),
        ("안녕", 2),
        ("ひらがなカナ", 6),
        ("naïve café", 3),
    ],
)
def test_four_letters_or_one_chinese_character_make_a_token(text: str, tokens: int) -> None:
    assert text_tokens(text) == tokens


def test_a_chat_has_its_turns_and_what_marks_them() -> None:
    one = chat_tokens(user("abcd"))
    assert one > text_tokens("abcd")
    assert chat_tokens((Message("system", "abcd"), *user("abcd"))) == 2 * one


def test_a_reply_is_as_long_as_those_of_its_task_and_no_longer_than_allowed() -> None:
    assert reply_tokens("ethics/awareness_mission", None) < 10 < reply_tokens("safety/jailbreak", None)
    assert reply_tokens("safety/jailbreak", 33) == 33
    assert reply_tokens("ethics/awareness_mission", 33) == reply_tokens("ethics/awareness_mission", None)
    assert reply_tokens("someone/else", None) == OPEN_REPLY_TOKENS


def test_every_listed_length_is_a_tasks() -> None:
    assert set(REPLY_TOKENS) <= {task.id for task in all_tasks()}
