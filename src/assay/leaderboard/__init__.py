"""`assay leaderboard`: a static site of the published numbers, with the user's runs beside them.

Every page is one file that asks for nothing; links are relative, so that any web host, or a disk, will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assay.findings import Findings
from assay.leaderboard.site import Site
from assay.leaderboard.standings import standings
from assay.leaderboard.writing import FIRST, pages, write_site

__all__ = ["build"]


def build(found: Findings, paths: Sequence[Path], out: Path) -> tuple[Path, int]:
    """Write the site.

    Args:
        found: the published table, the findings, and the runs that are in `paths`.
        paths: the runs' folders, in the same order.
        out: the folder to write to; it is made where it is missing.

    Returns:
        The first page, and how many there are.

    Raises:
        StoreError: a run is damaged, or the folder cannot be written to.
    """
    from assay.cases import tasks_of

    tasks = tasks_of(paths, ())
    made = pages(Site(found, standings(paths, tasks) if len(paths) > 1 else [], tasks))
    return out / FIRST, write_site(made, out)
