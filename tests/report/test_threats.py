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
    threat = found(given)
    assert threat["Unread"].by == pytest.approx(0.4 * 3 / 4 / 2)
    assert threat["Blocked by the provider"].by == pytest.approx(0.4 * 1 / 4 / 2)
    assert threat["Unread"].task == "safety/misuse"
    assert "assay score runs/x --judge MODEL" in str(threat["Unread"].step)
    assert "Failed" not in threat


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
    assert found(given)["Judge's error"].by == pytest.approx((0.1 + 0.05) / 2)  # both go down: the second one is turned
    freed["identifiable"] = False
    unknown = result(safety__misuse={"rta": measure(0.6)})
    unknown["tasks"]["safety/misuse"]["measures"]["rta"]["judge_corrected"] = freed | {"value": 0.1}
    assert "Judge's error" not in found(unknown)


def test_planted_verdicts_count_as_far_as_models_judged() -> None:
    given = result(safety__misuse={"rta": measure(0.6)}, safety__violence={"rta": measure(0.6)})
    given["planted"] = {"x/judge": {"flip_rate": {"value": 0.3, "n": 120}, "excess": {"value": 0.2, "n": 120}}}
    planted = "Planted verdicts that x/judge takes over"
    assert found(given, {"safety/misuse": 0.5})[planted].by == pytest.approx(0.2 * 0.5 / 2)
    assert planted not in found(given)


def test_the_largest_comes_first_and_what_moves_nothing_is_left_out() -> None:
    wide = result(safety__misuse={"rta": measure(0.6, 0.2, floor=0.55, ceiling=0.65, n=90, unread=10)})
    ordered = threats(dimensions(wide), wide, "runs/x", {})
    assert [str(one.name) for one in ordered] == ["Few rows", "Unread"]
    assert ordered[0].both_ways
    sure = result(safety__misuse={"rta": measure(0.6, 0.001)})
    assert threats(dimensions(sure), sure, "runs/x", {}) == []
