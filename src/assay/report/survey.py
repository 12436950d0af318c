"""The terminal's table of the survey's studies: a run beside the six models that the survey measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from assay.report.figures import ARROWS, number

OTHER_QUESTIONS = (
    "Their questions were other ones: the survey's templates as a model filled them. Yours are filled with our own\n"
    "words: the numbers stand side by side, not against each other. To be asked theirs, give --data a clone or zip of\n"
    "github.com/kevinyaobytedance/llm_eval."
)
SAME_QUESTIONS = "Their questions are these, as released. Their replies are of 2023, scored as upstream has it."
OWN_JUDGE = (
    "upstream: the study's own parsing and metric. Where GPT-4 judged, there is no upstream number for your replies."
)


def studies_table(result: Mapping[str, Any], published: Mapping[str, Any], same: bool) -> Group | None:
    """One line a measure that has published figures; None where the run took none of them.

    Args:
        result: of the run, as `result.json` has it.
        published: the figures by task, by measure, in the order of `models`; `source` says where they are from.
        same: whether the questions were the published ones.
    """
    lines = list(_lines(result, published))
    if not lines:
        return None
    title = "\nBeside the models of the survey (arXiv 2308.05374, §11)"
    table = Table(title=title, title_justify="left", header_style="bold", pad_edge=False, box=None)
    table.add_column("study", no_wrap=True)
    table.add_column("measure", no_wrap=True)
    model = result["run"]["model"].rpartition("/")[2]
    for name in (f"{model}\ncorrected", f"{model}\nupstream", *published["models"]):
        table.add_column(name, justify="right")
    table.add_column("their n", justify="right", style="dim")
    for line in lines:
        table.add_row(*line)
    notes = [SAME_QUESTIONS if same else OTHER_QUESTIONS, OWN_JUDGE, f"The six: {published['source']}."]
    return Group(table, Text("\n" + "\n".join(notes), style="dim"))


def _lines(result: Mapping[str, Any], published: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for task_id, figures in published["tasks"].items():
        measures = result["tasks"].get(task_id, {}).get("measures", {})
        shown = task_id
        for name, found in measures.items():
            if name in figures:
                corrected, upstream = found["corrected"], found["upstream"]
                yield (
                    shown,
                    f"{name} {ARROWS[corrected['better']]}".rstrip(),
                    number(corrected["value"]),
                    number(upstream["value"]),
                    *map(number, figures[name]),
                    figures["n"],
                )
                shown = ""
