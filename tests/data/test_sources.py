"""The official data: verified before use, resumable, atomic; every fault names the command that mends it."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assay.data import sources
from assay.errors import DataError, UsageError
from shared_data import needs_shared, shared_dir

ROWS = [{"prompt": "one", "id": "v1-1"}, {"prompt": "two"}]


def zipped(rows: object = ROWS) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("dataset/safety/misuse.json", json.dumps(rows))
        archive.writestr("dataset/padding", bytes(range(256)) * 2000)
    return buffer.getvalue()


@contextmanager
def web(content: bytes, cut_first: bool = False) -> Iterator[tuple[str, list[str | None]]]:
    """Serve `content`, with ranges; `cut_first`: the first answer breaks off half way."""
    ranges: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            ranges.append(asked)
            start = int(asked.split("=")[1].rstrip("-")) if asked else 0
            self.send_response(206 if asked else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            end = len(content) // 2 if cut_first and len(ranges) == 1 else len(content)
            self.wfile.write(content[start:end])

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/dataset.zip", ranges
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def pin(monkeypatch: pytest.MonkeyPatch, content: bytes, url: str = "http://127.0.0.1:9/none") -> None:
    pinned = replace(
        sources.TRUSTLLM,
        url=url,
        sha256=sha256(content).hexdigest(),
        bytes=len(content),
        files={"safety/misuse.json": 2},
    )
    monkeypatch.setattr(sources, "SOURCES", {"trustllm": pinned})
    sources._members.cache_clear()


def test_pull_verifies_then_renames(monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped()
    told: list[int] = []
    with web(content) as (url, ranges):
        pin(monkeypatch, content, url)
        path = sources.pull("trustllm", progress=told.append)
    assert path.read_bytes() == content
    assert not path.with_suffix(".zip.part").exists()
    assert (ranges, told[-1]) == ([None], len(content))
    assert sources.verify("trustllm") == 2
    assert [row["id"] for row in sources.records("trustllm", "safety/misuse.json")] == ["misuse-00000", "misuse-00001"]


def test_an_interrupted_pull_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped()
    with web(content, cut_first=True) as (url, ranges):
        pin(monkeypatch, content, url)
        with pytest.raises(DataError, match="assay data pull trustllm"):
            sources.pull("trustllm")
        assert not sources.archive("trustllm").exists()
        sources.pull("trustllm")
    assert ranges[0] is None
    assert ranges[1] == f"bytes={len(content) // 2}-"
    assert sources.verify("trustllm") == 2


def test_a_wrong_archive_is_never_used_and_never_resumed_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = zipped()
    with web(b"x" * len(content)) as (url, _):
        pin(monkeypatch, content, url)
        with pytest.raises(DataError, match="pinned is"):
            sources.pull("trustllm")
    assert not list(sources.data_home().iterdir())


def test_from_file_takes_the_pinned_archive_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = zipped()
    pin(monkeypatch, content)
    (tmp_path / "good.zip").write_bytes(content)
    (tmp_path / "short.zip").write_bytes(content[:100])
    with pytest.raises(DataError, match="100 of"):
        sources.pull("trustllm", tmp_path / "short.zip")
    with pytest.raises(DataError, match="--from FILE"):
        sources.pull("trustllm", tmp_path / "absent.zip")
    assert not sources.archive("trustllm").exists()
    sources.pull("trustllm", tmp_path / "good.zip")
    assert sources.verify("trustllm") == 2


def test_every_fault_of_an_installed_archive_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped()
    pin(monkeypatch, content)
    with pytest.raises(DataError, match="assay data pull trustllm"):
        sources.verify("trustllm")
    home = sources.archive("trustllm")
    home.parent.mkdir(parents=True)
    for broken in (content[:-500], b"", content.replace(b"misuse", b"missus")):
        home.write_bytes(broken)
        sources._members.cache_clear()
        with pytest.raises(DataError, match="assay data pull trustllm"):
            sources.records("trustllm", "safety/misuse.json")


def test_a_file_that_is_missing_or_has_other_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = zipped(ROWS[:1])
    pin(monkeypatch, content)
    (tmp_path / "a.zip").write_bytes(content)
    sources.pull("trustllm", tmp_path / "a.zip")
    with pytest.raises(DataError, match="1 records, pinned are 2"):
        sources.verify("trustllm")
    with pytest.raises(DataError, match="assay data pull trustllm"):
        sources.records("trustllm", "safety/jailbreak.json")
    assert not sources.has("trustllm", "safety/jailbreak.json")


def test_a_folder_in_the_published_layout(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (folder / "safety").mkdir(parents=True)
    (folder / "safety" / "misuse.json").write_text(json.dumps(ROWS), encoding="utf-8")
    (folder / "safety" / "jailbreak.json").write_text("{not json", encoding="utf-8")
    (folder / "safety" / "exaggerated_safety.json").write_text('{"a": 1}', encoding="utf-8")
    misuse = sources.records(str(folder), "safety/misuse.json")
    assert [[row["id"] for row in misuse] for _ in range(2)] == [["misuse-00000", "misuse-00001"]] * 2
    for file, words in (("jailbreak", "not readable JSON"), ("exaggerated_safety", "not a list"), ("none", "missing")):
        with pytest.raises(DataError, match=words):
            list(sources.records(str(folder), f"safety/{file}.json"))
    with pytest.raises(DataError, match="does not exist"):
        sources.records(str(tmp_path / "nowhere"), "safety/misuse.json")
    (tmp_path / "not.zip").write_bytes(b"plain text")
    with pytest.raises(DataError, match="not a zip"):
        sources.records(str(tmp_path / "not.zip"), "safety/misuse.json")


def test_whether_a_file_is_there_is_known_without_reading_it(tmp_path: Path) -> None:
    (tmp_path / "safety").mkdir()
    (tmp_path / "safety" / "misuse.json").write_bytes(b"\xff no JSON")
    assert sources.has(str(tmp_path), "safety/misuse.json")
    assert not sources.has(str(tmp_path), "safety/jailbreak.json")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'[{"prompt": "one"}, {"prompt": "tw', "misuse.json is not readable JSON after 1 records"),
        (b'[{"prompt": "one"}] and more', "after 1 records .Extra data"),
        (b'[{"prompt": "\xff"}]', "can't decode byte 0xff"),
        (b"[" * 100_000, "not readable JSON"),
        (b'[{"prompt": "one"}, "two"]', "not a list of records"),
    ],
)
def test_a_faulty_file_is_named_where_the_fault_is_reached(tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "safety").mkdir()
    (tmp_path / "safety" / "misuse.json").write_bytes(text)
    with pytest.raises(DataError, match=said):
        list(sources.records(str(tmp_path), "safety/misuse.json"))


def test_a_file_that_went_away_is_named(tmp_path: Path) -> None:
    (tmp_path / "safety").mkdir()
    path = tmp_path / "safety" / "misuse.json"
    path.write_text(json.dumps(ROWS), encoding="utf-8")
    found = sources.records(str(tmp_path), "safety/misuse.json")
    path.unlink()
    with pytest.raises(DataError, match=r"cannot read .*misuse.json"):
        list(found)


def test_damage_inside_a_zip_is_said_where_it_is_reached(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as archive:
        archive.writestr("safety/misuse.json", json.dumps(ROWS))
    damaged = (tmp_path / "whole.zip").read_bytes().replace(b"two", b"too")
    (tmp_path / "damaged.zip").write_bytes(damaged)
    with pytest.raises(DataError, match=r"damaged\.zip is truncated or not a zip .Bad CRC"):
        list(sources.records(str(tmp_path / "damaged.zip"), "safety/misuse.json"))


def test_a_zip_with_a_password_is_said_to_be_unreadable(tmp_path: Path) -> None:
    content = bytearray(zipped())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + flags] |= 1
    (tmp_path / "secret.zip").write_bytes(content)
    with pytest.raises(DataError, match=r"cannot read .*secret\.zip.*encrypted"):
        list(sources.records(str(tmp_path / "secret.zip"), "safety/misuse.json"))


def test_half_a_surrogate_pair_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "safety").mkdir()
    (tmp_path / "safety" / "misuse.json").write_bytes(b'[{"prompt": "half \\ud83d", "whole": "\\ud83d\\ude00"}]')
    (record,) = sources.records(str(tmp_path), "safety/misuse.json")
    assert (record["prompt"], record["whole"]) == ("half \ufffd", "\U0001f600")


def test_a_home_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = zipped()
    pin(monkeypatch, content)
    (tmp_path / "a.zip").write_bytes(content)
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "file"))
    with pytest.raises(DataError, match="ASSAY_HOME"):
        sources.pull("trustllm", tmp_path / "a.zip")


def test_unknown_source() -> None:
    with pytest.raises(UsageError, match="assay data list"):
        sources.source("nothing")


@needs_shared
def test_the_official_archive_is_the_pinned_one_with_all_its_rows() -> None:
    shared = shared_dir()
    assert shared is not None
    sources._members.cache_clear()
    sources.pull("trustllm", shared / "data" / "trustllm" / "dataset.zip")
    assert (len(sources.TRUSTLLM.files), sources.verify("trustllm")) == (24, 16_441)
    assert all(installed for _, installed in sources.installed())
