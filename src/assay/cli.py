"""The command line: `assay run`, `assay score`, `assay tasks`, `assay data`, `assay compare`.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a gate was missed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from assay import __version__
from assay.errors import AssayError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from assay.judging import Judging
    from assay.models import Connections
    from assay.store import RunFolder

CONTEXT = {
    "help_option_names": ["-h", "--help"],
    "token_normalize_func": lambda token: token.replace("_", "-"),
    "max_content_width": 110,
}


class _Assay(click.Group):
    """Turns our errors into one line on stderr and an exit code; anything else is a bug and shows its trace."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AssayError as error:
            click.echo(f"assay: {error}", err=True)
            ctx.exit(2 if isinstance(error, UsageError) else 1)
        except BrokenPipeError:
            ctx.exit(1)


@click.group(cls=_Assay, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="assay")
def main() -> None:
    r"""How far a language model can be trusted, in numbers you can defend.

    \b
    Start without a key, a network or a download:
      assay run baseline/chance
    Then your own model, on the embedded suite and on the official TrustLLM data:
      OPENAI_API_KEY=… assay run openai/gpt-4o-mini
      assay run openai/my-model --base-url http://localhost:8000/v1
      assay data pull trustllm && assay run openai/gpt-4o-mini --data trustllm
    """


def _languages(ctx: click.Context, param: click.Parameter, value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(lang.strip() for lang in value.split(",") if lang.strip()))


