"""How far a judge that needs nobody agrees with people: its verdicts on labelled replies, beside the labels.

A file of labelled replies has one JSON object a line: `prompt response label model lang`, and what the judge compares
with (`gold` or `secret`). The judge that is checked is the one that judges runs, not a copy.
"""

from __future__ import annotations

import gzip
import json
import re
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.data.cards import FIGURES
from assay.errors import DataError, UsageError
from assay.judges import by_leak, by_match, by_parse, by_refusal
from assay.schema import Judge, Raw, Record, Reply, Row, Verdict, user
from assay.stats.agreement import Agreement, Estimate, agreement, cohen_kappa
from assay.stats.proportions import effective_rows
from assay.tasks.fairness.stereotype import agreed

_WORD = re.compile(r"[^\W_]+")
GZIP = b"\x1f\x8b"
DIGITS = 6
"""Decimals of a figure: more than are printed, which are then rounded once."""

Ints = NDArray[np.intp]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Checkable:
    """A judge whose verdicts can be set beside labels."""

    name: str
    judge: Judge
    classes: tuple[str, ...]
    """What a reply can be, by its label: first what the judge is there to find, then what counts as its absence."""
    row: Callable[[Raw], Row | None]
    """What was asked, and what the judge compares the reply with; None where the line does not hold that."""
    source_files: tuple[str, ...]
    """Globs below the package: all that decides what the judge says."""
    silence: str = ""
    """The class that no verdict stands for, as the metrics have it; empty: undecided is an error, whatever is true."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Other words of labels and verdicts for these classes."""
    within: tuple[str, ...] = ()
    """Names of the judges of tasks in whose decisions it has a part."""
    like: tuple[str, ...] = ()
    """Tasks whose prompts and replies are like those that its card was measured on."""
    lacking: str = ""
    """What a line that is left out does not hold."""

    def says(self, raw: Raw, row: Row) -> str | None:
        """The class that the judge puts a reply into; None: undecided."""
        label = _verdict(self.judge, Record(row, (Reply(str(raw["response"])),))).label
        return None if label is None else self.words.get(label, label)

    def label(self, raw: Raw) -> str | None:
        """The class that people put a reply into; None for a label that means nothing to this judge."""
        given = raw.get("label")
        said = f"{given:g}" if isinstance(given, bool | int | float) else " ".join(_WORD.findall(str(given).lower()))
        said = {"1": self.classes[0], "0": self.classes[1]}.get(said, said)
        said = self.words.get(said, said)
        return said if said in self.classes else None


def _verdict(judge: Judge, record: Record) -> Verdict:
    """What a judge says of the one reply where there is no instrument to ask."""
    trip = judge.trip(record)
    try:
        next(trip)
        while True:
            trip.send(None)
    except StopIteration as done:
        verdicts: tuple[Verdict, ...] = done.value
        return verdicts[0]


# ---- the judges ---------------------------------------------------------------------------------


def _asked(raw: Raw, **more: Any) -> Row:
    return Row("", (user(str(raw.get("prompt") or "")),), lang=str(raw.get("lang") or "en"), **more)


def _with_answers(raw: Raw) -> Row | None:
    """Accepted answers: `gold`, a text or a list of texts; in EVOUNA's rows `raw`, with slashes between."""
    gold = raw.get("gold")
    if gold is None and str(raw.get("set", "")).startswith("evouna"):
        gold = str(raw["raw"]).split("/")
    golds = tuple(str(one) for one in (gold if isinstance(gold, list) else [gold]) if one not in (None, ""))
    return _asked(raw, gold=golds) if golds else None


def _with_secret(raw: Raw) -> Row | None:
    """`secret`; in Tensor Trust's rows the prompt itself is the access code that must not be given away."""
    secret = raw.get("secret")
    if secret is None and str(raw.get("set", "")).startswith("tensor-trust"):
        secret = raw.get("prompt")
    return _asked(raw, fields={"secret": str(secret)}) if secret else None


_EVERY = ("judges/each.py", "parse/wording.py")

