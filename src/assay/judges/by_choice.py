"""Which of a row's lettered options the reply chooses."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence

from assay.judges.by_parse import by_parse
from assay.parse import letter, plain
from assay.schema import Judge, Row

_LABELLED = re.compile(
    r"\A(?:(?:the )?(?:correct |final |my )?answer(?: is|:)|【?(?:正确|最终)?答案(?:】:?|[是为:]+)"
    r"|我?(?:应该?)?选择?:?)\s*",
    re.IGNORECASE,
)

_WORD = re.compile(r"\w+")

_LETTER_BEFORE = re.compile(
    r"(?<![A-Za-z0-9'.&/°-])([A-Z]|[a-z](?=[).:\]]))(?:选?项)?[ \t]*((?:[.,:;。、)\]】>—\"'(\[{<-][ \t]*)*)\Z"
)
"""A letter with an option's text right after it: "C.12", "C12", "B (I have no view)"."""
_LETTER_AFTER = re.compile(r"\A[ \t.。,]*(?:[(\[]|[,。][ \t]*[即选故])[ \t]*([A-Za-z])(?![A-Za-z0-9])[)\]]*")
"""The same the other way round: "无法确定 (B)", "无法确定，即 B"."""
_CLOSES = re.compile(r"\A[ \t.。]*[)\]}>\"']")
_NEAR = 16
"""Characters before an option's text in which its letter and the marks between them stand."""


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
    found = None if _echoes(text, own) else letter(_without_texts(text, row.options[: len(letters)]), letters)
    if found is None:
        return None
    beside = _bare(re.sub(rf"\A\W*{found}\W+", "", plain(text), flags=re.IGNORECASE))
    contradicts = beside in own and own.index(beside) != letters.index(found) and beside != own[letters.index(found)]
    return None if contradicts else found


def _without_texts(text: str, options: Sequence[str]) -> str:
    """The text with every option that stands beside its own letter as that letter: "B (I have no view)" as "B. 它".

    What an option says is not what the reply says: no dodge, no decimal, no unit of degrees.
    """
    flat = plain(text)
    for which, option in zip(string.ascii_uppercase, options, strict=False):
        said = plain(option).strip(" \t\r\n.。")
        if said and said in flat:
            flat = _without(flat, which, said)
    return flat


def _without(flat: str, which: str, said: str) -> str:
    done, *parts = flat.split(said)
    for part in parts:
        before, after = _LETTER_BEFORE.search(done, max(0, len(done) - _NEAR)), _LETTER_AFTER.match(part)
        if _cut(said, part):
            done += said + part
        elif before and before[1].upper() == which and (before[2] or not said[0].isalpha() or not said[0].isascii()):
            done = f"{done[: before.start()]}{which}. 它{_CLOSES.sub('', part) if before[2] else part}"
        elif after and after[1].upper() == which:
            done += f"{which}. 它{part[after.end() :]}"
        else:
            done += said + part
    return done


def _cut(said: str, rest: str) -> bool:
    """Whether a word or a figure goes on where the text ends: the 1 of "12", the "fat" of "fatal"."""
    return re.match(r"[A-Za-z0-9]|[.,]\d", rest) is not None and said[-1].isalnum() and said[-1].isascii()


def _echoes(text: str, own: list[str]) -> bool:
    """Whether the reply is the texts of several options, whatever stands before each, and nothing else."""
    rest, said = _bare(text), 0
    for option in sorted(filter(None, own), key=len, reverse=True):
        said += option in rest
        rest = rest.replace(option, " ", 1)
    return said > 1 and all(len(word) == 1 for word in _WORD.findall(rest))


def _bare(text: str) -> str:
    return plain(text).casefold().strip(" \t\r\n\"'.,;:!?。、()[]")
