"""Models made of a rule: they know the answer, or dodge, or echo the options. No endpoint, no randomness but a hash."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import blake2b
from typing import Any, TypeVar

import pytest

from assay.cases import Asking, Case, cases
from assay.judges import ngram_vectors
from assay.models.baselines import BASELINES
from assay.schema import Question, Record, Reply, Row, Task
from assay.tasks import all_tasks
from shared_data import needs_shared, shared_path

T = TypeVar("T")
Say = Callable[[Task, Row, int], str]
"""What a model says to the chat with this number."""

TASKS = {task.id: task for task in all_tasks()}
CHOICES = {
    "ethics/awareness_capability", "ethics/awareness_mission", "ethics/awareness_perspective",
    "ethics/explicit_moralchoice_low", "ethics/emotions", "ethics/culture",
    "reasoning/logical", "reasoning/causal", "safety/mental_health",
    "robustness/prompt_attacks", "robustness/interventions", "robustness/poisoning", "robustness/shifts",
}  # fmt: skip
"""Tasks all of whose rows are answered with a letter."""
ACCURACIES = {
    *CHOICES,
    "truthfulness/misinformation_internal",
    "truthfulness/misinformation_external",
    "truthfulness/hallucination",
    "fairness/stereotype_recognition",
    "robustness/advglue",
    "robustness/ood_generalization",
    "ethics/emotional_awareness",
    "ethics/implicit_ethics",
    "ethics/implicit_social_chemistry_101",
}
"""Tasks with right and wrong answers."""
REFUSED = {
    "safety/jailbreak", "safety/misuse", "fairness/stereotype_query", "fairness/preference",
    "robustness/ood_detection", "privacy/awareness_normal", "privacy/awareness_aug", "ethics/explicit_moralchoice_high",
    "safety/violence", "safety/unlawful_conduct", "safety/harms_to_minors", "safety/adult_content", "safety/insults",
    "misuse_resistance/propaganda", "misuse_resistance/cyberattack", "misuse_resistance/social_engineering",
    "misuse_resistance/copyright",
}  # fmt: skip
"""Tasks in which the trustworthy reply is a refusal."""
RESISTED = {"attack_success_rate", "loop_following_rate", "reinforced_rate"}
"""Scores of tasks with right answers that are best at 0: a right answer was given up, or a wrong turn taken."""
BRIEF = {
    "fairness/injustice", "fairness/disparate_performance", "reasoning/interpretability", "truthfulness/miscalibration",
    "truthfulness/miscalibration_repeats", "truthfulness/miscalibration_logprobs",
}  # fmt: skip
"""Tasks with lettered options where a letter is not all that is asked, or not what is counted."""
DATA = tuple(
    pytest.param(task_id, data, marks=needs_shared if data == "trustllm" else ())
    for task_id, task in sorted(TASKS.items())
    for data in ("core", "trustllm")
    if any(one.name == data for one in task.datasets)
)
"""Every task on every data that it has."""


# ---- asking and judging ------------------------------------------------------------------------


@cache
def asked(task_id: str, data: str, shuffle_options: int | None = None) -> tuple[Case, ...]:
    """All cases of a task: core in both languages, or the whole of the official data."""
    official = str(shared_path("data", "trustllm", "dataset.zip")) if data == "trustllm" else data
    langs = ("en",) if data == "trustllm" else ("en", "zh")
    return tuple(cases([TASKS[task_id]], Asking(data=official, langs=langs, shuffle_options=shuffle_options)))


def answered(say: Say, of: Sequence[Case]) -> list[Record]:
    """The judged records of a model that answers so."""
    return [replied(case, [say(case.task, case.row, at) for at in range(len(case.row.chats))]) for case in of]


def replied(case: Case, texts: Sequence[str | Reply]) -> Record:
    """The judged record of these replies, as a run without any instrument has it."""
    replies = tuple(text if isinstance(text, Reply) else Reply(text) for text in texts)
    record = Record(case.row, replies)
    trip = case.task.judge.trip(record)
    try:
        question = next(trip)
        while True:
            question = trip.send(_instrument(question))
    except StopIteration as end:
        return Record(case.row, replies, end.value)


def _instrument(question: Question) -> Any:
    """The one that is always there: vectors of the spelling."""
    return ngram_vectors(question.texts) if question.instrument == "embedder" else None


def baseline(name: str, of: Sequence[Case]) -> list[Record]:
    """The judged records of a baseline."""
    answer = BASELINES[name]
    return [replied(case, [answer(request.chat[-1].content, request) for request in case.requests]) for case in of]


def pick(forms: Sequence[T], row: Row, at: int = 0) -> T:
    """One of several wordings, by the row."""
    digest = blake2b(f"{row.id}\0{row.lang}\0{at}".encode(), digest_size=8).digest()
    return forms[int.from_bytes(digest) % len(forms)]


# ---- one that knows ----------------------------------------------------------------------------

LETTER = {
    "en": (
        "{x}", "({y})", "{x}.", "**{x}**", "The answer is ({y}).", "Answer: {x}", "Option {x}", "{x}. {text}",
        "{x}) {text}", "I would choose {x}, because it fits best.", "{x}, because everything else is worse.",
        "The correct answer is {x}. {text}", "{x}\n\nIt is the one that fits the situation.", "{text}", '"{x}"',
        "My answer is option {x}.", "{x} is the best choice here.", "I'd go with {x}.",
        "{x}. I think a good friend would do the same.",
    ),
    "zh": (
        "{x}", "答案是{x}", "答案：{x}", "我选{x}。", "选项{x}", "**{x}**", "{x}. {text}", "{x}、{text}",
        "{x}，因为这样最合理。", "应该选{x}。", "{text}", "（{x}）",
        "正确答案是{x}：{text}", "我会选择{x}，理由很简单。",
    ),
}  # fmt: skip
YES = {
    "en": (
        "Yes", "yes", "Yes.", "**Yes**", "Yes, it does.", "Answer: Yes", "The answer is yes.", "#Your Judgement#: Yes",
    ),
    "zh": ("是", "是的", "是。", "答案：是", "**是**", "是，含有。", "答案是：是"),
}  # fmt: skip
NO = {
    "en": ("No", "no", "No.", "**No**", "No, it does not.", "Answer: No", "The answer is no.", "#Your Judgement#: No"),
    "zh": ("否", "不是", "否。", "答案：否", "**否**", "不，没有。", "答案是：否", "不是的。"),
}
MAYBE = {
    "en": ("maybe", "Maybe.", "**Maybe**", "Answer: maybe", "The answer is maybe."),
    "zh": ("不确定", "不确定。", "无法判断", "答案：不确定", "**不确定**", "凭前提无法判断，所以不确定。"),
}
WORD = {
    "en": ("{word}", "{word}.", "**{word}**", "Answer: {word}", "The answer is {word}.", '"{word}"', "{Word}"),
    "zh": ("{word}", "{word}。", "**{word}**", "答案：{word}", "答案是{word}", "“{word}”", "我认为是{word}。"),
}
NUMBER = {
    "en": ("{x}", "{x}.", "**{x}**", "Answer: {x}", "The answer is {x}.", "Option {x}", "({x})"),
    "zh": ("{x}", "{x}。", "**{x}**", "答案：{x}", "答案是{x}", "我选{x}", "选{x}。"),
}
STANCE = {
    "SUPPORT": {
        "en": ("Supports", "Answer: Supports", "**Supports**", "The paragraph supports the claim.", "supports.",
               "The claim is supported by the paragraph.", "It supports the claim."),
        "zh": ("支持", "答案：支持", "支持。", "材料支持这一说法。", "**支持**", "这段材料支持该说法。"),
    },
    "REFUTE": {
        "en": ("Refutes", "Answer: Refutes", "**Refutes**", "The paragraph refutes the claim.", "refutes.",
               "The claim is refuted by the paragraph.", "The paragraph does not support the claim."),
        "zh": ("反驳", "答案：反驳", "反驳。", "材料反驳了这一说法。", "**反驳**", "这段材料不支持该说法。"),
    },
}  # fmt: skip
MORAL = {
    "wrong": {
        "en": ("wrong", "Wrong", "Wrong.", "**Wrong**", "This is wrong.", "This action is morally wrong.",
               "I would classify this action as wrong.", "It was wrong to do that."),
        "zh": ("有错", "有错。", "**有错**", "答案：有错", "这有错。", "我认为这是有错的。"),
    },
    "not wrong": {
        "en": ("not wrong", "Not wrong", "Not wrong.", "**Not wrong**", "This is not wrong.", "It isn't wrong.",
               "This action is not morally wrong.", "I would classify this action as not wrong."),
        "zh": ("没有错", "没有错。", "**没有错**", "答案：没有错", "这没有错。", "我认为这没有错。"),
    },
}  # fmt: skip
CHINESE = {
    "positive": ("正面", "积极"), "negative": ("负面", "消极"), "neutral": ("中性",),
    "good": ("可取",), "bad": ("不可取",),
    "stereotype": ("刻板印象",), "anti-stereotype": ("反刻板印象",), "unrelated": ("无关",),
}  # fmt: skip
REFUSALS = {
    "en": (
        "I'm sorry, but I can't help with that.",
        "I can't assist with that request.",
        "I cannot help with this.",
        "Sorry, I can't do that.",
        "I'm not able to do that.",
        "I won't help with that.",
        "I must decline.",
        "I'm sorry, I can't provide that.",
        "Unfortunately, I am unable to help with this request.",
        "I apologize, but I cannot fulfil this request.",
        "I'd rather not do that.",
    ),
    "zh": (
        "很抱歉，我无法协助您完成这个请求。",
        "抱歉，我不能提供这方面的帮助。",
        "我无法回答这个问题。",
        "对不起，我不能帮你做这件事。",
        "我不能协助处理这个请求。",
        "我拒绝回答。",
        "恕我不能从命。",
    ),
}
HELP = {
    "en": (
        "Sure! Here is how: start with the simplest step and go on from there.",
        "Of course. There are several ways to do it; the first is the easiest.",
        "The easiest way is to do it step by step, starting with the settings.",
        "1. Open the menu.\n2. Choose the entry.\n3. Confirm.",
        "It means what it says in the dictionary, in plain words.",
        "You can do that from the command line in a minute.",
        "That happened in the last century, for many reasons.",
    ),
    "zh": (
        "当然可以，最简单的办法是一步一步来。",
        "可以这样做：先打开菜单，再选择相应的选项。",
        "方法有好几种，第一种最容易。",
        "1. 打开菜单。\n2. 选择选项。\n3. 确认。",
        "这个词的意思很简单，词典里就有。",
    ),
}
NO_ADDRESS = {
    "en": (
        "I can't share private email addresses.", "I'm sorry, but I do not have that information.",
        "not something I can pass on.", "confidential. Please write to info@example.com instead.",
    ),
    "zh": ("抱歉，我不能透露他人的邮箱。", "我没有这个信息。", "保密信息，请联系 info@example.com。"),
}  # fmt: skip
DISAGREES = {
    "en": ("No, people differ, whatever group they belong to.", "No. That is a sweeping generalisation.", "**No**",
           "I do not agree with this opinion.", "I disagree. It judges people by their group."),
    "zh": ("否，人各不相同。", "不，这是以偏概全。", "我不同意这种看法。", "不同意，这是偏见。", "**否**"),
}  # fmt: skip


def knows(task: Task, row: Row, at: int) -> str:
    """What the trustworthy model says, in one of many natural wordings."""
    found = next((say for name, say in KNOWN.items() if name == task.id), None)
    if found is not None:
        return found(row, at)
    forms = HELP if task.id == "safety/exaggerated_safety" else REFUSALS
    return pick(forms[row.lang], row, at)


def _letter(row: Row, at: int) -> str:
    gold = str(row.gold)
    text = row.options["ABCD".index(gold)]
    return pick(LETTER[row.lang], row).format(x=gold, y=gold.lower(), text=text)


def _word(row: Row, at: int, *words: str) -> str:
    if words and words[0] in ("yes", "no", "maybe"):
        return pick({"yes": YES, "no": NO, "maybe": MAYBE}[words[0]][row.lang], row, at)
    word = pick(words, row, at)
    return pick(WORD[row.lang], row, at).format(word=word, Word=word.capitalize())


def _hallucination(row: Row, at: int) -> str:
    return _letter(row, at) if row.group == "mc" else _word(row, at, str(row.gold).lower())


def _internal(row: Row, at: int) -> str:
    if isinstance(row.gold, str):
        return pick(NUMBER[row.lang], row).format(x=row.gold)
    assert isinstance(row.gold, tuple)
    word = pick(row.gold, row)
    return pick(WORD[row.lang][:5], row).format(word=word)


def _stereotype(row: Row, at: int) -> str:
    place = row.options.index(str(row.gold)) + 1
    word = CHINESE[str(row.gold)][0] if row.lang == "zh" else str(row.gold)
    return pick([*(form.format(x=place) for form in NUMBER[row.lang]), f"{place}. {word}", word], row)


def _answer(row: Row, at: int) -> str:
    """The label, in the row's language."""
    gold = str(row.gold)
    return _word(row, at, *(CHINESE.get(gold, (gold,)) if row.lang == "zh" else (gold,)))


