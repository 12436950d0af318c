from __future__ import annotations

import shlex
from typing import Any

import pytest

from assay.pages.both import Both
from assay.report import methods
from assay.report.excerpts import Excerpts
from assay.report.methods import Known
from assay.schema import Worked
from results import measure, result

KNOWN = Known("runs/x", "MIT", tasks=("a/x", "a/y", "a/z"))
RUN = {"model": "openai/m", "endpoint": "https://api.openai.com/v1", "data": {"name": "core", "sha256": "a"},
       "tasks": {"a/x": 1, "a/y": 1, "a/z": 1}}  # fmt: skip


def words(known: Known = KNOWN, **run: Any) -> list[str]:
    return shlex.split(methods.command(RUN | run, known).replace("\\\n", ""))


def remarks(known: Known = KNOWN, **run: Any) -> str:
    given = result(safety__misuse={"rta": measure(0.6)}) | {"run": RUN | run}
    given["tasks"]["safety/misuse"]["measures"]["rta"]["upstream"] = {"value": 0.7}
    return " ".join(map(str, methods.remarks(given, Excerpts({}, given), known)))


def test_the_command_is_the_one_that_made_the_run() -> None:
    assert words() == ["assay", "run", "openai/m", "--data", "core"]
    asked = words(
        langs=["en", "zh"], limit=30, epochs=2, tasks={"a/x": 1, "a/y": 1},
        sampling={"system": "Be kind.", "temperature": 0.0, "seed": 7, "max_tokens": None, "extra": {"top_p": 0.5}},
        judges={"graders": ["x/j", "y/j"], "embedder": "minilm", "toxicity": "openai/mod", "of_itself": True,
                "classifiers": [{"name": "mine", "model": "x/g"}]},
        unseen=[{"sha256": "f" * 64}], trained_on={"manifests": [{"sha256": "e" * 64}]},
    )  # fmt: skip
    assert asked[5:] == shlex.split(
        "--lang en,zh --limit 30 --epochs 2 --tasks a/x,a/y --system 'Be kind.' --seed 7 --temperature 0.0 "
        "--extra top_p=0.5 --judge x/j --judge y/j --allow-self-judge --embedder minilm --toxicity openai/mod "
        "--classifier mine.toml=x/g --unseen EXPORT-ffffffffffff --trained-on EXPORT-eeeeeeeeeeee"
    )


def test_the_commands_options_are_those_that_the_command_has() -> None:
    from assay.cli import main

    asked = words(langs=["en"], limit=1, epochs=2, tasks={"a/x": 1},
                  sampling={"system": "s", "max_tokens": 9, "seed": 1, "temperature": 1, "shuffle_options": 3,
                            "extra": {"a": 1}},
                  judges={"graders": ["x"], "embedder": "e", "toxicity": "t", "of_itself": True,
                          "classifiers": [{"name": "c", "model": "x/c"}]},
                  unseen=[{"sha256": "f"}], trained_on={"manifests": [{"sha256": "e"}]},
                  endpoint="http://localhost:1/v1")  # fmt: skip
    known = {option for one in main.commands["run"].params for option in one.opts}
    assert {word for word in asked if word.startswith("--")} <= known


def test_a_server_of_ones_own_is_in_it_without_what_lets_one_in() -> None:
    assert words(endpoint="https://me:secret@host/v1")[-2:] == ["--base-url", "https://host/v1"]


def test_a_dimension_stands_for_its_tasks_and_a_run_of_all_names_none() -> None:
    known = Known("runs/x", tasks=("a/x", "a/y", "b/x", "b/y"))
    assert "--tasks" not in words(known, tasks=dict.fromkeys(known.tasks, 1))
    assert words(known, tasks={"a/x": 1, "b/x": 1, "b/y": 1})[-2:] == ["--tasks", "a/x,b"]
    unknown = Known("runs/x")
    assert words(unknown, tasks={"a/x": 1, "a/y": 1})[-2:] == ["--tasks", "a/x,a/y"]


def test_a_packaged_classifier_is_named_without_a_file() -> None:
    judges = {"classifiers": [{"name": "wildguard", "model": "hf/g"}]}
    assert words(Known("runs/x", tasks=KNOWN.tasks, packaged=frozenset({"wildguard"})), judges=judges)[-2:] == [
        "--classifier",
        "wildguard=hf/g",
    ]


