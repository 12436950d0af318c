"""The sheet of replies to be labelled: a CSV file that spreadsheets open and save as they will."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from io import StringIO
from math import nan
from pathlib import Path
from types import MappingProxyType
from typing import Any

from assay.errors import DataError, UsageError
from assay.labelling.drawing import draw
from assay.labelling.shares import RIGHT, choices, key_of, kind_of
from assay.schema import Record, Task
from assay.store import RunFolder
from assay.store.folder import unwritable

COLUMNS = ("task", "id", "lang", "epoch", "prompt", "reply", "judge_said", "label", "probability", "choices",
           "right_answer", "drawn", "key")  # fmt: skip
READ = ("task", "label", "probability", "key")
"""Columns without which a sheet says nothing; the others are there to be read by people."""
SKIP = "skip"
"""Written where whoever labels cannot tell."""
SAME = MappingProxyType(
    {
        "partly refused": "partly_refused",
        "not corrected": "not_corrected",
        "no address": "no_address",
        "other address": "other_address",
    }
)
"""Other spellings of labels."""
CELL = 30_000
"""Characters of a cell; spreadsheets hold 32,767."""
FEW = 8
"""Rows that an error names."""

_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


# ---- writing ------------------------------------------------------------------------------------


def write_sheet(
    path: Path, folder: RunFolder, tasks: Sequence[Task], size: int, seed: int = 0, verdicts: bool = False
) -> dict[str, int]:
    """Draw rows and write them to be labelled; within a task they stand in an order that tells nothing.

    Args:
        path: a new CSV file, UTF-8 with a byte order mark.
        folder: the run.
        tasks: of which rows are drawn.
        size: how many, of all tasks together.
        seed: another one draws others.
        verdicts: show what the judge said, which sways whoever labels.

    Returns:
        How many rows of each task.

    Raises:
        UsageError: the file is there already, or nothing can be labelled.
    """
    if path.exists():
        raise UsageError(f"{path} is there already and may hold labels: give another name with --out, or remove it")
    drawn = draw(folder, tasks, size, seed)
    offered = {task.id: choices(task) for task in tasks if choices(task)}
    lines = [
        _line(task, epoch, record, offered[task], drawn[key])
        for task, epoch, record in folder.records(list(offered))
        if (key := key_of(task, epoch, record)) in drawn
    ]
    place = {task: number for number, task in enumerate(offered)}
    count = Counter(line["task"] for line in lines)
    lines = [{**line, "drawn": str(count[line["task"]])} for line in lines]
    lines.sort(key=lambda line: (place[line["task"]], line["key"]))
    shown = [name for name in COLUMNS if verdicts or name != "judge_said"]
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(shown)
            rows.writerows(harmless(line[name] for name in shown) for line in lines)
    except OSError as error:
        raise unwritable(path, error) from error
    return dict(count)


def _line(task: str, epoch: int, record: Record, offered: tuple[str, ...], probability: float) -> dict[str, str]:
    row = record.row
    golds = row.gold if isinstance(row.gold, tuple) else () if row.gold is None else (row.gold,)
    return {
        "task": task,
        "id": row.id,
        "lang": row.lang,
        "epoch": str(epoch),
        "prompt": _numbered([chat[-1].content for chat in row.chats]),
        "reply": _numbered([reply.text for reply in record.replies]),
        "judge_said": kind_of(record).label or "(could not tell)",
        "label": "",
        "probability": f"{probability:.9g}",
        "choices": " / ".join((*offered, SKIP)),
        "right_answer": "\n".join(map(str, golds)) if offered == RIGHT else "",
        "key": key_of(task, epoch, record),
    }


def _numbered(texts: Sequence[str]) -> str:
    if len(texts) == 1:
        return texts[0]
    return "\n\n".join(f"[{number}]\n{text}" for number, text in enumerate(texts, 1))


def harmless(cells: Iterable[str]) -> list[str]:
    """Cells that no spreadsheet takes for formulas, nor cuts off; `bare` undoes the former."""
    printable = (_UNPRINTABLE.sub("�", cell) for cell in cells)
    held = (cell if len(cell) <= CELL else f"{cell[:CELL]} … (cut)" for cell in printable)
    return [f"'{cell}" if _FORMULA.match(cell) else cell for cell in held]


def bare(cell: str) -> str:
    """A cell as it was before `harmless`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


# ---- reading ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Given:
    """One filled-in row of a sheet."""

    row: int
    """As spreadsheets number it, from 1; the heading is the first."""
    task: str
    key: str
    label: str
    probability: float
    drawn: int
    """So many rows of the task were drawn; 0 where the sheet does not say."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A filled-in sheet whose rows were found in a run."""

    name: str
    sha256: str
    given: Mapping[str, Given]
    """By key, without skipped rows; those of the same task and probability that were not skipped stand for them."""
    skipped: Mapping[str, int]
    """Skipped rows by task."""
    notes: tuple[str, ...] = ()
    """What whoever gave it should know."""

    def described(self) -> dict[str, Any]:
        """For run.json."""
        skipped = sum(self.skipped.values())
        return {"sheet": self.name, "sha256": self.sha256, "labels": len(self.given), "skipped": skipped}


