"""Which rows a run has, and the requests they make."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from assay.cases import Asking, cases, check_data, data_hash, rows_of, spread
from assay.errors import DataError, UsageError
from assay.schema import Message, Row, user
from assay.tasks import all_tasks, select
from commands import layout


def rows(**sizes: int) -> list[Row]:
    return [
        Row(f"{group}{number}", (user("x"),), group=group) for group, size in sizes.items() for number in range(size)
    ]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 10, 29, 30])
def test_a_limit_takes_its_share_of_every_group(limit: int) -> None:
    found = spread(rows(a=18, b=9, c=3), limit)
    assert len(found) == len({row.id for row in found}) == limit
    counts = Counter(row.group for row in found)
    for group, size in (("a", 18), ("b", 9), ("c", 3)):
        assert abs(counts[group] - limit * size / 30) < 1.5
    assert [row.id for row in found] == [row.id for row in rows(a=18, b=9, c=3) if row in found]


@pytest.mark.parametrize("limit", [None, 30, 31])
def test_a_limit_that_is_no_limit(limit: int | None) -> None:
    assert spread(rows(a=18, b=9, c=3), limit) == rows(a=18, b=9, c=3)
    assert spread([], limit) == []


def test_a_limit_below_the_groups_takes_different_groups() -> None:
    found = spread(rows(**{f"g{number:02}": 4 for number in range(14)}), 7)
    assert len({row.group for row in found}) == 7


def test_every_row_of_every_task_is_a_case_with_its_own_place() -> None:
    asking = Asking(langs=("en", "zh"), epochs=2)
    found = list(cases(all_tasks(), asking))
    assert len({case.order for case in found}) == len(found)
    assert len(found) == 2 * sum(len(rows_of(task, asking)) for task in all_tasks())
    for case in found:
        assert len(case.requests) == len(case.row.chats) > 0
        assert {request.epoch for request in case.requests} == {case.order[2]}
        assert case.row.lang in ("en", "zh")


def test_rows_are_named_once_in_each_language() -> None:
    for task in all_tasks():
        for lang in ("en", "zh"):
            ids = [row.id for row in rows_of(task, Asking(langs=(lang,)))]
            assert len(ids) == len(set(ids)), task.id
        both = rows_of(task, Asking(langs=("en", "zh")))
        assert {row.id for row in both if row.lang == "en"} == {row.id for row in both if row.lang == "zh"}, task.id


def test_a_system_prompt_stands_before_every_chat() -> None:
    for case in cases(select(["advglue", "sycophancy_preference"]), Asking(system="Be brief.", limit=3)):
        for request in case.requests:
            assert request.chat[0] == Message("system", "Be brief.")
            assert [turn.role for turn in request.chat].count("system") == 1


def test_draws_count_equal_chats_at_a_temperature_only(tmp_path: Path) -> None:
    prompts = ["one", "two", "one", "one"]
    folder = layout(tmp_path, safety__misuse=[{"prompt": prompt, "source": "s"} for prompt in prompts])
    asking = Asking(data=str(folder))
    tasks = select(["misuse"])
    assert tasks[0].sampling.temperature == 1.0
    assert [case.requests[0].draw for case in cases(tasks, asking)] == [0, 0, 1, 2]
    assert [case.requests[0].draw for case in cases(tasks, replace(asking, temperature=0.0))] == [0, 0, 0, 0]
    assert {case.requests[0].sampling.temperature for case in cases(tasks, replace(asking, temperature=0.3))} == {0.3}


def test_options_are_offered_in_another_order_the_same_for_the_same_seed() -> None:
    (task,) = select(["hallucination"])
    assert task.reorder is not None
    plain = rows_of(task, Asking())
    shuffled = rows_of(task, Asking(shuffle_options=3))
    assert shuffled == rows_of(task, Asking(shuffle_options=3))
    assert [row.chats for row in shuffled] != [row.chats for row in plain]
    for before, after in zip(plain, shuffled, strict=True):
        assert sorted(before.options) == sorted(after.options)
        if before.gold in tuple("ABCDEFGH"):
            right, still = (row.options["ABCDEFGH".index(str(row.gold))] for row in (before, after))
            assert right == still


def test_data_that_cannot_answer_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown language"):
        check_data(all_tasks(), Asking(langs=("en", "xx")))
    with pytest.raises(UsageError, match="no rows"):
        check_data(all_tasks(), Asking(langs=()))
    with pytest.raises(DataError, match="does not exist"):
        check_data(all_tasks(), Asking(data=str(tmp_path / "none")))
    check_data(select(["misuse"]), Asking(langs=("zh",)))


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    one = layout(tmp_path / "one", safety__misuse=[{"prompt": "a"}])
    same = layout(tmp_path / "same", safety__misuse=[{"prompt": "a"}])
    other = layout(tmp_path / "other", safety__misuse=[{"prompt": "b"}])
    assert data_hash(str(one)) == data_hash(str(same)) != data_hash(str(other))
    assert len({data_hash(name) for name in ("core", "trustllm", str(one))}) == 3
