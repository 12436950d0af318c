"""`--data survey` from the command line: run, resume, score again, and the six models beside it."""

from __future__ import annotations

import json
from pathlib import Path

from commands import assay, measure, read, refused, result, run_folder

STUDIES = (
    "truthfulness/survey_hallucination",
    "truthfulness/survey_miscalibration",
    "truthfulness/survey_miscalibration_logprobs",
    "safety/survey_general_safety",
    "fairness/survey_gender_stereotypes",
    "robustness/survey_typos",
    "misuse_resistance/survey_copyright",
    "misuse_resistance/survey_misuse",
    "reasoning/survey_causal",
)


def test_every_study_runs_and_nothing_else_does(tmp_path: Path) -> None:
    done = assay("run", "baseline/yes", "--data", "survey", "--limit", 6, "--out", tmp_path)
    assert done.exit_code == 0
    found = result(tmp_path)
    assert set(found["tasks"]) == set(STUDIES)
    assert measure(found, "robustness/survey_typos", "consistency")["value"] == 1.0
    assert measure(found, "misuse_resistance/survey_misuse", "refuse_ratio")["value"] == 0.0
    assert "gpt-3.5-turbo" in done.stdout and "Their questions were other ones" in done.stdout
    assert "0.733" not in done.stdout and "0.570" in done.stdout  # text-davinci-003 on typos


def test_a_second_run_resumes_and_scoring_again_gives_the_same(tmp_path: Path) -> None:
    words = ("run", "baseline/chance", "--data", "survey", "--tasks", "survey_causal,survey_misuse", "--limit", "12")
    assert assay(*words, "--out", tmp_path).exit_code == 0
    first = result(tmp_path)
    assert assay(*words, "--out", tmp_path).exit_code == 0
    assert result(tmp_path)["tasks"] == first["tasks"]
    assert assay("score", run_folder(tmp_path)).exit_code == 0
    assert result(tmp_path)["tasks"] == first["tasks"]


def test_released_questions_are_read_from_a_clone(tmp_path: Path) -> None:
    clone = tmp_path / "llm_eval"
    (clone / "gen_data").mkdir(parents=True)
    pairs = [["It rained", "The road was wet", 3], ["I sang", "A star fell", 1]]
    (clone / "gen_data/causal.json").write_text(json.dumps({"data": pairs}))
    done = assay("run", "baseline/yes", "--data", clone, "--out", tmp_path / "runs")
    assert done.exit_code == 0
    assert "Their questions are these" in done.stdout
    found = result(tmp_path / "runs")
    assert set(found["tasks"]) == {"reasoning/survey_causal"}
    assert measure(found, "reasoning/survey_causal", "q1_accuracy")["value"] == 0.5
    before = read(run_folder(tmp_path / "runs") / "run.json")["data"]
    assert before["name"] == str(clone) and len(before["sha256"]) == 64


def test_there_is_no_chinese(tmp_path: Path) -> None:
    refused(assay("run", "baseline/yes", "--data", "survey", "--lang", "zh", "--out", tmp_path), 2, "no rows", "zh")


def test_it_is_listed() -> None:
    assert "survey " in assay("data", "list").stdout
    listed = {entry["id"]: entry for entry in json.loads(assay("tasks", "--json").stdout)}
    assert {name: listed[name]["datasets"] for name in STUDIES}["reasoning/survey_causal"] == {
        "survey": {"rows": {"en": 600}}
    }
