"""What the Python functions return: a run, and a comparison. They show themselves; nothing is printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from assay import plugins
from assay.api.frames import Frame, Rows, framed, samples, table
from assay.compared import Comparison as Compared
from assay.compared import as_json
from assay.report.comparison import comparison_tables
from assay.report.figures import number, span
from assay.report.table import NEEDS, not_scored, run_table
from assay.reporting import PAGE
from assay.schema import Measure, Record
from assay.store import RunFolder
from assay.tasks import select

if TYPE_CHECKING:
    import pandas
    import polars
    from rich.console import RenderableType

WIDTH = 160
"""Characters a line of `str(run)`."""

KEPT = ("value", "low", "high", "n", "total", "blocked", "failed", "unread", "floor", "ceiling", "better")
"""What of a measure is a column."""


@dataclass(frozen=True, eq=False)
class Run:
    """A run that is done and kept in its folder.

    A notebook shows it as a table of its measures; `print(run)` gives the table of the command line.
    """

    path: Path
    """The folder, with run.json, result.json and samples.parquet."""
    result: Mapping[str, Any]
    """The whole of result.json."""
    notes: tuple[str, ...] = ()
    """What was to be said while it ran."""

    @property
    def model(self) -> str:
        """`provider/model`."""
        return str(self.result["run"]["model"])

    @property
    def page(self) -> Path:
        """The whole of it as one HTML file, to look at and to send."""
        return self.path / PAGE

    @cached_property
    def folder(self) -> RunFolder:
        """Its files."""
        return RunFolder(self.path)

    def __getitem__(self, key: tuple[str, str]) -> Measure:
        """`run["safety/misuse", "rta"]`: a number with its interval and its denominator.

        Raises:
            KeyError: it was not measured.
        """
        task, name = key
        return Measure(**self.result["tasks"][task]["measures"][name]["corrected"])

    @overload
    def measures(self, frame: Literal["list"] = "list", groups: bool = False) -> Rows: ...
    @overload
    def measures(self, frame: Literal["pandas"], groups: bool = False) -> pandas.DataFrame: ...
    @overload
    def measures(self, frame: Literal["polars"], groups: bool = False) -> polars.DataFrame: ...

    def measures(self, frame: Frame = "list", groups: bool = False) -> Any:
        """A row for each measure: `value` with its interval, its denominator, and `upstream`, the published scoring.

        Args:
            frame: `list` (plain dicts), `pandas` or `polars`.
            groups: also a row for each source, attack, type and language; `part` says which.

        Raises:
            UsageError: the library of the frame is not installed; the message says how.
        """
        return framed(Rows(self._measures(groups)), frame)

    @overload
    def samples(self, frame: Literal["list"] = "list", tasks: str | Sequence[str] = ()) -> Rows: ...
    @overload
    def samples(self, frame: Literal["pandas"], tasks: str | Sequence[str] = ()) -> pandas.DataFrame: ...
    @overload
    def samples(self, frame: Literal["polars"], tasks: str | Sequence[str] = ()) -> polars.DataFrame: ...

    def samples(self, frame: Frame = "list", tasks: str | Sequence[str] = ()) -> Any:
        """A row for each sample: prompt, reply, label and where it belongs.

        Args:
            frame: `list` (plain dicts), `pandas` or `polars`.
            tasks: ids; all of the run, for none.

        Raises:
            StoreError: samples.parquet is not there, or damaged.
            UsageError: the library of the frame is not installed; the message says how.
        """
        return samples(self.folder, [tasks] if isinstance(tasks, str) else tasks, frame)

    def records(self, *tasks: str) -> Iterator[tuple[str, int, Record]]:
        """(task id, epoch, record) of each sample, with all its chats, replies and verdicts, as a stream."""
        return self.folder.records(list(tasks) or None)

    def report(self, name: str) -> str:
        """The run in the format that an installed plugin adds (docs/plugins.md).

        Raises:
            UsageError: no plugin of that name, or it is broken.
        """
        return plugins.report(name)([self])

    def _measures(self, groups: bool) -> Iterator[dict[str, Any]]:
        for task, found in self.result["tasks"].items():
            for name, measure in found["measures"].items():
                yield _line(task, name, "", measure)
                for part in ("groups", "languages") if groups else ():
                    for of, inner in measure.get(part, {}).items():
                        yield _line(task, name, of, inner)

    def __repr__(self) -> str:
        tasks = self.result["tasks"]
        measures = sum(len(task["measures"]) for task in tasks.values())
        data = self.result["run"]["data"]["name"]
        return f"<Run {self.model} on {data}: {len(tasks)} tasks, {measures} measures, {self.path}>"

    def __str__(self) -> str:
        return "\n".join([_text(run_table(self.result, width=WIDTH)), *self.notes])

    def _repr_html_(self) -> str:
        run = self.result["run"]
        caption = f"{self.model} · data {run['data']['name']} · assay {run['assay']} · {self.path}"
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return table([_shown(line) for line in self._measures(groups=False)], caption) + notes


@dataclass(frozen=True, eq=False)
class Comparison:
    """Runs compared on the rows that they share.

    A notebook shows it as a table; `print(comparison)` gives the tables of `assay compare`.
    """

    compared: Compared

    @cached_property
    def result(self) -> dict[str, Any]:
        """What `assay compare --json` prints."""
        return as_json(self.compared)

    @overload
    def measures(self, frame: Literal["list"] = "list") -> Rows: ...
    @overload
    def measures(self, frame: Literal["pandas"]) -> pandas.DataFrame: ...
    @overload
    def measures(self, frame: Literal["polars"]) -> polars.DataFrame: ...

    def measures(self, frame: Frame = "list") -> Any:
        """A row for each measure of each pair: both numbers, the difference with its interval, p, what could be seen.

        Args:
            frame: `list` (plain dicts), `pandas` or `polars`.

        Raises:
            UsageError: the library of the frame is not installed; the message says how.
        """
        names = [run["name"] for run in self.result["runs"]]
        rows = Rows(
            {
                "first_run": names[pair["first"]],
                "second_run": names[pair["second"]],
                **{name: value for name, value in line.items() if not isinstance(value, list)},
            }
            for pair in self.result["comparisons"]
            for line in pair["measures"]
        )
        return framed(rows, frame)

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(run['name'] for run in self.result['runs'])}>"

    def __str__(self) -> str:
        return _text(comparison_tables(self.result, [run.result for run in self.compared.runs], WIDTH))

    def _repr_html_(self) -> str:
        shown = ("task", "measure", "first", "second", "difference", "p_adjusted", "least_visible", "pairs")
        several = len(self.result["runs"]) > 2
        lines = [
            {
                **({"runs": f"{line['first_run']} → {line['second_run']}"} if several else {}),
                **{name: line[name] for name in shown},
                "95 % interval": span(line["low"], line["high"]),
            }
            for line in self.measures()
        ]
        return table(lines, " → ".join(run["name"] for run in self.result["runs"]))


def _line(task: str, name: str, part: str, measure: Mapping[str, Any]) -> dict[str, Any]:
    corrected = measure["corrected"]
    return {
        "task": task,
        "measure": name,
        "part": part,
        **{key: corrected[key] for key in KEPT},
        "needs": corrected.get("needs") or None,
        "upstream": measure.get("upstream", {}).get("value"),
        "without_judge_error": measure.get("judge_corrected", {}).get("value"),
        "published": measure.get("published") or None,
    }


def _shown(line: Mapping[str, Any]) -> dict[str, str]:
    """A line as a notebook shows it."""
    needs = line["needs"]
    return {
        "task": line["task"],
        "measure": line["measure"],
        "value": NEEDS.get(needs, f"needs {needs}") if needs else number(line["value"]),
        "95 % interval": span(line["low"], line["high"]),
        "floor–ceiling": span(line["floor"], line["ceiling"]),
        "n/total": f"{line['n']}/{line['total']}",
        "not scored": not_scored(line),
        "upstream": number(line["upstream"]),
    }


def _text(shown: RenderableType) -> str:
    from assay.report.terminal import Terminal

    console = Terminal(file=StringIO(), width=WIDTH, color_system=None)
    console.print(shown)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().rstrip()


def listed(patterns: Sequence[str]) -> Rows:
    """The catalogue of these tasks, flat; rows are None where a task has none in that data."""
    from assay.catalogue import COUNTED, catalogue

    wanted = {task.id for task in select(patterns)}
    return Rows(
        {
            **{key: value for key, value in entry.items() if key not in ("measures", "datasets")},
            "survey": list(entry["survey"]),
            "measures": [measure["name"] for measure in entry["measures"]],
            **{
                f"{name.replace(' ', '_')}_rows": entry["datasets"].get(data, {}).get("rows", {}).get(lang)
                for name, (data, lang) in COUNTED.items()
            },
        }
        for entry in catalogue()
        if entry["id"] in wanted
    )
