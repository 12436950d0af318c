"""A run's folder: what is written is read back as it was, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.errors import StoreError
from assay.schema import Message, Record, Reply, Row, Usage, Verdict, user
from assay.store import RunFolder, run_folder
from assay.store.folder import Samples, by_task, json_of, record_of, unwritable

PLAIN = Record(Row("1", (user("x"),)), (Reply("y"),))
FULL = Record(
    Row(
        id="a/7",
        chats=((Message("system", "s"), Message("user", "é 你好 \x08 \x00 '\"")), user("second")),
        gold=("one", "two"),
        options=("A", "B"),
        group="g",
        cluster="c",
        lang="zh",
        fields={"prompt": "p", "label": ["x", None, 1.5], "deep": {"k": True}},
        parts=({"prompt": "1"}, {"prompt": "2"}),
    ),
    (Reply("first\nline", "length", "cut", Usage(3, 4), {"eval_res": "LABEL_0"}), Reply("", "failed", "why")),
    (Verdict("j", "refused", 0.5, "span"), Verdict("j", why="failed")),
)


@pytest.mark.parametrize("record", [PLAIN, FULL, Record(Row("2", (user("x"),), gold=-0.25), (Reply("y", "filtered"),))])
def test_a_record_comes_back_as_it_was(record: Record, tmp_path: Path) -> None:
    written = Samples(RunFolder(tmp_path / "run"))
    written.add((0, 0, 0), "safety/misuse", "core", record)
    written.close()
    ((task, found),) = RunFolder(tmp_path / "run").records()
    assert task == "safety/misuse"
    assert found.replies == record.replies
    assert found.verdicts == record.verdicts
    assert json_of(found) == json_of(record)
    assert found.row.chats == record.row.chats
    assert found.row.gold == record.row.gold
    assert record_of(json_of(record)).row.cluster == record.row.cluster


def test_samples_are_in_the_order_of_the_rows_however_they_came(tmp_path: Path) -> None:
    written = Samples(RunFolder(tmp_path / "it's a run"))
    for order in [(1, 0, 0), (0, 1, 1), (0, 0, 0), (0, 1, 0), (0, 10, 0), (0, 2, 0)]:
        row = Row("-".join(map(str, order)), (user("x"),))
        written.add(order, f"t/{order[0]}", "core", Record(row, (Reply("y"),)))
    written.close()
    found = [record.row.id for _, record in RunFolder(tmp_path / "it's a run").records()]
    assert found == ["0-0-0", "0-1-0", "0-1-1", "0-2-0", "0-10-0", "1-0-0"]
    assert [path.name for path in (tmp_path / "it's a run").iterdir()] == ["samples.parquet"]


def test_a_run_without_samples_has_an_empty_file(tmp_path: Path) -> None:
    Samples(RunFolder(tmp_path / "run")).close()
    assert list(RunFolder(tmp_path / "run").records()) == []


def test_records_of_a_task_come_together() -> None:
    assert [(name, len(records)) for name, records in by_task([("a", PLAIN), ("a", FULL), ("b", PLAIN)])] == [
        ("a", 2),
        ("b", 1),
    ]
    assert list(by_task([])) == []


def test_json_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.write("result.json", {"value": 1})

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        with pytest.raises(StoreError, match="disk is full"):
            folder.write("result.json", {"value": 2})
    assert folder.read_result() == {"value": 1}
    assert [path.name for path in folder.path.iterdir()] == ["result.json"]


@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b"null", b"\xff"])
def test_a_file_that_is_not_ours_is_said(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes(text)
    with pytest.raises(StoreError, match="assay run"):
        RunFolder(tmp_path).read_run()


def test_a_name_is_safe_and_follows_from_what_was_asked(tmp_path: Path) -> None:
    one = run_folder(tmp_path, {"model": "openai/../../etc/passwd:x y", "limit": 1})
    assert one.path.parent == tmp_path
    assert one.path.name.startswith("openai-..-..-etc-passwd-x-y-")
    assert run_folder(tmp_path, {"limit": 1, "model": "openai/../../etc/passwd:x y"}) == one
    assert run_folder(tmp_path, {"model": "openai/../../etc/passwd:x y", "limit": 2}) != one
    assert run_folder(tmp_path, {"model": "模型"}).path.name.startswith("model-")
    assert len(run_folder(tmp_path, {"model": "m" * 500}).path.name) < 120


@pytest.mark.parametrize(
    ("error", "fix"),
    [
        (OSError(28, "No space left on device"), "disk is full"),
        (OSError(30, "Read-only file system"), "--out"),
        (PermissionError(13, "Permission denied"), "--out"),
        (RuntimeError("IO Error: database or disk is full"), "disk is full"),
    ],
)
def test_what_cannot_be_written_names_the_fix(error: Exception, fix: str) -> None:
    assert fix in str(unwritable(Path("x"), error))
