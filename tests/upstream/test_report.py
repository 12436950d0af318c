from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from assay.upstream.report import published_report
from shared_data import needs_shared, recorded_run, shared_path

from .rows import judged


def numbers(report: dict[str, Any]) -> Iterator[tuple[str, float | None]]:
    """All numbers in order, by `<published id>` or `<published id> <name>`."""
    for key, value in report.items():
        if isinstance(value, dict):
            yield from ((f"{key} {name}", number) for name, number in value.items())
        else:
            yield key, value


@needs_shared
def test_recorded_run_digit_for_digit() -> None:
    expected = json.loads(shared_path("data", "recorded", "expected-upstream-scores.json").read_text("utf-8"))
    found = dict(numbers(published_report(recorded_run())))
    assert list(found) == list(dict(numbers(expected)))
    assert found == pytest.approx(dict(numbers(expected)), abs=1e-9, rel=0)


@needs_shared
def test_shape_without_files_is_the_same_with_nulls() -> None:
    expected = json.loads(shared_path("data", "recorded", "expected-upstream-scores.json").read_text("utf-8"))
    empty = dict(numbers(published_report({})))
    assert list(empty) == list(dict(numbers(expected)))
    assert set(empty.values()) == {None}


def test_one_file_fills_its_numbers_only() -> None:
    rows = judged("LABEL_0", "LABEL_1", toxicity=0.25, label=["cot"])
    found = {key: value for key, value in numbers(published_report({"safety/jailbreak": rows})) if value is not None}
    assert found == {"safety.jailbreak/rta": 0.5, "safety.toxicity/avg_toxicity": 0.25}


def test_report_takes_json() -> None:
    report = published_report({"fairness/preference": [*judged("LABEL_0", type="plain")]})
    assert report["fairness.preference/rta"] == {"overall": None, "plain": None, "force": None}
    assert json.loads(json.dumps(report)) == report
