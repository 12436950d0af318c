"""What tokens cost: price tables in TOML, a packaged one and the user's own.

An entry is a pattern of model strings with USD for a million prompt and completion tokens. A model without an entry has
no known price: that is None, never 0. Baselines are free.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from typing import Any

from assay.errors import UsageError

MILLION = 1_000_000

Table = Mapping[str, "Price"]
"""Prices by pattern of model strings: `*` is any characters, `?` is one."""


@dataclass(frozen=True, slots=True)
class Price:
    """USD for a million tokens."""

    prompt: float
    completion: float
    as_of: date | None = None
    """The day on which it is known to have held."""
    at: str = ""
    """The base URL to which the price belongs; empty: wherever the model is asked."""

    def cost(self, prompt: int, completion: int) -> float:
        """USD for so many tokens."""
        return (prompt * self.prompt + completion * self.completion) / MILLION

    def holds_at(self, endpoint: str) -> bool:
        """Whether this is the price there. A path below the base URL is the same address, a longer host is not."""
        return not self.at or endpoint == self.at or endpoint.startswith(f"{self.at}/")


FREE = Price(0.0, 0.0)
FREE_AT = ("baseline", "hf", "hf-classifier")
"""In this process: no endpoint, or local weights, named before an `@`."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Price tables, the strongest first: whatever a user's table says of a model goes before the packaged price."""

    tables: tuple[Table, ...]

    def of(self, model: str, endpoint: str) -> Price | None:
        """What a model costs at an endpoint; None where no table knows."""
        if endpoint.partition("@")[0] in FREE_AT:
            return FREE
        for table in self.tables:
            patterns = [one for one in table if _matches(one, model) and table[one].holds_at(endpoint)]
            if patterns:
                return table[max(patterns, key=lambda one: (one == model, _literal(one), one))]
        return None


def _matches(pattern: str, model: str) -> bool:
    return pattern == model or fnmatchcase(model, pattern.replace("[", "[[]"))


def _literal(pattern: str) -> int:
    """The characters of a pattern that stand for themselves."""
    return len(pattern) - pattern.count("*") - pattern.count("?")


def load_prices(given: Path | None = None) -> Prices:
    """The tables that hold here: `--prices FILE`, then the user's own, then the packaged one.

    Raises:
        UsageError: a table cannot be read, is not TOML, or has an entry that is no price.
    """
    own = own_table()
    paths = [path for path in (given, own if own.exists() else None) if path is not None]
    return Prices((*(read_table(path) for path in paths), packaged_table()))


def own_table() -> Path:
    """Where the user's table is looked for: `$ASSAY_HOME/prices.toml`, by default `~/.cache/assay/prices.toml`."""
    home = os.environ.get("ASSAY_HOME")
    return (Path(home) if home else Path.home() / ".cache" / "assay") / "prices.toml"


def packaged_table() -> Table:
    """The public list prices that come along."""
    file = files("assay.models").joinpath("prices.toml")
    return parsed_table(file.read_text(encoding="utf-8"), "the packaged prices.toml")


def read_table(path: Path) -> Table:
    """A user's table.

    Raises:
        UsageError: see `load_prices`.
    """
    try:
        return parsed_table(path.read_text(encoding="utf-8-sig"), str(path))
    except OSError as error:
        raise UsageError(f"the price table {path} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"the price table {path} is not UTF-8 text") from None


def parsed_table(text: str, where: str) -> Table:
    """A table out of its TOML text; `where` names it in errors.

    Raises:
        UsageError: see `load_prices`.
    """
    try:
        entries = tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError is one, and so is a number of too many digits
        raise UsageError(
            f"{where} is not TOML: {error}. A model string stands in quotes, as in "
            '["openai/my-model"], with prompt = 0.5 and completion = 1.5 on the lines below it'
        ) from None
    return {pattern: _price(pattern, entry, where) for pattern, entry in entries.items()}


def _price(pattern: str, entry: Any, where: str) -> Price:
    here = f'{where}, entry "{pattern}"'
    if not isinstance(entry, dict) or "/" not in pattern:
        raise UsageError(
            f'{here}: an entry is a model string in quotes, such as ["openai/my-model"], with prompt and completion'
        )
    unknown = sorted(set(entry) - {"prompt", "completion", "as_of", "at"})
    if unknown:
        raise UsageError(f"{here}: unknown field {unknown[0]!r}; there are: prompt, completion, as_of, at")
    as_of, at = entry.get("as_of"), entry.get("at", "")
    if as_of is not None and type(as_of) is not date:
        raise UsageError(f"{here}: as_of is not a date such as 2026-01-31")
    if not isinstance(at, str):
        raise UsageError(f"{here}: at is not the text of a base URL")
    return Price(_usd(entry, "prompt", here), _usd(entry, "completion", here), as_of, at.rstrip("/"))


def _usd(entry: Mapping[str, Any], field: str, here: str) -> float:
    if field not in entry:
        raise UsageError(f"{here}: {field} is missing: USD for a million {field} tokens (0 where it is free)")
    value = entry[field]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MILLION:
        raise UsageError(f"{here}: {field} = {value!r} is not a price: USD for a million tokens, 0 or more")
    return float(value)


def unpriced(model: str, endpoint: str) -> str:
    """What to do about a model that no table knows, with the line to paste."""
    entry = f"{json.dumps(model, ensure_ascii=False)} = {{prompt = ?, completion = ?}}"  # TOML quotes as JSON does
    return (
        f"no price is known for {model} at {endpoint}. Put its USD for a million tokens in place of the question marks "
        f"of this line, and the line into {own_table()} or a file given with --prices: {entry}"
    )
