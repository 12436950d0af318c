"""Samples looked for: pages of a run's `samples.parquet`, filtered and paired, through DuckDB.

A sample's number is its place in the file, from 0. Pages go by number, and a page reads little more of the file than
what it shows; only a search that finds little has to go through the text of all. Memory stays flat: DuckDB is told so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import cpu_count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import orjson

from assay.errors import StoreError
from assay.schema import Record
from assay.store.folder import record_of

if TYPE_CHECKING:
    import duckdb

NO_LABEL = "(none)"
"""Asks for samples whose first verdict has no label: unread, not gradable, or judged by a number."""

EXCERPT = 600
"""Characters of a prompt or reply in a list."""

Differing = Literal["", "label", "reply", "judges"]
"""Of two runs: all shared rows, other labels, other replies, or other labels on one and the same reply."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which samples; what is empty asks for nothing."""

    task: str = ""
    """An id, or `safety/*`."""
    label: str = ""
    """Of the first verdict; `NO_LABEL` for none."""
    finish: str = ""
    lang: str = ""
    disputed: bool = False
    """Only where several graders voted for different labels."""
    text: str = ""
    """In the last turn of the first prompt or in the first reply, in either case; or a row's id as a whole."""

    @property
    def by_columns(self) -> bool:
        """Whether tallies alone can count them."""
        return not self.disputed and not self.text


