"""`assay compare`: runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from assay.cli.printing import wide


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
def compare(runs: Sequence[Path]) -> None:
    """Runs side by side: corrected values with 95 % intervals, the best of each line in bold.

    The intervals are each run's own; a paired test is not here yet.
    """
    from assay.report.table import compare_table
    from assay.store import RunFolder

    console = wide()
    console.print(compare_table([RunFolder(path).read_result() for path in runs], console.width))
