"""A text in English and Chinese. Both stand in the page, and the style sheet hides one: no script holds a word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

SPANS = Markup("<span class=e>{}</span><span class=z lang=zh-Hans>{}</span>")
TSPANS = Markup("<tspan class=e>{}</tspan><tspan class=z lang=zh-Hans>{}</tspan>")


@dataclass(frozen=True, slots=True)
class Both:
    """Plain text is escaped where it is shown; a `Markup` is shown as it is."""

    en: str
    zh: str

    def __html__(self) -> Markup:
        return self._in(SPANS)

    def __str__(self) -> str:
        """The English, for where no page is."""
        return Markup(self.en).striptags() if isinstance(self.en, Markup) else self.en

    def svg(self) -> Markup:
        """The same within an SVG's text."""
        return self._in(TSPANS)

    def _in(self, layout: Markup) -> Markup:
        return escape(self.en) if self.en == self.zh else layout.format(self.en, self.zh)


def both(en: str, zh: str, **given: object) -> Both:
    """A sentence with `{names}`; what is given is escaped, and a `Both` goes to each side in its own language.

    The sentences themselves are ours and may hold tags; `given` may hold anything.
    """
    sides = (
        {name: getattr(value, side) if isinstance(value, Both) else value for name, value in given.items()}
        for side in ("en", "zh")
    )
    english, chinese = (Markup(text).format(**side) for text, side in zip((en, zh), sides, strict=True))
    return Both(english, chinese)


def joined(parts: Iterable[Both], en: str = " ", zh: str = "") -> Both:
    """Several, one after the other."""
    parts = list(parts)
    return Both(Markup(en).join(part.en for part in parts), Markup(zh).join(part.zh for part in parts))
