"""lm-evaluation-harness asks our tasks and finds what `assay run` finds; its files become runs.

`make test-neighbours` runs this in an environment that has lm-eval; elsewhere it is skipped.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("lm_eval", reason="lm-eval is not installed: `make test-neighbours` makes an environment")

from answers import unblocked
from lm_eval import simple_evaluate
from lm_eval.loggers import EvaluationTracker
from lm_eval.tasks import TaskManager

from assay.store import RunFolder
from commands import assay, read, run_folder
from endpoint import Endpoint, serving

pytestmark = [pytest.mark.filterwarnings("ignore")]  # of its dependencies

TASKS = ("safety/exaggerated_safety", "truthfulness/inconsistency", "ethics/awareness_mission")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with serving(unblocked) as one:
        yield one


@pytest.fixture(scope="module")
def run(endpoint: Endpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs")
    done = assay("run", "openai/m", "--base-url", endpoint.url, "--tasks", ",".join(TASKS), "--lang", "en,zh",
                 "--limit", 20, "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    return run_folder(out)


@pytest.fixture(scope="module")
def results(run: Path, endpoint: Endpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of an evaluation by lm-eval, with the tasks that the run's export brought."""
    out = tmp_path_factory.mktemp("lm")
    assert assay("export", run, "--format", "lm-eval", "--out", out / "export").exit_code == 0
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("OPENAI_API_KEY", "none")
        tracker = EvaluationTracker(output_path=str(out / "found"))
        found = simple_evaluate(
            model="local-chat-completions",
            model_args={"model": "m", "base_url": f"{endpoint.url}/chat/completions", "num_concurrent": 4},
            tasks=[file.stem for file in (out / "export" / "tasks").glob("*.yaml")],
            task_manager=TaskManager(include_path=str(out / "export" / "tasks"), include_defaults=False),
            apply_chat_template=True,
            evaluation_tracker=tracker,
            log_samples=True,
        )
    assert found is not None
    samples = found.pop("samples")
    tracker.save_results_aggregated(results=found, samples=samples)
    for name in found["configs"]:
        tracker.save_results_samples(task_name=name, samples=samples[name])
    (file,) = (out / "found").glob("*/results_*.json")
    return file


def records(path: Path) -> dict[tuple[str, str, str], Any]:
    return {(task, one.row.lang, one.row.id): one for task, _, one in RunFolder(path).records()}


def test_verdicts_and_measures_are_those_of_a_run(run: Path, results: Path) -> None:
    ours, measured = records(run), read(run / "result.json")["tasks"]
    content = json.loads(results.read_text(encoding="utf-8"))  # NaN where a measure has no number
    for task in TASKS:
        name = f"assay_{task.partition('/')[2]}"
        (file,) = results.parent.glob(f"samples_{name}_*.jsonl")
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        assert len(lines) == len([key for key in ours if key[0] == task])
        for line in lines:
            one = ours[task, line["doc"]["lang"], line["doc"]["id"]]
            assert [text for (text,) in line["resps"]] == [reply.text for reply in one.replies]
            verdict = one.verdicts[0]
            assert line["judged"]["label"] == verdict.label and line["judged"]["why"] == verdict.why
        for score, measure in measured[task]["measures"].items():
            value = content["results"][name][f"{score},none"]
            ours_is = measure["corrected"]["value"]
            assert math.isnan(value) if ours_is is None else value == pytest.approx(ours_is)


def test_its_files_become_the_same_run(run: Path, results: Path, tmp_path: Path) -> None:
    done = assay("import", results, "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    ours, theirs = records(run), records(tmp_path / "run")
    assert {key: (one.row, one.verdicts) for key, one in theirs.items()} == {
        key: (one.row, one.verdicts) for key, one in ours.items()
    }
    done = assay("compare", run, tmp_path / "run")
    assert done.exit_code == 0, done.output


def test_other_rows_than_the_exported_are_refused(run: Path, tmp_path: Path) -> None:
    assert assay("export", run, "--format", "lm-eval", "--out", tmp_path / "out").exit_code == 0
    tasks = tmp_path / "out" / "tasks"
    for file in tasks.glob("*.yaml"):
        file.write_text(file.read_text(encoding="utf-8").replace("sha256: ", "sha256: 0"), encoding="utf-8")
    with pytest.raises(Exception, match="export it again"):
        simple_evaluate(
            model="dummy", tasks=["assay_awareness_mission"],
            task_manager=TaskManager(include_path=str(tasks), include_defaults=False),
        )  # fmt: skip
