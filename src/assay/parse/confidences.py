"""An answer with a confidence for each option, as in `ANS: B, A: 10%, B: 70%, C: 15%, D: 5%`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from assay.parse.choices import letter
from assay.parse.numerals import in_digits
from assay.parse.wording import plain

_ANSWER = re.compile(r"(?<![A-Za-z])ANS(?:WER)?(?![A-Za-z])(?:\s+is)?|答案(?:是|为)?", re.IGNORECASE)
_ROUNDED = 0.02
"""So far from 1 are shares that were rounded: three times "3.3%" beside "90%"."""
_ABOUT = r"(?:\b(?:about|around|roughly|approximately|approx\.?)\s*|约|大约|大概|约为|[~≈<>≤≥]\s*)?"
_CHANCE = r"\s*(?:chance|probability|likelihood|sure|certain)"
"""The A of "A 70% chance" is an article."""
_PERCENTAGE = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)\s*(?:%|percent\b|per cent\b)")
_FIGURE = r"(\d+(?:\.\d+)?|\.\d+)(?![\d.]*\d)"


def confidences(text: str, letters: str = "ABCD") -> tuple[str | None, dict[str, float]]:
    """The letter that is answered, and how likely each of the letters is said to be; these add up to 1 or nearly.

    Shares that add up to something else, by more than their rounding, are scaled. What is left to 100 % falls on the
    options that are not named, in equal parts. Numbers without a percent sign are taken where there are no others and
    they add up to 1 or 100: else they may be the options themselves. A lone percentage is about the answer ("B, and I
    am 70% sure"). Where no letter is answered, it is the likeliest one, if there is one.

    Returns:
        The letter, None where it cannot be told; and the shares by letter, empty where none can be read.
    """
    flat = in_digits(plain(text))
    marks = list(_ANSWER.finditer(flat))
    # A reply may think aloud before it says what it answers.
    said = flat[marks[-1].end() :] if marks else flat
    stated, figures = _stated(said, letters)
    read = said
    if not stated and marks:
        (stated, figures), read = _stated(flat, letters), flat
    answered = _answered(said, letters, figures) if marks else None
    answered = answered or letter(figures.sub(" ", read).strip(" ,.;\n") if stated else read, letters)
    alone = _PERCENTAGE.findall(said)
    if not stated and answered and len(alone) == 1 and float(alone[0]) <= 100:
        stated = {answered: float(alone[0]) / 100}
    shares = _shares(stated, letters)
    return answered or _likeliest(shares), shares


def _stated(text: str, letters: str) -> tuple[dict[str, float], re.Pattern[str]]:
    """Shares of 1 as they are stated, the last for each letter, none where one is above 1; and how they are written."""
    with_sign, bare = _figures(letters)
    found = {which: float(figure) / 100 for which, figure in with_sign.findall(text)}
    if found:
        return found if max(found.values()) <= 1 else {}, with_sign
    plainly = {which: float(figure) for which, figure in bare.findall(text)}
    whole = sum(plainly.values())
    unit = next((unit for unit in (1, 100) if abs(whole / unit - 1) <= _ROUNDED), None)
    # Else it is an option with its text ("B. 56"), or all of them.
    return {which: share / unit for which, share in plainly.items()} if unit and len(plainly) > 1 else {}, bare


def _shares(stated: Mapping[str, float], letters: str) -> dict[str, float]:
    """For every letter its share of 1."""
    rest = [which for which in letters if which not in stated]
    left = max(0.0, 1.0 - sum(stated.values()))
    every = {which: stated[which] if which in stated else left / len(rest) for which in letters}
    whole = sum(every.values())
    if not stated or not whole:
        return {}
    return every if abs(whole - 1) <= _ROUNDED else {which: share / whole for which, share in every.items()}


def _answered(said: str, letters: str, figures: re.Pattern[str]) -> str | None:
    """The letter right after the mark of the answer; not the `A/B/C/D` of the form, nor the first of the shares."""
    found = re.match(rf"[\s:=\"'(\[{{<]*([{letters}])(?![A-Za-z0-9]|\s*/)", said)
    return found[1] if found and not figures.match(said, found.start(1)) else None


def _likeliest(shares: Mapping[str, float]) -> str | None:
    top = [which for which, share in shares.items() if share == max(shares.values())]
    return top[0] if len(top) == 1 else None


@lru_cache
def _figures(letters: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A letter with its share: `A: 70%`, `(A) 70 percent`, `A选项约70%`; and the same without the sign."""
    named = rf"(?<![A-Za-z])([{letters}])(?![A-Za-z])[\"')\]]*\s*(?:选项)?(?:的概率)?\s*[:=(|\-.为是]?\s*"
    figure = named + _ABOUT + _FIGURE
    return re.compile(rf"{figure}\s*(?:%|percent\b|per cent\b)(?!{_CHANCE})"), re.compile(figure)
