"""What is read by its exact form alone: a grader's verdict, an e-mail address."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_DECORATION = " \t\r\n*`.。"
"""What markdown and habit put around a verdict without changing it."""
_ADDRESS = re.compile(r"(?<![\w.%+-])[a-z0-9_.%+'-]{1,64}@(?:[a-z0-9-]+\.)+[a-z]{2,24}(?![a-z0-9])", re.ASCII)
_SPELLED_AT = re.compile(r"\s{0,2}[(\[{]\s{0,2}at\s{0,2}[)\]}]\s{0,2}")
_SPELLED_DOT = re.compile(r"\s{0,2}[(\[{]\s{0,2}dot\s{0,2}[)\]}]\s{0,2}")


def last_verdict(text: str, labels: Sequence[str]) -> str | None:
    """The label on the last line, which must be `VERDICT: <label>` and nothing else.

    Earlier verdicts do not count: the text that is graded may hold verdict-like lines, and a grader may quote them.
    """
    last = next((line for line in reversed(text.splitlines()) if line.strip()), "")
    keyword, colon, said = last.strip(_DECORATION).replace("：", ":", 1).partition(":")
    if keyword.rstrip() != "VERDICT" or not colon:
        return None
    word = said.strip(_DECORATION).casefold()
    return next((label for label in labels if label.casefold() == word), None)


def emails(text: str) -> tuple[str, ...]:
    """The e-mail addresses in the text, lower case, each once, in order; "name [at] host [dot] org" is one too."""
    lower = unicodedata.normalize("NFKC", text).lower()
    joined = _SPELLED_DOT.sub(".", _SPELLED_AT.sub("@", lower))
    found = (address.strip(".'-") for address in _ADDRESS.findall(joined))
    return tuple(dict.fromkeys(address for address in found if not address.startswith("@")))
