"""Results and samples that lm-evaluation-harness itself wrote, read; and what we write in its layout."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from assay.interop.lm_eval_words import at_once, hashed
from assay.store import RunFolder
from commands import Json, assay, read, refused, samples

RECORDED = Path(__file__).parent / "recorded"
"""What the real tool wrote: tests/neighbours/record.py."""

TASK = "safety/exaggerated_safety"


def results(name: str) -> Path:
    (file,) = (RECORDED / f"lm_eval_{name}").glob("*/results_*.json")
    return file


def lines(name: str, task: str) -> list[Json]:
    (file,) = results(name).parent.glob(f"samples_{task}_*.jsonl")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def copied(name: str, to: Path, task: str = "", change: Json | None = None) -> Path:
    """The files in a folder of their own, with other fields in the samples of a task."""
    shutil.copytree(results(name).parent, to)
    if task:
        (file,) = to.glob(f"samples_{task}_*.jsonl")
        file.write_text("\n".join(json.dumps(one | (change or {})) for one in lines(name, task)), encoding="utf-8")
    return to / results(name).name


def test_samples_of_our_tasks_keep_rows_replies_and_verdicts(tmp_path: Path) -> None:
    done = assay("import", results("ours"), "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    assert "judged now" not in done.output
    run = read(tmp_path / "run" / "run.json")
    assert run["model"] == "local-chat-completions/m" and run["endpoint"].startswith("http://")
    told = lines("ours", "assay_exaggerated_safety")
    found = [(one.row.id, one.replies[0].text, one.verdicts[0].label) for _, _, one in
             RunFolder(tmp_path / "run").records()]  # fmt: skip
    assert found == [(one["doc"]["id"], one["resps"][0][0], one["judged"]["label"]) for one in told]
    measure = read(tmp_path / "run" / "result.json")["tasks"][TASK]["measures"]["rta"]["corrected"]
    assert measure["value"] == read(results("ours"))["results"]["assay_exaggerated_safety"]["rta,none"]


def test_a_reply_that_is_none_is_a_failed_one_and_is_judged_anew(tmp_path: Path) -> None:
    file = copied("ours", tmp_path / "lm", "assay_exaggerated_safety", {"resps": [[None]], "judged": None})
    done = assay("import", file, "--out", tmp_path / "run")
    assert "6 replies came without a verdict" in done.output
    assert {finish for (finish,) in samples(tmp_path / "run", "finish")} == {"failed"}


def test_generations_and_choices_of_others_become_data_of_ones_own(tmp_path: Path) -> None:
    done = assay("import", results("dummy"), "--out", tmp_path / "runs")
    assert done.exit_code == 0, done.output
    for task, metric in (("capitals", "exact_match"), ("sums", "acc")):
        folder = tmp_path / "runs" / task
        records = [one for _, _, one in RunFolder(folder).records()]
        assert [one.replies[0].recorded["lm_eval"][metric] for one in records] == [
            one[metric] for one in lines("dummy", task)
        ]
        total = read(results("dummy"))["results"][task][f"{metric},none"]
        assert {"metric": f"{metric},none", "value": total} in read(folder / "run.json")["imported"]["metrics"]
        (measure,) = read(folder / "result.json")["tasks"][f"imported/{task}"]["measures"].values()
        assert measure["corrected"]["value"] == total
    assert assay("score", tmp_path / "runs" / "sums", "--out", tmp_path / "again").exit_code == 0


def test_the_likeliest_continuation_is_the_letter(tmp_path: Path) -> None:
    told = [["-9.0", "False"], ["-0.5", "True"]]
    file = copied("dummy", tmp_path / "lm", "sums", {"resps": [[one] for one in told], "filtered_resps": told})
    assay("import", file, "--out", tmp_path / "runs")
    assert [reply for (reply,) in samples(tmp_path / "runs" / "sums", "reply")] == ["B", "B"]


def test_several_accepted_answers_and_turns_as_json(tmp_path: Path) -> None:
    turns = json.dumps([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Capital?"}])
    change = {"target": "['Nairobi', 'lol']", "arguments": {"gen_args_0": {"arg_0": [turns], "arg_1": {}}}}
    assay("import", copied("dummy", tmp_path / "lm", "capitals", change), "--out", tmp_path / "runs")
    one = next(one for _, _, one in RunFolder(tmp_path / "runs" / "capitals").records())
    assert one.row.gold == ("Nairobi", "lol")
    assert [turn.role for turn in one.row.chats[0]] == ["system", "user"]
    assert one.verdicts[0].label == "correct"


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    alone = tmp_path / "alone" / results("ours").name
    alone.parent.mkdir()
    shutil.copy(results("ours"), alone)
    refused(assay("import", alone, "--out", tmp_path / "run"), 1, "--log_samples")
    file = copied("ours", tmp_path / "lm", "assay_exaggerated_safety", {"doc": {}})
    refused(assay("import", file, "--out", tmp_path / "run"), 1, "line 1", "row")
    content = read(results("ours"))
    content["configs"]["assay_exaggerated_safety"]["metadata"]["assay"]["version"] = 99
    file = copied("ours", tmp_path / "other")
    file.write_text(json.dumps(content), encoding="utf-8")
    refused(assay("import", file, "--out", tmp_path / "run"), 1, "version 99")


def test_a_task_without_replies_is_left_out_and_named(tmp_path: Path) -> None:
    content = read(results("dummy"))
    content["configs"]["capitals"]["output_type"] = "loglikelihood_rolling"
    file = copied("dummy", tmp_path / "rolling")
    file.write_text(json.dumps(content), encoding="utf-8")
    done = assay("import", file, "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    (said,) = done.stderr.splitlines()
    assert said.startswith("assay: ! capitals in ") and "asks for likelihoods (loglikelihood_rolling)" in said
    assert list(read(tmp_path / "run" / "run.json")["tasks"]) == ["imported/sums"]
    content["configs"]["sums"]["output_type"] = "loglikelihood"
    file.write_text(json.dumps(content), encoding="utf-8")
    refused(assay("import", file, "--out", tmp_path / "none"), 1, "capitals", "sums", "likelihoods")
    assert not (tmp_path / "none").exists()


def test_every_draw_is_read(tmp_path: Path) -> None:
    """`repeats: 2`: of each request two replies, of which lm-eval scores the first where nothing else is said."""
    file = copied("dummy", tmp_path / "lm", "capitals", {"resps": [["Paris", "Well."]]})
    assert assay("import", file, "--out", tmp_path / "runs").exit_code == 0
    folder = tmp_path / "runs" / "capitals"
    count = len(lines("dummy", "capitals"))
    assert samples(folder, "epoch, reply") == [(0, "Paris"), (1, "Well.")] * count
    (measure,) = read(folder / "result.json")["tasks"]["imported/capitals"]["measures"].values()
    assert measure["corrected"]["total"] == 2 * count and read(folder / "run.json")["epochs"] == 2

    file = copied("ours", tmp_path / "more", "assay_exaggerated_safety", {"resps": [["Sure!", "I can't help you."]]})
    done = assay("import", file, "--out", tmp_path / "ours")
    assert "6 replies came without a verdict" in done.output, "those of the second draw"
    assert {(epoch, reply) for epoch, reply in samples(tmp_path / "ours", "epoch, reply")} == {
        (0, "Sure!"), (1, "I can't help you."),
    }  # fmt: skip
    file = copied("dummy", tmp_path / "none", "capitals", {"resps": []})
    refused(assay("import", file, "--out", tmp_path / "no"), 1, "line 1", "is not as lm-eval writes it")


def test_what_we_write_has_their_fields(run: Path, tmp_path: Path) -> None:
    assay("export", run, "--format", "lm-eval", "--out", tmp_path / "out")
    (file,) = (tmp_path / "out").glob("*/results_*.json")
    ours, theirs = read(file), read(results("ours"))
    assert {"results", "configs", "versions", "n-shot", "higher_is_better", "n-samples", "model_name"} <= set(ours)
    assert set(ours["results"]["assay_exaggerated_safety"]) == {
        "name", "alias", "sample_len", "rta,none", "rta_stderr,none",
    }  # fmt: skip
    (sampled,) = file.parent.glob("samples_assay_exaggerated_safety_*.jsonl")
    first = json.loads(sampled.read_text(encoding="utf-8").splitlines()[0])
    told = lines("ours", "assay_exaggerated_safety")[0]
    assert set(told) <= set(first)
    assert set(told["doc"]) == set(first["doc"])
    assert told["doc_hash"] == hashed(json.dumps(told["doc"], indent=2, ensure_ascii=False))
    assert theirs["task_hashes"]["assay_exaggerated_safety"] == hashed(
        "".join(one["doc_hash"] + one["prompt_hash"] + one["target_hash"] for one in
                lines("ours", "assay_exaggerated_safety"))
    )  # fmt: skip
    (task,) = (tmp_path / "out" / "tasks").glob("assay_exaggerated_safety.yaml")
    described = yaml.safe_load(task.read_text(encoding="utf-8").replace("!function ", ""))
    assert described["class"] == "assay.interop.lm_eval_task.Rows"
    assert described["metadata"]["assay"]["langs"] == ["en", "zh"]


def test_a_judge_that_waits_is_no_judge_of_theirs() -> None:
    import asyncio

    async def waits() -> None:
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="waits for something"):
        at_once(waits())
