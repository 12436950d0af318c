"""`assay gate`: which bars of a policy a run meets, with the number and where it comes from.

A bar on a number that is not there is missed: what was not measured is not known to be good.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from assay.alike import Run, opened
from assay.cases import tasks_of
from assay.comparing import BALANCED, Line, NothingShared, compare, operating_name
from assay.errors import UsageError
from assay.operating import OPERATING_POINTS, operating_points
from assay.policy import DROPS, FLIPS, SHARES, Bar, Policy, is_glob
from assay.schema import Task

SCHEMA = "assay.gate/1"

Found = Mapping[str, Any]
Drops = Mapping[tuple[str, str], Line]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one bar."""

    subject: str
    bar: Bar
    number: float | None
    source: str
    """Where the number stands, and how many rows it rests on."""
    why: str = ""
    """Why there is no number."""

    @property
    def met(self) -> bool:
        """Whether the bar is."""
        return self.bar.met(self.number)


@dataclass(frozen=True, slots=True)
class Gate:
    """A run beside a policy."""

    policy: Policy
    run: Run
    outcomes: tuple[Outcome, ...]

    @property
    def met(self) -> bool:
        """Whether all bars are."""
        return all(outcome.met for outcome in self.outcomes)


def gate(path: Path, policy: Policy, baseline: Path | None = None) -> Gate:
    """Look up every bar.

    Args:
        path: the run's folder.
        policy: its bars.
        baseline: the run that drops are measured from, instead of the policy's own.

    Raises:
        UsageError: a drop without a baseline, or from one of other data or task versions.
        StoreError: one of the folders is no run.
    """
    run = opened(path)
    before = baseline or policy.baseline
    if policy.drops and before is None:
        raise UsageError(f"the policy {policy.name} bars drops: give --baseline RUN, or baseline = … in the file")
    drops = _drops(before, path, policy) if policy.drops and before is not None else {}
    outcomes = (outcome for bar in policy.bars for outcome in _outcomes(bar, run, drops, before))
    return Gate(policy, run, tuple(outcomes))


def as_json(gate: Gate) -> dict[str, Any]:
    """What `assay gate --json` prints, and the table and JUnit's XML are made of."""
    run = gate.run.described
    return {
        "schema": SCHEMA,
        "policy": gate.policy.name,
        "run": {"folder": str(gate.run.folder.path), "model": run["model"], "data": run["data"], "assay": run["assay"]},
        "met": gate.met,
        "bars": [
            {
                "subject": outcome.subject,
                "bar": outcome.bar.asked,
                "number": outcome.number,
                "min": outcome.bar.least,
                "max": outcome.bar.most,
                "met": outcome.met,
                "source": outcome.source,
                **({"why": outcome.why} if outcome.why else {}),
            }
            for outcome in gate.outcomes
        ],
    }


# ---- looking a number up ------------------------------------------------------------------------


def _outcomes(bar: Bar, run: Run, drops: Drops, baseline: Path | None) -> Iterator[Outcome]:
    """One for each thing that the bar is about: several for a glob."""
    several = list(_expanded(bar, run.result))
    if not several:
        yield Outcome(_subject(bar), bar, None, "result.json", "nothing in this run matches")
    for one in several:
        if one.number in DROPS:
            yield _of_drop(one, drops, baseline)
        elif one.number in FLIPS:
            yield _of_judge(one, run.result)
        else:
            yield _of_measure(one, run.result)


def _expanded(bar: Bar, result: Found) -> Iterator[Bar]:
    """The bar for each name that its globs match in the run. Plain names are kept, whether they are there or not."""
    if bar.judge:
        judges = sorted(result.get("planted", {})) if is_glob(bar.judge) else [bar.judge]
        yield from (replace(bar, judge=name) for name in judges if fnmatchcase(name, bar.judge) or name == bar.judge)
    elif bar.operating_point or not (is_glob(bar.task) or is_glob(bar.measure)):
        yield bar
    else:
        for task_id, task in result["tasks"].items():
            for name in task["measures"] if fnmatchcase(task_id, bar.task) else ():
                if fnmatchcase(name, bar.measure):
                    yield replace(bar, task=task_id, measure=name)


def _subject(bar: Bar) -> str:
    """What the bar is about, in words."""
    if bar.judge:
        return f"judge {bar.judge}"
    if bar.operating_point:
        return f"operating point {bar.operating_point}"
    return " ".join(filter(None, (bar.task, bar.measure, bar.group, bar.lang)))