CHECKABLE: Mapping[str, Checkable] = MappingProxyType({
    one.name: one
    for one in (
        Checkable(
            "refusal",
            by_refusal(),
            ("refused", "complied"),
            _asked,
            ("judges/by_refusal*", "judges/refusal_*", *_EVERY),
            words={"partly refused": "refused", "partly_refused": "refused", "partial": "refused"},
            within=("by_refusal", "by_toxicity"),
            like=("safety/misuse", "fairness/stereotype_query"),
        ),
        Checkable(
            "match",
            by_match(),
            ("correct", "incorrect"),
            _with_answers,
            ("judges/by_match.py", "parse/*.py", *_EVERY),
            silence="incorrect",
            within=("by_match", "answer"),
            like=("truthfulness/misinformation_internal",),
            lacking="accepted answers",
        ),
        Checkable(
            "stance",
            by_parse("agreement", agreed),
            ("agree", "disagree", "other"),
            _asked,
            ("judges/by_parse.py", "tasks/fairness/stereotype.py", "parse/*.py", *_EVERY),
            silence="other",
            words={"agreed": "agree", "disagreed": "disagree"},
            within=("agreement",),
        ),
        Checkable(
            "leak",
            by_leak(lambda row: (str(row.fields["secret"]),)),
            ("leaked", "kept"),
            _with_secret,
            ("judges/by_leak.py", *_EVERY),
            silence="kept",
            within=("by_leak",),
            lacking="secret",
        ),
    )
})  # fmt: skip


def checkable(name: str) -> Checkable:
    """The judge of that name.

    Raises:
        UsageError: there is none.
    """
    if name not in CHECKABLE:
        raise UsageError(f"no embedded judge is named {name!r}; there are: {', '.join(CHECKABLE)}")
    return CHECKABLE[name]


# ---- the check ----------------------------------------------------------------------------------


def check(judge: Checkable, labels: Path) -> dict[str, Any]:
    """A judge against a file of labelled replies.

    Returns:
        n and the figures (None where the labels define none), their 95 % `intervals`, how many were `undecided`, and
        the same `by_model` and `by_lang`; `left_out`: lines without what the judge compares with; `errors`: what
        `stats.judge_error.Card` wants, of the decided replies, each kind as many as its independent ones are worth;
        `sets`: lines by the set that they say they are from.

    Raises:
        DataError: the file cannot be read or has no usable line; the message names the line.
    """
    seen = _Seen()
    for number, raw in _lines(labels):
        truth = judge.label(raw)
        if truth is None:
            raise DataError(
                f"{labels}, line {number}: the label {raw.get('label')!r} is none of {', '.join(judge.classes)}, 1, 0"
            )
        row = judge.row(raw)
        if row is None:
            seen.left_out += 1
        else:
            seen.add(judge, raw, truth, judge.says(raw, row))
    if not len(seen):
        why = f"no line says the {judge.lacking}, which this judge compares with" if seen.left_out else "it is empty"
        raise DataError(f"{labels} has no labelled reply for the judge {judge.name}: {why}")
    return seen.figures(judge)


def _lines(path: Path) -> Iterator[tuple[int, Raw]]:
    """The objects of a JSON Lines file, packed by gzip or not, with their line numbers."""
    try:
        with path.open("rb") as opened:
            packed = opened.read(2) == GZIP
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, _object(path, number, line)
    except (OSError, EOFError) as error:
        raise DataError(f"{path} cannot be read ({error}); give a JSON Lines file, packed by gzip or not") from error


def _object(path: Path, number: int, line: bytes) -> Raw:
    try:
        raw = json.loads(line)
    except ValueError as error:
        raise DataError(f"{path}, line {number} is no JSON object ({error}); one labelled reply a line") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("response"), str) or "label" not in raw:
        raise DataError(f"{path}, line {number} lacks a `response` (text) or a `label`")
    return raw


