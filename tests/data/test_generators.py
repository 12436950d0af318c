"""Templates and word lists as files: whole, parallel in both languages, and readable by whoever is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from assay.data.generators import Generator, generators, matching
from assay.errors import UsageError
from assay.generating.items import NAMED
from assay.taxonomy import AREAS, SUBCATEGORIES

HAN = re.compile(r"[\u4e00-\u9fff]")

each = pytest.mark.parametrize("generator", generators(), ids=lambda one: one.task)


def test_ten_sub_categories_and_more() -> None:
    assert len({slug for one in generators() for slug in one.survey}) >= 10
    assert len({one.task for one in generators()}) == len(generators())
    assert {one.task.partition("/")[0] for one in generators()} <= set(AREAS)


def texts(word: Any) -> Iterator[str]:
    if isinstance(word, str):
        yield word
    else:
        for part in word.values() if isinstance(word, dict) else word:
            yield from texts(part)


@each
def test_words_and_templates_are_there_in_both_languages(generator: Generator) -> None:
    assert set(generator.survey) <= set(SUBCATEGORIES)
    assert len(generator.templates) >= 3
    for by_lang in (
        *generator.templates.values(),
        *(word for words in generator.slots.values() for word in words.values()),
    ):
        assert set(by_lang) == {"en", "zh"}
        english, chinese = list(texts(by_lang["en"])), list(texts(by_lang["zh"]))
        assert len(english) == len(chinese)
        assert all(text.strip() == text and text for text in english + chinese)
        assert not any(HAN.search(text) for text in english)
        if isinstance(by_lang["en"], dict):
            assert set(by_lang["en"]) == set(by_lang["zh"])
    assert all(HAN.search(one["zh"]) for one in generator.templates.values())
    for lang in ("en", "zh"):
        for words in generator.slots.values():
            said = [str(word[lang]) for word in words.values()]
            assert len(set(said)) == len(said), said


@each
def test_every_template_has_every_slot(generator: Generator) -> None:
    """Else two draws would make the same item."""
    for template in generator.templates.values():
        for text in template.values():
            named = {name.lower() for name, _ in NAMED.findall(text)}
            if not generator.solve:
                assert named - {"options"} == set(generator.slots)
            assert ("options" in named) == bool(generator.options)


@each
def test_an_open_slot_says_what_fits(generator: Generator) -> None:
    if generator.open:
        assert generator.open in generator.slots
        assert set(generator.asks) == {"en", "zh"}
        assert all(isinstance(word["en"], str) for word in generator.slots[generator.open].values())


def test_a_name_a_glob_and_what_there_is_not() -> None:
    assert [one.task for one in matching("logical")] == ["reasoning/logical"]
    assert {one.task for one in matching("reasoning/*")} >= {"reasoning/logical", "reasoning/causal"}
    with pytest.raises(UsageError, match=r"no templates for 'privacy/nothing'.*reasoning/logical"):
        matching("privacy/nothing")
