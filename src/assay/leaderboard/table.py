"""The big table as a page shows it: rows of cells with their shade, remarks, and what the script needs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assay.data.published import Metric, Table
from assay.findings.averages import averages, placed, ranks
from assay.findings.of_runs import Entry
from assay.leaderboard.figures import short, span, whole
from assay.leaderboard.words import SILENT, Remark, column, on_column, remark
from assay.pages.both import Both, both
from assay.pages.names import dimension

FIFTHS = 5

Kind = Literal["ranked", "later", "upstream", "corrected", "other"]
"""`upstream` and `corrected` are the two scorings of a run on the published data; `other` a run on other data."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number."""

    text: str
    """Empty where it is missing."""
    shade: int | None = None
    """0 to 4, worst to best fifth among the ranked models; None where it is not to be compared."""
    mark: str = ""
    """The letter of what is known against it."""
    tip: str = ""
    """What more there is to say of the number: an interval."""


@dataclass(frozen=True, slots=True)
class Line:
    """A model, or a run by one scoring."""

    name: str
    page: str
    """Address of its own page."""
    kind: Kind
    access: str
    published: float | None
    corrected: float | None
    cells: tuple[Cell, ...]
    key: str
    """What the address of the page calls it."""
    sums: tuple[tuple[int, int], ...] = ()
    """For each dimension the sum of its ranks (corrected) and how many they are; for weighing."""


@dataclass(frozen=True, slots=True)
class Head:
    """A column."""

    metric: Metric
    name: Both
    section: int
    """Its dimension's place."""
    first: bool
    """Whether a dimension begins with it."""
    mark: str
    page: str


@dataclass(frozen=True, slots=True)
class Board:
    """All that the page's table shows."""

    sections: tuple[tuple[str, Both, int], ...]
    """Slug, name and how many columns."""
    heads: tuple[Head, ...]
    lines: Mapping[Kind, tuple[Line, ...]]
    remarks: tuple[tuple[str, Remark], ...]
    """By letter."""


def board(table: Table, runs: Sequence[Entry], pages: Mapping[str, str], task_pages: Mapping[str, str]) -> Board:
    """The table.

    Args:
        table: the published numbers.
        runs: the user's.
        pages: model or run → address of its page.
        task_pages: metric → address of its task's page.
    """
    letters = _letters(table)
    sections = {name: place for place, name in enumerate(table.sections)}
    heads = tuple(
        Head(
            metric,
            column(id_),
            sections[metric.section],
            place == 0 or metric.section != metrics[place - 1].section,
            letters.get(on_column(id_), ""),
            task_pages[id_],
        )
        for metrics in [list(table.metrics.values())]
        for place, (id_, metric) in enumerate(table.metrics.items())
    )
    return Board(
        tuple((name, dimension(name), _count(table, name)) for name in sections),
        heads,
        {
            "ranked": tuple(_ranked(table, pages, letters)),
            "later": tuple(_later(table, pages, letters)),
            "upstream": tuple(_upstream(table, run, pages) for run in runs if run.official),
            "corrected": tuple(_corrected(table, run, pages, "corrected") for run in runs if run.official),
            "other": tuple(_corrected(table, run, pages, "other") for run in runs if not run.official),
        },
        tuple((letter, remark(flag)) for flag, letter in letters.items()),
    )


