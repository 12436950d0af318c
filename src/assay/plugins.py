"""What other installed packages add: tasks, providers of models, kinds of judges, formats of reports.

A package says so in its entry points, one table for each of `GROUPS`; docs/plugins.md has an example of each:

    [project.entry-points."assay.models"]
    echo = "assay_echo:echo"

Nothing is imported before it is asked for. A plugin that is broken is named in an error, together with its package,
where somebody asks for it, and stops nothing else.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from assay.errors import AssayError, UsageError
from assay.schema import Judge, Model, Task
from assay.taxonomy import AREAS

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUPS = {
    "assay.tasks": "tasks: a Task, several, or a module whose TASKS they are",
    "assay.models": "a provider: what comes after `provider/` → Model",
    "assay.judges": "a kind of judge for data of one's own: the keys of [judge] → Judge",
    "assay.reports": "a format of report: runs → text",
}

_ID = re.compile(r"[a-z0-9][a-z0-9_.-]*/[a-z0-9][a-z0-9_.-]*")


class PluginWarning(RuntimeWarning):
    """Something of a plugin is left out."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """An entry point of some package; not imported yet."""

    group: str
    name: str
    package: str
    point: EntryPoint

    def __str__(self) -> str:
        return f"the plugin {self.name!r} ({self.group}) of the package {self.package}"

    def load(self) -> Any:
        """What the entry point names.

        Raises:
            UsageError: it cannot be imported; the message names the plugin and its package.
        """
        try:
            return self.point.load()
        except Exception as error:  # whatever a stranger's module does when it is imported
            raise self.broken(f"{type(error).__name__}: {error}") from error

    def broken(self, why: str) -> UsageError:
        """The error that says what is wrong with it, and what to do."""
        return UsageError(f"{self} is broken: {why}. Mend it, or `pip uninstall {self.package}`")

    def made(self, make: Callable[..., Any], *given: Any, **keys: Any) -> Any:
        """What the plugin makes of these; an error of ours passes, any other is the plugin's."""
        try:
            return make(*given, **keys)
        except AssayError:
            raise
        except Exception as error:
            raise self.broken(f"{type(error).__name__}: {error}") from error


@cache
def found(group: str) -> tuple[Plugin, ...]:
    """Every plugin of a group, by name; nothing of theirs is imported."""
    from importlib.metadata import entry_points  # 25 ms, which `assay --help` need not wait for

    points = {(point.name, point.value): point for point in entry_points(group=group)}  # a folder twice on the path
    plugins = (Plugin(group, p.name, p.dist.name if p.dist else p.module, p) for p in points.values())
    return tuple(sorted(plugins, key=lambda plugin: (plugin.name, plugin.package)))


def names(group: str) -> list[str]:
    """What the plugins of a group are called."""
    return list(dict.fromkeys(plugin.name for plugin in found(group)))


def named(group: str, name: str) -> Plugin | None:
    """The plugin of that name, if there is one.

    Raises:
        UsageError: two packages have one of that name.
    """
    several = [plugin for plugin in found(group) if plugin.name == name]
    if len(several) > 1:
        packages = " and ".join(plugin.package for plugin in several)
        raise UsageError(f"{packages} both have a plugin {name!r} ({group}): uninstall one of them")
    return several[0] if several else None


def installed() -> dict[str, str]:
    """Package → version of everything that adds something to assay here, used or not."""
    points = [plugin.point.dist for group in GROUPS for plugin in found(group)]
    return {dist.name: dist.version for dist in sorted(filter(None, points), key=lambda dist: dist.name)}


# ---- group by group -------------------------------------------------------------------------------


@cache
def _tasks() -> tuple[tuple[Task, ...], tuple[str, ...]]:
    """Every plugin's tasks, and what is wrong with those that have none to give."""
    tasks: dict[str, Task] = {}
    wrong: list[str] = []
    for plugin in found("assay.tasks"):
        try:
            tasks |= _checked(plugin, tasks)
        except UsageError as error:
            wrong.append(str(error))
    return tuple(tasks.values()), tuple(wrong)


def tasks() -> tuple[Task, ...]:
    """Every plugin's tasks, behind assay's own. Of a broken one it is warned, and the others are there."""
    known, wrong = _tasks()
    for said in wrong:
        warnings.warn(f"{said}. Its tasks are left out", PluginWarning, stacklevel=2)
    return known


def tasks_missing() -> str:
    """For an error about a task that nobody has: whose tasks could not be had, and why."""
    return "".join(f"; {said}" for said in _tasks()[1])


def _checked(plugin: Plugin, known: dict[str, Task]) -> dict[str, Task]:
    given = plugin.load()
    given = getattr(given, "TASKS", given)
    several: Sequence[Any] = [given] if isinstance(given, Task) else given
    if not isinstance(several, list | tuple) or not all(isinstance(task, Task) for task in several):
        raise plugin.broken("it is no Task, no tuple of Tasks, and no module with TASKS")
    checked: dict[str, Task] = {}
    for task in several:
        if not _ID.fullmatch(task.id) or task.dimension in AREAS:
            raise plugin.broken(f"the task id {task.id!r}: write two names in small letters, the first none of assay's")
        if not task.datasets:
            raise plugin.broken(f"the task {task.id} has no dataset, and so no rows")
        if task.id in known or task.id in checked:
            raise plugin.broken(f"there is a task {task.id} already")
        checked[task.id] = task
    return checked


def model(provider: str, rest: str) -> Model | None:
    """The model behind `provider/rest`, if a plugin has that provider.

    Raises:
        UsageError: the plugin is broken.
    """
    plugin = named("assay.models", provider)
    if plugin is None:
        return None
    made: Any = plugin.made(plugin.load(), rest)
    if not callable(made) or not all(isinstance(getattr(made, word, None), str) for word in ("name", "endpoint")):
        raise plugin.broken("what it opens is no Model: a name, an endpoint, and a call that answers a Request")
    opened: Model = made
    return opened


def judge(kind: str, keys: dict[str, Any]) -> Judge:
    """The judge of that kind, made with these keys.

    Raises:
        UsageError: there is none, or it is broken.
    """
    plugin = named("assay.judges", kind)
    if plugin is None:
        raise _unknown("assay.judges", kind)
    made = plugin.made(plugin.load(), **keys)
    if not isinstance(made, Judge):
        raise plugin.broken(f"it makes {type(made).__name__}, no Judge")
    return made


def report(name: str) -> Callable[[Sequence[Any]], str]:
    """What turns runs (`assay.Run`) into the text of a report of that format.

    Raises:
        UsageError: there is none, or it is broken; the function raises it too, when the plugin fails.
    """
    plugin = named("assay.reports", name)
    if plugin is None:
        raise _unknown("assay.reports", name)
    make = plugin.load()
    if not callable(make):
        raise plugin.broken("it is no function of runs")

    def written(runs: Sequence[Any]) -> str:
        text = plugin.made(make, runs)
        if not isinstance(text, str):
            raise plugin.broken(f"it returns {type(text).__name__}, no text")
        return text

    return written


def _unknown(group: str, name: str) -> UsageError:
    there = ", ".join(names(group)) or "none"
    return UsageError(f"no plugin {name!r} in {group}; installed: {there}")
