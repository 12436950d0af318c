"""A gate's policy: a TOML file of bars, each a number that a run has and the least or the most that it may be.

Whatever is wrong with it is said before anything is looked at: a bar that was mistyped must not pass for one that was
met. `docs/gate.md` has the format.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from math import isfinite
from pathlib import Path
from typing import Any

from assay.errors import UsageError
from assay.metrics.additive import Additive
from assay.operating import OPERATING_POINTS
from assay.schema import Score, Task
from assay.tasks import all_tasks

MEASURED = ("value", "low", "high", "floor", "ceiling", "n")
SHARES = ("unread", "blocked", "failed", "not_scored")
DROPS = ("drop", "drop_low", "drop_high")
FLIPS = ("flip_rate", "flip_rate_low", "flip_rate_high", "excess", "excess_low", "excess_high")

OF_MEASURE = ("task", "measure", "group", "lang")
SUBJECTS = {
    "task": (OF_MEASURE, (*MEASURED, *SHARES, *DROPS)),
    "operating_point": (("operating_point",), (*MEASURED, *SHARES, *DROPS)),
    "judge": (("judge",), FLIPS),
}
"""What a bar may be about: the key that says so, the keys that belong to it, and the numbers that it has."""
KEYS = ("number", "min", "max")
TOP = ("name", "baseline", "bar")


@dataclass(frozen=True, slots=True)
class Bar:
    """One number, and what it must not be below or above."""

    number: str
    least: float | None
    most: float | None
    task: str = ""
    """An id or a glob."""
    measure: str = ""
    """A name or a glob."""
    group: str = ""
    lang: str = ""
    operating_point: str = ""
    judge: str = ""
    """A model string or a glob."""

    @property
    def asked(self) -> str:
        """`low ≥ 0.8`."""
        ends = ((self.least, "≥"), (self.most, "≤"))
        return f"{self.number} " + " and ".join(f"{sign} {end:g}" for end, sign in ends if end is not None)

    def met(self, number: float | None) -> bool:
        """Whether a number meets it; one that is not there does not."""
        if number is None or not isfinite(number):
            return False
        return (self.least is None or number >= self.least) and (self.most is None or number <= self.most)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a run must show."""

    name: str
    bars: tuple[Bar, ...]
    baseline: Path | None = None

    @property
    def drops(self) -> bool:
        """Whether a bar needs a baseline."""
        return any(bar.number in DROPS for bar in self.bars)


def is_glob(text: str) -> bool:
    """Whether it stands for whatever matches."""
    return any(sign in text for sign in "*?[")


