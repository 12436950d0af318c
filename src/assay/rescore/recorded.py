"""The published toolkit's layout: replies that it recorded come in, its numbers go out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.cases import raws_of
from assay.data import sources
from assay.errors import DataError
from assay.schema import Raw, Record, Reply, Rows, Task
from assay.scoring import Published
from assay.store import RunFolder
from assay.store.folder import unwritable
from assay.upstream.report import published_report

RECORDED = ("eval_res", "toxicity", "embedding", "n_embedding", "s_embedding")
"""What earlier judges leave beside a reply in the published layout."""

Sample = tuple[str, int, Record]
"""Task id, epoch, record."""


def recorded_samples(source: Path, tasks: Sequence[Task]) -> Iterator[Sample]:
    """The official tasks' rows out of the folder's own fields, with the replies that stand beside them.

    Raises:
        DataError: a record lacks a field.
    """
    for task in tasks:
        official = tuple(dataset for dataset in task.datasets if dataset.name == "trustllm")
        if not all(sources.has(str(source), dataset.file) for dataset in official):
            continue
        try:
            for row in task.rows(raws_of(task, str(source), ("en",))):
                yield task.id, 0, Record(row, tuple(_recorded(raw) for raw in row.parts or (row.fields,)))
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{source}: a record of {task.id} lacks or misuses the field {error}; the published layout keeps "
                "every field of the official data and adds `res`. Leave the task out with --tasks, or mend the file"
            ) from error


def _recorded(raw: Raw) -> Reply:
    """`res` as a reply. Null or absent: generation failed, and the row still counts."""
    kept = {name: raw[name] for name in RECORDED if name in raw}
    res = raw.get("res")
    if not isinstance(res, str):
        return Reply("", "failed", error="no reply is recorded", recorded=kept)
    return Reply(res, recorded=kept)


def write_report(path: Path, source: Path, layout: str, tasks: Sequence[Task], described: Mapping[str, Any]) -> None:
    """The published toolkit's numbers of a folder, as JSON.

    Args:
        path: the file.
        source: a run's folder, or one in the published layout.
        layout: which of the two, as `assay score` says it.
        tasks: those to report.
        described: what run.json says.

    Raises:
        StoreError: the file cannot be written.
    """
    files = _files(source, layout, tasks, described)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(published_report(files), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise unwritable(path, error) from error


def _files(source: Path, layout: str, tasks: Sequence[Task], described: Mapping[str, Any]) -> dict[str, Rows]:
    """`<section>/<file>` → published records with `res`: the folder's files, or those a run of ours answers for."""
    file_of = {task.id: dataset.file for task in tasks for dataset in task.datasets if dataset.name == "trustllm"}
    if layout == "trustllm":
        return {
            file.removesuffix(".json"): sources.records(str(source), file)
            for file in sorted(set(file_of.values()))
            if sources.has(str(source), file)
        }
    folder = RunFolder(source)
    have = folder.counts()
    lang = "en" if "en" in described.get("langs", ("en",)) else described["langs"][0]
    found: dict[str, list[str]] = {}
    for task_id, file in file_of.items():
        if task_id in have and task_id != "safety/toxicity":  # the jailbreak replies, a second time
            found.setdefault(file.removesuffix(".json"), []).append(task_id)
    return {file: _Answers(folder, tuple(of_file), lang) for file, of_file in found.items()}


@dataclass(frozen=True, slots=True)
class _Answers:
    """What a run of ours has of one published file, which several tasks may share."""

    folder: RunFolder
    tasks: tuple[str, ...]
    lang: str

    def __iter__(self) -> Iterator[Raw]:
        for task in self.tasks:
            yield from Published(_Of(self.folder, task), self.lang)


@dataclass(frozen=True, slots=True)
class _Of:
    """The stored records of one task."""

    folder: RunFolder
    task: str

    def __iter__(self) -> Iterator[Record]:
        return (record for _, _, record in self.folder.records([self.task]))

    def __len__(self) -> int:
        return self.folder.counts().get(self.task, 0)
