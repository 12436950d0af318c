"""`assay import`: what other tools evaluated, as run folders."""

from __future__ import annotations

from pathlib import Path

import click

from assay.cli.printing import print_result


def _kind(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """The kind as a TOML writes it; click's own choices would be listed as options are, `yes-no`."""
    from assay.interop.foreign import KINDS

    kind = value.replace("-", "_")
    if kind and kind not in KINDS:
        raise click.BadParameter(f"{value!r} is none of {', '.join(KINDS)}.")
    return kind


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False),
              help="The run folder to write; the folder of several, where FILE… are several.")  # fmt: skip
@click.option("--judge-as", "kind", default="", callback=_kind, metavar="KIND",
              help="How replies to a task that is not assay's are judged: choice, match, yes_no or refusal. "
              "Default: by what is right, a letter or a text.")  # fmt: skip
@click.option("--lang", default="en", show_default=True, type=click.Choice(["en", "zh"]),
              help="In which language a task asks that is not assay's.")  # fmt: skip
@click.option("--groups", is_flag=True, help="Show each source, attack and type in the table too.")
def import_(files: tuple[Path, ...], out: Path, kind: str, lang: str, groups: bool) -> None:
    """Make run folders of what other tools evaluated: score, compare, report and export take them.

    \b
    Inspect       logs (.eval, .json), several of one model at once
    lm-eval       results_*.json with samples_*.jsonl beside it (--log_samples)
    Hugging Face  a folder that `assay export --format hf` wrote

    Logs of assay's own tasks keep rows, replies and verdicts. Other tasks become data of one's own, judged by assay;
    what the other tool measured is kept beside it.

    \b
    inspect eval assay/exaggerated_safety --model openai/gpt-4o-mini && assay import logs/*.eval --out runs/mini
    lm_eval --tasks gsm8k --log_samples --output_path lm … && assay import lm/*/results_*.json --out runs/gsm8k
    """  # noqa: D301  (click reads the backspace)
    from assay.interop import import_files

    for kept in import_files(files, out, kind, lang, lambda text: click.echo(f"assay: {text}", err=True)):
        print_result(kept.folder, groups)
        if kept.judged_now:
            click.echo(f"{kept.judged_now:,} replies came without a verdict of assay's and were judged now, offline; "
                       f"`assay score {kept.folder.path} --judge MODEL` fills in what needs a judge")  # fmt: skip
