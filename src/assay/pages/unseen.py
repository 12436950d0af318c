"""Characters that leave no ink, or turn the direction of writing: shown as what they are, wherever they come from."""

from __future__ import annotations

import re

UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff\U0001bca0-\U0001bca3]"
)
"""U+FE0F, which makes an emoji of a sign, and the joiners U+200C and U+200D, which some scripts need, may stay."""


def seen(text: str) -> str:
    """The same text with such characters visible: `⟨U+202E⟩`, and a control character as its picture."""
    return UNSEEN.sub(_named, text)


def _named(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else f"⟨U+{code:04X}⟩"
