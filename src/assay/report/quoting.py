"""A prompt or a reply as a page may show it: text only, nothing hidden, nobody's address, not longer than one reads.

Whoever wrote it may have meant to deceive: control characters, marks that turn the direction of writing, characters
without a width and invisible "tags" are shown as what they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assay.pages.unseen import seen
from assay.report.masking import masked

AT_MOST = 900
"""Characters that are shown."""

LONGEST = 320
"""Characters of an e-mail address, at most."""

BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Quoted:
    """What is shown, and how many characters of the original are not."""

    text: str
    left_out: int = 0

    def around(self, words: str) -> tuple[str, str, str]:
        """The text before, at and after these words, whatever their case; all before, where they are not in it."""
        at = self.text.lower().find(words.lower()) if words else -1
        # Case folding may change lengths; then the places do not agree, and nothing is marked.
        if at < 0 or len(self.text.lower()) != len(self.text):
            return self.text, "", ""
        return self.text[:at], self.text[at : at + len(words)], self.text[at + len(words) :]


def quoted(text: str, at_most: int = AT_MOST) -> Quoted:
    """The beginning of a text, harmless to look at.

    Args:
        text: as it was asked or answered.
        at_most: characters of it.
    """
    start = masked(text[: at_most + LONGEST])[:at_most]  # an address must not escape by standing at the cut
    return Quoted(seen(BREAKS.sub("\n", start)), max(0, len(text) - at_most))
