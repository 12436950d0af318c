"""Which rows somebody may have trained on: what `assay export` gave away, as hashes, beside what a run would ask.

An item is seen when its prompt is in a manifest, whatever task it stands in, or when its id is, whatever language it is
asked in: who trained on the English item has met the Chinese one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

import orjson

from assay.errors import UsageError
from assay.schema import Chat, Raw, Row, Task

SCHEMA = "assay.manifest/1"
FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one export gave away."""

    path: Path
    sha256: str
    prompts: frozenset[str]
    items: frozenset[str]

    def holds(self, task: str, row: Row) -> bool:
        """Whether this row, or its translation, was given away."""
        asked = prompt_hash(row.chats) in self.prompts or any(
            prompt_hash((chat,)) in self.prompts for chat in row.chats
        )
        return asked or item_hash(task, row.id, row.cluster or row.id) in self.items

    def in_short(self) -> dict[str, Any]:
        """For run.json."""
        return {"sha256": self.sha256, "items": len(self.items)}


def prompt_hash(chats: Sequence[Chat]) -> str:
    """Of what users say in them; case, spaces and system prompts make no difference."""
    said = (turn.content for chat in chats for turn in chat if turn.role == "user")
    return _hash(" ".join("\n".join(said).casefold().split()))


def item_hash(task: str, name: str, cluster: str) -> str:
    """Of an item's task and id, and of its cluster, which tells two files apart whose rows are both called 1."""
    return _hash("\0".join((task, name, cluster)))


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def read_manifest(path: Path) -> Manifest:
    """The manifest of an export: the file, or the folder that it is in.

    Raises:
        UsageError: there is none, or it is not what `assay export` writes.
    """
    file = path / FILE if path.is_dir() else path
    try:
        written = file.read_bytes()
        found: Mapping[str, Any] = orjson.loads(written)
        if found["schema"] != SCHEMA:
            raise ValueError(f"schema {found['schema']!r}")
        return Manifest(file, sha256(written).hexdigest(), frozenset(found["prompts"]), frozenset(found["items"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file} is no manifest of `assay export` ({error}): give the folder that it wrote") from error


def seen(manifests: Sequence[Manifest], rows: Iterable[tuple[str, Row]]) -> dict[str, int]:
    """By task, how many of these (task id, row) one of the manifests holds; tasks without any are not there."""
    counts: dict[str, int] = {}
    for task, row in rows:
        if any(manifest.holds(task, row) for manifest in manifests):
            counts[task] = counts.get(task, 0) + 1
    return counts


def unseen(task: Task, manifests: Sequence[Manifest]) -> Task:
    """The same task without the rows that a manifest holds."""
    return replace(task, rows=_without(task.id, task.rows, manifests)) if manifests else task


def _without(
    task: str, rows: Callable[[Iterable[Raw]], Iterator[Row]], manifests: Sequence[Manifest]
) -> Callable[[Iterable[Raw]], Iterator[Row]]:
    return lambda raws: (row for row in rows(raws) if not any(manifest.holds(task, row) for manifest in manifests))
