"""The big table: what stands in it, how it is shaded, what is marked; and how numbers are written."""

from __future__ import annotations

from typing import Any

import pytest

from assay.data.published import table_of, trustllm
from assay.findings.of_runs import entries
from assay.leaderboard.addresses import addresses, by_task, tasks_of_metrics
from assay.leaderboard.figures import short, span, whole
from assay.leaderboard.table import Board, board, fifth, lead
from assay.leaderboard.words import ON_CELLS, ON_COLUMNS, column, remark
from assay.tasks import all_tasks


def shown(table: Any, *results: dict[str, Any]) -> Board:
    runs = entries(results, list(table.models))
    pages = addresses([*table.models, *(run.name for run in runs)], "models")
    return board(table, runs, pages, dict.fromkeys(table.metrics, "tasks/x.html"))


def result(
    data: str, value: float | None, upstream: float | None, metric: str = "safety.jailbreak/rta"
) -> dict[str, Any]:
    corrected = {"value": value, "low": 0.1, "high": 0.3, "n": 1, "total": 1, "better": "higher"}
    measure = {"published": metric, "corrected": corrected, "upstream": {"value": upstream}}
    about = {"model": "me/mine", "data": {"name": data, "sha256": "a" * 64}, "endpoint": "x"}
    return {"run": about, "tasks": {"safety/jailbreak": {"measures": {"rta": measure}}}}


def test_every_published_number_stands_in_it() -> None:
    table = trustllm()
    lines = shown(table).lines
    assert [len(lines[kind]) for kind in ("ranked", "later", "upstream", "corrected", "other")] == [16, 5, 0, 0, 0]
    assert all(len(line.cells) == 31 for line in (*lines["ranked"], *lines["later"]))
    assert sum(not cell.text for kind in lines for line in lines[kind] for cell in line.cells) == 11
    assert [line.name for line in lines["ranked"]][:3] == ["GPT-4", "Llama2-70b", "ChatGPT"]
    assert all(line.published is None and line.corrected is None for line in lines["later"])


def test_what_is_suspect_has_a_mark_and_no_shade() -> None:
    table = trustllm()
    found = shown(table)
    at = list(table.metrics).index("safety.exaggerated_safety/rta")
    llama = next(line for line in found.lines["ranked"] if line.name == "Llama2-7b")
    gpt = next(line for line in found.lines["ranked"] if line.name == "GPT-4")
    assert llama.cells[at].mark and llama.cells[at].shade is None
    assert gpt.cells[at].shade == 3 and not gpt.cells[at].mark
    letters = dict(found.remarks)
    assert "57 %" in str(letters[llama.cells[at].mark].text)
    assert len(letters) == len(ON_COLUMNS) + len(ON_CELLS)
    marked = {cell.mark for lines in found.lines.values() for line in lines for cell in line.cells if cell.mark}
    assert marked | {head.mark for head in found.heads if head.mark} == set(letters)


def test_a_flag_of_another_table_is_its_own_text() -> None:
    cell = {"value": 0.5, "flags": ["<b>odd</b>"]}
    table = table_of({"metrics": {"a.b/c": {"better": "higher"}}, "results": {"A": {"a.b": {"c": cell}}}}, "x")
    ((letter, said),) = shown(table).remarks
    assert (letter, str(said.text)) == ("a", "<b>odd</b>")
    assert str(column("a.b/c")) == "b/c"
    assert remark("x").text.zh == "x"


@pytest.mark.parametrize(
    ("place", "of", "expected"), [(1, 16, 4), (4, 16, 4), (5, 16, 3), (16, 16, 0), (1, 1, 4), (2, 2, 2)]
)
def test_fifths(place: int, of: int, expected: int) -> None:
    assert fifth(place, of) == expected


def test_runs_stand_apart_by_what_they_may_be_compared_with() -> None:
    found = shown(trustllm(), result("trustllm", 0.2, 0.95), result("core", 0.2, 0.95))
    at = list(trustllm().metrics).index("safety.jailbreak/rta")
    upstream, corrected, other = (found.lines[kind][0] for kind in ("upstream", "corrected", "other"))  # type: ignore[index]
    assert (upstream.cells[at].text, upstream.cells[at].shade, upstream.corrected) == (".950", 4, 3.0)
    assert (corrected.cells[at].text, corrected.cells[at].shade, corrected.corrected) == (".200", None, 17.0)
    assert corrected.cells[at].tip == "0.200, 0.100 … 0.300"
    assert other.name == "me/mine (2)" and other.corrected is None and other.cells[at].shade is None
    assert len({upstream.key, corrected.key, other.key}) == 3
    assert upstream.sums[1] == (3, 1) and upstream.sums[0] == (0, 0)


def test_the_lead_says_who_leads_and_how_many_move() -> None:
    assert str(lead(trustllm())) == (
        "GPT-4, Llama2-70b and ChatGPT lead however one ranks. With every metric in its own direction, 8 of 16 models "
        "change places."
    )
    assert lead(trustllm()).zh.startswith("无论怎样排名，GPT-4、Llama2-70b、ChatGPT居前")


# ---- numbers and addresses ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.417, ".417"), (0.9996, "1.00"), (1.0, "1.00"), (97.42, "97.4"), (99.99, "100"), (-0.161, "−.161"),
        (0.0, ".000"), (None, ""), (-7.636, "−7.64"), (-0.0004, ".000"), (-0.0006, "−.001"),
    ],
)  # fmt: skip
def test_cells_are_short(value: float | None, text: str) -> None:
    assert short(value) == text


@pytest.mark.parametrize(("value", "text"), [(3.18e-45, "3e-45"), (0.0, "<.001"), (0.001, ".001"), (0.0004, "4e-04")])
def test_a_p_value_is_never_printed_as_nothing(value: float, text: str) -> None:
    assert short(value, p_value=True) == text


def test_numbers_in_full() -> None:
    assert [whole(value) for value in (0.417, 97.42, 3.18e-45, -0.161, None)] == [
        "0.417",
        "97.42",
        "3.2e−45",
        "−0.161",
        "–",
    ]
    assert (span(0.1, 0.2), span(None, 0.2)) == ("0.100 … 0.200", "")


def test_addresses_are_plain_and_never_the_same() -> None:
    found = addresses(["Llama2-7b", "llama2 7b", "../../etc/passwd", "模型", "<script>", "x" * 500], "models")
    assert list(found.values())[:3] == ["models/llama2-7b.html", "models/llama2-7b-2.html", "models/etc-passwd.html"]
    assert len(set(found.values())) == 6
    assert all(page.count("/") == 1 and len(page) < 100 for page in found.values())


def test_metrics_belong_to_tasks() -> None:
    of = tasks_of_metrics(trustllm(), all_tasks())
    assert of["fairness.disparagement_race/p_value"] == ("fairness/disparagement", "p_value_race")
    assert len(by_task(of)["privacy/leakage"]) == 3
    other = table_of({"metrics": {"a.b.c/d": {"better": "higher"}}, "results": {}}, "x")
    assert tasks_of_metrics(other, all_tasks()) == {"a.b.c/d": ("a/b.c", "d")}
