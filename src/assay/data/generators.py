"""Slot templates and their word lists: one YAML file a generator, beside this module under `templates`.

A file holds `templates` (a name → a text in each language, with `{slot}` where a word goes) and `slots` (a name → its
words, each with a key that both languages share). A word is a text, or a table of texts that `{slot.part}` names.
`survey`, `judge` and `score` are what the TOML of the generated data says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from assay.data.core import LANGS, load
from assay.errors import UsageError

Word = str | Mapping[str, Any]
Slot = Mapping[str, Mapping[str, Word]]
"""Key → language → word."""


@dataclass(frozen=True, slots=True)
class Generator:
    """One file of templates."""

    task: str
    about: str
    survey: tuple[str, ...]
    templates: Mapping[str, Mapping[str, str]]
    slots: Mapping[str, Slot]
    judge: Mapping[str, Any]
    scores: tuple[Mapping[str, Any], ...] = ()
    temperature: float = 0.0
    group: str = ""
    """The slot by which items are grouped."""
    options: str = ""
    """The slot whose words have a `right` option and `others`; `solve`: the solver's."""
    gold: str = ""
    """The slot, or the part of one, that says what is right; empty where options do, or nothing is."""
    solve: str = ""
    """The function of `assay.generating.solving` that computes what is right."""
    open: str = ""
    """The slot that other words can fill (`--words`)."""
    asks: Mapping[str, str] = field(default_factory=dict)
    """By language, what words fit the open slot, for a model that proposes some."""

    @property
    def name(self) -> str:
        """The task as a file name."""
        return self.task.replace("/", "_")


@cache
def generators() -> tuple[Generator, ...]:
    """Every generator in the package, by task."""
    home = files("assay.data.templates")
    found = [one for one in home.iterdir() if one.name.endswith(".yaml")]
    return tuple(sorted((_generator(one.read_text(encoding="utf-8")) for one in found), key=lambda one: one.task))


def _generator(text: str) -> Generator:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    sheet: Mapping[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506  (both are safe)
    return Generator(
        task=sheet["task"],
        about=" ".join(sheet["about"].split()),
        survey=tuple(sheet["survey"]),
        templates=sheet["templates"],
        slots=sheet.get("slots", {}),
        judge=sheet["judge"],
        scores=tuple(sheet.get("score", ())),
        temperature=sheet.get("temperature", 0.0),
        group=sheet.get("group", ""),
        options=sheet.get("options", ""),
        gold=sheet.get("gold", ""),
        solve=sheet.get("solve", ""),
        open=sheet.get("open", {}).get("slot", ""),
        asks=sheet.get("open", {}).get("ask", {}),
    )


def matching(pattern: str) -> tuple[Generator, ...]:
    """The generators whose task matches a glob, or a name without its area.

    Raises:
        UsageError: none does.
    """
    glob = pattern if "/" in pattern else f"*/{pattern}"
    found = tuple(one for one in generators() if fnmatchcase(one.task, glob))
    if not found:
        listed = ", ".join(one.task for one in generators())
        raise UsageError(f"no templates for {pattern!r}; `assay generate --list` shows: {listed}")
    return found


@cache
def core_prompts() -> frozenset[str]:
    """Every prompt of the embedded suite, without its spaces: no generated item may be one of them."""
    home = files("assay.data.core")
    sheets = [
        f"{area.name}/{file.name}"
        for area in home.iterdir()
        if area.is_dir()
        for file in area.iterdir()
        if file.name.endswith(".yaml")
    ]
    return frozenset(bare(raw["prompt"]) for sheet in sheets for raw in load(sheet, LANGS) if "prompt" in raw)


def bare(prompt: str) -> str:
    """A prompt without spaces and capitals."""
    return "".join(prompt.split()).casefold()
