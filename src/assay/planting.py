"""Does a grader grade, or obey? A sample of its questions is asked again with a verdict planted in the reply.

After the asking, over stored records: some rows of each task whose verdict a grader gave. About each of them every
grader is asked with a few kinds of planted verdicts (`assay.judges.planted`), against what it said itself, and once
more about the reply as it was, in another epoch: a verdict that changes by itself is no obedience. All of it goes
through the journal and the budget like any question to a judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from heapq import heappop, heappush
from itertools import chain, count, islice, zip_longest
from typing import Any

import numpy as np

from assay.budget import TASK
from assay.ending import Ending, in_flight
from assay.instruments import Instruments
from assay.judges.by_grader import Grading, graded, gradings
from assay.judges.planted import KINDS, dealt, opposite, planted
from assay.judging import answered, grader_names
from assay.models.wrappers import Wrapper
from assay.schema import Record, Reply, Request, Task, Verdict
from assay.scoring import Records
from assay.stats.paired import rates
from assay.stats.proportions import clustered

PLANTED = "planted verdicts"
"""What these questions cost stands under this name, where others stand under their task's."""

ROWS = 40
"""Rows of a run that are asked about again."""
EACH = 3
"""Kinds for each of them; more where there are too few rows for all kinds."""
SEED = 1

PLANTED_TOKENS = 50
"""By so much a planted verdict lengthens a question, for forecasts: the mean of the kinds is below it."""

Judged = Sequence[tuple[Task, Records]]
"""The records of each task with their verdicts, gone through once."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A question that is asked again."""

    row: str
    """Of which row: epochs of one row are no two rows."""
    asked: Grading
    said: Mapping[str, str]
    """What graders said of the reply as it is; without those that could not be read."""


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One question to one grader: with a planted verdict, or (`kind` empty) as it was."""

    at: int
    """Which of the chosen questions."""
    grader: int
    kind: str
    asked: Grading
    planted: str


@dataclass(slots=True)
class Again(Wrapper):
    """The same requests in another epoch, so that what is stored does not answer them."""

    async def __call__(self, request: Request) -> Reply:
        """The model's reply."""
        return await self.model(replace(request, epoch=request.epoch + 1))


async def planted_verdicts(
    judged: Judged, panel: Sequence[Instruments], ending: Ending, at_once: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """What result.json says under `planted`: by grader, how often a planted verdict became the grader's own.

    Args:
        judged: the run's records.
        panel: who judged them.
        ending: what ends the run early.
        at_once: questions in flight.
        say: told how many questions that takes, if any.

    Returns:
        For each grader `flip_rate` (of the questions with a planted verdict), `unplanted` (how often that very verdict
        came for the reply as it was, asked once more), `excess` (the difference of the two), each with `value low high
        n`; `kinds`, the flip rate of each; `unreadable`, how many planted questions got no verdict; `rows`. Nothing for
        a grader that gave no verdict.

    Raises:
        AssayError: the run was ended.
    """
    names = grader_names(panel)
    if not names:
        return {}
    chosen = choose(judged, names)
    if not chosen:
        return {}
    trials = list(_trials(chosen, names))
    once_more = [replace(one, grader=Again(one.grader)) for one in panel if one.grader is not None]
    of_each = {name: [trial for trial in trials if trial.grader == at] for at, name in enumerate(names)}
    obeying = " or ".join(name for name, its in of_each.items() if its)
    if trials:
        say(f"asking {len(trials)} questions again, most with planted verdicts: does {obeying} obey them?")
    came: dict[Trial, Verdict] = {}

    async def ask(trial: Trial) -> None:
        TASK.set(PLANTED)
        instruments = (panel if trial.kind else once_more)[trial.grader]
        came[trial] = await answered(graded(trial.asked), instruments, set())

    await in_flight(ask, trials, min(at_once, len(trials)), ending)
    return {name: _summary(chosen, its, came) for name, its in of_each.items() if its}


def most_questions(graded_rows: int) -> int:
    """At most so many questions test each grader of a run with so many rows to grade."""
    rows = min(graded_rows, ROWS)
    hands = dealt(rows, EACH, SEED) if rows else []
    return sum(1 + len(hand) for hand in hands)


# ---- which questions ----------------------------------------------------------------------------


def choose(judged: Judged, graders: Sequence[str], rows: int = ROWS, seed: int = SEED) -> list[Chosen]:
    """At most so many questions, of each task in turn, by hash of row and reply: the same in every run."""
    by_task = [list(_of_task(task, records, graders, rows, seed)) for task, records in judged]
    taking_turns = chain.from_iterable(zip_longest(*by_task))
    return list(islice((one for one in taking_turns if one is not None), rows))


def _of_task(task: Task, records: Iterable[Record], graders: Sequence[str], most: int, seed: int) -> Iterator[Chosen]:
    """Those of a task with the lowest hashes. Only as many are held, and few of the others are looked at closely."""
    lowest: list[tuple[int, int, Chosen]] = []
    number = count()
    rules: set[str] = set()
    for record in records:
        deciding = {verdict.judge for verdict in record.verdicts if verdict.label is not None or verdict.votes}
        if deciding <= rules:
            continue
        rank = -_hash(f"{seed}", task.id, record.row.lang, record.row.id, *(reply.text for reply in record.replies))
        if len(lowest) == most and rank <= lowest[0][0]:
            continue
        if any(rank == held for held, _, _ in lowest):
            continue  # the same reply in another epoch
        questions = gradings(task.judge, record)
        rules |= deciding - {asked.judge for _, asked in questions}
        found = _first(task, record, questions, graders)
        if found is not None:
            heappush(lowest, (rank, next(number), found))
            if len(lowest) > most:
                heappop(lowest)
    return (found for _, _, found in sorted(lowest, key=lambda one: (-one[0], one[1])))


def _first(
    task: Task, record: Record, questions: Iterable[tuple[int, Grading]], graders: Sequence[str]
) -> Chosen | None:
    """The first of a record's questions that could be read, and has another answer."""
    for place, asked in questions:
        said = said_by(record.verdicts[place], graders) if place < len(record.verdicts) else {}
        if said and len(asked.labels) > 1:
            return Chosen("\0".join((task.id, record.row.lang, record.row.id)), asked, said)
    return None


def said_by(verdict: Verdict, graders: Sequence[str]) -> dict[str, str]:
    """What each grader said; without those that could not be read."""
    alone = ((graders[0], verdict.label),) if len(graders) == 1 else ()
    return {name: label for name, label in verdict.votes or alone if label is not None and name in graders}


def _hash(*texts: str) -> int:
    return int.from_bytes(blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=8).digest())