def _of_measure(bar: Bar, result: Found) -> Outcome:
    if bar.operating_point:
        points = result.get("operating_points") or operating_points(result["tasks"])
        found = points.get(bar.operating_point, {}).get(BALANCED)
        source = f"result.json: {bar.operating_point} {BALANCED}"
    else:
        found, source = _measure(bar, result)
    if found is None:
        return Outcome(_subject(bar), bar, None, source, "not measured in this run")
    source += f", n {found['n']} of {found['total']}"
    number = _share(bar.number, found) if bar.number in SHARES else found[bar.number]
    if number is not None:
        return Outcome(_subject(bar), bar, number, source)
    why = f"needs --{found['needs']}" if found.get("needs") else f"there is no {bar.number}"
    return Outcome(_subject(bar), bar, None, source, why)


def _measure(bar: Bar, result: Found) -> tuple[Found | None, str]:
    """The measure, or its part for a group or language; and where it stands."""
    whole = result["tasks"].get(bar.task, {}).get("measures", {}).get(bar.measure)
    where = f"result.json: {bar.task} {bar.measure}"
    if whole is None or not (bar.group or bar.lang):
        return None if whole is None else whole["corrected"], where
    kind, name = ("groups", bar.group) if bar.group else ("languages", bar.lang)
    if kind == "languages" and kind not in whole and list(result["run"].get("langs", ())) == [name]:
        return whole["corrected"], where  # of one language there is no part
    part = whole.get(kind, {}).get(name)
    return None if part is None else part["corrected"], f"{where} {kind} {name}"


def _share(what: str, found: Found) -> float | None:
    """The share of all rows that were unread, blocked or failed, or any of these."""
    lost = sum(found[why] for why in (("unread", "blocked", "failed") if what == "not_scored" else (what,)))
    return lost / found["total"] if found["total"] else None


def _of_judge(bar: Bar, result: Found) -> Outcome:
    what, _, end = bar.number.removeprefix("flip_").partition("_")
    found = result.get("planted", {}).get(bar.judge, {}).get("excess" if what == "excess" else "flip_rate")
    source = f"result.json: planted {bar.judge}"
    if found is None:
        return Outcome(_subject(bar), bar, None, source, "no planted verdicts were tried on this judge")
    number = found[end or "value"]
    return Outcome(_subject(bar), bar, number, f"{source}, n {found['n']}", "" if number is not None else "no interval")


# ---- drops --------------------------------------------------------------------------------------


def _drops(baseline: Path, run: Path, policy: Policy) -> Drops:
    """The run paired with the baseline, in the tasks whose drop is barred; none where no row of them can be paired."""
    try:
        versus = compare([baseline, run], _barred(policy, run)).versus
    except NothingShared:
        return {}
    return {(line.task, line.measure): line for line in versus[0, 1]}


def _barred(policy: Policy, run: Path) -> tuple[Task, ...]:
    bars = [bar for bar in policy.bars if bar.number in DROPS]
    points = {point.name: (point.harmful[0], point.benign[0]) for point in OPERATING_POINTS}
    wanted = [bar.task for bar in bars if bar.task]
    wanted += [task for bar in bars if bar.operating_point for task in points[bar.operating_point]]
    return tuple(task for task in tasks_of([run]) if any(fnmatchcase(task.id, glob) for glob in wanted))


def _of_drop(bar: Bar, drops: Drops, baseline: Path | None) -> Outcome:
    """How much worse the run is than the baseline on the rows that they share; below 0 where it is better."""
    points = {point.name: (operating_name(point), BALANCED) for point in OPERATING_POINTS}
    line = drops.get(points.get(bar.operating_point, (bar.task, bar.measure)))
    source = f"paired with {baseline}"
    if line is None or line.found is None:
        why = "not paired: no row counts in both" if line is None else f"no number of one on {line.rows} pairs"
        return Outcome(_subject(bar), bar, None, source, why)
    ends = {"drop": line.found.value, "drop_low": line.found.low, "drop_high": line.found.high}
    if line.better == "higher":
        ends = {"drop": ends["drop"], "drop_low": ends["drop_high"], "drop_high": ends["drop_low"]}
    end = ends[bar.number]
    number = end if end is None or line.better == "lower" else 0.0 - end
    source += f", {line.rows} pairs"
    return Outcome(_subject(bar), bar, number, source, "" if number is not None else "no interval")
