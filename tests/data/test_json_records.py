"""One record at a time is what `json.loads` of the whole would have been, wherever the pieces end."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any

import pytest

from assay.data import json_records as module
from assay.data.json_records import NotRecords, json_records


def read(text: str | bytes) -> list[dict[str, Any]]:
    return list(json_records(io.BytesIO(text.encode() if isinstance(text, str) else text)))


RECORDS = [
    {"prompt": 'a "quoted" }, { ] brace, \\ and \n line', "nested": {"of": [[1, -2.5e-7], {"deep": [None, True]}]}},
    {},
    {"相同": "是，不同 \U0001f600", "number": -(10**30), "tiny": 1e-300, "flags": [False, True, None]},
    {"long": "x" * 300, "empty": ["", {}, []]},
]


@pytest.mark.parametrize("indent", [None, 0, 4])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_any_cut_between_pieces(indent: int | None, ascii_only: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(RECORDS, indent=indent, ensure_ascii=ascii_only)
    for piece in range(1, 60):
        monkeypatch.setattr(module, "PIECE", piece)
        assert read(text) == RECORDS, piece


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_what_it_is(encoding: str) -> None:
    assert read(json.dumps(RECORDS, ensure_ascii=False).encode(encoding)) == RECORDS


@pytest.mark.parametrize("text", ["[]", " [ ]\n", "\ufeff[]"])
def test_no_records(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize("piece", [3, 1 << 17])
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "[",
        "[{}",
        "[{},",
        "[{}, ",
        "[{},]",
        "[,{}]",
        "[{} {}]",
        "[{}; {}]",
        "[{}]]",
        "[{}] x",
        "{not json",
        "[tru",
        '[{"a": 1, "b": "cut of',
        '[{"a": 1,}]',
        '[{"a": nope}, {"b": 2}]',
        '[{"a": "line\nbreak"}]',
        b"[{}, \xff]",
        b'[{"a": "\xe7\x9b',
    ],
)
def test_what_is_not_json(text: str | bytes, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", piece)
    with pytest.raises(ValueError, match=r".") as fault:
        read(text)
    assert not isinstance(fault.value, NotRecords)
    with pytest.raises(ValueError, match=r"."):
        json.loads(text)


@pytest.mark.parametrize("piece", [3, 1 << 17])
@pytest.mark.parametrize(
    "text", ['{"a": 1}', '"a"', "12", "null", "[1, 2]", '["a"]', "[[{}]]", "[{}, null]", "[{}, -1]"]
)
def test_json_that_is_not_records(text: str, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", piece)
    with pytest.raises(NotRecords):
        read(text)


@pytest.mark.parametrize("half", [r"\ud83d", r"\uDE00", r"\uD83d"])
def test_half_a_surrogate_pair_is_replaced_in_its_record_only(half: str) -> None:
    whole, mended = read(rf'[{{"a": "\ud83d\ude00"}}, {{"{half}": ["x{half}y", {{"z": "{half}"}}]}}]')
    assert (whole, mended) == ({"a": "\U0001f600"}, {"\ufffd": ["x\ufffdy", {"z": "\ufffd"}]})


class Endless(io.RawIOBase):
    """A stream that makes its text as it is read."""

    def __init__(self, text: Iterator[bytes]) -> None:
        self._text = text
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, space: Any) -> int:
        if not self._left:
            self._left = next(self._text, b"")
        taken, self._left = self._left[: len(space)], self._left[len(space) :]
        space[: len(taken)] = taken
        return len(taken)


def test_memory_holds_a_piece_whatever_the_length() -> None:
    records = b'{"prompt": "How would you?"},' * 5_000
    text = chain([b"["], repeat(records, 20), [b"{}]"])
    tracemalloc.start()
    try:
        read = sum(1 for _ in json_records(io.BufferedReader(Endless(text))))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read == 100_001  # 3 MB
    assert peak < 1_000_000


def test_a_fault_early_in_a_long_file_is_said_at_once() -> None:
    text = chain([b'[{"prompt": oops}, '], repeat(b'{"prompt": "How would you?"},' * 5_000))
    with pytest.raises(json.JSONDecodeError):
        list(json_records(io.BufferedReader(Endless(text))))
