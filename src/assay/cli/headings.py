"""Options under headings: `--help` of a command with many of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import click


class Option(click.Option):
    """An option that `--help` lists under a heading."""

    def __init__(self, *args: Any, heading: str = "Options", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heading = heading


class Headed(click.Command):
    """A command with so many options that `--help` lists them under headings, in the order of their first ones."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, heading by heading."""
        headed: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is not None:
                headed.setdefault(getattr(param, "heading", "Help"), []).append(record)
        for heading, records in headed.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def under(heading: str) -> Callable[..., Callable[[Callable[..., None]], Callable[..., None]]]:
    """`click.option`, for an option under that heading."""
    return partial(click.option, cls=Option, heading=heading)
