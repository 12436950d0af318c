"""assay beside a bare loop, inspect_ai and lm-eval: the same prompts, the same local endpoint, whole processes.

    python benchmarks/side_by_side.py [--full] [--repeat N] [--rows N …] [--latency MS …] [--out FILE]

Prints one table and writes it as JSON for `figure.py`. bare and assay run --repeat times in turn, and the run with the
median CPU counts; the others run once. What is left out is said: without --full, a tool that needs minutes for the
larger number of rows, and any tool whose environment is missing (`make bench-peers`).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import CalledProcessError

import start
import work
from measuring import Failed, cost, serving
from tools import ASSAY, BARE, CONNECTIONS, INSPECT_AI, INSPECT_AS_IT_COMES, PEERS, TOOLS, Tool

ROWS = (2_000, 16_000)
LATENCIES_MS = (0, 50)
FEW = 2_000
"""What a slow tool is asked without --full."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one tool cost for so many rows at one latency."""

    tool: str
    rows: int
    latency_ms: int
    samples_per_s: float
    cpu_us: float
    """User and system of the whole process, a sample."""
    peak_mib: float
    start_s: float
    """From the start of the process to its first request."""
    requests: int
    share: float | None
    """Of connections / latency, from the first request to the last reply."""
    endpoint_us: float
    """CPU of the endpoint, a request."""
    late_us: float
    """How much later than due its replies were, on average."""


def measured(tool: Tool, rows: int, latency_ms: int) -> Line:
    """One run of a tool in a new folder.

    Raises:
        Failed: it did not end well, asked another number of requests, or did not find every reply right.
    """
    with tempfile.TemporaryDirectory() as name, serving(latency_ms, "--say", work.REPLY) as endpoint:
        folder = Path(name)
        tool.lay_out(folder, rows)
        spent = cost(tool.command(folder, endpoint.url), folder, tool.env(folder, endpoint.url))
        seen, right = endpoint.seen(), _right(tool, folder, rows)
    if seen.requests != rows or round(right) != rows:
        raise Failed(f"{rows} rows: {seen.requests} requests at the endpoint, {right:g} right")
    asking = seen.last_s - seen.first_s
    return Line(
        tool.name, rows, latency_ms, rows / spent.wall_s, spent.cpu_s / rows * 1e6, spent.peak_mib,
        seen.first_s - spent.began_s, seen.requests,
        rows / asking * latency_ms / 1000 / CONNECTIONS if latency_ms else None,
        seen.cpu_s / rows * 1e6, seen.late_s / rows * 1e6,
    )  # fmt: skip


def _right(tool: Tool, folder: Path, rows: int) -> float:
    """How many a tool found right; one that ended well may still have left no result."""
    try:
        return tool.right(folder, rows)
    except (StopIteration, LookupError, TypeError, ValueError, OSError, CalledProcessError) as error:
        raise Failed(f"its result cannot be read: {error!r}") from error


