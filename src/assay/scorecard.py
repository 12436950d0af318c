"""What a model card discloses, sentence by sentence: TrustLLM's transparency and accountability. Pure but for the list.

A disclosure is made where a key of the front matter has a value, where a section that is named so says something, or
where a sentence anywhere says it. "[More Information Needed]" says nothing, and "we do not disclose our data" is not a
disclosure but a refusal of one: it is told apart, with its sentence.

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

State = Literal["made", "withheld", "absent"]

PLACEHOLDER = re.compile(
    r"\[?\bmore information needed\b\]?|\bto be (?:added|announced|determined)\b|\bTB[AD]\b|\bcoming soon\b"
    r"|^\W*(?:n/?a|none|unknown|optional|todo)\W*$|待补充|待完善|敬请期待|暂无|未知",
    re.IGNORECASE,
)
WITHHELD = re.compile(
    r"\b(?:(?:do|does|did|will|can|could) ?(?:not|n't)|cannot|are not able to|unable to|decline to|never) "
    r"(?:\w+ ){0,3}(?:disclos\w*|shar\w*|reveal\w*|publish\w*|release|provide|report|detail)\b"
    r"|\b(?:is|are|was|were|remains?) (?:\w+ )?(?:not (?:\w+ )?(?:disclosed|public|published|released|reported)"
    r"|undisclosed|proprietary|confidential)\b|不(?:予|便|对外)?(?:公开|披露|透露)|未(?:公开|披露|透露)|(?:暂|尚)未公布|属于商业机密",
    re.IGNORECASE,
)
HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
BOLD = re.compile(r"^\s*(?:[-*]\s+)?(?:\*\*|__)(.{2,60}?)[:：]?(?:\*\*|__)[:：]?\s*(.*)$")
SENTENCE = re.compile(r"(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)\s+(?=[\"“(\[]?[A-Z0-9\u4e00-\u9fff])|(?<=[。！？])")
FENCE = re.compile(r"^```.*?^```\s*?$|<!--.*?-->", re.MULTILINE | re.DOTALL)
MARKS = re.compile(r"[*_`]{1,3}|^\s*(?:[-*+]|\d+\.)\s+|^\s*>\s?|!?\[([^\]]*)\]\([^)]*\)")
STARTS = re.compile(r"\s*(?:#{1,6}\s|[-*+]\s|\d+[.)]\s|\||>)")
"""A line that begins a block of its own."""
LEAST = 3
"""Words (or Chinese characters, twice as many) that a sentence below a heading needs, to say something."""


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
            says=re.compile(one["says"], re.IGNORECASE) if "says" in one else None,
            names=re.compile(one["names"], re.IGNORECASE) if "names" in one else None,
        )
        for one in listed["disclosures"]
    )


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
    for key, value in front.items():
        if key.lower().replace("-", "_") in {name.replace("-", "_") for name in one.front} and _tells(value):
            return Finding(one, "made", _short(value), f"front matter: {key}")
    # A sentence that says it comes before one that merely stands below its heading.
    meant = [*_saying(one, said), *_below(one, said)]
    told = [sentence for sentence in meant if not WITHHELD.search(sentence.text)]
    if told:
        return _made_of(one, "made", told[0])
    refused = [*meant, *_refusing(one, said)]
    return _made_of(one, "withheld", refused[0]) if refused else Finding(one, "absent")


def _made_of(one: Disclosure, state: State, sentence: Said) -> Finding:
    return Finding(one, state, sentence.text, " › ".join(sentence.headings[-2:]))


def _saying(one: Disclosure, said: Sequence[Said]) -> Iterator[Said]:
    return (sentence for sentence in said if one.says and one.says.search(sentence.text))


def _below(one: Disclosure, said: Sequence[Said]) -> Iterator[Said]:
    return (
        sentence
        for sentence in said
        if one.under and sentence.headings and one.under.search(sentence.headings[-1]) and _long_enough(sentence.text)
    )


def _refusing(one: Disclosure, said: Sequence[Said]) -> Iterator[Said]:
    return (
        sentence
        for sentence in said
        if one.names and one.names.search(sentence.text) and WITHHELD.search(sentence.text)
    )


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
    return " ".join(MARKS.sub(lambda found: found[1] or "", line).replace("|", " ").split())


def _long_enough(sentence: str) -> bool:
    chinese = len(re.findall(r"[\u4e00-\u9fff]", sentence))
    return chinese // 2 + len(re.findall(r"[A-Za-z0-9][\w.-]*", sentence)) >= LEAST


def _tells(value: Any) -> bool:
    return value not in (None, "", [], {}) and not PLACEHOLDER.search(str(value)) and str(value).lower() != "other"


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 160 else f"{text[:159]}…"


# ---- as a result --------------------------------------------------------------------------------


def as_json(name: str, found: Sequence[Finding]) -> dict[str, Any]:
    """What `assay card --json` prints: for each dimension `made`, `withheld`, `absent`, `of`; and every disclosure."""
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
            }
            for one in found
        ],
    }


def _counts(found: Sequence[Finding]) -> dict[str, int]:
    states = [one.state for one in found]
    return {state: states.count(state) for state in ("made", "withheld", "absent")} | {"of": len(states)}