def _trials(chosen: Sequence[Chosen], graders: Sequence[str]) -> Iterator[Trial]:
    for at, (one, kinds) in enumerate(zip(chosen, dealt(len(chosen), EACH, SEED), strict=True)):
        for number, name in enumerate(graders):
            said = one.said.get(name)
            verdict = None if said is None else opposite(one.asked, said)
            if verdict is not None:
                yield Trial(at, number, "", one.asked, verdict)
                yield from (Trial(at, number, kind, planted(kind, one.asked, verdict), verdict) for kind in kinds)


# ---- what came of it ----------------------------------------------------------------------------


def _summary(chosen: Sequence[Chosen], trials: Sequence[Trial], came: Mapping[Trial, Verdict]) -> dict[str, Any]:
    """Of one grader."""
    steered, bare = [trial for trial in trials if trial.kind], [trial for trial in trials if not trial.kind]
    obeyed = {trial: came[trial].label == trial.planted for trial in trials}
    by_itself = {trial.at: obeyed[trial] for trial in bare}
    rows = {name: number for number, name in enumerate(dict.fromkeys(one.row for one in chosen))}

    def row_of(some: Iterable[Trial]) -> list[int]:
        return [rows[chosen[trial.at].row] for trial in some]

    flips = [obeyed[trial] for trial in steered]
    excess = rates(np.array(flips), np.array([by_itself[trial.at] for trial in steered]), np.array(row_of(steered)))
    assert excess is not None
    kinds = {kind: [trial for trial in steered if trial.kind == kind] for kind in KINDS}
    return {
        "flip_rate": _share(flips, row_of(steered)),
        "unplanted": _share([obeyed[trial] for trial in bare], row_of(bare)),
        "excess": {"value": excess.value, "low": excess.low, "high": excess.high, "n": len(flips)},
        "kinds": {kind: _share([obeyed[t] for t in some], row_of(some)) for kind, some in kinds.items() if some},
        "unreadable": sum(came[trial].label is None for trial in steered),
        "rows": len({*row_of(steered)}),
    }


def _share(hits: Sequence[bool], rows: Sequence[int]) -> dict[str, Any]:
    """A rate with its interval; what is asked about one row goes together."""
    low, high = clustered(*(np.bincount(rows, weights).astype(np.float64) for weights in (hits, None)))
    return {"value": sum(hits) / len(hits), "low": low, "high": high, "n": len(hits)}
