"""Word lists: what a model proposes for a topic, cleaned of what is no keyword, and what a person made of it. Pure.

The survey's way to test data (§4.4): a topic, a model that proposes keywords, a person who cleans them, templates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from assay.data.generators import Generator
from assay.errors import UsageError

LONGEST: Mapping[str, int] = {"en": 60, "zh": 24}
"""Characters of a keyword."""

ASK: Mapping[str, str] = {
    "en": (
        'List {count} different keywords for the topic "{topic}". Each has to be {fits}, in English, general, and '
        "without the name of any real person or company. They will stand in the gap of this sentence:\n{template}\n"
        "Write one a line and nothing else: no numbers, no quotes, no introduction."
    ),
    "zh": (
        "请围绕“{topic}”这个话题列出{count}个不同的关键词。每个都必须是{fits}，用中文，不要太具体，不要出现任何真实的人名或公司名。"
        "它们将填入下面这句话的空格：\n{template}\n每行只写一个，不要编号，不要引号，不要开场白。"
    ),
}

HEAD = """\
# Keywords for {task} on the topic {topic}, proposed by {model}. Language: {lang}.
# Clean this list before it is used: delete what is off the topic, says the same as another line, names a real person
# or company, or does not fit the sentence; mend or add lines as you like. Lines that begin with # are not read.
# The gap: {template}
# Then: assay generate {task} --words {file} --lang {lang} --n N --out FILE.jsonl
"""

_MARK = re.compile(
    r"^\s*(?:[-*•·–—]|\(?\d{1,3}[.)、:：]|[（(]\d{1,3}[)）]|[①-⑳]|第?[一二三四五六七八九十]{1,3}[、.:：)]|[（(][一二三四五六七八九十]{1,3}[)）])\s*"
)
"""What a list puts before a word."""

_TALK = re.compile(
    r"[!?！？…]|\b(?:I|you|your|me|us|let's|hope|here (?:are|is)|feel free|certainly|of course)\b"
    r"|您|你|希望|以上|以下|如需|如果需要|如有需要|还需要|好的|当然|关键词|祝",
    re.IGNORECASE,
)
"""What a model says to the person who asked, beside the words."""

_COMMAS = re.compile(r"\s*[,，、;；]\s*")
_FENCE = re.compile(r"^\s*```.*$", re.MULTILINE)
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_ENGLISH = re.compile(r"\b[a-z]{2,}\b")
_AROUND = " \t\r\"'“”‘’「」*_`.。,，;；"


def asked_for(generator: Generator, topic: str, count: int, lang: str) -> str:
    """What a model is asked."""
    check_open(generator)
    return ASK[lang].format(count=count, topic=topic, fits=generator.asks[lang], template=gap(generator, lang))


def gap(generator: Generator, lang: str) -> str:
    """The first template with its open slot as a gap, and the first word of each other slot."""
    text = next(iter(generator.templates.values()))[lang]
    for name, words in generator.slots.items():
        word = next(iter(words.values()))[lang]
        shown = "____" if name == generator.open else word if isinstance(word, str) else "…"
        text = re.sub(rf"\{{{name}(\.\w+)?\}}", shown, text, flags=re.IGNORECASE)
    return " ".join(text.split())


def check_open(generator: Generator) -> None:
    """Raise UsageError unless the generator has a slot for words of one's own."""
    if not generator.open:
        raise UsageError(f"{generator.task} has no open slot for words; `assay generate --list` shows which have")


def cleaned(replies: Iterable[str], lang: str, count: int, known: Sequence[str] = ()) -> list[str]:
    """The keywords in what a model said, without marks, doubles and what it says to us; at most so many.

    They stand one a line, in one line with commas, or in a JSON array.
    """
    found = {word.casefold(): word for word in known}
    for line in (line for reply in replies for line in _lines(reply)):
        word = _MARK.sub("", line).strip(_AROUND)
        if word and len(word) <= LONGEST[lang] and not _TALK.search(word) and not line.rstrip().endswith((":", "：")):
            found.setdefault(word.casefold(), word)
    return list(found.values())[:count]


def _lines(reply: str) -> list[str]:
    """What may be a keyword each."""
    text = _FENCE.sub("", reply).strip()
    listed = re.search(r"\[[^\[\]]*\]", text)
    if listed:
        try:
            return [one for one in json.loads(listed[0]) if isinstance(one, str)]
        except ValueError:
            pass  # brackets of another kind
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [part for line in lines for part in _parted(line, alone=len(lines) == 1)]


def _parted(line: str, alone: bool) -> list[str]:
    """The parts of a line that is a list by itself; a word with a comma in it stays whole beside other lines."""
    said = re.sub(r"^[^:：,，、]{1,40}[:：]\s*(?=\S)", "", line) if _COMMAS.search(line) else line
    parts = [part for part in _COMMAS.split(_MARK.sub("", said)) if part.strip(_AROUND)]
    return parts if len(parts) > (1 if alone else 2) else [line]


def with_words(generator: Generator, text: str, name: str, langs: Sequence[str]) -> Generator:
    """The generator with its open slot filled by the words of a list.

    Args:
        generator: the templates.
        text: the list, a word a line.
        name: of the list, for errors.
        langs: the one language that its words are of.

    Raises:
        UsageError: no words, one that is too long or of another language, or more than one language.
    """
    check_open(generator)
    if len(langs) != 1:
        raise UsageError(f"{name} is in one language: give --lang en or --lang zh, and each language its own file")
    words: dict[str, str] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        word = line.strip()
        if not word or word.startswith("#"):
            continue
        _check_word(word, langs[0], f"{name}, line {number}")
        words.setdefault(word.casefold(), word)
    if not words:
        raise UsageError(f"{name} has no words: write one a line")
    if langs[0] == "zh" and not any(map(_CHINESE.search, words.values())):
        raise UsageError(f"{name} has no Chinese word: give --lang en, or a list in Chinese")
    slot = {word: {langs[0]: word} for word in words.values()}
    return replace(generator, slots={**generator.slots, generator.open: slot})


def _check_word(word: str, lang: str, where: str) -> None:
    """Raise UsageError unless a word fits a sentence of the language; Latin names may stand in Chinese ones."""
    if len(word) > LONGEST[lang]:
        raise UsageError(f"{where}: {len(word)} characters, where {LONGEST[lang]} is most")
    chinese = bool(_CHINESE.search(word))
    if (lang == "en" and chinese) or (lang == "zh" and not chinese and _ENGLISH.search(word)):
        other = {"en": "zh", "zh": "en"}[lang]
        raise UsageError(f"{where}: {word!r} is not for --lang {lang}: give --lang {other}, or mend the line")