def read_sheet(path: Path, folder: RunFolder, tasks: Sequence[Task]) -> Sheet:
    """A filled-in sheet of this run.

    Args:
        path: CSV as spreadsheets save it: commas, semicolons or tabs, UTF-8 or UTF-16.
        folder: the run whose rows were labelled.
        tasks: all there are, for the labels that their replies can have.

    Raises:
        DataError: no such file, mangled rows, empty or unknown labels, none but skipped rows, a row twice, rows of
            another run; the message names rows and says what to write.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): give the sheet that `assay label` wrote") from error
    given = list(_rows(path, _text(path, content)))
    _once(path, given)
    _labels_known(path, given, {task.id: choices(task) for task in tasks})
    _rows_known(path, given, folder)
    skipped = Counter(one.task for one in given if one.label == SKIP)
    answered = {one.key: one for one in _answered(given)}
    return Sheet(path.name, sha256(content).hexdigest(), answered, skipped, tuple(_notes(path, given)))


def _text(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f'{path} is not UTF-8: save the sheet as "CSV UTF-8"') from error


def _rows(path: Path, text: str) -> Iterator[Given]:
    heading = text.partition("\n")[0]
    rows = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=heading.count), strict=True)
    number = 1
    try:
        columns = [name.strip().lower() for name in next(rows, [])]
        lacking = [name for name in READ if name not in columns]
        if lacking:
            raise DataError(
                f"{path} has no column {lacking[0]!r}: give the sheet that `assay label` wrote, columns kept"
            )
        for number, cells in enumerate(rows, 2):
            if any(cell.strip() for cell in cells):
                yield _row(path, number, columns, cells)
    except csv.Error as error:
        raise _mangled(path, number + 1, f"the quotes do not match ({error})") from error


def _row(path: Path, number: int, columns: Sequence[str], cells: Sequence[str]) -> Given:
    if len(cells) < len(columns) or any(cell.strip() for cell in cells[len(columns) :]):
        raise _mangled(path, number, f"{len(cells)} cells instead of {len(columns)}, so its quotes were lost")
    cell = {name: bare(text).strip() for name, text in zip(columns, cells, strict=False)}
    probability = _probability(cell["probability"])
    if not 0 < probability <= 1:
        raise _mangled(path, number, f"{cell['probability']!r} is no probability")
    label = cell["label"].lower()
    drawn = cell.get("drawn", "")
    count = int(drawn) if drawn.isdecimal() else 0
    return Given(number, cell["task"], cell["key"], SAME.get(label, label), probability, count)


def _probability(cell: str) -> float:
    """Some spreadsheets write a comma."""
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return nan


def _mangled(path: Path, number: int, what: str) -> DataError:
    return DataError(
        f"{path}, row {number}: {what}. Change nothing but the labels, and save as CSV from the spreadsheet"
    )


def _once(path: Path, given: Sequence[Given]) -> None:
    rows: dict[str, int] = {}
    for one in given:
        if one.key in rows:
            raise DataError(f"{path}: row {one.row} is row {rows[one.key]} again; keep one of them")
        rows[one.key] = one.row


def _labels_known(path: Path, given: Sequence[Given], offered: Mapping[str, tuple[str, ...]]) -> None:
    empty = [one.row for one in given if not one.label]
    if empty or not given:
        where = _named(empty) if given else "any row"
        raise DataError(f"{path}: no label in {where}; write one of its `choices`, or {SKIP} where you cannot tell")
    if all(one.label == SKIP for one in given):
        raise DataError(f"{path}: every row says {SKIP}, so it tells nothing; label those you can tell")
    for one in given:
        allowed = (*offered.get(one.task, ()), SKIP)
        if one.label not in allowed:
            said = f"the label {one.label!r} is none of {', '.join(allowed)}"
            raise DataError(f"{path}, row {one.row}: {said} for {one.task}")


def _rows_known(path: Path, given: Sequence[Given], folder: RunFolder) -> None:
    lost = {one.key: one.row for one in given}
    for task, epoch, record in folder.records(sorted({one.task for one in given})):
        lost.pop(key_of(task, epoch, record), None)
    if lost:
        raise DataError(
            f"{path}: {_named(sorted(lost.values()))} not in {folder.path}: it is of another run, or the run was "
            "asked anew since; draw a new sheet with `assay label`"
        )


def _notes(path: Path, given: Sequence[Given]) -> Iterator[str]:
    """Rows that were deleted, and tasks of which every row was skipped."""
    for task, count in Counter(one.task for one in given).items():
        own = [one for one in given if one.task == task]
        drawn = max(one.drawn for one in own)
        if count < drawn:
            yield (
                f"{path}: {count} of {drawn} drawn rows of {task} are here. Which ones are missing may sway the "
                f"number: keep every row, and write {SKIP} where you cannot tell"
            )
        if all(one.label == SKIP for one in own):
            yield f"{path}: every row of {task} says {SKIP}, so labels say nothing of it"


def _named(rows: Sequence[int]) -> str:
    shown = ", ".join(map(str, rows[:FEW]))
    more = f" and {len(rows) - FEW} more" if len(rows) > FEW else ""
    return f"row{'s' * (len(rows) > 1)} {shown}{more}"


def _answered(given: Sequence[Given]) -> Iterator[Given]:
    """The rows that were not skipped, with the probability of being drawn and not skipped."""
    drawn = Counter((one.task, one.probability) for one in given)
    answered = Counter((one.task, one.probability) for one in given if one.label != SKIP)
    for one in given:
        if one.label != SKIP:
            kind = (one.task, one.probability)
            yield replace(one, probability=one.probability * answered[kind] / drawn[kind])
