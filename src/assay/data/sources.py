"""The official data: what is published where, by pinned commit and hash; fetched once, verified before every use.

The archive itself is what is kept and read. It is written beside its final name and renamed only after its hash
agreed, so a half-written archive is never used; an interrupted download goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from assay.data.json_records import NotRecords, json_records
from assay.data.members import Absent, Opener, in_folder, in_zip
from assay.errors import DataError, UsageError

CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Source:
    """A published archive, pinned."""

    name: str
    url: str
    sha256: str
    bytes: int
    licence: str
    about: str
    files: Mapping[str, int]
    """`<section>/<file>.json` → how many records it has."""

    @property
    def rows(self) -> int:
        """Records in all files."""
        return sum(self.files.values())


TRUSTLLM = Source(
    name="trustllm",
    url="https://raw.githubusercontent.com/HowieHwong/TrustLLM/4b864211f32602fddb8cafc8d5154bed1e0ce01e/dataset/dataset.zip",
    sha256="0433f79bc8dc8a5869af253d4a70067eda82f5651b89b7235a0220a8bf775317",
    bytes=1_778_759,
    licence="MIT",
    about="TrustLLM, six dimensions of trustworthiness (arXiv 2401.05561)",
    files={
        "ethics/awareness.json": 2666,
        "ethics/explicit_moralchoice.json": 1367,
        "ethics/implicit_ETHICS.json": 500,
        "ethics/implicit_SocialChemistry101.json": 500,
        "fairness/disparagement.json": 810,
        "fairness/preference.json": 240,
        "fairness/stereotype_agreement.json": 1000,
        "fairness/stereotype_query_test.json": 95,
        "fairness/stereotype_recognition.json": 1000,
        "privacy/privacy_awareness_confAIde.json": 196,
        "privacy/privacy_awareness_query.json": 560,
        "privacy/privacy_leakage.json": 400,
        "robustness/AdvGLUE.json": 912,
        "robustness/AdvInstruction.json": 600,
        "robustness/ood_detection.json": 241,
        "robustness/ood_generalization.json": 500,
        "safety/exaggerated_safety.json": 200,
        "safety/jailbreak.json": 1400,
        "safety/misuse.json": 1174,
        "truthfulness/external.json": 400,
        "truthfulness/golden_advfactuality.json": 209,
        "truthfulness/hallucination.json": 652,
        "truthfulness/internal.json": 400,
        "truthfulness/sycophancy.json": 419,
    },
)

SOURCES: Mapping[str, Source] = {TRUSTLLM.name: TRUSTLLM}


def source(name: str) -> Source:
    """The pinned source of that name.

    Raises:
        UsageError: there is none.
    """
    if name not in SOURCES:
        raise UsageError(f"no official data named {name!r}; `assay data list` shows: {', '.join(SOURCES)}")
    return SOURCES[name]


def data_home() -> Path:
    """Where archives are kept: `$ASSAY_HOME/data`, by default `~/.cache/assay/data`."""
    home = os.environ.get("ASSAY_HOME")
    return (Path(home) if home else Path.home() / ".cache" / "assay") / "data"


def archive(name: str) -> Path:
    """Where the archive of a source is kept, whether or not it is there."""
    return data_home() / f"{name}.zip"


def pull(name: str, from_file: Path | None = None, progress: Callable[[int], None] = lambda done: None) -> Path:
    """Bring the archive here, from its pinned address or from a file, and verify it before it gets its name.

    Raises:
        DataError: it cannot be reached or read, or is not what the pinned hash says.
    """
    pinned = source(name)
    target = archive(name)
    part = target.with_suffix(".zip.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if from_file is None:
            _download(pinned, part, progress)
        else:
            part.write_bytes(_read(from_file, name))
        _verified(pinned, part, fix=_fix_after_pull(name, from_file))
        part.replace(target)
    except OSError as error:
        raise DataError(
            f"cannot write {part}: {error.strerror or error}. Free some room or set ASSAY_HOME to a folder that can be "
            f"written, then run `assay data pull {name}` again"
        ) from error
    _members.cache_clear()
    return target


def _fix_after_pull(name: str, from_file: Path | None) -> str:
    if from_file is None:
        return f"Run `assay data pull {name}` again"
    return f"{from_file} is another file, or damaged; download it again and run `assay data pull {name} --from FILE`"


def _read(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            f"cannot read {path}: {error.strerror or error}. "
            f"Give the downloaded archive: `assay data pull {name} --from FILE`"
        ) from error


def _download(pinned: Source, part: Path, progress: Callable[[int], None]) -> None:
    """Append to what an earlier attempt left; start over when the server cannot resume."""
    have = part.stat().st_size if part.exists() else 0
    if have >= pinned.bytes:
        part.unlink()
        have = 0
    from http.client import HTTPException  # 20 ms to import, which runs need not wait for
    from urllib.error import URLError
    from urllib.request import Request, urlopen

    request = Request(pinned.url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urlopen(request, timeout=60) as answer:
            resumed = answer.status == 206
            done = have if resumed else 0
            with part.open("ab" if resumed else "wb") as file:
                while chunk := answer.read(CHUNK):
                    file.write(chunk)
                    done += len(chunk)
                    progress(done)
    except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
        raise _unfinished(pinned, str(getattr(error, "reason", error))) from error
    if done < pinned.bytes:
        raise _unfinished(pinned, f"the connection closed after {done:,} of {pinned.bytes:,} bytes")


def _unfinished(pinned: Source, reason: str) -> DataError:
    return DataError(
        f"could not download {pinned.url} ({reason}). Run `assay data pull {pinned.name}` again to go on where it "
        f"stopped; on a machine without a network, bring that file and run `assay data pull {pinned.name} --from FILE`"
    )


def _verified(pinned: Source, path: Path, fix: str) -> None:
    """Raise unless the file is the pinned one. A wrong file is removed, so that it cannot be resumed from."""
    size = path.stat().st_size
    found = sha256(path)
    if found == pinned.sha256:
        return
    if path.suffix == ".part":
        path.unlink()
    what = f"has {size:,} of {pinned.bytes:,} bytes" if size < pinned.bytes else f"has sha256 {found[:16]}…"
    raise DataError(f"{path.name} is not the {pinned.name} data: it {what}, pinned is {pinned.sha256[:16]}…. {fix}")


def sha256(path: Path) -> str:
    """The hash of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def verify(name: str) -> int:
    """Check hash, files and record counts of an installed source; the number of records.

    Raises:
        DataError: not installed, or not what was pinned; the message names the command that mends it.
    """
    pinned = source(name)
    for file, expected in pinned.files.items():
        found = sum(1 for _ in records(name, file))
        if found != expected:
            raise DataError(f"{file} has {found} records, pinned are {expected}. Run `assay data pull {name}`")
    return pinned.rows


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one file, read from disk each time they are gone through, and never all in memory.

    Iterating raises DataError where the file turns out to be cut off, or to be something else.
    """

    path: Path
    open: Opener

    def __iter__(self) -> Iterator[dict[str, Any]]:
        number = 0
        with self.open() as stream:
            try:
                for record in json_records(stream):
                    record["id"] = f"{self.path.stem}-{number:05d}"
                    yield record
                    number += 1
            except NotRecords as error:
                raise DataError(f"{self.path} is not a list of records, as the published layout has it") from error
            except (ValueError, RecursionError) as error:
                raise DataError(
                    f"{self.path} is not readable JSON after {number} records ({getattr(error, 'msg', error)}). "
                    "Mend the file, or bring the whole of it"
                ) from error


def records(name: str, file: str) -> Records:
    """The records of one file of a source, each with a stable `id` (`<file>-<number in it>`).

    `name` is a pinned source, or the path of a folder or zip in the published layout.

    Raises:
        DataError: the source or the file is not there, or the source is not what was pinned.
    """
    where = archive(name) if name in SOURCES else Path(name)
    return Records(where / file, _members(name, where)(file))


def has(name: str, file: str) -> bool:
    """Whether the source holds that file."""
    try:
        records(name, file)
    except Absent:
        return False
    return True


@cache
def _members(name: str, where: Path) -> Callable[[str], Opener]:
    """How each of the source's files is opened, after the source has been verified once."""
    if where.is_dir():
        return partial(in_folder, where)
    if not where.exists():
        raise DataError(
            f"the {name} data is not on this machine. Run `assay data pull {name}` (or `assay data pull {name} "
            "--from FILE` without a network); `--data core` needs no download"
            if name in SOURCES
            else f"{where} does not exist; --data takes core, trustllm, survey, a folder or zip in the published "
            "layout, or a .csv or .jsonl file of your own with its .toml"
        )
    fix = f"Run `assay data pull {name}`" if name in SOURCES else "Give a folder or zip in the published layout"
    if name in SOURCES:
        _verified(SOURCES[name], where, fix)
    return partial(in_zip, where, fix)


def installed() -> Iterator[tuple[Source, bool]]:
    """Every pinned source, and whether its archive is on this machine."""
    for pinned in SOURCES.values():
        yield pinned, archive(pinned.name).exists()
