"""What an address asks for, and the address that asks for it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

from assay.store.searching import Differing, Wanted

LONGEST = 1_000
"""Characters of a search."""

NAMES = {"task": "task", "label": "label", "finish": "finish", "in": "lang", "q": "text"}
"""Word in the address → field. `lang` and `theme` are the page's own words."""

DIFFERING: Mapping[str, Differing] = {"label": "label", "reply": "reply", "judges": "judges"}

Place = tuple[int, int]
"""(run, number of the sample)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of an address; those that mean nothing are left out of it."""

    wanted: Wanted = field(default_factory=Wanted)
    run: int | None = None
    """Only this run."""
    after: Place | None = None
    before: Place | None = None
    shown: bool = False
    """Whether text that may be harmful is shown at once."""
    one: int = 0
    other: int = 1
    """Of two runs that are compared."""
    differing: Differing = ""

    @classmethod
    def of(cls, query: str) -> Self:
        """Read the part of an address behind the `?`."""
        words = {name: value[:LONGEST] for name, value in parse_qsl(query, max_num_fields=50)}
        fields: dict[str, Any] = {field: words[name] for name, field in NAMES.items() if name in words}
        return cls(
            Wanted(disputed="disputed" in words, **fields),
            _number(words.get("run")),
            _place(words.get("after")),
            _place(words.get("before")),
            "shown" in words,
            _number(words.get("a")) or 0,
            1 if (other := _number(words.get("b"))) is None else other,
            DIFFERING.get(words.get("differ", ""), ""),
        )

    def at(self, after: Place | None = None, before: Place | None = None) -> Asked:
        """The same from another place on."""
        return replace(self, after=after, before=before)

    def words(self, compared: bool = False) -> dict[str, str]:
        """Back to words, of a list or of a comparison."""
        wanted = {name: getattr(self.wanted, field) for name, field in NAMES.items()}
        wanted |= {"disputed": "1" if self.wanted.disputed else "", "shown": "1" if self.shown else ""}
        if compared:
            wanted |= {"a": str(self.one), "b": str(self.other), "differ": self.differing}
        else:
            wanted["run"] = "" if self.run is None else str(self.run)
        for name, place in (("after", self.after), ("before", self.before)):
            wanted[name] = "" if place is None else f"{place[0]}.{place[1]}"
        return {name: value for name, value in wanted.items() if value}

    def query(self, compared: bool = False) -> str:
        """`?task=safety%2Fmisuse`; empty where nothing is asked for."""
        words = urlencode(self.words(compared))
        return f"?{words}" if words else ""


def _number(word: str | None) -> int | None:
    return int(word) if word is not None and word.isascii() and word.isdigit() and len(word) < 10 else None


def _place(word: str | None) -> Place | None:
    run, _, number = (word or "").partition(".")
    place = (_number(run), _number(number))
    return None if place[0] is None or place[1] is None else (place[0], place[1])
