"""The command line: `assay run`, `assay score`, `assay tasks`, `assay data`, `assay compare`.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a gate was missed.
"""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from assay import __version__
from assay.errors import AssayError, RunStopped, UsageError
from assay.headings import Headed, under

if TYPE_CHECKING:
    from rich.console import Console

    from assay.budget import Budget
    from assay.judging import Judging
    from assay.models import Connections
    from assay.run import Order
    from assay.store import RunFolder

CONTEXT = {
    "help_option_names": ["-h", "--help"],
    "token_normalize_func": lambda token: token.replace("_", "-"),
    "max_content_width": 110,
}


class _Assay(click.Group):
    """Turns our errors into one line on stderr and an exit code; anything else is a bug and shows its trace."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        words = list(args)  # parsing uses them up
        ctx = super().make_context(info_name, args, parent, **extra)
        ctx.meta["assay.words"] = words
        return ctx

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AssayError as error:
            click.echo(f"assay: {error}{_resume(error, ctx.meta['assay.words'])}", err=True)
            ctx.exit(_exit_code(error))
        except KeyboardInterrupt:
            click.echo("assay: stopped by Ctrl-C. Every reply so far is kept", err=True)
            ctx.exit(130)
        except BrokenPipeError:
            ctx.exit(1)


def _resume(error: AssayError, words: Sequence[str]) -> str:
    """The same command, where the error asks for it."""
    if not str(error).endswith("the same command"):
        return ""
    return f": `{shlex.join(('assay', *words))}`"


def _exit_code(error: AssayError) -> int:
    if isinstance(error, RunStopped):
        return error.exit_code
    return 2 if isinstance(error, UsageError) else 1


@click.group(cls=_Assay, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="assay")
def main() -> None:
    """How far a language model can be trusted, in numbers you can defend.

    \b
    Start without a key, a network or a download:
      assay run baseline/chance
    Then your own model, on the embedded suite and on the official TrustLLM data:
      OPENAI_API_KEY=… assay run openai/gpt-4o-mini
      assay run openai/my-model --base-url http://localhost:8000/v1
      assay data pull trustllm && assay run openai/gpt-4o-mini --data trustllm
    """  # noqa: D301  (click reads the backspace)


_asked, _sampled = under("What is asked"), under("How replies are drawn")
_judged, _sent, _spent, _kept = under("Who judges"), under("Where and how fast"), under("Budget"), under("Output")
_scored = under("What is scored")


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


def _finite(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is no amount")
    return value


def _judging(command: Callable[..., None]) -> Callable[..., None]:
    """The options that `run` and `score` share."""
    options = (
        _judged(
            "--judge", "judges", multiple=True, metavar="MODEL",
            help="A model that grades where rules cannot tell; repeat it for a majority of several.",
        ),
        _judged("--embedder", default="", metavar="MODEL", help="An /embeddings model, or minilm; else lexical."),
        _judged("--toxicity", default="", metavar="MODEL", help="A /moderations model that scores toxicity."),
        _sent(
            "--base-url", default="", metavar="URL",
            help="Where openai/… goes. Default: $OPENAI_BASE_URL. name/… goes to $NAME_BASE_URL, with $NAME_API_KEY.",
        ),
        _sent("--allow-http", is_flag=True, help="Allow plain http to another machine."),
        _sent("--timeout", default=600.0, show_default=True, metavar="SECONDS", help="For one reply."),
        _sent(
            "--max-connections", default=32, show_default=True, type=click.IntRange(1, 4096), metavar="N",
            help="Requests in flight to an endpoint; fewer while it throttles.",
        ),
        _sent("--rpm", type=click.IntRange(1), metavar="N", help="Requests a minute to an endpoint, judges' too."),
        _sent("--tpm", type=click.IntRange(1), metavar="N", help="Tokens a minute to an endpoint, judges' too."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@main.command(cls=Headed)
@click.argument("model")
@_asked("--data", default="core", show_default=True, help="core, trustllm, or a folder or zip in TrustLLM's layout.")
@_asked("--tasks", multiple=True, metavar="GLOB", help="Such as 'safety/*' or privacy; repeat or separate by commas.")
@_asked("--limit", type=click.IntRange(1), metavar="N", help="At most N rows a task and language, evenly spread.")
@_asked("--epochs", default=1, show_default=True, type=click.IntRange(1), metavar="K", help="Ask every row K times.")
@_asked("--lang", "langs", default="en", show_default=True, callback=_languages, help="en, zh, or en,zh.")
@_asked("--system", default="", metavar="TEXT", help="A system prompt before every chat.")
@_asked("--shuffle-options", type=int, metavar="SEED", help="Offer multiple-choice options in another order.")
@_sampled("--max-reply-tokens", "max_tokens", type=click.IntRange(1), metavar="N", help="Length of a reply at most.")
@_sampled("--temperature", type=float, metavar="T", help="Instead of each task's published temperature.")
@_sampled("--seed", type=int, metavar="N", help="Sampling seed, where the endpoint takes one.")
@_sampled("--extra", multiple=True, callback=_pairs, metavar="NAME=JSON", help="A further field of the request body.")
@_judging
@_spent("--dry-run", is_flag=True, help="Say rows, tokens, cost and time; ask nothing, write nothing. Needs no key.")
@_spent("--max-cost", type=click.FloatRange(0), callback=_finite, metavar="USD",
        help="Stop once all replies of the run, stored ones too, cost so much; judges' too.")  # fmt: skip
@_spent("--max-tokens", "run_tokens", type=click.IntRange(0), metavar="N",
        help="Stop once the run has taken so many tokens, prompts and replies together.")  # fmt: skip
@_spent("--prices", type=click.Path(path_type=Path), metavar="FILE",
        help="A TOML table of prices, before ~/.cache/assay/prices.toml and the packaged one.")  # fmt: skip
@_kept("--fresh", is_flag=True, help="Ask anew, whatever is stored.")
@_kept("--groups", is_flag=True, help="Show each source, attack and type in the table too.")
@_kept("--out", default="runs", show_default=True, type=click.Path(path_type=Path), help="Where runs are kept.")
def run(
    model: str, data: str, tasks: Sequence[str], judges: Sequence[str], out: Path, groups: bool, **options: Any
) -> None:
    """Measure MODEL: ask every row, judge every reply, print the table, keep everything.

    MODEL is provider/model: openai/gpt-4o-mini, openai/NAME with --base-url for any OpenAI-compatible server, or
    baseline/refuser, baseline/complier, baseline/chance, baseline/first-option, baseline/yes.

    The same command again resumes: no reply that is stored is asked for twice.

    \b
    What would it cost?        assay run openai/gpt-4o-mini --data trustllm --judge openai/gpt-4o --dry-run
    At most 5 dollars:         assay run openai/gpt-4o-mini --data trustllm --max-cost 5
    A first look:              assay run openai/gpt-4o-mini --tasks 'safety/*' --limit 20
    A server of one's own:     assay run openai/my-model --base-url http://localhost:8000/v1 --max-connections 256
    Within a provider's quota: assay run openai/gpt-4o-mini --rpm 500 --tpm 200000
    """  # noqa: D301  (click reads the backspace)
    from assay.budget import Budget
    from assay.cases import Asking
    from assay.models.prices import load_prices
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
    budget = Budget(load_prices(options["prices"]), options["max_cost"], options["run_tokens"])
    if options["dry_run"]:
        _print_forecast(order, connections, budget)
        return
    _warn_of_self_grading(model, judges)
    _print_result(run_order(order, connections, shown(), budget), groups)


def _opened(judges: Sequence[str], options: dict[str, Any]) -> tuple[Connections, Judging]:
    """What the shared options ask for."""
    from assay.judging import Judging
    from assay.models import Connections

    at_once = options["max_connections"]
    connections = Connections(
        options["base_url"],
        options["allow_http"],
        options["timeout"],
        connections=at_once,
        rpm=options["rpm"],
        tpm=options["tpm"],
    )
    return connections, Judging(tuple(judges), options["embedder"], options["toxicity"], at_once)


def _print_forecast(order: Order, connections: Connections, budget: Budget) -> None:
    from assay.forecast import forecast, forecast_table

    _wide().print(forecast_table(forecast(order, connections, budget)))


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


@main.command(cls=Headed)
@click.argument("source", metavar="RUN|DIR", type=click.Path(path_type=Path))
@_scored("--format", "layout", type=click.Choice(["assay", "trustllm"]), default="assay", show_default=True,
         help="assay: a run folder. trustllm: the published toolkit's generation_results.")  # fmt: skip
@_scored("--out", type=click.Path(path_type=Path), help="The run folder to write. Default: RUN itself.")
@_scored("--upstream-report", type=click.Path(path_type=Path), metavar="FILE",
         help="Also write the published toolkit's numbers as JSON.")  # fmt: skip
@_scored("--tasks", multiple=True, metavar="GLOB", help="Only these tasks.")
@_scored("--groups", is_flag=True, help="Show each source, attack and type in the table too.")
@_judging
def score(source: Path, layout: str, out: Path | None, upstream_report: Path | None, judges: Sequence[str],
          tasks: Sequence[str], groups: bool, **options: Any) -> None:  # fmt: skip
    """Judge and measure stored replies again; the model is not asked.

    \b
    Fill in what needed a judge:       assay score runs/RUN --judge openai/gpt-4o-mini
    Score what another tool recorded:  assay score generation_results/MODEL --format trustllm --out runs/MODEL
    """  # noqa: D301  (click reads the backspace)
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
