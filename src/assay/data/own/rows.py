"""From the records of a file of one's own to rows: the prompt, what is right, the options, checked line by line."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from math import isfinite
from random import Random
from typing import Any

import numpy as np

from assay.data.own.description import LANGS, Description
from assay.data.own.lines import fault, records
from assay.errors import DataError
from assay.parse import yes_no
from assay.schema import Raw, Row, user

TRUE = {"true": "yes", "1": "yes", "false": "no", "0": "no"}
LETTERS = "ABCDEFGH"


def raws(described: Description, langs: Sequence[str]) -> Iterator[Raw]:
    """The records in these languages, language by language, as what `rows` takes. The first pass looks for twins.

    Raises:
        DataError: a line that cannot be asked or judged, or two of one id.
    """
    for number, lang in enumerate(langs):
        twins = _Twins(described) if not number else None
        for place, (line, record) in enumerate(records(described.file), 1):
            raw = _raw(described, place, line, record)
            if twins is not None:
                twins.add(raw)
            if raw["lang"] == lang:
                yield raw
        if twins is not None:
            twins.check()


def langs_of(described: Description) -> list[str]:
    """The languages that the file has rows of."""
    return [lang for lang in LANGS if next(raws(described, (lang,)), None) is not None]


def rows(given: Iterable[Raw]) -> Iterator[Row]:
    """One row a record; `fields` are the file's own columns."""
    for raw in given:
        yield Row(
            id=raw["id"],
            chats=(user(raw["prompt"]),),
            gold=raw["gold"],
            options=raw["options"],
            group=raw["group"],
            cluster=raw["cluster"] or raw["id"],
            lang=raw["lang"],
            fields=raw["record"],
        )


def lettered(texts: Sequence[str]) -> str:
    """Options as `{options}` shows them, one a line."""
    return "\n".join(f"{letter}. {text}" for letter, text in zip(LETTERS, texts, strict=False))


def shuffled(row: Row, seed: int) -> Row:
    """The row with its lettered options in another order, in the prompt and for the gold letter.

    The order depends on the seed and the row's id alone, so that both languages of a row share it. A prompt that does
    not show its options as `{options}` does stays as it is.
    """
    asked, block = row.chats[0][-1], lettered(row.options)
    if not row.options or block not in asked.content:
        return row
    order = list(range(len(row.options)))
    Random(f"{seed}/{row.id}").shuffle(order)
    texts = tuple(row.options[place] for place in order)
    message = replace(asked, content=asked.content.replace(block, lettered(texts)))
    gold = LETTERS[order.index(LETTERS.index(str(row.gold)))]
    return replace(row, chats=((*row.chats[0][:-1], message),), options=texts, gold=gold)


# ---- one record ------------------------------------------------------------------------------------


def _raw(described: Description, place: int, line: int, record: Mapping[str, Any]) -> Raw:
    def cell(what: str) -> str:
        column = described.columns.get(what)
        if column is None:
            return ""
        value = record.get(column)
        if value is None and what not in ("group", "cluster"):
            raise fault(described.file, line, f"no {column!r}, which [columns] takes for {what}; every line has it")
        if isinstance(value, dict | list):
            raise fault(described.file, line, f"{column!r} is a {type(value).__name__}; {what} is one text or number")
        return _text(value).strip() if what != "prompt" else _text(value)

    options = _options(described, line, record)
    lang = _lang(described, line, cell("lang"))
    identity = cell("id") if "id" in described.columns else f"row-{place:06d}"
    if not identity:
        raise fault(described.file, line, f"{described.columns['id']!r} is empty; give every line an id of its own")
    return {
        "id": identity,
        "prompt": _prompt(described, line, record, cell("prompt"), options, lang),
        "gold": _gold(described, line, record, options),
        "options": options,
        "group": cell("group"),
        "cluster": cell("cluster"),
        "lang": lang,
        "record": record,
        "line": line,
    }


