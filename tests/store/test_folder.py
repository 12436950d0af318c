"""A run's folder: what is written is read back as it was, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.errors import StoreError
from assay.schema import Message, Record, Reply, Row, Usage, Verdict, user
from assay.store import RunFolder, run_folder
from assay.store.folder import Samples, json_of, record_of, unwritable

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
SURE = Record(Row("3", (user("x"),)), (Reply("A", logprobs=(("A", -0.25), ("B", -1.5))), Reply("B")))

THOUGHT = Record(
    Row("4", (user("x"),)), (Reply("", "length", reasoning="hm"), Reply("A", logprobs=(("A", -0.25),), reasoning="嗯"))
)


def write(folder: RunFolder, *records: Record) -> None:
    with Samples(folder) as samples:
        for place, record in enumerate(records):
            samples.add(place, 0, "safety/misuse", "core", record)


@pytest.mark.parametrize(
    "record", [PLAIN, FULL, Record(Row("2", (user("x"),), gold=-0.25), (Reply("y", "filtered"),)), SURE, THOUGHT]
)
def test_a_record_comes_back_as_it_was(record: Record, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with Samples(folder) as samples:
        samples.add(0, 3, "safety/misuse", "core", record)
        (written,) = samples.of(range(1))
    ((task, epoch, found),) = folder.records()
    assert (task, epoch) == ("safety/misuse", 3)
    for one in (written, found):
        assert one.replies == record.replies
        assert one.verdicts == record.verdicts
        assert json_of(one) == json_of(record)
        assert one.row.chats == record.row.chats
        assert one.row.gold == record.row.gold
    assert record_of(json_of(record)).row.cluster == record.row.cluster


def test_samples_are_in_their_places_however_they_came(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "it's a run")
    with Samples(folder) as samples:
        for place in (3, 1, 0, 2, 10, 4):
            samples.add(place, 0, f"t/{place // 3}", "core", Record(Row(str(place), (user("x"),)), (Reply("y"),)))
        assert [record.row.id for record in samples.of(range(1, 11))] == ["1", "2", "3", "4", "10"]
        assert len(samples.of(range(1, 3))) == 2
    assert [record.row.id for _, _, record in folder.records()] == ["0", "1", "2", "3", "4", "10"]
    assert [record.row.id for _, _, record in folder.records(["t/1", "t/3"])] == ["3", "4", "10"]
    assert folder.counts() == {"t/0": 3, "t/1": 2, "t/3": 1}
    assert [path.name for path in folder.path.iterdir()] == ["samples.parquet"]


def test_two_at_the_same_run_do_not_meet(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with Samples(folder) as mine, Samples(folder) as theirs:
        for samples in (mine, theirs):
            samples.add(0, 0, "t/a", "core", PLAIN)
    assert len(list(folder.records())) == 1
    assert [path.name for path in folder.path.iterdir()] == ["samples.parquet"]


def test_what_a_killed_run_left_is_removed_and_what_a_living_one_holds_is_not(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    for left in (".samples.abc.jsonl", ".samples.abc.ordered", ".samples.abc.parquet"):
        (folder.path / left).write_bytes(b"{")
    with Samples(folder) as living:
        assert [path.name for path in folder.path.iterdir()] == [living._spool.name]
        write(folder, PLAIN)
        assert living._spool.exists()
        living.add(0, 0, "t/a", "core", FULL)
    assert [record.row.id for _, _, record in folder.records()] == ["a/7"]


def test_an_error_leaves_the_samples_of_the_last_run_that_had_none(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    write(folder, PLAIN, PLAIN)
    with pytest.raises(ZeroDivisionError), Samples(folder) as samples:
        samples.add(0, 0, "t/a", "core", PLAIN)
        raise ZeroDivisionError
    assert len(list(folder.records())) == 2
    assert [path.name for path in folder.path.iterdir()] == ["samples.parquet"]


def test_a_reply_longer_than_any_buffer_is_kept(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    long = Record(Row("1", (user("x"),)), (Reply("é" * 3_000_000),))
    write(folder, PLAIN, long, PLAIN)
    assert [len(record.replies[0].text) for _, _, record in folder.records()] == [1, 3_000_000, 1]


def test_a_run_without_samples_has_an_empty_file(tmp_path: Path) -> None:
    write(RunFolder(tmp_path / "run"))
    assert list(RunFolder(tmp_path / "run").records()) == []


def test_samples_that_are_no_parquet_are_said(tmp_path: Path) -> None:
    (tmp_path / "samples.parquet").write_bytes(b"PAR1 no PAR1")
    with pytest.raises(StoreError, match="assay run"):
        list(RunFolder(tmp_path).records())


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
