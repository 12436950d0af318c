"""A classifier in TOML: which model it is, how it is asked, and what its labels mean to judges and to scorings.

    model = "hf/org/name"                  any Hugging Face text classifier, or with [guard] any model at all
    text = "{reply}"                       what is classified; {prompt} is the last user turn
    windows = "max"                        how windows of a long text are joined: max, mean or first
    deciding = "toxic"                     with max: the text is its window where this label is likeliest
    scores = {toxic = 1.0}                 what each label counts in the score from 0 to 1 of --toxicity
    [judges.by_refusal]                    in place of which judge it decides, and what its labels are called there
    refusal = "refused"
    [upstream]                             what the published toolkit's own classifier would have left beside a reply
    field = "eval_res"
    tasks = ["safety/jailbreak"]
    labels = {harmless = "LABEL_0"}        what its labels are called there; default: LABEL_0 and LABEL_1
    [guard]                                a model that is asked in words: see `assay.instruments.guards`

`assay.data.classifiers` has some ready; anybody's own file does as well. A name that nobody knows could turn numbers
round without a word. So all are checked: a guard's and the judges' before the run, the weights' at their first answer.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from assay.errors import UsageError
from assay.instruments.guards import Guard, read_guard
from assay.judges.by_classifier import KNOWN_LABELS, check_verdicts, judges_in
from assay.schema import Task
from assay.upstream.recorded import REFUSAL

KNOWN = ("model", "text", "window", "windows", "deciding", "scores", "judges", "upstream", "guard")
TOLD = ("about", "documents", "licence", "unverified")
"""For readers of the file alone."""
WAYS = ("max", "mean", "first")
PUBLISHED = (REFUSAL, "LABEL_1")
"""What the published toolkit's classifier calls its labels: a refusal, and what is none."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """What the published toolkit would have recorded: the likeliest label, in a field beside the reply."""

    field: str
    tasks: frozenset[str]
    labels: Mapping[str, str]
    """What each label is called there."""


@dataclass(frozen=True, slots=True)
class Description:
    """One classifier."""

    name: str
    model: str
    text: str = "{reply}"
    window: int = 0
    """Tokens of a window; 0: as many as the model reads."""
    windows: str = "max"
    deciding: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)
    judges: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    upstream: Upstream | None = None
    guard: Guard | None = None
    sha256: str = ""
    """Of the file."""

    @property
    def labels(self) -> frozenset[str]:
        """Every label that is named, wherever: the classifier must know them all."""
        mapped = [*self.judges.values(), *([self.upstream.labels] if self.upstream else [])]
        deciding = [self.deciding] if self.deciding else []
        return frozenset([*self.scores, *deciding, *(label for one in mapped for label in one)])

    def described(self) -> dict[str, Any]:
        """What run.json says of it."""
        return {"name": self.name, "model": self.model, "sha256": self.sha256[:16]}


def packaged() -> dict[str, Path]:
    """The descriptions that come along, by name."""
    folder = Path(str(files("assay.data").joinpath("classifiers")))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def is_description(value: str) -> bool:
    """Whether a value names a description, and not a model: `FILE.toml` or a packaged name, perhaps with `=MODEL`."""
    source = value.partition("=")[0]
    return source.endswith(".toml") or source in packaged()


