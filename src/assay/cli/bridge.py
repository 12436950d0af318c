"""`assay judges bridge`: from one model judge to its successor."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import orjson

from assay.cli.headings import Headed
from assay.cli.options import folders, globs, judged_by, scored, sent
from assay.cli.printing import wide


@click.command("bridge", cls=Headed)
@click.argument("old")
@click.argument("new")
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path), callback=folders)
@scored("--tasks", multiple=True, metavar="GLOB", help="Only these tasks.")
@scored("--json", "as_json", is_flag=True, help="JSON instead of the table.")
@judged_by("--allow-self-judge", "of_itself", is_flag=True, help="NEW may judge its own replies.")
@sent("--base-url", default="", metavar="URL", help="Where openai/… goes. Default: $OPENAI_BASE_URL.")
@sent("--allow-http", is_flag=True, help="Allow plain http to another machine.")
@sent("--timeout", default=600.0, show_default=True, metavar="SECONDS", help="For one reply.")
@sent("--max-connections", default=32, show_default=True, type=click.IntRange(1, 4096), metavar="N",
      help="Requests in flight to an endpoint; fewer while it throttles.")  # fmt: skip
@sent("--rpm", type=click.IntRange(1), metavar="N", help="Requests a minute to an endpoint.")
@sent("--tpm", type=click.IntRange(1), metavar="N", help="Tokens a minute to an endpoint.")
def bridge(old: str, new: str, runs: Sequence[Path], tasks: Sequence[str], as_json: bool, **options: Any) -> None:
    """Judge with NEW the stored replies of RUNS that OLD graded, and print how each score moves.

    A series of scores goes on when its judge is retired: the table has each measure by both judges on the same replies,
    and their paired difference. The runs stay as they are; NEW's answers are kept beside them.

    \b
    assay judges bridge openai/gpt-4o openai/gpt-4.1 runs/*-*
    """  # noqa: D301  (click reads the backspace)
    from assay.bridging import Bridging, bridge_table
    from assay.bridging import bridge as bridge_runs
    from assay.cases import tasks_of
    from assay.models import Connections
    from assay.progress import shown

    at_once = options["max_connections"]
    connections = Connections(
        options["base_url"], options["allow_http"], options["timeout"], at_once, options["rpm"], options["tpm"]
    )
    order = Bridging(old, new, tuple(runs), tasks_of(runs, globs(tasks)), at_once, options["of_itself"])
    found = bridge_runs(order, connections, shown())
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        wide().print(bridge_table(found))
