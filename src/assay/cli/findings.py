"""`assay findings`: the paper's findings, recomputed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import orjson

from assay.cli.options import folders, published_table
from assay.cli.printing import wide


@click.command()
@click.argument("runs", nargs=-1, type=click.Path(path_type=Path), callback=folders)
@published_table
@click.option("--json", "as_json", is_flag=True, help="Everything that was found, as JSON.")
def findings(runs: Sequence[Path], published: Path | None, utility: Path | None, as_json: bool) -> None:
    """Recompute what TrustLLM and the survey found: each claim with its number, interval and verdict.

    \b
    The published numbers:          assay findings
    Your models beside them:        assay findings runs/A runs/B
    With the MMLU of your models:   assay findings runs/A --utility mmlu.csv
    """  # noqa: D301  (click reads the backspace)
    from assay.data.published import survey
    from assay.findings import as_json as json_of
    from assay.findings import findings as found_in
    from assay.findings.printed import findings_table
    from assay.findings.sources import entries_of, table_from, utility_from

    table = table_from(published)
    entered = entries_of(runs, table)
    found = json_of(found_in(table, utility_from(utility, table, entered), survey(), entered))
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        wide().print(findings_table(found))
