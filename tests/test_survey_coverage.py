"""What of the survey and of TrustLLM is measured: nothing is claimed that has no row to ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assay.catalogue import catalogue
from assay.coverage import coverage
from assay.taxonomy import DIMENSIONS, SUBCATEGORIES, SURVEY
from commands import assay, measure, result


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return coverage(catalogue())


def entry(id: str, *survey: str, rows: int = 3, needs: str | None = None) -> dict[str, Any]:
    return {
        "id": id,
        "dimension": id.partition("/")[0],
        "survey": survey,
        "needs": needs,
        "datasets": {"core": {"rows": {"en": rows, "zh": 0}}},
    }


def test_all_of_the_survey_is_measured_on_core_in_both_languages(found: dict[str, Any]) -> None:
    assert {category: list(slugs) for category, slugs in found["survey"].items()} == {
        category: list(slugs) for category, slugs in SURVEY.items()
    }
    for slugs in found["survey"].values():
        for slug, tasks in slugs.items():
            home = [one for one in tasks if one["home"] and not one["needs"]]
            assert any(set(one["rows"].get("core", {})) >= {"en", "zh"} for one in home), slug
    assert found["covered"] == {"subcategories": 29, "of": 29}


def test_six_dimensions_have_tasks_and_two_a_scorecard(found: dict[str, Any]) -> None:
    assert list(found["dimensions"]) == list(DIMENSIONS)
    by_command = [name for name, tasks in found["dimensions"].items() if "command" in tasks[0]]
    assert by_command == ["transparency", "accountability"]
    assert all(found["dimensions"][name] for name in DIMENSIONS)
    assert set(found["beyond"]) == {"misuse_resistance", "reasoning"}


def test_a_task_without_rows_covers_nothing() -> None:
    tasks = coverage([entry("safety/violence", "violence", rows=0)])["survey"]["safety"]["violence"]
    assert tasks == []


def test_being_named_second_is_no_home() -> None:
    found = coverage([entry("safety/jailbreak", "prompt_attacks", "violence")])
    (task,) = found["survey"]["safety"]["violence"]
    assert not task["home"] and found["covered"]["subcategories"] == 1


def test_homes_come_first_and_languages_without_rows_are_not_there() -> None:
    found = coverage([entry("safety/misuse", "unlawful_conduct", "violence"), entry("safety/violence", "violence")])
    tasks = found["survey"]["safety"]["violence"]
    assert [one["task"] for one in tasks] == ["safety/violence", "safety/misuse"]
    assert tasks[0]["rows"] == {"core": {"en": 3}}


@pytest.mark.parametrize("width", ["80", "160"])
def test_the_table_names_every_subcategory_and_dimension(width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    text = assay("tasks", "--coverage").output
    for name in (*SUBCATEGORIES, *DIMENSIONS):
        assert name in text
    assert "29 of 29" in text and "assay card FILE" in text


def test_the_rows_and_the_total_of_a_measure_that_grades_options_are_both_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: dict[str, Any]
) -> None:
    (task,) = [
        one for one in found["survey"]["reliability"]["miscalibration"] if one["task"].endswith("survey_miscalibration")
    ]
    rows = task["rows"]["survey"]["en"]
    ask = ("run", "baseline/refuser", "--data", "survey", "--tasks", "survey_miscalibration", "--out", tmp_path)
    assert assay(*ask).exit_code == 0
    total = measure(result(tmp_path), task["task"], "difference")["total"]
    monkeypatch.setenv("COLUMNS", "400")
    assert f"({total} in its {rows} rows)" in assay("tasks", "--coverage").output


def test_as_json() -> None:
    parsed = json.loads(assay("tasks", "--coverage", "--json").output)
    assert sum(len(slugs) for slugs in parsed["survey"].values()) == 29 == parsed["covered"]["of"]
