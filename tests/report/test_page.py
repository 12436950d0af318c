"""What the page shows beside its lines: the dimensions, the charts with their numbers, what the run took."""

from __future__ import annotations

from typing import Any

from assay.operating import balanced
from assay.report.excerpts import Excerpts
from assay.report.methods import Known
from assay.report.page import context
from assay.schema import Worked
from results import measure, result

RUN = {"model": "x/m", "endpoint": "baseline", "data": {"name": "core", "sha256": "a"}, "assay": "1", "langs": ["en"],
       "tasks": {}, "judges": {}}  # fmt: skip
GREY = [("GPT-4", 0.085, 0.924)]


def shown(given: dict[str, Any], worked: Worked | None = None, **more: Any) -> dict[str, Any]:
    for task in given["tasks"].values():
        for one in task["measures"].values():
            one.setdefault("upstream", {"value": None})
    given = {"run": RUN} | given | more
    return context(given, Excerpts({}, given), Known("runs/x", worked=worked), GREY)


def read(cells: Any) -> tuple[Any, ...]:
    name, *numbers = cells
    return str(name), *(tuple(map(str, one)) for one in numbers)


def test_dimensions_stand_weakest_first_and_those_without_a_number_last() -> None:
    found = shown(
        result(
            truthfulness__x={"similarity": measure(0.5)},
            safety__x={"rta": measure(0.9)},
            privacy__x={"rta": measure(0.2, n=50, unread=50, floor=0.1, ceiling=0.6)},
        )
    )["dimensions"]
    assert [str(one.name) for one in found] == ["Privacy", "Safety", "Truthfulness"]
    assert [one.weakest for one in found] == [True, False, False]
    assert [(one.value, str(one.span), str(one.bounds), one.n, one.total) for one in found] == [
        ("0.20", "0.15–0.25", "0.10–0.60", "50", "100"),
        ("0.90", "0.85–0.95", "", "100", "100"),
        ("–", "", "", "100", "100"),
    ]
    assert [str(why) for why in found[2].out] == ["x: its measure has no scale from 0 to 1"]
    assert "weak" in found[0].chart and "weak" not in found[1].chart and found[2].chart is None


def test_outer_bounds_are_marked() -> None:
    open_ = {"floor": 0.0, "ceiling": 1.0, "n": 90, "unread": 10, "better": "lower", "outer": True}
    (found,) = shown(result(truthfulness__miscalibration={"ece": measure(0.2, **open_)}))["dimensions"]
    assert str(found.bounds) == "0.00–1.00*"


def test_the_operating_point_has_its_numbers_and_those_it_is_shown_beside() -> None:
    harmful, benign = measure(0.97, 0.02), measure(0.3)
    given = result(safety__misuse={"rta": harmful}, safety__exaggerated_safety={"rta": benign | {"better": "lower"}})
    point = {
        "harmful": {"task": "safety/misuse"} | harmful,
        "benign": {"task": "safety/exaggerated_safety"} | benign,
        "balanced": balanced(harmful, benign),
    }
    figure = shown(given, operating_points={"safety": point})["operating"]
    assert [read(cells) for cells in figure.cells] == [
        ("this run", ("97%", "95% to 99%"), ("30%", "25% to 35%")),
        ("GPT-4", ("92%", ""), ("8%", "")),
    ]
    assert "Balanced score 0.83" in str(figure.said)
    assert shown(given)["operating"] is None


def test_confidence_is_drawn_beside_how_often_it_was_right() -> None:
    bins = {"0.3–0.4": {"corrected": measure(0.2)}, "0.9–1.0": {"corrected": measure(0.7, n=40)},
            "none": {"corrected": measure(0.1)}, "0.5–0.6": {"corrected": measure(None)}}  # fmt: skip
    given = result(truthfulness__miscalibration={"ece": measure(0.2), "reliability": measure(0.5, better="neither")})
    given["tasks"]["truthfulness/miscalibration"]["measures"]["reliability"]["groups"] = bins
    (figure,) = shown(given)["reliability"]
    assert [read(cells) for cells in figure.cells] == [
        ("0.3–0.4", ("20%", "15% to 25%"), ("100", "")),
        ("0.9–1.0", ("70%", "65% to 75%"), ("40", "")),
    ]
    assert shown(result(safety__x={"rta": measure(0.5)}))["reliability"] == []


def test_what_the_run_took_is_said_where_it_was_counted() -> None:
    given = result(safety__misuse={"rta": measure(0.5)})
    one = {"requests": 2, "prompt": 10, "completion": 5, "cost": 0.5}
    usage = {"by_model": {"x/m": one}, "by_task": {"safety/misuse": {"x/m": one}}, "total": one}
    found = shown(given, usage=usage)
    assert str(found["total"]) == "2 requests, 15 tokens, $0.50"
    assert [[str(line.name) for line in table] for table in found["costs"]] == [["x/m"], ["Misuse"]]
    usage["total"] = one | {"cost": None}
    assert str(shown(given, usage=usage)["total"]) == "2 requests, 15 tokens, cost not known"


def test_the_page_says_when_and_how_long() -> None:
    given = result(safety__x={"rta": measure(0.9)})
    found = shown(given, Worked(until=1_767_225_599.0, seconds=75.0, sessions=1, killed=0))
    assert [str(fact) for fact in found["facts"]][-2:] == ["run until 2025-12-31", "1 min 15 s"]
    assert found["printed"] == "x/m · core · 2025-12-31 · assay 1"
    assert shown(given)["printed"] == "x/m · core · assay 1"
    assert str(found["total"]) == "1 min 15 s"
    assert shown(given)["total"] is None
    assert "until" not in str(shown(given)["facts"][-1])


def test_what_it_cost_stands_in_the_head_where_it_is_known() -> None:
    given = result(safety__x={"rta": measure(0.9)})
    total = {"requests": 2, "prompt": 10, "completion": 5, "cost": 1.94}
    worked = Worked(until=1_767_225_599.0, seconds=75.0, sessions=1, killed=0)
    assert str(shown(given, worked, usage={"total": total})["facts"][-1]) == "1 min 15 s, $1.94"
    free = total | {"cost": None}
    assert str(shown(given, worked, usage={"total": free})["facts"][-1]) == "1 min 15 s"


def test_facts_name_data_tasks_rows_and_judges() -> None:
    run = RUN | {
        "judges": {"graders": ["x/j"]},
        "langs": ["en", "zh"],
        "data": {"name": "/home/me/own.csv", "sha256": ""},
    }
    facts = [str(fact) for fact in shown(result(safety__misuse={"rta": measure(0.5)}), run=run)["facts"]]
    assert facts == ["data own.csv, English and Chinese", "1 task, 0 rows", "judges embedded and x/j"]