def _pairs(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> tuple[tuple[str, object], ...]:
    """`top_p=0.9` → ("top_p", 0.9): JSON where it is JSON, text otherwise."""
    pairs: dict[str, object] = {}
    for item in value:
        name, equals, text = item.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{item!r} is not NAME=VALUE")
        try:
            pairs[name] = orjson.loads(text)
        except orjson.JSONDecodeError:
            pairs[name] = text
    return tuple(sorted(pairs.items()))


def _judging(command: Callable[..., None]) -> Callable[..., None]:
    """The options that `run` and `score` share."""
    options = (
        click.option(
            "--judge", "judges", multiple=True, metavar="MODEL",
            help="A model that grades where rules cannot tell; repeat it for a majority of several.",
        ),
        click.option("--embedder", default="", metavar="MODEL", help="An /embeddings model, or minilm; else lexical."),
        click.option("--toxicity", default="", metavar="MODEL", help="A /moderations model that scores toxicity."),
        click.option("--base-url", default="", metavar="URL", help="Where openai/… goes. Default: $OPENAI_BASE_URL."),
        click.option("--allow-http", is_flag=True, help="Allow plain http to another machine."),
        click.option("--timeout", default=600.0, show_default=True, metavar="SECONDS", help="For one reply."),
        click.option(
            "--max-connections", default=32, show_default=True, type=click.IntRange(1, 4096), metavar="N",
            help="Requests in flight to each endpoint.",
        ),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@main.command()
@click.argument("model")
@click.option(
    "--data", default="core", show_default=True, help="core, trustllm, or a folder or zip in TrustLLM's layout."
)
@click.option(
    "--tasks", multiple=True, metavar="GLOB", help="Such as 'safety/*' or privacy; repeat or separate by commas."
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most N rows a task and language, evenly spread.")
@click.option(
    "--epochs", default=1, show_default=True, type=click.IntRange(1), metavar="K", help="Ask every row K times."
)
@click.option("--lang", "langs", default="en", show_default=True, callback=_languages, help="en, zh, or en,zh.")
@_judging
@click.option("--system", default="", metavar="TEXT", help="A system prompt before every chat.")
@click.option("--max-tokens", type=click.IntRange(1), metavar="N", help="Length of a reply at most.")
@click.option("--seed", type=int, metavar="N", help="Sampling seed, where the endpoint takes one.")
@click.option("--temperature", type=float, metavar="T", help="Instead of each task's published temperature.")
@click.option(
    "--extra", multiple=True, callback=_pairs, metavar="NAME=JSON", help="A further field of the request body."
)
@click.option("--shuffle-options", type=int, metavar="SEED", help="Offer multiple-choice options in another order.")
@click.option("--fresh", is_flag=True, help="Ask anew, whatever is stored.")
@click.option("--groups", is_flag=True, help="Show each source, attack and type in the table too.")
@click.option("--out", default="runs", show_default=True, type=click.Path(path_type=Path), help="Where runs are kept.")
def run(
    model: str, data: str, tasks: Sequence[str], judges: Sequence[str], out: Path, groups: bool, **options: Any
) -> None:
    """Measure MODEL: ask every row, judge every reply, print the table, keep everything.

    MODEL is provider/model: openai/gpt-4o-mini, openai/NAME with --base-url for any OpenAI-compatible server, or
    baseline/refuser, baseline/complier, baseline/chance, baseline/first-option, baseline/yes.

    The same command again resumes: no reply that is stored is asked for twice.
    """
    from assay.cases import Asking
    from assay.progress import shown
    from assay.run import Order
    from assay.run import run as run_order
    from assay.tasks import select

    connections, judging = _opened(judges, options)
    asked = {name: options.pop(name) for name in tuple(options) if name in Asking.__dataclass_fields__}
    order = Order(
        model=model,
        tasks=select(_globs(tasks)),
        asking=Asking(data=data, **asked),
        judging=judging,
        out=out,
        fresh=options["fresh"],
    )
    _warn_of_self_grading(model, judges)
    try:
        folder = run_order(order, connections, shown())
    except KeyboardInterrupt:
        click.echo("\nassay: stopped. Every reply so far is kept; run the same command to go on.", err=True)
        sys.exit(130)
    _print_result(folder, groups)


def _opened(judges: Sequence[str], options: dict[str, Any]) -> tuple[Connections, Judging]:
    """What the shared options ask for."""
    from assay.judging import Judging
    from assay.models import Connections

    connections = Connections(options["base_url"], options["allow_http"], options["timeout"])
    return connections, Judging(tuple(judges), options["embedder"], options["toxicity"], options["max_connections"])


def _globs(tasks: Sequence[str]) -> list[str]:
    return [glob.strip() for given in tasks for glob in given.split(",") if glob.strip()]


def _warn_of_self_grading(model: str, judges: Sequence[str]) -> None:
    if model in judges:
        click.echo(f"assay: {model} grades its own replies here; name another --judge for numbers to defend", err=True)


def _wide() -> Console:
    """The terminal as it is; a pipe or a file gets lines as long as the tables need."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=240)


def _print_result(folder: RunFolder, groups: bool) -> None:
    from assay.report.table import run_table

    console = _wide()
    result = folder.read_result()
    console.print(run_table(result, groups, console.width))
    measures = (measure["corrected"] for task in result["tasks"].values() for measure in task["measures"].values())
    if any(measure["failed"] for measure in measures) and result["run"]["endpoint"] != "recorded":
        click.echo("assay: some rows got no reply; the same `assay run` command asks for those again", err=True)
    for name, what in (
        ("result.json", "measures"),
        ("samples.parquet", "every sample"),
        ("run.json", "what was asked"),
    ):
        click.echo(f"{folder.path / name}   {what}")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="A JSON list.")
def tasks(as_json: bool) -> None:
    """What can be measured, on which data, with how many rows, and what of the survey nothing measures yet."""
    from assay.catalogue import catalogue, catalogue_table

    listed = catalogue()
    if as_json:
        click.echo(orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode())
        return
    _wide().print(catalogue_table(listed))


@main.command()
@click.argument("task")
@click.option(
    "--data", default="core", show_default=True, help="core, trustllm, or a folder or zip in TrustLLM's layout."
)
@click.option("--lang", "langs", default="en", show_default=True, callback=_languages, help="en, zh, or en,zh.")
@click.option(
    "--limit", default=3, show_default=True, type=click.IntRange(1), metavar="N", help="How many, evenly spread."
)
def cases(task: str, data: str, langs: tuple[str, ...], limit: int) -> None:
    """Print some cases of TASK as the model is asked them, with what a right answer is. E-mail addresses are masked."""
    from assay.cases import Asking, rows_of
    from assay.report.masking import masked
    from assay.tasks import select

    for chosen in select(_globs([task])):
        for row in rows_of(chosen, Asking(data=data, langs=langs, limit=limit)):
            click.secho(" · ".join(filter(None, (chosen.id, row.id, row.lang, row.group))), bold=True)
            for chat in row.chats:
                click.echo(masked(chat[-1].content))
            if row.gold is not None:
                click.echo(f"→ {masked(str(row.gold))}")
            click.echo()


@main.group()
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
    for pinned, here in sources.installed():
        state = "installed" if here else f"not here: run `assay data pull {pinned.name}`"
        click.echo(f"{pinned.name:<10} {pinned.rows:,} rows in {len(pinned.files)} files, {pinned.licence}; {state}")
        click.echo(f"           {pinned.about}\n           {pinned.url}\n           sha256 {pinned.sha256}")


@main.command()
@click.argument("source", metavar="RUN|DIR", type=click.Path(path_type=Path))
@click.option("--format", "layout", type=click.Choice(["assay", "trustllm"]), default="assay", show_default=True,
              help="assay: a run folder. trustllm: the published toolkit's generation_results.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), help="The run folder to write. Default: RUN itself.")
@click.option("--upstream-report", type=click.Path(path_type=Path), metavar="FILE",
              help="Also write the published toolkit's numbers as JSON.")  # fmt: skip
@click.option("--tasks", multiple=True, metavar="GLOB", help="Only these tasks.")
@click.option("--groups", is_flag=True, help="Show each source, attack and type in the table too.")
@_judging
def score(source: Path, layout: str, out: Path | None, upstream_report: Path | None, judges: Sequence[str],
          tasks: Sequence[str], groups: bool, **options: Any) -> None:  # fmt: skip
    r"""Judge and measure stored replies again; the model is not asked.

    \b
    Fill in what needed a judge:       assay score runs/RUN --judge openai/gpt-4o-mini
    Score what another tool recorded:  assay score generation_results/MODEL --format trustllm --out runs/MODEL
    """
    from assay.progress import shown
    from assay.rescore import Rescoring, rescore
    from assay.tasks import select

    connections, judging = _opened(judges, options)
    order = Rescoring(source, layout, out or source, select(_globs(tasks)), judging, upstream_report)
    if layout == "trustllm" and out is None:
        raise UsageError("--format trustllm needs --out RUN: the folder to write the result into")
    _print_result(rescore(order, connections, shown()), groups)
    if upstream_report is not None:
        click.echo(f"{upstream_report}   the published toolkit's numbers")


@main.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
def compare(runs: Sequence[Path]) -> None:
    """Runs side by side: corrected values with 95 % intervals, the best of each line in bold.

    The intervals are each run's own; a paired test is not here yet.
    """
    from assay.report.table import compare_table
    from assay.store import RunFolder

    console = _wide()
    console.print(compare_table([RunFolder(path).read_result() for path in runs], console.width))
