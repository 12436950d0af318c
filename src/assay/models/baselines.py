"""Models that know nothing and cost nothing. They show where each metric starts, and what it can be fooled by.

`refuser` wins every refusal rate and loses everything else; `complier` the reverse; `chance` and `first-option` say
what the offered options alone are worth; `yes` agrees with all. A score near one of them is not trust.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from assay.schema import Reply, Request

CHINESE = re.compile(r"[\u4e00-\u9fff]")

REFUSAL = {"en": "I'm sorry, but I can't help with that.", "zh": "很抱歉，我无法协助您完成这个请求。"}
COMPLIANCE = {
    "en": "Sure, here is what you asked for: it is all in this text, as you wished.",
    "zh": "好的，以下就是您要的内容：都在这里了。",
}
NO_OPTIONS = {"en": "I don't know.", "zh": "我不知道。"}
YES = {"en": "Yes.", "zh": "是。"}


@dataclass(frozen=True, slots=True)
class Baseline:
    """A function of the prompt, in the shape of a model."""

    name: str
    answer: Callable[[str, Request], str]
    endpoint: str = "baseline"

    async def __call__(self, request: Request) -> Reply:
        """Answer at once."""
        return Reply(self.answer(request.chat[-1].content, request))


def _said(words: Mapping[str, str]) -> Callable[[str, Request], str]:
    return lambda prompt, request: words["zh" if CHINESE.search(prompt) else "en"]


def _first(prompt: str, request: Request) -> str:
    options = offered(prompt)
    return options[0] if options else _said(NO_OPTIONS)(prompt, request)


def _chance(prompt: str, request: Request) -> str:
    """Uniform over the offered options: a hash of prompt, epoch and draw decides, so that it is the same every time."""
    options = offered(prompt)
    if not options:
        return _said(NO_OPTIONS)(prompt, request)
    seed = f"{prompt}\0{request.epoch}\0{request.draw}".encode()
    return options[int.from_bytes(blake2b(seed, digest_size=8).digest()) % len(options)]


BASELINES: Mapping[str, Callable[[str, Request], str]] = {
    "refuser": _said(REFUSAL),
    "complier": _said(COMPLIANCE),
    "chance": _chance,
    "first-option": _first,
    "yes": _said(YES),
}

# ---- what a prompt offers to choose from --------------------------------------------------------

LETTERED_LINE = re.compile(r"(?m)(?:^|\x08|options: )\s*\(?([A-H])[.)．、:：][ \t]*\S")
"""1,866 official awareness prompts carry U+0008 before `C.` instead of a line break; official multiple choice has the
first option in the line of the question."""
LETTERED_INLINE = re.compile(r"(?<![A-Za-z])([A-H])[.．、)][ ]?(?=\S)")
NUMBERED_LINE = re.compile(r"(?m)^\s*([0-9])[:：] ?\S")
BRACKETED = re.compile(r"\(([1-9])\) ?\S|（([1-9])）\S")
RATING = re.compile(r"(?<![\d.])(-?\d{1,3})(?:\)| ?[(（])")
NUMBERED_INLINE = re.compile(r"(?<![\d.])([1-9])[.．、][ ]?(?=\S)")
A_NUMBER = re.compile(r"\bnumber (?:as|alone)\b|数字")
"""Asked for; else "1. … 2. …" may be rules to keep or things to do."""
AMONG = re.compile(r"(?:among|one of)[^\[［【]{0,40}[\[［【]([^\]］】]+)[\]］】]")
SPELT = re.compile(r"(?:Answers offered|备选答案|one word|一个词(?:回答)?)[:：][ ]*([^\n.。]+)")
"""The last words of a prompt that spells its options out: `Answers offered: flu; a cold`, `one word: good or bad.`"""
BETWEEN = re.compile(r"[,，、]? ?(?:\bor\b|或者|或) ?|[,，、] ?")
ASIDE = re.compile(r"[(（][^)）]*[)）]|[\"'“”]")
QUOTED = re.compile(
    r"[\"“「‘']([^\"”」’'\n]{1,24})[\"”」’'](?:,?\s*(?:or|and|还是|或者|或|和)|[,，、/]|(?=\s))\s*"
    r"(?:[\"“「‘']([^\"”」’'\n]{1,24})[\"”」’'](?:,?\s*(?:or|and|还是|或者|或|和)|[,，、]|(?=\s))\s*)?"
    r"[\"“「‘']([^\"”」’'\n]{1,24})[\"”」’']"
)
ASKED: Mapping[str, tuple[str, ...]] = {
    "Supports or Refutes": ("Supports", "Refutes"),
    "Your Judgement": ("Yes", "No"),
    "Yes or No": ("Yes", "No"),
    "yes or no only": ("Yes", "No"),
    "Yes (it does) or No": ("Yes", "No"),
    "支持或反驳二选一": ("支持", "反驳"),
}
"""Instructions that name the options plainly, wherever else the prompt has numbers or quotes."""
LABELS = frozenset(
    [
        "yes",
        "no",
        "maybe",
        "positive",
        "negative",
        "neutral",
        "good",
        "bad",
        "wrong",
        "supports",
        "refutes",
        "是",
        "否",
        "可能",
        "正面",
        "负面",
        "中性",
        "好",
        "坏",
        "支持",
        "反驳",
        "错误",
    ]
) | {"not wrong", "有错", "没有错", "不确定"}


def offered(prompt: str) -> tuple[str, ...]:
    """What the prompt offers, as a bare reply would name it: `A`, `2`, `-50`, `Supports`. Empty: an open question."""
    for find in (_asked, _spelt, _lettered, _numbered, _rated, _listed, _quoted):
        options = find(prompt)
        if len(options) > (find is not _listed):  # two published notes offer one diagnosis
            return options
    return ()


def _asked(prompt: str) -> tuple[str, ...]:
    return next((options for words, options in ASKED.items() if words in prompt), ())


def _spelt(prompt: str) -> tuple[str, ...]:
    found = SPELT.findall(prompt)
    if not found:
        return ()
    parts = re.split("[;；]", found[-1])
    if len(parts) == 1:  # `yes (it must be), no or maybe`: no aside belongs to an option
        parts = BETWEEN.split(ASIDE.sub("", found[-1]))
    return tuple(part.strip() for part in parts if part.strip())


def _run(found: list[str], first: str) -> tuple[str, ...]:
    """The last run of consecutive marks that starts with `first` (worked examples come before the question)."""
    best: list[str] = []
    run: list[str] = []
    for mark in found:
        if mark == first:
            run = [mark]
        elif run and ord(mark) == ord(run[-1]) + 1:
            run.append(mark)
        else:
            run = []
        if len(run) > 1:
            best = list(run)
    return tuple(best)


def _lettered(prompt: str) -> tuple[str, ...]:
    return _run(LETTERED_LINE.findall(prompt), "A") or _run(LETTERED_INLINE.findall(prompt), "A")


def _numbered(prompt: str) -> tuple[str, ...]:
    bracketed = ["".join(pair) for pair in BRACKETED.findall(prompt)]
    options = _run(NUMBERED_LINE.findall(prompt), "0") or _run(bracketed, "1")
    if options or not A_NUMBER.search(prompt):
        return options
    return _run(NUMBERED_INLINE.findall(prompt), "1")


def _rated(prompt: str) -> tuple[str, ...]:
    marks = RATING.findall(prompt)
    return tuple(marks) if len(marks) > 2 and "-100" in marks else ()


def _listed(prompt: str) -> tuple[str, ...]:
    found = AMONG.search(prompt)
    return tuple(part.strip(" '\"") for part in re.split(r"[,，、;；]", found[1])) if found else ()


def _quoted(prompt: str) -> tuple[str, ...]:
    """Quoted labels joined by commas and "or"; other words in quotes are no options."""
    found = [tuple(part.strip(" .,。，") for part in parts if part) for parts in QUOTED.findall(prompt)]
    labels = [parts for parts in found if all(part.lower() in LABELS for part in parts)]
    return labels[-1] if labels else ()
