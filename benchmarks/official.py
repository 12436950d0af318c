"""What a run of the official data costs: samples a second, CPU a sample and peak memory of a whole `assay run`.

    make bench-official

Asks all official rows (the embedded suite where the official data is not installed) of a loopback endpoint that
answers at once, and after 50 ms, with 64 connections. At 50 ms, the ceiling is connections / latency = 1,280 requests
a second; the share of it that was reached, from the first request to the last reply, is printed.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from assay.data import sources
from measuring import HERE, cost, serving
from tools import CONNECTIONS


def measure(data: str, latency_ms: int) -> None:
    """One run in its own process, and two lines about it."""
    with tempfile.TemporaryDirectory() as name, serving(latency_ms) as endpoint:
        folder = Path(name)
        command = (
            sys.executable, str(HERE / "asking.py"), "run", "openai/bench", "--base-url", endpoint.url,
            "--data", data, "--out", "runs", "--max-connections", str(CONNECTIONS),
        )  # fmt: skip
        spent = cost(command, folder, {"ASSAY_BENCH_CPU": str(folder / "cpu")})
        seen, samples = endpoint.seen(), count(folder / "runs")
        asking = float((folder / "cpu").read_text(encoding="utf-8"))
    span = seen.last_s - seen.first_s
    rate = seen.requests / span
    share = f", {rate * latency_ms / 1000 / CONNECTIONS:.1%} of connections / latency" if latency_ms else ""
    wall, cpu = spent.wall_s, spent.cpu_s / samples * 1e6
    print(
        f"{latency_ms:>3} ms latency: {samples:,} samples in {wall:.1f} s, {samples / wall:,.0f} samples/s, "
        f"{cpu:,.0f} µs CPU a sample, peak {spent.peak_mib:.0f} MiB\n"
        f"                asking: {seen.requests:,} requests in {span:.1f} s, {rate:,.0f} a second{share}, "
        f"{asking / samples * 1e6:,.0f} µs CPU a sample from row to stored verdict",
        flush=True,
    )


def count(runs: Path) -> int:
    """The samples of the one run there."""
    import duckdb

    samples = next(runs.glob("*/samples.parquet"))
    with duckdb.connect() as db:
        return int(db.execute("SELECT count(*) FROM read_parquet(?)", [str(samples)]).fetchall()[0][0])


if __name__ == "__main__":
    here = sources.archive("trustllm").exists()
    if not here:
        print("the official data is not installed (assay data pull trustllm): the embedded suite it is")
    print(f"{CONNECTIONS} connections, {os.cpu_count()} cores; start-up, measuring and writing the run folder included")
    for latency in (0, 50):
        measure("trustllm" if here else "core", latency)
