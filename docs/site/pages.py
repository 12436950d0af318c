"""The pages that nobody writes: one for each task, out of its docstring and the catalogue, and one for the options."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

import click

from assay.catalogue import COUNTED, catalogue
from assay.cli import main
from assay.metrics.additive import Additive
from assay.schema import Score, Task
from assay.tasks import all_tasks
from assay.taxonomy import AREAS, SURVEY

DOCS = Path(__file__).parents[1]
TRUSTLLM = "https://arxiv.org/abs/2401.05561"
TRUST_SURVEY = "https://arxiv.org/abs/2308.05374"
ODDITY = re.compile(r"\bB\d\d\b")
LICENCES = {
    "core": "our own words, MIT",
    "trustllm": "the archive is offered under MIT by its authors; what it is made of has licences of its own",
    "survey": "our own words after the survey's protocol, MIT",
}


def task_pages() -> Iterator[tuple[str, str]]:
    """(file, Markdown) of each of assay's own tasks, and of the page that lists them."""
    listed = {entry["id"]: entry for entry in catalogue()}
    shown: dict[str, list[str]] = {}
    for module, task in _tasks():
        yield f"tasks/{task.id}.md", _task_page(module, task, listed[task.id])
        why = _first(module)
        shown.setdefault(task.dimension, []).append(
            f"| [{task.id}]({task.id}.md) | {why} | {_rows_in_short(listed[task.id])} |"
        )
    yield "tasks/index.md", _index(shown)


def _tasks() -> Iterator[tuple[ModuleType, Task]]:
    """Each task with the module that it stands in."""
    home = {}
    for found in walk_packages(import_module("assay.tasks").__path__, "assay.tasks."):
        module = import_module(found.name)
        home |= {task.id: module for task in getattr(module, "TASKS", ())}
    return ((home[task.id], task) for task in all_tasks() if task.id in home)


