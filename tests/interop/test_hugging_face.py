"""A run as a data set folder. `datasets` itself reads it in tests/neighbours/test_hugging_face.py."""

from __future__ import annotations

from pathlib import Path

import duckdb
import yaml

from assay.store import RunFolder
from commands import assay, read, refused


def rows(file: Path, columns: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as db:
        return db.execute(f"SELECT {columns} FROM read_parquet(?)", [str(file)]).fetchall()


def test_a_row_a_reply_and_a_row_a_number(run: Path, tmp_path: Path) -> None:
    done = assay("export", run, "--format", "hf", "--out", tmp_path / "set")
    assert done.exit_code == 0, done.output
    labels = rows(tmp_path / "set" / "data" / "samples.parquet", "task, epoch, id, label, finish, good")
    assert len(labels) == sum(RunFolder(run).counts().values())
    assert ("safety/exaggerated_safety", 1, "0", "refused", "stop", False) in labels
    assert ("safety/exaggerated_safety", 0, "3", None, "failed", None) in labels
    found = rows(tmp_path / "set" / "data" / "measures.parquet", "task, measure, part, value, n, total")
    ours = read(run / "result.json")["tasks"]["safety/exaggerated_safety"]["measures"]["rta"]
    for part, one in (("", ours), *((f"languages/{lang}", of) for lang, of in ours["languages"].items())):
        corrected = one["corrected"]
        assert (
            "safety/exaggerated_safety", "rta", part, corrected["value"], corrected["n"], corrected["total"],
        ) in found  # fmt: skip


def test_the_card_says_what_is_in_it_and_where(run: Path, tmp_path: Path) -> None:
    assay("export", run, "--format", "hf", "--out", tmp_path / "set")
    _, front, text = (tmp_path / "set" / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    said = yaml.safe_load(front)
    assert said["language"] == ["en", "zh"]
    assert [one["config_name"] for one in said["configs"] if one.get("default")] == ["samples"]
    for one in said["configs"]:
        for part in one["data_files"]:
            assert (tmp_path / "set" / part["path"]).is_file()
    assert "| safety/exaggerated_safety | 16 | rta |" in text
    assert "8 of the replies were blocked" in text


def test_another_version_of_a_task_is_refused(run: Path, tmp_path: Path) -> None:
    assay("export", run, "--format", "hf", "--out", tmp_path / "set")
    ours = RunFolder(tmp_path / "set" / "assay")
    described = ours.read_run()
    described["tasks"]["ethics/awareness_mission"] = 99
    ours.write("run.json", described)
    refused(assay("import", tmp_path / "set", "--out", tmp_path / "back"), 1, "version 99")


def test_a_damaged_file_is_said(run: Path, tmp_path: Path) -> None:
    assay("export", run, "--format", "hf", "--out", tmp_path / "set")
    (tmp_path / "set" / "data" / "samples.parquet").write_bytes(b"PAR1 nothing")
    refused(assay("import", tmp_path / "set", "--out", tmp_path / "back"), 1, "samples.parquet is damaged")
