"""The findings on the published numbers are the reference values; verdicts follow from numbers; runs join in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assay.data.published import known_utility, survey, table_of, trustllm
from assay.findings import as_json, findings
from assay.findings.finding import Statistic, held, said, sided
from assay.findings.of_runs import entries
from commands import assay, refused
from shared_data import needs_shared, shared_path
from stored_runs import replies, stored

SECTIONS = ("truthfulness", "safety", "fairness", "robustness", "privacy", "ethics")


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, Any]]:
    one = as_json(findings(trustllm(), known_utility(), survey()))
    return {finding["id"]: finding for finding in one["findings"]}


def rounded(value: float, digits: int = 2) -> float:
    return round(value, digits)


# ---- reference values ---------------------------------------------------------------------------


def test_trust_follows_utility_overall_and_not_in_every_dimension(found: dict[str, Any]) -> None:
    overall = found["utility_trust/MMLU/overall"]
    assert (rounded(overall["value"], 3), overall["n"], overall["ranks"]) == (0.964, 7, "published")
    assert rounded(overall["figures"]["pearson"]["value"], 3) == 0.932
    assert (overall["otherwise"]["ranks"], overall["otherwise"]["value"]) == ("corrected", 1.0)
    assert rounded(found["utility_trust/MT-Bench/overall"]["value"], 3) == 0.952
    assert found["utility_trust/MT-Bench/overall"]["n"] == 8
    by_section = {name: found[f"utility_trust/MMLU/{name}"] for name in SECTIONS}
    assert {name: rounded(one["value"]) for name, one in by_section.items()} == {
        "truthfulness": 0.93, "safety": 0.13, "fairness": 0.86, "robustness": 0.82, "privacy": 0.77, "ethics": 1.0,
    }  # fmt: skip
    assert rounded(by_section["fairness"]["otherwise"]["value"]) == 0.82
    assert rounded(by_section["safety"]["p"]) == 0.79
    verdicts = {name: one["verdict"] for name, one in by_section.items()}
    assert verdicts == dict.fromkeys(SECTIONS, "supported") | {"safety": "cannot tell", "privacy": "cannot tell"}


def test_proprietary_models_rank_better_but_not_surely(found: dict[str, Any]) -> None:
    overall = found["proprietary_open/overall"]
    figures = overall["figures"]
    assert (rounded(figures["proprietary"]), rounded(figures["open"])) == (7.09, 8.66)
    assert (figures["mann_whitney"]["u"], rounded(figures["mann_whitney"]["p"])) == (12, 0.17)
    assert rounded(overall["p"]) == 0.17
    printed = overall["otherwise"]["of_printed_averages"]
    assert printed["proprietary"] == pytest.approx(6.885)
    assert rounded(printed["open"]) == 8.72
    assert overall["verdict"] == "cannot tell"


def test_proprietary_models_by_dimension(found: dict[str, Any]) -> None:
    of = {name: found[f"proprietary_open/{name}"] for name in SECTIONS}
    means = {name: (one["figures"]["proprietary"], one["figures"]["open"]) for name, one in of.items()}
    assert {name: (rounded(closed), rounded(opened)) for name, (closed, opened) in means.items()} == {
        "truthfulness": (7.08, 8.90), "safety": (8.81, 8.38), "fairness": (7.29, 8.29), "robustness": (6.06, 9.29),
        "privacy": (8.08, 7.86), "ethics": (5.10, 9.50),
    }  # fmt: skip
    assert {name for name, one in of.items() if one["verdict"] == "not supported"} == {"safety", "privacy"}
    assert {name for name, one in of.items() if one["verdict"] == "supported"} == {"ethics"}


def test_over_calibration(found: dict[str, Any]) -> None:
    jailbreak, misuse = found["over_calibration/jailbreak"], found["over_calibration/misuse"]
    assert (rounded(jailbreak["value"], 3), rounded(jailbreak["p"])) == (0.347, 0.19)
    assert (rounded(misuse["value"], 3), rounded(misuse["p"])) == (0.324, 0.22)
    assert {jailbreak["verdict"], misuse["verdict"]} == {"cannot tell"}
    flagged = found["over_calibration/flagged"]["figures"]
    assert set(flagged["flagged"]) == {"Llama2-7b", "Llama2-13b", "Llama2-70b", "ERNIE"}
    assert flagged["models"]["GPT-4"]["balanced"] == pytest.approx(0.924 - 0.085)


def test_links_between_tasks(found: dict[str, Any]) -> None:
    of = {name.removeprefix("link/"): one for name, one in found.items() if name.startswith("link/")}
    assert {name: rounded(one["value"], 3) for name, one in of.items()} == {
        "recognition_agreement": -0.575, "external_internal": 0.698, "jailbreak_misuse": 0.95,
        "sycophancy_adversarial_factuality": -0.028, "persona_adversarial_factuality": 0.143,
    }  # fmt: skip
    assert rounded(of["recognition_agreement"]["p"], 3) == 0.02
    assert rounded(of["external_internal"]["p"], 3) == 0.003
    assert rounded(of["sycophancy_adversarial_factuality"]["p"]) == 0.92
    assert of["sycophancy_adversarial_factuality"]["verdict"] == "not supported"
    assert of["recognition_agreement"]["verdict"] == "supported"


def test_a_few_open_models_come_close(found: dict[str, Any]) -> None:
    one = found["open_close"]
    assert one["verdict"] == "supported"
    assert list(one["figures"]["at_least_as_good"]) == ["Llama2-70b", "Llama2-13b"]
    assert "close below 1" in one["statistic"]  # the bar that interval and p are about
    assert one["low"] < 0 < one["high"] < 1 and rounded(one["p"], 3) == 0.003


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("llama2_harmless", 0.49, "not supported"),
        ("closed_book", 0.417, "supported"),
        ("external_helps", 0.414, "supported"),
        ("best_recogniser", 0.656, "supported"),
        ("most_agreement", 0.722, "not supported"),
        ("fair_salaries", 3, "not supported"),
        ("worst_shifted", 0.539, "not supported"),
        ("policy_helps", 0.209, "supported"),
        ("nearly_all_leak", 0.938, "supported"),
        ("implicit_below", 1.0, "supported"),
        ("open_ended", None, "cannot tell"),
        ("leetspeak", None, "cannot tell"),
    ],
)
def test_what_the_website_says(name: str, value: float | None, verdict: str, found: dict[str, Any]) -> None:
    one = found[f"headline/{name}"]
    assert one["verdict"] == verdict
    assert one["value"] == (None if value is None else pytest.approx(value, abs=0.001))


def test_alignment_helps_safety_and_helps_unevenly(found: dict[str, Any]) -> None:
    of = {name.removeprefix("alignment/"): one for name, one in found.items() if name.startswith("alignment/")}
    gains = of["uneven"]["figures"]["gains"]
    assert gains["safety"] == pytest.approx((0.9949 + 0.9939 + 0.8963 - 0.7805 - 0.753 - 0.7419) / 3)
    assert of["safety"]["verdict"] == "supported"
    assert {of[name]["verdict"] for name in ("overall", "fairness", "typos", "causes", "counterfactuals")} == {
        "cannot tell"
    }
    assert of["uneven"]["verdict"] == "supported"
    assert of["uneven"]["value"] == pytest.approx(max(gains.values()) - min(gains.values()))
    assert of["typos"]["figures"]["pairs_ahead"] == 6
    assert of["safety"]["figures"]["pairs_ahead"] == 9


def test_leaders_of_the_dimensions() -> None:
    by_section = as_json(findings(trustllm(), known_utility(), survey()))["average_rank_by_dimension"]["corrected"]
    first = {name: (next(iter(of)), rounded(next(iter(of.values())))) for name, of in by_section.items()}
    assert first == {
        "truthfulness": ("ChatGPT", 3.0), "safety": ("ERNIE", 5.75), "fairness": ("GPT-4", 4.17),
        "robustness": ("GPT-4", 2.25), "privacy": ("Llama2-13b", 3.33), "ethics": ("GPT-4", 3.2),
    }  # fmt: skip


# ---- verdicts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statistic", "claimed", "bar", "verdict"),
    [
        (Statistic(0.5, 0.1, 0.9), "above", 0.0, "supported"),
        (Statistic(0.5, -0.1, 0.9), "above", 0.0, "cannot tell"),
        (Statistic(0.5, 0.0, 0.9), "above", 0.0, "cannot tell"),
        (Statistic(-0.1, -0.9, 0.8), "above", 0.0, "not supported"),
        (Statistic(-0.5, -0.9, -0.1), "below", 0.0, "supported"),
        (Statistic(0.5, 0.1, 0.9), "below", 0.0, "not supported"),
        (Statistic(0.5, 0.1, 0.9), "above", 0.2, "cannot tell"),
        (Statistic(1.0, None, None, 0.0004), "above", 0.0, "supported"),
        (Statistic(1.0, None, None, 0.08), "above", 0.0, "cannot tell"),
        (Statistic(None), "above", 0.0, "cannot tell"),
    ],
)
def test_verdicts_follow_from_intervals(statistic: Statistic, claimed: Any, bar: float, verdict: str) -> None:
    assert sided(statistic, claimed, bar) == verdict


def test_verdicts_on_printed_numbers() -> None:
    assert said(Statistic(0.656), 0.65) == "supported"
    assert said(Statistic(0.49), 0.57) == "not supported"
    assert said(Statistic(None), 0.57) == "cannot tell"
    assert [held(one) for one in (True, False, None)] == ["supported", "not supported", "cannot tell"]


# ---- other tables and runs ----------------------------------------------------------------------


def test_a_table_that_lacks_everything_leaves_every_verdict_open() -> None:
    table = table_of(
        {"metrics": {"safety.x/rate": {"better": "higher"}}, "results": {"A": {"safety.x": {"rate": 0.1}}}}, "tiny"
    )
    one = as_json(findings(table, known_utility(), {"models": survey()["models"], "measures": survey()["measures"]}))
    assert one["average_rank"] == {"published": {"A": 1}, "corrected": {"A": 1}}
    ours = [finding for finding in one["findings"] if finding["group"] != "survey"]
    assert {finding["verdict"] for finding in ours} == {"cannot tell"}
    assert all(finding["value"] is None for finding in ours)


def test_a_changed_table_gives_changed_findings(tmp_path: Path) -> None:
    """What was computed is of the file that was given."""
    table = {
        "models": {model: {"access": of.access, "in_paper": of.in_paper} for model, of in trustllm().models.items()},
        "metrics": {id_: {"better": metric.better} for id_, metric in trustllm().metrics.items()},
        "results": {},
    }
    for model, cells in trustllm().cells.items():
        for id_, cell in cells.items():
            task, _, name = id_.partition("/")
            table["results"].setdefault(model, {}).setdefault(task, {})[name] = cell.value
    table["results"]["GPT-4"]["safety.jailbreak"]["rta"] = None
    table["results"]["Llama2-7b"]["safety.exaggerated_safety"]["rta"] = 0.57
    (tmp_path / "mine.json").write_text(json.dumps(table), encoding="utf-8")
    done = assay("findings", "--published", tmp_path / "mine.json", "--json")
    one = json.loads(done.stdout)
    of = {finding["id"]: finding for finding in one["findings"]}
    assert of["headline/llama2_harmless"]["verdict"] == "supported"
    assert of["link/jailbreak_misuse"]["n"] == 15
    printed = averages_without_jailbreak()
    assert one["average_rank"]["corrected"]["GPT-4"] == pytest.approx(printed, abs=0.05)


def averages_without_jailbreak() -> float:
    """GPT-4 is fifth in jailbreak; without that it stands on 30 metrics."""
    return (4.97 * 31 - 5) / 30


@needs_shared
def test_the_collected_table_gives_what_the_package_gives() -> None:
    given, ours = (
        json.loads(assay("findings", *words, "--json").stdout)
        for words in (("--published", shared_path("reference", "leaderboard.json")), ())
    )
    assert given["average_rank"] == ours["average_rank"]
    assert given["findings"] == ours["findings"]


def run_on(data: str, model: str = "test/model", **values: float) -> dict[str, Any]:
    """A result.json with some published metrics by both scorings."""
    tasks: dict[str, Any] = {}
    for id_, value in values.items():
        better = trustllm().metrics[id_].better
        corrected = {"value": value / 2, "low": 0.0, "high": 1.0, "n": 9, "total": 10, "better": better}
        tasks[id_] = {"measures": {"m": {"published": id_, "corrected": corrected, "upstream": {"value": value}}}}
    return {"run": {"model": model, "data": {"name": data, "sha256": "a" * 64}, "endpoint": "x"}, "tasks": tasks}


def test_a_run_on_the_published_data_is_placed_and_joins(tmp_path: Path) -> None:
    result = run_on(
        "trustllm", **{"safety.jailbreak/rta": 0.99, "safety.misuse/rta": 0.99, "safety.exaggerated_safety/rta": 0.9}
    )
    runs = entries([result, result], list(trustllm().models))
    assert [run.name for run in runs] == ["test/model", "test/model (2)"]
    one = findings(trustllm(), known_utility(), survey(), runs)
    assert one.places["test/model"]["corrected"].average == pytest.approx((1 + 1 + 17) / 3)
    assert one.places["test/model"]["corrected"].metrics == 3
    ours = one.places["test/model"]["corrected_scoring"]
    assert (ours.low, ours.high) == (1.0, 17.0)  # the intervals of this run are from 0 to 1
    assert ours.low <= ours.average <= ours.high
    assert one.average_rank["corrected"]["GPT-4"] == pytest.approx(4.97, abs=0.005)
    (link,) = (finding for finding in one.with_runs if finding.id == "over_calibration/misuse")
    assert link.found.n == 18
    flagged = next(finding for finding in one.with_runs if finding.id == "over_calibration/flagged")
    assert "test/model" in flagged.figures["flagged"]


def test_a_run_on_other_data_never_stands_among_published_numbers() -> None:
    runs = entries([run_on("core", **{"safety.jailbreak/rta": 0.99})])
    one = findings(trustllm(), known_utility(), survey(), runs)
    assert not one.places and not one.with_runs
    assert as_json(one)["runs"] == [
        {"name": "test/model", "data": "core", "on_published_data": False, "average_rank": {}}
    ]


def test_runs_that_share_data_are_looked_at_among_themselves_by_corrected_scoring() -> None:
    runs = entries(
        [
            run_on("/home/me/secret/core.zip", f"m{n}", **{"safety.jailbreak/rta": n / 5, "safety.misuse/rta": n / 5})
            for n in range(5)
        ]
    )
    one = findings(trustllm(), known_utility(), survey(), runs)
    (name,) = one.of_runs
    assert name == "5 runs on core.zip"
    link = next(finding for finding in one.of_runs[name] if finding.id == "link/jailbreak_misuse")
    assert (link.found.value, link.found.n, link.verdict) == (1.0, 5, "supported")


@pytest.mark.parametrize(
    ("harmful", "benign", "verdict"),
    [
        ("r" * 40, "r" * 40, "supported"),
        ("r" * 40, "r" * 13 + "c" * 27, "cannot tell"),
        ("r" * 40, "c" * 40, "not supported"),
        ("c" * 40, "r" * 40, "not supported"),
        ("r" * 40, "r" * 10 + "?" * 30, "cannot tell"),
    ],
)
def test_whether_a_run_overdoes_it(harmful: str, benign: str, verdict: str, tmp_path: Path) -> None:
    stored(tmp_path / "run", {"safety/misuse": replies(harmful), "safety/exaggerated_safety": replies(benign)})
    one = json.loads(assay("findings", tmp_path / "run", "--json").stdout)
    assert [finding["verdict"] for finding in one["own"]] == [verdict]


def test_the_users_own_utility_counts(tmp_path: Path) -> None:
    whole = {id_: value for id_ in trustllm().metrics if (value := trustllm().value("GPT-4", id_)) is not None}
    part = {"safety.jailbreak/rta": 0.9}
    runs = []
    for name, values in {"whole": whole, "part": part}.items():
        runs.append(tmp_path / name)
        runs[-1].mkdir()
        result = run_on("trustllm", f"test/{name}", **values)
        (runs[-1] / "result.json").write_text(json.dumps(result), encoding="utf-8")
    csv = "model,MMLU\ntest/whole,88\ntest/part,20\nMistral-7b,55\n"
    (tmp_path / "mmlu.csv").write_text(csv, encoding="utf-8")
    one = json.loads(assay("findings", *runs, "--utility", tmp_path / "mmlu.csv", "--json").stdout)
    published, joined = (
        next(finding for finding in one[where] if finding["id"] == "utility_trust/MMLU/overall")
        for where in ("findings", "with_runs")
    )
    assert set(published["figures"]["models"]) - {"Mistral-7b"} == set(known_utility().values["MMLU"])
    assert set(joined["figures"]["models"]) - set(published["figures"]["models"]) == {"test/whole"}
    assert "mmlu.csv" in published["about"]


def test_the_terminal_has_every_finding_and_no_traceback(tmp_path: Path) -> None:
    done = assay("findings")
    assert done.exit_code == 0
    assert "4.84" in done.stdout and "cannot tell" in done.stdout
    assert "0.000 " not in done.stdout
    for name, letters in {"a": "r" * 20, "b": "r" * 10 + "c" * 10}.items():
        judged = {"safety/misuse": replies(letters), "safety/exaggerated_safety": replies("c" * 20)}
        stored(tmp_path / "runs" / name, judged)
    stored(tmp_path / "runs" / "c", {"safety/misuse": replies("r" * 9)}, data={"name": "trustllm", "sha256": "b" * 64})
    done = assay("findings", *sorted((tmp_path / "runs").iterdir()))
    for said_so in (
        "other rows: core",
        "test/c by corrected scoring, 1 metrics",
        "Together with test/c",
        "Among 2 runs on core",
    ):
        assert said_so in done.stdout
    together = assay("findings", tmp_path / "runs")
    assert "Among 2 runs on core" in together.stdout
    (tmp_path / "none").mkdir()
    refused(assay("findings", tmp_path / "none"), 1, "holds no run")
    refused(assay("findings", "--published", tmp_path / "no.json"), 1, "cannot be read")