def _text(value: object) -> str:
    """A cell as a text: JSON has numbers and truth values too."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _lang(described: Description, line: int, said: str) -> str:
    if "lang" not in described.columns:
        return described.lang
    lang = said.lower().replace("_", "-").partition("-")[0]
    if lang not in LANGS:
        raise fault(
            described.file,
            line,
            f"the language {said!r} is none of {', '.join(LANGS)}; replies are read in these. Leave lang out of "
            f"[columns] and the column's name another than lang, and all rows count as {described.lang}",
        )
    return lang


def _prompt(described: Description, line: int, record: Raw, asked: str, options: tuple[str, ...], lang: str) -> str:
    if not asked.strip():
        raise fault(described.file, line, f"{described.columns['prompt']!r} is empty: there is nothing to ask")
    if described.template:
        texts = {name: _text(value) for name, value in record.items()}
        try:
            return described.template[lang].format_map({**texts, "options": lettered(options)})
        except KeyError as error:
            raise fault(described.file, line, f"no {error}, which the template names") from error
    lacking = next((option for option in options if option not in asked), None)
    if described.kind == "choice" and lacking is not None:
        raise fault(
            described.file,
            line,
            f"the prompt does not show the option {lacking!r}. Put the options in, as A. … a line, or write under "
            f'[task]: template = """{{{described.columns["prompt"]}}}\\n{{options}}\\nReply with the letter only."""',
        )
    return asked


def _options(described: Description, line: int, record: Raw) -> tuple[str, ...]:
    if not described.options:
        return ()
    if not described.options_listed:
        cells = [_text(record.get(column)).strip() for column in described.options]
        while cells and not cells[-1]:  # a question with fewer options than others
            cells.pop()
    else:
        cells = _listed(record.get(described.options[0]))
    if len(cells) < 2 or not all(cells):
        raise fault(
            described.file,
            line,
            f"{len([cell for cell in cells if cell])} options in {', '.join(described.options)}; two or more are "
            'offered, none of them empty. One column lists them as ["a", "b"] or a | b',
        )
    if len(cells) > len(LETTERS):
        raise fault(described.file, line, f"{len(cells)} options; at most {len(LETTERS)} have letters ({LETTERS})")
    if len(set(cells)) < len(cells):
        raise fault(described.file, line, "two options are the same; every one is offered once")
    return tuple(cells)


def _listed(value: object) -> list[str]:
    """A list, or a cell that holds one: as JSON, or with bars between."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            return []
    if isinstance(value, list):
        return [_text(one).strip() for one in value]
    text = _text(value)
    return [one.strip() for one in text.split("|")] if text.strip() else []


# ---- what is right ---------------------------------------------------------------------------------


def _gold(described: Description, line: int, record: Raw, options: tuple[str, ...]) -> Any:
    column = described.judge.get("against") if described.kind == "similarity" else None
    column = column or described.columns.get("gold")
    if column is None:
        return None
    value = record.get(column)
    said = _text(value).strip() if not isinstance(value, list) else ""
    if not said and not isinstance(value, list):
        raise fault(described.file, line, f"{column!r} is empty; every line says what is right")
    if described.kind in ("match", "number"):
        golds = _listed(value) if isinstance(value, list) or described.kind == "match" else [said]
        if not golds or not all(golds):
            raise fault(described.file, line, f'{column!r} has an empty answer; write a text, ["a", "b"] or a | b')
        return tuple(golds) if described.kind == "match" else (_figure(described, line, column, said),)
    if described.kind in ("toxicity", "similarity"):
        return said
    label = _letter(described, line, said, options) if described.kind == "choice" else _label(described, said)
    if label is None:
        offered = ", ".join(LETTERS[: len(options)]) if options else ", ".join(described.labels)
        what = f"none of the options {', '.join(map(repr, options))}" if options else f"none of {offered}"
        raise fault(described.file, line, f"{column} = {said!r} is {what}; write {offered}")
    return label


def _letter(described: Description, line: int, said: str, options: tuple[str, ...]) -> str | None:
    """The letter of the option that is said by letter or in its own words."""
    by_text = LETTERS[options.index(said)] if said in options else None
    by_letter = said.upper() if len(said) == 1 and said.upper() in LETTERS[: len(options)] else None
    if by_text and by_letter and by_text != by_letter:
        raise fault(
            described.file,
            line,
            f"{said!r} is the letter of one option and the text of another; write the letter of the right one, and "
            "options that are no letters",
        )
    return by_text or by_letter


def _label(described: Description, said: str) -> str | None:
    if described.kind == "yes_no":
        return TRUE.get(said.casefold()) or yes_no(said)
    for label in described.labels:
        words = described.judge["labels"][label] if described.kind in ("labels", "grader") else ()
        if said.casefold() in (label.casefold(), *(word.casefold() for word in words)):
            return label
    return None


def _figure(described: Description, line: int, column: str, said: str) -> str:
    try:
        number = float(said.replace(",", ""))
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise fault(described.file, line, f"{column} = {said!r} is no number")
    return repr(number)


class _Twins:
    """Whether an id comes twice in a language: eight bytes a record, and a second look only where it does."""

    def __init__(self, described: Description) -> None:
        self._described = described
        self._hashes = array("Q")

    def add(self, raw: Raw) -> None:
        self._hashes.append(_hash(raw))

    def check(self) -> None:
        """Raise DataError where two records of a language share an id."""
        hashes = np.sort(np.frombuffer(self._hashes, dtype=np.uint64)) if self._hashes else np.empty(0, np.uint64)
        twice = frozenset(hashes[1:][hashes[1:] == hashes[:-1]].tolist())
        if twice:
            raise self._named(twice)

    def _named(self, twice: frozenset[int]) -> DataError:
        described = self._described
        seen: dict[int, int] = {}
        for place, (line, record) in enumerate(records(described.file), 1):
            raw = _raw(described, place, line, record)
            name = _hash(raw)
            if name in seen:
                shared = (
                    "" if "lang" in described.columns else "; only rows of another language (a lang column) share it"
                )
                return fault(described.file, line, f"the id {raw['id']!r} is that of line {seen[name]} too{shared}")
            if name in twice:
                seen[name] = line
        return DataError(f"{described.file} was changed while it was read; run the same command again")


def _hash(raw: Raw) -> int:
    return int.from_bytes(blake2b(f"{raw['lang']}\0{raw['id']}".encode(), digest_size=8).digest(), "little")
