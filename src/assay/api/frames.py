"""Rows of a table as plain dicts, or as a frame of pandas or polars, which are imported when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib import import_module
from typing import Any, Literal

from assay.errors import StoreError, UsageError
from assay.report.figures import number
from assay.store import RunFolder

Frame = Literal["list", "pandas", "polars"]
"""`list` needs nothing beside assay."""

SHOWN = 200
"""Rows that a notebook shows; the others are counted."""

STYLE = "text-align:left;vertical-align:top;white-space:pre-wrap;max-width:40em"


class Rows(list[dict[str, Any]]):
    """Plain dicts, one a row, that show themselves as a table in a notebook."""

    def _repr_html_(self) -> str:
        return table(self)


def framed(rows: Rows, frame: str) -> Any:
    """The rows as they are, or as a frame.

    Raises:
        UsageError: the library is not installed, or there is no such frame.
    """
    if frame == "list":
        return rows
    library = imported(frame)
    if frame == "polars":
        return library.DataFrame(rows, infer_schema_length=None)
    return library.DataFrame(rows)


def imported(frame: str) -> Any:
    """The library of that frame."""
    if frame not in ("pandas", "polars"):
        raise UsageError(f"no frame {frame!r}; there are: list, pandas, polars")
    try:
        return import_module(frame)
    except ImportError as error:
        raise UsageError(
            f"{frame} is not installed: `pip install {frame}`. Without it, 'list' gives plain dicts"
        ) from error


def samples(folder: RunFolder, tasks: Sequence[str], frame: str) -> Any:
    """The columns of samples.parquet, without what is there to be read by assay alone.

    Raises:
        StoreError: it is not there, or damaged.
        UsageError: as `framed`.
    """
    import duckdb

    if not folder.samples.is_file():
        raise StoreError(f"{folder.path} has no samples.parquet: run the same `assay run` command again")
    library = None if frame == "list" else imported(frame)
    asked = "SELECT * EXCLUDE (record) FROM read_parquet($file) WHERE len($tasks) = 0 OR task IN $tasks"
    with duckdb.connect(config={"threads": 1}) as db:
        try:
            found = db.execute(asked, {"file": str(folder.samples), "tasks": list(tasks)})
            if frame == "pandas":
                return found.df()
            columns = [name for name, *_ in found.description or ()]
            if library is not None:
                return library.DataFrame(found.fetchall(), schema=columns, orient="row", infer_schema_length=None)
            return Rows(dict(zip(columns, values, strict=True)) for values in found.fetchall())
        except duckdb.Error as error:
            said = str(error).partition("\n")[0]
            raise StoreError(f"{folder.samples} is damaged ({said}): run the same `assay run` command again") from error


# ---- HTML -------------------------------------------------------------------------------------------


def table(rows: Sequence[Mapping[str, Any]], caption: str = "") -> str:
    """An HTML table; whatever stands in a cell is text."""
    if not rows:
        return f"<p>{escape(caption)} (no rows)</p>"
    head = "".join(f'<th style="text-align:left">{escape(str(name))}</th>' for name in rows[0])
    body = "".join(f"<tr>{''.join(map(_cell, row.values()))}</tr>" for row in rows[:SHOWN])
    more = f"<p>… and {len(rows) - SHOWN:,} more rows</p>" if len(rows) > SHOWN else ""
    title = f'<caption style="text-align:left">{escape(caption)}</caption>' if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"<td>{number(value)}</td>"
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return f'<td style="{STYLE}">{escape(text)}</td>'
