from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assay.comparing import NothingShared, as_json, compare
from assay.errors import StoreError, UsageError
from assay.stats.paired import bonett_price, mcnemar
from assay.stats.power import least_mcnemar
from assay.tasks import all_tasks, select
from commands import assay, refused
from stored_runs import renamed, replies, stored

MISUSE, BENIGN, QUERY = "safety/misuse", "safety/exaggerated_safety", "fairness/stereotype_query"


def found(*paths: Path, **more: Any) -> dict[str, Any]:
    return as_json(compare(paths, all_tasks(), **more))


def line(described: dict[str, Any], task: str, pair: int = 0) -> dict[str, Any]:
    (one,) = [one for one in described["comparisons"][pair]["measures"] if one["task"] == task]
    return dict(one)


def test_rates_of_independent_rows_are_tested_by_mcnemar(tmp_path: Path) -> None:
    first = stored(tmp_path / "a", {MISUSE: replies("r" * 30 + "c" * 10)})
    second = stored(tmp_path / "b", {MISUSE: replies("c" * 9 + "r" * 22 + "c" * 9)})
    one = line(found(first, second), MISUSE)
    assert (one["first"], one["second"]) == pytest.approx((30 / 40, 22 / 40))
    assert one["difference"] == pytest.approx(-8 / 40)
    assert (one["test"], one["pairs"], one["clusters"], one["discordant"]) == ("mcnemar", 40, 40, 10 / 40)
    assert one["p"] == one["p_adjusted"] == mcnemar(1, 9)
    assert (one["low"], one["high"]) == bonett_price(1, 9, 40)
    assert one["least_visible"] == one["least_visible_alone"] == least_mcnemar(40, 0.25)


def test_rows_that_share_a_cluster_are_swapped_together(tmp_path: Path) -> None:
    first = stored(tmp_path / "a", {MISUSE: replies("rrrr" * 10, cluster=4)})
    second = stored(tmp_path / "b", {MISUSE: replies("rrrr" * 7 + "cccc" * 3, cluster=4)})
    one = line(found(first, second), MISUSE)
    assert (one["test"], one["clusters"], one["difference"]) == ("swap", 10, pytest.approx(-0.3))
    assert one["p"] > 0.1, "three clusters are not twelve rows"


def test_holm_is_over_the_measures_of_a_pair(tmp_path: Path) -> None:
    first = stored(tmp_path / "a", {MISUSE: replies("r" * 12), QUERY: replies("r" * 12)})
    second = stored(tmp_path / "b", {MISUSE: replies("c" * 6 + "r" * 6), QUERY: replies("r" * 12)})
    described = found(first, second)
    assert described["comparisons"][0]["family"] == 2
    assert line(described, MISUSE)["p_adjusted"] == pytest.approx(2 * mcnemar(0, 6))
    assert line(described, QUERY)["p_adjusted"] == 1.0
    assert line(described, MISUSE)["least_visible"] == least_mcnemar(12, 0.5, 0.05 / 2)


def test_what_is_missing_leaves_the_pair_and_is_counted(tmp_path: Path) -> None:
    first = stored(tmp_path / "a", {MISUSE: replies("rrrr??!#rr")})
    second = stored(tmp_path / "b", {MISUSE: replies("rc?!rrrr")})
    one = line(found(first, second), MISUSE)
    assert one["pairs"] == 2
    assert one["lost"] == [{"unread": 2, "failed": 1, "blocked": 1}, {"unread": 1, "failed": 1}]
    assert one["only"] == [2, 0]
    assert (one["first"], one["second"]) == (1.0, 0.5)


def test_languages_and_epochs_are_rows_of_their_own(tmp_path: Path) -> None:
    both = replies("rrcc") + replies("cccc", lang="zh")
    first = stored(tmp_path / "a", {MISUSE: both}, epochs=2, langs=["en", "zh"])
    second = stored(tmp_path / "b", {MISUSE: replies("rrrr")})
    described = found(first, second)
    one = line(described, MISUSE)
    assert (one["pairs"], one["only"], one["first"]) == (4, [12, 0], 0.5)
    assert described["notes"] == ["langs: test/a en zh, test/b en"]


def test_the_first_is_compared_with_all_others_or_each_with_each(tmp_path: Path) -> None:
    paths = [stored(tmp_path / name, {MISUSE: replies(said)}) for name, said in zip("abc", ("rr", "rc", "cc"))]  # noqa: B905
    pairs = [(pair["first"], pair["second"]) for pair in found(*paths)["comparisons"]]
    assert pairs == [(0, 1), (0, 2)]
    pairs = [(pair["first"], pair["second"]) for pair in found(*paths, all_pairs=True)["comparisons"]]
    assert pairs == [(0, 1), (0, 2), (1, 2)]


def test_three_runs_have_rank_intervals_on_the_rows_of_all(tmp_path: Path) -> None:
    said = {"good": "r" * 60, "same": "r" * 59 + "c", "bad": "c" * 60, "mute": "?" * 60}
    paths = [stored(tmp_path / name, {MISUSE: replies(letters)}) for name, letters in said.items()]
    (one,) = found(*paths)["ranks"]
    assert one["rows"] == 60
    assert [(run["run"], run["rank"], run["best"], run["worst"]) for run in one["runs"]] == [
        (0, 1, 1, 2),
        (1, 2, 1, 2),
        (2, 3, 3, 3),
    ]


