"""The terminal's table of a model card: what it discloses, and the sentence that does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

MARKS = {"made": "✓", "denied": "✗ says no", "absent": "–"}
LEGEND = (
    "✓ the card says it; ✗ it says that it will not say, or that there is none; – it does not say. What is said need "
    "be neither true nor enough: read the sentence."
)


def scorecard_table(found: Mapping[str, Any], asked: Mapping[str, Mapping[str, str]], lang: str) -> Group:
    """Part by part.

    Args:
        found: as `assay.scorecard.as_json` gives it.
        asked: what each disclosure is, by id and language.
        lang: `en` or `zh`.
    """
    table = Table(title=found["card"], title_justify="left", header_style="bold", pad_edge=False, box=None)
    for column, ratio in (("disclosure", 3), ("", None), ("sentence", 7)):
        table.add_column(column, ratio=ratio, overflow="fold")
    above = ("", "")
    for one in found["disclosures"]:
        if (one["dimension"], one["part"]) != above:
            above = (one["dimension"], one["part"])
            table.add_row(Text(f"{one['dimension']}: {one['part']}", style="bold"))
        where = f"  ({one['where']})" if one["where"] else ""
        sentence = Text(_cut(one["sentence"])).append(where, style="dim")
        if one["but"]:
            sentence.append(f"\nbut: {_cut(one['but'])}")
        table.add_row(f"  {asked[one['id']][lang]}", MARKS[one["state"]], sentence)
    return Group(table, Text("\n".join(["", *_sums(found), LEGEND]), style="dim"))


def _sums(found: Mapping[str, Any]) -> list[str]:
    counted = {**found["dimensions"], "of these, trust technologies": found["trust_technologies"]}
    return [
        f"{name}: {of['made']} of {of['of']} disclosed" + (f", says no to {of['denied']}" if of["denied"] else "")
        for name, of in counted.items()
    ]


def _cut(sentence: str) -> str:
    return sentence if len(sentence) <= 240 else f"{sentence[:239]}…"
