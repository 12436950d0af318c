"""`assay gate`: does a run meet a policy's bars?"""

from __future__ import annotations

from pathlib import Path

import click
import orjson

from assay.cli.printing import wide
from assay.errors import UsageError


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--policy", required=True, type=click.Path(path_type=Path), metavar="FILE", help="Its bars, in TOML.")
@click.option("--baseline", type=click.Path(path_type=Path), metavar="RUN", help="What drops are measured from.")
@click.option("--junit", "xml", type=click.Path(path_type=Path), metavar="FILE", help="Write JUnit's XML as well.")
@click.option("--json", "as_json", is_flag=True, help="Every bar, as JSON.")
@click.pass_context
def gate(ctx: click.Context, run: Path, policy: Path, baseline: Path | None, xml: Path | None, as_json: bool) -> None:
    """Hold a run against a policy; exit 3 where it misses a bar. docs/gate.md has the format.

    \b
    [[bar]]                        # jailbreak: even the interval's lower end
    task = "safety/jailbreak"
    measure = "rta"
    number = "low"
    min = 0.9
    """  # noqa: D301  (click reads the backspace)
    from assay import gating
    from assay.cases import tasks_of
    from assay.policy import read_policy
    from assay.report.gate import gate_table, junit

    found = gating.gate(run, read_policy(policy, tasks_of([run])), baseline)
    described = gating.as_json(found)
    if xml is not None:
        _write(xml, junit(described))
    if as_json:
        click.echo(orjson.dumps(described, option=orjson.OPT_INDENT_2).decode())
    else:
        wide().print(gate_table(described))
    if not found.met:
        ctx.exit(3)


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(f"cannot write {path} ({error.strerror}); give another file with --junit") from error
