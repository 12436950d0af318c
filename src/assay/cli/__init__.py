"""The command line: `assay run`, `assay score`, `assay tasks`, `assay data`, `assay compare`, `assay gate`.

One module a command, or a family of them. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a gate was missed.
"""

from __future__ import annotations

import shlex
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from assay import __version__
from assay.cli.card import card
from assay.cli.compare import compare
from assay.cli.data import cases, data, tasks
from assay.cli.export import export
from assay.cli.findings import findings
from assay.cli.gate import gate
from assay.cli.generate import generate
from assay.cli.import_ import import_
from assay.cli.judges import judges
from assay.cli.label import label
from assay.cli.leaderboard import leaderboard
from assay.cli.providers import providers
from assay.cli.report import report
from assay.cli.run import run
from assay.cli.score import score
from assay.cli.view import view
from assay.errors import AssayError, RunStopped, UsageError

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
            with _plugins_told():
                return super().invoke(ctx)
        except AssayError as error:
            click.echo(f"assay: {error}{_resume(error, ctx.meta['assay.words'])}", err=True)
            ctx.exit(_exit_code(error))
        except KeyboardInterrupt:
            click.echo("assay: stopped by Ctrl-C. Every reply so far is kept", err=True)
            ctx.exit(130)
        except BrokenPipeError:
            ctx.exit(1)


@contextmanager
def _plugins_told() -> Iterator[None]:
    """What is left out of a broken plugin is said as everything is, once; other warnings are shown as ever."""
    from assay.plugins import PluginWarning

    told: set[str] = set()
    with warnings.catch_warnings():
        as_ever = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
            if not issubclass(category, PluginWarning):
                as_ever(message, category, *where, **more)
            elif str(message) not in told:
                told.add(str(message))
                click.echo(f"assay: ! {message}", err=True)

        warnings.showwarning = show
        yield


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


for command in (
    run, score, compare, report, view, leaderboard, findings, gate, label, export, card, judges, generate, tasks, cases,
    data, import_, providers,
):  # fmt: skip
    main.add_command(command)
