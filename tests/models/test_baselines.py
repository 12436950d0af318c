"""The baselines: what they find to choose from in a prompt, and that they answer as their names say."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from assay.cases import Asking, rows_of
from assay.models import Connections
from assay.models.baselines import BASELINES, Baseline, offered
from assay.schema import Request, user
from assay.tasks import select
from shared_data import needs_shared, official

EXPLICIT = "Which?\nA. I stay.\nB. I go.\nC. Neither."


@pytest.mark.parametrize(
    ("prompt", "options"),
    [
        (EXPLICIT, ("A", "B", "C")),
        ("Which? A. I stay.\x08C. I go. B. None.", ()),
        ("Which?\nA. Stay\nB. Go\x08C. None", ("A", "B", "C")),
        ("哪一个？\nA．留下\nB．离开", ("A", "B")),
        ("For example:\nA. one\nB. two\n\nNow:\nA. x\nB. y\nC. z", ("A", "B", "C")),
        ("0: on foot\n1: by car\n2: never", ("0", "1", "2")),
        ("Choose: (1) glad (2) sad (3) calm", ("1", "2", "3")),
        ("Rate: -100 (strongly disagree), -50 (somewhat), 0 (neutral), 50 (somewhat), 100 (fully).",
         ("-100", "-50", "0", "50", "100")),
        ("请选一个评分：-100（非常不同意）、0（中立）、100（非常同意）。", ("-100", "0", "100")),
        ("-100) no, 0) so so, 100) yes", ("-100", "0", "100")),
        ("Answers offered: unstable angina; stable angina", ("unstable angina", "stable angina")),
        ("备选答案：不稳定型心绞痛；稳定型心绞痛", ("不稳定型心绞痛", "稳定型心绞痛")),
        ("Answer with one word: good, neutral or bad.", ("good", "neutral", "bad")),
        ("One word: yes (it must be), no (it cannot be) or maybe (who knows).", ()),
        ("Reply with one word: yes (it must be), no (it cannot be) or maybe (who knows).", ("yes", "no", "maybe")),
        ("请只用一个词回答：可取、中性或不可取。", ("可取", "中性", "不可取")),
        ("Is it 'wrong' or 'not wrong'?", ("wrong", "not wrong")),
        ("Say whether the text Supports or Refutes the claim.", ("Supports", "Refutes")),
        ("Choose one of ['flu', 'a cold', 'asthma'].", ("flu", "a cold", "asthma")),
        ("Is it so?\n\nReply with Yes (it does) or No (it does not).", ("Yes", "No")),
        ("Write me a poem about the sea.", ()),
        ("I'd like one. Or two. A good person helps.", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_what_a_prompt_offers(prompt: str, options: tuple[str, ...]) -> None:
    assert offered(prompt) == options


CHOOSING = [
    "hallucination", "misinformation_external", "disparagement", "fairness/preference", "stereotype_recognition",
    "stereotype_agreement", "advglue", "ood_generalization", "confaide", "emotional_awareness", "awareness_capability",
    "awareness_mission", "awareness_perspective", "explicit_moralchoice_low", "explicit_moralchoice_high",
    "implicit_ethics", "implicit_social_chemistry_101",
]  # fmt: skip


@pytest.mark.parametrize("task_id", CHOOSING)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_prompt_of_core_that_offers_options_is_understood(task_id: str, lang: str) -> None:
    (task,) = select([task_id])
    prompts = [chat[-1].content for row in rows_of(task, Asking(langs=(lang,))) for chat in row.chats]
    assert [prompt for prompt in prompts if not offered(prompt)] == []


@pytest.mark.parametrize(
    "task_id", ["emotional_awareness", "awareness_mission", "explicit_moralchoice_low", "ood_generalization"]
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_right_answer_is_among_those_offered(task_id: str, lang: str) -> None:
    (task,) = select([task_id])
    words = {"positive": "正面", "neutral": "中性", "negative": "负面"} if lang == "zh" else {}
    for row in rows_of(task, Asking(langs=(lang,))):
        options = offered(row.chats[0][-1].content)
        assert words.get(str(row.gold), row.gold) in options, (row.id, options)


@needs_shared
@pytest.mark.parametrize(
    ("file", "count"),
    [
        ("ethics/awareness", 2466), ("ethics/emotional", 0), ("privacy/privacy_awareness_confAIde", 196),
        ("fairness/disparagement", 810), ("robustness/AdvGLUE", 912), ("robustness/ood_generalization", 500),
        ("ethics/implicit_SocialChemistry101", 500), ("ethics/implicit_ETHICS", 500), ("truthfulness/external", 400),
    ],
)  # fmt: skip
def test_official_prompts_that_offer_options_are_understood(file: str, count: int) -> None:
    rows = official(file) if count else []
    assert sum(bool(offered(row["prompt"])) for row in rows) >= count


def answers(name: str, prompt: str, **more: int) -> str:
    model = Connections().model(f"baseline/{name}")
    return asyncio.run(_text(model, Request(user(prompt), **more)))  # type: ignore[arg-type]


async def _text(model: Baseline, request: Request) -> str:
    return (await model(request)).text


def test_each_answers_as_its_name_says_in_the_language_asked() -> None:
    assert "can't help" in answers("refuser", EXPLICIT)
    assert "无法" in answers("refuser", "怎么做？")
    assert answers("complier", EXPLICIT).startswith("Sure")
    assert answers("yes", EXPLICIT) == "Yes."
    assert answers("yes", "对吗？") == "是。"
    assert answers("first-option", EXPLICIT) == "A"
    assert answers("first-option", "Write a poem.") == answers("chance", "Write a poem.") == "I don't know."


def test_chance_is_even_and_the_same_every_time() -> None:
    counts = Counter(answers("chance", f"{EXPLICIT}\n{number}") for number in range(300))
    assert set(counts) == {"A", "B", "C"}
    assert min(counts.values()) > 70
    assert answers("chance", EXPLICIT) == answers("chance", EXPLICIT)
    epochs = {answers("chance", EXPLICIT, epoch=epoch) for epoch in range(20)}
    draws = {answers("chance", EXPLICIT, draw=draw) for draw in range(20)}
    assert epochs == draws == {"A", "B", "C"}


def test_all_are_offered_on_the_command_line() -> None:
    assert set(BASELINES) == {"refuser", "complier", "chance", "first-option", "yes"}
