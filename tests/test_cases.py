"""Which rows a run has, and the requests they make."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.cases import Asking, Cases, Occurrences, cases, check_data, data_hash, rows_of, spread, tasks_in
from assay.errors import DataError, UsageError
from assay.schema import Message
from assay.tasks import all_tasks, select
from commands import layout


def groups(**sizes: int) -> list[str]:
    return [group for group, size in sizes.items() for _ in range(size)]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 10, 29, 30])
def test_a_limit_takes_its_share_of_every_group(limit: int) -> None:
    of = groups(a=18, b=9, c=3)
    found = spread(of, limit)
    assert len(found) == len(set(found)) == limit
    counts = Counter(of[place] for place in found)
    for group, size in (("a", 18), ("b", 9), ("c", 3)):
        assert abs(counts[group] - limit * size / 30) < 1.5
    assert found == sorted(found)


@pytest.mark.parametrize("limit", [30, 31])
def test_a_limit_that_is_no_limit(limit: int) -> None:
    assert spread(groups(a=18, b=9, c=3), limit) == list(range(30))
    assert spread([], limit) == []


def test_a_limit_below_the_groups_takes_different_groups() -> None:
    of = groups(**{f"g{number:02}": 4 for number in range(14)})
    assert len({of[place] for place in spread(of, 7)}) == 7


def test_every_row_of_every_task_is_a_case_with_its_own_place() -> None:
    asking = Asking(langs=("en", "zh"), epochs=2)
    found = list(cases(all_tasks(), asking))
    assert [case.place for case in found] == list(range(len(found)))
    assert len(found) == 2 * sum(len(rows_of(task, asking)) for task in all_tasks())
    for case in found:
        assert len(case.requests) == len(case.row.chats) > 0
        assert {request.epoch for request in case.requests} == {case.epoch}
        assert case.row.lang in ("en", "zh")


def test_rows_are_named_once_in_each_language() -> None:
    for task in all_tasks():
        for lang in ("en", "zh"):
            ids = [row.id for row in rows_of(task, Asking(langs=(lang,)))]
            assert len(ids) == len(set(ids)), task.id
        both = rows_of(task, Asking(langs=("en", "zh")))
        assert {row.id for row in both if row.lang == "en"} == {row.id for row in both if row.lang == "zh"}, task.id


def test_cases_are_gone_through_again_the_same_and_counted() -> None:
    found = Cases(select(["privacy", "advglue"]), Asking(langs=("en", "zh"), epochs=2))
    once, again = list(found), list(found)
    assert once == again and len(found) == len(once)
    places = dict(found.by_task())
    for task, of in places.items():
        assert {case.task.id for case in once[of.start : of.stop]} == {task.id}
    assert sum(map(len, places.values())) == len(once)


def test_many_rows_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = [f"Harm {number % 40}?" for number in range(90)]
    raws = [{"prompt": prompt, "source": "ab"[len(prompt) % 2]} for prompt in prompts]
    folder = layout(tmp_path, safety__misuse=raws)
    tasks = select(["misuse"])
    for limit in (None, 60):
        asking = Asking(data=str(folder), limit=limit, epochs=2)
        kept = list(Cases(tasks, asking))
        with monkeypatch.context() as patched:
            patched.setattr("assay.cases.KEPT", 16)
            streamed = Cases(tasks, asking)
            assert list(streamed) == kept and len(streamed) == len(kept)
        assert len({(case.requests, case.row.chats) for case in kept}) == len(kept)  # draws tell repeated prompts apart


@given(st.lists(st.integers(0, 30), max_size=200))
def test_occurrences_are_counted_exactly_however_many(things: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("assay.cases.KEPT", 7)
        seen, draws = Counter[int](), Occurrences()
        for thing in things:
            assert draws.number(thing * 2**58) == seen[thing]
            seen[thing] += 1


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


def test_what_a_task_asks_for_beside_the_prompt_is_asked_and_the_user_has_the_last_word() -> None:
    (task,) = select(["truthfulness/miscalibration_logprobs"])

    def extra(asking: Asking) -> dict[str, object]:
        return dict(next(iter(cases([task], asking))).requests[0].sampling.extra)

    assert extra(Asking()) == {"logprobs": True, "top_logprobs": 5}
    assert extra(Asking(extra=(("top_logprobs", 20),))) == {"logprobs": True, "top_logprobs": 20}


def test_only_tasks_that_are_made_for_the_data_are_asked() -> None:
    on_survey = {task.id for task in tasks_in("survey")}
    assert on_survey and all("survey_" in id for id in on_survey)
    assert not on_survey & {task.id for task in tasks_in("core")}
    assert len(tasks_in("trustllm")) == 31
    with pytest.raises(UsageError, match="survey_causal: not in --data core, but in survey"):
        tasks_in("core", ["survey_causal"])