def _index(shown: Mapping[str, list[str]]) -> str:
    lines = [
        "# What is measured",
        "",
        "A page for each task, made of the docstring in its module and of the catalogue.",
        "",
    ]
    for area, rows in shown.items():
        lines += [f"## {area.replace('_', ' ')}", "", AREAS.get(area, ""), ""]
        lines += ["| task | what | rows |", "|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _task_page(module: ModuleType, task: Task, entry: Mapping[str, Any]) -> str:
    what, _, why = (inspect.getdoc(module) or "").partition("\n")
    parts = [f"# {task.id}", "", _text(what), "", *_paragraphs(why)]
    parts += [
        "## Numbers",
        "",
        *_numbers(task),
        "",
        f"Judge: `{task.judge.name}`{_needs(task)}. "
        f"Temperature {task.sampling.temperature:g}. Version {task.version} of the task.",
        "",
    ]
    parts += ["## Rows and licence", "", "| data | rows | licence |", "|---|---|---|", *_rows(entry), ""]
    parts += ["[Where the official data comes from](../../datasets.md), with each source's licence.", ""]
    deviations = list(_deviations(module, task))
    if deviations:
        parts += [
            "## Deviations from the published toolkit",
            "",
            "| | published | corrected |",
            "|---|---|---|",
            *deviations,
            "",
        ]
    parts += ["## Paper", "", *_papers(task), ""]
    parts += [
        "## Try it",
        "",
        "```sh",
        f"assay cases {task.id}{_data(task)}",
        f"assay run baseline/chance --tasks {task.id}{_data(task)}",
        "```",
        "",
    ]
    return "\n".join(parts)


def _numbers(task: Task) -> Iterator[str]:
    yield "| measure | better | in the published leaderboard | what cannot be read | interval |"
    yield "|---|---|---|---|---|"
    for score in task.scores:
        published = f"`{score.published}`" if score.published else "–"
        yield f"| `{score.name}` | {score.better} | {published} | {_unread(score)} | {_interval(score)} |"


def _unread(score: Score) -> str:
    if not isinstance(score.metric, Additive):
        return "–"
    return "counts as wrong" if score.metric.unread_counts else "leaves the number; moves floor and ceiling"


def _interval(score: Score) -> str:
    how = {"proportion": "of a share", "values": "of a mean", "counts": "bootstrap over clusters", "none": "none"}
    return how.get(score.metric.interval, score.metric.interval) if isinstance(score.metric, Additive) else "–"


def _data(task: Task) -> str:
    """The option without which the task has no rows."""
    first = task.datasets[0].name
    return "" if first == "core" else f" --data {first}"


def _needs(task: Task) -> str:
    return f" (needs {task.judge.needs})" if task.judge.needs else ""


def _rows(entry: Mapping[str, Any]) -> Iterator[str]:
    for name, dataset in entry["datasets"].items():
        rows = ", ".join(f"{count:,} {lang}" for lang, count in dataset["rows"].items()) or "once the data is here"
        yield f"| `--data {name}` | {rows} | {LICENCES[name]} |"


def _rows_in_short(entry: Mapping[str, Any]) -> str:
    rows = {name: entry["datasets"].get(data, {}).get("rows", {}).get(lang) for name, (data, lang) in COUNTED.items()}
    return ", ".join(f"{count:,} {name}" for name, count in rows.items() if count)


def _deviations(module: ModuleType, task: Task) -> Iterator[str]:
    """The lines of docs/deviations.md that the module speaks of, without their tests."""
    if any(dataset.name == "trustllm" for dataset in task.datasets):
        known = deviations()
        for oddity in sorted(set(ODDITY.findall(inspect.getsource(module)))):
            if oddity in known:
                published, corrected = known[oddity]
                yield f"| {oddity} | {published} | {corrected} |"


@cache
def deviations() -> dict[str, tuple[str, str]]:
    """Oddity → what the published toolkit does, what corrected does."""
    lines = (DOCS / "deviations.md").read_text(encoding="utf-8").splitlines()
    cells = ([cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| B"))
    return {one[0]: (one[1], one[2]) for one in cells if len(one) > 2}


def _papers(task: Task) -> Iterator[str]:
    if any(dataset.name == "trustllm" for dataset in task.datasets):
        yield f"* [TrustLLM]({TRUSTLLM}) (ICML 2024), dimension {task.dimension.replace('_', ' ')}"
    for slug in task.survey:
        category = next(name for name, slugs in SURVEY.items() if slug in slugs)
        yield f"* [Trustworthy LLMs]({TRUST_SURVEY}), {category}: {slug.replace('_', ' ')}"


def _first(module: ModuleType) -> str:
    return _text((inspect.getdoc(module) or "").partition("\n")[0]).replace("|", r"\|")


def _paragraphs(text: str) -> list[str]:
    """Docstring lines as Markdown, with a list or table as it stands."""
    return [*map(_text, text.strip("\n").splitlines()), ""]


def _text(line: str) -> str:
    """A docstring's line as Markdown: what looks like a tag is none."""
    return line.replace("<", "&lt;")


# ---- the options --------------------------------------------------------------------------------------


def command_pages() -> Iterator[tuple[str, str]]:
    """(file, Markdown): each command's `--help`, as a terminal shows it."""
    names = list(_commands(main, "assay"))
    for name, command in names:
        if not isinstance(command, click.Group) or command is main:
            yield f"commands/{name.replace(' ', '-')}.md", f"# {name}\n\n```text\n{_help(name, command)}\n```\n"
    lines = [
        f"* [{name}]({name.replace(' ', '-')}.md): {_short(command)}"
        for name, command in names
        if not isinstance(command, click.Group)
    ]
    yield "commands/index.md", "\n".join(["# The command line", "", *lines, ""])


def _commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for under, inner in sorted(command.commands.items()):
            yield from _commands(inner, f"{name} {under}")


def _help(name: str, command: click.Command) -> str:
    with click.Context(command, info_name=name, terminal_width=100, max_content_width=100) as ctx:
        return command.get_help(ctx)


def _short(command: click.Command) -> str:
    return command.get_short_help_str(120)
