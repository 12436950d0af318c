"""Alignment data out of judged replies (the survey, §11.10): what was done well, to imitate; what was not, to avoid.

`grading`       which reply was good, which was bad
`splitting`     what is held out, and may never be trained on
`layouts`       lines as TRL's trainers read them
`dataset_card`  what the data is, for whoever gets it without us

`export` reads run folders and writes `train.jsonl`, `manifest.json` (hashes of what was given away, by which `assay
run --trained-on` recognises it) and `README.md`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from assay import __version__
from assay.contamination import FILE, SCHEMA, item_hash, prompt_hash
from assay.errors import UsageError
from assay.export.dataset_card import data_name, dataset_card
from assay.export.grading import COMPARED, Example, error_of, examples
from assay.export.layouts import Format, Layout, Line, lines
from assay.export.splitting import SHARE, held_out
from assay.schema import Task
from assay.store import RunFolder

__all__ = ["Export", "Exported", "export"]

LICENCES = {"core": "MIT", "survey": "MIT", "trustllm": "MIT (the archive; its sources have terms of their own)"}
"""By the data's name; what a user brought is the user's."""
DATA = "train.jsonl"
UNKNOWN_LICENCE = "that of the file the run was asked from"


@dataclass(frozen=True, slots=True)
class Export:
    """What is to be written."""

    runs: tuple[Path, ...]
    out: Path
    form: Format
    layout: Layout = "conversational"
    tasks: tuple[Task, ...] = ()
    langs: tuple[str, ...] = ()
    """Only these; empty for all."""
    share: float = SHARE
    """Of the items, about so many are held out."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    path: Path
    lines: Mapping[tuple[str, str], int]
    """By task and language."""
    held_out: Mapping[tuple[str, str], int]
    """Judged replies to items that may not be trained on, by task and language."""
    left_out: Mapping[str, int]
    """Replies that teach nothing, by reason."""
    compared: tuple[str, ...]
    """Tasks of which there is no line because their verdicts are about several chats together."""
    unpaired: int
    """Judged replies that are in no line: bad ones in sft; in pairs, to prompts whose replies were all good or bad."""


def export(order: Export) -> Exported:
    """Write the data.

    Raises:
        UsageError: the runs hold nothing to write: no judged reply, or no good and bad reply to one prompt.
        StoreError: a folder is no run, or damaged.
    """
    runs = [(folder, folder.read_run()) for folder in map(RunFolder, order.runs)]
    left_out: Counter[str] = Counter()
    kept: list[Example] = []
    held: Counter[tuple[str, str]] = Counter()
    compared: set[str] = set()
    for folder, described in runs:
        for task, found in _examples(folder, described, order):
            if isinstance(found, str):
                left_out[found] += 1
                compared |= {task} if found == COMPARED else set()
            elif held_out(task, found.topic, found.cluster, order.share):
                held[task, found.lang] += 1
            else:
                kept.append(found)
    written = list(lines(kept, order.form, order.layout))
    if not written:
        raise UsageError(_nothing(order, kept))
    prompts = {one.prompt for _, one in written}
    exported = Exported(
        path=order.out,
        lines=Counter((one.task, one.lang) for _, one in written),
        held_out=held,
        left_out=left_out,
        compared=tuple(sorted(compared - {one.task for _, one in written})),
        unpaired=sum(one.prompt not in prompts for one in kept),
    )
    _write(order, runs, written, exported)
    return exported


def _examples(folder: RunFolder, described: Mapping[str, Any], order: Export) -> Iterator[tuple[str, Example | str]]:
    tasks = {task.id: task for task in order.tasks if task.id in described["tasks"]}
    for task_id, _, record in folder.records(list(tasks)):
        if not order.langs or record.row.lang in order.langs:
            for found in examples(tasks[task_id], record, described["model"]):
                told = found if isinstance(found, str) else replace(found, source=_source(found, described))
                yield task_id, told


def _source(one: Example, described: Mapping[str, Any]) -> dict[str, str]:
    return {
        "judge_error": error_of(one.judge, described["judges"].get("cards", {})),
        "data": f"{data_name(described)} {described['data']['sha256'][:12]}",
        "licence": LICENCES.get(described["data"]["name"], UNKNOWN_LICENCE),
    }


def _nothing(order: Export, kept: Sequence[Example]) -> str:
    """Why there is nothing to write, and what helps."""
    if not kept:
        return (
            "these runs hold no judged reply that may be exported: give runs of tasks whose replies are right or wrong "
            "(`assay tasks`), more of them, or score them first with --judge"
        )
    if order.form in ("dpo", "reward"):
        return (
            "no prompt has both a good and a bad reply: give runs of several models on the same rows, or one with "
            "--epochs 4 at a temperature above 0; --format kto needs no pairs"
        )
    return "no reply was good: --format kto takes bad ones too"


# ---- writing ------------------------------------------------------------------------------------


def _write(
    order: Export,
    runs: Sequence[tuple[RunFolder, Mapping[str, Any]]],
    written: Sequence[tuple[Line, Example]],
    exported: Exported,
) -> None:
    order.out.mkdir(parents=True, exist_ok=True)
    with (order.out / DATA).open("wb") as file:
        file.writelines(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line, _ in written)
    manifest = _manifest(order, runs, [one for _, one in written])
    (order.out / FILE).write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    examples = [one for _, one in written]
    card = dataset_card(order.form, order.layout, order.share, [described for _, described in runs], examples)
    (order.out / "README.md").write_text(card, encoding="utf-8")


def _manifest(
    order: Export, runs: Sequence[tuple[RunFolder, Mapping[str, Any]]], examples: Sequence[Example]
) -> dict[str, Any]:
    """What was given away: the hashes by which a run knows it again, and where it came from."""
    return {
        "schema": SCHEMA,
        "assay": __version__,
        "format": order.form,
        "layout": order.layout,
        "held_out": order.share,
        "runs": [
            {
                "folder": folder.path.name,
                "model": described["model"],
                "data": {**described["data"], "name": data_name(described)},
            }
            for folder, described in runs
        ],
        "prompts": sorted({prompt_hash((one.chat,)) for one in examples}),
        "items": sorted({item_hash(one.task, one.id, one.cluster) for one in examples}),
    }
