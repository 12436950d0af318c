"""A user's own data: a CSV or JSONL file, and beside it a small TOML that names the columns, the judge and the metric.

`mydata.csv` is described by `mydata.toml`, from which a `Task` is made: no code. docs/own-data.md has the format.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from assay.data.own.description import describe
from assay.data.own.files import FILES, pair
from assay.data.own.judging import judge_of, scores_of
from assay.data.own.rows import langs_of, raws, rows, shuffled
from assay.errors import DataError, UsageError
from assay.schema import Dataset, Raw, Sampling, Task


def is_own(data: str) -> bool:
    """Whether `--data` names a file of one's own: by how the name ends."""
    return Path(data).suffix.lower() in (*FILES, ".toml")


def task(data: str) -> Task:
    """The task that the TOML describes.

    Raises:
        UsageError, DataError: what is wrong with the TOML or the file, and how to mend it.
    """
    described = describe(data)
    return Task(
        id=described.id,
        survey=described.survey,
        datasets=(Dataset("own", described.file.name),),
        rows=rows,
        judge=judge_of(described),
        scores=scores_of(described),
        sampling=Sampling(temperature=described.temperature),
        reorder=shuffled if described.kind == "choice" else None,
    )


def load(data: str, langs: Sequence[str]) -> Iterator[Raw]:
    """The records in these languages, read from disk each time.

    Raises:
        UsageError, DataError: as `task`; or a line is wrong, which the message names.
    """
    return raws(describe(data), langs)


def languages(data: str) -> list[str]:
    """The languages that there are rows of."""
    return langs_of(describe(data))


def digest(data: str) -> str:
    """The sha256 of the TOML and the file together."""
    hashed = sha256()
    for path in pair(data):
        hashed.update(f"{path.suffix.lower()} {path.stat().st_size}\n".encode())
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                hashed.update(chunk)
    return hashed.hexdigest()


def check_same(data: str, sha256: str, run: str) -> None:
    """Whether the data is still what a run was made of.

    Raises:
        DataError: it is gone, or was changed.
    """
    try:
        now = digest(data)
    except (DataError, UsageError) as error:
        raise DataError(
            f"{run} was made of {data}, which is not there (looked for from {Path.cwd()}): {error}. Bring it back "
            "with its TOML, or go to the folder where `assay run` was called"
        ) from error
    if now != sha256:
        raise DataError(
            f"{data} or its TOML was changed since {run} was made (sha256 {sha256[:12]}…, now {now[:12]}…). Bring the "
            "old files back, or run it again with `assay run`"
        )
