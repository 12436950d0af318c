"""The pages that nobody writes: one for each task, out of its docstring and the catalogue, and one for the options.

`say` gives the words around them: English as they stand, or Chinese (words.py).
"""

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
from words import Say, in_english

from assay.catalogue import COUNTED, catalogue
from assay.cli import main
from assay.metrics.additive import Additive
from assay.pages import names
from assay.schema import Score, Task
from assay.tasks import all_tasks
from assay.taxonomy import AREAS, SURVEY

DOCS = Path(__file__).parents[1]
TRUSTLLM = "https://arxiv.org/abs/2401.05561"
TRUST_SURVEY = "https://arxiv.org/abs/2308.05374"
DOCSTRING = "The text is the docstring of the task's module."
ODDITY = re.compile(r"\bB\d\d\b")
LICENCES = {
    "core": "our own words, MIT",
    "trustllm": "the archive is offered under MIT by its authors; what it is made of has licences of its own",
    "survey": "our own words after the survey's protocol, MIT",
}


def task_pages(say: Say = in_english) -> Iterator[tuple[str, str]]:
    """(file, Markdown) of each of assay's own tasks, and of the page that lists them."""
    listed = {entry["id"]: entry for entry in catalogue()}
    shown: dict[str, list[str]] = {}
    for module, task in _tasks():
        yield f"tasks/{task.id}.md", _task_page(module, task, listed[task.id], say)
        what, rows = _first(module), _rows_in_short(listed[task.id])
        shown.setdefault(task.dimension, []).append(
            f"| [{task.id}]({task.id}.md){_named(task, say)} | {what} | {rows} |"
        )
    yield "tasks/index.md", _index(shown, say)


def _named(task: Task, say: Say) -> str:
    """What stands behind a task's id: its name in Chinese."""
    return "" if say is in_english else f"：{names.task(task.id).zh}"


def _tasks() -> Iterator[tuple[ModuleType, Task]]:
    """Each task with the module that it stands in."""
    home = {}
    for found in walk_packages(import_module("assay.tasks").__path__, "assay.tasks."):
        module = import_module(found.name)
        home |= {task.id: module for task in getattr(module, "TASKS", ())}
    return ((home[task.id], task) for task in all_tasks() if task.id in home)


def _index(shown: Mapping[str, list[str]], say: Say) -> str:
    about = say("A page for each task, made of the docstring in its module and of the catalogue.")
    lines = [f"# {say('What is measured')}", "", about, ""]
    for area, rows in shown.items():
        if say is in_english:
            lines += [f"## {area.replace('_', ' ')}", "", AREAS.get(area, ""), ""]
        else:
            lines += [f"## {names.dimension(area).zh}", ""]
        lines += [*_head(say, "task", "what", "rows"), *rows, ""]
    return "\n".join(lines)


def _head(say: Say, *columns: str) -> list[str]:
    """The head of a table."""
    return [f"| {' | '.join(say(one) if one else '' for one in columns)} |", "|" + "---|" * len(columns)]


def _task_page(module: ModuleType, task: Task, entry: Mapping[str, Any], say: Say) -> str:
    what, _, why = (inspect.getdoc(module) or "").partition("\n")
    parts = [f"# {task.id}{_named(task, say)}", ""]
    if say is not in_english:
        parts += [f"*{say(DOCSTRING)}*", ""]
    parts += [_text(what), "", *_paragraphs(why)]
    parts += [f"## {say('Numbers')}", "", *_numbers(task, say), "", _judged(task, say), ""]
    parts += [f"## {say('Rows and licence')}", "", *_head(say, "data", "rows", "licence"), *_rows(entry, say), ""]
    parts += [say("[Where the official data comes from](../../datasets.md), with each source's licence."), ""]
    if mended := list(_deviations(module, task, say)):
        head = _head(say, "", "published", "corrected")
        parts += [f"## {say('Deviations from the published toolkit')}", "", *head, *mended, ""]
    parts += [f"## {say('Paper')}", "", *_papers(task, say), ""]
    parts += [f"## {say('Try it')}", "", "```sh"]
    parts += [f"assay cases {task.id}{_data(task)}", f"assay run baseline/chance --tasks {task.id}{_data(task)}"]
    return "\n".join([*parts, "```", ""])


