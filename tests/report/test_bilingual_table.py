"""What a terminal shows of a run in two languages."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from assay.report.bilingual import languages_table


def of(value: float, p: float) -> dict[str, Any]:
    line = {"first": "en", "second": "zh", "value": value, "low": value - 0.125, "high": value + 0.125}
    inner = {lang: {"corrected": {"value": number}} for lang, number in (("en", 0.75), ("zh", 0.75 + value))}
    return {
        "corrected": {"better": "higher"},
        "languages": inner,
        "between_languages": [{**line, "p": p, "p_adjusted": p, "test": "mcnemar", "pairs": 48, "clusters": 48}],
    }


def shown(**measures: Any) -> str:
    table = languages_table({"tasks": {"safety/misuse": {"measures": measures}}})
    assert table is not None
    stream = io.StringIO()
    Console(file=stream, width=200).print(table)
    return stream.getvalue()


def test_both_numbers_and_their_difference_stand_in_a_line() -> None:
    (line,) = (line for line in shown(rta=of(-0.5, 0.25)).splitlines() if "misuse" in line)
    assert " ".join(line.split()) == "safety/misuse rta ↑ 0.750 0.250 -0.500 -0.625 – -0.375 0.250 48"


def test_only_what_is_sure_is_marked() -> None:
    sure, unsure = (line for line in shown(rta=of(-0.5, 0.01), asr=of(0.25, 0.06)).splitlines() if "48" in line)
    assert "≠" in sure and "≠" not in unsure


def test_a_run_in_one_language_has_no_such_table() -> None:
    alone = {"rta": {"corrected": {"better": "higher"}}}
    assert languages_table({"tasks": {"safety/misuse": {"measures": alone}}}) is None
