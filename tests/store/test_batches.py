"""Batches on the disk: bounded files, notes that are whole or not there, and lines of strangers."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from assay.errors import StoreError
from assay.store import batches
from assay.store.batches import Pending, Writing, cleaned, lines_of, pending

MODEL, ENDPOINT = "openai/m", "http://127.0.0.1:1/v1"


def line(number: int) -> tuple[bytes, bytes]:
    key = number.to_bytes(16, "big")
    return key, b'{"custom_id":"%s","body":{"n":%d}}\n' % (key.hex().encode(), number)


def written(folder: Path, count: int, most: int = 100, most_bytes: int = 1 << 20) -> list[Pending]:
    writing = Writing(folder, MODEL, ENDPOINT, most, most_bytes)
    for number in range(count):
        writing.add(*line(number))
    writing.close()
    return writing.done


@pytest.mark.parametrize(
    ("most", "most_bytes", "counts"), [(4, 1 << 20, [4, 4, 2]), (99, 200, [3, 3, 3, 1]), (9, 1, [1] * 10)]
)
def test_files_are_bounded_by_requests_and_by_bytes(
    most: int, most_bytes: int, counts: list[int], tmp_path: Path
) -> None:
    done = written(tmp_path, 10, most, most_bytes)
    assert [one.requests for one in done] == counts
    assert [key for one in done for key in one.asked()] == [line(number)[0] for number in range(10)]
    assert all(one.size <= most_bytes or one.requests == 1 for one in done)
    assert all(b"".join(one.content()) == one.lines.read_bytes() for one in done)


def test_a_note_is_read_as_it_was_written_and_only_for_its_model(tmp_path: Path) -> None:
    first, second = written(tmp_path, 2, most=1)
    second.file, second.batch, second.since = "file-1", "batch_1", 2.5
    second.write()
    assert pending(tmp_path, MODEL, ENDPOINT) == [first, second]
    assert pending(tmp_path, MODEL, "http://elsewhere") == pending(tmp_path, "openai/other", ENDPOINT) == []
    first.forget()
    assert pending(tmp_path, MODEL, ENDPOINT) == [second]
    second.forget()
    assert not tmp_path.exists() and pending(tmp_path, MODEL, ENDPOINT) == []


def test_what_a_dead_process_was_writing_is_removed_and_what_it_noted_is_not(tmp_path: Path) -> None:
    (one,) = written(tmp_path, 2)
    writing = Writing(tmp_path, MODEL, ENDPOINT, 9, 999)
    writing.add(*line(7))
    writing.drop()
    (tmp_path / "ab.jsonl").write_bytes(b"not noted\n")
    cleaned(tmp_path)
    assert sorted(tmp_path.iterdir()) == [one.note, one.lines]


@pytest.mark.parametrize(
    "said", ["", "[]", "7", '{"model": "m"}', '{"model": 1, "endpoint": 2, "requests": "x"}', "\udcff"]
)
def test_a_note_that_is_none_is_named(said: str, tmp_path: Path) -> None:
    (tmp_path / "ab.json").write_bytes(said.encode(errors="surrogateescape"))
    with pytest.raises(StoreError, match=r"ab\.json cannot be used"):
        pending(tmp_path, MODEL, ENDPOINT)


def test_a_batch_whose_requests_are_gone_is_named(tmp_path: Path) -> None:
    (one,) = written(tmp_path, 2)
    one.lines.unlink()
    with pytest.raises(StoreError, match="its requests cannot be read"):
        list(one.asked())


def test_lines_that_are_too_long_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "LONGEST_LINE", 10)
    file = BytesIO(b"one\n\n" + b"x" * 10 + b"\n" + b"y" * 35 + b"\n" + b"two\n" + b"z" * 9 + b"\nlast")
    assert list(lines_of(file)) == [b"one\n", b"two\n", b"z" * 9 + b"\n", b"last"]


def test_a_file_for_answers_is_gone_afterwards(tmp_path: Path) -> None:
    (one,) = written(tmp_path, 1)
    with one.incoming() as file:
        file.write(b"answers\n")
        assert list(lines_of(file)) == [b"answers\n"]
    assert sorted(tmp_path.iterdir()) == [one.note, one.lines]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "batches").write_text("a file", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be written"):
        written(tmp_path / "batches", 1)