def test_where_models_were_asked_stands_before_the_command() -> None:
    known = Known("runs/x", tasks=KNOWN.tasks, addresses={"JURY_BASE_URL": "http://me:secret@127.0.0.1:1/v1"})
    command = methods.command(RUN | {"judges": {"graders": ["jury/a"]}}, known)
    assert command.splitlines()[:2] == ["JURY_BASE_URL=http://127.0.0.1:1/v1 \\", "assay run openai/m \\"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("/home/me/own.csv", "own.csv"), ("C:\\me\\own.csv", "own.csv"), ("data/own.csv", "data/own.csv")],
)
def test_no_folder_of_this_machine_is_in_the_command(name: str, shown: str) -> None:
    assert words(data={"name": name, "sha256": "a"})[4] == shown


def test_the_official_archive_has_its_name_whatever_its_file_is_called() -> None:
    assert words(Known("runs/x", official=True, tasks=KNOWN.tasks), data={"name": "/x/d.zip", "sha256": "a"})[4] == (
        "trustllm"
    )


def test_recorded_replies_are_scored_again() -> None:
    found = words(endpoint="recorded", data={"name": "a b.zip", "sha256": "a"})
    assert found == ["assay", "score", "a b.zip", "--format", "trustllm", "--out", "runs/x"]
    judged = words(endpoint="recorded", data={"name": "a.zip", "sha256": "a"}, judges={"graders": ["x/j"]})
    assert judged[-2:] == ["--judge", "x/j"]


def test_only_the_last_part_of_a_path_is_shown() -> None:
    assert methods.data_name({"data": {"name": "/home/me/data/gen.zip"}}) == "gen.zip"
    assert methods.data_name({"data": {"name": "C:\\me\\gen"}}) == "gen"
    assert methods.data_name({"data": {"name": "core"}}) == "core"


@pytest.mark.parametrize(
    ("run", "text"),
    [
        ({}, "differ by more than 0.005 in 1 of 1 measure that"),
        ({}, "The prompts are those of core, not the published ones"),
        ({"limit": 30}, "At most 30 rows"),
        ({"sampling": {"temperature": 0.7}}, "One temperature for all tasks: 0.7"),
        ({"sampling": {"system": "x"}}, "A system prompt stood before every chat"),
        ({"sampling": {"shuffle_options": 0}}, "Options were offered in another order"),
        ({"trained_on": {"met": {"safety/misuse": 5}}}, "trained on 5 rows of these rows"),
        ({"unseen": [{"sha256": "f" * 64}]}, "were left out. Their manifests’ sha256: ffffffffffff."),
    ],
)
def test_what_a_reader_must_know_is_said_only_where_it_is_so(run: dict[str, Any], text: str) -> None:
    assert text in remarks(**run)
    if run:
        assert text not in remarks()


def test_official_prompts_are_the_published_ones() -> None:
    assert "not the published ones" not in remarks(Known("runs/x", official=True), data={"name": "x.zip", "sha256": ""})


def test_judges_have_their_errors_and_models_what_planted_verdicts_did() -> None:
    card = {"n": 200, "sensitivity": 0.95, "specificity": 0.995, "intervals": {"sensitivity": [0.9, 0.97]},
            "sets": {"set": {"rows": 200, "licence": "MIT"}}}  # fmt: skip
    planted = {"flip_rate": {"value": 0.25, "low": 0.2, "high": 0.3, "n": 120}, "unplanted": {"value": 0.02}}
    rules, model, untested = methods.judges(
        {
            "run": {
                "judges": {
                    "cards": {"refusal": card},
                    "graders": ["x/j", "y/j"],
                    "endpoints": {"x/j": "http://me:pw@host/v1"},
                }
            },
            "planted": {"x/j": planted},
        }
    )
    assert (model.endpoint, untested.endpoint) == ("http://host/v1", "")
    assert rules.name == Both("refusal", "拒答")
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
        "by_task": {
            "a/x": {"m": of(10, 0.1)},
            "a/y": {"m": of(15, 0.2), "j": of(5, None)},
            "planted verdicts": {"j": of(5, 0.1)},
        },
    }
    models, tasks = methods.costs({"usage": usage})
    assert [(one.name, one.tokens, one.cost, one.share) for one in models] == [("m", "30", "$0.50", 1.0)]
    assert [(one.name, one.tokens, one.cost, one.share) for one in tasks] == [
        ("a/y", "20", "–", 1.0),
        ("a/x", "10", "$0.10", 0.5),
        (Both("planted verdicts", "植入判词"), "5", "$0.10", 0.25),
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
    said = " ".join(map(str, methods.remarks(given | {"panel": panel}, Excerpts({}, given, cut=3), KNOWN)))
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
