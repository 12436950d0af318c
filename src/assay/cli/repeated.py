"""An option that may be given once with commas, or several times."""

from __future__ import annotations

from collections.abc import Sequence

import click

from assay.cli.options import languages


def several_languages(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> tuple[str, ...]:
    """`--lang en --lang zh` is `--lang en,zh`."""
    return languages(ctx, param, ",".join(value))
