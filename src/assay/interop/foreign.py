"""Somebody else's task with its replies, as data of one's own: a JSONL file and its TOML beside the run.

Replies are judged by a judge of ours, chosen by what is right (a letter, a text) or by the user; what the other tool
measured is kept beside it: each sample's score with its reply, the totals in run.json.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from assay.data import own
from assay.errors import DataError, UsageError
from assay.interop.keeping import IMPORTED, Brought, check_out, described
from assay.schema import Chat, Record, Reply, Row
from assay.store.folder import unwritable

KINDS = ("choice", "match", "yes_no", "refusal")
"""Judges that need nothing but the reply and what is right."""

LETTERS = "ABCDEFGH"
DATA = "data.jsonl"
TEMPLATE = '"""\n{prompt}\n{options}\nReply with the letter only."""'
"""How `assay run` asks a choice whose prompt did not show the options: likelihoods were compared, or they followed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One chat, what came back, and what the other tool said of it."""

    id: str
    epoch: int
    chat: Chat
    gold: tuple[str, ...]
    """Every accepted answer; a letter where there are options."""
    options: tuple[str, ...]
    reply: Reply
    recorded: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A task of another tool."""

    name: str
    model: str
    endpoint: str
    source: str
    metrics: Sequence[Mapping[str, Any]]
    """What the other tool measured."""
    asked: Callable[[], Iterator[Asked]]
    incomplete: str = ""
    """What the other tool did not get to; empty where it came to its end."""


def brought(found: Found, out: Path, kind: str = "", lang: str = "en") -> Brought:
    """The run that it becomes. Writes the data and its TOML into `out`.

    Args:
        found: the task.
        out: the run folder to be.
        kind: the judge, of `KINDS`; empty to tell it from what is right.
        lang: in which language it asks.

    Raises:
        UsageError: another run is there; or nothing says what is right, and no kind was given.
        DataError: two rows share an id, or a row cannot be judged so.
    """
    check_out(out, found.model)
    kind = kind or _kind(found)
    with _left_as_it_was(out):
        _write(found, out, kind, lang)
        data = str(out / DATA)
        task = own.task(data)
        rows = {row.id: row for row in task.rows(own.load(data, (lang,)))}
    run = described(found.model, found.endpoint, {"name": data, "sha256": own.digest(data)}, (task,), found.source)
    run[IMPORTED]["metrics"] = list(found.metrics)
    if found.incomplete:
        run[IMPORTED]["incomplete"] = {task.id: found.incomplete}
    run["langs"] = [lang]
    return Brought(run, [(task, partial(_records, found, rows))])


@contextmanager
def _left_as_it_was(out: Path) -> Iterator[None]:
    """The data and its TOML in the folder are what they were, should making them anew fail."""
    files = [out / DATA, (out / DATA).with_suffix(".toml")]
    before = {file: file.read_bytes() for file in files if file.exists()}
    there = out.exists()
    try:
        yield
    except BaseException:
        for file in files:
            file.unlink(missing_ok=True)
        for file, content in before.items():
            file.write_bytes(content)
        if not there:
            with suppress(OSError):
                out.rmdir()
        raise


def _kind(found: Found) -> str:
    """A choice where options are offered and a letter is right; a match where a text is."""
    seen, lettered, told = 0, True, True
    for one in found.asked():
        if one.options and len(one.gold) > 1 and all(gold in LETTERS[: len(one.options)] for gold in one.gold):
            raise UsageError(
                f"{found.name}: of sample {one.id} the options {', '.join(one.gold)} are right together, and no judge "
                "of assay's asks for several. --judge-as match counts each of them alone as right"
            )
        seen += 1
        lettered = lettered and bool(one.options) and len(one.gold) == 1 and one.gold[0] in LETTERS[: len(one.options)]
        told = told and bool(one.gold)
    if seen and lettered:
        return "choice"
    if seen and told:
        return "match"
    raise UsageError(
        f"{found.name} is no task of assay's, and does not say of every sample what is right: say how its replies are "
        f"to be judged, --judge-as {'|'.join(KINDS)}"
    )


def _write(found: Found, out: Path, kind: str, lang: str) -> None:
    slug = re.sub(r"[^a-z0-9_.-]+", "_", found.name.lower()).strip("_.-") or "task"
    columns = ['id = "id"', 'prompt = "prompt"']
    columns += ['gold = "gold"'] if kind != "refusal" else []
    columns += ['options = "options"'] if kind == "choice" else []
    hidden = kind == "choice" and any(text not in one.chat[-1].content for one in found.asked() for text in one.options)
    template = [f"template = {TEMPLATE}"] if hidden else []
    toml = "\n".join(
        [f"# from {found.source}", "[task]", f'id = "imported/{slug}"', f'lang = "{lang}"', *template, "",
         "[columns]", *columns, "", "[judge]", f'kind = "{kind}"', ""]
    )  # fmt: skip
    written: set[str] = set()
    try:
        out.mkdir(parents=True, exist_ok=True)
        with (out / DATA).open("wb") as file:
            for one in found.asked():
                if one.id not in written:
                    written.add(one.id)
                    file.write(orjson.dumps(_line(one, kind), option=orjson.OPT_APPEND_NEWLINE))
        (out / DATA).with_suffix(".toml").write_text(toml, encoding="utf-8")
    except OSError as error:
        raise unwritable(out / DATA, error) from error
    if not written:
        raise DataError(f"{found.name} has no sample; nothing was imported")


def _line(one: Asked, kind: str) -> dict[str, Any]:
    if not one.chat or not one.chat[-1].content.strip():
        raise DataError(f"sample {one.id} asks nothing; it cannot be a row")
    line: dict[str, Any] = {"id": one.id, "prompt": one.chat[-1].content}
    if kind != "refusal":
        line["gold"] = " | ".join(one.gold)
    return line | ({"options": list(one.options)} if kind == "choice" else {})


def _records(found: Found, rows: Mapping[str, Row]) -> Iterator[tuple[int, Record]]:
    for one in found.asked():
        row = replace(rows[one.id], chats=(one.chat,))
        yield one.epoch, Record(row, (replace(one.reply, recorded=one.recorded),))
