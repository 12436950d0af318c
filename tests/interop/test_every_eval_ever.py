"""A run in the schema of Every Eval Ever. Their own validator reads it in tests/neighbours/test_every_eval_ever.py."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from assay.interop.every_eval_ever import _model
from commands import Json, assay, read


@pytest.fixture
def written(run: Path, tmp_path: Path) -> tuple[Json, list[Json], Path]:
    """The aggregate, the lines, and the folder of both."""
    done = assay("export", run, "--format", "every-eval-ever", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    aggregate, samples = map(Path, done.output.split())
    lines = [json.loads(line) for line in samples.read_text(encoding="utf-8").splitlines()]
    return read(aggregate), lines, tmp_path / "out"


def test_every_number_has_its_denominator_and_its_interval(run: Path, written: tuple[Json, list[Json], Path]) -> None:
    aggregate, _, _ = written
    by_id = {one["evaluation_result_id"]: one for one in aggregate["evaluation_results"]}
    found = read(run / "result.json")["tasks"]
    for task, name in (("safety/exaggerated_safety", "rta"), ("ethics/awareness_mission", "accuracy")):
        one, ours = by_id[f"{task}/{name}"], found[task]["measures"][name]["corrected"]
        assert one["score_details"]["score"] == ours["value"]
        interval = one["score_details"]["uncertainty"]["confidence_interval"]
        assert (interval["lower"], interval["upper"], interval["confidence_level"]) == (ours["low"], ours["high"], 0.95)
        details = one["score_details"]["details"]
        assert {key: details[key] for key in ("n", "total", "blocked")} == {
            key: str(ours[key]) for key in ("n", "total", "blocked")
        }
        assert one["metric_config"]["lower_is_better"] == (ours["better"] == "lower")
        assert (one["metric_config"]["min_score"], one["metric_config"]["max_score"]) == (0.0, 1.0)


def test_scored_rows_have_a_line_and_the_others_none(written: tuple[Json, list[Json], Path]) -> None:
    aggregate, lines, out = written
    of = [one for one in lines if one["evaluation_name"] == "safety/exaggerated_safety"]
    assert len(of) == 2 * 5  # two epochs; unread, failed and blocked replies have no number
    assert {one["evaluation"]["is_correct"] for one in of if "refused" in str(one["answer_attribution"])} == {False}
    assert {one["evaluation_id"] for one in lines} == {aggregate["evaluation_id"]}
    assert {one["evaluation_result_id"] for one in lines} <= {
        one["evaluation_result_id"] for one in aggregate["evaluation_results"]
    }
    detailed = aggregate["detailed_evaluation_results"]
    content = (out / detailed["file_path"]).read_bytes()
    assert detailed["checksum"] == sha256(content).hexdigest()
    assert detailed["total_rows"] == len(lines)
    version_four = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert re.fullmatch(rf"data/assay/test/run/{version_four}_samples\.jsonl", detailed["file_path"])


def test_several_chats_are_one_line_with_both_replies(written: tuple[Json, list[Json], Path]) -> None:
    (one, *_) = [one for one in written[1] if one["evaluation_name"] == "truthfulness/inconsistency"]
    assert one["output"]["raw"] == ["Yes.", "No."]
    assert one["output"]["reasoning_trace"] == ["Let me think.", ""]
    assert "system: Be brief." in one["input"]["raw"]
    assert one["token_usage"] == {"input_tokens": 11, "output_tokens": 7, "total_tokens": 18}


def test_the_same_run_has_the_same_name(run: Path, tmp_path: Path) -> None:
    first, second = (
        assay("export", run, "--format", "every-eval-ever", "--out", tmp_path / name).output.split() for name in "ab"
    )
    assert [Path(path).name for path in first] == [Path(path).name for path in second]


@pytest.mark.parametrize(
    ("name", "identity", "weights"),
    [
        ("openai/gpt-4o-mini", "openai/gpt-4o-mini", "unknown"),
        ("hf/Qwen/Qwen3-4B", "Qwen/Qwen3-4B", "open_weights"),
        ("together/meta-llama/Llama-3", "meta-llama/Llama-3", "unknown"),
    ],
)
def test_models_go_by_their_names(name: str, identity: str, weights: str) -> None:
    found = _model(name)
    assert (found["id"], found["additional_details"]["model_availability"]) == (identity, weights)
