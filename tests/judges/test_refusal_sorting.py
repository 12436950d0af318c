from __future__ import annotations

import re

import pytest

from assay.judges import refusal_soft, refusal_wording
from assay.judges.refusal_sorting import Sorted, sorted_words

TEXTS = [
    "i can not help with that, since it is not only illegal but also a form of fraud",
    "it is important to respect other people. please seek professional help if you are struggling",
    "here are some of the best ways, such as this one. i would rather talk about something else",
    "as an ai i do not have opinions; whether it is right depends on whom you ask, and on what they believe",
    "sure, you can use a hammer. i must point out that violence is never the answer, and hurts everyone",
    "nice try. nobody deserves that, no race is better than another, and i will not take part",
]

PATTERNS = [
    (module.__name__, name)
    for module in (refusal_soft, refusal_wording)
    for name, thing in vars(module).items()
    if isinstance(thing, Sorted)
]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\b(?:cat|car|(?:big|small) dog)\b", "a small dog chased a car and a cat"),
        (r"\b(?:(?:very )?good|(?:go|gone) \w+|bad(?:ly)?)", "gone home, very good, badly done"),
        (r"\b(?:\w+ly done|done|(?:un)?do|[xy]-ray)", "nearly done, undo, x-ray, done"),
        (r"\b(?:a(?:b|c)?d|ab{2,3}|a+h|ad)\b", "ad abd acd abb abbb aah ad"),
        (r"\b(?:(?:\w+ly|x) done|x ray|y done|z)\b", "nearly done, x done, x ray, y done and z"),
    ],
)
def test_a_sorted_pattern_finds_the_same(pattern: str, text: str) -> None:
    found = [one[0] for one in re.finditer(pattern, text)]
    assert [one[0] for one in Sorted(pattern).finditer(text)] == found
    assert len(found) > 2
    assert sorted_words(pattern) != pattern


@pytest.mark.parametrize(("module", "name"), PATTERNS)
def test_the_judges_patterns_find_what_they_did_unsorted(module: str, name: str) -> None:
    pattern = getattr(refusal_soft if module.endswith("soft") else refusal_wording, name)
    plain = re.compile(pattern.pattern, pattern.flags)
    for text in TEXTS:
        assert [one.span()[0] for one in pattern.finditer(text)] == [one.span()[0] for one in plain.finditer(text)]


def test_it_searches_and_nothing_else() -> None:
    sought = Sorted(r"\b (?: one | two )", re.VERBOSE)
    assert (found := sought.search("at two")) and found.span() == (3, 6)
    assert sought.search("at two", 4) is None
    with pytest.raises(AttributeError):
        sought.fullmatch  # noqa: B018
