"""Which of a row's lettered options the reply chooses."""

from __future__ import annotations

import re
import string

from assay.judges.by_parse import by_parse
from assay.parse import letter, plain
from assay.schema import Judge, Row

_LABELLED = re.compile(
    r"\A(?:(?:the )?(?:correct |final |my )?answer(?: is|:)|答案(?:是|为|:)|(?:我选择?))\s*", re.IGNORECASE
)

_WORD = re.compile(r"\w+")


def by_choice() -> Judge:
    """Label "A", "B", …: the letter that the reply gives, or the option whose own text it is.

    A letter beside the text of another option is a contradiction, and unread.
    """
    return by_parse("by_choice", chosen)


def chosen(row: Row, text: str) -> str | None:
    """The letter of the option that the text chooses."""
    letters = string.ascii_uppercase[: len(row.options)]
    own = [_bare(option) for option in row.options[: len(letters)]]
    said = _bare(_LABELLED.sub("", plain(text)))
    spelled = [offered for offered, option in zip(letters, own, strict=True) if option and said == option]
    if spelled:
        return spelled[0] if len(spelled) == 1 else None
    found = None if _echoes(text, own) else letter(text, letters)
    if found is None:
        return None
    beside = _bare(re.sub(rf"\A\W*{found}\W+", "", plain(text), flags=re.IGNORECASE))
    contradicts = beside in own and own.index(beside) != letters.index(found) and beside != own[letters.index(found)]
    return None if contradicts else found


def _echoes(text: str, own: list[str]) -> bool:
    """Whether the reply is the texts of several options, whatever stands before each, and nothing else."""
    rest, said = _bare(text), 0
    for option in sorted(filter(None, own), key=len, reverse=True):
        said += option in rest
        rest = rest.replace(option, " ", 1)
    return said > 1 and all(len(word) == 1 for word in _WORD.findall(rest))


def _bare(text: str) -> str:
    return plain(text).casefold().strip(" \t\r\n\"'.,;:!?。、()[]")
