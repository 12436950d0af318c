"""A JSON array of objects, read one object at a time: memory holds one piece of the text, however long the file is."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import IO, Any

PIECE = 1 << 17
"""So many bytes are read at a time."""

LONGEST = 16
"""More characters than any token has that the end of a piece can cut, strings and numbers apart."""

SPACE = re.compile(r"[ \t\n\r]*")
COMMA = re.compile(r"[ \t\n\r]*,[ \t\n\r]*(?=[{])")
HALF = re.compile(r"\\u[dD]")
"""Where the escape of a surrogate may begin. A pattern is found in a third of the time that `in` takes."""


class NotRecords(ValueError):
    """It is JSON, but not a list of objects."""


def json_records(stream: IO[bytes]) -> Iterator[dict[str, Any]]:
    """The objects of an array, as `json.loads` of the whole would have them, but for half surrogate pairs.

    Half a surrogate pair can be neither asked nor stored; it becomes U+FFFD.

    Raises:
        NotRecords: it is something other than a list of objects.
        ValueError: it is not JSON, is cut off, or is not text.
        RecursionError: it is nested too deeply.
    """
    text = _Text(stream)
    if text.next() != "[":
        text.value()
        raise NotRecords
    more = text.next(skip=1) != "]"
    while more:
        record = text.value()
        if not isinstance(record, dict):
            raise NotRecords
        yield record
        more = text.comma()
    if text.next(skip=1):
        raise text.wrong("Extra data")


class _Text:
    """The text of a stream: the piece at hand, and where the reading stands in it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decode = json.JSONDecoder().raw_decode
        head = stream.read(PIECE)
        self._text_of = codecs.getincrementaldecoder(json.detect_encoding(head))().decode
        self._ended = not head
        self._at = 0
        self._take(self._text_of(head))

    def _take(self, piece: str) -> None:
        self._piece = piece
        self._halves = HALF.search(piece) is not None

    def _more(self) -> bool:
        """Read on: at least as much again as is still to be decoded, so that a long value is not tried too often."""
        rest = self._piece[self._at :]
        pieces: list[str] = []
        while not self._ended and sum(map(len, pieces)) <= len(rest):
            read = self._stream.read(PIECE)
            self._ended = not read
            pieces.append(self._text_of(read, final=self._ended))
        self._at = 0
        self._take(rest + "".join(pieces))
        return any(pieces)

    def next(self, skip: int = 0) -> str:
        """The next character that is no space, after so many; empty at the end."""
        self._at += skip
        while True:
            space = SPACE.match(self._piece, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._piece) or not self._more():
                return self._piece[self._at : self._at + 1]

    def value(self) -> Any:
        """The value that begins here."""
        while True:
            try:
                value, end = self._decode(self._piece, self._at)
                break
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated string") or error.pos > len(self._piece) - LONGEST
                if not cut or not self._more():
                    raise
        start, self._at = self._at, end
        return _mended(value) if self._halves and HALF.search(self._piece, start, end) else value

    def comma(self) -> bool:
        """Go on to the value after the comma; False at the end of the list."""
        if found := COMMA.match(self._piece, self._at):
            self._at = found.end()
            return True
        mark = self.next()
        if mark == ",":
            self.next(skip=1)
        elif mark != "]":
            raise self.wrong("Expecting ',' delimiter")
        return mark == ","

    def wrong(self, message: str) -> ValueError:
        """What `json.loads` raises."""
        return json.JSONDecodeError(message, self._piece, self._at)


def _mended(value: Any) -> Any:
    whole = json.dumps(value, ensure_ascii=False)
    return json.loads(whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
