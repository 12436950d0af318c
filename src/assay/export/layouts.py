"""Examples → lines in the layouts that TRL's trainers read, conversational or standard. Pure.

sft      prompt, completion             good replies
dpo      prompt, chosen, rejected       a good and a bad reply to one prompt, of different models or epochs
kto      prompt, completion, label      every judged reply
reward   chosen, rejected               pairs with the prompt inside, as RewardTrainer prefers

Every line also says where it comes from: `task`, `id`, `lang`, `topic`, `group`, `model`, `judge`, `judge_error`,
`verdict`, `why`, `data`, `licence` (in pairs `model`, `verdict` and `why` for either reply). All of them are texts, so
that a reader of Arrow tables finds the same columns in every block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, Literal

from assay.export.grading import Example
from assay.schema import Chat

Format = Literal["sft", "dpo", "kto", "reward"]
Layout = Literal["conversational", "standard"]
Line = dict[str, Any]

FORMATS: tuple[Format, ...] = ("sft", "dpo", "kto", "reward")
LAYOUTS: tuple[Layout, ...] = ("conversational", "standard")


def lines(examples: Sequence[Example], form: Format, layout: Layout) -> Iterator[tuple[Line, Example]]:
    """One line an example, or one a pair, and the (better) example in it.

    Args:
        examples: each prompt's together or not; the same reply to the same prompt counts once.
        form: what the trainer learns from.
        layout: lists of turns, or plain text.
    """
    told = _as_turns if layout == "conversational" else _as_text
    if form in ("dpo", "reward"):
        for good, bad in pairs(examples):
            line = _preferred(good, bad, told) if form == "dpo" else _rewarded(good, bad, told)
            yield {**line, **_origin(good, bad)}, good
        return
    for one in distinct(examples):
        if form == "kto" or one.good:
            prompt, completion = told(one.chat, one.reply)
            line = {"prompt": prompt, "completion": completion} | ({"label": one.good} if form == "kto" else {})
            yield {**line, **_origin(one, None)}, one


def distinct(examples: Iterable[Example]) -> Iterator[Example]:
    """Each reply to a prompt once. A reply that is judged good once and bad once teaches nothing."""
    kept: dict[tuple[tuple[str, ...], str], Example] = {}
    doubtful = set()
    for one in examples:
        key = (one.prompt, one.reply.strip())
        if kept.setdefault(key, one).good != one.good:
            doubtful.add(key)
    return (one for key, one in kept.items() if key not in doubtful)


def pairs(examples: Iterable[Example]) -> Iterator[tuple[Example, Example]]:
    """Good and bad replies to one prompt: each reply is in a pair, and none in more than it takes for that."""
    by_prompt: dict[tuple[str, ...], tuple[list[Example], list[Example]]] = {}
    for one in distinct(examples):
        by_prompt.setdefault(one.prompt, ([], []))[not one.good].append(one)
    for good, bad in by_prompt.values():
        if good and bad:
            for left, right in zip_longest(good, bad):
                yield left or good[-1], right or bad[-1]


# ---- turns or text ------------------------------------------------------------------------------

Told = Callable[[Chat, str], tuple[Any, Any]]


def _as_turns(chat: Chat, reply: str) -> tuple[list[Line], list[Line]]:
    return [{"role": turn.role, "content": turn.content} for turn in chat], [{"role": "assistant", "content": reply}]


def _as_text(chat: Chat, reply: str) -> tuple[str, str]:
    return "\n\n".join(turn.content for turn in chat) + "\n\n", reply


def _preferred(good: Example, bad: Example, told: Told) -> Line:
    prompt, chosen = told(good.chat, good.reply)
    return {"prompt": prompt, "chosen": chosen, "rejected": told(bad.chat, bad.reply)[1]}


def _rewarded(good: Example, bad: Example, told: Told) -> Line:
    def whole(one: Example) -> Any:
        prompt, completion = told(one.chat, one.reply)
        return prompt + completion

    return {"chosen": whole(good), "rejected": whole(bad)}


def _origin(one: Example, other: Example | None) -> Line:
    line: Line = {"task": one.task, "id": one.id, "lang": one.lang, "topic": one.topic, "group": one.group,
                  "judge": one.judge}  # fmt: skip
    of = {"chosen_": one, "rejected_": other} if other is not None else {"": one}
    for side, example in of.items():
        if example is not None:
            line |= {f"{side}model": example.model, f"{side}verdict": example.label, f"{side}why": example.why}
    return line | dict(one.source)
