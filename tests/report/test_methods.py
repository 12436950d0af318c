from __future__ import annotations

import shlex
from typing import Any

import pytest

from assay.report import methods
from assay.report.excerpts import Excerpts
from assay.report.methods import Known
from assay.schema import Worked
from results import measure, result

KNOWN = Known("runs/x", "MIT", 3)
RUN = {"model": "openai/m", "endpoint": "https://api.openai.com/v1", "data": {"name": "core", "sha256": "a"},
       "tasks": {"a/x": 1, "a/y": 1, "a/z": 1}}  # fmt: skip


def words(**run: Any) -> list[str]:
    return shlex.split(methods.command(RUN | run, KNOWN).replace("\\\n", ""))


def remarks(**run: Any) -> str:
    given = result(safety__misuse={"rta": measure(0.6)}) | {"run": RUN | run}
    given["tasks"]["safety/misuse"]["measures"]["rta"]["upstream"] = {"value": 0.7}
    return " ".join(map(str, methods.remarks(given, Excerpts({}, given))))


def test_the_command_is_the_one_that_made_the_run() -> None:
    assert words() == ["assay", "run", "openai/m", "--data", "core"]
    asked = words(
        langs=["en", "zh"], limit=30, epochs=2, tasks={"a/x": 1, "a/y": 1},
        sampling={"system": "Be kind.", "temperature": 0.0, "seed": 7, "max_tokens": None, "extra": {"top_p": 0.5}},
        judges={"graders": ["x/j", "y/j"], "embedder": "minilm", "toxicity": "openai/mod", "of_itself": True},
    )  # fmt: skip
    assert asked[5:] == shlex.split(
        "--lang en,zh --limit 30 --epochs 2 --tasks a/x,a/y --system 'Be kind.' --seed 7 --temperature 0.0 "
        "--extra top_p=0.5 --judge x/j --judge y/j --allow-self-judge --embedder minilm --toxicity openai/mod"
    )


def test_the_commands_options_are_those_that_the_command_has() -> None:
    from assay.cli import main

    asked = words(langs=["en"], limit=1, epochs=2, tasks={"a/x": 1},
                  sampling={"system": "s", "max_tokens": 9, "seed": 1, "temperature": 1, "shuffle_options": 3,
                            "extra": {"a": 1}},
                  judges={"graders": ["x"], "embedder": "e", "toxicity": "t", "of_itself": True},
                  endpoint="http://localhost:1/v1")  # fmt: skip
    known = {option for one in main.commands["run"].params for option in one.opts}
    assert {word for word in asked if word.startswith("--")} <= known


def test_a_server_of_ones_own_is_in_it_without_what_lets_one_in() -> None:
    assert words(endpoint="https://me:secret@host/v1")[-2:] == ["--base-url", "https://host/v1"]


def test_recorded_replies_are_scored_again() -> None:
    found = words(endpoint="recorded", data={"name": "a b.zip", "sha256": "a"})
    assert found == ["assay", "score", "a b.zip", "--format", "trustllm", "--out", "runs/x"]


def test_only_the_last_part_of_a_path_is_shown() -> None:
    assert methods.data_name({"data": {"name": "/home/me/data/gen.zip"}}) == "gen.zip"
    assert methods.data_name({"data": {"name": "C:\\me\\gen"}}) == "gen"
    assert methods.data_name({"data": {"name": "core"}}) == "core"


@pytest.mark.parametrize(
    ("run", "text"),
    [
        ({}, "differ by more than 0.005 in 1 of the 1 measures"),
        ({}, "The prompts are those of core, not the published ones"),
        ({"limit": 30}, "At most 30 rows"),
        ({"sampling": {"temperature": 0.7}}, "One temperature for all tasks: 0.7"),
        ({"sampling": {"system": "x"}}, "A system prompt stood before every chat"),
        ({"sampling": {"shuffle_options": 0}}, "Options were offered in another order"),
        ({"trained_on": {"met": {"safety/misuse": 5}}}, "trained on 5 rows of these rows"),
        ({"unseen": [1]}, "were left out"),
    ],
)
def test_what_a_reader_must_know_is_said_only_where_it_is_so(run: dict[str, Any], text: str) -> None:
    assert text in remarks(**run)
    if run:
        assert text not in remarks()


