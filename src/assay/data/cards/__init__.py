"""Judges' cards: what each embedded judge gets wrong on replies that people labelled. Measured once, shipped as TOML.

`make cards` writes them. The labelled replies are not in the package; a card says whose they are and under which
licence. A card is stale once the source of its judge is another than the one that was measured.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from assay.errors import DataError

FIGURES = ("accuracy", "sensitivity", "specificity", "f1", "kappa")
BREAKDOWNS = ("by_model", "by_lang")
HOME = Path(str(files("assay")))


@dataclass(frozen=True, slots=True)
class JudgeCard:
    """One judge's errors, and what they were measured on."""

    judge: str
    content: Mapping[str, Any]
    """All that the file says: the figures with their intervals, by model and language, and where they come from."""

    @property
    def stale(self) -> bool:
        """Whether the judge was changed since."""
        return bool(self.content["fingerprint"] != fingerprint(self.content["source_files"]))

    def described(self) -> dict[str, Any]:
        """The card as run.json and `assay judges check --json` have it."""
        return {**self.content, "stale": self.stale}

    def in_short(self) -> dict[str, Any]:
        """Without the figures of each model and language."""
        return {name: value for name, value in self.described().items() if name not in BREAKDOWNS}


@cache
def cards() -> Mapping[str, JudgeCard]:
    """Every card in the package, by judge.

    Raises:
        DataError: the installation is damaged.
    """
    return read_cards(HOME / "data" / "cards")


def read_cards(folder: Path) -> dict[str, JudgeCard]:
    """The cards of a folder, by judge.

    Raises:
        DataError: a file is no card.
    """
    found = {}
    for file in sorted(folder.glob("*.toml")):
        try:
            content = tomllib.loads(file.read_text(encoding="utf-8"))
            for figures in (content, *(one for kind in BREAKDOWNS for one in content[kind].values())):
                figures.update({name: figures.get(name) for name in FIGURES})  # TOML has no null
            found[content["judge"]] = JudgeCard(content["judge"], content)
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise DataError(f"{file} is no judge's card ({error!r}): reinstall llm-assay, or `make cards`") from error
    return found


def fingerprint(source_files: Sequence[str]) -> str:
    """A hash of a judge's source: of every file that the globs find below the package. Line ends do not count."""
    digest = sha256()
    for pattern in source_files:
        for file in sorted(HOME.glob(pattern), key=lambda path: path.as_posix()):
            digest.update(file.relative_to(HOME).as_posix().encode())
            digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]