def read_policy(path: Path, tasks: Sequence[Task] = ()) -> Policy:
    """The policy in a file.

    Args:
        path: of the file.
        tasks: what bars may be about beside assay's own tasks: those of data of one's own.

    Raises:
        UsageError: it cannot be read, or says something that has no meaning.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the policy {path} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"the policy {path} is no TOML: {error}") from error
    _known(f"{path}", given, TOP)
    name, baseline, bars = given.get("name", path.stem), given.get("baseline"), given.get("bar")
    if not isinstance(name, str) or not isinstance(baseline, str | None):
        raise UsageError(f"{path}: name and baseline are texts")
    if not isinstance(bars, list) or not bars or not all(isinstance(bar, dict) for bar in bars):
        raise UsageError(f"{path} holds no bar, so that every run would pass: write [[bar]] and its keys")
    known = tuple({task.id: task for task in (*all_tasks(), *tasks)}.values())
    read = tuple(_bar(f"{path}, bar {number}", bar, known) for number, bar in enumerate(bars, 1))
    return Policy(name, read, None if baseline is None else Path(baseline))


def _bar(where: str, given: Mapping[str, Any], tasks: Sequence[Task]) -> Bar:
    about = [subject for subject in SUBJECTS if subject in given]
    _known(where, given, (*OF_MEASURE, "operating_point", "judge", *KEYS))
    if len(about) != 1:
        raise UsageError(f"{where} must be about one thing: a task and measure, an operating_point, or a judge")
    keys, numbers = SUBJECTS[about[0]]
    _known(where, given, (*keys, *KEYS))
    texts = {key: _text(where, key, given[key]) for key in (*keys, "number") if key in given}
    if "number" not in texts:
        raise UsageError(f"{where} says no number: one of {', '.join(numbers)}")
    _one_of(f"{where}: number", texts["number"], numbers)
    bar = Bar(least=_end(where, given, "min"), most=_end(where, given, "max"), **texts)
    if bar.least is None and bar.most is None:
        raise UsageError(f"{where} has neither min nor max, so that every number would meet it")
    if bar.least is not None and bar.most is not None and bar.least > bar.most:
        raise UsageError(f"{where}: min {bar.least:g} is above max {bar.most:g}, so that no number could meet it")
    _check_subject(where, bar, tasks)
    return bar


def _text(where: str, key: str, given: Any) -> str:
    if not isinstance(given, str) or not given:
        raise UsageError(f"{where}: {key} is a text, not {given!r}")
    return given


def _end(where: str, given: Mapping[str, Any], key: str) -> float | None:
    end = given.get(key)
    if end is None:
        return None
    if isinstance(end, bool) or not isinstance(end, int | float) or not isfinite(end):
        raise UsageError(f"{where}: {key} is a number, not {end!r}")
    return float(end)


def _check_subject(where: str, bar: Bar, tasks: Sequence[Task]) -> None:
    if bar.operating_point:
        _one_of(f"{where}: operating_point", bar.operating_point, [point.name for point in OPERATING_POINTS])
        _check_scale(where, bar, 0.0, 1.0)
    elif bar.judge:
        _check_scale(where, bar, -1.0 if bar.number.startswith("excess") else 0.0, 1.0)
    else:
        _check_measure(where, bar, tasks)


def _check_measure(where: str, bar: Bar, known: Sequence[Task]) -> None:
    if not bar.measure:
        raise UsageError(f"{where} says no measure; `assay tasks` lists those of {bar.task}")
    if (bar.group or bar.lang) and (bar.number in DROPS or (bar.group and bar.lang)):
        raise UsageError(f"{where}: a drop is that of the whole measure, and a share that of one group or one lang")
    tasks = [task for task in known if fnmatchcase(task.id, bar.task)]
    if not tasks:
        _one_of(f"{where}: task", bar.task, [task.id for task in known])
    scores = [score for task in tasks for score in task.scores if fnmatchcase(score.name, bar.measure)]
    if not scores:
        _one_of(f"{where}: measure", bar.measure, list(dict.fromkeys(s.name for task in tasks for s in task.scores)))
    for score in scores:
        _check_score(where, bar, score)


def _check_score(where: str, bar: Bar, score: Score) -> None:
    if bar.number in DROPS and score.better == "neither":
        raise UsageError(f"{where}: {score.name} has no better direction, and so no drop; bar its value")
    if isinstance(score.metric, Additive):
        _check_scale(where, bar, score.metric.lowest, score.metric.highest)


def _check_scale(where: str, bar: Bar, lowest: float, highest: float) -> None:
    """Whether the ends lie on the scale: 5 for 5 % would be met by everything."""
    if bar.number == "n":
        return
    if bar.number in SHARES:
        lowest, highest = 0.0, 1.0
    if bar.number in DROPS:
        lowest, highest = lowest - highest, highest - lowest
    for key, end in (("min", bar.least), ("max", bar.most)):
        if end is not None and not lowest <= end <= highest:
            raise UsageError(f"{where}: {key} is {end:g}, but {bar.number} lies between {lowest:g} and {highest:g}")


def _known(where: str, given: Iterable[str], known: Sequence[str]) -> None:
    for key in given:
        _one_of(f"{where}: the key", key, known)


def _one_of(what: str, given: str, known: Sequence[str]) -> None:
    if given in known:
        return
    near = get_close_matches(given, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known[:12])}{' …' if len(known) > 12 else ''}"
    raise UsageError(f"{what} {given!r} has no meaning here; {hint}")
