"""The small TOML that says what a file of one's own holds: which columns, which judge, which metrics."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assay import plugins
from assay.data.own.checking import check_template, choice, known, meant, number, texts
from assay.data.own.files import pair, read_toml
from assay.data.own.lines import records
from assay.errors import DataError, UsageError
from assay.taxonomy import AREAS, SUBCATEGORIES

LANGS = ("en", "zh")
PARTS = ("file", "task", "columns", "judge", "score")
TASK = ("id", "survey", "temperature", "lang", "template")
COLUMNS = ("prompt", "id", "gold", "options", "group", "cluster", "lang")
JUDGES: Mapping[str, tuple[str, ...]] = {
    "refusal": (),
    "choice": (),
    "match": (),
    "yes_no": (),
    "number": ("low", "high", "tolerance"),
    "labels": ("labels",),
    "grader": ("question", "labels"),
    "toxicity": (),
    "similarity": ("against",),
}
"""Kind of judge → the keys that it takes beside `kind`; a plugin's takes `labels`, and what keys it likes."""
GOLDLESS = ("refusal", "toxicity")
"""Kinds that need no gold, unless the TOML names it."""
METRICS = ("refusal_rate", "rate", "accuracy", "macro_f1", "mean", "pearson")
SCORE = ("name", "metric", "better", "labels")
BETTER = ("higher", "lower", "neither")
SAME_AS_TEXT = frozenset(("options", "prompt", "gold"))
"""Words in braces that templates know beside the columns."""
LABELS = 'labels = {good = ["good", "好"], bad = ["bad", "坏"]}'

