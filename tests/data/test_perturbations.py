"""Noise is the same every time, is there, and does as much as its name says."""

from __future__ import annotations

import difflib
import re
import subprocess
import sys

import pytest

from assay.data.core import load
from assay.data.templates.confusables import HOMOPHONES, LOOKALIKES, SYNONYMS
from assay.data.templates.perturbations import ADDRESSES, KINDS, TYPOS, perturb

PUBLISHED = (
    "word_change",
    "letter_change",
    "one_url",
    "detail_url",
    "grammatical error",
    "Misspelling of words (three typos)",
    "Misspelling of words (four typos)",
    "Misspelling of words (five typos)",
    "space in mid of words",
    "latex_markdown",
    "html_others",
)
ENGLISH = "Explain why the children of a small village prepare their journey during the long winter evenings."
CHINESE = "请解释小村庄里的孩子们为什么在漫长的冬天晚上准备他们的旅行。"
TEXTS = {"en": ENGLISH, "zh": CHINESE}
both = pytest.mark.parametrize("lang", ["en", "zh"])
every_kind = pytest.mark.parametrize("kind", PUBLISHED)


def instructions(lang: str) -> list[str]:
    raws = load("robustness/advinstruction.yaml", (lang,))
    return [str(raw["instruction"]) for raw in raws if raw["type"] == "original"]


def test_the_kinds_are_the_published_ones() -> None:
    assert tuple(KINDS) == PUBLISHED


@both
@every_kind
def test_noise_changes_every_instruction_and_never_differently(kind: str, lang: str) -> None:
    for text in instructions(lang):
        noisy = perturb(text, kind, lang)
        assert noisy != text
        assert perturb(text, kind, lang) == noisy


@both
def test_no_two_kinds_give_one_text(lang: str) -> None:
    for text in instructions(lang):
        assert len({text, *(perturb(text, kind, lang) for kind in KINDS)}) == 12


def test_noise_does_not_depend_on_the_process() -> None:
    script = (
        "import sys; from assay.data.templates.perturbations import KINDS, perturb;"
        "sys.stdout.buffer.write('\\n'.join(perturb(t, k, l) for l, t in zip(('en', 'zh'), sys.argv[1:])"
        " for k in KINDS).encode())"
    )
    there = subprocess.run([sys.executable, "-c", script, *TEXTS.values()], capture_output=True, check=True)
    here = [perturb(text, kind, lang) for lang, text in TEXTS.items() for kind in KINDS]
    assert there.stdout.decode().split("\n") == here


@pytest.mark.parametrize("kind", TYPOS)
def test_as_many_english_words_are_misspelt_as_the_kind_says(kind: str) -> None:
    for text in instructions("en"):
        before, after = text.split(" "), perturb(text, kind, "en").split(" ")
        assert len(before) == len(after)
        changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
        long_words = [word for word in before if len(word.strip(".,?;")) >= 4]
        assert len(changed) == min(TYPOS[kind], len(long_words))
        assert all(abs(len(old) - len(new)) <= 1 for old, new in changed)


@pytest.mark.parametrize("kind", TYPOS)
def test_as_many_chinese_characters_give_way_to_others_of_their_sound(kind: str) -> None:
    for text in instructions("zh"):
        noisy = perturb(text, kind, "zh")
        assert len(noisy) == len(text)
        changed = [(old, new) for old, new in zip(text, noisy, strict=True) if old != new]
        assert len(changed) == TYPOS[kind]
        assert all(HOMOPHONES[old] == new for old, new in changed)


def test_letters_slip_to_neighbouring_keys_and_characters_to_lookalikes() -> None:
    letters = [(a, b) for a, b in zip(ENGLISH, perturb(ENGLISH, "letter_change", "en"), strict=True) if a != b]
    rows = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    assert len(letters) == 3
    assert all(any(abs(row.find(a) - row.find(b)) == 1 for row in rows if a in row and b in row) for a, b in letters)
    for text in instructions("zh"):
        drawn = [(a, b) for a, b in zip(text, perturb(text, "letter_change", "zh"), strict=True) if a != b]
        assert 1 <= len(drawn) <= 3
        assert all(LOOKALIKES[a] == b for a, b in drawn)


