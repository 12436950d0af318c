"""What a run costs: samples a second, CPU a sample and peak memory of a whole `assay run`, as a process.

    make bench

Runs all official rows (the embedded suite where the official data is not installed) against a loopback endpoint at
0 ms and at 50 ms with 64 connections. The endpoint runs on another core where there is one. At 50 ms the ceiling is
connections / latency = 1,280 requests a second; the share of it that was reached is printed.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from assay.data import sources

CONNECTIONS = 64
HERE = Path(__file__).parent


def measure(data: str, latency_ms: int) -> None:
    """One run in its own process, and a line about it."""
    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder) / "port"
        server = subprocess.Popen([sys.executable, str(HERE / "endpoint.py"), str(port_file), str(latency_ms)])
        try:
            url = f"http://127.0.0.1:{_port(port_file)}/v1"
            command = [
                sys.executable, "-c", "from assay.cli import main; main()",
                "run", "openai/bench", "--base-url", url, "--data", data, "--out", folder,
                "--max-connections", str(CONNECTIONS),
            ]  # fmt: skip
            before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
            samples, requests = _counts(Path(folder))
        finally:
            server.kill()
            server.wait()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    line = (
        f"{latency_ms:>3} ms latency   {samples:,} samples, {requests:,} replies in {wall:.1f} s   "
        f"{samples / wall:,.0f} samples/s   {cpu / samples * 1e6:,.0f} µs CPU/sample   peak {after.ru_maxrss >> 10} MiB"
    )
    if latency_ms:
        line += f"   {requests / wall / (CONNECTIONS / latency_ms * 1000):.0%} of connections/latency"
    print(line, flush=True)


def _port(file: Path) -> str:
    for _ in range(500):
        if file.exists() and file.read_text(encoding="utf-8"):
            return file.read_text(encoding="utf-8")
        time.sleep(0.01)
    raise SystemExit("the endpoint did not start")


def _counts(folder: Path) -> tuple[int, int]:
    import duckdb

    from assay.store import Journal

    samples = next(folder.glob("*/samples.parquet"))
    found = duckdb.sql(f"SELECT count(*) FROM '{samples}'").fetchone()
    assert found is not None
    with Journal(folder / "journal.sqlite") as journal:
        return int(found[0]), len(journal)


if __name__ == "__main__":
    here = sources.archive("trustllm").exists()
    if not here:
        print("the official data is not installed (assay data pull trustllm): the embedded suite it is")
    print(f"{CONNECTIONS} connections, {os.cpu_count()} cores; start-up, measuring and writing the run folder included")
    for latency in (0, 50):
        measure("trustllm" if here else "core", latency)
