"""What is measured. The listing of this folder is the taxonomy: a folder a dimension, a module a sub-category.

Each module is a docstring and `TASKS`. A new module is found by being there.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from pkgutil import walk_packages

from assay import plugins
from assay.errors import UsageError
from assay.schema import Task
from assay.taxonomy import AREAS


@cache
def all_tasks() -> tuple[Task, ...]:
    """Every task, area by area; those of plugins after them."""
    modules = (import_module(found.name) for found in walk_packages(__path__, f"{__name__}."))
    found = [task for module in modules for task in getattr(module, "TASKS", ())]
    order = list(AREAS)
    return (*sorted(found, key=lambda task: order.index(task.dimension)), *plugins.tasks())


def select(patterns: Sequence[str], among: Sequence[Task] | None = None) -> tuple[Task, ...]:
    """Tasks whose id matches one of the globs (`safety/*`, `*/hallucination`, `privacy`); all, for no glob.

    Args:
        patterns: the globs.
        among: the tasks there are; assay's own, where none are given.

    Raises:
        UsageError: a glob matches nothing.
    """
    known = all_tasks() if among is None else tuple(among)
    areas = {*AREAS, *(task.dimension for task in known)}
    chosen: list[Task] = []
    for pattern in patterns:
        glob = pattern if "/" in pattern else f"{pattern}/*" if pattern in areas else f"*/{pattern}"
        matching = [task for task in known if fnmatchcase(task.id, glob)]
        if not matching:
            there = f"there are: {', '.join(task.id for task in known)}"
            listed = f"`assay tasks` lists them all{plugins.tasks_missing()}" if among is None else there
            raise UsageError(f"no task matches {pattern!r}; {listed}")
        chosen += matching
    return tuple(task for task in known if task in chosen) if patterns else known
