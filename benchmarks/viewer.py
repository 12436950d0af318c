"""Does `assay view` stay quick over a million samples? Time of its pages, and peak memory of its process.

    make bench-viewer          (ROWS=… for another number)

Two runs of so many samples are made, and kept in .bench/viewer: one is looked at alone, then both are compared.

Prompts and replies of 200 characters each, 20 tasks, three labels, a panel of two judges on every tenth row. Pages are
asked for over HTTP, as a browser does, the first time and again. The hardest search is the one that finds one sample
at the very end, or none: the text of all has to be gone through. The first page of a list, and of a search in a list,
shall take less than a second each, and the process less than 500 MB; else this ends with 1.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlsplit

from measuring import MAXRSS_UNIT, assay

TEXT = (
    "the model says that a system can learn from data and people trust it when numbers hold in every language we ask "
    "questions about safety truth fairness privacy ethics harm refuse answer help"
)
WORDS = TEXT.split()
ROWS, LENGTH, TASKS = 1_000_000, 200, 20
NEEDLE = "needle"
LONGEST_S, MOST_MB = 1.0, 500
HERE = Path(".bench/viewer")

PAGES = (
    ("first page", ""),
    ("a task and a label", "?task=safety/task17&label=refused"),
    ("a search that finds much", "?q=trust"),
    ("the same within filters", "?q=trust&task=safety/task17&finish=length&in=zh"),
    ("a search that finds the last one", f"?q={NEEDLE}"),
    ("a search that finds nothing", "?q=nowhere%20to%20be%20found"),
    ("a search in Chinese", f"?q={quote('拒绝回答')}"),
    ("a search in Russian", f"?q={quote('Отказ')}"),
    ("judges that differ", "?disputed=1"),
    ("a page from the middle on", "?after=0.500000"),
    ("one sample", "sample/0/777777"),
)
COMPARED = (
    ("two runs side by side", "compare"),
    ("where their labels differ", "compare?differ=label"),
    ("where their replies differ", "compare?differ=reply"),
    ("a search in both", f"compare?q={NEEDLE}"),
    ("one in both that finds nothing", "compare?q=nowhere%20to%20be%20found"),
)


def made(folder: Path, rows: int, seed: int) -> Path:
    """A run's folder with so many samples."""
    from assay.schema import Record, Reply, Row, Verdict, user
    from assay.store import RunFolder
    from assay.store.folder import Samples

    run = RunFolder(folder)
    if run.samples.is_file():
        return folder
    print(f"making {folder}: {rows:,} samples", flush=True)
    drawn = random.Random(seed)

    def text() -> str:
        return " ".join(drawn.choices(WORDS, k=LENGTH // 3))[:LENGTH]

    with Samples(run) as samples:
        for place in range(rows):
            label = drawn.choice(("refused", "complied", None))
            finish = drawn.choices(("stop", "length", "filtered", "failed"), (96, 2, 1, 1))[0]
            votes = (("one", label), ("two", drawn.choice((label, label, "complied")))) if place % 10 == 0 else ()
            row = Row(f"row-{place // 2}", (user(text()),), lang=("en", "zh")[place % 2])
            reply = text() if place != rows - 1 else f"{text()[: -len(NEEDLE) - 1]} {NEEDLE}"
            verdict = Verdict("by_refusal", label, why="a span of the reply", votes=votes)
            task = f"safety/task{place * TASKS // rows}"
            samples.add(place, 0, task, "core", Record(row, (Reply(reply, finish),), (verdict,)))
    run.write("run.json", {"model": f"bench/{folder.name}", "data": {"name": "core", "sha256": "0" * 64}})
    return folder


def asked(url: str, path: str) -> tuple[float, int]:
    """Seconds until the whole page is there, and its bytes."""
    parts = urlsplit(url)
    client = HTTPConnection(parts.hostname or "", parts.port, timeout=120)
    began = time.perf_counter()
    client.request("GET", parts.path + path)
    answer = client.getresponse()
    size = len(answer.read())
    took = time.perf_counter() - began
    client.close()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")
    return took, size


def looked_at(folders: Sequence[Path], pages: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """Ask for each page of these runs: the longest time in seconds, and the peak memory in MB."""
    began = time.perf_counter()
    command = (assay(), "view", *map(str, folders))
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"}) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[0].decode()
        print(f"{'assay view answers after':36}{time.perf_counter() - began:6.3f} s    again")
        longest = max(shown(url, name, path) for name, path in pages)
        process.send_signal(signal.SIGINT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return longest, used.ru_maxrss * MAXRSS_UNIT / 1e6


def main() -> None:
    """Make what is missing, ask for each page, print, and judge."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rows", type=int, default=ROWS)
    rows = words.parse_args().rows
    folders = [made(HERE / f"{rows}-{name}", rows, seed) for seed, name in enumerate(("one", "two"))]
    print(f"one run of {rows:,} samples; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    longest, peak = looked_at(folders[:1], PAGES)
    print(f"longest {longest:.2f} s (aim: {LONGEST_S:.0f} s), peak {peak:.0f} MB (aim: {MOST_MB} MB)\n\ntwo such runs")
    of_two, peak_of_two = looked_at(folders, COMPARED)
    print(f"longest {of_two:.2f} s, peak {peak_of_two:.0f} MB")
    sys.exit(longest > LONGEST_S or max(peak, peak_of_two) > MOST_MB)


def shown(url: str, name: str, path: str) -> float:
    """Ask twice, print a line; the longer time."""
    (first, size), (again, _) = asked(url, path), asked(url, path)
    print(f"{name:36}{first:6.3f} s {again:6.3f} s {size / 1000:5.0f} kB", flush=True)
    return max(first, again)


if __name__ == "__main__":
    main()
