"""`assay providers`: who can be asked by name, and whether there is a key for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
import orjson

from assay.cli.printing import wide


@click.command()
@click.argument("name", default="")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def providers(name: str, as_json: bool) -> None:
    """Who can be asked by name: base URL, the variable of the key, whether it is set. A key is never shown.

    With NAME, all that is known of one: how it departs from OpenAI's chat completions, and where that is written.
    Any other server that speaks chat completions is openai/MODEL with --base-url, or name/MODEL with $NAME_BASE_URL.
    """
    from assay.models.addresses import listed

    rows = listed(name)
    if as_json:
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
    elif name:
        _print_one(rows[0])
    else:
        _print(rows)


def _print(rows: list[dict[str, Any]]) -> None:
    from rich.table import Table
    from rich.text import Text

    shown = Table(header_style="bold", box=None)
    for heading in ("model string", "service", "base URL", "key", "set"):
        shown.add_column(heading, no_wrap=True)
    for row in rows:
        cells = (f"{row['id']}/…", row["name"], row["base_url"] or f"${row['base_url_variable']}", _key(row), _set(row))
        shown.add_row(*map(Text, cells))
    wide().print(shown)


def _print_one(row: Mapping[str, Any]) -> None:
    click.secho(f"{row['id']}/MODEL   {row['name']}", bold=True)
    click.echo(f"base URL    {row['base_url'] or 'none of its own'} (${row['base_url_variable']} goes before it)")
    click.echo(f"key         {_key(row)}: {_set(row)}")
    for heading, said in row["departs"].items():
        click.echo(f"{heading:<11} {said}")
    for document in row["documents"]:
        click.echo(f"written in  {document}")
    if row["unverified"]:
        click.echo(f"unverified  {row['unverified']}")
    if row["note"]:
        click.echo(f"note        {row['note']}")


def _key(row: Mapping[str, Any]) -> str:
    return f"{row['key']} (none needed)" if row["keyless"] else str(row["key"])


def _set(row: Mapping[str, Any]) -> str:
    return "set" if row["key_set"] else "-" if row["keyless"] else "not set"
