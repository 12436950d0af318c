"""Texts of models and datasets made fit to be shown: what one cannot see, or what would turn others around, is named.

Pure. The result is plain text; escaping it is the template's part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assay.report.masking import masked

MOST = 100_000
"""Characters shown of one text."""

# Control characters and lone surrogates; what turns the direction of writing; what has no width, but not the joiners
# that Persian, Indic scripts and emoji need; tags and supplementary variation selectors, in which texts are smuggled.
_UNSEEN = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Looked for with a limit, or a megabyte of letters without an @ would be gone through once a letter.
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}")
_STACKED = re.compile("([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{6})"
                      "([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+)")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A text as a page has it."""

    text: str
    length: int
    """Characters of the whole text."""
    kept: int
    """Characters of it that are shown."""
    left_out: int = 0
    """Characters before those."""

    @property
    def cut(self) -> bool:
        """Whether there is more."""
        return self.length > self.kept


def shown(text: str, length: int | None = None, most: int = MOST, left_out: int = 0) -> Shown:
    """The beginning of a text, addresses masked, every character visible.

    Args:
        text: the text, or as much of it as there is.
        length: of the whole text, where `text` is only its beginning.
        most: characters to show.
        left_out: characters before these.
    """
    kept = text[:most]
    without = _ADDRESS.sub(lambda found: masked(found[0]), kept)
    return Shown(visible(without), len(text) if length is None else length, len(kept), left_out)


def pieces(text: str, sought: str) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it is what was sought, in either case."""
    if not sought:
        return [(text, False)]
    parts = re.split(f"({re.escape(visible(sought))})", text, flags=re.IGNORECASE)
    return [(part, at % 2 == 1) for at, part in enumerate(parts) if part]


def visible(text: str) -> str:
    """Escape → `␛`, U+202E → `⟨U+202E⟩`; marks stacked on one letter are counted from the seventh on."""
    stood = _UNSEEN.sub(_named, text.replace("\r\n", "\n"))
    return _STACKED.sub(lambda found: f"{found[1]}⟨+{len(found[2])}⟩", stood)


def _named(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"⟨U+{code:04X}⟩"
