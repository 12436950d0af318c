"""What a command prints of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from assay.store import RunFolder


def wide() -> Console:
    """The terminal as it is; a pipe or a file gets lines as long as the tables need."""
    from assay.report.terminal import terminal

    return terminal()


def print_result(folder: RunFolder, groups: bool, opened: bool = False) -> None:
    """The table of a run, and where its files are; the last is its page, which is opened where that is asked for."""
    from assay.report.table import run_table
    from assay.reporting import shown, write_report

    console = wide()
    result = folder.read_result()
    console.print(run_table(result, groups, console.width))
    print_studies(result, console)
    measures = (measure["corrected"] for task in result["tasks"].values() for measure in task["measures"].values())
    asked_here = result["run"]["endpoint"] != "recorded" and "imported" not in result["run"]
    if asked_here and any(measure["failed"] for measure in measures):
        click.echo("assay: some rows got no reply; the same `assay run` command asks for those again", err=True)
    for name, what in (
        ("result.json", "measures"),
        ("samples.parquet", "every sample"),
        ("run.json", "what was asked"),
    ):
        click.echo(f"{folder.path / name}   {what}")
    page = write_report(folder)
    click.echo(f"{page}   all of it as a page")
    if opened:
        shown(page)


def print_studies(result: Mapping[str, Any], console: Console) -> None:
    """Beside a run of the survey's studies, what the survey found of its models."""
    data = result["run"]["data"]["name"]
    if data in ("core", "trustllm"):
        return
    from assay.data.survey import NAME, published
    from assay.report.survey import studies_table

    table = studies_table(result, published(), same=data != NAME)
    if table is not None:
        console.print(table)
