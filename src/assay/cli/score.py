"""`assay score`: judge and measure stored replies again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from assay.cli.headings import Headed
from assay.cli.options import globs, judging, opened, scored
from assay.cli.printing import print_result
from assay.errors import UsageError


@click.command(cls=Headed)
@click.argument("source", metavar="RUN|DIR", type=click.Path(path_type=Path))
@scored("--format", "layout", type=click.Choice(["assay", "trustllm"]), default="assay", show_default=True,
         help="assay: a run folder. trustllm: the published toolkit's generation_results.")  # fmt: skip
@scored("--out", type=click.Path(path_type=Path), help="The run folder to write. Default: RUN itself.")
@scored("--upstream-report", type=click.Path(path_type=Path), metavar="FILE",
         help="Also write the published toolkit's numbers as JSON.")  # fmt: skip
@scored("--tasks", multiple=True, metavar="GLOB", help="Only these tasks; the others of RUN stay as they are.")
@scored("--groups", is_flag=True, help="Show each source, attack and type in the table too.")
@scored("--open", "opened_page", is_flag=True, help="Open the report when it is done.")
@scored("--labels", type=click.Path(path_type=Path), metavar="SHEET",
         help="A sheet of `assay label` that people filled in.")  # fmt: skip
@judging
def score(source: Path, layout: str, out: Path | None, upstream_report: Path | None, labels: Path | None,
          judges: Sequence[str], tasks: Sequence[str], groups: bool, opened_page: bool,
          **options: Any) -> None:  # fmt: skip
    """Judge and measure stored replies again; the model is not asked.

    Rules judge anew. What models judged in RUN stands, with planted verdicts, agreement and cost, and none of them is
    asked, until others of that kind are given (--judge, --embedder, --toxicity, --classifier), or `none` to go
    without. Tasks that --tasks leaves out stay as they are. Labels count until a verdict of their task changes.

    \b
    Fill in what needed a judge:       assay score runs/RUN --judge openai/gpt-4o-mini
    Set people's labels beside it:     assay score runs/RUN --labels sheet.csv
    Go without the models that judged: assay score runs/RUN --judge none --out runs/RULES
    Score what another tool recorded:  assay score generation_results/MODEL --format trustllm --out runs/MODEL
    """  # noqa: D301  (click reads the backspace)
    from assay.cases import tasks_of
    from assay.progress import shown
    from assay.rescore import Rescoring, rescore

    connections, judging = opened(judges, options)
    stored = [source] if layout == "assay" and source.exists() else []
    order = Rescoring(source, layout, out or source, tasks_of(stored, globs(tasks)), judging, upstream_report, labels)
    if layout == "trustllm" and out is None:
        raise UsageError("--format trustllm needs --out RUN: the folder to write the result into")
    print_result(rescore(order, connections, shown()), groups, opened_page)
    if upstream_report is not None:
        click.echo(f"{upstream_report}   the published toolkit's numbers")
