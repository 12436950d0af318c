"""The terminal that tables are printed on: text of strangers, such as a group's name, cannot steer it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from assay.pages.unseen import seen

WIDE = 240
"""Columns of a pipe or a file: as long as the tables need."""


class Terminal(Console):
    """A console that shows control characters, and those that turn the writing round, as what they are."""

    def render_str(self, text: str, **given: Any) -> Text:
        """Seen before it is measured, so that a table has room for it."""
        return super().render_str(seen(text), **given)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """As ever, with every text `seen`; what rich itself sends to steer the terminal is no text."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(seen(segment.text), segment.style)


def terminal() -> Terminal:
    """The terminal as it is; a pipe or a file gets wide lines."""
    console = Terminal()
    return console if console.is_terminal else Terminal(width=WIDE)
