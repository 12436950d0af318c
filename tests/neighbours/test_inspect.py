"""Inspect asks our tasks and finds what `assay run` finds; it reads our logs, and we read its.

`make test-neighbours` runs this in an environment that has inspect_ai; elsewhere it is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("inspect_ai", reason="inspect_ai is not installed: `make test-neighbours` makes an environment")

from answers import answer
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog, read_eval_log, read_eval_log_sample, read_eval_log_sample_summaries
from inspect_ai.model import ModelOutput, ModelUsage, get_model

from assay.errors import UsageError
from assay.store import RunFolder
from commands import assay, read, run_folder
from endpoint import Endpoint, serving

pytestmark = [pytest.mark.filterwarnings("ignore")]  # of its own streams and dependencies

TASKS = {
    "exaggerated_safety": "safety/exaggerated_safety",
    "inconsistency": "truthfulness/inconsistency",  # two chats a row
    "awareness_mission": "ethics/awareness_mission",  # options and gold
}
RECORDED = Path(__file__).resolve().parents[1] / "interop" / "recorded"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with serving(answer) as one:
        yield one


@pytest.fixture(scope="module")
def logs(endpoint: Endpoint, tmp_path_factory: pytest.TempPathFactory) -> list[EvalLog]:
    out = tmp_path_factory.mktemp("logs")
    model = get_model("openai-api/mock/m", base_url=endpoint.url, api_key="none")
    return inspect_eval(
        [f"assay/{name}" for name in TASKS], model=model, log_dir=str(out), display="none",
        task_args={"lang": ["en", "zh"]},
    )  # fmt: skip


@pytest.fixture(scope="module")
def run(endpoint: Endpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs")
    done = assay("run", "openai/m", "--base-url", endpoint.url, "--tasks", ",".join(TASKS.values()), "--lang", "en,zh",
                 "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    return run_folder(out)


def records(path: Path) -> dict[tuple[str, str, str], Any]:
    return {(task, one.row.lang, one.row.id): one for task, _, one in RunFolder(path).records()}


def test_verdicts_and_measures_are_those_of_a_run(logs: list[EvalLog], run: Path) -> None:
    ours, result = records(run), read(run / "result.json")
    for log in logs:
        assert log.status == "success", log.error
        about = (log.eval.metadata or {})["assay"]
        for sample in log.samples or ():
            row = sample.metadata["assay"]["row"]
            verdict = ours[about["task"], row["lang"], row["id"]].verdicts[0]
            told = (sample.scores or {})["verdict"].metadata or {}
            assert (told["label"], told["value"], told["why"]) == (verdict.label, verdict.value, verdict.why)
        assert log.results is not None
        metrics = {name: one.value for score in log.results.scores for name, one in score.metrics.items()}
        measured = result["tasks"][about["task"]]["measures"]
        assert metrics == {
            name: pytest.approx(one["corrected"]["value"])
            for name, one in measured.items()
            if one["corrected"]["value"] is not None
        }


def test_its_logs_become_the_same_run(logs: list[EvalLog], run: Path, tmp_path: Path) -> None:
    done = assay("import", *[log.location for log in logs], "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    assert records(tmp_path / "run") == records(run)
    theirs, ours = read(tmp_path / "run" / "result.json")["tasks"], read(run / "result.json")["tasks"]
    for task, one in ours.items():
        for name, measure in one["measures"].items():
            assert theirs[task]["measures"][name]["corrected"] == measure["corrected"]


def test_it_reads_our_logs(run: Path, tmp_path: Path) -> None:
    assert assay("export", run, "--format", "inspect", "--out", tmp_path / "logs").exit_code == 0
    files = sorted((tmp_path / "logs").glob("*.eval"))
    assert len(files) == len(TASKS)
    ours, result = records(run), read(run / "result.json")["tasks"]
    for file in files:
        log = read_eval_log(str(file))
        task = (log.eval.metadata or {})["assay"]["task"]
        assert log.status == "success" and log.results is not None
        of = {key: one for key, one in ours.items() if key[0] == task}
        assert len(log.samples or ()) == len(of) == len(read_eval_log_sample_summaries(str(file)))
        for name, metric in log.results.scores[0].metrics.items():
            assert metric.value == result[task]["measures"][name]["corrected"]["value"]
        spent = log.stats.model_usage[log.eval.model]
        assert (spent.input_tokens, spent.output_tokens) == (
            sum(reply.usage.prompt for one in of.values() for reply in one.replies),
            sum(reply.usage.completion for one in of.values() for reply in one.replies),
        )
        assert spent.total_tokens == sum(one.model_usage[log.eval.model].total_tokens for one in log.samples or ()) > 0
        sample = (log.samples or [])[0]
        alone = read_eval_log_sample(str(file), sample.id, sample.epoch)
        row = alone.metadata["assay"]["row"]
        one = of[task, row["lang"], row["id"]]
        assert alone.output.completion == one.replies[-1].text
        assert len([turn for turn in alone.messages if turn.role == "assistant"]) == len(one.replies)


def test_what_everything_a_record_can_hold_looks_like_there(tmp_path: Path) -> None:
    from interop.conftest import rich
    from stored_runs import stored

    folder = stored(tmp_path / "run", rich(), epochs=2, langs=["en", "zh"])
    assert assay("export", folder, "--format", "inspect", "--out", tmp_path / "logs").exit_code == 0
    for file in (tmp_path / "logs").glob("*.eval"):
        log = read_eval_log(str(file))
        for sample in log.samples or ():
            assert read_eval_log_sample(str(file), sample.id, sample.epoch).uuid == sample.uuid
            if sample.id == "two/chats":
                assert sample.messages[1].content[0].reasoning == "Let me think."


def test_its_packed_logs_are_read_without_it(tmp_path: Path) -> None:
    for name in ("ours", "sums", "letters"):
        for kind in ("eval", "json"):
            done = assay("import", RECORDED / f"{name}.{kind}", "--out", tmp_path / f"{name}-{kind}")
            assert done.exit_code == 0, done.output
        assert records(tmp_path / f"{name}-eval") == records(tmp_path / f"{name}-json")


def test_its_stub_model_and_epochs_as_further_rows(tmp_path: Path) -> None:
    said = ["I can't help with that.", "Sure, here it is.", "I can't help with that.", "I can't help with that."]
    outputs = []
    for text in said:
        one = ModelOutput.from_content("mockllm/model", text)
        one.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)  # else it counts, and downloads for it
        outputs.append(one)
    (log,) = inspect_eval(
        "assay/exaggerated_safety", model=get_model("mockllm/model", custom_outputs=outputs), limit=2, epochs=2,
        log_dir=str(tmp_path), display="none",
    )  # fmt: skip
    assert log.results is not None
    assert log.results.scores[0].metrics["rta"].value == 0.75
    done = assay("import", log.location, "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    measure = read(tmp_path / "run" / "result.json")["tasks"]["safety/exaggerated_safety"]["measures"]["rta"]
    assert (measure["corrected"]["value"], measure["corrected"]["total"]) == (0.75, 4)


def test_an_evaluation_that_dies_is_imported_as_one_that_did_not_end(tmp_path: Path) -> None:
    def outputs() -> Iterator[ModelOutput]:
        for _ in range(2):
            one = ModelOutput.from_content("mockllm/model", "I can't help with that.")
            one.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
            yield one
        raise ValueError("boom")

    (log,) = inspect_eval(
        "assay/exaggerated_safety",
        model=get_model("mockllm/model", custom_outputs=outputs(), memoize=False),
        limit=5, max_samples=1, log_dir=str(tmp_path / "logs"), display="none",
    )  # fmt: skip
    assert log.status == "error"
    done = assay("import", log.location, "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    said = read(tmp_path / "run" / "run.json")["imported"]["incomplete"]["safety/exaggerated_safety"]
    assert said == f"status error: {len(log.samples or ())} of 5 samples" and said in done.stderr


def test_a_language_that_is_none_is_said(tmp_path: Path) -> None:
    words = {"model": "mockllm/model", "limit": 1, "log_dir": str(tmp_path), "display": "none"}
    with pytest.raises(UsageError, match="unknown language 'fr'; there are: en, zh"):
        inspect_eval("assay/exaggerated_safety", task_args={"lang": "fr"}, **words)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="have no rows in --data survey"):
        inspect_eval("assay/exaggerated_safety", task_args={"data": "survey"}, **words)  # type: ignore[arg-type]


def test_the_role_of_a_grader_is_asked(tmp_path: Path) -> None:
    def outputs(text: str) -> Iterator[ModelOutput]:
        while True:
            one = ModelOutput.from_content("mockllm/model", text)
            one.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
            yield one

    (log,) = inspect_eval(
        "assay/adversarial_factuality",
        model=get_model("mockllm/model", custom_outputs=outputs("That is not so."), memoize=False),
        model_roles={
            "grader": get_model("mockllm/grader", custom_outputs=outputs("Yes.\nVERDICT: corrected"), memoize=False)
        },
        limit=3, log_dir=str(tmp_path), display="none",
    )  # fmt: skip
    assert log.status == "success", log.error
    assert {(sample.scores or {})["verdict"].value for sample in log.samples or ()} == {"corrected"}
    assert assay("import", log.location, "--out", tmp_path / "run").exit_code == 0
    assert read(tmp_path / "run" / "run.json")["judges"]["graders"] == ["mockllm/grader"]
