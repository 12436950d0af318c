"""Inspect's logs as they lie on disk, `.eval` and `.json`, read sample by sample without Inspect.

An `.eval` file is a zip of JSON files: `header.json`, `samples/ID_epoch_N.json`. Inspect packs them with Zstandard,
which Python's own zip reader knows from 3.14 on; before, the `zstandard` package unpacks them.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from assay.errors import DataError, UsageError

ZSTANDARD = 93
ATTACHED = "attachment://"
LOCAL_HEADER = struct.Struct("<26xHH")
"""Of the 30 bytes before a packed file: how long its name and its extra field are."""


@dataclass(frozen=True, slots=True)
class Log:
    """One log: what was asked of whom, and the samples."""

    path: Path
    header: Mapping[str, Any]
    samples: Callable[[], Iterator[dict[str, Any]]]
    """Read anew each time, in the order in which they were logged."""
    count: int
    """How many these are."""

    @property
    def incomplete(self) -> str:
        """How the evaluation ended and how many of its samples are there; empty where all of them are."""
        status, wanted = str(self.header.get("status") or "started"), self._wanted
        if status == "success" and self.count >= wanted:
            return ""
        return f"status {status}: {self.count:,} of {wanted:,} samples" if wanted else f"status {status}"

    @property
    def _wanted(self) -> int:
        """How many samples were to be asked, as far as the log says: before it named them, a limit was not applied."""
        spec = self.header["eval"]
        dataset, config = spec.get("dataset") or {}, spec.get("config") or {}
        named = len(dataset.get("sample_ids") or ())
        each = named or (0 if config.get("limit") or config.get("sample_id") else dataset.get("samples") or 0)
        return int(each) * int(config.get("epochs") or 1)


def is_log(path: Path) -> bool:
    """Whether a file is a log of Inspect, by its beginning."""
    if path.suffix == ".eval":
        return True
    if path.suffix != ".json":
        return False
    start = path.read_bytes()[:400].decode("utf-8", errors="replace")
    return '"status"' in start and '"eval"' in start


def read_log(path: Path) -> Log:
    """The log.

    Raises:
        DataError: it is no log, or damaged.
        UsageError: it is packed in a way that takes another package to read.
    """
    try:
        if path.suffix != ".eval":
            content = _parsed(path.read_bytes())
            header = {name: one for name, one in content.items() if name != "samples"}
            samples = content.get("samples") or []
            return Log(path, _checked(header), lambda: map(_whole, samples), len(samples))
        with ZipFile(path) as packed:
            infos = {info.filename: info for info in packed.infolist()}
            top = next((infos[name] for name in ("header.json", "_journal/start.json") if name in infos), None)
            if top is None:
                raise DataError(f"{path} is no log of Inspect: it has no header.json")
            header = _parsed(_unpacked(path, packed, top))
        listed = [info for name, info in infos.items() if name.startswith("samples/")]
        return Log(path, _checked(header), partial(_samples, path, listed), len(listed))
    except (OSError, BadZipFile, ValueError, KeyError) as error:
        raise DataError(f"{path} cannot be read as a log of Inspect ({error})") from error


def _checked(header: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(header.get("eval"), dict):
        raise ValueError("it does not say what was evaluated")
    return header


def _samples(path: Path, infos: list[ZipInfo]) -> Iterator[dict[str, Any]]:
    with ZipFile(path) as packed:
        for info in infos:
            try:
                sample = _parsed(_unpacked(path, packed, info))
            except (OSError, BadZipFile, ValueError) as error:
                raise DataError(f"{path}: {info.filename} cannot be read ({error})") from error
            yield _whole(sample)


def _unpacked(path: Path, packed: ZipFile, info: ZipInfo) -> bytes:
    if info.compress_type != ZSTANDARD:
        return packed.read(info)
    try:
        from zstandard import ZstdDecompressor
    except ImportError as error:
        raise UsageError(
            f"{path} is packed with Zstandard; reading it needs an extra: pip install 'llm-assay[inspect]'. Or have "
            "Inspect write it as JSON: inspect log convert --to json"
        ) from error
    with path.open("rb") as file:
        file.seek(info.header_offset)
        name, extra = LOCAL_HEADER.unpack(file.read(LOCAL_HEADER.size))
        file.seek(info.header_offset + LOCAL_HEADER.size + name + extra)
        with ZstdDecompressor().stream_reader(file.read(info.compress_size), read_across_frames=True) as stream:
            content: bytes = stream.read()
    return content


def _parsed(content: bytes) -> dict[str, Any]:
    """A JSON object; Inspect writes NaN where a score is missing, which strict readers do not take."""
    read = json.loads(content)
    if not isinstance(read, dict):
        raise ValueError("it is no JSON object")
    return read


def _whole(sample: dict[str, Any]) -> dict[str, Any]:
    """The sample with its long texts where they belong: Inspect keeps some apart, as attachments."""
    attached = sample.get("attachments") or {}
    kept = {name: one for name, one in sample.items() if name not in ("events", "events_data", "attachments")}
    return {name: _resolved(one, attached) for name, one in kept.items()} if attached else kept


def _resolved(value: Any, attached: Mapping[str, str]) -> Any:
    if isinstance(value, str) and value.startswith(ATTACHED):
        return attached.get(value.removeprefix(ATTACHED), value)
    if isinstance(value, list):
        return [_resolved(one, attached) for one in value]
    if isinstance(value, dict):
        return {name: _resolved(one, attached) for name, one in value.items()}
    return value
