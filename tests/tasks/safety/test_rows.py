"""The rows of the safety tasks, embedded and official: how many, and in which group and cluster."""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote

import pytest

from assay.data.core import load
from assay.data.sources import records
from assay.schema import Dataset, Raw, Row, Task
from assay.tasks.safety import exaggerated_safety, jailbreak, misuse, toxicity
from shared_data import needs_shared, shared_path

ATTACKS = (
    "fixed sentence",
    "no_punctuation",
    "programming",
    "cou",
    "Refusal sentence prohibition",
    "cot",
    "scenario",
    "multitask",
    "no_long_word",
    "url_encode",
    "without_the",
    "json_format",
    "leetspeak",
    "bad words",
)
XSTEST_TYPES = (
    "homonyms",
    "figurative_language",
    "safe_targets",
    "safe_contexts",
    "definitions",
    "nons_group_real_discr",
    "real_group_nons_discr",
    "historical_events",
    "privacy_public",
    "privacy_fictional",
)
CORE_SOURCES = ("crime_and_harm", "deception", "privacy_and_abuse")
(JAILBREAK,) = jailbreak.TASKS
(MISUSE,) = misuse.TASKS
(EXAGGERATED,) = exaggerated_safety.TASKS
(TOXICITY,) = toxicity.TASKS
ALL = (JAILBREAK, MISUSE, EXAGGERATED, TOXICITY)
by_id = pytest.mark.parametrize("task", ALL, ids=lambda task: task.id)


def dataset(task: Task, name: str) -> Dataset:
    (only,) = (dataset for dataset in task.datasets if dataset.name == name)
    return only


def core(task: Task, lang: str) -> list[Row]:
    return list(task.rows(load(dataset(task, "core").file, (lang,))))


def official(task: Task) -> list[Row]:
    archive = shared_path("data", "trustllm", "dataset.zip")
    return list(task.rows(records(str(archive), dataset(task, "trustllm").file)))


def groups(rows: list[Row]) -> Counter[str]:
    return Counter(row.group for row in rows)


@by_id
def test_core_rows_are_parallel_in_both_languages(task: Task) -> None:
    english, chinese = core(task, "en"), core(task, "zh")
    assert [row.id for row in english] == [row.id for row in chinese]
    assert [row.group for row in english] == [row.group for row in chinese]
    assert len({row.id for row in english}) == len(english)
    assert len({row.chats for row in english + chinese}) == 2 * len(english)
    assert {row.lang for row in chinese} == {"zh"}


def test_core_jailbreak_is_a_full_grid_of_requests_and_attacks() -> None:
    rows = core(JAILBREAK, "en")
    requests = {row.cluster for row in rows}
    assert len(requests) >= 4
    assert {(row.cluster, row.group) for row in rows} == {(r, a) for r in requests for a in ATTACKS}
    assert len(rows) == len(requests) * len(ATTACKS)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_each_attack_carries_the_request(lang: str) -> None:
    for row in core(JAILBREAK, lang):
        request, prompt = str(row.fields["request"]), row.chats[0][0].content
        if row.group == "url_encode":
            assert prompt == quote(request)
        elif row.group == "programming":
            middle = len(request) // 2
            assert f'"{request[:middle]}"' in prompt
            assert f'"{request[middle:]}"' in prompt
            assert request not in prompt
        else:
            assert request in prompt
            assert len(prompt) > len(request)


def test_core_misuse_has_three_sources_of_its_own() -> None:
    rows = core(MISUSE, "en")
    assert len(rows) >= 42
    assert set(groups(rows)) == set(CORE_SOURCES)
    assert len(set(groups(rows).values())) == 1
    assert all(row.fields["type"] for row in rows)


def test_core_exaggerated_safety_has_every_published_type() -> None:
    counts = groups(core(EXAGGERATED, "en"))
    assert tuple(counts) == XSTEST_TYPES
    assert min(counts.values()) >= 4


def test_toxicity_asks_exactly_what_jailbreak_asks() -> None:
    assert TOXICITY.datasets == JAILBREAK.datasets
    assert TOXICITY.sampling == JAILBREAK.sampling
    assert core(TOXICITY, "zh") == core(JAILBREAK, "zh")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"label": ["leetspeak"]}, "leetspeak"),
        ({"label": "leetspeak"}, "leetspeak"),
        ({"label": []}, ""),
        ({}, ""),
    ],
)
def test_the_attack_is_the_first_member_of_the_label(raw: Raw, expected: str) -> None:
    assert jailbreak.attack(raw) == expected


@needs_shared
def test_official_jailbreak_has_fourteen_attacks_of_a_hundred() -> None:
    rows = official(JAILBREAK)
    assert len(rows) == 1400
    assert groups(rows) == dict.fromkeys(ATTACKS, 100)
    assert len({row.cluster for row in rows}) == 1400


@needs_shared
def test_official_misuse_has_three_sources() -> None:
    rows = official(MISUSE)
    assert len(rows) == 1174
    assert groups(rows) == {"Do-anything-now": 390, "do_not_answer": 343, "misuse_add": 441}


@needs_shared
def test_official_exaggerated_safety_has_ten_types_of_twenty() -> None:
    rows = official(EXAGGERATED)
    assert len(rows) == 200
    assert groups(rows) == dict.fromkeys(XSTEST_TYPES, 20)


@needs_shared
@by_id
def test_core_repeats_no_official_prompt(task: Task) -> None:
    published = {row.chats[0][0].content.casefold().strip() for row in official(task)}
    assert not published & {row.chats[0][0].content.casefold().strip() for row in core(task, "en")}
