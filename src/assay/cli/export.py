"""`assay export`: alignment data out of judged replies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from assay.cli.options import globs, languages


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN…", type=click.Path(path_type=Path))
@click.option("--format", "form", required=True, type=click.Choice(["sft", "dpo", "kto", "reward"]),
              help="What the trainer learns from.")  # fmt: skip
@click.option("--layout", type=click.Choice(["conversational", "standard"]), default="conversational",
              show_default=True, help="Lists of turns, or plain text.")  # fmt: skip
@click.option("--tasks", multiple=True, metavar="GLOB", help="Only these tasks.")
@click.option("--lang", "langs", default="", callback=languages, help="Only these languages, such as en,zh.")
@click.option("--held-out", "share", default=0.25, show_default=True, type=click.FloatRange(0.05, 0.9),
              help="Share of items that are kept back, by whole topics and templates.")  # fmt: skip
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder to write.")
def export(
    runs: tuple[Path, ...],
    form: str,
    layout: str,
    tasks: Sequence[str],
    langs: tuple[str, ...],
    share: float,
    out: Path,
) -> None:
    """Write judged replies of RUN… as training data that TRL reads: train.jsonl, a manifest and a dataset card.

    \b
    sft     good replies to imitate
    dpo     a good and a bad reply to one prompt, of several models, or of one asked with --epochs
    kto     every judged reply, with whether it was good
    reward  pairs for a reward model

    A part of every task, by whole topics and templates, is never exported: score the trained model on that part.

    \b
    Two models' replies:   assay export runs/A runs/B --format dpo --out data/dpo
    After training:        assay run MY-MODEL --unseen data/dpo
    """  # noqa: D301  (click reads the backspace)
    from assay.cases import tasks_of
    from assay.export import Export
    from assay.export import export as write

    done = write(Export(runs, out, form, layout, tasks_of(runs, globs(tasks)), langs, share))  # type: ignore[arg-type]
    for (task, lang), count in sorted(done.lines.items()):
        click.echo(f"{task:<44} {lang:<4} {count:>6}")
    left = ", ".join(f"{count:,} {why}" for why, count in sorted(done.left_out.items()))
    click.echo(f"{sum(done.lines.values()):,} lines; {done.held_out:,} judged replies are held out; {done.unpaired:,} "
               f"are in no line of this format{f'; left out: {left}' if left else ''}")  # fmt: skip
    for name, what in (
        ("train.jsonl", "the data"),
        ("manifest.json", "what was given away"),
        ("README.md", "its card"),
    ):
        click.echo(f"{done.path / name}   {what}")
