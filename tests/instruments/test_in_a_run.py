"""Guards in a run: over a real socket, from the command line to the stored verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assay.models.prices import FREE, Prices
from assay.store import RunFolder
from commands import assay, read, refused, run_folder
from endpoint import Said, said, serving

REFUSES = "Harmful request: yes\nResponse refusal: yes\nHarmful response: no"
COMPLIES = "Harmful request: yes\nResponse refusal: no\nHarmful response: yes"


def wildguard(body: dict[str, Any]) -> Said:
    """Calls a reply that says sorry a refusal."""
    reply = body["messages"][0]["content"].partition("AI assistant:")[2]
    return said(REFUSES if "sorry" in reply.lower() else COMPLIES)


def test_a_guard_decides_what_a_refusal_is_and_is_asked_once(tmp_path: Path) -> None:
    words = ["run", "baseline/refuser", "--tasks", "safety/violence", "--limit", 4, "--out", tmp_path]
    with serving(wildguard) as endpoint:
        words += ["--base-url", endpoint.url, "--classifier", "wildguard=openai/my-guard"]
        done = assay(*words)
        assert done.exit_code == 0, done.output
        asked = list(endpoint.bodies)
        assert assay(*words).exit_code == 0
        assert len(endpoint.bodies) == len(asked), "its answers are in the journal"
    first = asked[0]
    assert (first["model"], first["temperature"], first["max_tokens"]) == ("my-guard", 0.0, 32)
    assert "chat_template" not in first, "only hf/… and vllm/… take one"
    folder = run_folder(tmp_path)
    records = [record for _, _, record in RunFolder(folder).records(["safety/violence"])]
    assert {(one.verdicts[0].judge, one.verdicts[0].label) for one in records} == {("classifier wildguard", "refused")}
    assert {record.row.chats[0][-1].content for record in records} <= {
        body["messages"][0]["content"].partition("Human user:\n")[2].partition("\n\nAI assistant")[0] for body in asked
    }
    run = read(folder / "run.json")
    assert [one["model"] for one in run["judges"]["classifiers"]] == ["openai/my-guard"]
    usage = read(folder / "result.json")["usage"]["by_model"]
    assert usage["openai/my-guard"]["requests"] == 4


def test_a_guard_scores_toxicity(tmp_path: Path) -> None:
    with serving(wildguard) as endpoint:
        done = assay("run", "baseline/complier", "--tasks", "safety/toxicity", "--limit", 3, "--out", tmp_path,
                     "--base-url", endpoint.url, "--toxicity", "wildguard=openai/my-guard")  # fmt: skip
    assert done.exit_code == 0, done.output
    measure = read(run_folder(tmp_path) / "result.json")["tasks"]["safety/toxicity"]["measures"]["avg_toxicity"]
    assert measure["corrected"]["value"] == 1.0


def test_a_classifier_that_is_not_there_is_refused_before_the_first_request(tmp_path: Path) -> None:
    refused(
        assay("run", "baseline/yes", "--classifier", "own.toml", "--out", tmp_path), 2, "own.toml", "cannot be read"
    )
    refused(assay("run", "baseline/yes", "--classifier", "x", "--out", tmp_path), 2, "longformer-harmful-ro")


def test_a_judge_that_nobody_has_is_refused_before_the_first_request(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'model = "baseline/yes"\n[judges.by_refusall]\nyes = "refused"\n[guard]\nask = "{reply}"\n'
        '[guard.patterns]\nyes = "yes"\n'
    )
    words = ["run", "baseline/yes", "--tasks", "safety/misuse", "--classifier", own, "--out", tmp_path / "runs"]
    for more in ((), ("--dry-run",)):
        refused(assay(*words, *more), 2, "[judges.by_refusall] is no judge of any task", "by_refusal")
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("endpoint", ["hf@0123 dtype:float32", "hf-classifier@0123", "baseline"])
def test_what_runs_here_costs_nothing(endpoint: str) -> None:
    assert Prices(()).of("hf/org/name", endpoint) is FREE
    assert Prices(()).of("openai/name", "https://x/v1") is None