def test_official_prompts_are_the_published_ones() -> None:
    assert "not the published ones" not in remarks(data={"name": "trustllm", "sha256": "a"})


def test_judges_have_their_errors_and_models_what_planted_verdicts_did() -> None:
    card = {"n": 200, "sensitivity": 0.95, "specificity": 0.995, "intervals": {"sensitivity": [0.9, 0.97]},
            "sets": {"set": {"rows": 200, "licence": "MIT"}}}  # fmt: skip
    planted = {"flip_rate": {"value": 0.25, "low": 0.2, "high": 0.3, "n": 120}, "unplanted": {"value": 0.02}}
    rules, model, untested = methods.judges(
        {"run": {"judges": {"cards": {"refusal": card}, "graders": ["x/j", "y/j"]}}, "planted": {"x/j": planted}}
    )
    assert (rules.misses, str(rules.misses_span), rules.false, rules.sources) == (
        "5%",
        "0.03–0.10",
        "<1%",
        "set (200, MIT)",
    )
    assert str(model.flips) == "25% of 120 (0.20–0.30); 2% change by themselves"
    assert str(untested.flips) == "not tested"


def test_costs_are_those_of_all_models_together_the_most_first() -> None:
    def of(tokens: int, cost: float | None) -> dict[str, Any]:
        return {"requests": 2, "prompt": tokens, "completion": 0, "cost": cost}

    usage = {
        "by_model": {"m": of(30, 0.5)},
        "by_task": {"a/x": {"m": of(10, 0.1)}, "a/y": {"m": of(15, 0.2), "j": of(5, None)}},
    }
    found = methods.costs({"usage": usage})
    assert [(one.name, one.tokens, one.cost, one.share) for one in found] == [
        ("m", "30", "$0.50", 1.0),
        ("a/y", "20", "–", 1.0),
        ("a/x", "10", "$0.10", 0.5),
    ]
    assert methods.costs({}) == []
    assert methods.dollars(0.0012) == "$0.0012"


def test_a_panel_says_how_far_its_judges_agree() -> None:
    alpha = {"value": 0.71, "low": 0.6, "high": 0.8, "n": 300}
    given = result(safety__misuse={"rta": measure(0.6)}) | {"run": RUN}
    given["tasks"]["safety/misuse"]["measures"]["rta"] |= {
        "upstream": {"value": None},
        "judge_corrected": {"card": "refusal", "warnings": ["measured on other replies"]},
    }
    panel = {"alpha": {"overall": alpha}, "judges": {"x/j": {}, "y/j": {}}}
    said = " ".join(map(str, methods.remarks(given | {"panel": panel}, Excerpts({}, given, cut=3))))
    assert "Krippendorff’s α of 2 judges: 0.71 (0.60–0.80), over 300 verdicts." in said
    assert "3 replies ended because they were as long as they might be." in said
    assert "The error of refusal was measured on replies of other models" in said


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [
        (0.04, "0.0 s", "0.0 秒"),
        (9.94, "9.9 s", "9.9 秒"),
        (9.96, "10 s", "10 秒"),
        (59.6, "1 min 0 s", "1 分 0 秒"),
        (3599.4, "59 min 59 s", "59 分 59 秒"),
        (7322.0, "2 h 2 min", "2 小时 2 分"),
    ],
)
def test_durations_read_as_people_say_them(seconds: float, en: str, zh: str) -> None:
    said = methods.duration(seconds)
    assert (said.en, said.zh) == (en, zh)


def test_how_long_it_took_counts_sessions_and_kills() -> None:
    assert str(methods.took(Worked(0.0, 75.0, 1, 0))) == "1 min 15 s"
    assert str(methods.took(Worked(0.0, 75.0, 3, 0))) == "1 min 15 s in 3 sessions"
    killed = methods.took(Worked(0.0, 75.0, 3, 1))
    assert str(killed) == "1 min 15 s in 3 sessions, 1 of them killed and not counted"
    assert killed.zh == "1 分 15 秒，分 3 次，其中 1 次被中断，未计入"
