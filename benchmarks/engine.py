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
    """One run in its own process, and two lines about it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        port_file = folder / "port"
        server = subprocess.Popen([sys.executable, str(HERE / "endpoint.py"), str(port_file), str(latency_ms)])
        try:
            url = f"http://127.0.0.1:{_port(port_file)}/v1"
            before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            env, quiet = {**os.environ, "ASSAY_BENCH_CPU": str(folder / "cpu")}, subprocess.DEVNULL
            subprocess.run(_command(url, data, folder), check=True, env=env, stdout=quiet, stderr=quiet)
            wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        finally:
            server.terminate()
            server.wait()
        asked, span = port_file.read_text(encoding="utf-8").split()
        samples, asking = _samples(folder), float((folder / "cpu").read_text(encoding="utf-8"))
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    rate = int(asked) / float(span)
    share = f", {rate / (CONNECTIONS / latency_ms * 1000):.0%} of connections / latency" if latency_ms else ""
    print(
        f"{latency_ms:>3} ms latency: {samples:,} samples in {wall:.1f} s, {samples / wall:,.0f} samples/s, "
        f"{cpu / samples * 1e6:,.0f} µs CPU a sample, peak {after.ru_maxrss >> 10} MiB\n"
        f"                asking: {int(asked):,} requests in {float(span):.1f} s, {rate:,.0f} a second{share}, "
        f"{asking / samples * 1e6:,.0f} µs CPU a sample from row to stored verdict",
        flush=True,
    )


def _command(url: str, data: str, folder: Path) -> list[str]:
    return [
        sys.executable, str(HERE / "asking.py"), "run", "openai/bench", "--base-url", url,
        "--data", data, "--out", str(folder), "--max-connections", str(CONNECTIONS),
    ]  # fmt: skip


def _port(file: Path) -> str:
    for _ in range(500):
        if file.exists() and file.read_text(encoding="utf-8"):
            return file.read_text(encoding="utf-8")
        time.sleep(0.01)
    raise SystemExit("the endpoint did not start")


def _samples(folder: Path) -> int:
    import duckdb

    samples = next(folder.glob("*/samples.parquet"))
    with duckdb.connect() as db:
        return int(db.execute("SELECT count(*) FROM read_parquet(?)", [str(samples)]).fetchall()[0][0])


if __name__ == "__main__":
    here = sources.archive("trustllm").exists()
    if not here:
        print("the official data is not installed (assay data pull trustllm): the embedded suite it is")
    print(f"{CONNECTIONS} connections, {os.cpu_count()} cores; start-up, measuring and writing the run folder included")
    for latency in (0, 50):
        measure("trustllm" if here else "core", latency)
