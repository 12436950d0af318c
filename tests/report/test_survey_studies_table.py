"""The six models beside a run."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from assay.report.survey import studies_table

PUBLISHED: dict[str, Any] = {
    "source": "recounted",
    "models": ["old", "older"],
    "tasks": {"safety/s": {"n": "984", "safe": [0.5, 0.25]}, "reasoning/c": {"n": "300", "q1": [0.1, 0.2]}},
}


def result(**tasks: Any) -> dict[str, Any]:
    def measures(names: tuple[str, ...]) -> dict[str, Any]:
        one = {"corrected": {"value": 0.75, "better": "higher"}, "upstream": {"value": None}}
        return {"measures": dict.fromkeys(names, one)}

    found = {name.replace("_", "/"): measures(names) for name, names in tasks.items()}
    return {"run": {"model": "openai/new", "data": {"name": "survey"}}, "tasks": found}


def shown(found: dict[str, Any], same: bool = False) -> str:
    stream = io.StringIO()
    table = studies_table(found, PUBLISHED, same)
    assert table is not None
    Console(file=stream, width=200).print(table)
    return stream.getvalue()


def test_a_line_for_each_measure_that_was_published() -> None:
    text = shown(result(safety_s=("safe", "rta"), reasoning_c=("q1",)))
    lines = [line.split() for line in text.splitlines() if "↑" in line]
    assert lines == [
        ["safety/s", "safe", "↑", "0.750", "–", "0.500", "0.250", "984"],
        ["reasoning/c", "q1", "↑", "0.750", "–", "0.100", "0.200", "300"],
    ]
    assert "recounted" in text


@pytest.mark.parametrize(("same", "said"), [(False, "were other ones"), (True, "are these, as released")])
def test_it_says_whether_the_questions_were_theirs(same: bool, said: str) -> None:
    assert said in shown(result(safety_s=("safe",)), same)


def test_nothing_published_nothing_shown() -> None:
    assert studies_table(result(safety_other=("safe",)), PUBLISHED, same=False) is None
    assert studies_table(result(safety_s=("rta",)), PUBLISHED, same=False) is None