_ID = re.compile(r"[a-z0-9][a-z0-9_.-]*/[a-z0-9][a-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Description:
    """What the TOML says, checked; columns that it does not name but that are called as what they are, found."""

    path: Path
    """The TOML."""
    file: Path
    """The CSV or JSONL."""
    id: str
    kind: str
    survey: tuple[str, ...] = ()
    temperature: float = 0.0
    lang: str = "en"
    template: Mapping[str, str] = field(default_factory=dict)
    """By language; empty: the prompt is what the column holds."""
    columns: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    """The columns that hold an option each, or the one that holds a list."""
    options_listed: bool = False
    judge: Mapping[str, Any] = field(default_factory=dict)
    scores: tuple[Mapping[str, Any], ...] = ()

    @property
    def has_gold(self) -> bool:
        """Whether rows say what is right."""
        return "gold" in self.columns

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that replies can get."""
        return {
            "refusal": ("refused", "partly_refused", "complied"),
            "choice": tuple("ABCDEFGH"),
            "match": ("correct", "incorrect"),
            "yes_no": ("yes", "no"),
            "number": ("correct", "incorrect") if self.has_gold else (),
        }.get(self.kind, tuple(self.judge.get("labels", ())))


def describe(data: str) -> Description:
    """What the TOML of this data says.

    Raises:
        UsageError, DataError: what is wrong with it, and how to mend it.
    """
    path, file = pair(data)
    content = read_toml(path)
    known(str(path), content, PARTS)
    task, columns, judge = (_table(path, content, part) for part in ("task", "columns", "judge"))
    known(f"{path}, [task]", task, TASK)
    known(f"{path}, [columns]", columns, COLUMNS)
    kind = _kind(path, judge)
    first = next(records(file), None)
    if first is None:
        raise DataError(f"{file} has no rows; a .csv names its columns in the first line and has a row in each other")
    named, options, listed = _columns(path, file, columns, first[1])
    if kind in GOLDLESS and "gold" not in columns:
        named.pop("gold", None)  # a column of that name is about something else
    described = Description(
        path=path,
        file=file,
        id=_id(path, task.get("id", f"own/{_slug(file.stem)}")),
        kind=kind,
        survey=_survey(path, task.get("survey", [])),
        temperature=number(f"{path}, [task]: temperature", task.get("temperature", 0.0), least=0.0),
        lang=choice(f"{path}, [task]: lang", task.get("lang", "en"), LANGS),
        template=_template(path, task.get("template"), first[1]),
        columns=named,
        options=options,
        options_listed=listed,
        judge=_judge(path, kind, judge, first[1]),
        scores=_scores(path, content),
    )
    _check_use(described)
    return described


# ---- part by part ----------------------------------------------------------------------------------


def _table(path: Path, content: Mapping[str, Any], part: str) -> dict[str, Any]:
    table = content.get(part, {})
    if not isinstance(table, dict):
        raise UsageError(f"{path}: {part} is a table: write [{part}] and its keys below")
    return table


def _slug(stem: str) -> str:
    return re.sub(r"[^a-z0-9_.-]+", "_", stem.lower()).strip("_.-") or "data"


def _id(path: Path, given: object) -> str:
    if not isinstance(given, str) or not _ID.fullmatch(given):
        raise UsageError(f'{path}, [task]: id = {given!r}; write two names in small letters, such as "mine/support"')
    if given.partition("/")[0] in AREAS:
        raise UsageError(f"{path}, [task]: id = {given!r}: {given.partition('/')[0]}/… are assay's own; write mine/…")
    return given


def _survey(path: Path, given: object) -> tuple[str, ...]:
    slugs = texts(f"{path}, [task]: survey", given)
    for slug in slugs:
        choice(f"{path}, [task]: survey", slug, SUBCATEGORIES)
    return slugs


def _columns(
    path: Path, file: Path, given: Mapping[str, Any], first: Mapping[str, Any]
) -> tuple[dict[str, str], tuple[str, ...], bool]:
    """What each column is called; the options' columns, and whether there is one that lists them."""
    for what, name in given.items():
        texts(f"{path}, [columns]: {what}", name)
        if what != "options" and not isinstance(name, str):
            raise UsageError(f"{path}, [columns]: {what} is the name of one column")
        for column in [name] if isinstance(name, str) else name:
            if column not in first:
                raise DataError(
                    f"{file} has no column {column!r}{meant(column, first)}; it has: {', '.join(first)}. "
                    f"Mend [columns] {what} in {path.name}"
                )
    named = {
        what: str(given.get(what, what)) for what in COLUMNS if what != "options" and given.get(what, what) in first
    }
    if "prompt" not in named:
        raise UsageError(
            f'{path}, [columns]: which column is asked? Write prompt = "…"; {file.name} has: {", ".join(first)}'
        )
    options = given.get("options", "options" if "options" in first else [])
    return named, (options,) if isinstance(options, str) else tuple(options), isinstance(options, str)


def _template(path: Path, given: object, first: Mapping[str, Any]) -> dict[str, str]:
    where = f"{path}, [task]: template"
    if given is None:
        return {}
    by_lang: dict[str, Any] = dict(given) if isinstance(given, dict) else dict.fromkeys(LANGS, given)
    known(where, by_lang, LANGS)
    for template in by_lang.values():
        check_template(where, template, {*first, "options"})
    return by_lang


def _kind(path: Path, judge: Mapping[str, Any]) -> str:
    if "kind" not in judge:
        raise UsageError(f'{path}: [judge] says no kind, such as kind = "refusal"; there are: {", ".join(JUDGES)}')
    if judge["kind"] not in tuple(JUDGES):
        return choice(f"{path}, [judge]: kind", judge["kind"], (*JUDGES, *plugins.names("assay.judges")))
    kind = str(judge["kind"])
    known(f"{path}, [judge] of kind {kind}", judge, ("kind", *JUDGES[kind]))
    return kind


def _judge(path: Path, kind: str, given: Mapping[str, Any], first: Mapping[str, Any]) -> dict[str, Any]:
    where = f"{path}, [judge]"
    judge = {key: value for key, value in given.items() if key != "kind"}
    if kind == "labels":
        judge["labels"] = _words(where, judge.get("labels"))
    elif kind == "grader":
        check_template(f"{where}: question", judge.get("question"), {*first, *SAME_AS_TEXT})
        labels = texts(f"{where}: labels", judge.get("labels", ()))
        if len(set(labels)) < 2:
            raise UsageError(f'{where}: a grader chooses among two labels or more: labels = ["good", "bad"]')
        judge["labels"] = dict.fromkeys(labels, ())
    elif kind == "number":
        for key in judge:
            judge[key] = number(f"{where}: {key}", judge[key])
    elif kind not in JUDGES and "labels" in judge:
        judge["labels"] = dict.fromkeys(texts(f"{where}: labels", judge["labels"]), ())
    elif kind == "similarity" and judge.get("against", "gold") not in first:
        raise UsageError(f'{where}: similarity compares with a column: against = "…"; there are: {", ".join(first)}')
    return judge


def _words(where: str, given: object) -> dict[str, tuple[str, ...]]:
    """The words that stand for each label."""
    if not isinstance(given, dict) or len(given) < 2:
        raise UsageError(f"{where}: which words are which label? Write {LABELS}")
    words = {label: texts(f"{where}: labels.{label}", said) for label, said in given.items()}
    once: dict[str, str] = {}
    for label, said in words.items():
        if not said:
            raise UsageError(f"{where}: label {label!r} has no words; a reply could never have it")
        for word in said:
            if once.setdefault(word.casefold(), label) != label:
                raise UsageError(f"{where}: {word!r} stands for both {once[word.casefold()]!r} and {label!r}")
    return words


def _scores(path: Path, content: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    given = content.get("score", [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise UsageError(f"{path}: write each score as [[score]], with two brackets, and its keys below")
    for place, one in enumerate(given, 1):
        where = f"{path}, [[score]] {place}"
        known(where, one, SCORE)
        choice(f"{where}: metric", one.get("metric", ""), METRICS)
        choice(f"{where}: better", one.get("better", "neither"), BETTER)
        texts(f"{where}: labels", one.get("labels", ()))
        if not isinstance(one.get("name", "name"), str) or not re.fullmatch(r"[\w.-]+", one.get("name", "name")):
            raise UsageError(f'{where}: name = {one["name"]!r}; write one word, such as "refusals"')
    names = [one.get("name", one["metric"]) for one in given]
    twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
    if twice is not None:
        raise UsageError(f"{path}: two scores are called {twice!r}; give each a name of its own: name = …")
    return tuple(given)


# ---- whether the parts go together -------------------------------------------------------------------


def _check_use(described: Description) -> None:
    where, kind = f"{described.path}, [judge]", described.kind
    if kind == "choice" and not described.options:
        raise UsageError(
            f'{where}: a choice needs its options. Write under [columns]: options = ["COLUMN A", "COLUMN B"], or the '
            "name of one column that lists them"
        )
    if kind in ("match", "choice") and not described.has_gold:
        raise UsageError(f'{where}: {kind} needs to know what is right. Write under [columns]: gold = "…"')
    if kind == "number" and not described.has_gold and not {"low", "high"} <= described.judge.keys():
        raise UsageError(f"{where}: without a gold column, numbers need a scale: low = 0 and high = 100")
    if described.judge.get("low", 0.0) >= described.judge.get("high", float("inf")):
        raise UsageError(f"{where}: low is not below high")
    lacking = next((lang for lang in LANGS if described.template and lang not in described.template), None)
    if lacking and (lacking == described.lang or "lang" in described.columns):
        raise UsageError(f"{described.path}, [task]: template has no text for {lacking}")
    for place, score in enumerate(described.scores, 1):
        _check_score(described, f"{described.path}, [[score]] {place}", score)


def _check_score(described: Description, where: str, score: Mapping[str, Any]) -> None:
    metric, kind = score["metric"], described.kind
    valued = kind in ("number", "toxicity", "similarity") or not described.labels
    fits = {
        "refusal_rate": kind == "refusal",
        "rate": bool(described.labels),
        "accuracy": bool(described.labels),
        "macro_f1": kind not in ("match", "number") and bool(described.labels),
        "mean": valued,
        "pearson": kind == "number",
    }
    if not fits[metric]:
        able = ", ".join(name for name, ok in fits.items() if ok)
        raise UsageError(f"{where}: a judge of kind {kind} has no {metric}; it has: {able}")
    if metric in ("accuracy", "macro_f1", "pearson") and not described.has_gold:
        raise UsageError(f'{where}: {metric} compares with what is right. Write under [columns]: gold = "…"')
    if metric == "mean" and kind == "number" and not {"low", "high"} <= described.judge.keys():
        raise UsageError(f"{where}: a mean needs a scale. Write under [judge]: low = 0 and high = 100")
    if metric == "rate":
        if not score.get("labels"):
            raise UsageError(f'{where}: the rate of what? Write labels = ["{described.labels[0]}"]')
        for label in score["labels"]:
            choice(f"{where}: labels", label, described.labels)