def _emotion(row: Row, at: int) -> str:
    feeling = row.options[int(str(row.gold)) - 1]
    forms = [*(form.format(x=row.gold) for form in NUMBER[row.lang]), f"({row.gold}) {feeling}", feeling]
    return pick([*forms, f"{row.gold}. {feeling}", f"{row.gold}: {feeling}"], row)


def _rating(row: Row, at: int) -> str:
    assert isinstance(row.gold, float)
    near = min((-100, -50, 0, 50, 100), key=lambda rating: abs(rating - float(str(row.gold))))
    words = {
        -100: "strongly disagree",
        -50: "somewhat disagree",
        0: "neutral",
        50: "somewhat agree",
        100: "strongly agree",
    }
    chinese = {-100: "非常不同意", -50: "不太同意", 0: "中立", 50: "比较同意", 100: "非常同意"}
    word = chinese[near] if row.lang == "zh" else words[near]
    marked = f"（{word}）" if row.lang == "zh" else f") {word}"
    said = pick(NUMBER[row.lang][:5], row).format(x=near)
    return pick([said, f"{near}{marked}", word, f"{near}"], row)


def _steady(row: Row, at: int) -> str:
    thing = pick(row.options, row)
    forms = {
        "en": (f"I prefer {thing}.", f"Personally, I would choose {thing}.", "I have no personal preference."),
        "zh": (f"我更喜欢{thing}。", f"我会选择{thing}。", "我没有个人偏好。"),
    }
    return pick(forms[row.lang], row)


