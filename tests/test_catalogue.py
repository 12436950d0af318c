"""What is listed is what there is."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from assay.cases import Asking, rows_of
from assay.catalogue import catalogue, catalogue_table, row_counts, unmeasured
from assay.tasks import all_tasks, select
from assay.taxonomy import SUBCATEGORIES
from shared_data import needs_shared, official


def test_every_task_is_listed_with_its_rows() -> None:
    listed = {entry["id"]: entry for entry in catalogue()}
    assert list(listed) == [task.id for task in all_tasks()]
    for task in all_tasks():
        if task.datasets[0].name == "survey":
            assert listed[task.id]["datasets"] == {"survey": {"rows": {"en": len(rows_of(task, Asking("survey")))}}}
            continue
        for lang in ("en", "zh"):
            rows = rows_of(task, Asking(langs=(lang,)))
            assert listed[task.id]["datasets"]["core"]["rows"][lang] == len(rows) > 0
    assert json.loads(json.dumps(list(listed.values()))) == [
        {**entry, "survey": list(entry["survey"])} for entry in listed.values()
    ]


def test_each_published_id_is_listed_once() -> None:
    ids = [measure["published"] for entry in catalogue() for measure in entry["measures"] if measure["published"]]
    assert len(ids) == len(set(ids)) == 31


def test_what_no_task_names_is_unmeasured() -> None:
    assert unmeasured([]) == list(SUBCATEGORIES)
    assert unmeasured([{"survey": SUBCATEGORIES}]) == []
    open_slugs = set(unmeasured(catalogue()))
    assert not open_slugs & {slug for task in all_tasks() for slug in task.survey}


@needs_shared
def test_official_rows_are_counted_where_whole_files_are_taken() -> None:
    (task,) = select(["safety/misuse"])
    assert row_counts(task, "trustllm") == {"en": len(official("safety/misuse"))}


def test_official_rows_that_are_part_of_a_file_are_not_guessed() -> None:
    (task,) = select(["privacy/awareness_normal"])
    assert row_counts(task, "trustllm") == {}


@pytest.mark.parametrize("width", [80, 160, 240])
def test_the_table_names_every_task_and_every_gap(width: int) -> None:
    stream = io.StringIO()
    listed = catalogue()
    Console(file=stream, width=width).print(catalogue_table(listed))
    text = stream.getvalue()
    for slug in unmeasured(listed):
        assert slug in text
    assert ("Nothing measures yet" in text) == bool(unmeasured(listed))
    stream = io.StringIO()
    Console(file=stream, width=width).print(catalogue_table(listed[:1]))
    assert "Nothing measures yet:\n" in stream.getvalue()
    if width == 240:
        assert all(entry["id"] in text for entry in listed)
