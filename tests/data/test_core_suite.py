"""The embedded suite as a whole: parallel, large enough, balanced, our own words, closed to readers of its form."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import combinations
from string import ascii_uppercase
from urllib.parse import unquote

import pytest

from assay.cases import Asking, rows_of
from assay.data.core import LANGS, load
from assay.schema import Row, Task
from assay.tasks import all_tasks
from assay.taxonomy import SUBCATEGORIES
from shared_data import needs_shared, official

CORE = {task.id: task for task in all_tasks() if any(data.name == "core" for data in task.datasets)}
LEAST = 40
RUN = 10
"""Words in a row that no item may share with the official data."""
ALIKE = 0.75
"""Shared words, as a share of all words of two items, from which they would be one with a slot filled anew."""
WORDS = re.compile(r"[a-z0-9']+|[\u4e00-\u9fff]")


def words(text: str) -> list[str]:
    return WORDS.findall(text.lower())


@cache
def rows(task_id: str, lang: str) -> tuple[Row, ...]:
    return tuple(rows_of(CORE[task_id], Asking(langs=(lang,))))


def file_of(task: Task) -> str:
    return next(data.file for data in task.datasets if data.name == "core")


FILES = sorted({file_of(task) for task in CORE.values()} - {"fairness/disparagement.yaml"})
"""Disparagement is a declared grid: one sentence about every person."""


@cache
def items(file: str, lang: str) -> dict[str, str]:
    """The text of each item, whatever it is wrapped in: what all languages share is not text."""
    found: dict[str, str] = {}
    for raw in load(file, (lang,)):
        texts = [value for key, value in raw.items() if key not in ("id", "lang")]
        flat = [str(one) for value in texts for one in (value if isinstance(value, list) else [value])]
        found.setdefault(str(raw["id"]).split("/")[0], " ".join(flat))
    return found


# ---- parallel and large enough ------------------------------------------------------------------


@pytest.mark.parametrize("task_id", CORE)
def test_both_languages_have_the_same_cases_in_the_same_order(task_id: str) -> None:
    en, zh = (rows(task_id, lang) for lang in LANGS)
    assert [row.id for row in en] == [row.id for row in zh]
    assert [row.group for row in en] == [row.group for row in zh]
    assert [len(row.chats) for row in en] == [len(row.chats) for row in zh]
    assert len({row.id for row in en}) == len(en)


@pytest.mark.parametrize("task_id", CORE)
def test_what_is_asked_is_in_the_language_that_it_says(task_id: str) -> None:
    for lang in LANGS:
        for row in rows(task_id, lang):
            asked = unquote(" ".join(turn.content for chat in row.chats for turn in chat))
            chinese, latin = len(re.findall(r"[\u4e00-\u9fff]", asked)), len(re.findall(r"[A-Za-z]", asked))
            # Code and planted text in another language do not make a Chinese case English.
            assert chinese > 5 if lang == "zh" else latin > 4 * chinese, (task_id, row.id, lang)


@pytest.mark.parametrize("slug", SUBCATEGORIES)
def test_every_subcategory_is_the_home_of_forty_items(slug: str) -> None:
    home = {file_of(task) for task in CORE.values() if task.survey[:1] == (slug,)}
    for lang in LANGS:
        assert sum(len(items(file, lang)) for file in home) >= LEAST, f"{slug} in {lang}: {home or 'no task'}"


# ---- own words ----------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("lang", LANGS)
def test_no_two_items_differ_only_in_what_fills_a_slot(file: str, lang: str) -> None:
    bags = {item: Counter(words(text)) for item, text in items(file, lang).items()}
    shared = words_of_most(list(bags.values()))
    own = {item: Counter({word: n for word, n in bag.items() if word not in shared}) for item, bag in bags.items()}
    for (one, left), (other, right) in combinations(own.items(), 2):
        both, either = (left & right).total(), (left | right).total()
        assert both < ALIKE * max(either, 1), f"{file} {lang}: {one} and {other}"


def words_of_most(bags: Sequence[Counter[str]]) -> set[str]:
    """Words that half of the items have: field values, and what a template would say."""
    found = Counter(word for bag in bags for word in bag)
    return {word for word, n in found.items() if n > len(bags) / 2}


@needs_shared
def test_no_item_shares_a_run_of_ten_words_with_the_official_data() -> None:
    runs: dict[int, tuple[str, ...]] = {}
    for task_id in CORE:
        for row in rows(task_id, "en"):
            for chat in row.chats:
                for run in shingles(chat[-1].content):
                    runs[hash(run)] = run
    found = {
        run
        for section in sorted(
            {data.file for task in CORE.values() for data in task.datasets if data.name == "trustllm"}
        )
        for raw in official(section.removesuffix(".json"))
        for run in shingles(str(raw.get("prompt", "")))
        if runs.get(hash(run)) == run
    }
    assert not found


def shingles(text: str) -> Iterator[tuple[str, ...]]:
    found = words(text)
    return (tuple(found[at : at + RUN]) for at in range(len(found) - RUN + 1))


# ---- readers that do not read the question --------------------------------------------------------


Reader = Callable[[Sequence[str]], int]

READERS: dict[str, Reader] = {
    "the longest": lambda options: max(range(len(options)), key=lambda at: len(options[at])),
    "the shortest": lambda options: min(range(len(options)), key=lambda at: len(options[at])),
    "the first": lambda options: 0,
    "the last": lambda options: len(options) - 1,
}


def lettered(task_id: str, lang: str) -> list[tuple[tuple[str, ...], int]]:
    """The options of each row, and the place of the right one; rows without options are not there."""
    found = []
    for row in rows(task_id, lang):
        if len(row.options) > 1 and isinstance(row.gold, str):
            place = ascii_uppercase.find(row.gold) if len(row.gold) == 1 else -1
            place = int(row.gold) - 1 if row.gold.isdigit() else place
            place = row.options.index(row.gold) if row.gold in row.options else place
            if 0 <= place < len(row.options):
                found.append((row.options, place))
    return found


CLOSED = [task_id for task_id in CORE if len(lettered(task_id, "en")) >= LEAST]


def beyond_chance(right: Sequence[bool], chances: Sequence[float]) -> float:
    """How many standard deviations the hits are from what chance would give."""
    spread = math.sqrt(sum(chance * (1 - chance) for chance in chances))
    return (sum(right) - sum(chances)) / spread


@pytest.mark.parametrize("task_id", CLOSED)
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("reader", READERS)
def test_who_sees_only_length_or_place_stays_at_chance(task_id: str, lang: str, reader: str) -> None:
    closed = lettered(task_id, lang)
    right = [READERS[reader](options) == place for options, place in closed]
    assert abs(beyond_chance(right, [1 / len(options) for options, _ in closed])) < 3, f"{sum(right)}/{len(right)}"


@pytest.mark.parametrize("task_id", CLOSED)
@pytest.mark.parametrize("lang", LANGS)
def test_who_sees_only_options_stays_at_chance(task_id: str, lang: str) -> None:
    """Learns from all other rows which words right options have: naive Bayes, leave one out."""
    closed = [one for one in lettered(task_id, lang) if len({*one[0]}) > 1]
    if len({options for options, _ in closed}) < LEAST:
        return  # the same labels everywhere: there is nothing in them to read
    right = [
        naive_bayes(closed[:at] + closed[at + 1 :], options) == place for at, (options, place) in enumerate(closed)
    ]
    assert beyond_chance(right, [1 / len(options) for options, _ in closed]) < 3, f"{sum(right)}/{len(right)}"


def naive_bayes(others: Sequence[tuple[tuple[str, ...], int]], options: Sequence[str]) -> int:
    """The option whose words the right options of other rows have more often than the wrong ones."""
    good: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    for offered, place in others:
        for at, option in enumerate(offered):
            (good if at == place else bad).update(set(words(option)))
    odds = good.total() / max(bad.total(), 1)
    worth = [
        sum(math.log((good[word] + odds) / (odds * (bad[word] + 1))) for word in set(words(option)))
        for option in options
    ]
    return max(range(len(options)), key=lambda at: worth[at])
