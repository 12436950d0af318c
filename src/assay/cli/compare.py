"""`assay compare`: runs on the rows they share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import orjson

from assay.cli.options import folders, globs
from assay.cli.printing import wide


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path), callback=folders)
@click.option("--tasks", multiple=True, metavar="GLOB", help="Only these tasks.")
@click.option("--all-pairs", is_flag=True, help="Each run with each, not only the first with each other one.")
@click.option("--full", is_flag=True, help="A table for each pair, also of more than two runs.")
@click.option("--unpaired", is_flag=True, help="No tests: each run's own numbers side by side, whatever it ran on.")
@click.option("--json", "as_json", is_flag=True, help="Everything that was found, as JSON.")
def compare(
    runs: Sequence[Path], tasks: Sequence[str], all_pairs: bool, full: bool, unpaired: bool, as_json: bool
) -> None:
    """Compare runs on the rows they share, row by row; the first is what the others are compared with.

    \b
    Two models:               assay compare runs/A runs/B
    A release, against more:  assay compare runs/released runs/candidate-1 runs/candidate-2
    """  # noqa: D301  (click reads the backspace)
    from assay import comparing
    from assay.cases import tasks_of
    from assay.errors import UsageError
    from assay.report.comparison import comparison_tables
    from assay.report.table import compare_table
    from assay.store import RunFolder

    console = wide()
    if unpaired:
        console.print(compare_table([RunFolder(path).read_result() for path in runs], console.width))
        return
    known = tasks_of(runs if len(runs) > 1 else (), globs(tasks))
    try:
        found = comparing.compare(runs, known, all_pairs)
    except comparing.NothingShared as error:
        raise UsageError(f"{error}; `--unpaired` shows them side by side") from error
    described = comparing.as_json(found)
    if as_json:
        click.echo(orjson.dumps(described, option=orjson.OPT_INDENT_2).decode())
        return
    results = [run.result for run in found.runs]
    console.print(comparison_tables(described, results, console.width, full or all_pairs))
