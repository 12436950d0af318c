"""`assay label`: a sheet of replies for people to label."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from assay.cli.options import globs


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--sample", default=100, show_default=True, type=click.IntRange(1), metavar="N",
              help="How many rows, of all tasks together.")  # fmt: skip
@click.option("--task", "--tasks", "tasks", multiple=True, metavar="GLOB", help="Only these tasks.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Another one draws other rows.")
@click.option("--show-verdicts", is_flag=True, help="Show what the judge said, which sways whoever labels.")
@click.option("--out", default="sheet.csv", show_default=True, type=click.Path(path_type=Path, dir_okay=False),
              metavar="FILE")  # fmt: skip
def label(run: Path, sample: int, tasks: Sequence[str], seed: int, show_verdicts: bool, out: Path) -> None:
    """Write a sheet of replies for people to label, so that the measures of RUN can be freed of the judge's error.

    Rare verdicts are drawn more often than common ones, and the probability of each row is kept, so that the numbers
    come out right. Fill in the column `label` in any spreadsheet, save it as CSV, and score the run again with it.

    \b
    Draw, label, score:  assay label runs/RUN --sample 100 --task safety/misuse --out sheet.csv
                         assay score runs/RUN --labels sheet.csv
    """  # noqa: D301  (click reads the backspace)
    from assay.cases import tasks_of
    from assay.labelling import write_sheet
    from assay.store import RunFolder

    folder = RunFolder(run)
    measured = folder.read_run()["tasks"]
    chosen = [task for task in tasks_of([run], globs(tasks)) if task.id in measured]
    written = write_sheet(out, folder, chosen, sample, seed, show_verdicts)
    for task, count in written.items():
        click.echo(f"{task:<44} {count:>5} {'row' if count == 1 else 'rows'}")
    click.echo(f"{out}   fill in the column label, save it as CSV, then: assay score {run} --labels {out}")
