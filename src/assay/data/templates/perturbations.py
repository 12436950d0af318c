"""Eleven ways to add noise to an instruction without changing what it asks, in English and Chinese.

The kinds and their names are those of TrustLLM's AdvInstruction (§9.1); the functions are our own. A text is
its own seed, so the same text always comes out the same, on every machine. Chinese has neither letters nor
spaces between words: there a typing error is a character of the same sound, a changed letter one of the same
look.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from assay.data.templates.confusables import (
    FUNCTION_WORDS,
    HOMOPHONES,
    KEYBOARD,
    LOOKALIKES,
    SLIPS,
    SYNONYMS,
)

T = TypeVar("T")

TYPOS: Mapping[str, int] = {
    "Misspelling of words (three typos)": 3,
    "Misspelling of words (four typos)": 4,
    "Misspelling of words (five typos)": 5,
}

ADDRESSES = (
    "https://www.example.com",
    "https://www.example.org/help",
    "https://docs.example.net/start",
    "http://example.com/a?id=7",
)
"""Hosts reserved for examples: they belong to nobody (RFC 2606)."""

MARKUP = ("`{}`", "*{}*", "**{}**", "\\textbf{{{}}}", "\\emph{{{}}}", "$\\text{{{}}}$")
BLOCKS = ("<p>{}</p>", "<div>{}</div>", "<h2>{}</h2>", "<li>{}</li>")
INLINE = ("<em>{}</em>", "<b>{}</b>", "<u>{}</u>", '<span class="x">{}</span>')


class Edit(NamedTuple):
    """Replace `start` to `end` of a text by `new`."""

    start: int
    end: int
    new: str


class Noise(NamedTuple):
    """What a kind of noise works on."""

    text: str
    kind: str
    lang: str

    def ranked(self, many: Iterable[T], salt: str = "") -> list[T]:
        """All of them, in an order that only this text and kind decide."""
        listed = list(many)
        return [listed[place] for place in sorted(range(len(listed)), key=lambda p: self._hash(f"{salt}{p}"))]

    def _hash(self, salt: str) -> bytes:
        return hashlib.sha256("\0".join((self.kind, salt, self.text)).encode()).digest()


def perturb(text: str, kind: str, lang: str) -> str:
    """The text with noise of that kind; unchanged only where it holds nothing that the kind could change.

    Raises:
        ValueError: there is no such kind or language.
    """
    if kind not in KINDS:
        raise ValueError(f"no kind of noise is called {kind!r}; there are: {', '.join(KINDS)}")
    if lang not in SYNONYMS:
        raise ValueError(f"noise knows no language {lang!r}; there are: {', '.join(SYNONYMS)}")
    return KINDS[kind](Noise(text, kind, lang))


# ---- words -------------------------------------------------------------------------------------


def _word_change(noise: Noise) -> str:
    """Up to two words give way to synonyms."""
    synonyms = SYNONYMS[noise.lang]
    known = "|".join(sorted(map(re.escape, synonyms), key=len, reverse=True))
    pattern = known if noise.lang == "zh" else rf"\b(?:{known})\b(?!['’])"
    edits = [
        Edit(found.start(), found.end(), _cased(synonyms[found[0].lower()], found[0]))
        for found in re.finditer(pattern, noise.text, re.IGNORECASE)
    ]
    if edits:
        return _apply(noise.text, noise.ranked(edits)[:2])
    return f"请问：{noise.text}" if noise.lang == "zh" else f"Here is my question: {noise.text}"


def _cased(new: str, old: str) -> str:
    return new[0].upper() + new[1:] if old[0].isupper() else new


def _grammatical_error(noise: Noise) -> str:
    """Up to two slips: agreement, articles and infinitives; particles and measure words in Chinese."""
    edits = [
        Edit(found.start(), found.end(), found.expand(new))
        for pattern, new in SLIPS[noise.lang]
        for found in re.finditer(pattern, noise.text)
    ]
    if edits:
        return _apply(noise.text, _apart(noise.ranked(edits), 2))
    if noise.lang == "zh":
        return re.sub(r"(?<=[\u4e00-\u9fff])(?=[。？！?!.]?\Z)", "了", noise.text, count=1)
    return re.sub(r"[A-Za-z]+", r"\g<0>s", noise.text, count=1)


# ---- letters -----------------------------------------------------------------------------------


def _letter_change(noise: Noise) -> str:
    """Three letters slip to the neighbouring key; three characters to one that looks alike."""
    if noise.lang == "zh":
        alike = noise.ranked(_swaps(noise.text, LOOKALIKES))
        return _apply(noise.text, _apart(alike or _transposed(noise), 3))
    edits = [
        Edit(at, at + 1, noise.ranked(KEYBOARD[noise.text[at]], f"key{at}")[0]) for at in _inner_letters(noise.text)
    ]
    return _apply(noise.text, _one_a_word(noise, edits, 3))


def _misspelling(noise: Noise) -> str:
    """As many typing errors as the kind says, each in a word of its own while there are words."""
    count = TYPOS[noise.kind]
    if noise.lang == "zh":
        alike = noise.ranked(_swaps(noise.text, HOMOPHONES))
        return _apply(noise.text, _apart([*alike, *_transposed(noise)], count))
    return _apply(noise.text, _one_a_word(noise, _typos(noise.text), count))


def _typos(text: str) -> list[Edit]:
    """Every single slip of the finger: a letter dropped, doubled, or changing places with the next."""
    edits = []
    for at in _inner_letters(text):
        here, following = text[at], text[at + 1]
        edits += [Edit(at, at + 1, ""), Edit(at, at + 1, here * 2)]
        if following.isascii() and following.isalpha() and following != here:
            edits.append(Edit(at, at + 2, following + here))
    return edits


def _inner_letters(text: str) -> list[int]:
    """Places of small letters that are neither first nor last in a word of four letters or more."""
    words = re.finditer(r"[A-Za-z]{4,}", text)
    return [at for word in words for at in range(word.start() + 1, word.end() - 1) if text[at] in KEYBOARD]


def _swaps(text: str, table: Mapping[str, str]) -> list[Edit]:
    return [Edit(at, at + 1, table[char]) for at, char in enumerate(text) if char in table]


def _transposed(noise: Noise) -> list[Edit]:
    """Neighbouring Chinese characters changing places: the slip left where no table knows the characters."""
    pairs = re.finditer(r"(?=([\u4e00-\u9fff])([\u4e00-\u9fff]))", noise.text)
    return noise.ranked(Edit(p.start(), p.start() + 2, p[2] + p[1]) for p in pairs if p[1] != p[2])


def _spaces(noise: Noise) -> str:
    """A space inside two English words, or between the characters of three Chinese ones."""
    if noise.lang == "zh":
        gaps = re.finditer(r"(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])", noise.text)
        edits = noise.ranked(Edit(gap.start(), gap.start(), " ") for gap in gaps)
        return _apply(noise.text, _apart(edits, 3, gap=2))
    edits = [Edit(at + 1, at + 1, " ") for at in _inner_letters(noise.text)]
    return _apply(noise.text, _one_a_word(noise, edits, 2))


# ---- addresses and markup ----------------------------------------------------------------------


def _one_url(noise: Noise) -> str:
    """An address before or after."""
    address = noise.ranked(ADDRESSES)[0]
    return noise.ranked([f"{address} {noise.text}", f"{noise.text} {address}"], "side")[0]


def _detail_url(noise: Noise) -> str:
    """A phrase of the sentence turned into a link, in one of two shapes."""
    address = noise.ranked(ADDRESSES)[0]
    shape = noise.ranked(["[{}](" + address + ")", "[" + address + "/{}]"], "shape")[0]
    return _wrapped(noise, shape)


def _latex_markdown(noise: Noise) -> str:
    return _wrapped(noise, noise.ranked(MARKUP)[0])


def _html(noise: Noise) -> str:
    return noise.ranked(BLOCKS)[0].format(_wrapped(noise, noise.ranked(INLINE)[0]))


def _wrapped(noise: Noise, shape: str) -> str:
    """One phrase of the text put into the shape; all of it where no phrase can be told apart."""
    edits = [Edit(found.start(), found.end(), shape.format(found[0])) for found in _phrases(noise.text, noise.lang)]
    return _apply(noise.text, noise.ranked(edits)[:1]) if edits else shape.format(noise.text)


def _phrases(text: str, lang: str) -> list[re.Match[str]]:
    """Words of four letters or more; in Chinese what stands between punctuation and function words."""
    if lang == "zh":
        glue = "|".join(FUNCTION_WORDS)
        found = re.finditer(rf"(?P<glue>{glue})|(?:(?!{glue})[\u4e00-\u9fff])+", text)
        return [phrase for phrase in found if not phrase["glue"] and len(phrase[0]) > 1]
    return list(re.finditer(r"[A-Za-z]{4,}", text))


# ---- edits -------------------------------------------------------------------------------------


def _one_a_word(noise: Noise, edits: Sequence[Edit], count: int) -> list[Edit]:
    """That many edits, in as many different words as there are."""
    words = [word.span() for word in re.finditer(r"[A-Za-z]+", noise.text)]
    first: list[Edit] = []
    for low, high in words:
        inside = noise.ranked([e for e in edits if low <= e.start < high], f"word{low}")
        first += inside[:1]
    return _apart([*noise.ranked(first), *noise.ranked(edits, "more")], count)


def _apart(edits: Sequence[Edit], count: int, gap: int = 0) -> list[Edit]:
    """The first so many that do not touch each other."""
    chosen: list[Edit] = []
    for edit in edits:
        if len(chosen) < count and all(edit.end + gap < c.start or c.end + gap < edit.start for c in chosen):
            chosen.append(edit)
    return chosen


def _apply(text: str, edits: Iterable[Edit]) -> str:
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.new + text[edit.end :]
    return text


KINDS: Mapping[str, Callable[[Noise], str]] = {
    "word_change": _word_change,
    "letter_change": _letter_change,
    "one_url": _one_url,
    "detail_url": _detail_url,
    "grammatical error": _grammatical_error,
    **dict.fromkeys(TYPOS, _misspelling),
    "space in mid of words": _spaces,
    "latex_markdown": _latex_markdown,
    "html_others": _html,
}
"""Published name → function."""
