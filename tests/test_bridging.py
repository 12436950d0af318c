"""From an old judge to a new one, over stored replies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from assay.bridging import Bridging, bridge, bridge_table
from assay.cases import Asking
from assay.cli.bridge import bridge as command
from assay.errors import StoreError, UsageError
from assay.judging import Judging
from assay.models import Connections
from assay.run import Order, run
from assay.store import RunFolder
from assay.store.folder import Samples
from assay.tasks import select
from endpoint import Endpoint, said, serving

TASKS = tuple(select(["adversarial_factuality", "stereotype_agreement", "misuse"]))
FACTS = "truthfulness/adversarial_factuality"
Json = dict[str, Any]


def answers(strict: int, lax: int = 0) -> Callable[[Json], Any]:
    """Replies and graders in one: `strict` says yes to so many rows in ten, `lax` to so many more."""

    def respond(body: Json) -> Any:
        text, model = body["messages"][0]["content"], body["model"]
        if "VERDICT: <one of: " not in text:
            return said(f"Something about it, number {sum(map(ord, text))}.")
        labels = text.rsplit("one of: ", 1)[1].rstrip(">").split(", ")
        number = sum(map(ord, text.split("<<<REPLY")[0])) % 10
        yes = number < strict + (lax if model == "lax" else 0)
        return said(f"VERDICT: {labels[0] if yes else labels[1]}")

    return respond


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Endpoint]]:
    """A run whose replies `openai/strict` judged, and the server that answers for all models."""
    out = tmp_path_factory.mktemp("runs")
    with serving(answers(4, 3)) as endpoint:
        yield judged_by(out, endpoint, "openai/strict"), endpoint


def judged_by(out: Path, endpoint: Endpoint, *judges: str, model: str = "openai/m") -> Path:
    order = Order(model, TASKS, Asking(limit=40), Judging(judges), out)
    return run(order, Connections(base_url=endpoint.url)).path


def bridged(runs: list[Path], url: str, old: str = "openai/strict", new: str = "openai/lax", **more: Any) -> Json:
    return bridge(Bridging(old, new, tuple(runs), TASKS, **more), Connections(base_url=url))


def test_both_judges_measure_the_same_replies(asked: tuple[Path, Endpoint]) -> None:
    folder, endpoint = asked
    before = folder.joinpath("result.json").read_bytes()
    found = bridged([folder], endpoint.url)
    (only,) = found["runs"]
    assert only["model"] == "openai/m"
    assert set(only["tasks"]) == {FACTS, "fairness/stereotype_agreement"}, "nobody grades misuse"
    facts = only["tasks"][FACTS]["measures"]["corrected_rate"]
    stored = json.loads(before)["tasks"][FACTS]["measures"]["corrected_rate"]["corrected"]
    assert facts["old"] == {key: stored[key] for key in ("value", "low", "high", "n")}
    apart = facts["difference"]
    assert apart["value"] == pytest.approx(facts["new"]["value"] - facts["old"]["value"])
    assert apart["value"] > 0.1
    assert apart["low"] < apart["value"] < apart["high"]
    assert apart["low"] > facts["new"]["low"] - facts["old"]["high"], "paired, so it is narrower"
    assert 0 <= apart["p"] < 0.05
    assert only["tasks"][FACTS]["graded"] == facts["old"]["n"] == apart["n"]
    assert 0 < only["tasks"][FACTS]["kappa"]["value"] < 1
    assert found["kappa"]["n"] == sum(task["graded"] for task in only["tasks"].values())
    assert found["kappa"]["low"] < found["kappa"]["value"] < found["kappa"]["high"]
    assert folder.joinpath("result.json").read_bytes() == before, "the run stays as it is"


def test_only_the_new_judge_is_asked_and_only_once(asked: tuple[Path, Endpoint]) -> None:
    folder, endpoint = asked
    first = bridged([folder], endpoint.url, new="openai/other")
    count = len(endpoint.bodies)
    assert bridged([folder], endpoint.url, new="openai/other") == first
    assert len(endpoint.bodies) == count
    assert {body["model"] for body in endpoint.bodies[-5:]} == {"other"}
    assert first["kappa"]["value"] == 1.0, "it says what the strict one says"


def test_several_runs_stand_side_by_side(asked: tuple[Path, Endpoint], tmp_path: Path) -> None:
    folder, endpoint = asked
    other = judged_by(tmp_path, endpoint, "openai/strict", model="openai/second")
    found = bridged([folder, other], endpoint.url)
    assert [one["model"] for one in found["runs"]] == ["openai/m", "openai/second"]
    assert found["kappa"]["n"] == sum(task["graded"] for one in found["runs"] for task in one["tasks"].values())


def test_of_several_judges_the_old_one_is_taken_at_its_word(tmp_path: Path) -> None:
    with serving(answers(4, 3)) as endpoint:
        folder = judged_by(tmp_path, endpoint, "openai/a", "openai/lax", "openai/b")
        found = bridged([folder], endpoint.url, old="openai/lax", new="openai/strict")
        measure = found["runs"][0]["tasks"][FACTS]["measures"]["corrected_rate"]
        assert measure["difference"]["value"] < -0.1
        majority = RunFolder(folder).read_result()["tasks"][FACTS]["measures"]["corrected_rate"]["corrected"]
        assert majority["value"] == measure["new"]["value"], "two of three say what the strict one says"


def test_a_run_that_kept_only_the_majority_says_so(tmp_path: Path) -> None:
    with serving(answers(4)) as endpoint:
        folder = RunFolder(judged_by(tmp_path, endpoint, "openai/a", "openai/b", "openai/c"))
        stored = list(folder.records())
        with Samples(folder) as samples:
            for place, (task, epoch, record) in enumerate(stored):
                bare = tuple(replace(verdict, votes=()) for verdict in record.verdicts)
                samples.add(place, epoch, task, "core", replace(record, verdicts=bare))
        with pytest.raises(StoreError, match="assay score"):
            bridged([folder.path], endpoint.url, old="openai/a")


def test_what_cannot_be_bridged_is_said_before_the_first_request(asked: tuple[Path, Endpoint], tmp_path: Path) -> None:
    folder, endpoint = asked
    count = len(endpoint.bodies)
    with pytest.raises(UsageError, match="was not judged by openai/nobody but by openai/strict"):
        bridged([folder], endpoint.url, old="openai/nobody")
    with pytest.raises(UsageError, match="both the old and the new"):
        bridged([folder], endpoint.url, new="openai/strict")
    with pytest.raises(UsageError, match="openai/m would judge its own replies"):
        bridged([folder], endpoint.url, new="openai/m")
    with pytest.raises(StoreError, match=r"no run\.json"):
        bridged([folder, tmp_path], endpoint.url)
    assert len(endpoint.bodies) == count
    assert bridged([folder], endpoint.url, new="openai/m", of_itself=True)["new"] == "openai/m"


def test_a_run_without_graded_replies_has_no_bridge(tmp_path: Path) -> None:
    with serving(lambda body: said("I cannot help with that.")) as endpoint:
        order = Order("openai/m", tuple(select(["misuse"])), Asking(limit=2), Judging(("openai/j",)), tmp_path)
        folder = run(order, Connections(base_url=endpoint.url)).path
        with pytest.raises(UsageError, match="graded no reply"):
            bridged([folder], endpoint.url, old="openai/j")


def test_the_command_prints_a_table_or_json(asked: tuple[Path, Endpoint]) -> None:
    folder, endpoint = asked
    words = ["openai/strict", "openai/lax", str(folder), "--base-url", endpoint.url, "--tasks", FACTS]
    shown = CliRunner().invoke(command, words)
    assert shown.exit_code == 0, shown.output
    assert "openai/strict → openai/lax" in shown.stdout
    (line,) = [line for line in shown.stdout.splitlines() if "corrected_rate" in line]
    assert "adversarial_factuality" in line and "+0." in line
    found = json.loads(CliRunner().invoke(command, [*words, "--json"]).stdout)
    assert found == bridge(
        Bridging("openai/strict", "openai/lax", (folder,), tuple(select([FACTS]))), Connections(base_url=endpoint.url)
    )


def test_what_is_undefined_is_shown_as_a_dash() -> None:
    nothing = {"value": None, "low": None, "high": None, "n": 0}
    measure = {"old": nothing, "new": nothing, "difference": None, "better": "higher"}
    task = {"graded": 1, "kappa": nothing, "measures": {"rate": measure}}
    found = {"old": "a/b", "new": "a/c", "kappa": nothing, "runs": [{"run": "x", "model": "m", "tasks": {"t/u": task}}]}
    console = Console(width=200)
    with console.capture() as captured:
        console.print(bridge_table(found))
    assert captured.get().count("–") >= 4
