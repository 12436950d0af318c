"""What every metric owes: it is total, its counts add up, and its bounds hold the value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from math import isfinite
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.metrics.additive import Additive
from assay.metrics.association import cramers_v, independence_p, pearson
from assay.metrics.classification import macro_f1, macro_recall, micro_f1
from assay.metrics.groups import mean_over_groups
from assay.metrics.pairs import attack_success_rate, robustness_score
from assay.metrics.rates import accuracy, label_share, maximum, mean, rate
from assay.schema import Measure, Metric, Point, Status
from assay.tasks import all_tasks

LABELS = {
    "rate": rate("a", "c"),
    "label_share": label_share("a"),
    "accuracy": accuracy(),
    "macro_f1": macro_f1("a", "b"),
    "macro_f1 of what occurs": macro_f1(),
    "macro_f1 of three": macro_f1("a", "b", "c"),
    "micro_f1": micro_f1(),
    "macro_recall": macro_recall("a", "b"),
    "macro_recall of what occurs": macro_recall(),
    "independence_p": independence_p(),
    "cramers_v": cramers_v(),
}
VALUES = {
    "mean": mean(),
    "mean percent": mean(-1.0, 1.0, scale=100),
    "maximum": maximum(),
    "pearson": pearson(),
}
PAIRS: dict[str, Additive] = {"attack_success_rate": attack_success_rate(), "robustness_score": robustness_score()}
OVER_GROUPS = {
    f"{name} over groups": mean_over_groups(metric)
    for name, metric in (LABELS | VALUES | PAIRS).items()
    if isinstance(metric, Additive)
}
METRICS: dict[str, Metric] = {**LABELS, **VALUES, **PAIRS, **OVER_GROUPS}
UNREAD_IS_WRONG = {"label_share", "accuracy", "micro_f1", "macro_f1", "macro_recall"}
EVERY = pytest.mark.parametrize("name", METRICS)
STATUSES: tuple[Status, ...] = ("scored", "unread", "blocked", "failed")


def kind(name: str) -> str:
    base = name.removesuffix(" over groups")
    return "values" if base in VALUES else "pairs" if base in PAIRS else "labels"


def point(of: str, status: Status, number: int, group: str = "", cluster: str = "") -> Point:
    """A point such as a metric of that kind meets."""
    blank = Point(status, group=group, cluster=cluster)
    scored = status == "scored"
    if of == "values":
        return replace(blank, value=(number % 5) / 4 if scored else None, gold=float(number * number % 7))
    if of == "pairs":
        labels = ("right,right", "right,wrong", "wrong,right", "wrong,wrong", "right,unread")
        return replace(blank, label=labels[number % 5] if scored else None)
    return replace(blank, label="aabbc"[number % 5] if scored else None, gold="ab"[number % 2])


def sound(measure: Measure, points: Sequence[Point]) -> None:
    assert measure.total == len(points)
    assert measure.n + measure.unread + measure.blocked + measure.failed == measure.total
    assert (measure.low is None) == (measure.high is None)
    numbers = (measure.floor, measure.low, measure.value, measure.high, measure.ceiling)
    assert all(type(number) is float and isfinite(number) for number in numbers if number is not None)
    assert (measure.floor is None) == (measure.ceiling is None)
    if measure.value is None:
        assert measure.low is None
    else:
        assert measure.floor is not None and measure.ceiling is not None
        assert measure.floor <= measure.value <= measure.ceiling
        if measure.low is not None and measure.high is not None:
            assert measure.low <= measure.value <= measure.high
    assert not measure.needs and not measure.groups


@EVERY
def test_no_points(name: str) -> None:
    assert METRICS[name]([], "lower") == Measure(None, None, None, 0, 0, 0, 0, 0, None, None, "lower")


@EVERY
@pytest.mark.parametrize("status", ["unread", "blocked", "failed"])
def test_nothing_scored(name: str, status: Status) -> None:
    points = [point(kind(name), status, number, group="g") for number in range(6)]
    measure = METRICS[name](points, "higher")
    sound(measure, points)
    assert (measure.n, getattr(measure, status)) == (0, 6)
    if status == "unread" and name.split(" ")[0] in UNREAD_IS_WRONG:
        assert (measure.value, measure.floor, measure.ceiling) == (0.0, 0.0, 0.0)
        assert measure.high is not None and 0 < measure.high < 1
    elif status == "unread" and kind(name) == "pairs":
        assert (measure.value, measure.floor, measure.ceiling) == (None, None, None)
    else:
        assert measure.value is None
        assert measure.floor is not None and measure.ceiling is not None
        assert measure.floor < measure.ceiling


@EVERY
def test_one_group_is_its_own_mean(name: str) -> None:
    points = [point(kind(name), STATUSES[number % 7 // 4], number, group="g") for number in range(40)]
    measure = METRICS[name](points, "neither")
    sound(measure, points)
    assert measure.value is not None
    assert measure == METRICS[name.removesuffix(" over groups")](points, "neither")


@EVERY
def test_one_cluster(name: str) -> None:
    """One cluster says nothing on how clusters differ: the interval is wide, or there is none."""
    points = [point(kind(name), "scored", number, group="g", cluster="c") for number in range(40)]
    measure = METRICS[name](points, "higher")
    sound(measure, points)
    assert measure.value is not None
    if measure.low is not None and measure.high is not None and not name.startswith("mean"):
        assert measure.high - measure.low > 0.5


@EVERY
@pytest.mark.parametrize("status", STATUSES)
def test_one_point(name: str, status: Status) -> None:
    points = [point(kind(name), status, 0, group="g")]
    sound(METRICS[name](points, "higher"), points)


@EVERY
def test_the_order_of_the_points_is_nothing(name: str) -> None:
    points = [
        point(kind(name), STATUSES[number % 9 // 4], number, group="gh"[number % 2], cluster=f"c{number % 11}")
        for number in range(60)
    ]
    forth, back = METRICS[name](points, "higher"), METRICS[name](points[::-1], "higher")
    sound(forth, points)
    for field in ("value", "low", "high", "floor", "ceiling"):
        assert getattr(forth, field) == pytest.approx(getattr(back, field), abs=1e-12)


@EVERY
def test_an_undefined_group_leaves_the_mean_undefined(name: str) -> None:
    points = [point(kind(name), "scored", number, group="g") for number in range(20)]
    points += [point(kind(name), "blocked", number, group="blocked") for number in range(3)]
    measure = METRICS[name](points, "higher")
    sound(measure, points)
    averaged = name.endswith("over groups") or name == "robustness_score"
    assert (measure.value is None) == averaged
    assert measure.floor is not None


@st.composite
def mixed(draw: st.DrawFn, of: str) -> list[Point]:
    points = []
    for _ in range(draw(st.integers(1, 25))):
        made = point(
            of,
            draw(st.sampled_from(STATUSES)),
            draw(st.integers(0, 9)),
            group=draw(st.sampled_from(["", "g", "h"])),
            cluster=draw(st.sampled_from(["", "x", "y", "z"])),
        )
        # What no metric may stumble over: gold or verdict of another type than it reads, or none at all.
        odd = draw(st.integers(0, 12))
        made = replace(made, gold=None) if odd == 0 else made
        made = replace(made, label=None, value=float("nan")) if odd == 1 else made
        points.append(made)
    return points


@EVERY
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_bounds_hold(name: str, data: st.DataObject) -> None:
    points = data.draw(mixed(kind(name)))
    sound(METRICS[name](points, "higher"), points)


MEASURED = {f"{task.id} {score.name}": score.metric for task in all_tasks() for score in task.scores}
SAID = ("refused", "partly_refused", "complied", "leaked", "correct", "right,wrong", "right,right", "wrong,right", "a")


@pytest.mark.parametrize("name", MEASURED)
def test_bounds_hold_for_all_that_tasks_measure(name: str) -> None:
    rng = Random(name)
    for size in (1, 9, 60):
        points = [
            Point(
                rng.choice(STATUSES[:1] * 4 + STATUSES),
                label=rng.choice((*SAID, *SAID[:2] * 4)),
                value=rng.choice((0.0, 0.2, 0.7, 1.0)),
                gold=rng.choice((*SAID[:5], *range(5))),
                group=rng.choice("gh"),
                cluster=rng.choice(("", *"uvwxyz")),
            )
            for _ in range(size)
        ]
        points = [one if one.status == "scored" else replace(one, label=None, value=None) for one in points]
        sound(MEASURED[name](points, "higher"), points)


# ---- floor and ceiling, by going through all that the missing rows could have been ---------------


def possible(metric: Additive, points: Sequence[Point], missing: set[Status], answers: Sequence[Point]) -> set[float]:
    """All numbers that the metric could have had, each missing point replaced by one of the answers."""
    known = [one for one in points if one.status not in missing]
    lost = [one for one in points if one.status in missing]
    quick = replace(metric, interval="none")
    outcomes = set()
    for choice in product(answers, repeat=len(lost)):
        filled = [replace(one, status=a.status, label=a.label) for one, a in zip(lost, choice, strict=True)]
        value = quick([*known, *filled], "higher").value
        if value is not None:
            outcomes.add(value)
    return outcomes


EXACT: dict[str, tuple[Additive, set[Status], tuple[Point, ...]]] = {
    "rate": (rate("a"), {"unread", "blocked", "failed"}, (Point("scored", "a"), Point("scored", "b"))),
    **{
        name: (
            metric,
            {"blocked", "failed"},
            (*(Point("scored", label) for label in "abcd"), Point("unread")),
        )
        for name, metric in {
            "accuracy": accuracy(),
            "label_share": label_share("a"),
            "micro_f1": micro_f1(),
            "macro_recall": macro_recall("a", "b"),
            "macro_f1": macro_f1("a", "b"),
            "macro_f1 of three": macro_f1("a", "b", "c"),
            "macro_f1 over groups": mean_over_groups(macro_f1("a", "b")),
        }.items()
    },
    **{
        name: (
            metric,
            {"blocked", "failed"},
            tuple(
                Point("scored", f"{original},{adversarial}")
                for original, adversarial in product(("right", "wrong"), repeat=2)
            ),
        )
        for name, metric in PAIRS.items()
    },
}


@pytest.mark.parametrize("name", EXACT)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_floor_and_ceiling_are_the_lowest_and_highest_possible(name: str, data: st.DataObject) -> None:
    metric, missing, answers = EXACT[name]
    pick = st.sampled_from
    scored = st.builds(Point, st.just("scored"), pick(answers).map(lambda one: one.label or "b"), gold=pick("abcd"))
    silent = st.builds(Point, st.just("unread"), gold=pick("abcd"))
    lost = st.builds(Point, pick(("blocked", "failed")), gold=pick("abcd"))
    points = data.draw(st.lists(scored, max_size=8)) + data.draw(st.lists(silent, max_size=1))
    points += data.draw(st.lists(lost, max_size=3))
    if name.endswith("over groups"):
        points = [replace(one, group="gh"[number % 2]) for number, one in enumerate(points)]
    measure = metric(points, "lower")
    assert not measure.outer
    outcomes = possible(metric, points, missing, answers)
    if outcomes:
        assert (measure.floor, measure.ceiling) == pytest.approx((min(outcomes), max(outcomes)))
    else:
        assert (measure.floor, measure.ceiling) == (None, None)
