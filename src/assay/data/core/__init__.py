"""`core`: the embedded suite, in parallel English and Chinese, one human-readable YAML file a task.

A file holds `items` (or a `grid` whose every combination is an item). Each item has fields that both languages share,
under the published field names, and its texts under `en` and `zh`. A `template` turns an item into a prompt;
`variants` turn each item into several. Every (item, variant, language) becomes one raw record.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any
from urllib.parse import quote

import yaml

from assay.data.templates.perturbations import perturb
from assay.errors import DataError

LANGS = ("en", "zh")


def load(file: str, langs: Sequence[str] = ("en",)) -> Iterator[dict[str, Any]]:
    """The raw records of one core file, e.g. `safety/misuse.yaml`, language by language.

    Raises:
        DataError: there is no such file in the package.
    """
    sheet = _sheet(file)
    for lang in langs:
        for item in _items(sheet, lang):
            yield from _records(sheet, item, lang)


@cache
def _sheet(file: str) -> Mapping[str, Any]:
    path = files("assay.data.core").joinpath(file)
    if not path.is_file():
        raise DataError(
            f"core has no file {file!r}: the installation is damaged; run `pip install --force-reinstall llm-assay`"
        )
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    sheet: Mapping[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506  (both are safe)
    return sheet


def _items(sheet: Mapping[str, Any], lang: str) -> Iterator[dict[str, Any]]:
    """Items with the texts of `lang` among their fields, and those of both languages left out."""
    for item in sheet.get("items", ()):
        shared = {key: value for key, value in item.items() if key not in LANGS}
        yield {**shared, **item[lang]}
    grid: Mapping[str, Mapping[str, Mapping[str, str]]] = sheet.get("grid", {})
    for cell in product(*(axis.items() for axis in grid.values())) if grid else ():
        keys = [key for key, _ in cell]
        words = {f"{axis}_word": word[lang] for axis, (_, word) in zip(grid, cell, strict=True)}
        yield {"id": "-".join(keys), **dict(zip(grid, keys, strict=True)), **words}


def _records(sheet: Mapping[str, Any], item: dict[str, Any], lang: str) -> Iterator[dict[str, Any]]:
    variants = sheet.get("variants", ({},))
    for number, variant in enumerate(variants):
        raw = {**item, **{key: value for key, value in variant.items() if key != "template"}, "lang": lang}
        if len(variants) > 1:
            raw["id"] = f"{item['id']}/{number}"
        template = variant.get("template", sheet.get("template"))
        if template is not None:
            raw["prompt"] = _Fill(raw).format(template[lang])
        yield raw


class _Fill(string.Formatter):
    """`{field}` and the few conversions that templates need, filled from one record."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return self.raw[str(key)]

    def format_field(self, value: Any, spec: str) -> str:
        if isinstance(value, list):
            return _lettered(value, spec)
        text = str(value)
        match spec:
            case "":
                return text
            case "url":
                return quote(text)
            case "head":
                return text[: len(text) // 2]
            case "tail":
                return text[len(text) // 2 :]
            case "perturb":
                kind = str(self.raw["type"])
                return text if kind == "original" else perturb(text, kind, str(self.raw["lang"]))
        raise ValueError(f"core templates have no conversion {spec!r}")


def _lettered(options: Sequence[Any], spec: str) -> str:
    """Options as `A. …` a line, `0: …` a line (spec `0`), or `(1) …` in one line (spec `1`)."""
    if spec == "0":
        return "\n".join(f"{number}: {option}" for number, option in enumerate(options))
    if spec == "1":
        return " ".join(f"({number}) {option}" for number, option in enumerate(options, 1))
    return "\n".join(f"{letter}. {option}" for letter, option in zip(string.ascii_uppercase, options, strict=False))
