"""`assay judges`: how far the embedded judges are to be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from assay.cli.bridge import bridge
from assay.cli.printing import wide
from assay.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

FIGURES = {
    "accuracy": "accuracy",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "f1": "F1",
    "kappa": "κ",
}


@click.group()
def judges() -> None:
    """The judges that need nobody: how often they are right, by people's labels."""


@judges.command("check")
@click.option(
    "--judge", "name", default="", metavar="NAME", help="refusal, match, stance or leak. Default: every card."
)
@click.option("--labels", type=click.Path(path_type=Path), metavar="FILE",
              help="Labelled replies, JSON Lines (.gz too): prompt, response, label, model, lang.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="A JSON object.")
def judges_check(name: str, labels: Path | None, as_json: bool) -> None:
    """Each judge against human labels: accuracy, sensitivity, specificity, F1 and Cohen's κ with 95 % intervals.

    Without --labels, the card that the package has of each judge: measured once on published labels, which are named.
    With --labels, a judge against replies of your own. A label is 1 (refused, correct, agree, leaked), 0, or the word;
    match compares with `gold` (a text or a list), leak with `secret`.

    \b
    On your own labels:  assay judges check --judge refusal --labels labelled.jsonl
    """  # noqa: D301  (click reads the backspace)
    from assay.data.cards import cards
    from assay.validity import check, checkable

    found: Mapping[str, Mapping[str, Any]]
    if labels is not None:
        if not name:
            raise UsageError("--labels needs --judge NAME: which judge is to be checked")
        found = {name: check(checkable(name), labels)}
    elif name:
        checkable(name)
        found = {judge: card.described() for judge, card in cards().items() if judge == name}
    else:
        found = {judge: card.described() for judge, card in cards().items()}
    if as_json:
        shown = found[name] if name else found
        click.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())
        return
    for judge in found.values():
        wide().print(_table(judge))
        click.echo("\n".join([*_notes(judge), ""]))


def _table(found: Mapping[str, Any]) -> Table:
    """All replies, then those of each model and each language."""
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=f"{found['judge']}: finds {found['finds']}", title_justify="left", header_style="bold", box=None
    )
    table.add_column("replies of", no_wrap=True)
    for heading in ("n", *FIGURES.values(), "undecided"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_row("all", *_cells(found))
    for kind in ("by_model", "by_lang"):
        for name, figures in found[kind].items():
            table.add_row(Text(f"  {name}"), *_cells(figures))
    return table


def _cells(figures: Mapping[str, Any]) -> Iterator[str]:
    from assay.report.figures import number, span

    yield f"{figures['n']:,}"
    for name in FIGURES:
        interval = span(*figures["intervals"].get(name, (None, None)))
        yield f"{number(figures[name])}  {interval}".rstrip()
    yield f"{figures['undecided']:,}"


def _notes(found: Mapping[str, Any]) -> Iterator[str]:
    """How to read the figures, and where a card's come from."""
    if found["undecided"]:
        yield f"undecided counts as {found['undecided_counts_as']}"
    if found["left_out"]:
        yield f"{found['left_out']:,} lines do not hold what this judge compares with and are left out"
    if "date" not in found:
        return
    for name, one in found["sets"].items():
        yield f"{one['rows']:,} of {name}: {one['from']}; licence {one['licence']}"
    for lang, own in found.get("own_labels", {}).items():
        yield f"beside these {own['n']:,} replies in {lang}, accuracy {own['accuracy']:.3f}: {own['from']}"
    yield f"measured {found['date']} with assay {found['assay']}, source {found['fingerprint']}"
    if found["stale"]:
        yield "STALE: the judge was changed since; these figures are of an earlier one (`make cards`)"


judges.add_command(bridge)
