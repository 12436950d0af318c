"""`assay …`, which writes the CPU seconds between the first row and the last stored verdict to $ASSAY_BENCH_CPU.

    ASSAY_BENCH_CPU=FILE python benchmarks/asking.py run MODEL …

Start-up, reading the data, measuring and writing the run folder are not in it.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import assay.run
from assay.cli import main

in_flight = assay.run.in_flight


async def timed(*given: Any) -> None:
    """As `in_flight`."""
    began = time.process_time()
    await in_flight(*given)
    Path(os.environ["ASSAY_BENCH_CPU"]).write_text(str(time.process_time() - began), encoding="utf-8")


if __name__ == "__main__":
    assay.run.in_flight = timed
    main()
