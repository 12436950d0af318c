"""Is anything lost or paid for twice? A run is killed again and again with SIGKILL and resumed until it is done.

    python benchmarks/kills.py [--kills N] [--rows N] [--latency MS] [--connections N] [--seed N]

The moments are random, from shortly before the first request on, and drawn so that the rows last for four fifths of
the kills; the others fall on a run that has only its result left to write. A run that gets done before is checked, and
the kills go on with a new one. Compared are:

* the replies that the endpoint sent with the rows: more may be only what a kill took out of the run's hands, which is
  what was asked and not stored yet. After each kill, the endpoint's count and the journal's say how much that was, and
  it must stay within two for each connection: one on the wire, one being committed;
* what the last process asked with what was not stored when it started: nothing stored is asked again;
* result.json and samples.parquet with those of a run that nobody killed.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import work
from measuring import Serving, assay, cost, serving, started
from seen import Seen

STUCK_S = 300.0
LEAD = 0.1
"""How much of the time until the first request may be hit."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run, and how long an undisturbed run of it takes."""

    folder: Path
    command: Sequence[str]
    rows: int
    connections: int
    latency_s: float
    start_s: float
    """To its first request."""
    asking_s: float
    end_s: float
    """From the last reply on."""

    def moment(self, left: int, kills: int) -> float:
        """When to kill, in seconds after the start, so that what is left lasts for about so many kills.

        Uniform from shortly before the first request to w after the first reply could be stored. Its mean progress,
        rate · w² / 2 (lead + w), is to be left / kills.
        """
        first = (1 - LEAD) * self.start_s
        lead = LEAD * self.start_s + self.latency_s
        if left == 0:
            return random.uniform(first, self.start_s + self.end_s)
        share = left / max(1, kills) / (self.rows / self.asking_s)
        w = share + (share * share + 2 * share * lead) ** 0.5
        return first + random.uniform(0.0, lead + w)


@dataclass(slots=True)
class Told:
    """What happened so far."""

    in_flight: list[int] = field(default_factory=list)
    """Asked and not stored, at each kill."""
    while_asking: int = 0
    """Kills between the first request of a process and its last."""
    replies: int = 0
    runs: int = 0
    wrong: list[str] = field(default_factory=list)

    def check(self, holds: bool, otherwise: str) -> None:
        """Keep what does not hold."""
        if not holds:
            self.wrong.append(f"run {self.runs}: {otherwise}")


# ---- one run, killed -----------------------------------------------------------------------------


def killed_run(plan: Plan, endpoint: Serving, kills: int, told: Told) -> None:
    """One run from its first row to its result, killed at most so often on the way."""
    told.runs += 1
    out, before, aim = plan.folder / f"killed{told.runs}", endpoint.seen(), len(told.in_flight) + kills
    at_first = len(told.in_flight)
    while True:
        was, had = settled(endpoint), stored(out)
        for_asking = int(0.8 * kills) - (len(told.in_flight) - at_first)
        moment = plan.moment(plan.rows - had, for_asking) if len(told.in_flight) < aim else None
        done = ended(started((*plan.command, str(out)), plan.folder), moment)
        seen = settled(endpoint)
        asked, gained = seen.requests - was.requests, stored(out) - had
        if done:
            told.check(asked == plan.rows - had, f"{plan.rows - had} rows were not stored, {asked} were asked")
            break
        told.in_flight.append(asked - gained)
        told.while_asking += 0 < asked < plan.rows - had
        told.check(asked - gained <= 2 * plan.connections, f"a kill took {asked - gained} requests")
    more = seen.replies - before.replies - plan.rows
    told.replies += more
    in_flight = sum(told.in_flight[at_first:])
    told.check(0 <= more <= in_flight, f"{more} replies more than rows, {in_flight} in flight at the kills")
    for difference in differences(plan, out):
        told.check(False, difference)


def ended(process: subprocess.Popen[bytes], moment: float | None) -> bool:
    """Whether a process came to its own end; without a moment it is left to.

    Raises:
        SystemExit: it failed.
    """
    try:
        code = process.wait(STUCK_S if moment is None else moment)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
        if moment is None:
            raise SystemExit(f"a resumed run did not end within {STUCK_S:.0f} s") from None
    if code not in (0, -signal.SIGKILL):
        raise SystemExit(f"a resumed run ended with {code}: {' '.join(map(str, process.args))}")  # type: ignore[arg-type]
    return code == 0


