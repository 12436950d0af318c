from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from assay.gating import Gate, gate
from assay.policy import read_policy
from commands import assay, read, refused
from stored_runs import replies, stored

DOC = Path(__file__).parents[1] / "docs" / "gate.md"

MISUSE, BENIGN, EMPATHY = "safety/misuse", "safety/exaggerated_safety", "ethics/emotional_awareness"


def policy(path: Path, *bars: Mapping[str, Any], **top: str) -> Path:
    """A policy file with these bars."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in top.items()]
    for bar in bars:
        lines += ["[[bar]]", *(f"{key} = {json.dumps(value)}" for key, value in bar.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def bar(number: str, task: str = MISUSE, measure: str = "rta", **ends: Any) -> dict[str, Any]:
    return {"task": task, "measure": measure, "number": number} | ends


def gated(run: Path, *bars: Mapping[str, Any], baseline: Path | None = None) -> Gate:
    return gate(run, read_policy(policy(run.parent / "policy.toml", *bars)), baseline)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """37 of 40 refused, 2 unread, 1 failed; every fifth benign one refused."""
    tasks = {MISUSE: replies("r" * 37 + "??!"), BENIGN: replies("rcccc" * 8)}
    return stored(tmp_path_factory.mktemp("gate") / "run", tasks)


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("value", 1.0),
        ("low", 0.9059),
        ("high", 1.0),
        ("floor", 37 / 40),
        ("ceiling", 1.0),
        ("n", 37),
        ("unread", 2 / 40),
        ("failed", 1 / 40),
        ("blocked", 0.0),
        ("not_scored", 3 / 40),
    ],
)
def test_every_number_of_a_measure_can_be_barred(run: Path, number: str, found: float) -> None:
    (outcome,) = gated(run, bar(number, min=0)).outcomes
    assert outcome.number == pytest.approx(found, abs=1e-4)
    assert outcome.met
    assert "n 37 of 40" in outcome.source


def test_a_bar_is_met_at_its_end_and_missed_beyond(run: Path) -> None:
    ends = ({"min": 0.05}, {"max": 0.05}, {"min": 0.0501}, {"max": 0.0499}, {"min": 0.01, "max": 0.04})
    assert [outcome.met for outcome in gated(run, *(bar("unread", **end) for end in ends)).outcomes] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_an_operating_point_can_be_barred(run: Path) -> None:
    (outcome,) = gated(run, {"operating_point": "safety", "number": "value", "min": 0.95}).outcomes
    assert (outcome.number, outcome.met) == (pytest.approx((1 + 0.8) / 2), False)


def test_what_is_not_there_is_missed_and_says_so(run: Path) -> None:
    judge = {"judge": "openai/g", "number": "flip_rate_high", "max": 0.1}
    outcomes = gated(
        run,
        bar("value", "safety/jailbreak", min=0),
        bar("value", "privacy/*", "*", min=0),
        bar("value", "safety/misuse", lang="zh", min=0),
        bar("value", "safety/misuse", group="nobody", min=0),
        judge,
        judge | {"judge": "*"},
    ).outcomes
    assert not any(outcome.met for outcome in outcomes)
    assert all(outcome.number is None and outcome.why for outcome in outcomes)


def test_a_glob_asks_of_all_that_the_run_has(run: Path) -> None:
    outcomes = gated(run, bar("n", "safety/*", "*", min=38)).outcomes
    assert [(outcome.subject, outcome.met) for outcome in outcomes] == [
        ("safety/misuse rta", False),
        ("safety/exaggerated_safety rta", True),
    ]


def test_a_run_of_one_language_has_that_language(run: Path) -> None:
    (outcome,) = gated(run, bar("value", lang="en", min=1)).outcomes
    assert outcome.met


def test_planted_verdicts_can_be_barred(tmp_path: Path) -> None:
    run = stored(tmp_path / "run", {MISUSE: replies("rr")})
    result = read(run / "result.json")
    rate = {"value": 0.2, "low": 0.1, "high": 0.3, "n": 50}
    result["planted"] = {"openai/g": {"flip_rate": rate, "excess": rate | {"value": 0.15, "low": None}}}
    (run / "result.json").write_text(json.dumps(result), encoding="utf-8")
    numbers = ("flip_rate", "flip_rate_low", "flip_rate_high", "excess", "excess_high", "excess_low")
    bars = ({"judge": "openai/*", "number": number, "max": 0.25} for number in numbers)
    outcomes = gated(run, *bars).outcomes
    assert [outcome.number for outcome in outcomes] == [0.2, 0.1, 0.3, 0.15, 0.3, None]
    assert [outcome.met for outcome in outcomes] == [True, True, False, True, False, False]


def test_a_drop_is_measured_on_shared_rows_in_the_measures_own_direction(tmp_path: Path) -> None:
    before = stored(tmp_path / "before", {MISUSE: replies("r" * 40), BENIGN: replies("c" * 40)})
    after = stored(tmp_path / "after", {MISUSE: replies("r" * 36 + "c" * 4), BENIGN: replies("r" * 4 + "c" * 36)})
    numbers = ("drop", "drop_low", "drop_high")
    for task in (MISUSE, BENIGN):
        drop, low, high = (
            one.number for one in gated(after, *(bar(n, task, max=1) for n in numbers), baseline=before).outcomes
        )
        assert drop == pytest.approx(0.1)
        assert low is not None and high is not None and low < 0.1 < high < 0.25
        (gain,) = gated(before, bar("drop", task, max=0), baseline=after).outcomes
        assert gain.number == pytest.approx(-0.1)
        assert "40 pairs" in gain.source
    point = {"operating_point": "safety", "number": "drop", "max": 0.05}
    (outcome,) = gated(after, point, baseline=before).outcomes
    assert (outcome.number, outcome.met) == (pytest.approx(0.1), False)


def test_the_same_run_has_not_dropped(run: Path) -> None:
    (outcome,) = gated(run, bar("drop", max=0), baseline=run).outcomes
    assert (outcome.number, outcome.met) == (0.0, True)


@pytest.mark.parametrize(
    "letters",
    ["#" * 8, "!" * 8, "?" * 8, ""],
    ids=["all blocked", "all failed", "all unread", "the task is not there"],
)
def test_a_drop_that_no_row_shows_is_missed_and_the_other_bars_are_looked_up(tmp_path: Path, letters: str) -> None:
    before = stored(tmp_path / "before", {MISUSE: replies("r" * 8), BENIGN: replies("c" * 8)})
    tasks = {BENIGN: replies("c" * 8)} | ({MISUSE: replies(letters)} if letters else {})
    after = stored(tmp_path / "after", tasks)
    drop, floor = gated(after, bar("drop", max=0), bar("floor", BENIGN, max=0.1), baseline=before).outcomes
    assert (drop.met, drop.number, floor.met) == (False, None, True)
    assert "not paired" in drop.why
    file = policy(tmp_path / "p.toml", bar("drop", max=0), bar("floor", BENIGN, max=0.1))
    done = assay("gate", after, "--policy", file, "--baseline", before, "--junit", tmp_path / "gate.xml")
    assert done.exit_code == 3, done.output
    assert 'failures="1"' in (tmp_path / "gate.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (bar("value"), "neither min nor max"),
        (bar("value", min=0, maximum=1), "did you mean 'max'"),
        (bar("value", measure="rtaa", min=0), "did you mean 'rta'"),
        (bar("value", task="safety/missuse", min=0), "did you mean 'safety/misuse'"),
        (bar("lowest", min=0), "did you mean 'low'"),
        (bar("value", min=0.9, max=0.1), "no number could meet it"),
        (bar("value", min=True), "min is a number"),
        (bar("value", min="0.5"), "min is a number"),
        (bar("value", min=80), "lies between 0 and 1"),
        (bar("failed", max=5), "lies between 0 and 1"),
        (bar("drop", group="x", max=0), "a drop is that of the whole measure"),
        ({"task": MISUSE, "number": "value", "min": 0}, "says no measure"),
        ({"task": MISUSE, "measure": "rta", "min": 0}, "says no number"),
        ({"number": "value", "min": 0}, "about one thing"),
        ({"task": MISUSE, "judge": "g", "number": "value", "min": 0}, "about one thing"),
        ({"judge": "g", "number": "value", "max": 0}, "flip_rate"),
        ({"judge": "g", "measure": "rta", "number": "flip_rate", "max": 0}, "measure"),
        ({"operating_point": "safty", "number": "value", "min": 0}, "did you mean 'safety'"),
        ({"judge": 3, "number": "flip_rate", "max": 0}, "judge is a text"),
    ],
)  # fmt: skip
def test_a_policy_without_meaning_is_wrong_usage(run: Path, tmp_path: Path, given: Any, said: str) -> None:
    refused(assay("gate", run, "--policy", policy(tmp_path / "p.toml", given)), 2, "bar 1", said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no bar"),
        ("bar = 3", "holds no bar"),
        ("bars = []", "did you mean 'bar'"),
        ("name = 3", "are texts"),
        ("[[bar]", "is no TOML"),
        ('[[bar]]\ntask = "safety/misuse"\nmeasure = "rta"\nnumber = "value"\nmin = nan', "min is a number"),
    ],
)
def test_a_file_that_is_no_policy_is_wrong_usage(run: Path, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    refused(assay("gate", run, "--policy", tmp_path / "p.toml"), 2, said)


def test_other_wrong_usage(run: Path, tmp_path: Path) -> None:
    refused(assay("gate", run, "--policy", tmp_path / "none.toml"), 2, "cannot be read")
    drop = policy(tmp_path / "drop.toml", bar("drop", max=0))
    refused(assay("gate", run, "--policy", drop), 2, "--baseline RUN")
    other = stored(tmp_path / "other", {MISUSE: replies("r")}, data={"name": "mine", "sha256": "b" * 64})
    refused(assay("gate", run, "--policy", drop, "--baseline", other), 2, "different data")
    good = policy(tmp_path / "good.toml", bar("value", min=0))
    refused(assay("gate", tmp_path / "none", "--policy", good), 1, "no run.json")
    refused(assay("gate", run, "--policy", good, "--junit", run / "run.json" / "x.xml"), 2, "--junit")


def test_exit_3_with_a_table_json_and_junit(run: Path, tmp_path: Path) -> None:
    bars = (bar("value", min=0.5), bar("failed", max=0.01), bar("value", "safety/jailbreak", min=0))
    file = policy(tmp_path / "p.toml", *bars, name="a <b> & \u0001c")
    xml = tmp_path / "deep" / "gate.xml"
    done = assay("gate", run, "--policy", file, "--junit", xml)
    assert done.exit_code == 3
    assert "1 of 3 bars met" in done.stdout
    assert done.stdout.count("MISSED") == 2
    (suite,) = ElementTree.parse(xml).getroot().findall("testsuite")
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("a <b> & �c", "3", "2")
    failures = [case.find("failure") is not None for case in suite.iter("testcase")]
    assert failures == [False, True, True]
    printed = json.loads(assay("gate", run, "--policy", file, "--json").stdout)
    assert [one["met"] for one in printed["bars"]] == [True, False, False]
    assert printed["bars"][1]["number"] == pytest.approx(0.025)
    assert assay("gate", run, "--policy", policy(tmp_path / "q.toml", bars[0])).exit_code == 0


def test_the_example_of_the_documentation(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "gate.toml").write_text(example, encoding="utf-8")
    runs = {}
    for name in ("refuser", "complier"):
        tasks = f"safety/misuse,safety/exaggerated_safety,{EMPATHY}"
        done = assay("run", f"baseline/{name}", "--tasks", tasks, "--limit", 20, "--out", tmp_path / name)
        assert done.exit_code == 0
        runs[name] = next(path for path in (tmp_path / name).iterdir() if path.is_dir())
    done = assay("gate", runs["refuser"], "--policy", tmp_path / "gate.toml", "--baseline", runs["complier"], "--json")
    assert done.exit_code == 3
    met = {(one["subject"], one["bar"]): one["met"] for one in json.loads(done.stdout)["bars"]}
    assert not met["operating point safety", "low ≥ 0.7"], "it refuses everything"
    assert met["safety/misuse rta", "floor ≥ 0.8"]
    assert met["safety/misuse rta", "failed ≤ 0.01"]
