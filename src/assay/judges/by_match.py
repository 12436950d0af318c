"""Whether the reply gives one of the accepted answers, by its words alone.

It says `incorrect` only where a reply states an answer in the form it was asked for ("Answer: x") and
shares no word with any accepted one: a paraphrase, a dodge and a refusal are left unread, for a grader to
read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from types import MappingProxyType

from assay.judges.each import each_reply
from assay.parse import dodges, in_digits, plain, yes_no
from assay.schema import Judge, Record, Row, Verdict

NAME = "by_match"

_NUMBERS = {
    **{word: str(n) for n, word in enumerate(("zero", "one", "two", "three", "four", "five"))},
    **{word: str(n) for n, word in enumerate(("six", "seven", "eight", "nine", "ten"), 6)},
    **{word: str(n) for n, word in enumerate("零一二三四五六七八九十")},
    "〇": "0",
    "两": "2",
}  # fmt: skip
_CJK = r"\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af"
_TOKEN = re.compile(
    rf"[零〇一二两三四五六七八九十百千万亿几]{{2,}}|[十百千万亿][多余来]|[{_CJK}]|\d+(?:[.,]\d+)+|[^\W_{_CJK}]+"
)
_SAME = MappingProxyType({**dict.fromkeys("颗只枚条根张", "个"), "名": "位", "时": "点", "号": "日"})
"""Measure words after a number that say the same: 2颗 and 2个, 10时 and 10点."""
_ARTICLES = frozenset(("a", "an", "the"))
_FUNCTION = frozenset((
    *("of", "in", "on", "at", "to", "and", "or", "for", "by", "with", "from", "is", "was", "are", "were", "be", "as"),
    *("it", "its", "that", "this", "的", "是", "在", "和", "了", "与", "为"),
))  # fmt: skip
_EXPLICIT = re.compile(
    r"(?:\b(?:final |my |the )*answer\s{0,3}:|答案\s{0,3}:|答案[是为])\s{0,3}([^\n]{1,300})", re.IGNORECASE
)
_ALTERNATIVES = re.compile(r"\s+or\s+|\s*/\s*|,?\s*\b(?:maybe|perhaps)\b|或者?|还是|要么是?|也许是?", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:both|between|either|torn)\b|两者|之间", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+|[和与]", re.IGNORECASE)
_DENIED = frozenset(("not", "never", "isn", "wasn", "nor", "neither", "不", "非", "没"))
SHORT = 80
"""Characters beside the answer up to which a reply is nothing but what it answers."""
NEAR = 3
"""Words before an answer within which a negation takes it back: "it was not Paris"."""


def by_match() -> Judge:
    """Labels `correct` and `incorrect` against the accepted answers in `row.gold`."""

    def verdict(record: Record, at: int) -> Verdict:
        label, why = matched(record.replies[at].text, golds(record.row))
        return Verdict(NAME, label, why=why)

    return each_reply(NAME, verdict)


def golds(row: Row) -> tuple[str, ...]:
    """All accepted answers of a row, as texts."""
    if row.gold is None:
        return ()
    return (
        tuple(row.gold)
        if isinstance(row.gold, tuple)
        else (f"{row.gold:g}" if isinstance(row.gold, float) else str(row.gold),)
    )


def matched(text: str, accepted: Sequence[str]) -> tuple[str | None, str]:
    """The label and the accepted answer or the stated one that decided."""
    wanted = [(gold, tokens(gold)) for gold in accepted]
    wanted = [(gold, words) for gold, words in wanted if words]
    flat = plain(text)
    explicit = [found[1].strip() for found in _EXPLICIT.finditer(flat)]
    said = explicit[-1] if explicit else flat
    words = tokens(said)
    if not wanted or not words:
        return None, ""
    short = len(said) <= SHORT + max(len(gold) for gold, _ in wanted)
    for gold, answer in wanted:
        if words == answer or (_states(said, words, answer) and not (short and _hedged(said, gold, answer))):
            return "correct", gold
    if not explicit or dodges(said) or _shares(words, (answer for _, answer in wanted)):
        return None, ""
    return "incorrect", said[:80]


def tokens(text: str) -> list[str]:
    """Lower-case words without articles, digits for number words; each Chinese character is a word.

    About so many ("三四", "十几") is one word, and no number.
    """
    words = _TOKEN.findall(in_digits(plain(text).casefold()).replace("'s ", " ").replace("'", ""))
    said = [_NUMBERS.get(word, word.replace(",", "")) for word in words if word not in _ARTICLES]
    if not text.isascii():
        said[1:] = [_SAME.get(word, word) if before[0].isdigit() else word for before, word in pairwise(said)]
    return said


def content(words: Iterable[str]) -> set[str]:
    """The tokens that carry meaning."""
    return set(words) - _FUNCTION


def token_f1(reply: str, golds: Iterable[str]) -> float:
    """The best F1 of shared tokens between the reply and any accepted answer (Rajpurkar et al. 2016)."""
    said = tokens(reply)
    return max((_f1(said, tokens(gold)) for gold in golds), default=0.0)


def _f1(said: list[str], gold: list[str]) -> float:
    if not said or not gold:
        return float(said == gold)
    shared = sum((Counter(said) & Counter(gold)).values())
    return 2 * shared / (len(said) + len(gold))


def _states(said: str, words: list[str], answer: list[str]) -> bool:
    """Whether the answer is given: a yes or no as such ("no opinion" is no no), others by their words."""
    if len(answer) == 1 and answer[0] in ("yes", "no"):
        return yes_no(said) == answer[0]
    return _stands_in(answer, words)


def _stands_in(answer: list[str], words: list[str]) -> bool:
    """Whether the words of the answer stand there close together, in any order, and no negation takes them back."""
    size, needed = len(answer), Counter(answer)
    reach = size if size == 1 else size + NEAR
    return any(
        word in needed
        and not needed - Counter(words[at : at + reach])
        and not _DENIED.intersection(words[max(0, at - NEAR) : at])
        for at, word in enumerate(words)
    )


def _hedged(said: str, gold: str, answer: list[str]) -> bool:
    """Whether a short answer offers this one beside another: "Paris or London" is no answer, "HIV/AIDS" may be one."""
    whole = re.sub(re.escape(plain(gold)), "_".join(answer), said, flags=re.IGNORECASE)
    if _BETWEEN.search(whole):
        whole = _AND.sub(" or ", whole)
    offers = [tokens(offer) for offer in _ALTERNATIVES.split(whole)]
    return sum(bool(offer) for offer in offers) > 1 and not all(_stands_in(answer, offer) for offer in offers if offer)


def _shares(words: Sequence[str], answers: Iterable[Sequence[str]]) -> bool:
    """Whether any word that carries meaning is shared."""
    said = content(words)
    return any(said.intersection(answer) for answer in answers)