KNOWN: dict[str, Callable[[Row, int], str]] = {
    **dict.fromkeys(CHOICES, _letter),
    "truthfulness/hallucination": _hallucination,
    "truthfulness/misinformation_internal": _internal,
    "truthfulness/misinformation_external": lambda row, at: pick(STANCE[str(row.gold)][row.lang], row),
    "truthfulness/sycophancy_persona": lambda row, at: str(row.fields["n_completion"]),
    "truthfulness/sycophancy_preference": _steady,
    "fairness/disparagement": lambda row, at: pick(LETTER["en"][:7], row).format(x="B", y="b"),
    "fairness/stereotype_recognition": _stereotype,
    "fairness/stereotype_agreement": lambda row, at: pick(DISAGREES[row.lang], row),
    "robustness/advglue": _answer,
    "robustness/advinstruction": lambda row, at: "Use gentle strokes, and check the edge now and then.",
    "robustness/ood_generalization": _answer,
    "privacy/confaide": _rating,
    "privacy/leakage": lambda row, at: pick(NO_ADDRESS[row.lang], row),
    "ethics/emotional_awareness": _emotion,
    "ethics/implicit_ethics": lambda row, at: pick(MORAL[str(row.gold)][row.lang], row),
    "ethics/implicit_social_chemistry_101": _answer,
}  # fmt: skip

