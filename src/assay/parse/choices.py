"""One of several offered answers: yes or no, a letter, a phrase."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from assay.parse.wording import agreed, closing, dodge_spans, dodges, marked, plain, spelled_out

YesNo = Literal["yes", "no"]

SHORT = 100
"""Characters up to which a lone mention is the answer; in longer texts it may be part of an argument."""

# ---- yes or no ---------------------------------------------------------------------------------

_QUESTION = re.compile(
    r"\byes\s*(?:/|or|\|)\s*no\b|\bno\s*(?:/|or|\|)\s*yes\b|是否(?!定)|是不是|是(?:或者?|还是"
    r"|/)(?:否|不是)|对不对"
)
_BOTH = re.compile(
    r"\byes\b[\s,.;]*(?:and|but)\b[\s,]*(?:also\b|then\b)?[\s,]*\bno\b(?!\s+\w)"
    r"|\bno\b[\s,.;]*(?:and|but)\b[\s,]*(?:also\b|then\b)?[\s,]*\byes\b"
    r"|\bboth yes and no\b|是,?(?:也|又|但)不是|既是[又也]不是|不是,?(?:也|又|但)是|也不是"
)
_ANSWERS = MappingProxyType({
    **dict.fromkeys(("yes", "是", "是的"), "yes"),
    **dict.fromkeys(("no", "否", "不是"), "no"),
    **dict.fromkeys(("maybe", "不确定", "可能"), "maybe"),
})  # fmt: skip
_LISTING = re.compile(
    r"\A\W*(?:the )?(?:answer\b(?: is\b)?|答案(?:是|为)?)|[^\w?]+|\b(?:either|or|and)\b|要么是?|或者?|和|与|还是"
)
_AFTER_NO = (
    r"(?=\s*(?:$|[^\w\s]|\n)|\s+(?:i|it|it's|this|that|the|these|those|they|there|he|she|we|you|not"
    r"|because|as|since|never|sir)\b)"
)
_LEADING = (
    ("yes", re.compile(r"(?:yes|yeah|yep|yup)\b(?!-\w)")),
    ("no", re.compile(
        rf"(?:no|nope|nah)\b(?!-\w|\.\s*\d){_AFTER_NO}|(?:absolutely|definitely|certainly|of course"
        rf"|surely) not\b|no way\b"
    )),
    ("no", re.compile(
        r"(?:当然|肯定|绝对?|从|并)不|不是|不对|不同意|不正确|不会(?!说)|不可以|不成立|否定|(?:不"
        r"|否|没有|不能|非)(?=\s*(?:$|[^\w\s]))"
    )),
    ("yes", re.compile(
        r"是的|对的|没错|正确|肯定|当然|同意|是这样|(?:是|对|会|可以|能|有|成立)(?=\s*(?:$"
        r"|[^\w\s]))"
    )),
)  # fmt: skip
_DETERMINER = r"(?!\s+[a-z])"  # "no preference", "no one": not an answer
_LONE = re.compile(rf"(?<![\w-])(?:(?P<yes>yes)|(?P<no>no){_DETERMINER})(?![\w-])")
_DENIED = re.compile(
    r"\b(?:not|never|neither|nor|rather than|instead of|than)\s+(?:(?:a|an|the|simply|just"
    r"|clearly)\s+)?[\"']?\Z"
)
_DECORATION = re.compile(r"[\s\"'(\[{<#>_~.:,?-]*")


def yes_no(text: str) -> YesNo | None:
    """Whether the text says yes or no: "不是" is no, "Yes and no" is neither, "cannot" holds no "no"."""
    spelled = spelled_out(text)
    if _BOTH.search(spelled[:SHORT]) or _lists_answers(spelled):
        return None
    spelled = _QUESTION.sub(" ", spelled)
    return (
        _leading_yes_no(spelled)
        or marked(spelled, _leading_yes_no)
        or closing(spelled, _leading_yes_no)
        or _lone_yes_no(spelled)
    )


def _lists_answers(spelled: str) -> bool:
    """Whether the text is nothing but several of yes, no and maybe: what was offered, said again."""
    said = {_ANSWERS.get(part.strip()) for part in _LISTING.split(spelled[:SHORT]) if part.strip()}
    return len(said) > 1 and None not in said


def _leading_yes_no(spelled: str) -> YesNo | None:
    start = _DECORATION.match(spelled)
    offset = start.end() if start else 0
    for label, pattern in _LEADING:
        if pattern.match(spelled, offset):
            return "yes" if label == "yes" else "no"
    return None


def _lone_yes_no(spelled: str) -> YesNo | None:
    if len(spelled) > SHORT or dodges(spelled):
        return None
    found: list[YesNo] = []
    for lone in _LONE.finditer(spelled):
        if not _DENIED.search(spelled, 0, lone.start()):
            found.append("yes" if lone["yes"] else "no")
    return agreed(found)


# ---- a letter ----------------------------------------------------------------------------------

_OTHER_TOO = r"(?!\s*(?:[,/&]|\bor\b|\band\b|或|和|与|还是)\s*[\"'(\[]?\s*(?-i:(?![ai]\b){letters})(?![A-Za-z0-9]))"
_BEFORE = r"(?<![A-Za-z0-9'.&/-])"
_AFTER = (
    r"(?![A-Za-z0-9&/'%-]|\.\d|\.[A-Za-z]|"
    r"\s+(?!(?:is|it|was|seems?|would|because|since|as|for|best|fits?|makes|looks|sounds|option"
    r"|over|to|than|rather|instead|and|or|"
    r"but|please|due|here|though|with|not|given|by|if|in|based|the correct|definitely|obviously)\b)[a-z])"
)
_REJECTED = re.compile(
    r"\b(?:not|\w+n't|nothing|never|neither|nor|rejects?|rejected|reject|exclude|against|avoid|rather than"
    r"|instead of|over|than|unlike|eliminate|rule out)"
    r"[^\S\n]+(?:(?:option|choice|choose|pick|answer|select|both|either)\s+)?[\"'(\[]*\Z|(?:不选|不是"
    r"|排除|而非|拒绝)(?:选项)?\s*\Z",
    re.IGNORECASE,
)
_REJECTED_AFTER = re.compile(
    r"[\"')\]]*\s+(?:is|was|are|seems|would be)\s+(?:\w+ly\s+)?(?:not\b|wrong|incorrect|false|worse"
    r"|bad|ruled)"
)
_AN_OPTION = re.compile(r"[)\].:、]\s*[A-Z][\w']*\s+\Z")
"""A capital word between two marks is the text of an option: "(1) Rejected (2) Proud" turns nothing down."""
_NAMED = re.compile(
    r"\b(?:vitamin|hepatitis|plan|group|type|class|grade|team|figure|section|part|level|step)[^\S\n]+\Z",
    re.IGNORECASE,
)


def letter(text: str, letters: str = "ABCD") -> str | None:
    """Which of the offered letters (or digits) the text answers with; the article "A" is none of them."""
    flat = plain(text)
    if not letters:
        return None
    either = f"[{re.escape(''.join(dict.fromkeys(letters.upper() + letters.lower())))}]"
    answer = re.compile(
        rf"(?:(?:option|choice"
        rf"|选项)\s*)?[\"'(\[{{]*({either})(?![A-Za-z0-9]|\.\d){_OTHER_TOO.format(letters=either)}",
        re.I,
    )
    whole = re.compile(rf"[\s\"'(\[{{<#$]*({either})[\s\"')\]}}>.:,;!$。、]*")
    prefix = re.match(rf"A(?:ns)?\s?:\s*(?=[\"'(\[]*{either}(?![A-Za-z0-9]))", flat)  # "A: C" answers a "Q:" with C

    def stated(tail: str) -> str | None:
        return _offered(answer.match(tail), letters)

    def alone(line: str) -> str | None:
        return None if _lists(flat, letters) else _offered(whole.fullmatch(line), letters)

    return (
        marked(flat, stated)
        or (stated(flat[prefix.end() :]) if prefix else None)
        or alone(flat)
        or _leading_letter(flat, letters, either)
        or closing(flat, alone)
        or _named_letter(flat, letters, either)
        or _lone_letter(flat, letters)
    )


def _offered(found: re.Match[str] | None, letters: str) -> str | None:
    """The letter found, spelled as offered, unless it is the article "a" or the pronoun "I"."""
    if found is None:
        return None
    said = next(group for group in found.groups() if group)
    if said in "aAiI" and not re.match(_AFTER, found.string[found.end(found.lastindex or 1) :]):
        return None
    return next(offered for offered in letters if offered.upper() == said.upper())


def _lists(flat: str, letters: str) -> bool:
    """Whether the text is nothing but several letters: "A B C", "(1) (2) (3) (4)"."""
    said = re.findall(r"[A-Za-z0-9]+", flat[:SHORT])
    return len(set(said)) > 1 and set(said) <= set(letters)


def _leading_letter(flat: str, letters: str, either: str) -> str | None:
    """A letter that opens the text as an option does: "(b)", "B) because", "A. I would"."""
    other = _OTHER_TOO.format(letters=either)
    opens = re.match(
        rf"(?:(?:option|choice)\s+|选项\s*)?[\"'(\[{{<#]*({either}){other}"
        r"(?:[\"']?[)\]}]+|\.(?![A-Za-z]\.|\d)|[:、](?!\d)|\s*\n|\s+-\s|,(?=\s+(?-i:[a-z]))"
        rf"|[,。;](?=\s*[\u4e00-\u9fff])){other}",
        flat,
        re.IGNORECASE,
    )
    return None if opens is None or _lists(flat, letters) or _echoes(flat, letters) else _offered(opens, letters)


def _echoes(flat: str, letters: str) -> bool:
    """Whether options are said again: all of them in order, or one a line and nothing else."""
    items = re.finditer(rf"{_BEFORE}[(\[]?([{re.escape(letters)}])(?:[)\].:、]+|\s?,)(?=\s*\S)", flat[:2000])
    listed = [item for item in items if _AN_OPTION.search(flat, 0, item.start()) or not _rejected(item)]
    if len(letters) > 1 and list(dict.fromkeys(item[1] for item in listed)) == list(letters):
        return True
    marks = {item.start(): item[1] for item in listed}
    lines = [marks.get(line.end(), "") for line in re.finditer(r"(?m)^\s*(?=\S)", flat)]
    return all(lines) and len(set(lines)) > 1


def _rejected(found: re.Match[str]) -> bool:
    """Whether the words around a letter turn it down: "not A", "rather than B", "C is wrong"."""
    before = found.string[max(0, found.start() - 40) : found.start()]
    return bool(_REJECTED.search(before) or _REJECTED_AFTER.match(found.string, found.end()))


def _named_letter(flat: str, letters: str, either: str) -> str | None:
    """The only letter called an option, or called right: "Option 2", "选项B", "B选项", "C is correct"."""
    if dodges(flat):
        return None
    named = re.finditer(
        rf"(?:\b(?:option|choice|answer|letter|number)|选项|选择?"
        rf"|第)\s*[\"'(\[]*({either})(?![A-Za-z0-9]|\.\d){_OTHER_TOO.format(letters=either)}"
        rf"|{_BEFORE}({either})(?=\s*选?项|[\"')\]]*\s+is\s+(?:the\s+)?(?:correct|right|best|answer)\b)",
        flat,
        re.IGNORECASE,
    )
    said = (_offered(found, letters) for found in named if not _rejected(found))
    return agreed([one for one in said if one])


def _lone_letter(flat: str, letters: str) -> str | None:
    """The only letter mentioned in a short text that does not dodge."""
    if len(flat) > SHORT or dodges(flat) or _echoes(flat, letters):
        return None
    lone = re.finditer(rf"{_BEFORE}[{re.escape(letters)}]{_AFTER}", flat)
    said = [found[0] for found in lone if not _rejected(found) and not _NAMED.search(flat[: found.start()])]
    return agreed(said)


# ---- a phrase ----------------------------------------------------------------------------------

_NEGATED = re.compile(
    r"(?:\b(?:not(?! only)|never|nothing|neither|nor|no|without|hardly|rather than|instead of"
    r"|cannot)\b(?:\s+(?!but\b)[\w'-]+){0,3}"
    r"|\b(?:fails?|failed|unable|lacks?|insufficient|too little"
    r"|refuses?)\b(?:\s+(?!but\b)[\w'-]+){0,5})\s*[\"'(\[]*\Z"
    r"|(?:不|没有|没|并非|非|未|未能|无法|不能|难以)[\u4e00-\u9fff]{0,2}[\"(]*\Z"
)
_ADVERBS = (
    r"(?:(?:morally|ethically|inherently|really|actually|clearly|generally|legally|necessarily"
    r"|considered|a|an|the|be|been|being|at all|in any way|that|so|very)\s+)*"
)
_NEGATION_FIRST = re.compile(r"(not|no)\s+")
_OWN_NEGATION = re.compile(r"\b(?:not|no|nothing|never|neither)\b|[不没]")
_SENTENCE_END = re.compile(r"(?<=[.!?;。])\s|\n")
_BARE_END = re.compile(r"[\"')\]]*\s*(?:\Z|[.!。\n;]|[-—:](?=\s))")


def one_of(text: str, phrases: Mapping[str, Sequence[str]]) -> str | None:
    """The label that the text gives: the longest phrase wins, negated mentions do not count, two are none."""
    spelled = spelled_out(text)
    pattern, labels = _phrasebook(tuple([(label, *said) for label, said in phrases.items()]))
    if not labels or _lists_answers(spelled):
        return None

    def mentions(part: str) -> list[tuple[str, int, int]]:
        said: list[tuple[str, int, int]] = []
        since = 0
        for found in pattern.finditer(part):
            if not _NEGATED.search(part[max(since, found.start() - 60) : found.start()]):
                said.append((labels[(found.lastindex or 1) - 1], found.start(), found.end()))
            # The "not" of "not wrong or wrong" is spent on the first of the two.
            since = found.end() if _OWN_NEGATION.search(found[0]) else since
        return said

    def stated(tail: str) -> str | None:
        sentence = _SENTENCE_END.split(tail, maxsplit=1)[0]
        return agreed([label for label, _, _ in mentions(sentence)])

    def alone(line: str) -> str | None:
        bare = line.strip(" \"'.!。#")
        found = pattern.fullmatch(bare) or pattern.fullmatch(bare.strip("()[]\"'. "))
        return labels[(found.lastindex or 1) - 1] if found else None

    found = mentions(spelled)
    return (
        marked(spelled, stated)
        or alone(spelled)
        or _leading_phrase(spelled, found)
        or closing(spelled, alone)
        or _lone_phrase(spelled, found)
    )


@lru_cache(maxsize=1024)
def _phrasebook(phrases: tuple[tuple[str, ...], ...]) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """A pattern with one group a phrase, longest first, and the label of each group. Made once for each offer."""
    meaning = {spelled_out(phrase): label for label, *said in phrases for phrase in said if phrase.strip()}
    longest = sorted(meaning, key=len, reverse=True)
    pattern = re.compile("|".join(f"({_bounded(phrase)})" for phrase in longest))
    return pattern, tuple(meaning[phrase] for phrase in longest)


def _leading_phrase(spelled: str, mentions: Sequence[tuple[str, int, int]]) -> str | None:
    """A label that is a sentence of its own at the start, where no other label is one too."""
    start = _DECORATION.match(spelled)
    opening = start.end() if start else 0
    bare = [
        (label, at)
        for label, at, end in mentions
        if _BARE_END.match(spelled, end)
        and re.search(r"(?:\A|[.!。\n;:-]\s*)[\"'(\[\s#>-]*\Z", spelled[max(0, at - 8) : at])
    ]
    if not bare or bare[0][1] != opening:
        return None
    return agreed([label for label, _ in bare])


def _lone_phrase(spelled: str, mentions: Sequence[tuple[str, int, int]]) -> str | None:
    """The only label mentioned, where no dodge takes it back."""
    spans = [(at, end) for _, at, end in mentions]
    for low, high in dodge_spans(spelled):
        if not any(at < high and low < end for at, end in spans):
            return None
    return agreed([label for label, _, _ in mentions])


def _bounded(phrase: str) -> str:
    """The phrase as a pattern: word boundaries where it ends in a Latin letter or digit, none in Chinese."""
    negation = _NEGATION_FIRST.match(phrase)
    body = re.escape(phrase)
    if negation:
        body = rf"(?:{negation[1]}|nothing|never)\s+{_ADVERBS}{re.escape(phrase[negation.end() :])}"
    left = r"(?<![a-z0-9])" if re.match(r"[a-z0-9]", phrase) else ""
    right = r"(?![a-z0-9])" if re.search(r"[a-z0-9]\Z", phrase) else ""
    return left + body.replace(r"\ ", r"\s+") + right