def fifth(place: int, of: int) -> int:
    """0 to 4, worst to best: the fifth of a column that rank `place` of `of` falls in."""
    return FIFTHS - 1 - min(FIFTHS - 1, (place - 1) * FIFTHS // max(of, 1))


def _count(table: Table, section: str) -> int:
    return sum(metric.section == section for metric in table.metrics.values())


def _letters(table: Table) -> dict[str, str]:
    """A letter for each remark: those on columns in the order of the columns, then those on cells."""
    flags = [flag for id_ in table.metrics if (flag := on_column(id_))]
    flags += [
        flag
        for id_ in table.metrics
        for cells in table.cells.values()
        if id_ in cells
        for flag in cells[id_].flags
        if flag not in SILENT and cells[id_].value is not None
    ]
    return {flag: _letter(place) for place, flag in enumerate(dict.fromkeys(flags))}


def _letter(place: int) -> str:
    """As in a, b … z, aa, ab …."""
    return (_letter(place // 26 - 1) if place >= 26 else "") + chr(ord("a") + place % 26)


# ---- lines --------------------------------------------------------------------------------------


def _ranked(table: Table, pages: Mapping[str, str], letters: Mapping[str, str]) -> list[Line]:
    published, corrected = averages(table, "published"), averages(table, "corrected")
    by_metric = ranks(table, "corrected")
    return [
        Line(
            model,
            pages[model],
            "ranked",
            table.models[model].access,
            published[model],
            average,
            _cells(table, model, {id_: of[model] for id_, of in by_metric.items() if model in of}, letters),
            _key(pages[model]),
            _sums(table, {id_: of[model] for id_, of in by_metric.items() if model in of}),
        )
        for model, average in corrected.items()
    ]


def _later(table: Table, pages: Mapping[str, str], letters: Mapping[str, str]) -> list[Line]:
    found = []
    for model, about in table.models.items():
        if not about.in_paper:
            values = {id_: value for id_ in table.metrics if (value := table.value(model, id_, True)) is not None}
            places = placed(table, values, "corrected")
            cells = _cells(table, model, places, letters)
            found.append(Line(model, pages[model], "later", about.access, None, None, cells, _key(pages[model])))
    return found


def _cells(table: Table, model: str, places: Mapping[str, int], letters: Mapping[str, str]) -> tuple[Cell, ...]:
    found = []
    for id_, metric in table.metrics.items():
        cell = table.cells[model].get(id_)
        if cell is None or cell.value is None:
            found.append(Cell(""))
            continue
        mark = next((letters[flag] for flag in cell.flags if flag in letters), "")
        of = sum(id_ in table.cells[name] and table.value(name, id_) is not None for name in table.ranked)
        shade = None if mark else fifth(places[id_], of)
        found.append(Cell(short(cell.precise, _is_p(metric)), shade, mark))
    return tuple(found)


def _upstream(table: Table, run: Entry, pages: Mapping[str, str]) -> Line:
    """By the published scoring, with the ranks that it would have among the published models."""
    values = run.values(corrected=False)
    published, corrected = (placed(table, values, convention) for convention in ("published", "corrected"))
    cells = tuple(
        Cell(short(values.get(id_), _is_p(metric)), fifth(corrected[id_], len(table.ranked)) if id_ in values else None)
        for id_, metric in table.metrics.items()
    )
    return Line(
        run.name, pages[run.name], "upstream", "yours", _mean(published), _mean(corrected), cells,
        _key(pages[run.name]), _sums(table, corrected),
    )  # fmt: skip


def _corrected(table: Table, run: Entry, pages: Mapping[str, str], kind: Kind) -> Line:
    cells = []
    for id_, metric in table.metrics.items():
        figure = run.figures.get(id_)
        found: Mapping[str, Any] = figure.corrected if figure else {"value": None}
        tip = span(found.get("low"), found.get("high")) if found["value"] is not None else ""
        cells.append(Cell(short(found["value"], _is_p(metric)), tip=f"{whole(found['value'])}, {tip}" if tip else ""))
    return Line(
        run.name, pages[run.name], kind, "yours", None,
        _mean(placed(table, run.values(corrected=True), "corrected")) if kind == "corrected" else None, tuple(cells),
        _key(pages[run.name]) + "." * (kind == "corrected"),
    )  # fmt: skip


def _sums(table: Table, places: Mapping[str, int]) -> tuple[tuple[int, int], ...]:
    of = [[place for id_, place in places.items() if table.metrics[id_].section == name] for name in table.sections]
    return tuple((sum(some), len(some)) for some in of)


def _key(page: str) -> str:
    return page.rpartition("/")[2].removesuffix(".html")


def _mean(places: Mapping[str, int]) -> float | None:
    return sum(places.values()) / len(places) if places else None


def _is_p(metric: Metric) -> bool:
    return metric.id.endswith("p_value")


# ---- what the page says first -------------------------------------------------------------------


def lead(table: Table) -> Both:
    """Who leads under both conventions, and which neighbours change places."""
    published, corrected = (list(averages(table, convention)) for convention in ("published", "corrected"))
    leaders = 0
    while leaders < min(3, len(published)) and published[leaders] == corrected[leaders]:
        leaders += 1
    moved = [model for model in published if published.index(model) != corrected.index(model)]
    first = both("Nobody ranks first under both conventions.", "两种口径下的第一名不同。")
    if leaders:
        names = published[:leaders]
        first = both(
            "{names} lead{s} however one ranks.",
            "无论怎样排名，{names}居前。",
            names=Both(_and(names), "、".join(names)),
            s="" if leaders > 1 else "s",
        )
    second = both("The order is the same with every direction put right.", "改正全部方向后次序不变。")
    if moved:
        second = both(
            "With every metric in its own direction, {n} of {of} models change places.",
            "各指标方向改正后，{of} 个模型中有 {n} 个名次变动。",
            n=len(moved),
            of=len(published),
        )
    return both("{first} {second}", "{first}{second}", first=first, second=second)


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
