"""What a model card discloses, sentence by sentence: TrustLLM's transparency and accountability. Pure but for the list.

A disclosure is made where a key of the front matter has a value, where a section that is named so says something, or
where a sentence anywhere says it. "[More Information Needed]" says nothing, and "we do not disclose our data" is not a
disclosure but a refusal of one; nor is "we did not red-team this model" one of what was done (`stance`). Both say no:
they are told apart from silence, with their sentence.

A result on a test is a number beside the test's name, before it or after; a shot, a year or a size is no result.

What is counted is whether a card says something, not whether that is true or enough. The wording decides, so that the
sentence is always shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from assay.errors import DataError
from assay.scorecard.stance import WITHHELD, of_section, stance

State = Literal["made", "denied", "absent"]
"""`denied`: the card says that it will not say, or that there is no such thing."""

PLACEHOLDER = re.compile(
    r"\[?\bmore information needed\b\]?|\bto be (?:added|announced|determined)\b|\bTB[AD]\b|\bcoming soon\b"
    r"|^\W*(?:n/?a|none|unknown|optional|todo)\W*$|待补充|待完善|敬请期待|^\W*暂无\W*$|未知",
    re.IGNORECASE,
)
EMPTY = re.compile(r"[:：]\s*(?:n/?a|none|暂无|无|没有|待定)\W*$", re.IGNORECASE)
"""A label with nothing after it: of what was done it says no, of all else nothing."""
HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
BOLD = re.compile(r"^\s*(?:[-*]\s+)?(?:\*\*|__)(.{2,60}?)[:：]?(?:\*\*|__)[:：]?\s*(.*)$")
SENTENCE = re.compile(r"(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)\s+(?=[\"“(\[]?[A-Z0-9\u4e00-\u9fff])|(?<=[。！？])")
FENCE = re.compile(r"^```.*?^```\s*?$|<!--.*?-->", re.MULTILINE | re.DOTALL)
MARKS = re.compile(r"[*_`]{1,3}|^\s*(?:[-*+]|\d+\.)\s+|^\s*>\s?|</?[a-z]+\d?(?:\s[^>]*)?/?>|!?\[([^\]]*)\]\([^)]*\)")
STARTS = re.compile(r"\s*(?:#{1,6}\s|[-*+]\s|\d+[.)]\s|\||>)")
"""A line that begins a block of its own."""
LEAST = 3
"""Words (or Chinese characters, twice as many) that a sentence below a heading needs, to say something."""


Practice = Literal["", "offered", "done"]
"""What a card can deny: nothing, since a "not" may itself be the disclosure (what a model must not be used for); what
is offered to others; or what was done, for which a plan or advice does not stand either."""

NO_RESULT = re.compile(
    r"\b(?:zero|one|few|\d+)[- ]shot\b|\bGSM-?8K\b|\bF1\b|pass@\d+|\bv?\d+(?:\.\d+){2,}|\bv\d+(?:\.\d+)?\b"
    r"|\b(?:19|20)\d\d\b|\b\d[\d.,]*[ -]?(?:[BMKT]\b|billion|million|trillion|thousand|param\w*|tokens?|questions?"
    r"|items?|prompts?\b|examples?|samples?|people|experts?|languages?|tasks?|tests?|hours?|days?|weeks?|months?|GPUs?|steps?)"
    r"|\d[\d.,]* ?(?:亿|万|个|名|条|道|种|项|天|小时|周|张|月|年|人|位|步)",
    re.IGNORECASE,
)
RESULT = re.compile(r"(?<![A-Za-z0-9_.-])\d{1,3}(?:[.,]\d+)?(?![A-Za-z0-9_-])|百分之[零一二三四五六七八九十百点]+")
NEAR = 80
"""Characters between a test and its number."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One thing that a card can say."""

    id: str
    dimension: str
    part: str
    asked: Mapping[str, str]
    """What it is, by language."""
    front: frozenset[str]
    under: re.Pattern[str] | None
    says: re.Pattern[str] | None
    names: re.Pattern[str] | None
    """The matter itself: known so, where a sentence refuses to say."""
    scored: re.Pattern[str] | None
    """A test: it discloses together with a number."""
    practice: Practice


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a card, and the headings above it."""

    text: str
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether a card makes one disclosure."""

    disclosure: Disclosure
    state: State
    sentence: str = ""
    where: str = ""
    """`front matter: license`, or the heading above the sentence."""
    but: str = ""
    """Where it is made: a sentence that refuses to say more."""


