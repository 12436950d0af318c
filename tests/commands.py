"""The command line as a user has it: arguments in, exit code, output and files out."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from click.testing import CliRunner, Result

from assay.cli import main
from endpoint import Said, said

Json = dict[str, Any]

CLEAN = {"OPENAI_API_KEY": None, "OPENAI_BASE_URL": None, "COLUMNS": "200", "TERM": "dumb"}


def assay(*words: object) -> Result:
    """Run one command in this process. Only `SystemExit` may come out of it: anything else is a traceback."""
    done = CliRunner().invoke(main, [str(word) for word in words], env=CLEAN)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def refused(done: Result, code: int, *words: str) -> None:
    """Whether a command ended with that code and one line on stderr that holds these words."""
    assert done.exit_code == code, done.output
    lines = [line for line in done.stderr.splitlines() if not line.startswith("Usage:") and line.strip()]
    said_so = [line for line in lines if line.startswith("assay: ")]
    assert len(said_so) == 1, done.stderr
    assert lines[-1] == said_so[0], done.stderr
    for word in words:
        assert word in said_so[0], said_so[0]
    assert "Traceback" not in done.output


def run_folders(out: Path) -> list[Path]:
    """Every run folder under `out`."""
    return sorted(path for path in out.iterdir() if path.is_dir())


def run_folder(out: Path) -> Path:
    """The one run folder under `out`."""
    (folder,) = run_folders(out)
    return folder


def read(path: Path) -> Json:
    """A JSON file, read by a strict reader: NaN is no JSON."""

    def never(name: str) -> float:
        raise AssertionError(f"{path} holds {name}")

    content: Json = json.loads(path.read_text(encoding="utf-8"), parse_constant=never)
    return content


def result(out: Path) -> Json:
    """The result of the one run under `out`."""
    return read(run_folder(out) / "result.json")


def measure(found: Json, task: str, name: str) -> Json:
    """The corrected measure of that name."""
    corrected: Json = found["tasks"][task]["measures"][name]["corrected"]
    return corrected


def measures(found: Json) -> Iterator[tuple[str, Json]]:
    """Every corrected measure of a result, those of groups and languages too, with a name."""
    for task_id, task in found["tasks"].items():
        for name, one in task["measures"].items():
            yield f"{task_id} {name}", one["corrected"]
            for kind in ("groups", "languages"):
                for part, inner in one.get(kind, {}).items():
                    yield f"{task_id} {name} {part}", inner["corrected"]


FIELDS = {"value", "low", "high", "n", "total", "blocked", "failed", "unread", "floor", "ceiling", "better"}


def sound(found: Json) -> None:
    """Whether every number of a result has its denominator, and bounds that hold it."""
    for name, one in measures(found):
        assert set(one) - {"outer", "needs"} == FIELDS, name
        assert one["n"] + one["unread"] + one["blocked"] + one["failed"] == one["total"], name
        assert one["better"] in ("higher", "lower", "neither"), name
        numbers = [one[key] for key in ("value", "low", "high", "floor", "ceiling") if one[key] is not None]
        assert all(math.isfinite(number) for number in numbers), name
        if one["value"] is None:
            assert one["low"] is one["high"] is None, name
        elif one["floor"] is not None:
            assert one["floor"] - 1e-9 <= one["value"] <= one["ceiling"] + 1e-9, name
        if one["low"] is not None:
            assert one["low"] - 1e-9 <= one["value"] <= one["high"] + 1e-9, name


def samples(folder: Path, columns: str) -> list[tuple[Any, ...]]:
    """Columns of `samples.parquet`, in order."""
    with duckdb.connect() as db:
        return db.execute(f"SELECT {columns} FROM read_parquet(?)", [str(folder / "samples.parquet")]).fetchall()


def layout(folder: Path, **files: list[Json]) -> Path:
    """A folder in the published layout; `safety__misuse=[…]` becomes `safety/misuse.json`."""
    for name, rows in files.items():
        path = folder / f"{name.replace('__', '/')}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(rows), encoding="utf-8")
    return folder


def grades(body: Json, word: str = "corrected") -> Said:
    """A grader's answer: the verdict `word` in the form asked for."""
    return said(f"It depends on the second sentence.\nVERDICT: {word}")


def embeds(body: Json) -> Said:
    """An `/embeddings` answer: every text has the same direction, and so a cosine of 1 with every other."""
    data = [{"index": at, "embedding": [1.0, 2.0 + 0 * len(text)]} for at, text in enumerate(body["input"])]
    return Said(json.dumps({"data": data, "usage": {"prompt_tokens": 1}}).encode())


def moderates(body: Json, score: float = 0.25) -> Said:
    """A `/moderations` answer: each text has that score."""
    results = [{"category_scores": {"hate": score / 2, "violence": score}} for _ in body["input"]]
    return Said(json.dumps({"results": results}).encode())
