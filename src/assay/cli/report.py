"""`assay report`: a run as a page to read and send, or as a PDF to file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from assay.cli.options import folders
from assay.errors import UsageError


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...", type=click.Path(path_type=Path), callback=folders)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE",
              help="Default: report.html, or report.pdf, in RUN.")  # fmt: skip
@click.option("--pdf", is_flag=True, help="A PDF instead, printed by an installed Chromium or Chrome.")
@click.option("--lang", type=click.Choice(["en", "zh"]), help="Of the PDF, en where it is not given; a page has both.")
@click.option("--format", "name", metavar="NAME", help="What an installed plugin makes of the runs, on the terminal.")
@click.option("--open", "opened", is_flag=True, help="Open it.")
def report(runs: Sequence[Path], out: Path | None, pdf: bool, lang: str | None, name: str | None, opened: bool) -> None:
    """Write the page of each RUN: one file that opens from disk and asks nothing of anybody, English and Chinese.

    It says which dimension is weakest and how sure that is, then every task with interval, missing rows, both scorings,
    judge and samples. `assay run` and `assay score` write it, too.

    \b
    To file it as evidence:  assay report runs/RUN --pdf
    """  # noqa: D301  (click reads the backspace)
    from assay.reporting import printed, shown, write_report
    from assay.store import RunFolder

    if name is not None:
        _plugged(name, runs)
        return
    if lang is not None and not pdf:
        raise UsageError("--lang is for --pdf: a page has both languages, and a switch")
    if out is not None and len(runs) > 1:
        raise UsageError("--out is one file: give one RUN, or leave --out away")
    for path in runs:
        folder = RunFolder(path)
        file = (
            printed(write_report(folder), out or path / "report.pdf", lang or "en")
            if pdf
            else write_report(folder, out)
        )
        click.echo(file)
        if opened:
            shown(file)


def _plugged(name: str, runs: Sequence[Path]) -> None:
    """Print what a plugin's format of report says of the runs."""
    import assay
    from assay import plugins

    click.echo(plugins.report(name)([assay.load(path) for path in runs]), nl=False)
