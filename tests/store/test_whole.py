"""A file is there whole or not at all, however many write it at once, and whoever was killed before."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assay.store.whole import write_whole


def test_a_file_is_written_with_its_folder_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "new" / "result.json"
    write_whole(file, b"one")
    write_whole(file, b"two")
    assert file.read_bytes() == b"two"
    assert list(file.parent.iterdir()) == [file]


def test_many_at_once_never_meet(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    texts = [bytes([65 + number]) * 200_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda text: [write_whole(file, text) for _ in range(20)], texts))
    assert file.read_bytes() in texts
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot be asked whether a process lives")
def test_what_a_killed_process_left_goes_and_what_a_living_one_writes_stays(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = tmp_path / f".result.json.{dead.pid}-0.part"
    living = tmp_path / ".result.json.1-0.part"
    other = tmp_path / ".result.json.mine.part"
    for part in (left, living, other):
        part.write_bytes(b"half")
    write_whole(tmp_path / "result.json", b"whole")
    assert sorted(tmp_path.iterdir()) == [living, other, tmp_path / "result.json"]


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "result.json").mkdir()
    with pytest.raises(OSError, match=r"directory|denied"):
        write_whole(tmp_path / "result.json", b"x")
    assert list(tmp_path.iterdir()) == [tmp_path / "result.json"]
