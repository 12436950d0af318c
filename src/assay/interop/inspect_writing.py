"""A run as logs of Inspect: one `.eval` file a task, which `inspect view` shows and `read_eval_log` reads.

Written as Inspect 0.3 lays them out (log version 2), without Inspect; sample by sample, so that memory stays flat.
Under `assay` in a log's and its samples' metadata stands what Inspect has no field for, and `assay import` reads it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

import orjson

from assay import __version__
from assay.interop.inspect_words import KEY, SCORER, STOPS, found, sample_id, sample_metadata
from assay.schema import Chat, Record, Reply, Task
from assay.store import RunFolder
from assay.store.folder import json_of

BESIDE = ("planted", "panel", "usage")
"""What result.json says of a whole run; every log of it holds it."""


def write_logs(folder: RunFolder, tasks: Mapping[str, Task], out: Path) -> list[Path]:
    """Write one log a task.

    Args:
        folder: the run.
        tasks: those to write, by id, in order.
        out: the folder of the logs.
    """
    run, result = folder.read_run(), folder.read_result()
    made = datetime.fromtimestamp(folder.samples.stat().st_mtime, UTC).replace(microsecond=0)
    counts = folder.counts()
    out.mkdir(parents=True, exist_ok=True)
    return [_write_log(_Log(folder, run, result, task, counts[task.id], made), out) for task in tasks.values()]


class _Log:
    """What is written of one task."""

    def __init__(
        self, folder: RunFolder, run: dict[str, Any], result: dict[str, Any], task: Task, count: int, made: datetime
    ) -> None:
        self.folder, self.run, self.result, self.task, self.count, self.made = folder, run, result, task, count, made
        hashed = blake2b(f"{folder.path.name} {task.id}".encode(), digest_size=11).hexdigest()
        self.id, self.name = hashed, task.id.partition("/")[2]

    @property
    def file(self) -> str:
        """As Inspect names its logs: when, what, which."""
        return f"{self.made:%Y-%m-%dT%H-%M-%S}+00-00_{self.name.replace('_', '-')}_{self.id}.eval".replace("+", "-")

    def samples(self) -> Iterator[tuple[int, Record]]:
        """(epoch, record)."""
        return ((epoch, record) for _, epoch, record in self.folder.records([self.task.id]))

    def start(self) -> dict[str, Any]:
        """What was asked of whom."""
        sampling = self.task.sampling
        asked = self.run.get("sampling") or {}
        chosen = asked.get("temperature")
        temperature = sampling.temperature if chosen is None else chosen
        longest = asked.get("max_tokens") or sampling.max_tokens
        config = {"temperature": temperature, "max_tokens": longest, "seed": asked.get("seed")}
        measures = self.result["tasks"][self.task.id]["measures"]
        beside = {name: self.result[name] for name in BESIDE if name in self.result}
        return {
            "version": 2,
            "eval": {
                "eval_id": self.id,
                "run_id": self.folder.path.name,
                "created": self.made.isoformat(),
                "task": f"assay/{self.name}",
                "task_id": self.id,
                "task_version": self.run["tasks"].get(self.task.id, self.task.version),
                "task_registry_name": f"assay/{self.name}",
                "task_attribs": {"dimension": self.task.dimension},
                "task_args": {},
                "solver": "every_chat",
                "dataset": {
                    "name": f"{self.task.id} of {self.run['data']['name']}",
                    "samples": self.count // max(1, self.run.get("epochs") or 1),
                    "shuffled": False,
                },
                "model": self.run["model"],
                "model_base_url": self.run["endpoint"] if "://" in self.run["endpoint"] else None,
                "model_generate_config": {name: one for name, one in config.items() if one is not None},
                "config": {"epochs": self.run.get("epochs") or 1, "limit": self.run.get("limit")},
                "packages": {"llm-assay": str(self.run.get("assay", __version__))},
                "scorers": [{"name": SCORER, "metrics": [{"name": name} for name in measures]}],
                "metadata": {
                    KEY: {"task": self.task.id, "run": self.run, "measures": measures, "beside": beside},
                },
            },
            "plan": {"name": "plan", "steps": [{"solver": "every_chat", "params": {}}], "config": {}},
        }

    def results(self, scored: int) -> dict[str, Any]:
        """The measures, as Inspect shows them; the whole of each is its metadata."""
        metrics = {
            name: {"name": name, "value": measure["corrected"]["value"], "params": {}, "metadata": measure}
            for name, measure in self.result["tasks"][self.task.id]["measures"].items()
            if measure["corrected"]["value"] is not None
        }
        score = {
            "name": SCORER,
            "scorer": SCORER,
            "params": {},
            "scored_samples": scored,
            "unscored_samples": self.count - scored,
            "metrics": metrics,
        }
        return {"total_samples": self.count, "completed_samples": self.count, "scores": [score]}


def _write_log(log: _Log, out: Path) -> Path:
    file = out / log.file
    part = file.with_suffix(".part")
    start, scored, spent = log.start(), 0, _usage(())
    with ZipFile(part, "w", ZIP_DEFLATED) as packed, TemporaryFile() as summaries:
        _add(packed, "_journal/start.json", start)
        for number, (epoch, record) in enumerate(log.samples()):
            sample = _sample(log, epoch, record)
            scored += bool(record.verdicts) and not record.verdicts[0].unread
            spent = {name: count + spent[name] for name, count in _usage(record.replies).items()}
            _add(packed, f"samples/{sample['id']}_epoch_{sample['epoch']}.json", sample)
            summaries.write(b"," if number else b"[")
            summaries.write(orjson.dumps(_summary(sample)))
        summaries.write(b"]" if log.count else b"[]")
        _copy(packed, "summaries.json", summaries)
        when = log.made.isoformat()
        stats = {"started_at": when, "completed_at": when, "model_usage": {log.run["model"]: spent}}
        _add(packed, "header.json", {**start, "status": "success", "stats": stats, "results": log.results(scored)})
    part.replace(file)
    return file


def _add(packed: ZipFile, name: str, content: Mapping[str, Any]) -> None:
    packed.writestr(name, orjson.dumps(content))


def _copy(packed: ZipFile, name: str, file: IO[bytes]) -> None:
    file.seek(0)
    with packed.open(name, "w", force_zip64=True) as into:
        shutil.copyfileobj(file, into)


def _sample(log: _Log, epoch: int, record: Record) -> dict[str, Any]:
    """One record as a sample of Inspect."""
    row, replies = record.row, record.replies
    score = found(log.task, record)
    gold = [str(one) for one in row.gold] if isinstance(row.gold, tuple) else str(row.gold or "")
    return {
        "id": sample_id(row),
        "epoch": epoch + 1,
        "input": _turns(row.chats[0]),
        "choices": list(row.options) or None,
        "target": gold,
        "messages": [
            turn
            for chat, reply in zip(row.chats, replies, strict=False)
            for turn in (*_turns(chat), _answer(log.run["model"], reply))
        ],
        "output": _output(log.run["model"], replies[-1]) if replies else {},
        "scores": {SCORER: score},
        "metadata": sample_metadata(row),
        "store": {KEY: {"replies": json_of(record)["replies"]}},
        "model_usage": {log.run["model"]: _usage(replies)},
        "uuid": f"{log.id}-{row.lang}-{row.id}-{epoch}",
    }


def _turns(chat: Chat) -> list[dict[str, Any]]:
    return [{"role": turn.role, "content": turn.content} for turn in chat]


def _answer(model: str, reply: Reply) -> dict[str, Any]:
    content: Any = reply.text
    if reply.reasoning:
        content = [{"type": "reasoning", "reasoning": reply.reasoning}, {"type": "text", "text": reply.text}]
    return {"role": "assistant", "content": content, "source": "generate", "model": model}


def _output(model: str, reply: Reply) -> dict[str, Any]:
    """The last reply; the others stand in `messages` and, with how they ended, in the store."""
    choice = {"message": _answer(model, reply), "stop_reason": STOPS[reply.finish]}
    return {
        "model": model,
        "choices": [choice],
        "completion": reply.text,
        "usage": _usage((reply,)),
        "error": reply.error or None,
    }


def _usage(replies: tuple[Reply, ...]) -> dict[str, int]:
    asked = sum(reply.usage.prompt for reply in replies)
    said = sum(reply.usage.completion for reply in replies)
    return {"input_tokens": asked, "output_tokens": said, "total_tokens": asked + said}


def _summary(sample: Mapping[str, Any]) -> dict[str, Any]:
    """What Inspect lists of a sample before it is opened."""
    known = ("id", "epoch", "input", "choices", "target", "model_usage", "uuid")
    value = {name: sample["scores"][SCORER][name] for name in ("value", "answer")}
    short = {name: sample["metadata"][name] for name in ("group", "lang", "cluster")}
    return {
        **{name: sample[name] for name in known},
        "metadata": short,
        "scores": {SCORER: value},
        "completed": True,
        "message_count": len(sample["messages"]),
    }