def settled(endpoint: Serving) -> Seen:
    """What the endpoint saw, once nothing is due any more."""
    while (seen := endpoint.seen()).in_flight:
        time.sleep(0.005)
    return seen


def stored(out: Path) -> int:
    """Replies in the journal. A copy is read: to open the journal itself would mend what the kill left."""
    if not (out / "journal.sqlite").exists():
        return 0
    with tempfile.TemporaryDirectory() as name:
        for file in out.glob("journal.sqlite*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, name)
        with closing(sqlite3.connect(Path(name) / "journal.sqlite")) as db:
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'replies'").fetchone():
                return 0
            return int(db.execute("SELECT count(*) FROM replies").fetchone()[0])


def differences(plan: Plan, out: Path) -> Iterator[str]:
    """What a killed run left that an undisturbed one does not, or the reverse."""
    import duckdb

    mine, other = (next(each.glob("*/result.json")).parent for each in (out, plan.folder / "undisturbed"))
    results = [(each / "result.json").read_bytes() for each in (mine, other)]
    if results[0] != results[1]:
        a, b = map(json.loads, results)
        yield f"result.json differs: {[key for key in a | b if a.get(key) != b.get(key)] or 'its order or spaces'}"
    files = [str(each / "samples.parquet") for each in (mine, other)]
    with duckdb.connect() as db:
        rows, ids = db.execute(f"SELECT count(*), count(DISTINCT id) FROM '{files[0]}'").fetchall()[0]
        if (rows, ids) != (plan.rows, plan.rows):
            yield f"samples.parquet has {rows} samples of {ids} rows, not {plan.rows}"
        for a, b in (files, files[::-1]):
            odd = db.execute(f"SELECT count(*) FROM (FROM '{a}' EXCEPT ALL FROM '{b}')").fetchall()[0][0]
            if odd:
                yield f"{odd} samples of {a} are not in {b}"


# ---- all of it -----------------------------------------------------------------------------------


def undisturbed(folder: Path, rows: int, connections: int, latency_ms: float, endpoint: Serving) -> Plan:
    """The run that nobody kills, and how long it takes."""
    command = (
        assay(), "run", "openai/bench", "--base-url", endpoint.url, "--data", "data", "--tasks", work.TASK,
        "--max-connections", str(connections), "--out",
    )  # fmt: skip
    spent = cost((*command, "undisturbed"), folder)
    seen = endpoint.seen()
    start, asking = seen.first_s - spent.began_s, seen.last_s - seen.first_s
    end = spent.wall_s - start - asking
    print(
        f"undisturbed: {seen.replies:,} replies to {rows:,} rows in {spent.wall_s:.1f} s, "
        f"{start:.2f} s until the first request and {end:.2f} s after the last reply",
        flush=True,
    )
    return Plan(folder, command, rows, connections, latency_ms / 1000, start, asking, end)


def main() -> None:
    """Kill, resume, compare; exit 1 where anything differs."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--kills", type=int, default=50)
    words.add_argument("--rows", type=int, default=2_000)
    words.add_argument("--latency", type=float, default=50.0)
    words.add_argument("--connections", type=int, default=64)
    words.add_argument("--seed", type=int, default=0)
    given = words.parse_args()
    random.seed(given.seed)
    told = Told()
    with tempfile.TemporaryDirectory() as name, serving(given.latency, "--say", work.REPLY) as endpoint:
        folder = Path(name)
        work.trustllm(folder / "data", given.rows)
        plan = undisturbed(folder, given.rows, given.connections, given.latency, endpoint)
        while len(told.in_flight) < given.kills:
            killed_run(plan, endpoint, given.kills - len(told.in_flight), told)
    print(
        f"{len(told.in_flight)} kills, {told.while_asking} of them while asking, in {told.runs} runs of {given.rows:,} "
        f"rows: {told.replies:,} replies more than rows, {sum(told.in_flight):,} requests in flight at the kills "
        f"(at most {max(told.in_flight)} at one)"
    )
    print("\n".join(told.wrong) or "nothing stored was asked again; results and samples equal the undisturbed run's")
    sys.exit(bool(told.wrong))


if __name__ == "__main__":
    main()