@both
def test_one_url_leaves_the_instruction_whole(lang: str) -> None:
    for text in instructions(lang):
        noisy = perturb(text, "one_url", lang)
        assert noisy.replace(text, "").strip() in ADDRESSES


@both
@pytest.mark.parametrize("kind", ["detail_url", "latex_markdown", "html_others", "space in mid of words"])
def test_markup_and_spaces_only_add(kind: str, lang: str) -> None:
    for text in instructions(lang):
        steps = difflib.ndiff(list(text), list(perturb(text, kind, lang)))
        assert not [step for step in steps if step.startswith("-")]


@both
def test_html_is_closed(lang: str) -> None:
    for text in instructions(lang):
        noisy = perturb(text, "html_others", lang)
        opened, closed = re.findall(r"<(\w+)[^>]*>", noisy), re.findall(r"</(\w+)>", noisy)
        assert sorted(opened) == sorted(closed)
        assert len(opened) == 2


def test_spaces_fall_inside_words() -> None:
    noisy = perturb(ENGLISH, "space in mid of words", "en")
    assert len(noisy) == len(ENGLISH) + 2
    assert noisy.replace(" ", "") == ENGLISH.replace(" ", "")
    assert "  " not in noisy
    spaced = perturb(CHINESE, "space in mid of words", "zh")
    assert spaced.replace(" ", "") == CHINESE
    assert len(spaced) == len(CHINESE) + 3


def test_a_synonym_keeps_the_case_of_its_word() -> None:
    assert perturb("Explain it.", "word_change", "en") == "Clarify it."
    assert perturb("请解释它。", "word_change", "zh") == "请讲清它。"


@both
def test_no_synonym_is_its_own(lang: str) -> None:
    assert all(word != other for word, other in SYNONYMS[lang].items())


@both
def test_no_character_is_its_own_double(lang: str) -> None:
    assert all(char != other for char, other in [*HOMOPHONES.items(), *LOOKALIKES.items()])


@pytest.mark.parametrize(
    ("text", "kind", "lang", "expected"),
    [
        ("Tax law?", "word_change", "en", "Here is my question: Tax law?"),
        ("税法？", "word_change", "zh", "请问：税法？"),
        ("Tax law?", "grammatical error", "en", "Taxs law?"),
        ("税法？", "grammatical error", "zh", "税法了？"),
        ("税法", "grammatical error", "zh", "税法了"),
        ("犬吠？", "letter_change", "zh", "吠犬？"),
        ("犬吠？", "Misspelling of words (three typos)", "zh", "吠犬？"),
    ],
)
def test_a_text_that_no_table_knows_is_changed_all_the_same(text: str, kind: str, lang: str, expected: str) -> None:
    assert perturb(text, kind, lang) == expected


@pytest.mark.parametrize("text", ["", "2 + 2 = ?"])
@both
@every_kind
def test_texts_without_words_are_no_trouble(kind: str, lang: str, text: str) -> None:
    assert text in perturb(text, kind, lang)


def test_more_typos_than_words_go_into_the_same_words() -> None:
    noisy = perturb("Understanding.", "Misspelling of words (three typos)", "en")
    assert noisy != "Understanding."
    assert difflib.SequenceMatcher(None, noisy, "Understanding.").ratio() < 0.95


@pytest.mark.parametrize(("kind", "lang"), [("original", "en"), ("no such kind", "en"), ("one_url", "fr")])
def test_an_unknown_kind_or_language_is_an_error(kind: str, lang: str) -> None:
    with pytest.raises(ValueError, match="there are: "):
        perturb("What is a comet?", kind, lang)
