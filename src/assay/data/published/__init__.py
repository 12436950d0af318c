"""What was published: TrustLLM's leaderboard, the survey's six models, and what models are good for, with sources.

`trustllm.json`, `survey.json` and `utility.json` hold facts only. Another table is read where it has the layout of the
first: models, metrics with their direction, results by model, task and metric; a cell is a number, null, or an object
with `value`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from io import StringIO
from math import isfinite
from pathlib import Path
from typing import Any, Literal

import orjson

from assay.errors import DataError

MISSING = -1.0
"""What the website prints for a number that it does not have. It is never a number."""

HIDDEN_BEHIND_ZERO = 0.0005
"""Below it three decimals say 0.000, and an unrounded value knows more."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of one model."""

    value: float | None
    """As printed, to three decimals; None where there is none."""
    unrounded: float | None = None
    """Where an earlier source has more digits."""
    flags: tuple[str, ...] = ()
    """What is known against it."""
    src: str = "site"

    @property
    def precise(self) -> float | None:
        """With all digits that are known."""
        return self.value if self.unrounded is None else self.unrounded


@dataclass(frozen=True, slots=True)
class Metric:
    """One of the 31 numbers."""

    id: str
    """`<section>.<task>/<metric>`"""
    better: Literal["higher", "lower"]
    printed: str = ""
    """The column's head on the website."""
    printed_better: str = ""
    """The arrow there, where it is another than `better`."""
    paper_table: str = ""

    @property
    def section(self) -> str:
        """The dimension."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Published:
    """A model of the table."""

    name: str
    access: str = ""
    """`proprietary`, `open`, or nothing where that is not known."""
    version: str = ""
    creator: str = ""
    size: str = ""
    in_paper: bool = True
    """Whether ranks are given to it. Models that came later stand beside them."""


@dataclass(frozen=True, slots=True)
class Table:
    """Models by metrics."""

    models: Mapping[str, Published]
    metrics: Mapping[str, Metric]
    cells: Mapping[str, Mapping[str, Cell]]
    """By model, then by metric id; what a model lacks is missing or None."""
    sources: Mapping[str, str] = field(default_factory=dict)
    printed_averages: Mapping[str, float] = field(default_factory=dict)
    """The average ranks that were published."""
    third_party: Sequence[Mapping[str, Any]] = ()
    """Numbers that others found."""
    name: str = "published"

    @property
    def ranked(self) -> tuple[str, ...]:
        """The models that are ranked against each other."""
        return tuple(name for name, model in self.models.items() if model.in_paper)

    @property
    def sections(self) -> tuple[str, ...]:
        """The dimensions, in the order of the columns."""
        return tuple(dict.fromkeys(metric.section for metric in self.metrics.values()))

    def value(self, model: str, metric: str, precise: bool = False) -> float | None:
        """The number as printed, or with all digits that are known; None where it is missing."""
        cell = self.cells[model].get(metric)
        if cell is None:
            return None
        return cell.precise if precise else cell.value

    def column(self, metric: str, models: Iterable[str], precise: bool = False) -> dict[str, float]:
        """The numbers of these models that have one."""
        found = {model: self.value(model, metric, precise) for model in models}
        return {model: value for model, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Utility:
    """What models are good for, by benchmark and model."""

    values: Mapping[str, Mapping[str, float]]
    source: str


# ---- the files of the package -------------------------------------------------------------------


@cache
def trustllm() -> Table:
    """The 21 models and 31 numbers of the TrustLLM leaderboard."""
    return table_of(_packaged("trustllm.json"), "TrustLLM")


@cache
def survey() -> Mapping[str, Any]:
    """Six models on tests of the survey: `models` with `alignment`, `measures` with `name category n values`."""
    return _packaged("survey.json")


@cache
def known_utility() -> Utility:
    """MMLU and MT-Bench of the models for which a source is known."""
    read = _packaged("utility.json")
    return Utility(read["values"], "; ".join(read["sources"].values()))


def _packaged(name: str) -> dict[str, Any]:
    return _object(files("assay.data.published").joinpath(name).read_bytes(), name)


# ---- files of the user's ------------------------------------------------------------------------


def read_table(file: Path) -> Table:
    """A table in the same layout.

    Raises:
        DataError: the file cannot be read, or is none.
    """
    return table_of(_object(_read(file), str(file)), file.stem)


def table_of(read: Mapping[str, Any], name: str) -> Table:
    """The table that a file holds.

    Raises:
        DataError: it has another layout, a metric without a direction, or a cell that is no number.
    """
    try:
        metrics = {id_: _metric(id_, about) for id_, about in read["metrics"].items()}
        cells = {model: _cells(model, results, metrics) for model, results in read["results"].items()}
        models = {model: _model(model, read.get("models", {}).get(model, {})) for model in cells}
        if not any(model.in_paper for model in models.values()):
            models = {name: replace(model, in_paper=True) for name, model in models.items()}
        return Table(
            models,
            metrics,
            cells,
            dict(read.get("sources", {})),
            dict(read.get("published_average_rank", {}).get("values", {})),
            tuple(read.get("third_party", ())),
            name,
        )
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        said = error.args[0] if isinstance(error, ValueError) and error.args else repr(error)
        raise DataError(
            f"{name} is no table of published numbers ({said}): it needs `metrics` (id → better) and `results` "
            "(model → task → metric → value)"
        ) from error


def _metric(id_: str, about: Mapping[str, Any]) -> Metric:
    better, arrow = about.get("better"), about.get("website_arrow", "")
    if better not in ("higher", "lower"):
        raise ValueError(f"{id_} says no direction; better must be higher or lower")
    if "/" not in id_ or "." not in id_:
        raise ValueError(f"{id_} is not <section>.<task>/<metric>")
    printed_better = arrow if arrow != better else ""
    return Metric(id_, better, about.get("website_column", ""), printed_better, about.get("paper_table") or "")


def _model(name: str, about: Mapping[str, Any]) -> Published:
    access, version, creator, size = (str(about.get(key) or "") for key in ("access", "version", "creator", "size"))
    return Published(name, access, version, creator, size, bool(about.get("in_paper", True)))


def _cells(model: str, results: Mapping[str, Any], metrics: Mapping[str, Metric]) -> dict[str, Cell]:
    found = {}
    for task, values in results.items():
        for metric, given in values.items():
            id_ = f"{task}/{metric}"
            if id_ in metrics:
                found[id_] = _cell(f"{model}, {id_}", given)
    return found


def _cell(where: str, given: Any) -> Cell:
    about = given if isinstance(given, Mapping) else {"value": given}
    return Cell(
        _number(where, about.get("value")),
        _number(where, about.get("value_unrounded")),
        tuple(about.get("flags", ())),
        about.get("src", "site"),
    )


def _number(where: str, value: Any) -> float | None:
    if value is None or value == MISSING:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"{where} is {value!r}, not a number or null")
    return float(value)


def read_utility(file: Path, models: Iterable[str]) -> Utility:
    """What models are good for, from a JSON or CSV file of the user's.

    JSON: model → number, benchmark → model → number, or model → benchmark → number. CSV: a head `model,MMLU,…`, then a
    line a model; empty where there is no number.

    Args:
        file: it.
        models: the names that numbers can belong to; they tell which of the JSON's two layers is the models.

    Raises:
        DataError: the file cannot be read, or names none of the models.
    """
    text, known = _read(file), set(models)
    found = _of_csv(text, file) if file.suffix.lower() in (".csv", ".tsv") else _of_json(_object(text, str(file)), file)
    if not any(name in known for of in found.values() for name in of):
        turned: dict[str, dict[str, float]] = {}
        for outer, of in found.items():
            for inner, value in of.items():
                turned.setdefault(inner, {})[outer] = value
        found = turned
    if not any(name in known for of in found.values() for name in of):
        some = ", ".join(sorted(known)[:5])
        raise DataError(f"{file} names none of the models: give model → number, with names such as {some}")
    return Utility(found, str(file.name))


def _of_json(read: Mapping[str, Any], file: Path) -> dict[str, dict[str, float]]:
    flat = {name: value for name, value in read.items() if isinstance(value, int | float)}
    deep: Mapping[str, Mapping[str, Any]] = {name: value for name, value in read.items() if isinstance(value, Mapping)}
    if len(deep) == 1 and "values" in deep:
        deep = deep["values"]
    layers: Mapping[str, Mapping[str, Any]] = {file.stem: flat} if flat else deep
    try:
        return {outer: {name: float(v) for name, v in of.items() if v is not None} for outer, of in layers.items()}
    except (TypeError, ValueError, AttributeError) as error:
        raise DataError(f"{file}: {error}; give model → number") from error


def _of_csv(text: bytes, file: Path) -> dict[str, dict[str, float]]:
    tabs = file.suffix.lower() == ".tsv"
    try:
        read = csv.reader(StringIO(text.decode("utf-8-sig")), delimiter="\t" if tabs else ",")
        head, *lines = (line for line in read if line)
        return {
            name.strip(): {line[0].strip(): float(line[place]) for line in lines if line[place : place + 1] != [""]}
            for place, name in enumerate(head)
            if place
        }
    except (UnicodeDecodeError, ValueError, IndexError) as error:
        raise DataError(f"{file}: {error}; give a head `model,MMLU`, then a line a model") from error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}") from error


def _object(text: bytes, name: str) -> dict[str, Any]:
    try:
        read = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise DataError(f"{name} is not JSON: {error}") from error
    if not isinstance(read, dict):
        raise DataError(f"{name} is not a JSON object")
    return read
