"""`assay leaderboard`: a static site of the published numbers, with the user's runs beside them.

Every page is one file that asks for nothing; links are relative, so that any web host, or a disk, will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assay.errors import DataError
from assay.findings import Findings
from assay.leaderboard.site import Site
from assay.leaderboard.standings import standings
from assay.leaderboard.writing import FIRST, pages, write_site
from assay.schema import Task

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
    tasks, without = _tasks(paths)
    ranked = standings(paths, tasks, without) if len(paths) > 1 else []
    made = pages(Site(found, ranked, tasks, [found.runs[place].name for place in without]))
    return out / FIRST, write_site(made, out)


def _tasks(paths: Sequence[Path]) -> tuple[list[Task], list[int]]:
    """Our tasks and those of files of one's own; and the places of the runs whose file is gone, or was changed."""
    from assay.cases import tasks_of
    from assay.tasks import all_tasks

    known, without = {task.id: task for task in all_tasks()}, []
    for place, path in enumerate(paths):
        try:
            known |= {task.id: task for task in tasks_of([path])}
        except DataError:
            without.append(place)
    return list(known.values()), without
