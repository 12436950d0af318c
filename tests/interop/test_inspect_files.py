"""Logs that Inspect itself wrote, read without it; and what cannot be read, said."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from assay.errors import DataError, UsageError
from assay.interop.inspect_reading import read_log
from assay.interop.inspect_words import finish_of
from assay.store import RunFolder
from assay.tasks import all_tasks
from commands import Json, assay, read, refused, samples

RECORDED = Path(__file__).parent / "recorded"
"""What the real tool wrote: tests/neighbours/record.py."""

TASK = "safety/exaggerated_safety"


def log(name: str) -> Json:
    content: Json = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return content


def written(path: Path, content: Json) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_log_of_ours_keeps_rows_replies_and_verdicts(tmp_path: Path) -> None:
    done = assay("import", RECORDED / "ours.json", "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    assert "judged now" not in done.output
    run = read(tmp_path / "run" / "run.json")
    assert run["model"] == "openai-api/mock/m"
    assert run["imported"] == {"from": "inspect_ai 0.3.285"}
    assert run["langs"] == ["en", "zh"] and run["sampling"]["temperature"] is None
    records = {one.row.id: one for _, _, one in RunFolder(tmp_path / "run").records()}
    for sample in log("ours")["samples"]:
        one = records[sample["metadata"]["assay"]["row"]["id"]]
        assert one.row.chats[0][-1].content == sample["input"][-1]["content"]
        assert one.replies[0].text == sample["output"]["completion"]
        assert one.replies[0].usage.prompt == sample["output"]["usage"]["input_tokens"]
        assert one.verdicts[0].label == sample["scores"]["verdict"]["value"]
    measure = read(tmp_path / "run" / "result.json")["tasks"][TASK]["measures"]["rta"]["corrected"]
    assert measure["value"] == log("ours")["results"]["scores"][0]["metrics"]["rta"]["value"]
    done = assay("score", tmp_path / "run", "--out", tmp_path / "again")
    assert done.exit_code == 0, done.output
    assert samples(tmp_path / "again", "id, label") == samples(tmp_path / "run", "id, label")


def test_a_sample_that_ended_in_an_error_is_a_row_without_a_reply(tmp_path: Path) -> None:
    content = log("ours")
    content["status"] = "error"
    content["samples"][1] |= {"store": {}, "scores": None, "error": {"message": "boom\n  at line 3"}}
    assay("import", written(tmp_path / "log.json", content), "--out", tmp_path / "run")
    measure = read(tmp_path / "run" / "result.json")["tasks"][TASK]["measures"]["rta"]["corrected"]
    assert (measure["failed"], measure["total"]) == (1, 4)
    assert "boom at line 3" in samples(tmp_path / "run", "record")[1][0]


def test_what_was_not_scored_is_judged_now(tmp_path: Path) -> None:
    content = log("ours")
    for sample in content["samples"]:
        sample["scores"] = None
    done = assay("import", written(tmp_path / "log.json", content), "--out", tmp_path / "run")
    assert "4 replies came without a verdict of assay's" in done.output
    labels = [label for (label,) in samples(tmp_path / "run", "label")]
    assert labels == [sample["scores"]["verdict"]["value"] for sample in log("ours")["samples"]]


def test_texts_that_inspect_keeps_apart_are_put_back(tmp_path: Path) -> None:
    content = log("ours")
    row = content["samples"][0]["metadata"]["assay"]["row"]
    content["samples"][0]["attachments"] = {"abc": row["chats"][0][0][1]}
    row["chats"][0][0][1] = "attachment://abc"
    assay("import", written(tmp_path / "log.json", content), "--out", tmp_path / "run")
    assert samples(tmp_path / "run", "prompt")[0][0] == content["samples"][0]["attachments"]["abc"]


@pytest.mark.parametrize(
    ("name", "task", "count", "wanted"), [("ours", TASK, 3, 4), ("letters", "imported/letters", 5, 6)]
)
def test_an_evaluation_that_did_not_come_to_its_end_says_so(
    name: str, task: str, count: int, wanted: int, tmp_path: Path
) -> None:
    """Three samples in two epochs are six; of a data set of a hundred with a limit of four, four were to be asked."""
    whole = assay("import", RECORDED / f"{name}.json", "--out", tmp_path / "whole")
    assert "status" not in whole.stderr and "incomplete" not in read(tmp_path / "whole" / "run.json")["imported"]
    content = log(name)
    content["status"] = "cancelled"
    content["samples"] = content["samples"][:count]
    done = assay("import", written(tmp_path / "log.json", content), "--out", tmp_path / "run")
    said = f"status cancelled: {count} of {wanted} samples"
    assert done.exit_code == 0 and done.stderr == f"assay: ! {tmp_path / 'log.json'}: {said}\n"
    run = read(tmp_path / "run" / "run.json")
    assert run["imported"]["incomplete"] == {task: said}
    assay("export", tmp_path / "run", "--format", "inspect", "--out", tmp_path / "out")
    assert assay("import", tmp_path / "out", "--out", tmp_path / "back").exit_code == 0
    assert read(tmp_path / "back" / "run.json") == run


def test_how_much_was_to_be_asked_is_told_where_the_log_says_it(tmp_path: Path) -> None:
    content = log("ours")
    del content["eval"]["dataset"]["sample_ids"]
    content["status"] = "error"
    assert read_log(written(tmp_path / "log.json", content)).incomplete == "status error"
    content["eval"]["config"]["limit"] = None
    assert read_log(written(tmp_path / "log.json", content)).incomplete == "status error: 4 of 100 samples"


def test_another_version_of_a_task_is_refused(tmp_path: Path) -> None:
    content = log("ours")
    content["eval"]["metadata"]["assay"]["version"] = 99
    done = assay("import", written(tmp_path / "log.json", content), "--out", tmp_path / "run")
    refused(done, 1, "version 99", TASK)


def test_logs_of_two_models_are_no_run(tmp_path: Path) -> None:
    other = log("ours")
    other["eval"]["model"] = "openai/another"
    two = written(tmp_path / "two.json", other)
    refused(assay("import", RECORDED / "ours.json", two, "--out", tmp_path / "run"), 1, "several models")
    again = written(tmp_path / "again.json", log("ours"))
    refused(assay("import", RECORDED / "ours.json", again, "--out", tmp_path / "run"), 1, "two of these logs")


# ---- somebody else's tasks ------------------------------------------------------------------------


def test_a_foreign_task_becomes_data_of_ones_own(tmp_path: Path) -> None:
    done = assay("import", RECORDED / "sums.json", "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    records = [one for _, _, one in RunFolder(tmp_path / "run").records()]
    assert [turn.role for turn in records[0].row.chats[0]] == ["system", "user"]
    assert records[0].row.gold == ("1",)
    assert records[0].replies[0].recorded["inspect"] == {"match": log("sums")["samples"][0]["scores"]["match"]["value"]}
    metrics = read(tmp_path / "run" / "run.json")["imported"]["metrics"]
    assert {"scorer": "match", "metric": "accuracy", "value": 0.0} in metrics
    for words in (("score", tmp_path / "run", "--out", tmp_path / "scored"), ("report", tmp_path / "run")):
        assert assay(*words).exit_code == 0
    done = assay("run", "baseline/chance", "--data", tmp_path / "run" / "data.jsonl", "--out", tmp_path / "runs")
    assert done.exit_code == 0, done.output


def test_a_foreign_choice_is_judged_by_its_letter_in_every_epoch(tmp_path: Path) -> None:
    assay("import", RECORDED / "letters.json", "--out", tmp_path / "run")
    result = read(tmp_path / "run" / "result.json")
    assert result["run"]["epochs"] == 2
    (measure,) = result["tasks"]["imported/letters"]["measures"].values()
    assert measure["corrected"]["total"] == len(log("letters")["samples"]) == 6


@pytest.mark.parametrize("form", ["inspect", "lm-eval", "hf"])
def test_data_of_ones_own_goes_out_and_comes_back(form: str, tmp_path: Path) -> None:
    assay("import", RECORDED / "letters.json", "--out", tmp_path / "run")
    assay("export", tmp_path / "run", "--format", form, "--out", tmp_path / "out")
    done = assay("import", tmp_path / "out", "--out", tmp_path / "back")
    assert done.exit_code == 0, done.output
    assert read(tmp_path / "back" / "run.json") == read(tmp_path / "run" / "run.json")
    assert list(RunFolder(tmp_path / "back").records()) == list(RunFolder(tmp_path / "run").records())
    (tmp_path / "run" / "data.jsonl").write_text("", encoding="utf-8")
    refused(assay("import", tmp_path / "out", "--out", tmp_path / "again"), 1, "data.jsonl")


def test_options_that_are_right_together_are_no_choice_of_one(tmp_path: Path) -> None:
    content = log("letters")
    content["samples"][1]["target"] = ["A", "B"]
    file = written(tmp_path / "letters.json", content)
    refused(assay("import", file, "--out", tmp_path / "run"), 2, "the options A, B are right together", "--judge-as")
    done = assay("import", file, "--judge-as", "match", "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output


def test_a_kind_that_does_not_fit_leaves_nothing_behind(tmp_path: Path) -> None:
    content = log("sums")
    for sample in content["samples"]:
        sample["target"] = ""
    file = written(tmp_path / "sums.json", content)
    out = tmp_path / "run"
    refused(assay("import", file, "--judge-as", "yes_no", "--out", out), 1, "gold")
    assert not out.exists()
    assert assay("import", file, "--judge-as", "refusal", "--out", out).exit_code == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    refused(assay("import", file, "--judge-as", "yes-no", "--out", out), 1, "gold")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    done = assay("import", file, "--judge-as", "yesno", "--out", out)
    assert done.exit_code == 2 and "'yesno' is none of choice, match, yes_no, refusal" in done.stderr


def test_two_models_on_a_foreign_task_are_compared(tmp_path: Path) -> None:
    other = log("letters")
    other["eval"]["model"] = "openai/another"
    assay("import", RECORDED / "letters.json", "--out", tmp_path / "a")
    assay("import", written(tmp_path / "letters.json", other), "--out", tmp_path / "b")
    done = assay("compare", tmp_path / "a", tmp_path / "b")
    assert done.exit_code == 0, done.output
    assert "letters" in done.output


def test_without_anything_right_the_judge_has_to_be_named(tmp_path: Path) -> None:
    content = log("sums")
    for sample in content["samples"]:
        sample["target"] = ""
    file = written(tmp_path / "sums.json", content)
    refused(assay("import", file, "--out", tmp_path / "run"), 2, "--judge-as choice|match|yes_no|refusal")
    done = assay("import", file, "--judge-as", "refusal", "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    assert set(read(tmp_path / "run" / "result.json")["tasks"]["imported/sums"]["measures"]) == {"rta"}


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ({"role": "tool", "content": "42"}, "calls tools"),
        ({"role": "assistant", "content": "", "tool_calls": [{"id": "1"}]}, "calls tools"),
        ({"role": "user", "content": [{"type": "image", "image": "x"}]}, "something else than text"),
    ],
)
def test_what_is_no_chat_is_refused(message: Json, why: str, tmp_path: Path) -> None:
    content = log("sums")
    content["samples"][0]["messages"].insert(1, message)
    refused(assay("import", written(tmp_path / "sums.json", content), "--out", tmp_path / "run"), 1, why)


# ---- writing --------------------------------------------------------------------------------------


def test_the_tokens_of_all_samples_stand_in_the_logs_own_sum(run: Path, tmp_path: Path) -> None:
    assay("export", run, "--format", "inspect", "--out", tmp_path / "out")
    for file in (tmp_path / "out").glob("*inconsistency*.eval"):
        with ZipFile(file) as packed:
            header = json.loads(packed.read("header.json"))
    two_epochs = {"input_tokens": 22, "output_tokens": 14, "total_tokens": 36}
    assert header["stats"]["model_usage"] == {header["eval"]["model"]: two_epochs}


# ---- reading --------------------------------------------------------------------------------------


def test_what_is_no_log_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.eval").write_bytes(b"PK nothing")
    refused(assay("import", tmp_path / "x.eval", "--out", tmp_path / "run"), 1, "cannot be read as a log of Inspect")
    with ZipFile(tmp_path / "y.eval", "w") as packed:
        packed.writestr("other.json", "{}")
    refused(assay("import", tmp_path / "y.eval", "--out", tmp_path / "run"), 1, "no header.json")
    (tmp_path / "z.json").write_text('{"a": 1}', encoding="utf-8")
    refused(assay("import", tmp_path / "z.json", "--out", tmp_path / "run"), 1, "neither a log of Inspect")
    refused(assay("import", tmp_path / "none.eval", "--out", tmp_path / "run"), 2, "does not exist")
    (tmp_path / "empty").mkdir()
    refused(assay("import", tmp_path / "empty", "--out", tmp_path / "run"), 1, "holds no log of Inspect", "results_")


def test_a_log_in_progress_is_read_as_far_as_it_is(tmp_path: Path) -> None:
    content = log("ours")
    with ZipFile(tmp_path / "x.eval", "w", ZIP_DEFLATED) as packed:
        start = {"version": 2, "eval": content["eval"], "plan": content["plan"]}
        packed.writestr("_journal/start.json", json.dumps(start))
        packed.writestr("samples/a_epoch_1.json", json.dumps(content["samples"][0]))
    done = assay("import", tmp_path / "x.eval", "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    assert len(samples(tmp_path / "run", "id")) == 1
    assert f"assay: ! {tmp_path / 'x.eval'}: status started: 1 of 4 samples" in done.stderr


def test_a_folder_of_logs_as_json_is_read(tmp_path: Path) -> None:
    (tmp_path / "logs" / "deep").mkdir(parents=True)
    written(tmp_path / "logs" / "deep" / "ours.json", log("ours"))
    written(tmp_path / "logs" / "notes.json", {"status": "no log"})
    done = assay("import", tmp_path / "logs", "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    assert len(samples(tmp_path / "run", "id")) == 4


def test_a_damaged_sample_is_named(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "x.eval", "w") as packed:
        packed.writestr("header.json", json.dumps({"eval": log("ours")["eval"]}))
        packed.writestr("samples/a_epoch_1.json", "{")
    with pytest.raises(DataError, match=r"samples/a_epoch_1\.json cannot be read"):
        list(read_log(tmp_path / "x.eval").samples())


def test_without_zstandard_a_packed_log_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(UsageError, match=r"pip install 'llm-assay\[inspect\]'"):
        read_log(RECORDED / "ours.eval")


def test_a_missing_score_is_nan_in_their_json(tmp_path: Path) -> None:
    content = log("sums")
    content["samples"][0]["scores"]["match"]["value"] = float("nan")
    assert assay("import", written(tmp_path / "sums.json", content), "--out", tmp_path / "run").exit_code == 0


def test_how_replies_end() -> None:
    ends = {"stop": "stop", "max_tokens": "length", "model_length": "length", "content_filter": "filtered"}
    assert {stop: finish_of(stop) for stop in ends} == ends


def test_names_in_inspect_tell_tasks_apart() -> None:
    names = [task.id.partition("/")[2] for task in all_tasks()]
    assert len(set(names)) == len(names)