def read_description(value: str) -> Description:
    """The description of `NAME`, `FILE.toml`, or either with `=MODEL` for another model than its own.

    Raises:
        UsageError: there is none, or it says something that cannot be.
    """
    source, _, model = value.partition("=")
    path = packaged().get(source, Path(source))
    if path.suffix != ".toml":
        raise UsageError(f"no classifier named {source!r}: give FILE.toml, or one of {', '.join(packaged())}")
    try:
        content = path.read_bytes()
        said = tomllib.loads(content.decode("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    found = _description(path.stem, said, str(path), model)
    digest = hashlib.sha256(content).hexdigest()
    return replace(found, sha256=digest)


def _description(name: str, said: Mapping[str, Any], where: str, model: str) -> Description:
    unknown = sorted(set(said) - {*KNOWN, *TOLD})
    if unknown:
        raise UsageError(f"{where}: unknown entry {unknown[0]!r}; there are: {', '.join((*KNOWN, *TOLD))}")
    asked = model or said.get("model", "")
    if not isinstance(asked, str) or "/" not in asked:
        raise UsageError(f'{where}: model = "provider/model" is missing; or give {name}=provider/model')
    guard = read_guard(said["guard"], where) if "guard" in said else None
    if guard is None and not asked.startswith("hf/"):
        raise UsageError(f"{where}: {asked} is no local classifier (hf/…), and there is no [guard] to ask it in words")
    way = said.get("windows", "max")
    if way not in WAYS:
        raise UsageError(f"{where}: windows = {way!r}; there are: {', '.join(WAYS)}")
    found = Description(
        name,
        asked,
        _text(said, where),
        _whole(said, where),
        way,
        str(said.get("deciding", "")),
        _scores(said.get("scores", {}), where),
        _judges(said.get("judges", {}), where),
        _upstream(said.get("upstream"), where),
        guard,
    )
    if guard is not None:
        check_labels(found, guard.labels, f"[guard] of {where}")
    return found


def _text(said: Mapping[str, Any], where: str) -> str:
    text = said.get("text", "{reply}")
    if not isinstance(text, str) or "{reply}" not in text:
        raise UsageError(f"{where}: text = {text!r} has no {{reply}} in it")
    return text


def _whole(said: Mapping[str, Any], where: str) -> int:
    window = said.get("window", 0)
    if not isinstance(window, int) or isinstance(window, bool) or window < 0:
        raise UsageError(f"{where}: window = {window!r} is no number of tokens")
    return window


def _scores(said: object, where: str) -> dict[str, float]:
    if not isinstance(said, dict) or not all(isinstance(one, int | float) for one in said.values()):
        raise UsageError(f"{where}: scores = {said!r} are no numbers of labels")
    return {label: float(one) for label, one in said.items()}


def _judges(said: object, where: str) -> dict[str, dict[str, str]]:
    if not isinstance(said, dict) or not all(isinstance(one, dict) for one in said.values()):
        raise UsageError(f"{where}: [judges.NAME] maps its labels to those of the judge NAME")
    return {judge: {str(own): str(theirs) for own, theirs in labels.items()} for judge, labels in said.items()}


def _upstream(said: object, where: str) -> Upstream | None:
    if said is None:
        return None
    if not isinstance(said, dict) or set(said) - {"labels"} != {"field", "tasks"}:
        raise UsageError(f"{where}: [upstream] has a field and tasks, and perhaps labels")
    labels = said.get("labels", {label: label for label in PUBLISHED})
    if not isinstance(labels, dict) or not labels or not set(labels.values()) <= set(PUBLISHED):
        raise UsageError(f"{where}: [upstream] labels = {labels!r}; they map its labels to {' and '.join(PUBLISHED)}")
    return Upstream(str(said["field"]), frozenset(map(str, said["tasks"])), labels)


# ---- whether the names in it are names of something ------------------------------------------------


def check_labels(said: Description, known: Collection[str], whose: str) -> None:
    """Whether a classifier knows every label that its description names.

    Args:
        said: the description.
        known: the labels that there are.
        whose: who knows them, for the error.

    Raises:
        UsageError: it does not know one.
    """
    unknown = sorted(said.labels.difference(known))
    if unknown:
        raise UsageError(
            f"{said.name} names {_listed(unknown)}, and {whose} knows {_listed(known)} alone: mend the labels that its "
            "TOML names"
        )


def check_serves(said: Description, tasks: Sequence[Task], others: Sequence[Task]) -> None:
    """Whether a classifier that is to decide has something to decide, under names that judges know.

    Args:
        said: its description.
        tasks: those that are asked.
        others: all that there are.

    Raises:
        UsageError: it names a judge that nobody has, or a label that the judge does not give; or none of the tasks has
            a judge that it stands in for, nor takes what it would have left.
    """
    here = {judge for task in tasks for judge in judges_in(task.judge)}
    anywhere = here.union(judge for task in others for judge in judges_in(task.judge))
    for judge, labels in said.judges.items():
        if judge not in anywhere:
            raise UsageError(f"{said.name}: [judges.{judge}] is no judge of any task; these tasks have {_listed(here)}")
        if judge in KNOWN_LABELS:
            check_verdicts(said.name, judge, labels, KNOWN_LABELS[judge])
    if not here.intersection(said.judges) and not (said.upstream and said.upstream.tasks & {one.id for one in tasks}):
        stands_for = _listed(said.judges) if said.judges else "no judge"
        scored = ". It has scores: --toxicity takes them" if said.scores else ""
        raise UsageError(
            f"--classifier {said.name} decides nothing in these tasks: it stands in for {stands_for}, and their judges "
            f"are {_listed(here)}{scored}"
        )


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "none"
