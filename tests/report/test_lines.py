from __future__ import annotations

import re
from typing import Any

import pytest

from assay.report.dimensions import dimensions
from assay.report.excerpts import Excerpts
from assay.report.lines import Line, anchor, areas
from assay.schema import Record, Reply, Row, Verdict, user
from results import measure, result

CARD = {"within": ["by_refusal"], "sensitivity": 0.95, "specificity": 0.9, "n": 3432}


def lines(given: dict[str, Any], judge: str = "by_refusal", **run: Any) -> list[Line]:
    for task in given["tasks"].values():
        for one in task["measures"].values():
            one.setdefault("upstream", {"value": None})
    given["run"] = {"judges": {"cards": {"refusal": CARD}}} | run
    excerpts = Excerpts({}, given)
    record = Record(Row("1", (user("Q"),)), (Reply("R"),), (Verdict(judge, "refused"),))
    excerpts.see((task, 0, record) for task in given["tasks"])
    return [line for area in areas(given, dimensions(given), excerpts) for line in area.lines]


def test_every_measure_has_a_line_the_one_that_the_task_is_read_by_first() -> None:
    given = result(truthfulness__x={"overconfidence": measure(0.1, better="neither"), "accuracy": measure(0.5)})
    first, second = lines(given)
    assert (str(first.measure), first.main, str(first.task)) == ("accuracy", True, "x")
    assert (str(second.measure), second.main, second.task) == ("overconfidence", False, None)
    assert first.anchor == anchor("truthfulness/x") == "task-truthfulness-x" and not second.anchor


def test_a_line_has_value_interval_counts_and_both_scorings() -> None:
    given = result(safety__misuse={"rta": measure(0.6, n=90, unread=7, blocked=3, floor=0.5, ceiling=0.7)})
    given["tasks"]["safety/misuse"]["measures"]["rta"]["upstream"] = {"value": 0.75}
    (line,) = lines(given)
    assert (line.value, str(line.span), str(line.bounds)) == ("0.600", "0.55–0.65", "0.50–0.70")
    assert (line.n, line.total, line.missing) == ("90", "100", (3, 0, 7))
    assert (line.upstream, line.arrow) == ("0.750", "↑")
    assert line.chart is not None and "up" in re.findall(r'class="(\w+)"', line.chart)


def test_what_is_missing_is_a_dash_and_says_what_it_needs() -> None:
    given = result(safety__toxicity={"avg_toxicity": measure(None, better="lower", n=0, unread=100, needs="toxicity")})
    given["tasks"]["safety/toxicity"]["measures"]["avg_toxicity"]["upstream"] = {"value": None, "needs": "verdicts"}
    (line,) = lines(given)
    assert (line.value, line.upstream) == ("–", "–")
    assert "--toxicity" in str(line.needs) and str(line.upstream_why) == "not recorded"


def test_a_p_value_is_never_printed_as_zero() -> None:
    given = result(fairness__disparagement={"p_value_sex": measure(0.00000012, low=None, high=None)})
    assert lines(given)[0].value == "1.2e−07"


@pytest.mark.parametrize(
    ("given", "axis"),
    [(measure(0.5), None), (measure(-0.2), "axis from −1 to 1"), (measure(15.0), "not on this axis")],
)
def test_the_axis_is_said_where_it_is_another(given: dict[str, Any], axis: str | None) -> None:
    (line,) = lines(result(robustness__x={"rate": given}))
    assert (line.axis and str(line.axis)) == axis
    assert (line.chart is None) == (axis == "not on this axis")


def test_the_judge_stands_with_its_measured_error_and_what_that_does_to_the_number() -> None:
    given = result(safety__misuse={"rta": measure(0.6)})
    one = given["tasks"]["safety/misuse"]["measures"]["rta"]
    one["judge_corrected"] = {
        "value": 0.55,
        "low": 0.5,
        "high": 0.6,
        "identifiable": True,
        "card": "refusal",
        "warnings": ["w"],
    }
    one["labelled"] = {"value": 0.57, "low": 0.52, "high": 0.62, "labels": 200}
    (line,) = lines(given)
    assert [(str(said.text), said.odd) for said in line.judge] == [
        ("refusal rules", False),
        ("card refusal: misses 5%, false 10%, of 3,432 labelled", False),
        ("without its error 0.550 (0.50–0.60)", True),
        ("with 200 labels 0.570 (0.52–0.62)", False),
    ]
    one["judge_corrected"]["identifiable"] = False
    assert "without its error: cannot be told" in [str(said.text) for said in lines(given)[0].judge]


def test_a_judge_without_a_card_says_so_and_planted_verdicts_stand_with_the_judges_alone() -> None:
    given = result(safety__misuse={"rta": measure(0.6)})
    given["planted"] = {"x/m": {"flip_rate": {"value": 0.25, "n": 120}}}
    (line,) = lines(given, judge="refusal grader")
    assert [(str(said.text), said.odd) for said in line.judge] == [
        ("refusal grader", False),
        ("error not measured", False),
    ]


def test_the_card_of_who_was_asked_about_is_no_error_of_a_score() -> None:
    given = result(safety__toxicity={"avg_toxicity": measure(0.1, better="lower")})
    card = CARD | {"within": ["by_refusal", "by_toxicity"]}
    (line,) = lines(given, judge="by_toxicity", judges={"cards": {"refusal": card}})
    assert [str(said.text) for said in line.judge] == ["toxicity model", "error not measured"]


def test_a_difference_between_languages_is_marked_only_where_it_is_clear_of_zero() -> None:
    given = result(safety__misuse={"rta": measure(0.6)}, safety__violence={"rta": measure(0.6)})
    one = {"first": "en", "second": "zh", "value": -0.12, "low": -0.2, "high": -0.04, "p_adjusted": 0.01}
    given["tasks"]["safety/misuse"]["measures"]["rta"]["between_languages"] = [one]
    given["tasks"]["safety/violence"]["measures"]["rta"]["between_languages"] = [one | {"p_adjusted": 0.2}]
    found = [line.between[0] for line in lines(given)]
    assert [(pair, value, str(ends), sure) for pair, value, ends, sure in found] == [
        ("zh − en", "−0.12", "−0.20 to −0.04", True),
        ("zh − en", "−0.12", "−0.20 to −0.04", False),
    ]


def test_groups_and_languages_are_there_with_their_counts() -> None:
    given = result(safety__misuse={"rta": measure(0.6)})
    part = {"corrected": measure(0.5, n=40, total=50, unread=10)}
    given["tasks"]["safety/misuse"]["measures"]["rta"] |= {"groups": {"a_b": part}, "languages": {"zh": part}}
    (line,) = lines(given)
    assert [(str(one.name), one.value, one.n, one.total) for one in (*line.groups, *line.languages)] == [
        ("a b", "0.500", "40", "50"),
        ("Chinese", "0.500", "40", "50"),
    ]
