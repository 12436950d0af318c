"""What a terminal shows of a comparison."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from assay.report.comparison import comparison_tables, left_out, mark, rank_span
from assay.report.figures import signed

Json = dict[str, Any]


def line(task: str = "safety/misuse", difference: float | None = -0.25, p: float | None = 0.01, **more: Any) -> Json:
    found = {
        "task": task,
        "measure": "rta",
        "better": "higher",
        "first": 0.75,
        "second": 0.5,
        "low": -0.4,
        "high": -0.1,
    }
    found |= {"difference": difference, "p": p, "p_adjusted": p, "test": "mcnemar", "pairs": 40, "clusters": 40}
    return found | {"least_visible": 0.2, "least_visible_alone": 0.1, "lost": [{}, {}], "only": [0, 0]} | more


def found(*lines: Json, runs: int = 2, **more: Any) -> Json:
    names = [{"name": f"openai/{letter}", "folder": letter, "model": f"openai/{letter}"} for letter in "abcd"[:runs]]
    pairs = [{"first": 0, "second": n, "family": len(lines), "measures": list(lines)} for n in range(1, runs)]
    return {"runs": names, "comparisons": pairs, "ranks": [], "unpaired": [], "notes": []} | more


def shown(described: Json, width: int = 200, full: bool = False) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width).print(comparison_tables(described, [], width, full))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("better", "difference", "p", "said"),
    [
        ("higher", 0.2, 0.05, "▲"),
        ("higher", -0.2, 0.05, "▼"),
        ("lower", -0.2, 0.01, "▲"),
        ("lower", 0.2, 0.01, "▼"),
        ("neither", 0.2, 0.01, "≠"),
        ("higher", 0.2, 0.0501, ""),
        ("higher", None, None, ""),
    ],
)
def test_only_what_is_significant_is_better_or_worse(better: str, difference: Any, p: Any, said: str) -> None:
    assert mark(line(better=better, difference=difference, p=p)) == said


def test_two_runs_are_shown_in_full() -> None:
    (row,) = [one for one in shown(found(line())).splitlines() if "rta" in one]
    for cell in ("misuse", "rta ↑", "0.750", "0.500", "-0.250", "-0.400 – -0.100", "worse", "0.010", " 40 ", "0.200"):
        assert cell in row, cell


@pytest.mark.parametrize("width", [100, 132, 168, 240])
def test_any_width_keeps_the_verdict(width: int) -> None:
    text = shown(found(line()), width)
    (row,) = [one for one in text.splitlines() if "rta" in one]
    assert "worse" in row and "-0.250" in row
    assert max(map(len, text.splitlines())) <= width


def test_what_left_the_pairs_is_named() -> None:
    text = left_out(line(lost=[{"unread": 3, "failed": 1}, {}], only=[0, 10]))
    assert text == "A 3 unread, 1 failed; 10 only in B"
    assert left_out(line()) == ""


def test_more_than_two_are_shown_at_a_glance_and_in_full_where_asked() -> None:
    runs = [
        {"run": n, "value": value, "rank": n + 1, "best": 1, "worst": 2 + n} for n, value in enumerate((0.75, 0.5, 0.5))
    ]
    ranked = {"task": "safety/misuse", "measure": "rta", "better": "higher", "rows": 39, "runs": runs}
    described = found(line(), runs=3, ranks=[ranked])
    (row,) = [one for one in shown(described).splitlines() if "rta" in one]
    assert row.split()[:12] == ["misuse", "rta", "↑", "0.750", "1–2", "0.500", "▼", "1–3", "0.500", "▼", "1–4", "39"]
    assert len([one for one in shown(described, full=True).splitlines() if "rta" in one]) == 3


def test_a_measure_of_two_of_three_runs_is_at_a_glance_too() -> None:
    described = found(line(), runs=3)
    described["comparisons"][1]["measures"] = []
    (row,) = [one for one in shown(described).splitlines() if "rta" in one]
    assert row.split() == ["misuse", "rta", "↑", "0.750", "0.500", "▼", "–", "40"]


@pytest.mark.parametrize(("runs", "said"), [(2, "tests of a table (1)."), (3, "tests of a table (1).")])
def test_the_footnote_says_how_many_tests_were_corrected(runs: int, said: str) -> None:
    text = shown(found(line(), runs=runs), full=True)
    assert said in text and "exact too" not in text


def test_what_differs_beside_the_model_is_said() -> None:
    assert "judges: a x, b y" in shown(found(line(), notes=["judges: a x, b y"]))


def test_signs_and_spans() -> None:
    assert [signed(value) for value in (0.25, -0.25, 0.0, None)] == ["+0.250", "-0.250", "0.000", "–"]
    assert [signed(value) for value in (-4.1e-4, 4.1e-4, 6e-4, 12.34)] == ["0.000", "0.000", "+0.001", "+12.3"]
    assert (rank_span(2, 2), rank_span(1, 3)) == ("2", "1–3")
