"""`assay …`, which writes the CPU seconds between the first row and the last stored verdict to $ASSAY_BENCH_CPU.

    ASSAY_BENCH_CPU=FILE python benchmarks/asking.py run MODEL …

It listens where the progress display does: the run says when it starts to ask and when a row is done. Start-up,
measuring and writing the result are not in it.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import assay.progress
from assay.cli import main

shown = assay.progress.shown


class Timed:
    """The display that fits stderr, with the CPU clock beside it."""

    def __init__(self) -> None:
        self._display = shown()
        self._began = self._last = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._display, name)

    def start(self, *given: Any) -> None:
        """Rows are about to be asked."""
        self._display.start(*given)
        self._began = time.process_time()

    def row(self, *given: Any) -> None:
        """One more row is done."""
        self._display.row(*given)
        self._last = time.process_time()

    def stop(self) -> None:
        """No more rows will come."""
        Path(os.environ["ASSAY_BENCH_CPU"]).write_text(str(self._last - self._began), encoding="utf-8")
        self._display.stop()


if __name__ == "__main__":
    assay.progress.shown = Timed  # type: ignore[assignment]
    main()
