"""`assay generate`: new test items from templates and word lists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli.headings import Headed, under
from assay.cli.options import asked, kept_in, sent
from assay.cli.printing import wide
from assay.cli.repeated import several_languages
from assay.errors import UsageError

if TYPE_CHECKING:
    from assay.data.generators import Generator

proposed = under("Words of one's own")


@click.command(cls=Headed)
@click.argument("task", required=False, default="")
@asked("--list", "listed", is_flag=True, help="What there are templates for, and how many items each can make.")
@asked("--n", default=200, show_default=True, type=click.IntRange(1), metavar="N", help="Items, in every language.")
@asked("--seed", default=0, show_default=True, help="Another one draws other items.")
@asked("--lang", "langs", multiple=True, default=["en"], show_default="en", callback=several_languages,
       help="en, zh, or en,zh.")  # fmt: skip
@proposed("--words", type=click.Path(path_type=Path), metavar="FILE", help="A cleaned list for the open slot.")
@proposed("--topics-from", "model", default="", metavar="MODEL", help="Let a model propose such a list, and stop.")
@proposed("--topic", default="", help="What it is to be about.")
@proposed("--keywords", default=20, show_default=True, type=click.IntRange(1, 200), metavar="N", help="How many.")
@sent("--base-url", default="", metavar="URL", help="Where openai/… goes. Default: $OPENAI_BASE_URL.")
@sent("--allow-http", is_flag=True, help="Allow plain http to another machine.")
@kept_in("--out", type=click.Path(path_type=Path), metavar="FILE",
         help="Default: the task's name and .jsonl; a folder where TASK matches several.")  # fmt: skip
@kept_in("--journal", default="runs", show_default=True, type=click.Path(path_type=Path), metavar="FOLDER",
         help="Where the model's replies are kept.")  # fmt: skip
def generate(
    task: str,
    listed: bool,
    n: int,
    seed: int,
    langs: tuple[str, ...],
    words: Path | None,
    out: Path | None,
    **asking: Any,
) -> None:
    """Make new items for TASK (a task or a glob): a JSONL file and its TOML, which `assay run --data` takes.

    The same seed makes the same items; no two are the same; words, groups and right answers are balanced; every item
    says which words fill its slots.

    \b
    What there is:       assay generate --list
    Make, then run:      assay generate reasoning/logical --n 1000 --seed 7 --lang en,zh --out logical.jsonl
                         assay run openai/gpt-4o-mini --data logical.jsonl --lang en,zh
    A model's keywords:  assay generate propaganda --topics-from openai/gpt-4o-mini --topic elections --out words.txt
    Cleaned by you:      assay generate propaganda --words words.txt --n 300 --out elections.jsonl
    """  # noqa: D301  (click reads the backspace)
    from assay.data.generators import generators, matching

    if listed:
        _print_list(generators())
        return
    if not task:
        raise UsageError("generate what? Give a task or a glob; `assay generate --list` shows them")
    chosen = matching(task)
    if asking["model"]:
        _propose(chosen, langs, out, **asking)
        return
    _generate(chosen, n, seed, langs, out, words)


def _generate(
    chosen: tuple[Generator, ...], n: int, seed: int, langs: tuple[str, ...], out: Path | None, words: Path | None
) -> None:
    from assay.generating import Generating
    from assay.generating import generate as made

    several = len(chosen) > 1
    if several and out is not None and out.suffix:
        raise UsageError(f"{len(chosen)} tasks match; --out {out} is one file. Give a folder")
    for generator in chosen:
        own = Path(f"{generator.name}.jsonl") if out is None else out / f"{generator.name}.jsonl" if several else out
        if own.suffix != ".jsonl":
            raise UsageError(f"--out {own}: give a name that ends in .jsonl")
        file, toml = made(Generating(generator, n, seed, langs, own, words))
        click.echo(f"{file}   {n:,} items in {', '.join(langs)}; {toml.name} describes them")
        click.echo(f"assay run MODEL --data {file} --lang {','.join(langs)}")


def _propose(
    chosen: tuple[Generator, ...], langs: tuple[str, ...], out: Path | None, *, model: str, topic: str, keywords: int,
    journal: Path, base_url: str, allow_http: bool,
) -> None:  # fmt: skip
    from assay.generating import Proposing, propose
    from assay.models import Connections
    from assay.progress import shown

    if len(chosen) > 1 or len(langs) != 1:
        raise UsageError("a word list is for one task and one language: give one TASK, and --lang en or --lang zh")
    if not topic.strip():
        raise UsageError('--topics-from needs a topic, such as --topic "scams"')
    file = out or Path(f"{chosen[0].name}_words.txt")
    order = Proposing(chosen[0], model, topic.strip(), keywords, langs[0], file, journal)
    found = propose(order, Connections(base_url, allow_http), shown())
    for word in found:
        click.echo(f"  {word}")
    click.echo(f"{file}   {len(found)} keywords: clean them, then `assay generate {chosen[0].task} --words {file}`")


def _print_list(found: tuple[Generator, ...]) -> None:
    from rich.table import Table

    from assay.data.core import LANGS
    from assay.generating import capacity

    table = Table(header_style="bold", pad_edge=False, box=None)
    for column in ("task", "items", "lang", "judge", "open slot", "survey"):
        table.add_column(column, justify="right" if column == "items" else "left")
    for one in found:
        kind, langs = one.judge["kind"], ", ".join(LANGS)
        table.add_row(one.task, f"{capacity(one):,}", langs, kind, one.open or "–", ", ".join(one.survey))
    wide().print(table)
