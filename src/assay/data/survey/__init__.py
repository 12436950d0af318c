"""`survey`: the measurement studies of the survey "Trustworthy LLMs" (arXiv 2308.05374, §11), eight of them.

The templates are the published ones. What fills them is our own by default (`--data survey`), in the sizes that the
survey used, and never a download; or what the authors released, where `--data` names a clone or zip of their repository
(`assay.data.survey.released`). Everything is English.

    material (own words, or released)  ──prompts──▶  raw records with a `prompt`
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from assay.data.survey import embedded, released
from assay.data.survey.prompts import STUDIES

__all__ = ["NAME", "digest", "is_survey", "load", "published"]

NAME = "survey"


def is_survey(data: str) -> bool:
    """Whether `--data` means these studies: by name, or a folder or zip with the authors' files."""
    return data == NAME or released.is_released(data)


def load(data: str, study: str) -> Iterator[dict[str, Any]]:
    """The raw records of one study; none where the authors' repository has nothing for it.

    Raises:
        DataError: a file of the authors' repository cannot be read.
    """
    if data == NAME:
        yield from _raws(study, embedded.MATERIAL[study]())
        return
    with released.explained(data, study):
        yield from _raws(study, released.material(data, study))


def _raws(study: str, material: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for number, one in enumerate(material):
        for raw in STUDIES[study](one):
            part = raw.pop("part_id", "")
            yield {"id": f"{study}-{number:04d}{part}", "lang": "en", **raw}


def digest(data: str) -> str:
    """The sha256 of all that decides what is asked: the files that are read, released or our own, and the code."""
    hashed = sha256()
    code = [path for path in Path(str(files("assay.data"))).joinpath("survey").iterdir() if path.is_file()]
    if data == NAME:
        code += Path(str(files("assay.data"))).joinpath("templates").glob("*.py")
    wanted = [path for path in code if data == NAME or path.suffix == ".py"]
    for path in sorted(wanted, key=lambda path: path.as_posix()):
        hashed.update(path.read_bytes())
    if data != NAME:
        released.add_to(hashed, data)
    return hashed.hexdigest()


def published() -> Mapping[str, Any]:
    """The six models' figures, recomputed from the labels that the authors released: by task, by measure, by model."""
    return tomllib.loads(files("assay.data.survey").joinpath("published.toml").read_text(encoding="utf-8"))
