"""`assay view`: every sample of every run, in a browser."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from assay.cli.options import folders


@click.command()
@click.argument("runs", nargs=-1, type=click.Path(path_type=Path), callback=folders)
@click.option("--port", default=0, type=click.IntRange(0, 65535), metavar="N", help="Default: one that is free.")
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
def view(runs: Sequence[Path], port: int, open_it: bool) -> None:
    """Look at every sample of RUNS, or of all runs in the folder `runs`: search, filter, compare two side by side.

    Nothing leaves this machine: the pages are served on 127.0.0.1 only, under an address that nobody can guess.

    \b
    All of them:         assay view
    Two side by side:    assay view runs/A runs/B --open
    From a server:       ssh -L 8000:127.0.0.1:8000 SERVER, and there: assay view --port 8000
    """  # noqa: D301  (click reads the backspace)
    from assay.view import Server, viewed

    with Server(viewed(runs or [Path("runs")]), port) as server:
        try:
            click.echo(f"{server.url}   until Ctrl-C")
            if open_it:
                click.launch(server.url)
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            click.echo()
