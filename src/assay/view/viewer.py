"""What the viewer answers: a path in, an answer out. It reads run folders, and changes nothing.

A run whose samples go, or turn out to be damaged, while the viewer is open is left out of every page, which says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import orjson

from assay.errors import StoreError
from assay.pages import asset, render
from assay.store.folder import json_of
from assay.store.searching import Key, Paired, Sample, Samples, Tally, Wanted, connected
from assay.view.asked import Asked, Place
from assay.view.choices import Choice, crossed, offered
from assay.view.items import FINISHES, WHOLE, Item, exchanges, facts, item, judged, may_harm
from assay.view.plain import pieces, shown
from assay.view.runs import Viewed

PAGE = 50
"""Samples on a page; half as many where two runs stand side by side."""
ELSEWHERE = 8
"""Other runs whose replies to the same row stand below a sample."""
HTML, TEXT = "text/html; charset=utf-8", "text/plain; charset=utf-8"
STATIC = {
    "style.css": "text/css; charset=utf-8",
    "view.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "view.js": "text/javascript; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, and what goes with it."""

    status: int
    kind: str
    body: bytes


class Viewer:
    """The pages of some runs.

    Args:
        runs: at least one.
        root: where the pages lie on the server, `/` or `/<key>/`.
    """

    def __init__(self, runs: Sequence[Viewed], root: str = "/") -> None:
        self.runs, self.root = tuple(runs), root
        self._spill = TemporaryDirectory(prefix="assay-view-")
        self._db = connected(Path(self._spill.name))
        self._lock = Lock()
        self._tallies: dict[int, tuple[int, list[Tally]]] = {}

    def close(self) -> None:
        """Let go of DuckDB and of what it laid aside."""
        self._db.close()
        self._spill.cleanup()

    def answer(self, target: str) -> Answer:
        """The answer to a GET of this path and query; a fault of a run's files is an answer, too."""
        parts = urlsplit(target)
        first, _, rest = parts.path.removeprefix(self.root).partition("/")
        pages: dict[str, Callable[[str, Asked], Answer | None]] = {
            "": self._list,
            "runs": self._runs,
            "sample": self._sample,
            "whole": self._whole,
            "compare": self._compare,
            "count": self._count,
            "static": self._static,
        }
        try:
            found = None
            if parts.path.startswith(self.root) and first in pages:
                found = pages[first](rest, Asked.of(parts.query))
            return found or self._said(404)
        except StoreError as error:
            return self._said(500, str(error))

    # ---- pages ---------------------------------------------------------------------------------

    def _list(self, rest: str, asked: Asked) -> Answer | None:
        if rest:
            return None
        places, more = self._page(asked)
        items = self._items(places, asked.wanted.text)
        back = asked.before is None and asked.after is None
        at_end = not more if asked.before is None else False
        at_start = back or (asked.before is not None and not more)
        alone = at_start and at_end
        return self._render(
            "view.html.j2",
            here="list",
            asked=asked,
            choices=self._choices(asked),
            runs=self.runs,
            items=[(one, self._link(one, asked)) for one in items],
            newer="" if at_start or not places else asked.at(before=places[0]).query(),
            older="" if at_end or not places else asked.at(after=places[-1]).query(),
            count=len(items) if alone else self._tallied(asked) if asked.wanted.by_columns else None,
            counting=f"{self.root}count{asked.at().query()}",
        )

    def _runs(self, rest: str, asked: Asked) -> Answer | None:
        if rest:
            return None
        lines = [(run, sum(one.count for one in self._tallies_of(run)), _facts_of(run)) for run in self._readable()]
        return self._render("view_runs.html.j2", here="runs", asked=asked, lines=lines)

    def _sample(self, rest: str, asked: Asked) -> Answer | None:
        place, read = self._read(rest)
        if place is None or read is None:
            return None
        (run, number), (key, dataset, record) = place, read
        return self._render(
            "view_sample.html.j2",
            here="",
            asked=asked,
            run=self.runs[run],
            number=number,
            key=key,
            harmful=may_harm(key[0]),
            exchanges=exchanges(record),
            verdicts=judged(record),
            facts=facts(record, dataset, key[3]),
            fields=shown(orjson.dumps(dict(record.row.fields), option=orjson.OPT_INDENT_2, default=str).decode()),
            previous=self._next(asked.at(before=place)),
            following=self._next(asked.at(after=place)),
            elsewhere=self._elsewhere(place, key),
        )

    def _whole(self, rest: str, asked: Asked) -> Answer | None:
        _, read = self._read(rest)
        if read is None:
            return None
        text = orjson.dumps(json_of(read[2]), option=orjson.OPT_INDENT_2, default=str).decode()
        return Answer(200, TEXT, shown(text, most=WHOLE).text.encode())

    def _compare(self, rest: str, asked: Asked) -> Answer | None:
        runs = self._readable()
        if len(runs) < 2 and not rest:
            return self._render("view_compare.html.j2", here="compare", runs=())
        if rest or max(asked.one, asked.other) >= len(self.runs):
            return None
        one, other = _two_of(runs, asked)
        asked = replace(asked, one=one.number, other=other.number)
        paired = Paired(self._cursor(), one.folder.samples, other.folder.samples, not one.same_rows(other))
        pairs, more, counts = _paired_page(paired, asked)
        first, second = (
            self._items([(run.number, pair[side]) for pair in pairs], asked.wanted.text)
            for side, run in enumerate((one, other))
        )
        at_start = (asked.before is None and asked.after is None) or (asked.before is not None and not more)
        at_end = asked.before is None and not more
        return self._render(
            "view_compare.html.j2",
            here="compare",
            asked=asked,
            runs=runs,
            one=one,
            other=other,
            choices=self._choices(replace(asked, run=one.number)),
            pairs=[(a, b, self._link(a, asked), self._link(b, asked)) for a, b in zip(first, second, strict=True)],
            count=sum(counts.values()),
            table=crossed(counts),
            newer="" if at_start or not pairs else asked.at(before=(one.number, pairs[0][0])).query(True),
            older="" if at_end or not pairs else asked.at(after=(one.number, pairs[-1][0])).query(True),
        )

    def _count(self, rest: str, asked: Asked) -> Answer | None:
        if rest:
            return None
        fitting = [run for run in self._chosen(asked) if self._fits(run, asked.wanted)]
        count = sum(self._samples(run).count(asked.wanted) for run in fitting)
        return Answer(200, TEXT, f"{count:,}".encode())

    def _static(self, rest: str, asked: Asked) -> Answer | None:
        return Answer(200, STATIC[rest], asset(rest).encode()) if rest in STATIC else None

    def _said(self, status: int, why: str = "") -> Answer:
        return replace(self._render("view_said.html.j2", here="", why=shown(why).text), status=status)

    def _render(self, template: str, **given: Any) -> Answer:
        lost = self._lost()
        page = render(
            template,
            styles=("view.css",),
            scripts=("view.js",),
            linked=f"{self.root}static/",
            root=self.root,
            several=len(self.runs) - len(lost) > 1,
            lost=[] if len(lost) == len(self.runs) else lost,
            finishes=FINISHES,
            pieces=pieces,
            **given,
        )
        return Answer(200, HTML, page.encode("utf-8", "replace"))

    # ---- samples -------------------------------------------------------------------------------

    def _page(self, asked: Asked) -> tuple[list[Place], bool]:
        """The places of a page, and whether there are more beyond it."""
        found = self._beyond(asked, PAGE + 1)
        if asked.before is not None:
            return found[-PAGE:], len(found) > PAGE
        return found[:PAGE], len(found) > PAGE

    def _beyond(self, asked: Asked, most: int) -> list[Place]:
        """The next places after `asked.after`, or the last ones before `asked.before`, run by run."""
        back, (start, number) = asked.before is not None, asked.before or asked.after or (-1, -1)
        found: list[Place] = []
        for run in reversed(self._chosen(asked)) if back else self._chosen(asked):
            beyond = run.number <= start if back else run.number >= start
            if not beyond or len(found) >= most or not self._fits(run, asked.wanted):
                continue
            samples, left = self._samples(run), most - len(found)
            if back:
                until = number if run.number == start else 1 << 62
                found = [(run.number, n) for n in samples.before(asked.wanted, until, left)] + found
            else:
                since = number if run.number == start else -1
                found += [(run.number, n) for n in samples.after(asked.wanted, since, left)]
        return found

    def _next(self, asked: Asked) -> str:
        """The address of the one sample beyond a place; empty where there is none."""
        found = self._beyond(asked, 1)
        return self._address(found[0], asked) if found else ""

    def _items(self, places: Sequence[Place], text: str = "") -> list[Item]:
        """What lists show of samples, in the order given; around the text that was looked for."""
        listed: dict[Place, Sample] = {}
        for run, group in groupby(places, key=lambda place: place[0]):
            samples = self._samples(self.runs[run]).listed([number for _, number in group], text)
            listed |= {(run, number): sample for number, sample in samples.items()}
        return [item(place[0], listed[place]) for place in places if place in listed]

    def _read(self, rest: str) -> tuple[Place | None, tuple[Key, str, Any] | None]:
        """`1/20` → the place, and what is there."""
        run, _, number = rest.partition("/")
        if not (run.isascii() and run.isdigit() and number.isascii() and number.isdigit()) or len(rest) > 18:
            return None, None
        place = (int(run), int(number))
        if place[0] not in (one.number for one in self._readable()):
            return None, None
        return place, self._samples(self.runs[place[0]]).record(place[1])

    def _elsewhere(self, place: Place, key: Key) -> list[tuple[Viewed, Item, str]]:
        """What other runs have of the same row."""
        here = self.runs[place[0]]
        (mine,) = self._items([place])
        found: list[tuple[Viewed, Item, str]] = []
        for run in self._readable():
            if run is here or len(found) == ELSEWHERE or not self._fits(run, Wanted(task=key[0], lang=key[2])):
                continue
            for number in self._samples(run).numbers_of([key]).values():
                (theirs,) = self._items([(run.number, number)])
                if run.same_rows(here) or theirs.prompt == mine.prompt:
                    found.append((run, theirs, self._address((run.number, number), Asked())))
        return found

    def _link(self, one: Item, asked: Asked) -> str:
        return self._address((one.run, one.sample.number), asked)

    def _address(self, place: Place, asked: Asked) -> str:
        """Of one sample, among those that were asked for."""
        return f"{self.root}sample/{place[0]}/{place[1]}{asked.at().query()}"

    def _cursor(self) -> Any:
        """A connection of this request's own: several may run at once."""
        return self._db.cursor()

    def _samples(self, run: Viewed) -> Samples:
        return Samples(self._cursor(), run.folder.samples)

    # ---- filters -------------------------------------------------------------------------------

    def _readable(self) -> list[Viewed]:
        """The runs whose samples can be read; why not, where there is none."""
        lost = {run.number: why for run, why in self._lost()}
        if len(lost) == len(self.runs):
            raise StoreError("; ".join(lost.values()))
        return [run for run in self.runs if run.number not in lost]

    def _lost(self) -> list[tuple[Viewed, str]]:
        """The others, each with why it cannot be read."""
        found = []
        for run in self.runs:
            try:
                self._tallies_of(run)
            except StoreError as error:
                found.append((run, shown(str(error)).text))
        return found

    def _chosen(self, asked: Asked) -> list[Viewed]:
        return [run for run in self._readable() if asked.run in (None, run.number)]

    def _tallies_of(self, run: Viewed) -> list[Tally]:
        """Counted once, and again where the file is another."""
        try:
            changed = run.folder.samples.stat().st_mtime_ns
        except OSError as error:
            raise StoreError(f"{run.folder.samples} is gone ({error.strerror})") from error
        with self._lock:
            if run.number not in self._tallies or self._tallies[run.number][0] != changed:
                self._tallies[run.number] = changed, self._samples(run).tallies()
            return self._tallies[run.number][1]

    def _fits(self, run: Viewed, wanted: Wanted) -> bool:
        """Whether a run can have such samples at all."""
        return any(one.fits(wanted) for one in self._tallies_of(run))

    def _tallied(self, asked: Asked) -> int:
        tallies = (one for run in self._chosen(asked) for one in self._tallies_of(run))
        return sum(one.count for one in tallies if one.fits(asked.wanted))

    def _choices(self, asked: Asked) -> dict[str, list[Choice]]:
        runs = self._readable()
        return offered(asked, runs, {run.number: self._tallies_of(run) for run in runs})


