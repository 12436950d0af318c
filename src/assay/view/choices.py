"""What the filters offer, each value with how many samples it would leave; and two runs' labels crossed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assay.store.searching import NO_LABEL, Tally, Wanted
from assay.view.asked import Asked
from assay.view.items import FINISHES
from assay.view.plain import shown
from assay.view.runs import Viewed

LABELS = 100
"""Labels offered."""
COMMONEST = 8
"""Labels of each run in the table of labels."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    value: str
    words: str
    count: int
    chosen: bool


def offered(asked: Asked, runs: Sequence[Viewed], tallies: Mapping[int, Sequence[Tally]]) -> dict[str, list[Choice]]:
    """The values of each filter, the other filters being as they are."""
    wanted = asked.wanted
    mine = [one for run in runs if asked.run in (None, run.number) for one in tallies[run.number]]
    tasks, labels = _counted(mine, wanted, "task"), _counted(mine, wanted, "label")
    areas = Counter[str]()
    for task, many in tasks.items():
        areas[f"{task.partition('/')[0]}/*"] += many
    names = {str(run.number): run.name for run in runs}
    by_run = {str(run.number): sum(one.count for one in tallies[run.number] if one.fits(wanted)) for run in runs}
    finishes = {name: f"{both.en} {both.zh}" for name, both in FINISHES.items()}
    return {
        "area": _choices(areas, wanted.task),
        "task": _choices(tasks, "" if wanted.task.endswith("/*") else wanted.task),
        "label": _choices(dict(Counter(labels).most_common(LABELS)), wanted.label, {NO_LABEL: "– (none 无)"}),
        "finish": _choices(_counted(mine, wanted, "finish"), wanted.finish, finishes),
        "lang": _choices(_counted(mine, wanted, "lang"), wanted.lang),
        "run": _choices(by_run, "" if asked.run is None else str(asked.run), names),
    }


def _counted(
    tallies: Iterable[Tally], wanted: Wanted, column: Literal["task", "label", "finish", "lang"]
) -> dict[str, int]:
    """How many samples have which value of a column, whatever is asked for in that column itself."""
    without = {"task": replace(wanted, task=""), "label": replace(wanted, label="")}
    without |= {"finish": replace(wanted, finish=""), "lang": replace(wanted, lang="")}
    found = Counter[str]()
    for one in tallies:
        if one.fits(without[column]):
            found[getattr(one, column)] += one.count
    return dict(sorted(found.items()))


def _choices(counts: Mapping[str, int], chosen: str, words: Mapping[str, str] | None = None) -> list[Choice]:
    """The values of a filter; the chosen one stays on offer where nothing fits it."""
    kept = {chosen: 0, **counts} if chosen else counts
    return [
        Choice(value, shown((words or {}).get(value, value), most=120).text, count, value == chosen)
        for value, count in kept.items()
    ]


Crossed = tuple[list[str], list[tuple[str, list[int]]]]


def crossed(counts: Mapping[tuple[str, str], int]) -> Crossed:
    """The commonest labels of the second run, for columns; and those of the first with their counts, for rows."""
    columns = _commonest(counts, 1)
    rows = [(label, [counts.get((label, column), 0) for column in columns]) for label in _commonest(counts, 0)]
    return [shown(column, most=80).text for column in columns], [(shown(row, most=80).text, many) for row, many in rows]


def _commonest(counts: Mapping[tuple[str, str], int], side: int) -> list[str]:
    found = Counter[str]()
    for pair, many in counts.items():
        found[pair[side]] += many
    return [label for label, _ in found.most_common(COMMONEST)]
