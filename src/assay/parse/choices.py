"""One of several offered answers: a letter, or a phrase."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from assay.parse import numerals
from assay.parse.assent import lists_answers
from assay.parse.wording import DECORATION, SHORT, agreed, closing, dodge_spans, dodges, marked, plain, spelled_out

# ---- a letter ----------------------------------------------------------------------------------

_OTHER_TOO = r"(?!\s*(?:[,/&、]|\bor\b|\band\b|或|和|与|还是)\s*[\"'(\[]?\s*(?-i:(?![ai]\b){letters})(?![A-Za-z0-9]))"
_BEFORE = r"(?<![A-Za-z0-9'.&/°-])"
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
    r"[\"')\]]*(?:,?\s*(?:,|\band\b|\bor\b)\s+[A-Z]\b)*\s+(?:is|was|are|seems|would be)\s+(?:\w+ly\s+)?"
    r"(?:not\b|wrong|incorrect|false|worse|bad|ruled)"
)
_WRONG = r"(?:这?是)?(?:不对|错[了误]?的?|不正确的?)(?=[^\w]|\Z)"
_REJECTED_IN_CHINESE = re.compile(
    r"(?:\s*[、和与及]\s*[A-Z](?![A-Za-z]))*\s*(?:选?项)?\s*(?:的?[说做]法)?(?:则|却|就|都|也|又|是|显然|明显|并|太|更|比较|有点|可能)*\s*"
    r"(?:不[对妥符行准当合够佳好选成]|不(?:正确|恰当|可取|太|如|能选|应选|该选|是(?![A-Za-z]))|错(?![过综落开])|有误"
    r"|(?:被|应|可以?|予以)?排除"
    r"|[与和]题意不)"
    rf"|[\"')\]]*\?\s*(?:不|错|no\b|not\b|wrong\b)|[,。]\s*{_WRONG}",
    re.IGNORECASE,
)
_TURNED_DOWN = re.compile(rf"\s*{_WRONG}")
"""After a letter and its mark: "A。不对，应该是C"."""
_AN_OPTION = re.compile(r"[)\].:、]\s*[A-Z][\w']*\s+\Z")
"""A capital word between two marks is the text of an option: "(1) Rejected (2) Proud" turns nothing down."""
_CALLED_RIGHT = (
    r"[\"')\]]*\s*(?:是|才|就|则|显然|更|最为?|比较)*(?:正确|合适|恰当|妥当|贴切|准确|符合题意|成立|对的?(?=[^\w]|\Z))"
)
_QUOTED = re.compile(r"[\"'](?!\w)")
_NAMED = re.compile(
    r"\b(?:vitamin|hepatitis|plan|group|type|class|grade|team|figure|section|part|level|step)[^\S\n]+\Z",
    re.IGNORECASE,
)


def letter(text: str, letters: str = "ABCD") -> str | None:
    """Which of the offered letters (or digits) the text answers with; the article "A" is none of them."""
    if not letters:
        return None
    flat = numerals.options(plain(text), letters)
    either = f"[{re.escape(''.join(dict.fromkeys(letters.upper() + letters.lower())))}]"
    answer = re.compile(
        rf"(?:(?:option|choice"
        rf"|选项)\s*)?[\"'(\[{{]*({either})(?![A-Za-z0-9]|\.\d){_OTHER_TOO.format(letters=either)}",
        re.I,
    )
    whole = re.compile(rf"[\s\"'(\[{{<#$]*({either})[\s\"')\]}}>.:,;!$。、]*")
    prefix = re.match(rf"A(?:ns)?\s?:\s*(?=[\"'(\[]*{either}(?![A-Za-z0-9]))", flat)  # "A: C" answers a "Q:" with C

    def stated(tail: str) -> str | None:
        found = answer.match(tail)
        if found and _REJECTED_IN_CHINESE.match(tail, found.end()):
            return None
        return _offered(found, letters) if found else _worded(tail, letters, whole=False)

    def alone(line: str) -> str | None:
        if _lists(flat, letters):
            return None
        found = whole.fullmatch(line)
        return _spelled(found[1], letters) if found else _worded(line.strip(" \"'()[].。!"), letters, whole=True)

    return (
        marked(flat, stated)
        or (stated(flat[prefix.end() :]) if prefix else None)
        or alone(flat)
        or _leading_letter(flat, letters, either)
        or closing(flat, alone)
        or _named_letter(flat, letters, either)
        or _lone_letter(flat, letters)
    )


def _offered(found: re.Match[str], letters: str) -> str | None:
    """The letter found, spelled as offered, unless it is the article "a" or the pronoun "I"."""
    said, text = next(group for group in found.groups() if group), found.string
    start, end = found.span(found.lastindex or 1)
    quoted = _QUOTED.match(text, end) and (not start or text[start - 1] == text[end])
    if said in "aAiI" and not quoted and not re.match(_AFTER, text[end:]):
        return None
    return _spelled(said, letters)


def _spelled(said: str, letters: str) -> str:
    """The letter as it is offered."""
    return next(offered for offered in letters if offered.upper() == said.upper())


def _worded(said: str, letters: str, whole: bool) -> str | None:
    """The option that is called by its number in words: "第三个", "the third one"; "四" where numbers are offered."""
    number = str(numerals.spoken(said, whole)) if letters[0].isdigit() else ""
    return number if number and number in letters else numerals.option(numerals.place(said, whole), letters)


def _lists(flat: str, letters: str) -> bool:
    """Whether the text is nothing but several letters: "A B C", "(1) (2) (3) (4)"."""
    said = re.findall(r"[A-Za-z0-9]+|(?![和与或者还是及])[\u4e00-\u9fff]", flat[:SHORT])
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
    if opens is None or _lists(flat, letters) or _echoes(flat, letters) or _TURNED_DOWN.match(flat, opens.end()):
        return None
    return _offered(opens, letters)


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


def _denied(found: re.Match[str]) -> bool:
    """The same in Chinese: "A错误", "A选项不够妥当", "A？不对"."""
    return _REJECTED_IN_CHINESE.match(found.string, found.end()) is not None


def _named_letter(flat: str, letters: str, either: str) -> str | None:
    """The only letter called an option, or called right: "Option 2", "选项B", "B选项", "C is correct"."""
    if dodges(flat):
        return None
    named = re.finditer(
        rf"(?:\b(?:option|choice|answer|letter|number)|选项|选择?"
        rf"|第)\s*[\"'(\[]*({either})(?![A-Za-z0-9]|\.\d){_OTHER_TOO.format(letters=either)}"
        rf"|{_BEFORE}({either})"
        rf"(?=\s*选?项|[\"')\]]*\s+is\s+(?:the\s+)?(?:correct|right|best|answer)\b|{_CALLED_RIGHT})",
        flat,
        re.IGNORECASE,
    )
    said = (_offered(found, letters) for found in named if not _rejected(found) and not _denied(found))
    return agreed([one for one in said if one])


def _lone_letter(flat: str, letters: str) -> str | None:
    """The only letter mentioned in a short text that does not dodge."""
    if len(flat) > SHORT or dodges(flat) or _echoes(flat, letters):
        return None
    lone = re.finditer(rf"{_BEFORE}[{re.escape(letters)}]{_AFTER}", flat)
    said = [
        found[0]
        for found in lone
        if not _rejected(found) and not _denied(found) and not _NAMED.search(flat[: found.start()])
    ]
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
    if not labels or lists_answers(spelled):
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
    start = DECORATION.match(spelled)
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