def _two_of(runs: Sequence[Viewed], asked: Asked) -> tuple[Viewed, Viewed]:
    """The two that are asked for; another in the place of one that is not there."""
    there = {run.number: run for run in runs}
    wanted = [there[number] for number in (asked.one, asked.other) if number in there]
    one, other = [*wanted, *(run for run in runs if run not in wanted)][:2]
    return one, other


def _paired_page(paired: Paired, asked: Asked) -> tuple[list[Place], bool, dict[tuple[str, str], int]]:
    """The rows of a page of two runs, whether there are more beyond it, and the labels of all."""
    most = PAGE // 2
    back, (_, number) = asked.before is not None, asked.before or asked.after or (-1, -1)
    found, counts = paired.found(asked.wanted, asked.differing, number, most + 1, back)
    return (found[-most:] if back else found[:most]), len(found) > most, counts


def _facts_of(run: Viewed) -> list[str]:
    """Data, languages, judges and folder of a run, as run.json has them."""
    data, judges = run.described.get("data") or {}, run.described.get("judges") or {}
    return [
        str(data.get("name", "")) if isinstance(data, Mapping) else "",
        ", ".join(map(str, run.described.get("langs") or ())),
        ", ".join(map(str, judges.get("graders") or ())) if isinstance(judges, Mapping) else "",
        str(run.folder.path),
    ]
