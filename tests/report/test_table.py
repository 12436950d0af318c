"""What a terminal shows of a result."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console, RenderableType

from assay.report.figures import number, span
from assay.report.table import compare_table, not_scored, run_table

Json = dict[str, Any]


def shown(what: RenderableType, width: int = 200) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width).print(what)
    return stream.getvalue()


def measure(value: float | None, better: str = "higher", **more: Any) -> Json:
    known = value is not None
    found: Json = {"value": value, "low": 0.25 if known else None, "high": 0.75 if known else None, "n": 8, "total": 10}
    found |= {"blocked": 1, "failed": 0, "unread": 1, "floor": 0.2, "ceiling": 0.8, "better": better}
    return found | more


def result(model: str, **measures: Json) -> Json:
    run = {
        "model": model,
        "data": {"name": "core", "sha256": "a" * 64},
        "judges": {"embedder": "lexical"},
        "assay": "1",
    }
    found = {name: {"corrected": one, "upstream": {"value": 0.125}} for name, one in measures.items()}
    return {"run": run, "tasks": {"safety/misuse": {"version": 1, "dimension": "safety", "measures": found}}}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.0, "0.000"),
        (0.5, "0.500"),
        (-0.25, "-0.250"),
        (1e-9, "1.0e-09"),
        (99.96, "100.0"),
        (12.34, "12.3"),
    ],
)
def test_numbers(value: float | None, text: str) -> None:
    assert number(value) == text


def test_spans_and_what_is_missing() -> None:
    assert span(0.1, 0.2).replace(" ", "") == "0.100–0.200"
    assert span(None, 0.2) == span(0.1, None) == ""
    assert span(-4.1e-4, 4e-4) == "0.000 – 0.000"
    assert not_scored({"unread": 3, "blocked": 0, "failed": 1}) == "3 unread, 1 failed"
    assert not_scored({"unread": 0, "blocked": 0, "failed": 0}) == ""


def test_a_line_has_value_interval_denominator_and_both_scorings() -> None:
    text = shown(run_table(result("openai/m", rta=measure(0.5)), False, 200))
    (line,) = [line for line in text.splitlines() if "rta" in line]
    for cell in ("misuse", "rta ↑", "0.500", span(0.25, 0.75), "8/10", "1 unread, 1 blocked", "0.125"):
        assert cell in line, cell


def test_a_missing_judge_stands_where_the_number_would() -> None:
    text = shown(run_table(result("openai/m", rta=measure(None, needs="judge"), tox=measure(None, needs="toxicity"))))
    assert "needs --judge" in text
    assert "needs --toxicity" in text


def test_groups_only_when_asked_for() -> None:
    found = result("openai/m", rta=measure(0.5))
    found["tasks"]["safety/misuse"]["measures"]["rta"]["groups"] = {
        "fraud": {"corrected": measure(0.375), "upstream": {"value": None}}
    }
    assert "fraud" not in shown(run_table(found))
    assert "0.375" in shown(run_table(found, True))


@pytest.mark.parametrize("width", [60, 100, 132, 240])
def test_any_width_will_do(width: int) -> None:
    text = shown(run_table(result("openai/m", rta=measure(0.5)), True, width), width)
    assert "0.500" in text
    assert max(map(len, text.splitlines())) <= width


def test_a_result_without_tasks_is_a_title() -> None:
    assert "openai/m" in shown(run_table({**result("openai/m"), "tasks": {}}))


@pytest.mark.parametrize(("better", "bold"), [("higher", ["0.800"]), ("lower", ["0.300"]), ("neither", [])])
def test_the_best_of_those_that_rank_is_bold(better: str, bold: list[str]) -> None:
    runs = [result("openai/a", rta=measure(0.3, better)), result("openai/b", rta=measure(0.8, better))]
    stream = io.StringIO()
    Console(file=stream, width=200, force_terminal=True, color_system="truecolor").print(compare_table(runs))
    line = next(line for line in stream.getvalue().splitlines() if "rta" in line)
    assert [value for value in ("0.300", "0.800") if f"1m{value}" in line] == bold


def test_a_dimension_has_one_heading_however_its_tasks_lie() -> None:
    runs = [result("openai/a", rta=measure(0.3)), result("openai/b", rta=measure(0.4))]
    (task,) = runs[0]["tasks"].values()
    runs[0]["tasks"] = {"safety/misuse": task, "ethics/explicit": task}
    runs[1]["tasks"] = {"safety/jailbreak": task, "safety/misuse": task}
    firsts = [line.split()[0] for line in shown(compare_table(runs)).splitlines()[2:]]
    assert firsts == ["safety", "misuse", "jailbreak", "ethics", "explicit"]


def test_runs_with_other_measures_stand_side_by_side_all_the_same() -> None:
    runs = [result("openai/a", rta=measure(0.3)), result("openai/b", leak=measure(None, needs="judge"))]
    text = shown(compare_table(runs))
    lines = {name: line for line in text.splitlines() for name in ("rta", "leak") if name in line}
    assert "0.300" in lines["rta"]
    assert "–" in lines["rta"]
    assert "needs --judge" in lines["leak"]
