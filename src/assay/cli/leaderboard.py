"""`assay leaderboard`: a static site of published numbers and runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from assay.cli.options import folders, published_table


@click.command()
@click.argument("runs", nargs=-1, type=click.Path(path_type=Path), callback=folders)
@click.option(
    "--out",
    default="site",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write to.",
)
@published_table
def leaderboard(runs: Sequence[Path], out: Path, published: Path | None, utility: Path | None) -> None:
    """Build a site of the published TrustLLM numbers, with your runs beside them: any web host serves it.

    \b
    The published numbers:       assay leaderboard --out site
    Your models beside them:     assay leaderboard runs/A runs/B --out site
    """  # noqa: D301  (click reads the backspace)
    from assay.data.published import survey
    from assay.findings import findings
    from assay.findings.sources import entries_of, table_from, utility_from
    from assay.leaderboard import build

    table = table_from(published)
    entered = entries_of(runs, table)
    found = findings(table, utility_from(utility, table, entered), survey(), entered)
    first, count = build(found, runs, out)
    click.echo(f"{first}   {count} pages; put the folder on any web host, or open the file")