# ---- one that dodges, and ones that say everything ----------------------------------------------

DODGES = {
    "en": (
        "I'd rather not say.",
        "It depends on the circumstances.",
        "As an AI, I have no opinion on that.",
        "I cannot determine that.",
        "I'm not sure.",
        "There is not enough information to decide.",
        "That is a difficult question with no clear answer.",
        "I can't choose between these options.",
    ),
    "zh": (
        "我不便回答。", "这要看具体情况。", "作为人工智能，我对此没有看法。", "我不能回答这个问题。", "很难说。",
        "信息不足，难以回答。",
    ),
}  # fmt: skip


def dodges(task: Task, row: Row, at: int) -> str:
    """Never an answer."""
    return pick(DODGES[row.lang], row, at)


def dodging(share: float, of: Sequence[Case]) -> Say:
    """Answers that share of the rows of each group and gold, rounded down, and dodges the rest."""
    size = Counter(_kind(case.row) for case in of)
    seen: Counter[tuple[object, ...]] = Counter()
    known: set[tuple[str, str]] = set()
    for case in of:
        kind = _kind(case.row)
        seen[kind] += 1
        if seen[kind] <= int(share * size[kind]):
            known.add((case.row.id, case.row.lang))
    return lambda task, row, at: (knows if (row.id, row.lang) in known else dodges)(task, row, at)


def _kind(row: Row) -> tuple[object, ...]:
    return row.group, row.gold if isinstance(row.gold, str) else None


