"""What findings and the leaderboard are made of, read from disk: a table, utility values, runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assay.data.published import Table, Utility, known_utility, read_table, read_utility, trustllm
from assay.findings.of_runs import Entry, entries
from assay.store import RunFolder


def table_from(file: Path | None) -> Table:
    """The published numbers, or those of a file."""
    return trustllm() if file is None else read_table(file)


def utility_from(file: Path | None, table: Table, runs: Sequence[Entry]) -> Utility:
    """The sourced values; those of a file come first, and add to them where it is the same benchmark."""
    known = known_utility()
    if file is None:
        return known
    given = read_utility(file, [*table.models, *(run.name for run in runs)])
    merged = {name: {**known.values.get(name, {}), **values} for name, values in given.values.items()}
    rest = {name: values for name, values in known.values.items() if name not in merged}
    return Utility({**merged, **rest}, f"{given.source}; {known.source}")


def entries_of(paths: Sequence[Path], table: Table) -> list[Entry]:
    """The runs, under names of their own."""
    return entries([RunFolder(path).read_result() for path in paths], tuple(table.models))