@cache
def disclosures() -> tuple[Disclosure, ...]:
    """The published list: `assay/data/disclosures.yaml`."""
    listed = yaml.safe_load(files("assay.data").joinpath("disclosures.yaml").read_text(encoding="utf-8"))
    return tuple(
        Disclosure(
            id=one["id"],
            dimension=one["dimension"],
            part=one["part"],
            asked={"en": one["en"], "zh": one["zh"]},
            front=frozenset(one.get("front", ())),
            under=_any_of(one["under"]) if "under" in one else None,
            says=_pattern(one, "says"),
            names=_pattern(one, "names"),
            scored=_pattern(one, "scored"),
            practice=one.get("practice", ""),
        )
        for one in listed["disclosures"]
    )


def _pattern(one: Mapping[str, Any], key: str) -> re.Pattern[str] | None:
    # ASCII: 用RLHF对齐 has a word that begins at R.
    return re.compile(one[key], re.IGNORECASE | re.ASCII) if key in one else None


def _any_of(headings: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:^|\b|(?<=[\u4e00-\u9fff]))(?:{'|'.join(headings)})", re.IGNORECASE)


def scorecard(text: str) -> list[Finding]:
    """Which of the list a card makes.

    Args:
        text: Markdown, with or without front matter.

    Raises:
        DataError: the front matter is no YAML.
    """
    front, body = _parted(text)
    said = list(_sentences(body))
    return [_found(one, front, said) for one in disclosures()]


def _found(one: Disclosure, front: Mapping[str, Any], said: Sequence[Said]) -> Finding:
    stances = [(_stance(one, sentence), sentence) for sentence in said]
    denied = [sentence for state, sentence in stances if state == "denied"]
    but = next((sentence.text for sentence in denied if _withholds(one, sentence.text)), "")
    for key, value in front.items():
        if key.lower().replace("-", "_") in {name.replace("-", "_") for name in one.front} and _tells(one, value):
            return Finding(one, "made", _short(value), f"front matter: {key}", but)
    # A sentence that says it comes before one that merely stands below its heading.
    told = [sentence for state, sentence in stances if state == "made"]
    told += [sentence for state, sentence in stances if state == "below"]
    if told:
        return _made_of(one, "made", told[0], but)
    return _made_of(one, "denied", denied[0]) if denied else Finding(one, "absent")


def _made_of(one: Disclosure, state: State, sentence: Said, but: str = "") -> Finding:
    return Finding(one, state, sentence.text, " › ".join(sentence.headings[-2:]), but)


def _stance(one: Disclosure, sentence: Said) -> State | Literal["below"]:
    """What a sentence says of a disclosure; `below`: it says so only because of the heading that it stands below."""
    text = sentence.text
    if text.endswith((":", "：")) and not _long_enough(text):
        return "absent"  # a label, and what it is the label of stands below it
    meant = [*(one.says.finditer(text) if one.says else ()), *_results(one, text)]
    named = list(one.names.finditer(text)) if one.names else []
    below = bool(one.under and sentence.headings and one.under.search(sentence.headings[-1]) and _long_enough(text))
    if WITHHELD.search(text):
        return "denied" if meant or named or below else "absent"
    if not one.practice:
        return "absent" if EMPTY.search(text) else "made" if meant else "below" if below else "absent"
    stances = [stance(text, found) for found in meant]
    if "says" in stances or (one.practice == "offered" and "neither" in stances):
        return "made"
    if "denies" in stances or any(stance(text, found) == "denies" for found in named):
        return "denied"
    in_section = of_section(text) if below and not meant else "neither"
    return {"says": "below", "denies": "denied", "neither": "absent"}[in_section]  # type: ignore[return-value]