def test_an_operating_point_is_three_lines_that_stand_together(tmp_path: Path) -> None:
    refuser = {MISUSE: replies("r" * 40), QUERY: replies("r" * 8), BENIGN: replies("r" * 40)}
    fair = {MISUSE: replies("r" * 40), QUERY: replies("r" * 8), BENIGN: replies("c" * 40)}
    described = found(stored(tmp_path / "a", refuser), stored(tmp_path / "b", fair))
    tasks = [one["task"] for one in described["comparisons"][0]["measures"]]
    assert tasks == [MISUSE, BENIGN, "safety/misuse × exaggerated_safety", QUERY]
    balanced = line(described, "safety/misuse × exaggerated_safety")
    assert (balanced["first"], balanced["second"], balanced["difference"]) == pytest.approx((0.5, 1.0, 0.5))
    assert balanced["p_adjusted"] < 0.01
    assert balanced["low"] > 0.3
    assert described["comparisons"][0]["family"] == 4


def test_other_data_or_versions_are_refused_by_name(tmp_path: Path) -> None:
    first = stored(tmp_path / "a", {MISUSE: replies("rr")})
    other = stored(tmp_path / "b", {MISUSE: replies("rr")}, data={"name": "trustllm", "sha256": "b" * 64})
    older = stored(tmp_path / "c", {MISUSE: replies("rr")}, tasks={MISUSE: 0})
    with pytest.raises(UsageError, match=r"different data: .*core \(aaaaaaaaaaaa\).*trustllm \(bbbbbbbbbbbb\)"):
        found(first, other)
    with pytest.raises(UsageError, match=r"safety/misuse is not the same task .*version 1 .*version 0 "):
        found(first, older)
    with pytest.raises(UsageError, match="two runs or more"):
        found(first)
    with pytest.raises(StoreError, match=r"nothing has no run\.json"):
        found(first, tmp_path / "nothing")


def test_a_task_of_another_version_can_be_left_out(tmp_path: Path) -> None:
    tasks = {MISUSE: replies("rr"), QUERY: replies("rr")}
    first = stored(tmp_path / "a", tasks)
    older = stored(tmp_path / "b", tasks, tasks={MISUSE: 0, QUERY: 1})
    described = as_json(compare([first, older], select(["fairness"])))
    assert [one["task"] for one in described["comparisons"][0]["measures"]] == [QUERY]


def test_recorded_replies_are_paired_by_their_prompts(tmp_path: Path) -> None:
    records = replies("rrrcc")
    first = stored(tmp_path / "a", {MISUSE: records}, endpoint="recorded")
    turned = [*records[:3], *renamed(records[3:], 7)]
    second = stored(tmp_path / "b", {MISUSE: turned}, endpoint="recorded", data={"name": "x", "sha256": "c" * 64})
    described = found(first, second)
    assert (line(described, MISUSE)["pairs"], line(described, MISUSE)["only"]) == (3, [2, 2])
    assert described["notes"] == ["recorded replies: a row is the same where its prompt is"]


def test_runs_without_a_common_row_are_no_comparison(tmp_path: Path) -> None:
    first = stored(tmp_path / "a", {MISUSE: replies("rr")})
    second = stored(tmp_path / "b", {MISUSE: renamed(replies("rr"), 10)})
    with pytest.raises(NothingShared, match="no row of safety/misuse counts in several"):
        found(first, second)
    blocked = stored(tmp_path / "c", {MISUSE: replies("##")})
    with pytest.raises(NothingShared, match="counts in several"):
        found(first, blocked)
    other = stored(tmp_path / "d", {QUERY: replies("rr")})
    with pytest.raises(NothingShared, match="no task in common"):
        found(first, other)
    refused(assay("compare", first, other), 2, "no task in common", "--unpaired")


def test_a_measure_and_its_mirror_are_one_test(tmp_path: Path) -> None:
    attacked, asked = "safety/jailbreak", replies("r" * 30 + "c" * 10)
    first = stored(tmp_path / "a", {attacked: asked, QUERY: asked})
    second = stored(tmp_path / "b", {attacked: replies("r" * 12 + "c" * 28), QUERY: replies("r" * 25 + "c" * 15)})
    (pair,) = found(first, second)["comparisons"]
    by_name = {one["measure"]: one for one in pair["measures"] if one["task"] == attacked}
    rta, mirror = by_name["rta"], by_name["attack_success_rate"]
    assert (mirror["difference"], mirror["p"]) == (pytest.approx(-rta["difference"]), rta["p"])
    assert pair["family"] == 2 and len(pair["measures"]) == 3
    assert rta["p_adjusted"] == mirror["p_adjusted"] == pytest.approx(2 * rta["p"])


def test_the_command_prints_tables_json_and_what_is_not_paired(tmp_path: Path) -> None:
    first = stored(tmp_path / "a", {MISUSE: replies("r" * 30), QUERY: replies("rr")})
    second = stored(tmp_path / "b", {MISUSE: replies("c" * 30)})
    done = assay("compare", first, second)
    assert done.exit_code == 0
    paired, _, aside = done.stdout.partition("Not paired")
    (row,) = [one for one in paired.splitlines() if "misuse" in one]
    for cell in ("1.000", "0.000", "-1.000", "worse", " 30 "):
        assert cell in row, row
    assert "stereotype_query" in aside and "stereotype_query" not in paired
    printed = assay("compare", first, second, "--json")
    assert json.loads(printed.stdout) == found(first, second)
    assert "pairs" not in assay("compare", first, second, "--unpaired").stdout
    refused(assay("compare", first), 2, "two runs or more")