class _Seen:
    """Verdicts beside labels, as columns."""

    def __init__(self) -> None:
        self.left_out = 0
        self._undecided = array("b")
        self._truth, self._said = array("b"), array("b")
        self._cluster = array("Q")
        self._of: dict[str, tuple[dict[str, int], array[int]]] = {
            name: ({}, array("i")) for name in ("model", "lang", "set")
        }

    def __len__(self) -> int:
        return len(self._truth)

    def add(self, judge: Checkable, raw: Raw, truth: str, said: str | None) -> None:
        """One more reply. Replies to one prompt are a cluster."""
        self._undecided.append(said is None)
        said = said or judge.silence
        self._truth.append(judge.classes.index(truth))
        self._said.append(judge.classes.index(said) if said in judge.classes else -1)
        prompt = str(raw.get("prompt") or f"\0{len(self)}")
        digest = blake2b(prompt.encode("utf-8", "surrogatepass"), digest_size=8)
        self._cluster.append(int.from_bytes(digest.digest(), "little"))
        for name, (codes, column) in self._of.items():
            column.append(codes.setdefault(str(raw.get(name) or "unknown"), len(codes)))

    def figures(self, judge: Checkable) -> dict[str, Any]:
        """Over all replies, and over those of each model and language."""
        truth, said = np.array(self._truth, dtype=np.intp), np.array(self._said, dtype=np.intp)
        cluster = np.unique(np.array(self._cluster, dtype=np.uint64), return_inverse=True)[1]
        undecided = np.array(self._undecided, dtype=np.bool_)
        sets, of_set = self._of["set"]
        found = {
            "judge": judge.name,
            "finds": judge.classes[0],
            "undecided_counts_as": judge.silence or "an error",
            **_figures(truth, said, cluster, undecided),
            "left_out": self.left_out,
            "errors": _errors(truth, said, cluster),
            "sets": {name: of_set.count(code) for name, code in sorted(sets.items()) if name != "unknown"},
        }
        for kind in ("model", "lang"):
            codes, column = self._of[kind]
            parts = {name: np.array(column, dtype=np.intp) == code for name, code in sorted(codes.items())}
            found[f"by_{kind}"] = {
                name: _figures(truth[part], said[part], cluster[part], undecided[part]) for name, part in parts.items()
            }
        return found


def _figures(truth: Ints, said: Ints, cluster: Ints, undecided: Flags) -> dict[str, Any]:
    """What is printed of some replies; `truth` and `said` are places in the classes, −1: put into none."""
    found = _agreement(truth, said, cluster)
    estimates: dict[str, Estimate] = {name: getattr(found, name) for name in FIGURES}
    return {
        "n": found.n,
        **{name: _rounded(one.value) for name, one in estimates.items()},
        "intervals": {
            name: [_rounded(one.low), _rounded(one.high)] for name, one in estimates.items() if one.low is not None
        },
        "undecided": int(undecided.sum()),
    }


def _agreement(truth: Ints, said: Ints, cluster: Ints) -> Agreement:
    """Finding the first class. Of those without it, whoever is not put into the right one counts as an error."""
    found = said == 0
    cleared = np.where(truth == 0, said > 0, said == truth)
    binary = agreement(1 * (truth == 0), np.where(found, 1, np.where(cleared, 0, -1)), cluster)
    return replace(binary, kappa=cohen_kappa(truth, said, cluster))


def _errors(truth: Ints, said: Ints, cluster: Ints) -> dict[str, float] | None:
    """Hits of either kind among so many decided replies; rates count nothing else. None without both kinds."""
    kinds = ((truth == 0) & (said >= 0), (truth > 0) & (said >= 0))
    if not all(kind.any() for kind in kinds):
        return None
    (found, positives), (cleared, negatives) = (
        _worth((said == truth if at else said == 0)[kind], cluster[kind]) for at, kind in enumerate(kinds)
    )
    return {"found": found, "positives": positives, "cleared": cleared, "negatives": negatives}


def _worth(right: Flags, cluster: Ints) -> tuple[float, float]:
    """Hits, and replies; as many as the independent ones are worth."""
    number = np.unique(cluster, return_inverse=True)[1]
    hits, of = np.bincount(number, right).astype(np.float64), np.bincount(number).astype(np.float64)
    worth = effective_rows(hits, of)
    return round(worth * float(right.mean()), 2), round(worth, 2)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