def lines(tools: Iterable[Tool], rows: int, latency_ms: int, repeat: int) -> Iterator[Line]:
    """Every tool with this work; bare and assay in turn, so that a busy moment hits both."""
    mine: dict[str, list[Line]] = {}
    for turn in range(repeat):
        for tool in tools:
            if turn == 0 or tool in (BARE, ASSAY):
                try:
                    line = measured(tool, rows, latency_ms)
                    mine.setdefault(tool.name, []).append(line)
                except Failed as failure:
                    print(f"{tool.name}, {rows:,} rows, {latency_ms} ms: {failure}", file=sys.stderr, flush=True)
    for runs in mine.values():
        yield sorted(runs, key=lambda line: line.cpu_us)[len(runs) // 2]


# ---- what is printed -----------------------------------------------------------------------------

HEAD = (
    "tool", "rows", "latency", "samples/s", "CPU µs/sample", "÷ bare", "÷ assay", "peak MiB", "start-up s", "requests",
    "share",
)  # fmt: skip


def table(found: Sequence[Line]) -> str:
    """The lines with their ratios, aligned."""
    cells = [HEAD, *(_cells(line, found) for line in found)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(_aligned(row, widths) for row in cells)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    name, *numbers = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
    return "  ".join((name.strip().ljust(widths[0]), *numbers)).rstrip()


def _cells(line: Line, found: Sequence[Line]) -> tuple[str, ...]:
    return (
        line.tool, f"{line.rows:,}", f"{line.latency_ms} ms", f"{line.samples_per_s:,.0f}", f"{line.cpu_us:,.0f}",
        ratio(line, BARE, found), ratio(line, ASSAY, found), f"{line.peak_mib:.0f}", f"{line.start_s:.2f}",
        f"{line.requests:,}", "" if line.share is None else f"{line.share:.1%}",
    )  # fmt: skip


def ratio(line: Line, to: Tool, found: Sequence[Line]) -> str:
    """CPU a sample as a multiple of that tool's for the same work."""
    work_of = (line.rows, line.latency_ms)
    other = next((one for one in found if one.tool == to.name and (one.rows, one.latency_ms) == work_of), None)
    return "" if other is None else f"{line.cpu_us / other.cpu_us:.1f}"


def further(found: Sequence[Line]) -> str:
    """What one more sample costs, once a process is up: the slope between the fewest and the most rows."""
    said = []
    for tool, latency in dict.fromkeys((line.tool, line.latency_ms) for line in found):
        mine = sorted((one for one in found if (one.tool, one.latency_ms) == (tool, latency)), key=lambda x: x.rows)
        if len(mine) > 1:
            few, many = mine[0], mine[-1]
            slope = (many.cpu_us * many.rows - few.cpu_us * few.rows) / (many.rows - few.rows)
            said.append(f"{tool} {latency} ms {slope:,.0f} µs")
    return "; ".join(said)


def endpoint(found: Sequence[Line]) -> str:
    """What the other side of the measurement took."""
    return "; ".join(
        f"{line.rows:,} rows {line.latency_ms} ms {line.endpoint_us:.0f} µs CPU a request"
        + (f", replies {line.late_us / 1000:.2f} ms late" if line.latency_ms else "")
        for line in found
        if line.tool == ASSAY.name
    )


def chosen(full: bool) -> tuple[Tool, ...]:
    """The tools that are here; the others are said."""
    wanted = (*TOOLS, INSPECT_AS_IT_COMES) if full else TOOLS
    for tool in wanted:
        if not tool.here:
            print(f"{tool.name} is not installed ({PEERS.name}, see `make bench-peers`): it is left out", flush=True)
    return tuple(tool for tool in wanted if tool.here)


def main() -> None:
    """Measure, print, write."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--full", action="store_true")
    words.add_argument("--repeat", type=int, default=3)
    words.add_argument("--rows", type=int, nargs="+", default=ROWS)
    words.add_argument("--latency", type=int, nargs="+", default=LATENCIES_MS)
    words.add_argument("--out", type=Path, default=PEERS / "side_by_side.json")
    given = words.parse_args()
    tools, found, left_out = chosen(given.full), list[Line](), list[str]()
    print(f"{CONNECTIONS} connections, {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    for tool in tools:
        print(f"  {tool.name}: {tool.version}, {tool.how}")
    for rows in given.rows:
        now = [tool for tool in tools if rows <= FEW or not tool.slow or (given.full and tool is INSPECT_AI)]
        left_out += [f"{tool.name} with {rows:,} rows" for tool in tools if tool not in now]
        for latency in given.latency:
            found += lines(now, rows, latency, given.repeat)
    print(f"\n{table(found)}\n")
    if slopes := further(found):
        print(f"One more sample costs, CPU: {slopes}")
    print(f"The endpoint itself, asked by assay: {endpoint(found)}")
    if left_out:
        print(f"Not run: {', '.join(left_out)}{'' if given.full else '; `make bench FULL=1` has more'}")
    print(start.said())
    given.out.parent.mkdir(exist_ok=True)
    given.out.write_text(json.dumps([asdict(line) for line in found], indent=1), encoding="utf-8")
    mine = sum(line.tool in (BARE.name, ASSAY.name) for line in found)
    sys.exit(mine < 2 * len(given.rows) * len(given.latency))  # without them there is nothing to compare with


if __name__ == "__main__":
    main()
