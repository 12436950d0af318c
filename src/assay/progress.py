"""How far a run is: a live bar on a terminal, a plain line now and then elsewhere. On stderr; results go to stdout."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assay.schema import Record

EVERY_S = 10.0


class Counts:
    """What both kinds of display say."""

    def __init__(self) -> None:
        self.total = self.done = self.tokens = self.blocked = self.failed = 0
        self.began = monotonic()

    def start(self, total: int) -> None:
        """So many rows are to be done."""
        self.total = total
        self.began = monotonic()

    def row(self, record: Record) -> None:
        """One more row is done."""
        self.done += 1
        for reply in record.replies:
            self.tokens += reply.usage.prompt + reply.usage.completion
            self.blocked += reply.finish == "filtered"
            self.failed += reply.finish == "failed"

    def say(self, text: str) -> None:
        """Something that whoever waits should know."""
        print(f"assay: {text}", file=sys.stderr, flush=True)

    def stop(self) -> None:
        """No more rows will come."""

    def said(self) -> str:
        """Rate, tokens, and what went wrong so far."""
        elapsed = max(monotonic() - self.began, 1e-9)
        parts = [f"{self.done / elapsed:,.0f} rows/s"]
        if self.tokens:
            parts.append(f"{self.tokens:,} tokens")
        if self.blocked:
            parts.append(f"{self.blocked} blocked")
        if self.failed:
            parts.append(f"{self.failed} failed")
        return ", ".join(parts)


class Lines(Counts):
    """A line every ten seconds and one at the end: for logs and pipes."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._next = EVERY_S

    def row(self, record: Record) -> None:
        """One more row is done."""
        super().row(record)
        elapsed = monotonic() - self.began
        if elapsed >= self._next or self.done == self.total:
            self._next = elapsed + EVERY_S
            left = elapsed / self.done * (self.total - self.done)
            print(f"{self.done}/{self.total} rows, {self.said()}, {left:.0f} s left", file=self._stream, flush=True)


class Bar(Counts):
    """A live bar."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._bar = Progress(
            BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn(), console=console
        )

    def start(self, total: int) -> None:
        """Show the bar."""
        super().start(total)
        self._line = self._bar.add_task("", total=total)
        self._bar.start()

    def row(self, record: Record) -> None:
        """Move the bar; ten times a second is enough for eyes, so the text is made only then."""
        super().row(record)
        if self.done % 16 == 0 or self.done == self.total:
            self._bar.update(self._line, completed=self.done, description=self.said())

    def say(self, text: str) -> None:
        """Above the bar."""
        self._bar.console.print(f"assay: {text}", markup=False, highlight=False)

    def stop(self) -> None:
        """Leave the bar as it stands."""
        self._bar.stop()


def shown() -> Counts:
    """The display that fits stderr."""
    console = Console(stderr=True)
    return Bar(console) if console.is_terminal else Lines(sys.stderr)
