"""`assay export`: alignment data out of judged replies, and runs in other tools' formats."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli.options import folders, globs
from assay.cli.repeated import several_languages
from assay.errors import UsageError

if TYPE_CHECKING:
    from assay.export import Exported

TRAINING = ("sft", "dpo", "kto", "reward")
NEIGHBOURS = ("inspect", "lm-eval", "every-eval-ever", "hf")
OF_TRAINING = {"layout": "--layout", "langs": "--lang", "share": "--held-out"}
"""Options that a run in another tool's format does not have: it is written whole."""


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN…", type=click.Path(path_type=Path), callback=folders)
@click.option("--format", "form", required=True, type=click.Choice([*TRAINING, *NEIGHBOURS]),
              help="What the trainer learns from, or whose format it is.")  # fmt: skip
@click.option("--layout", type=click.Choice(["conversational", "standard"]), default="conversational",
              show_default=True, help="Training data: lists of turns, or plain text.")  # fmt: skip
@click.option("--tasks", multiple=True, metavar="GLOB", help="Only these tasks.")
@click.option("--lang", "langs", multiple=True, callback=several_languages,
              help="Training data: only these languages, such as en,zh.")  # fmt: skip
@click.option("--held-out", "share", default=0.25, show_default=True, type=click.FloatRange(0.05, 0.9),
              help="Training data: share of items that are kept back, by whole topics and templates.")  # fmt: skip
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder to write.")
@click.pass_context
def export(
    ctx: click.Context,
    runs: tuple[Path, ...],
    form: str,
    layout: str,
    tasks: Sequence[str],
    langs: tuple[str, ...],
    share: float,
    out: Path,
) -> None:
    """Write judged replies of RUN… as training data that TRL reads, or a RUN in another tool's format.

    \b
    Training data: train.jsonl, a manifest and a dataset card
    sft     good replies to imitate
    dpo     a good and a bad reply to one prompt, of several models, or of one asked with --epochs
    kto     every judged reply, with whether it was good
    reward  pairs for a reward model

    A part of every task, by whole topics and templates, is never exported: score the trained model on that part.
    Of a task of several chats each chat makes a line, where each is right or wrong by itself; the others are named.

    \b
    Other tools, one RUN at a time; `assay import` reads the first, second and last back
    inspect          logs that `inspect view` shows, one a task
    lm-eval          results and samples, and tasks by which lm_eval asks other models the same rows
    every-eval-ever  results and samples in the schema of Every Eval Ever 0.3.0
    hf               a data set that `datasets.load_dataset` reads, with its card

    \b
    Two models' replies:   assay export runs/A runs/B --format dpo --out data/dpo
    After training:        assay run MY-MODEL --unseen data/dpo
    Look at it in Inspect: assay export runs/A --format inspect --out logs && inspect view --log-dir logs
    """  # noqa: D301  (click reads the backspace)
    from assay.cases import tasks_of
    from assay.export import Export
    from assay.export import export as write

    if form in NEIGHBOURS:
        _to_neighbour(ctx, runs, form, tasks, out)
        return
    done = write(Export(runs, out, form, layout, tasks_of(runs, globs(tasks)), langs, share))  # type: ignore[arg-type]
    _say_what(done)
    for name, what in (
        ("train.jsonl", "the data"),
        ("manifest.json", "what was given away"),
        ("README.md", "its card"),
    ):
        click.echo(f"{done.path / name}   {what}")


def _say_what(done: Exported) -> None:
    """Task by task what was written and what is held out, and of all of it what is in no line, and why."""
    click.echo(f"{'task':<44} {'lang':<4} {'lines':>6} {'held out':>9}")
    for task, lang in sorted({*done.lines, *done.held_out}):
        click.echo(
            f"{task:<44} {lang:<4} {done.lines.get((task, lang), 0):>6,} {done.held_out.get((task, lang), 0):>9,}"
        )
    left = ", ".join(f"{count:,} {why}" for why, count in sorted(done.left_out.items()))
    click.echo(
        f"{sum(done.lines.values()):,} lines; {sum(done.held_out.values()):,} judged replies are held out; "
        f"{done.unpaired:,} are in no line of this format{f'; left out: {left}' if left else ''}"
    )
    if done.compared:
        click.echo(
            f"no line of {', '.join(done.compared)}: a verdict there is about several chats together, "
            "and calls no single reply good or bad"
        )


def _to_neighbour(ctx: click.Context, runs: Sequence[Path], form: str, tasks: Sequence[str], out: Path) -> None:
    from assay.cases import tasks_of
    from assay.interop import export_run

    given = [
        option
        for name, option in OF_TRAINING.items()
        if ctx.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT
    ]
    if given:
        raise UsageError(f"{given[0]} is for training data; --format {form} writes the run whole")
    if len(runs) > 1:
        raise UsageError(f"--format {form} takes one run at a time; give each an --out of its own")
    for path in export_run(runs[0], form, tasks_of(runs, globs(tasks)), out):
        click.echo(path)
