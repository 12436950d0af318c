"""Who can be asked by name, and in what each departs from OpenAI's chat completions: `providers.toml`, read once.

A row is data: nothing here or in the wire formats asks for a service by its name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import urlsplit

LIMITS = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
"""What the limit of a reply's tokens is called, and what else where a service does not know the one."""

TOGETHER: Mapping[str, tuple[str, ...]] = {"logprobs": ("logprobs", "top_logprobs")}
"""Fields that are refused together."""


@dataclass(frozen=True, slots=True)
class Some:
    """Some models of a service, by pattern, and what else they refuse."""

    match: tuple[str, ...]
    refuses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Provider:
    """A row of the table; what each field means stands at its top."""

    id: str
    name: str
    url: str = ""
    hosts: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    address: Mapping[str, str] = field(default_factory=dict)
    keyless: bool = False
    speaks: Literal["chat", "messages", "generate", "bridge"] = "chat"
    key_header: str = "authorization"
    headers: Mapping[str, str] = field(default_factory=dict)
    limit: str = "max_tokens"
    default_limit: int | None = None
    seed: str = "seed"
    refuses: frozenset[str] = frozenset()
    least_temperature: float = 0.0
    reasoning: tuple[str, ...] = ()
    filtered: frozenset[str] = frozenset()
    cut: frozenset[str] = frozenset()
    unfinished: frozenset[str] = frozenset()
    blocked: tuple[str, ...] = ()
    spent: tuple[str, ...] = ()
    no_key: tuple[str, ...] = ()
    batch: int = 0
    models: tuple[Some, ...] = ()
    documents: tuple[str, ...] = ()
    unverified: str = ""
    note: str = ""

    def of(self, model: str) -> Provider:
        """The row as it holds for a model."""
        found = [one.refuses for one in self.models if any(fnmatchcase(model, pattern) for pattern in one.match)]
        return replace(self, refuses=self.refuses.union(*found)) if found else self

    def without(self, name: str) -> Provider:
        """The row of a service that was found to refuse this field of a request."""
        if name == self.limit:
            return replace(self, limit=LIMITS[name])
        if name == self.seed:
            return replace(self, seed="")
        return replace(self, refuses=self.refuses.union(TOGETHER.get(name, (name,))))

    def is_at(self, host: str) -> bool:
        """Whether that host is one of the service's."""
        own = urlsplit(self.url).hostname
        return host == own or any(host.endswith(one) if one.startswith(".") else host == one for one in self.hosts)


@cache
def table() -> Mapping[str, Provider]:
    """All rows by id, in the order of the file; `any` is for servers that no row names."""
    text = files("assay.models").joinpath("providers.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)
    shared = rows.pop("default")
    return {name: _row(name, row, shared) for name, row in rows.items()}


def at(url: str) -> Provider:
    """Whose base URL that is; the row `any` where it is nobody's that is known, or this machine's."""
    host = urlsplit(url).hostname or ""
    named = (row for row in table().values() if not row.keyless and row.is_at(host))
    return next(named, table()["any"])


def _row(name: str, row: Mapping[str, Any], shared: Mapping[str, list[str]]) -> Provider:
    kinds = {one.name: str(one.type) for one in fields(Provider)}
    whole = {**row, **{key: [*values, *row.get(key, ())] for key, values in shared.items()}}
    return Provider(name, **{key: _value(kinds[key], value) for key, value in whole.items()})


def _value(kind: str, value: Any) -> Any:
    """A value of the file as its field has it."""
    if kind.startswith("frozenset"):
        return _each(value)
    if kind == "tuple[Some, ...]":
        return tuple([Some(tuple(one["match"]), _each(one["refuses"])) for one in value])
    return tuple(value) if isinstance(value, list) else value


def _each(names: list[str]) -> frozenset[str]:
    return frozenset([one for name in names for one in TOGETHER.get(name, (name,))])