def _judged(task: Task, say: Say) -> str:
    said = say("Judge: `{judge}`{needs}. Temperature {temperature}. Version {version} of the task.")
    needs = say(" (needs {what})").format(what=task.judge.needs) if task.judge.needs else ""
    temperature = f"{task.sampling.temperature:g}"
    return said.format(judge=task.judge.name, needs=needs, temperature=temperature, version=task.version)


def _numbers(task: Task, say: Say) -> Iterator[str]:
    yield from _head(say, "measure", "better", "in the published leaderboard", "what cannot be read", "interval")
    for score in task.scores:
        name = f"`{score.name}`" if say is in_english else f"`{score.name}` {names.measure(score.name).zh}"
        published = f"`{score.published}`" if score.published else "–"
        yield f"| {name} | {say(score.better)} | {published} | {_unread(score, say)} | {_interval(score, say)} |"


def _unread(score: Score, say: Say) -> str:
    if not isinstance(score.metric, Additive):
        return "–"
    return say("counts as wrong" if score.metric.unread_counts else "leaves the number; moves floor and ceiling")


def _interval(score: Score, say: Say) -> str:
    how = {"proportion": "of a share", "values": "of a mean", "counts": "bootstrap over clusters", "none": "none"}
    return say(how[score.metric.interval]) if isinstance(score.metric, Additive) else "–"


def _data(task: Task) -> str:
    """The option without which the task has no rows."""
    first = task.datasets[0].name
    return "" if first == "core" else f" --data {first}"


def _rows(entry: Mapping[str, Any], say: Say) -> Iterator[str]:
    for name, dataset in entry["datasets"].items():
        rows = ", ".join(f"{count:,} {lang}" for lang, count in dataset["rows"].items()) or say("once the data is here")
        yield f"| `--data {name}` | {rows} | {say(LICENCES[name])} |"


def _rows_in_short(entry: Mapping[str, Any]) -> str:
    rows = {name: entry["datasets"].get(data, {}).get("rows", {}).get(lang) for name, (data, lang) in COUNTED.items()}
    return ", ".join(f"{count:,} {name}" for name, count in rows.items() if count)


def _deviations(module: ModuleType, task: Task, say: Say) -> Iterator[str]:
    """The lines of docs/deviations.md that the module speaks of, without their tests."""
    if any(dataset.name == "trustllm" for dataset in task.datasets):
        known = deviations(DOCS / ("" if say is in_english else "zh") / "deviations.md")
        for oddity in sorted(set(ODDITY.findall(inspect.getsource(module)))):
            if oddity in known:
                published, corrected = known[oddity]
                yield f"| {oddity} | {published} | {corrected} |"


@cache
def deviations(page: Path) -> dict[str, tuple[str, str]]:
    """Oddity → what the published toolkit does, what corrected does."""
    lines = page.read_text(encoding="utf-8").splitlines()
    cells = ([cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| B"))
    return {one[0]: (one[1], one[2]) for one in cells if len(one) > 2}


def _papers(task: Task, say: Say) -> Iterator[str]:
    if any(dataset.name == "trustllm" for dataset in task.datasets):
        name = task.dimension.replace("_", " ") if say is in_english else names.dimension(task.dimension).zh
        yield f"* [TrustLLM]({TRUSTLLM}) (ICML 2024), {say('dimension {name}').format(name=name)}"
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


def command_pages(say: Say = in_english) -> Iterator[tuple[str, str]]:
    """(file, Markdown): each command's `--help`, as a terminal shows it."""
    names_of = [
        (name, one) for name, one in _commands(main, "assay") if not isinstance(one, click.Group) or one is main
    ]
    for name, command in names_of:
        yield f"commands/{_file(name)}", f"# {name}\n\n```text\n{_help(name, command)}\n```\n"
    lines = [f"* [{name}]({_file(name)}): {_short(command)}" for name, command in names_of if command is not main]
    about = say("Each command's `--help`, as a terminal shows it.")
    yield "commands/index.md", "\n".join([f"# {say('The command line')}", "", about, "", *lines, ""])


def _file(command: str) -> str:
    return f"{command.replace(' ', '-')}.md"


def _commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for under, inner in sorted(command.commands.items()):
            yield from _commands(inner, f"{name} {under}")


def _help(name: str, command: click.Command) -> str:
    with click.Context(command, info_name=name, terminal_width=88, max_content_width=88) as ctx:
        return command.get_help(ctx)


def _short(command: click.Command) -> str:
    return command.get_short_help_str(120)
