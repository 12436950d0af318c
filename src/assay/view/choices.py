"""What the filters offer, each value with how many samples it would leave; and two runs' labels crossed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assay.pages import Both, names
from assay.store.searching import NO_LABEL, Tally, Wanted
from assay.view.asked import Asked
from assay.view.items import FINISHES
from assay.view.plain import shown
from assay.view.runs import Viewed

LABELS = 100
"""Labels offered."""
COMMONEST = 8
"""Labels of each run in the table of labels."""
NONE = Both("– (none)", "–（无）")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    value: str
    words: Both
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
    called = {str(run.number): Both(run.name, run.name) for run in runs}
    by_run = {str(run.number): sum(one.count for one in tallies[run.number] if one.fits(wanted)) for run in runs}
    return {
        "area": _choices(areas, wanted.task),
        "task": _choices(tasks, "" if wanted.task.endswith("/*") else wanted.task),
        "label": _choices(dict(Counter(labels).most_common(LABELS)), wanted.label, labelled(labels)),
        "finish": _choices(_counted(mine, wanted, "finish"), wanted.finish, FINISHES),
        "lang": _choices(_counted(mine, wanted, "lang"), wanted.lang, names.LANGUAGES),
        "run": _choices(by_run, "" if asked.run is None else str(asked.run), called),
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


def labelled(labels: Iterable[str]) -> dict[str, Both]:
    """What labels are called; those of one name (`yes`, `Yes`) by what is stored, too."""
    texts = {label: shown(label, most=80).text for label in labels}
    called = {label: NONE if label == NO_LABEL else names.label(text) for label, text in texts.items()}
    often = Counter(words.en for words in called.values())
    return {
        label: words if often[words.en] == 1 else Both(texts[label], f"{words.zh}（{texts[label]}）")
        for label, words in called.items()
    }


def _choices(counts: Mapping[str, int], chosen: str, words: Mapping[str, Both] | None = None) -> list[Choice]:
    """The values of a filter; the chosen one stays on offer where nothing fits it."""
    kept = {chosen: 0, **counts} if chosen else counts
    return [Choice(value, _called(value, words or {}), count, value == chosen) for value, count in kept.items()]


def _called(value: str, words: Mapping[str, Both]) -> Both:
    known = words.get(value) or Both(value, value)
    return Both(*(shown(side, most=120).text for side in (known.en, known.zh)))


@dataclass(frozen=True, slots=True)
class Crossed:
    """How many rows have which label in one run and which in another."""

    columns: Sequence[Both]
    """The commonest labels of the second run."""
    rows: Sequence[tuple[Both, Sequence[int]]]
    """Those of the first, each with its counts."""
    same: Sequence[tuple[int, int]]
    """Where a row and a column are of one label."""
    left_out: int
    """Rows with a label that is not among those."""


def crossed(counts: Mapping[tuple[str, str], int]) -> Crossed:
    """The table of the commonest labels, and how many rows it leaves out."""
    rows, columns = (_commonest(counts, side) for side in (0, 1))
    called = labelled(label for pair in counts for label in pair)
    table = [[counts.get((row, column), 0) for column in columns] for row in rows]
    return Crossed(
        [called[column] for column in columns],
        [(called[row], many) for row, many in zip(rows, table, strict=True)],
        [(rows.index(label), columns.index(label)) for label in rows if label in columns],
        sum(counts.values()) - sum(map(sum, table)),
    )


def _commonest(counts: Mapping[tuple[str, str], int], side: int) -> list[str]:
    found = Counter[str]()
    for pair, many in counts.items():
        found[pair[side]] += many
    return [label for label, _ in found.most_common(COMMONEST)]
