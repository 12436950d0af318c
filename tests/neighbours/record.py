"""Writes tests/interop/recorded anew, with the real tools: run it in the environment of each.

`.neighbours/inspect/bin/python tests/neighbours/record.py inspect`, and the same with `lm-eval`.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve()
RECORDED = HERE.parents[1] / "interop" / "recorded"
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1])]

from answers import answer  # noqa: E402

from commands import assay, run_folder  # noqa: E402
from endpoint import serving  # noqa: E402


def record_inspect(url: str, work: Path) -> None:
    """A log of ours, packed and as JSON, and logs of two tasks of somebody else's."""
    from inspect_ai import Task, eval
    from inspect_ai.dataset import Sample
    from inspect_ai.log import write_eval_log
    from inspect_ai.scorer import choice, match
    from inspect_ai.solver import generate, multiple_choice, system_message

    os.environ |= {"MOCK_BASE_URL": url, "MOCK_API_KEY": "none"}
    sums = [Sample(id=n, input=f"What is {n}+1?", target=str(n + 1)) for n in range(3)]
    letters = [Sample(id=f"q{n}", input=f"{n}+1?", choices=[str(n), str(n + 1)], target="B") for n in range(3)]
    asked = {
        "ours": "assay/exaggerated_safety",
        "sums": Task(sums, solver=[system_message("Be brief."), generate()], scorer=match(), name="sums"),
        "letters": Task(letters, solver=multiple_choice(), scorer=choice(), name="letters", epochs=2),
    }
    for name, task in asked.items():
        (log,) = eval(task, model="openai-api/mock/m", limit=4, log_dir=str(work), display="none", log_model_api=False,
                      task_args={"lang": ["en", "zh"]} if name == "ours" else {})  # fmt: skip
        assert log.status == "success", log.error
        shutil.copy(log.location, RECORDED / f"{name}.eval")
        for sample in log.samples or ():
            sample.events.clear()  # they make four fifths of a log, and nobody here reads them
        write_eval_log(log, str(RECORDED / f"{name}.json"))


def record_lm_eval(url: str, work: Path) -> None:
    """Results and samples of a task of ours and of two of somebody else's."""
    from lm_eval.__main__ import cli_evaluate

    assay("run", "baseline/refuser", "--tasks", "safety/exaggerated_safety", "--limit", 6, "--out", work / "run")
    assay("export", run_folder(work / "run"), "--format", "lm-eval", "--out", work / "out")
    tasks = work / "out" / "tasks"
    of = {
        "capitals": [{"input": "Capital of Kenya?", "target": "Nairobi"}, {"input": "Say lol.", "target": "lol"}],
        "sums": [{"input": "2+2=", "choices": ["3", "4"], "target": 1}, {"input": "3+3=", "choices": ["6", "7"],
                                                                        "target": 0}],
    }  # fmt: skip
    for name, docs in of.items():
        file = tasks / f"{name}.jsonl"
        file.write_text("\n".join(map(json.dumps, docs)), encoding="utf-8")
        chosen = "choices" in docs[0]
        metric = {"metric": "acc" if chosen else "exact_match", "aggregation": "mean", "higher_is_better": True}
        task = {
            "task": name, "dataset_path": "json", "dataset_kwargs": {"data_files": {"test": str(file)}},
            "test_split": "test", "output_type": "multiple_choice" if chosen else "generate_until",
            "doc_to_text": "{{input}}", "doc_to_target": "target" if chosen else "{{target}}", "metric_list": [metric],
            **({"doc_to_choice": "choices"} if chosen else {"generation_kwargs": {"until": [], "do_sample": False}}),
        }  # fmt: skip
        (tasks / f"{name}.yaml").write_text(json.dumps(task), encoding="utf-8")
    os.environ |= {"OPENAI_API_KEY": "none", "HF_HUB_OFFLINE": "1"}
    args = f"model=m,base_url={url}/chat/completions"
    for name, words in (
        ("ours", ["--model", "local-chat-completions", "--model_args", args, "--apply_chat_template",
                  "--tasks", "assay_exaggerated_safety"]),
        ("dummy", ["--model", "dummy", "--tasks", "capitals,sums"]),
    ):  # fmt: skip
        out = RECORDED / f"lm_eval_{name}"
        shutil.rmtree(out, ignore_errors=True)
        sys.argv = ["lm_eval", "run", *words, "--include_path", str(tasks), "--log_samples", "--output_path", str(out)]
        cli_evaluate()
        for file in out.rglob("*.json*"):
            file.write_text(file.read_text(encoding="utf-8").replace(str(work), "work"), encoding="utf-8")


if __name__ == "__main__":
    RECORDED.mkdir(exist_ok=True)
    with TemporaryDirectory() as made, serving(answer) as endpoint:
        {"inspect": record_inspect, "lm-eval": record_lm_eval}[sys.argv[1]](endpoint.url, Path(made))
