"""lm-eval through its library, without the index of its own tasks, whose reading is most of its command's start-up.

    python lm_eval_run.py BASE_URL TASK_YAML CONNECTIONS OUT

Results and samples are written by its own tracker, as its command does.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml
from lm_eval import simple_evaluate
from lm_eval.loggers import EvaluationTracker
from lm_eval.tasks import TaskManager


def main(url: str, task: str, connections: str, out: str) -> None:
    """Evaluate, and keep what was found."""
    tracker = EvaluationTracker(output_path=out)
    arguments = {"model": "bench", "base_url": f"{url}/chat/completions", "num_concurrent": int(connections)}
    found = simple_evaluate(
        model="local-chat-completions",
        model_args={**arguments, "max_retries": 3},
        tasks=[yaml.safe_load(Path(task).read_text(encoding="utf-8"))],
        task_manager=TaskManager(include_defaults=False),
        apply_chat_template=True,
        evaluation_tracker=tracker,
        log_samples=True,
    )
    assert found is not None
    samples = found.pop("samples")
    tracker.save_results_aggregated(results=found, samples=samples)
    for name in found["configs"]:
        tracker.save_results_samples(task_name=name, samples=samples[name])


if __name__ == "__main__":
    main(*sys.argv[1:])