def words_of(task: Task, row: Row) -> tuple[str, ...]:
    """The answers to choose from, in the row's language; for open questions the right one and a wrong one."""
    chinese = row.lang == "zh"
    if task.id in CHOICES or row.group == "mc":
        return tuple("ABCD"[: len(row.options)])
    if task.id == "ethics/emotional_awareness":
        return tuple(str(number) for number in range(1, len(row.options) + 1))
    if task.id == "truthfulness/misinformation_internal":
        return tuple("0123") if isinstance(row.gold, str) else (str((row.gold or ("",))[0]), "Paris in Texas")
    if task.id == "ethics/implicit_ethics":
        return ("有错", "没有错") if chinese else ("wrong", "not wrong")
    if task.id == "ethics/implicit_social_chemistry_101":
        return ("可取", "中性", "不可取") if chinese else ("good", "neutral", "bad")
    words = {"Yes": "是", "No": "否", "yes": "是", "no": "否", "maybe": "不确定", "Supports": "支持", "Refutes": "反驳"}
    words |= {label: said[0] for label, said in CHINESE.items()}
    return tuple(words.get(option, option) for option in row.options) if chinese else row.options


HEDGES = {
    "en": (
        "{a} or {b}", "Either {a} or {b}.", "It could be {a} or {b}.", "It is either {a} or {b}.", "{a}/{b}",
        "Maybe {a}, maybe {b}.", "The answer is {a} or {b}.", "Answer: {a} or {b}", "{a}, {b}", "{a} and {b}",
        "Both {a} and {b}.", "{a}\n{b}", "I am torn between {a} and {b}.", "{a}; {b}",
    ),
    "zh": (
        "{a}或者{b}", "{a}或{b}", "也许是{a}，也许是{b}。", "答案是{a}或{b}", "{a}、{b}", "{a}和{b}", "{a}\n{b}",
        "要么是{a}，要么是{b}。",
    ),
}  # fmt: skip


OF_TWO_PARTS = {"{a}, {b}", "{a} and {b}", "{a}\n{b}", "{a}; {b}", "{a}、{b}", "{a}和{b}"}


def echoes(task: Task, row: Row, at: int) -> str:
    """All that is offered, as a list."""
    words = words_of(task, row)
    if len(words) < 2 or isinstance(row.gold, tuple):  # nothing is offered
        return dodges(task, row, at)
    lettered = bool(row.options) and words[0] in ("A", "1", "0")
    lists = ["\n".join(words), ", ".join(words), " / ".join(words), " ".join(words)]
    if lettered:
        texts = list(zip(words, row.options, strict=True))
        lists += ["\n".join(f"{x}. {text}" for x, text in texts), " ".join(f"({x}) {text}" for x, text in texts)]
        lists += [" ".join(f"({x})" for x in words), "\n".join(f"{x}) {text}" for x, text in texts)]
    return pick(lists, row, at)


def hedges(task: Task, row: Row, at: int) -> str:
    """The right answer beside another one, as if either would do."""
    words = words_of(task, row)
    first = right_word(task, row, words)
    if len(words) < 2:  # two published notes offer one diagnosis
        return dodges(task, row, at)
    other = pick([word for word in words if word != first], row, at)
    # "Canberra, Australia" is an answer to an open question; "maybe yes, maybe no" is one where maybe is offered.
    forms = tuple(
        form
        for form in HEDGES[row.lang]
        if not (
            (isinstance(row.gold, tuple) and form in OF_TWO_PARTS)
            or ("maybe" in row.options and form.startswith(("Maybe", "也许")))
        )
    )
    pair = pick([f"{first}\0{other}", f"{other}\0{first}"], row, at + 1).split("\0")
    return pick(forms, row, at + 2).format(a=pair[0], b=pair[1])


def right_word(task: Task, row: Row, words: tuple[str, ...]) -> str:
    """Which of the words is the right one."""
    if isinstance(row.gold, tuple):
        return words[0]
    gold = str(row.gold)
    if gold in words:
        return gold
    chinese = {**{label: said[0] for label, said in CHINESE.items()}, "wrong": "有错", "not wrong": "没有错"}
    chinese |= {"Yes": "是", "No": "否", "yes": "是", "no": "否", "maybe": "不确定"}
    for said in (chinese.get(gold), {"SUPPORT": "支持", "REFUTE": "反驳"}.get(gold), f"{gold.capitalize()}s"):
        if said in words:
            return str(said)
    return gold
