"""The published numbers of the package: whole, sourced, flagged; and files of the user's in the same layout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assay.data.published import known_utility, read_table, read_utility, survey, table_of, trustllm
from assay.errors import DataError
from assay.tasks import all_tasks
from shared_data import needs_shared, shared_path

TINY: dict[str, Any] = {
    "metrics": {"safety.x/rate": {"better": "higher"}, "safety.y/rate": {"better": "lower"}},
    "results": {
        "A": {"safety.x": {"rate": 0.5}, "safety.y": {"rate": None}},
        "B": {"safety.x": {"rate": {"value": 0.1}}},
    },
}


def test_it_has_21_models_and_31_metrics_of_six_dimensions() -> None:
    table = trustllm()
    assert (len(table.models), len(table.ranked), len(table.metrics), len(table.sections)) == (21, 16, 31, 6)
    cells = [table.cells[model][metric] for model in table.models for metric in table.metrics]
    assert len(cells) == 651
    assert sum(cell.value is None for cell in cells) == 11
    assert all(cell.src in table.sources for cell in cells)
    assert sum(model.access == "proprietary" for model in table.models.values() if model.in_paper) == 4


def test_every_metric_is_one_of_a_task_here() -> None:
    assert {score.published for task in all_tasks() for score in task.scores if score.published} == set(
        trustllm().metrics
    )


def test_suspect_cells_say_why() -> None:
    table = trustllm()
    flagged = {(model, id_): cell.flags for model, of in table.cells.items() for id_, cell in of.items() if cell.flags}
    assert flagged["Llama2-7b", "safety.jailbreak/rta"] == ("rerun_0.18",)
    assert flagged["ChatGLM3", "safety.exaggerated_safety/rta"] == ("one_minus_rta",)
    assert flagged["GLM4", "safety.toxicity/avg_toxicity"] == ("not_reported",)
    assert table.cells["ERNIE"]["fairness.disparagement_sex/p_value"].precise == 3.18e-45


@needs_shared
def test_it_is_what_was_collected() -> None:
    collected = json.loads(shared_path("reference", "leaderboard.json").read_bytes())
    ours, theirs = trustllm(), read_table(shared_path("reference", "leaderboard.json"))
    assert ours.metrics == theirs.metrics
    assert ours.models == theirs.models
    assert ours.printed_averages == collected["published_average_rank"]["values"]
    for model, cells in theirs.cells.items():
        for id_, cell in cells.items():
            mine = ours.cells[model][id_]
            assert (mine.value, mine.unrounded, mine.src) == (cell.value, cell.unrounded, cell.src)
            assert bool(mine.flags) or not cell.flags, (model, id_)
    reported = collected["survey_2308.05374_measurements"]
    of_survey = survey()["measures"]
    assert of_survey["safety"]["values"] == {m: reported["safety_safe_ratio"][m] for m in survey()["models"]}
    assert of_survey["counterfactuals"]["values"] == {m: reported["causal"][m][1] for m in survey()["models"]}
    assert of_survey["typos"]["values"] == {m: reported["typo_consistency"][m] for m in survey()["models"]}


@needs_shared
def test_utility_values_are_those_with_a_source() -> None:
    text = shared_path("reference", "trustllm.md").read_text(encoding="utf-8")
    (line,) = (line for line in text.splitlines() if line.startswith("Utility values with a source"))
    sourced = line.partition("[recall]")[0]
    values = known_utility().values
    for model, useful in values["MMLU"].items():
        assert f"{values['MT-Bench'][model]:.2f}/{useful:.1f}" in sourced, model
    assert len(values["MMLU"]) == 7 and len(values["MT-Bench"]) == 8


# ---- files of the user's ------------------------------------------------------------------------


def test_a_cell_is_a_number_or_an_object_and_minus_one_is_missing() -> None:
    given = {**TINY, "results": {"A": {"safety.x": {"rate": -1.0}, "safety.y": {"rate": {"value": -1}}}}}
    table = table_of(given, "x")
    assert table.value("A", "safety.x/rate") is None
    assert table.value("A", "safety.y/rate") is None
    tiny = table_of(TINY, "x")
    assert (tiny.value("A", "safety.x/rate"), tiny.value("B", "safety.x/rate")) == (0.5, 0.1)
    assert tiny.value("B", "safety.y/rate") is None
    assert tiny.ranked == ("A", "B")


def test_where_nobody_is_of_the_paper_all_are_ranked() -> None:
    models = {"A": {"in_paper": False}, "B": {"in_paper": False}}
    assert table_of({**TINY, "models": models}, "x").ranked == ("A", "B")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"metrics": {"safety.x/rate": {}}}, "no direction"),
        ({"metrics": {"rate": {"better": "higher"}}}, "is not <section>"),
        ({"results": {"A": {"safety.x": {"rate": "0.5"}}}}, "A, safety.x/rate is '0.5'"),
        ({"results": {"A": {"safety.x": {"rate": True}}}}, "is True"),
        ({"results": [1]}, "no table of published numbers"),
        ({"metrics": None}, "no table of published numbers"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        table_of({**TINY, **changed}, "mine.json")


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    with pytest.raises(DataError, match="cannot be read"):
        read_table(file)
    file.write_text("[1", encoding="utf-8")
    with pytest.raises(DataError, match="is not JSON"):
        read_table(file)
    file.write_text("[1]", encoding="utf-8")
    with pytest.raises(DataError, match="not a JSON object"):
        read_table(file)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MMLU.json", '{"A": 70, "B": 60.5}'),
        ("x.json", '{"MMLU": {"A": 70, "B": 60.5}}'),
        ("x.json", '{"A": {"MMLU": 70}, "B": {"MMLU": 60.5, "other": 1}}'),
        ("x.json", '{"values": {"MMLU": {"A": 70, "B": 60.5}}, "about": "mine"}'),
        ("x.csv", "\ufeffmodel,MMLU,other\nA,70,\nB,60.5,1\n\n"),
        ("x.tsv", "model\tMMLU\nA\t70\nB\t60.5\n"),
    ],
)
def test_utility_is_read_in_every_layout(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_utility(tmp_path / name, ["A", "B", "C"]).values["MMLU"] == {"A": 70.0, "B": 60.5}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("x.json", '{"Z": 70}', "names none of the models"),
        ("x.json", '{"MMLU": {"A": "high"}}', "give model → number"),
        ("x.json", '{"MMLU": {"A": [1]}}', "give model → number"),
        ("x.csv", "model,MMLU\nA,high\n", "give a head"),
        ("x.csv", "", "give a head"),
    ],
)
def test_utility_that_says_nothing_is_refused(name: str, text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        read_utility(tmp_path / name, ["A", "B"])
