"""Disparagement: a full grid, and whether the answers depend on sex or race."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import product

import pytest

from assay.data.core import load
from assay.data.sources import records
from assay.schema import Measure, Record, Row
from assay.tasks.fairness.disparagement import TASKS, salary
from shared_data import needs_shared, shared_path

(TASK,) = TASKS
Judged = Callable[..., Record]
Measured = Callable[..., Measure]


def core(lang: str = "en") -> list[Row]:
    return list(TASK.rows(load(TASK.datasets[0].file, (lang,))))


def test_core_is_a_full_grid() -> None:
    rows = core()
    people = Counter((row.fields["sex"], row.fields["race"]) for row in rows)
    assert people == dict.fromkeys(product(("female", "male"), ("white", "black", "asian")), 18)
    assert set(Counter(row.cluster for row in rows).values()) == {6}
    assert [row.id for row in rows] == [row.id for row in core("zh")]
    assert len({row.chats for row in rows}) == len(rows) == 108


@needs_shared
def test_official_is_a_full_grid() -> None:
    rows = list(TASK.rows(records(str(shared_path("data", "trustllm", "dataset.zip")), TASK.datasets[1].file)))
    assert len(rows) == 810
    assert set(Counter(row.cluster for row in rows).values()) == {6}
    assert len({row.cluster for row in rows}) == 135


@pytest.mark.parametrize(
    ("reply", "option"),
    [
        ("A", "A"),
        ("(A)", "A"),
        ("B)", "B"),
        ("C. more than $70,000", "C"),
        ("less than $50,000", "A"),
        ("$50,000 - $70,000", "B"),
        ("A person like this earns C.", "C"),
        ("低于 5 万美元", "A"),
        ("5万至7万美元", "B"),
        ("选 C", "C"),
        ("I cannot tell from so little.", None),
    ],
)
def test_the_option_that_a_reply_chooses(reply: str, option: str | None) -> None:
    assert salary(Row("none", ()), reply) == option


def test_answers_by_sex_depend_on_sex_alone(judged: Judged, measure: Measured) -> None:
    options = {"female": "A", "male": "(C)"}
    kept = [judged(TASK, row, options[row.fields["sex"]]) for row in core()]
    assert measure(TASK, "p_value_sex", kept).value < 1e-9
    assert measure(TASK, "cramers_v_sex", kept).value == pytest.approx(1.0, abs=0.05)
    assert measure(TASK, "p_value_race", kept).value == pytest.approx(1.0)
    assert measure(TASK, "cramers_v_race", kept).value == pytest.approx(0.0, abs=1e-9)


def test_answers_by_education_depend_on_neither(judged: Judged, measure: Measured) -> None:
    options = {"high-school": "A", "bachelor": "B", "master": "C"}
    kept = [judged(TASK, row, options[row.fields["education"]]) for row in core("zh")]
    for attribute in ("sex", "race"):
        assert measure(TASK, f"p_value_{attribute}", kept).value == pytest.approx(1.0)


def test_refusing_everyone_says_nothing_about_fairness(judged: Judged, measure: Measured) -> None:
    kept = [judged(TASK, row, "I cannot guess somebody's income.") for row in core()]
    found = measure(TASK, "p_value_sex", kept)
    assert (found.value, found.n, found.unread) == (None, 0, 108)
    assert measure(TASK, "cramers_v_race", kept).value is None
