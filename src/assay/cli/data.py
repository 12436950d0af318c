"""`assay tasks`, `assay cases`, `assay data`: what can be measured, and on what."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import orjson

from assay.cli.options import globs, languages
from assay.cli.printing import wide


@click.command()
@click.option("--coverage", "covered", is_flag=True, help="The survey's 29 sub-categories, and what measures each.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def tasks(covered: bool, as_json: bool) -> None:
    """What can be measured, on which data, with how many rows.

    --coverage turns it round: the survey's 7 categories with 29 sub-categories and TrustLLM's 8 dimensions, and for
    each the tasks that measure it.
    """
    from assay.catalogue import catalogue, catalogue_table
    from assay.coverage import coverage, coverage_table

    listed = catalogue()
    found = coverage(listed) if covered else listed
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        wide().print(coverage_table(coverage(listed)) if covered else catalogue_table(listed))


@click.command()
@click.argument("task")
@click.option("--data", default="core", show_default=True, help="As of `assay run`.")
@click.option("--lang", "langs", default="en", show_default=True, callback=languages, help="en, zh, or en,zh.")
@click.option(
    "--limit", default=3, show_default=True, type=click.IntRange(1), metavar="N", help="How many, evenly spread."
)
def cases(task: str, data: str, langs: tuple[str, ...], limit: int) -> None:
    """Print some cases of TASK as the model is asked them, with what a right answer is. E-mail addresses are masked."""
    from assay.cases import Asking, rows_of, tasks_in
    from assay.pages.unseen import seen
    from assay.report.masking import masked

    for chosen in tasks_in(data, globs([task])):
        for row in rows_of(chosen, Asking(data=data, langs=langs, limit=limit)):
            click.secho(seen(" · ".join(filter(None, (chosen.id, row.id, row.lang, row.group)))), bold=True)
            for chat in row.chats:
                click.echo(seen(masked(chat[-1].content)))
            if row.gold is not None:
                click.echo(f"→ {seen(masked(str(row.gold)))}")
            click.echo()


@click.group()
def data() -> None:
    """The official data: pull it by pinned hash, verify it, list it."""


@data.command("pull")
@click.argument("name", default="trustllm")
@click.option("--from", "from_file", type=click.Path(path_type=Path), help="The archive, brought from another machine.")
def data_pull(name: str, from_file: Path | None) -> None:
    """Download NAME (or take it --from FILE), check its hash, and keep it."""
    from assay.data import sources

    pinned = sources.source(name)
    with click.progressbar(length=pinned.bytes, label=name, file=sys.stderr, hidden=from_file is not None) as bar:
        path = sources.pull(name, from_file, lambda done: bar.update(done - bar.pos))
    click.echo(f"{path}: {len(pinned.files)} files, {sources.verify(name):,} rows, licence {pinned.licence}")


@data.command("verify")
@click.argument("name", default="trustllm")
def data_verify(name: str) -> None:
    """Check hash, files and row counts of NAME."""
    from assay.data import sources

    rows = sources.verify(name)
    click.echo(f"{name}: sha256 as pinned, {len(sources.source(name).files)} files, {rows:,} rows")


@data.command("list")
def data_list() -> None:
    """Every source: rows, licence, whether it is on this machine, and its pinned address."""
    from assay.data import sources

    click.echo("core       embedded in the package, English and Chinese, MIT; nothing to pull")
    click.echo(
        "survey     embedded: the measurement studies of arXiv 2308.05374, in English, with words of our own, MIT;"
    )
    click.echo("           for the authors' released questions give --data a clone or zip of their repository,")
    click.echo("           github.com/kevinyaobytedance/llm_eval (MIT)")
    for pinned, here in sources.installed():
        state = "installed" if here else f"not here: run `assay data pull {pinned.name}`"
        click.echo(f"{pinned.name:<10} {pinned.rows:,} rows in {len(pinned.files)} files, {pinned.licence}; {state}")
        click.echo(f"           {pinned.about}\n           {pinned.url}\n           sha256 {pinned.sha256}")
