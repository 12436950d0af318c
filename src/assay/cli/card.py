"""`assay card`: what a model card discloses."""

from __future__ import annotations

from pathlib import Path

import click
import orjson

from assay.cli.printing import wide
from assay.errors import DataError


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of the list.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object.")
def card(file: Path, lang: str, as_json: bool) -> None:
    """Read a model card and say which disclosures it makes, with the sentence that makes each.

    FILE is a model card as model hubs have it: Markdown, with front matter or without, English or Chinese. This is how
    assay looks at transparency and accountability, TrustLLM's two dimensions that no benchmark measures: who made the
    model, from which data, tested how, guarded how (alignment, filtering, moderation, red-teaming), and who answers
    for it.
    """
    from assay.report.scorecard import scorecard_table
    from assay.scorecard import as_json as json_of
    from assay.scorecard import disclosures, scorecard

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file} cannot be read ({error}): give a model card, a text file in UTF-8") from error
    found = json_of(file.name, scorecard(text))
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        wide().print(scorecard_table(found, {one.id: one.asked for one in disclosures()}, lang))
