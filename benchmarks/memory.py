"""Does memory grow with the number of rows? Peak memory of a whole `assay run` over few rows and over many.

    python benchmarks/memory.py [--rows FEW MANY] [--model openai|baseline]

The rows stand in one file of a folder in the published layout. `openai` asks them of the loopback endpoint, which
answers at once; `baseline` answers them without HTTP or journal, which is quicker. A million rows take minutes, and
about 1 GB of the temporary folder.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import work
from measuring import Cost, Failed, assay, cost, serving
from tools import CONNECTIONS

FEW, MANY = 10_000, 1_000_000
MODELS = {"openai": "openai/bench", "baseline": "baseline/first-option"}
LONGEST_S = 3 * 3600.0


def peak(model: str, rows: int) -> Cost:
    """One run over so many rows.

    Raises:
        Failed: it did not end well, or not every row was asked once and is in the result.
    """
    with tempfile.TemporaryDirectory() as name, serving(0, "--say", work.REPLY) as endpoint:
        folder = Path(name)
        work.trustllm(folder / "data", rows)
        command = (
            assay(), "run", MODELS[model], "--base-url", endpoint.url, "--data", "data", "--tasks", work.TASK,
            "--max-connections", str(CONNECTIONS), "--out", "runs",
        )  # fmt: skip
        spent = cost(command, folder, longest_s=LONGEST_S)
        asked = endpoint.seen().requests
        result = json.loads(next(folder.glob("runs/*/result.json")).read_bytes())
        data_mib = (folder / "data" / f"{work.TASK}.json").stat().st_size / 2**20
    total = result["tasks"][work.TASK]["measures"]["accuracy"]["corrected"]["total"]
    if total != rows or asked != (rows if model == "openai" else 0):
        raise Failed(f"{rows:,} rows: {asked:,} asked, {total:,} in the result")
    print(
        f"{MODELS[model]}: {rows:>9,} rows ({data_mib:.0f} MiB of data): peak {spent.peak_mib:.0f} MiB, "
        f"{spent.wall_s:.1f} s, {spent.cpu_s / rows * 1e6:.0f} µs CPU a row",
        flush=True,
    )
    return spent


def main() -> None:
    """Measure each and print the ratio."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rows", type=int, nargs=2, default=(FEW, MANY), metavar=("FEW", "MANY"))
    words.add_argument("--model", choices=tuple(MODELS), action="append")
    given = words.parse_args()
    for model in given.model or MODELS:
        few, many = (peak(model, rows) for rows in given.rows)
        print(f"{MODELS[model]}: peak memory over many rows is {many.peak_mib / few.peak_mib:.2f} × that over few")


if __name__ == "__main__":
    main()
