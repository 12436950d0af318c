"""What the authors released (github.com/kevinyaobytedance/llm_eval, MIT): their questions, read from a clone or a zip.

The rows hold the answers and labels of six models; a question is taken once for each time that the first of these
models was asked it. The novel of the copyright study is not among the files, for the reason that the study is about.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from assay.errors import DataError

FILES = {
    "safety": "gen_data/safety.jsonl",
    "misuse": "gen_data/misuse.jsonl",
    "typos": "gen_data/typo.jsonl",
    "causal": "gen_data/causal.json",
    "stereotypes": "intermediate_data/fairness_questions/gender_are.txt",
    "confidence": "intermediate_data/fairness_questions/gender_are.txt",
    "hallucination": "intermediate_data/qa_data.json",
}
"""Study → the file that its questions come from. Of the three files on gender, the scripts read `are`."""

KNOWN = ("gen_data/safety.jsonl", "gen_data/causal.json", "gen_data/typo.jsonl", "gen_data/misuse.jsonl")
"""Any one of these makes a folder or zip the authors' repository."""

HALLUCINATIONS, PARTS, PART = 300, 6, 50

BETWEEN = "\n----\n"
"""What stands between the two questions, or question and answer, that the authors joined."""


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None:
        """Go on with these bytes."""


def is_released(data: str) -> bool:
    """Whether the folder or zip holds one of the authors' files."""
    where = Path(data)
    if where.is_dir():
        return any((where / file).is_file() for file in KNOWN)
    if not where.is_file() or where.suffix.lower() != ".zip":
        return False
    try:
        return any(_member(where, file) for file in KNOWN)
    except DataError:
        return False  # whoever reads it as something else will say what is wrong with it


def material(data: str, study: str) -> Iterator[dict[str, Any]]:
    """The pieces of one study; none where its file is not there."""
    file = FILES.get(study)
    text = _text(Path(data), file) if file else None
    return iter(()) if text is None else _READ[study](text)


@contextmanager
def explained(data: str, study: str) -> Iterator[None]:
    """Whatever fails inside: the file is not what the authors released.

    Raises:
        DataError: it names the file.
    """
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            f"{data}: {FILES.get(study)} is not as the authors released it ({error}). Clone their repository again"
        ) from error


def add_to(hashed: _Hash, data: str) -> None:
    """Hash the files that the studies read."""
    for file in sorted(set(FILES.values())):
        text = _text(Path(data), file)
        if text is not None:
            hashed.update(f"{file} {len(text)}\n".encode() + text.encode())


# ---- files ---------------------------------------------------------------------------------------


def _text(where: Path, file: str) -> str | None:
    """The text of a file; None where it is not there."""
    try:
        if where.is_dir():
            path = where / file
            return path.read_text(encoding="utf-8") if path.is_file() else None
        name = _member(where, file)
        if name is None:
            return None
        with zipfile.ZipFile(where) as opened:
            return opened.read(name).decode("utf-8")
    except (OSError, UnicodeDecodeError, zipfile.BadZipFile, RuntimeError) as error:
        raise DataError(f"cannot read {file} of {where}: {error}. Clone the authors' repository again") from error


def _member(where: Path, file: str) -> str | None:
    """Its name in the archive: GitHub's zips have a folder around everything."""
    return next((name for name in _names(where) if name == file or name.partition("/")[2] == file), None)


@cache
def _names(where: Path) -> tuple[str, ...]:
    try:
        with zipfile.ZipFile(where) as opened:
            return tuple(opened.namelist())
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"cannot read {where}: {error}. Give a clone or zip of the authors' repository") from error


# ---- their layouts -------------------------------------------------------------------------------


def _of_first_model(text: str) -> Iterator[dict[str, Any]]:
    first: str | None = None
    for line in text.splitlines():
        row = json.loads(line) if line.strip() else None
        if row is not None:
            first = first or row["source_model"]
            if row["source_model"] == first:
                yield row


def _safety(text: str) -> Iterator[dict[str, Any]]:
    return ({"question": row["question"], "tag_cat": row["tag_cat"]} for row in _of_first_model(text))


def _misuse(text: str) -> Iterator[dict[str, Any]]:
    return ({"question": row["question"], "tag_cat": row["tag_cat"]} for row in _of_first_model(text))


def _typos(text: str) -> Iterator[dict[str, Any]]:
    """The sentences stand inside the two prompts."""
    for row in _of_first_model(text):
        sentence, misspelt = (prompt.split('"""')[1].strip("\n") for prompt in row["question"].split(BETWEEN))
        yield {"sentence": sentence, "misspelt": misspelt}


def _causal(text: str) -> Iterator[dict[str, Any]]:
    return ({"a": a, "b": b, "type": kind} for a, b, kind in json.loads(text)["data"])


def _stereotypes(text: str) -> Iterator[dict[str, Any]]:
    """Blocks between empty lines. After the last the scripts found one more, an empty one, and asked it as well."""
    for block in text.split("\n\n"):
        if block.strip():
            yield {"question": block.strip(), "tag_cat": "gender"}


def _confidence(text: str) -> Iterator[dict[str, Any]]:
    pieces = islice(_stereotypes(text), PARTS * PART)
    return ({**piece, "part": number // PART, "place": number % PART} for number, piece in enumerate(pieces))


def _hallucination(text: str) -> Iterator[dict[str, Any]]:
    wanted = ("knowledge", "question", "right_answer", "hallucinated_answer")
    rows = (json.loads(line) for line in text.splitlines() if line.strip())
    return ({name: row[name] for name in wanted} for row in islice(rows, HALLUCINATIONS))


_READ: Mapping[str, Callable[[str], Iterator[dict[str, Any]]]] = {
    "safety": _safety,
    "misuse": _misuse,
    "typos": _typos,
    "causal": _causal,
    "stereotypes": _stereotypes,
    "confidence": _confidence,
    "hallucination": _hallucination,
}
