"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from assay.cli.headings import under

if TYPE_CHECKING:
    from assay.judging import Judging
    from assay.models import Connections

asked, sampled = under("What is asked"), under("How replies are drawn")
judged_by, sent, spent, kept_in = under("Who judges"), under("Where and how fast"), under("Budget"), under("Output")
scored = under("What is scored")


def languages(ctx: click.Context, param: click.Parameter, value: str) -> tuple[str, ...]:
    """`en,zh` → ("en", "zh")."""
    return tuple(dict.fromkeys(lang.strip() for lang in value.split(",") if lang.strip()))


def folders(ctx: click.Context, param: click.Parameter, value: Sequence[Path]) -> tuple[Path, ...]:
    """The folders of the runs that these paths lead to: `runs/A`, the folder `runs`, or all that `runs/*` becomes."""
    from assay.store.runs import run_folders

    return tuple(run_folders(value)) if value else ()


def pairs(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> tuple[tuple[str, object], ...]:
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


def finite(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    """An amount of money."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is no amount")
    return value


def judging(command: Callable[..., None]) -> Callable[..., None]:
    """The options that `run` and `score` share."""
    options = (
        judged_by(
            "--judge", "judges", multiple=True, metavar="MODEL",
            help="A model that grades where rules cannot tell; repeat it for a majority of several.",
        ),
        judged_by("--allow-self-judge", "of_itself", is_flag=True, help="A model may judge its own replies."),
        judged_by(
            "--embedder", default="", metavar="MODEL", help="An /embeddings model, hf/… or minilm; else lexical."
        ),
        judged_by(
            "--toxicity", default="", metavar="MODEL",
            help="A /moderations model that scores toxicity, or a classifier as below.",
        ),
        judged_by(
            "--classifier", "classifiers", multiple=True, metavar="NAME|FILE.toml",
            help="A classifier or guard in place of the judges it stands in for; NAME=MODEL: on another model.",
        ),
        sent(
            "--base-url", default="", metavar="URL",
            help="Where openai/… goes. Default: $OPENAI_BASE_URL. name/… goes to $NAME_BASE_URL, with $NAME_API_KEY "
                 "(see `assay providers`).",
        ),
        sent(
            "--model-option", "model_options", multiple=True, callback=pairs, metavar="NAME=JSON",
            help="How hf/… is loaded (dtype, device_map, quantization, batch_size, …), or a flag of vllm serve.",
        ),
        sent("--allow-http", is_flag=True, help="Allow plain http to another machine."),
        sent("--timeout", default=600.0, show_default=True, metavar="SECONDS", help="For one reply."),
        sent(
            "--max-connections", default=32, show_default=True, type=click.IntRange(1, 4096), metavar="N",
            help="Requests in flight to an endpoint; fewer while it throttles.",
        ),
        sent("--rpm", type=click.IntRange(1), metavar="N", help="Requests a minute to an endpoint, judges' too."),
        sent("--tpm", type=click.IntRange(1), metavar="N", help="Tokens a minute to an endpoint, judges' too."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def opened(judges: Sequence[str], options: dict[str, Any]) -> tuple[Connections, Judging]:
    """What the shared options ask for."""
    from assay.judging import Judging
    from assay.local import Locals
    from assay.models import Connections

    at_once = options["max_connections"]
    connections = Connections(
        options["base_url"],
        options["allow_http"],
        options["timeout"],
        connections=at_once,
        rpm=options["rpm"],
        tpm=options["tpm"],
        local=Locals(options["model_options"]),
    )
    return connections, Judging(
        tuple(judges),
        options["embedder"],
        options["toxicity"],
        at_once,
        options["of_itself"],
        tuple(options["classifiers"]),
    )


def globs(tasks: Sequence[str]) -> list[str]:
    """Task globs, repeated or separated by commas."""
    return [glob.strip() for given in tasks for glob in given.split(",") if glob.strip()]


def published_table(command: Callable[..., None]) -> Callable[..., None]:
    """The options that `findings` and `leaderboard` share."""
    file = click.Path(path_type=Path, dir_okay=False)
    options = (
        click.option(
            "--published", type=file, metavar="FILE",
            help="Another table of published numbers: JSON with models, metrics (id → better) and results.",
        ),
        click.option(
            "--utility", type=file, metavar="FILE",
            help="What models are good for: JSON (model → number, or benchmark → model → number) or CSV (model,MMLU).",
        ),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command
