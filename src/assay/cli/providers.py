"""`assay providers`: who can be asked by name, and whether there is a key for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
import orjson

from assay.cli.printing import wide

_OWN = "each service's own"


@click.command()
@click.argument("name", default="")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def providers(name: str, as_json: bool) -> None:
    """Who can be asked by name: base URL, the variable of the key, whether it is set, who takes --batch.

    A key is never shown.

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
    for heading in ("model string", "service", "base URL", "batch", "key", "set"):
        shown.add_column(heading, no_wrap=True)
    for row in rows:
        cells = (f"{row['id']}/…", row["name"], _url(row), "--batch" if row["batch_mb"] else "-", _key(row), _set(row))
        shown.add_row(*map(Text, cells))
    wide().print(shown)


def _print_one(row: Mapping[str, Any]) -> None:
    click.secho(f"{row['id']}/MODEL   {row['name']}", bold=True)
    before = f" (${row['base_url_variable']} goes before it)" if row["base_url_variable"] else ""
    click.echo(f"base URL    {row['base_url'] or _OWN}{before}")
    click.echo(f"key         {_key(row)}: {_set(row)}")
    if row["batch_mb"]:
        click.echo(f"batch       files of up to {row['batch_mb']} MB (--batch)")
    for heading, said in row["departs"].items():
        click.echo(f"{heading:<11} {said}")
    for document in row["documents"]:
        click.echo(f"written in  {document}")
    if "reaches" in row:
        click.echo(f"reaches     {', '.join(row['reaches']) or 'nothing yet: any-llm is not installed'}")
    if row["unverified"]:
        click.echo(f"unverified  {row['unverified']}")
    if row["note"]:
        click.echo(f"note        {row['note']}")


def _url(row: Mapping[str, Any]) -> str:
    return row["base_url"] or (f"${row['base_url_variable']}" if row["base_url_variable"] else _OWN)


def _key(row: Mapping[str, Any]) -> str:
    return f"{row['key']} (none needed)" if row["keyless"] else row["key"] or _OWN


def _set(row: Mapping[str, Any]) -> str:
    return "set" if row["key_set"] else "-" if row["keyless"] or not row["key"] else "not set"