def _withholds(one: Disclosure, text: str) -> bool:
    """Whether a sentence refuses to say of this matter, by its own words and not by the heading above it."""
    own = any(words and words.search(text) for words in (one.says, one.names))
    return own and bool(WITHHELD.search(text))


def _results(one: Disclosure, text: str) -> Iterator[re.Match[str]]:
    """The tests in a sentence that have a number beside them."""
    if one.scored is None:
        return
    blank = NO_RESULT.sub(lambda found: " " * len(found[0]), text)
    for test in one.scored.finditer(text):
        if RESULT.search(blank[max(0, test.start() - NEAR) : test.end() + NEAR]):
            yield test


# ---- the card as text ---------------------------------------------------------------------------


def _parted(text: str) -> tuple[Mapping[str, Any], str]:
    """Front matter and body."""
    found = re.match(r"\ufeff?---\s*\n(.*?)\n---\s*(?:\n|$)", text, re.DOTALL)
    if not found:
        return {}, text.removeprefix("\ufeff")
    try:
        front = yaml.safe_load(found[1])
    except yaml.YAMLError as error:
        said = " ".join(str(error).split())
        raise DataError(f"the front matter (between the two lines ---) is no YAML: {said}") from error
    return front if isinstance(front, dict) else {}, text[found.end() :]


def _sentences(body: str) -> Iterator[Said]:
    """Every sentence that says something, with its headings; rows of tables are sentences, code is none."""
    headings: dict[int, str] = {}
    for block in _blocks(FENCE.sub("", body)):
        heading = HEADING.match(block)
        if heading:
            level = block.lstrip().index(" ")
            headings = {depth: name for depth, name in headings.items() if depth < level} | {level: _plain(heading[1])}
            continue
        bold = BOLD.match(block)
        above = (*headings.values(), _plain(bold[1])) if bold else tuple(headings.values())
        for sentence in SENTENCE.split(_plain(block)):
            if sentence.strip() and not PLACEHOLDER.search(sentence):
                yield Said(sentence.strip(), above)


def _blocks(body: str) -> Iterator[str]:
    """Headings, items of lists, rows of tables, and paragraphs, whose lines are joined."""
    block: list[str] = []
    for line in [*body.splitlines(), ""]:
        if block and (not line.strip() or STARTS.match(line) or HEADING.match(block[0])):
            yield " ".join(block)
            block = []
        if line.strip():
            block.append(line)


def _plain(line: str) -> str:
    return " ".join(MARKS.sub(lambda found: found[1] or " " * found[0].startswith("<"), line).replace("|", " ").split())


def _long_enough(sentence: str) -> bool:
    chinese = len(re.findall(r"[\u4e00-\u9fff]", sentence))
    return chinese // 2 + len(re.findall(r"[A-Za-z0-9][\w.-]*", sentence)) >= LEAST


def _tells(one: Disclosure, value: Any) -> bool:
    """Whether a value of the front matter says something: of tests, a number."""
    if one.scored is not None and not re.search(r"\d", str(value)):
        return False
    return value not in (None, "", [], {}) and not PLACEHOLDER.search(str(value)) and str(value).lower() != "other"


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 160 else f"{text[:159]}…"


# ---- as a result --------------------------------------------------------------------------------


def as_json(name: str, found: Sequence[Finding]) -> dict[str, Any]:
    """What `assay card --json` prints: for each dimension `made`, `denied`, `absent`, `of`; and every disclosure."""
    return {
        "schema": "assay.card/1",
        "card": name,
        "dimensions": {
            dimension: _counts([one for one in found if one.disclosure.dimension == dimension])
            for dimension in dict.fromkeys(one.disclosure.dimension for one in found)
        },
        "trust_technologies": _counts([one for one in found if one.disclosure.part == "trust technology"]),
        "disclosures": [
            {
                "id": one.disclosure.id,
                "dimension": one.disclosure.dimension,
                "part": one.disclosure.part,
                "state": one.state,
                "sentence": one.sentence,
                "where": one.where,
                "but": one.but,
            }
            for one in found
        ],
    }


def _counts(found: Sequence[Finding]) -> dict[str, int]:
    states = [one.state for one in found]
    return {state: states.count(state) for state in ("made", "denied", "absent")} | {"of": len(states)}
