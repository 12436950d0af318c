"""Where a provider is asked and with which key: the table's row, and what the environment says before it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from assay import plugins
from assay.errors import UsageError
from assay.local import HUGGING_FACE
from assay.models.bridge import BRIDGE, reached
from assay.models.http import checked_key, checked_url
from assay.models.providers import Provider, at, table

OPENAI_URL = "https://api.openai.com/v1"


def environment() -> Mapping[str, str]:
    """The process environment over a `.env` file of the working directory."""
    dotenv = {key: value for key, value in dotenv_values(Path(".env")).items() if value is not None}
    return {**dotenv, **os.environ}


def address_of(provider: str, env: Mapping[str, str], base_url: str = "") -> tuple[Provider, str]:
    """Whose row holds, and the base URL; `base_url` is where `openai/…` goes.

    Any name may be a service's: `NAME_BASE_URL` says where it is.

    Raises:
        UsageError: unknown provider, or one whose address is not known.
    """
    given = env.get(f"{variable(provider)}_BASE_URL", "")
    if provider == "openai":
        url = base_url or given or OPENAI_URL
        return at(url), url
    row = table().get(provider) if provider != "any" else None
    url = given or (_own(row, env) if row else "")
    if not url:
        raise UsageError(_unknown(provider, row))
    return row or at(url), url


def key_of(provider: str, row: Provider, env: Mapping[str, str]) -> tuple[str, str]:
    """The key and the variable it stands in; without one, an empty key and the variable to set.

    `NAME_API_KEY` is a provider's own; the row's other variables are for its service, and are sent nowhere else.

    Raises:
        UsageError: a key that cannot be one.
    """
    own = f"{variable(provider)}_API_KEY"
    names = list(dict.fromkeys([*(row.keys if provider == row.id else ()), own]))
    name = next((one for one in names if env.get(one)), names[0])
    return checked_key(env.get(name, ""), name), name


def without_key(provider: str, key_name: str) -> UsageError:
    """What to do about a missing key."""
    elsewhere = "--base-url" if provider == "openai" else f"{variable(provider)}_BASE_URL"
    return UsageError(
        f"{key_name} is not set: put it into the environment or into a .env file here, or give {elsewhere} "
        "for a server that needs none. Without any key: `assay run baseline/refuser`"
    )


def variable(provider: str) -> str:
    """What the variables of a provider begin with."""
    return re.sub(r"\W", "_", provider).upper()


def listed(name: str = "") -> list[dict[str, Any]]:
    """The rows as they can be shown, in the order of the table, or one; of keys, only whether they are set.

    Raises:
        UsageError: no row has that name, or a key or URL of the environment cannot be one.
    """
    rows, env = table(), environment()
    if name and (name not in rows or name == "any"):
        raise UsageError(_unknown(name, None))
    shown = [_described(row, env) for row in rows.values() if row.id != "any" and name in ("", row.id)]
    if name and rows[name].speaks == "bridge":
        shown[0]["reaches"] = reached()
    return shown


def _described(row: Provider, env: Mapping[str, str]) -> dict[str, Any]:
    """A row as it can be shown. What is reached over a bridge has keys and base URLs of its own."""
    if row.speaks == "bridge":
        where = {"base_url": "", "base_url_variable": "", "key": "", "key_set": False}
    else:
        where = _where(row, env)
    return {
        "id": row.id,
        "name": row.name,
        **where,
        "keyless": row.keyless,
        "batch_mb": row.batch or None,
        "departs": _departs(row),
        "documents": row.documents,
        "unverified": row.unverified,
        "note": row.note,
    }


def _where(row: Provider, env: Mapping[str, str]) -> dict[str, Any]:
    key, key_name = key_of(row.id, row, env)
    own = f"{variable(row.id)}_BASE_URL"
    url = env.get(own, "") or _own(row, env)
    return {
        "base_url": checked_url(url, allow_http=True) if url else "",
        "base_url_variable": own,
        "key": key_name,
        "key_set": bool(key),
    }


def _departs(row: Provider) -> dict[str, str]:
    """In what a service differs, as text."""
    other = {"messages": "Anthropic's Messages", "generate": "Gemini's generateContent"}
    limit = row.limit + (f" ({row.default_limit:,} where none is asked for)" if row.default_limit else "")
    said = {
        "speaks": other.get(row.speaks, ""),
        "limit": "" if row.speaks == "generate" or limit == "max_tokens" else limit,
        "seed": "" if row.seed == "seed" else row.seed or "takes none",
        "refuses": ", ".join([*sorted(row.refuses), *(_of_some(some.match, some.refuses) for some in row.models)]),
        "reasoning": ", ".join(row.reasoning),
        "filtered": ", ".join(sorted(row.filtered)),
    }
    return {heading: text for heading, text in said.items() if text}


def _of_some(match: tuple[str, ...], refuses: frozenset[str]) -> str:
    return f"{' and '.join(sorted(refuses))} of {' '.join(match)}"


def _own(row: Provider, env: Mapping[str, str]) -> str:
    """The base URL of a row: made from a variable of its own, or the table's."""
    made = (env[name].rstrip("/") + path for name, path in row.address.items() if env.get(name))
    return next(made, row.url)


def _unknown(provider: str, row: Provider | None) -> str:
    """What to do about a provider without an address."""
    own = f"{variable(provider)}_BASE_URL"
    if row:
        others = "".join(f" (or {name})" for name in row.address)
        return f"{row.name} has an address of its own for every customer: set {own}{others}"
    known = [*(name for name in table() if name != "any"), HUGGING_FACE, "baseline"]
    added = plugins.names("assay.models")
    theirs = f"; of plugins: {', '.join(added)}" if added else ""
    there = f"there are: {', '.join(known)}{theirs}"
    meant = _meant(provider, [*known, *added])
    if meant:
        return f"unknown provider {provider!r}: did you mean {meant}/MODEL? If not, {there}, or any once {own} is set"
    return (
        f"unknown provider {provider!r}; {there}. Any service or local server that speaks OpenAI's chat completions is "
        "`openai/MODEL` with --base-url URL (or OPENAI_BASE_URL); a second one, such as a judge's, is "
        f"`{provider}/MODEL` once {own} says where it is. One that speaks something of its own may be "
        f"`{BRIDGE}/{provider}/MODEL`"
    )


def _meant(provider: str, known: list[str]) -> str:
    """The provider whose name, or a word of whose service's name, is next to what was typed; empty where none is."""
    called = {word: row.id for row in table().values() if row.id != "any" and row.speaks != "bridge"
              for word in re.findall(r"\w{3,}", row.name.lower())}  # fmt: skip
    called |= {name: name for name in known}
    near = get_close_matches(provider.lower(), called, n=1, cutoff=0.75)
    return called[near[0]] if near else ""
