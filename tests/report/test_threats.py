from __future__ import annotations

from typing import Any

import pytest

from assay.report.dimensions import dimensions
from assay.report.threats import Threat, threats
from results import measure, result


def found(given: dict[str, Any], graded: dict[str, float] | None = None) -> dict[str, Threat]:
    return {str(one.name): one for one in threats(dimensions(given), given, "runs/x", graded or {})}


def test_each_kind_of_missing_row_has_its_share_of_the_way_from_floor_to_ceiling() -> None:
    open_ = {"floor": 0.4, "ceiling": 0.8, "n": 60, "unread": 30, "blocked": 10}
    given = result(safety__misuse={"rta": measure(0.6, **open_)}, safety__violence={"rta": measure(0.6)})
    threat = found(given, {"safety/misuse": 0.0})
    assert threat["Unread"].by == pytest.approx(0.4 * 3 / 4 / 2)
    assert threat["Blocked by the provider"].by == pytest.approx(0.4 * 1 / 4 / 2)
    assert threat["Unread"].task == "safety/misuse"
    assert "assay score runs/x --judge MODEL" in str(threat["Unread"].step)
    assert "Failed" not in threat


@pytest.mark.parametrize(
    ("graded", "graders"), [({}, []), ({"safety/misuse": 0.0}, ["x/judge"])], ids=["rules", "asked"]
)
def test_where_no_model_is_left_to_ask_unread_rows_are_to_be_read(graded: dict[str, float], graders: list[str]) -> None:
    given = result(safety__misuse={"rta": measure(0.6, floor=0.4, ceiling=0.8, n=60, unread=40)})
    given["run"] = {"judges": {"graders": graders}}
    step = str(found(given, graded)["Unread"].step)
    assert "assay view runs/x" in step and "--judge" not in step


@pytest.mark.parametrize(
    ("run", "published", "step"),
    [
        ({"data": {"name": "core"}}, True, "--data trustllm"),
        ({"data": {"name": "core"}}, False, "--data FILE"),
        ({"data": {"name": "trustllm"}}, True, "--data FILE"),
        ({"data": {"name": "own.csv"}}, False, "--data FILE"),
        ({"data": {"name": "core"}, "limit": 30}, True, "leave --limit away"),
    ],
)
def test_more_rows_are_offered_where_there_are_any(run: dict[str, Any], published: bool, step: str) -> None:
    given = result(safety__misuse={"rta": measure(0.6, 0.2)}) | {"run": run}
    if published:
        given["tasks"]["safety/misuse"]["measures"]["rta"]["published"] = "safety.misuse/rta"
    said = str(found(given)["Few rows"].step)
    assert step in said and ("trustllm" in said) == ("trustllm" in step)


def test_an_unread_reply_that_counts_as_wrong_moves_nothing() -> None:
    given = result(ethics__x={"accuracy": measure(0.6, n=60, unread=40)})
    assert "Unread" not in found(given)


def test_outer_bounds_do_not_say_how_far_a_few_rows_move_a_number() -> None:
    open_ = {"floor": 0.0, "ceiling": 1.0, "n": 99, "unread": 1}
    assert "Unread" not in found(
        result(fairness__x={"cramers_v_sex": measure(0.1, better="lower", outer=True, **open_)})
    )
    assert "Unread" in found(result(fairness__x={"rate": measure(0.1, better="lower", **open_)}))


def test_the_judges_error_is_how_far_the_dimension_goes_without_it() -> None:
    given = result(
        safety__misuse={"rta": measure(0.6)}, safety__exaggerated_safety={"rta": measure(0.4, better="lower")}
    )
    freed = {"identifiable": True, "card": "refusal", "warnings": [], "low": 0.4, "high": 0.6}
    given["tasks"]["safety/misuse"]["measures"]["rta"]["judge_corrected"] = freed | {"value": 0.5}
    given["tasks"]["safety/exaggerated_safety"]["measures"]["rta"]["judge_corrected"] = freed | {"value": 0.45}
    assert found(given)["Judge's error"].detail.zh == "据 拒答 的误差卡"
    assert found(given)["Judge's error"].by == pytest.approx((0.1 + 0.05) / 2)  # both go down: the second one is turned
    freed["identifiable"] = False
    unknown = result(safety__misuse={"rta": measure(0.6)})
    unknown["tasks"]["safety/misuse"]["measures"]["rta"]["judge_corrected"] = freed | {"value": 0.1}
    assert "Judge's error" not in found(unknown)


def test_planted_verdicts_count_as_far_as_models_judged() -> None:
    given = result(safety__misuse={"rta": measure(0.6)}, safety__violence={"rta": measure(0.6)})
    given["planted"] = planting(0.2, 0.1, 0.29)
    planted = "Planted verdicts that x/judge takes over"
    threat = found(given, {"safety/misuse": 0.5})[planted]
    assert threat.by == pytest.approx(0.2 * 0.5 / 2)
    assert "20% (0.10–0.29) more of 120" in str(threat.detail)
    assert planted not in found(given)


@pytest.mark.parametrize(
    "excess", [(1 / 120, -0.036, 0.052), (0.108, -0.08, 0.29), (0.1, 0.0, 0.2), (0.1, None, None), (None, None, None)]
)
def test_a_judge_whose_excess_may_be_none_is_not_accused(excess: tuple[float | None, ...]) -> None:
    given = result(safety__misuse={"rta": measure(0.6)})
    given["planted"] = planting(*excess)
    assert not any("Planted" in name for name in found(given, {"safety/misuse": 1.0}))


def planting(value: float | None, low: float | None, high: float | None) -> dict[str, Any]:
    """What was found of one judge's planted verdicts."""
    return {
        "x/judge": {
            "flip_rate": {"value": 0.3, "n": 120},
            "excess": {"value": value, "low": low, "high": high, "n": 120},
        }
    }


def test_the_largest_comes_first_and_what_moves_nothing_is_left_out() -> None:
    wide = result(safety__misuse={"rta": measure(0.6, 0.2, floor=0.55, ceiling=0.65, n=90, unread=10)})
    ordered = threats(dimensions(wide), wide, "runs/x", {})
    assert [str(one.name) for one in ordered] == ["Few rows", "Unread"]
    assert ordered[0].both_ways
    sure = result(safety__misuse={"rta": measure(0.6, 0.001)})
    assert threats(dimensions(sure), sure, "runs/x", {}) == []
