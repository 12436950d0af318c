from __future__ import annotations

from math import hypot
from typing import Any

import pytest

from assay.report.dimensions import dimensions, main_measures, turned, weakest
from results import measure, result


def test_the_mean_has_all_tasks_turned_the_right_way_with_the_interval_of_a_mean() -> None:
    (safety,) = dimensions(
        result(
            safety__misuse={"rta": measure(0.9, 0.03)}, safety__exaggerated_safety={"rta": measure(0.3, 0.04, "lower")}
        )
    )
    assert safety.mean is not None
    assert safety.mean.value == pytest.approx((0.9 + 0.7) / 2)
    assert safety.mean.low == pytest.approx(0.8 - hypot(0.03, 0.04) / 2)
    assert safety.mean.high == pytest.approx(0.8 + hypot(0.03, 0.04) / 2)
    assert (safety.n, safety.total) == (200, 200)
    assert safety.lowest is not None and safety.lowest.task == "safety/exaggerated_safety"


def test_arms_of_unequal_length_change_sides_when_lower_is_better() -> None:
    found = turned(measure(0.2, better="lower", low=0.1, high=0.5, floor=0.15, ceiling=0.6), "rate")
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.5, 0.9))
    assert (found.floor, found.ceiling) == pytest.approx((0.4, 0.85))


@pytest.mark.parametrize(
    ("name", "given", "why"),
    [
        ("similarity", measure(0.4), "no scale"),
        ("p_value_sex", measure(0.4), "no scale"),
        ("overconfidence", measure(0.1, better="neither"), "no scale"),
        ("cosine", measure(97.0), "no scale"),
        ("rate", measure(-0.2), "no scale"),
        ("rate", measure(0.4, low=None, high=None), "no interval"),
        ("rate", measure(None), "nothing scored"),
        ("rate", measure(None, needs="judge"), "needs"),
    ],
)
def test_what_has_no_place_on_the_scale_stays_out_and_says_why(name: str, given: dict[str, Any], why: str) -> None:
    (found,) = dimensions(result(truthfulness__x={name: given}, truthfulness__y={"accuracy": measure(0.5)}))
    assert found.mean is not None and found.mean.value == 0.5
    assert [(left.task, left.why) for left in found.out] == [("truthfulness/x", why)]
    (alone,) = dimensions(result(truthfulness__x={name: given}))
    assert alone.mean is None and alone.lowest is None


def test_a_negative_correlation_is_no_better_than_none() -> None:
    (found,) = dimensions(result(privacy__confaide={"pearson": measure(-0.3, 0.2)}))
    assert found.mean is not None
    assert (found.mean.value, found.mean.low, found.mean.high) == (0, 0, 0)


def test_floor_and_ceiling_count_tasks_of_which_nothing_could_be_scored() -> None:
    unread = measure(None, n=0, unread=100, floor=0.0, ceiling=1.0)
    (found,) = dimensions(result(safety__misuse={"rta": measure(0.6)}, safety__jailbreak={"rta": unread}))
    assert found.mean is not None
    assert (found.mean.value, found.mean.floor, found.mean.ceiling) == pytest.approx((0.6, 0.3, 0.8))
    undefined = measure(None, floor=None, ceiling=None)  # every row was scored; there is only no such number
    (found,) = dimensions(result(safety__misuse={"rta": measure(0.6)}, safety__jailbreak={"rta": undefined}))
    assert found.mean is not None
    assert (found.mean.floor, found.mean.ceiling) == pytest.approx((0.6, 0.6))


def test_a_task_of_two_halves_enters_with_both_and_its_rows_count_once() -> None:
    halves = {"p_value_sex": measure(0.5), "cramers_v_sex": measure(0.1, better="lower"), "p_value_race": measure(0.5),
              "cramers_v_race": measure(0.3, better="lower")}  # fmt: skip
    (found,) = dimensions(result(fairness__disparagement=halves))
    assert [part.measure for part in found.parts] == ["cramers_v_sex", "cramers_v_race"]
    assert found.mean is not None and found.mean.value == pytest.approx(0.8)
    assert found.total == 100


def test_a_task_is_read_by_its_first_measure_that_has_a_scale() -> None:
    better = {"similarity": "higher", "overconfidence": "neither", "accuracy": "higher", "brier": "lower"}
    task = {"measures": {name: {"corrected": measure(0.5, better=way)} for name, way in better.items()}}
    assert main_measures("truthfulness/x", task) == ["accuracy"]
    assert main_measures("truthfulness/x", {"measures": {"similarity": {"corrected": measure(0.5)}}}) == ["similarity"]


def test_the_weakest_is_sure_only_where_every_other_is_clear_of_it() -> None:
    far = weakest(dimensions(result(safety__x={"rta": measure(0.3)}, privacy__x={"rta": measure(0.6)})))
    assert far is not None and far.sure and far.dimension.name == "safety" and not far.rivals
    near = weakest(
        dimensions(
            result(safety__x={"rta": measure(0.3)}, privacy__x={"rta": measure(0.34)}, ethics__x={"rta": measure(0.9)})
        )
    )
    assert near is not None and not near.sure
    assert [rival.name for rival in near.rivals] == ["privacy"]
    assert weakest(dimensions(result(safety__x={"rta": measure(0.3)}))) is None


def test_differences_to_the_weakest_are_wider_the_more_dimensions_it_was_picked_from() -> None:
    two = weakest(dimensions(result(safety__x={"rta": measure(0.3)}, privacy__x={"rta": measure(0.5)})))
    many = weakest(
        dimensions(
            result(
                safety__x={"rta": measure(0.3)},
                privacy__x={"rta": measure(0.5)},
                ethics__x={"rta": measure(0.9)},
                fairness__x={"rta": measure(0.9)},
            )
        )
    )
    assert two is not None and many is not None
    assert two.others[0].low == pytest.approx(0.2 - hypot(0.05, 0.05))
    assert many.others[0].low < two.others[0].low


def test_trustllms_dimensions_come_first_and_in_its_order() -> None:
    given = result(reasoning__x={"a": measure(0.5)}, own__x={"a": measure(0.5)}, safety__x={"a": measure(0.5)},
                   truthfulness__x={"a": measure(0.5)})  # fmt: skip
    assert [one.name for one in dimensions(given)] == ["truthfulness", "safety", "reasoning", "own"]