@dataclass(frozen=True, slots=True)
class Tally:
    """How many samples of a run have these values."""

    task: str
    label: str
    finish: str
    lang: str
    count: int

    def fits(self, wanted: Wanted) -> bool:
        """Whether these samples are wanted, as far as the columns say."""
        return (
            _is_of(self.task, wanted.task)
            and wanted.label in ("", self.label)
            and wanted.finish in ("", self.finish)
            and wanted.lang in ("", self.lang)
        )


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of a list."""

    number: int
    task: str
    id: str
    lang: str
    epoch: int
    group: str
    label: str | None
    finish: str
    prompt: str
    """So much of it as a list shows: its beginning, or what is around the text that was looked for."""
    prompt_from: int
    """Characters left out before that."""
    prompt_length: int
    """Of the whole."""
    reply: str
    reply_from: int
    reply_length: int
    replies: int
    """How many the sample has; the list shows the first."""
    judged: str
    """Its verdicts as JSON."""

    @property
    def verdicts(self) -> list[list[Any]]:
        """As stored: judge, label, value, why, and votes where there are any."""
        found: list[list[Any]] = orjson.loads(self.judged or "[]")
        return found


Key = tuple[str, str, str, int]
"""What a row is known by in another run: task, id, language, epoch."""


def connected(spill: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB that keeps little, and asks nobody for anything. Give each thread a `cursor()` of it.

    Args:
        spill: a folder for what does not fit into memory; nothing smaller than millions of shared rows comes there.
    """
    import duckdb

    return duckdb.connect(
        config={
            "threads": min(4, cpu_count() or 1),
            "memory_limit": "256MB",
            "temp_directory": str(spill),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )


class Samples:
    """The samples of one run, as a connection reads them.

    Raises:
        StoreError: (from every method) the file is damaged or gone.
    """

    def __init__(self, db: duckdb.DuckDBPyConnection, file: Path) -> None:
        self._db, self._file = db, file

    def _ask(self, sql: str, **given: Any) -> list[tuple[Any, ...]]:
        return _ask(self._db, sql, file=str(self._file), **given)

    def tallies(self) -> list[Tally]:
        """How many samples there are of each kind."""
        counted = self._ask(f"SELECT task, label, finish, lang, count(*) FROM {_FILE} GROUP BY ALL ORDER BY ALL")
        return [Tally(task, label or NO_LABEL, finish, lang, count) for task, label, finish, lang, count in counted]

    def after(self, wanted: Wanted, number: int, most: int) -> list[int]:
        """The first numbers beyond this one. Reading stops as soon as there are so many: the file is in order."""
        where, given = _where(wanted)
        asked = f"SELECT n FROM {_NUMBERED} WHERE n > $number AND {where} LIMIT $most"
        return [found for (found,) in self._ask(asked, number=number, most=most, **given)]

    def before(self, wanted: Wanted, number: int, most: int) -> list[int]:
        """The last numbers below this one, in order."""
        where, given = _where(wanted)
        asked = f"SELECT n FROM {_NUMBERED} WHERE n < $number AND {where} ORDER BY n DESC LIMIT $most"
        return [found for (found,) in self._ask(asked, number=number, most=most, **given)][::-1]

    def count(self, wanted: Wanted) -> int:
        """How many are wanted; goes through all of them."""
        where, given = _where(wanted)
        ((count,),) = self._ask(f"SELECT count(*) FROM {_FILE} WHERE {where}", **given)
        return int(count)

    def listed(self, numbers: Sequence[int], text: str = "") -> dict[int, Sample]:
        """What a list shows of these, around this text where it was looked for."""
        if not numbers:
            return {}
        asked = f"""
            SELECT n, task, id, lang, epoch, row_group, label, finish, {_excerpt("prompt")}, {_excerpt("reply")},
                   json_array_length(record, '$.replies'), json_extract(record, '$.verdicts')::VARCHAR
            FROM (SELECT *, {_before("prompt")} AS prompt_from, {_before("reply")} AS reply_from
                  FROM {_NUMBERED} WHERE n IN {_list_of(numbers)})"""
        return {row[0]: Sample(*row) for row in self._ask(asked, text=text.lower())}

    def record(self, number: int) -> tuple[Key, str, Record] | None:
        """One sample as a whole, with its key and its dataset; None where there is no such number."""
        asked = f"SELECT task, id, lang, epoch, dataset, record FROM {_NUMBERED} WHERE n IN {_list_of([number])}"
        for *key, dataset, record in self._ask(asked):
            task, row, lang, epoch = key
            return (task, row, lang, epoch), dataset, record_of(orjson.loads(record))
        return None

    def numbers_of(self, keys: Sequence[Key]) -> dict[Key, int]:
        """Where this run has these rows."""
        if not keys:
            return {}
        asked = f"SELECT task, id, lang, epoch, n FROM {_NUMBERED} WHERE id IN $ids AND task IN $tasks"
        rows = self._ask(asked, ids=sorted({key[1] for key in keys}), tasks=sorted({key[0] for key in keys}))
        have = {(task, row, lang, epoch): number for task, row, lang, epoch, number in rows}
        return {key: have[key] for key in keys if key in have}


class Paired:
    """The rows that two runs share. A label, a finish or a text that is asked for may be of either run.

    Args:
        db: a connection.
        one, other: their files.
        by_text: rows of one id are the same only if their prompts are, too.
    """

    def __init__(self, db: duckdb.DuckDBPyConnection, one: Path, other: Path, by_text: bool) -> None:
        self._db, self._files, self._by_text = db, {"one": str(one), "other": str(other)}, by_text

    def found(
        self, wanted: Wanted, differing: Differing, number: int, most: int, backwards: bool = False
    ) -> tuple[list[tuple[int, int]], dict[tuple[str, str], int]]:
        """A page, and what all of it would come to; the texts of both runs are gone through once for the two.

        Returns:
            (number in the one, number in the other) of the next rows, or those before, in the order of the one; and how
            many rows, on all pages, have which label in the one and which in the other.
        """
        shared, given = self._shared(wanted, differing)
        beyond, order = ("one < $number", "DESC") if backwards else ("one > $number", "ASC")
        asked = f"""
            WITH shared AS MATERIALIZED (
                SELECT a.n AS one, b.n AS other, a.label AS mine, b.label AS theirs FROM {shared}
            ), page AS (SELECT one, other FROM shared WHERE {beyond} ORDER BY one {order} LIMIT $most)
            SELECT one, other, NULL, NULL, NULL FROM page
            UNION ALL (SELECT NULL, NULL, mine, theirs, count(*) FROM shared GROUP BY ALL)"""
        rows = _ask(self._db, asked, number=number, most=most, **given)
        counts = {(mine or NO_LABEL, theirs or NO_LABEL): count for _, _, mine, theirs, count in rows if count}
        return sorted((row[0], row[1]) for row in rows if not row[4]), dict(sorted(counts.items()))

    def _shared(self, wanted: Wanted, differing: Differing) -> tuple[str, dict[str, Any]]:
        """The rows of both that are wanted. Texts stay out of the join: each side says what became of its own."""
        of_both, given = _where(replace(wanted, label="", finish="", disputed=False, text=""))
        of_either, more = _where(replace(wanted, task="", lang=""))
        columns = f"file_row_number AS n, task, id, lang, epoch, label, {of_either} AS fits"
        columns += ", hash(prompt) AS prompt" if self._by_text else ""
        columns += ", hash(reply) AS reply" if differing in ("reply", "judges") else ""
        side = f"(SELECT {columns} FROM read_parquet(${{}}, file_row_number = true) WHERE {of_both})"
        same = f"task, id, lang, epoch{', prompt' if self._by_text else ''}"
        joined = f"{side.format('one')} a JOIN {side.format('other')} b USING ({same})"
        return f"{joined} WHERE (a.fits OR b.fits) AND {_DIFFERING[differing]}", self._files | given | more


_DIFFERING: Mapping[Differing, str] = {
    "": "true",
    "label": "a.label IS DISTINCT FROM b.label",
    "reply": "a.reply <> b.reply",
    "judges": "a.label IS DISTINCT FROM b.label AND a.reply = b.reply",
}


_FILE = "read_parquet($file)"
_NUMBERED = "(SELECT *, file_row_number AS n FROM read_parquet($file, file_row_number = true))"

# Votes end in `"label"]]]`; only a record that has that is read as JSON.
_DISPUTED = """
    (CASE WHEN contains(record, '"]]]') OR contains(record, 'null]]]') THEN len(list_filter(
        json_extract(record, '$.verdicts[*][4]'),
        lambda votes: len(list_distinct(json_extract_string(votes, '$[*][1]'))) > 1)) > 0 ELSE false END)"""


def _where(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """A condition, and the values of what it names."""
    found, given = ["true"], {}
    if wanted.task.endswith("/*"):
        found.append("starts_with(task, $task)")
        given["task"] = wanted.task[:-1]
    elif wanted.task:
        found.append("task = $task")
        given["task"] = wanted.task
    if wanted.label == NO_LABEL:
        found.append("label IS NULL")
    elif wanted.label:
        found.append("label = $label")
        given["label"] = wanted.label
    for name in ("finish", "lang"):
        if value := getattr(wanted, name):
            found.append(f"{name} = ${name}")
            given[name] = value
    if wanted.text:
        holds, given["text"] = _holds(wanted.text)
        found.append(f"({holds.format(column='reply')} OR {holds.format(column='prompt')} OR id = $id)")
        given["id"] = wanted.text
    if wanted.disputed:
        found.append(_DISPUTED)
    return f"({' AND '.join(found)})", given


def _holds(text: str) -> tuple[str, str]:
    """The fastest way to look for a text in either case.

    RE2 is, but it is slow where a text begins with a letter beyond ASCII: a column's text without one is passed over.
    """
    if text.lower() == text.upper():
        return "contains({column}, $text)", text
    there = "" if text.isascii() else "strlen({column}) > length({column}) AND "
    return f"({there}regexp_matches({{column}}, $text, 'i'))", re.sub(r"([!-/:-@\[-^`{-~])", r"\\\1", text)


def _before(column: str) -> str:
    """How many characters before an excerpt are left out: none where what is looked for stands near the beginning."""
    at = f"CASE WHEN $text = '' THEN 0 ELSE strpos(lower({column}), $text) END"
    return f"CASE WHEN {at} > {EXCERPT // 2} THEN {at} - {EXCERPT // 4} ELSE 0 END"


def _excerpt(column: str) -> str:
    return f"substr({column}, {column}_from + 1, {EXCERPT}), {column}_from, length({column})"


def _is_of(task: str, wanted: str) -> bool:
    return task.startswith(wanted[:-1]) if wanted.endswith("/*") else wanted in ("", task)


def _list_of(numbers: Sequence[int]) -> str:
    """Numbers in the text itself: only then does DuckDB skip what lies between them."""
    return f"({', '.join(str(int(number)) for number in numbers)})"


def _ask(db: duckdb.DuckDBPyConnection, sql: str, **given: Any) -> list[tuple[Any, ...]]:
    import duckdb

    try:
        return db.execute(sql, given).fetchall()
    except duckdb.Error as error:
        said = str(error).partition("\n")[0]
        raise StoreError(f"the samples cannot be read ({said}): run the same `assay run` command again") from error
