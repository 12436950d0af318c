"""A run as results and samples of lm-evaluation-harness, with the tasks by which it asks other models the same rows.

    OUT/<model>/results_<when>.json  samples_<task>_<when>.jsonl
    OUT/tasks/<task>.yaml

As version 0.4 writes them; fields that it does not have stand beside its own and are read by `assay import`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import yaml

from assay.interop.lm_eval_words import CLASS, JUDGED, KEY, document, hashed, judged_fields, name_of, settings
from assay.schema import Record, Task
from assay.store import RunFolder
from assay.store.folder import json_of

BESIDE = ("planted", "panel", "usage")


def write_results(folder: RunFolder, tasks: Mapping[str, Task], out: Path) -> list[Path]:
    """Write the results, the samples of each task, and the tasks.

    Args:
        folder: the run.
        tasks: those to write, by id.
        out: the folder to write into.
    """
    run, result = folder.read_run(), folder.read_result()
    made = datetime.fromtimestamp(folder.samples.stat().st_mtime, UTC).replace(tzinfo=None)
    when = made.isoformat(timespec="microseconds").replace(":", "-")
    home = out / re.sub(r"[\"<>:/|\\?*\[\]]+", "__", run["model"])
    for path in (home, out / "tasks"):
        path.mkdir(parents=True, exist_ok=True)
    hashes = {}
    written = []
    for task in tasks.values():
        file = home / f"samples_{name_of(task)}_{when}.jsonl"
        hashes[name_of(task)] = _write_samples(folder, task, run, file)
        yaml_file = out / "tasks" / f"{name_of(task)}.yaml"
        yaml_file.write_text(_yaml(task, run), encoding="utf-8")
        written += [file, yaml_file]
    results = home / f"results_{when}.json"
    content = _results(folder, tasks, run, result, made.replace(tzinfo=UTC).timestamp()) | {"task_hashes": hashes}
    results.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return [results, *written]


def _write_samples(folder: RunFolder, task: Task, run: Mapping[str, Any], file: Path) -> str:
    """Returns the hash by which lm-eval tells whether two files hold the same questions."""
    hashes = []
    with file.open("wb") as into:
        for sample in _samples(folder, task, run):
            hashes.append(sample["doc_hash"] + sample["prompt_hash"] + sample["target_hash"])
            into.write(orjson.dumps(sample, option=orjson.OPT_APPEND_NEWLINE))
    return hashed("".join(hashes))


def _samples(folder: RunFolder, task: Task, run: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    drawn = _drawn(task, run)
    epoch_before, place = 0, 0
    for _, epoch, record in folder.records([task.id]):
        place = 0 if epoch != epoch_before else place
        epoch_before = epoch
        yield _sample(task, record, epoch, place, drawn)
        place += 1


def _sample(task: Task, record: Record, epoch: int, place: int, drawn: Mapping[str, Any]) -> dict[str, Any]:
    doc, texts = document(record.row), [reply.text for reply in record.replies]
    asked = [chat[0].content if len(chat) == 1 else _as_json(chat) for chat in record.row.chats]
    fields = judged_fields(task, record)
    return {
        "doc_id": place,
        "doc": doc,
        "target": doc["gold"],
        "arguments": {f"gen_args_{at}": {"arg_0": text, "arg_1": drawn} for at, text in enumerate(asked)},
        "resps": [[text] for text in texts],
        "filtered_resps": texts,
        "filter": "none",
        "metrics": list(fields),
        "doc_hash": hashed(json.dumps(doc, indent=2, ensure_ascii=False)),
        "prompt_hash": hashed(asked[0]),
        "target_hash": hashed(doc["gold"]),
        **fields,
        "epoch": epoch,
        "replies": json_of(record)["replies"],
    }


def _as_json(chat: Any) -> str:
    return json.dumps([{"role": turn.role, "content": turn.content} for turn in chat], ensure_ascii=False)


def _drawn(task: Task, run: Mapping[str, Any]) -> dict[str, Any]:
    asked = run.get("sampling") or {}
    temperature = asked.get("temperature")
    return settings(
        task.sampling.temperature if temperature is None else temperature,
        asked.get("max_tokens") or task.sampling.max_tokens,
    )


def _about(task: Task, run: Mapping[str, Any]) -> dict[str, Any]:
    """What the task class needs to find the same rows again."""
    return {
        "task": task.id,
        "version": task.version,
        "data": dict(run["data"]),
        "langs": list(run.get("langs") or ("en",)),
        "limit": run.get("limit"),
        "system": (run.get("sampling") or {}).get("system") or "",
    }


def _yaml(task: Task, run: Mapping[str, Any]) -> str:
    content = {"metadata": {"version": task.version, KEY: _about(task, run)}}
    head = f"# {task.id}, judged by assay: pip install llm-assay beside lm-eval\n"
    said = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    return f"{head}task: {name_of(task)}\nclass: !function {CLASS}\n{said}"


def _results(
    folder: RunFolder, tasks: Mapping[str, Task], run: Mapping[str, Any], result: Mapping[str, Any], date: float
) -> dict[str, Any]:
    counts, epochs = folder.counts(), run.get("epochs") or 1
    named = {name_of(task): task for task in tasks.values()}
    ways = {"higher": True, "lower": False, "neither": None}
    rows = {name: counts[task.id] // epochs for name, task in named.items()}
    beside = {name: result[name] for name in BESIDE if name in result}
    return {
        "results": {name: _numbers(name, rows[name], result["tasks"][task.id]) for name, task in named.items()},
        "group_subtasks": {},
        "configs": {
            name: {
                "task": name,
                "output_type": "generate_until",
                "num_fewshot": 0,
                "generation_kwargs": _drawn(task, run),
                "repeats": 1,
                "metadata": {
                    "version": task.version,
                    KEY: {
                        **_about(task, run),
                        "run": run,
                        "measures": result["tasks"][task.id]["measures"],
                        "beside": beside,
                    },
                },
            }
            for name, task in named.items()
        },
        "versions": {name: task.version for name, task in named.items()},
        "n-shot": dict.fromkeys(named, 0),
        "higher_is_better": {
            name: {score.name: ways[score.better] for score in task.scores} | {JUDGED: True}
            for name, task in named.items()
        },
        "n-samples": {name: {"original": rows[name], "effective": rows[name]} for name in named},
        "config": {
            "model": "assay",
            "model_args": {"model": run["model"], "base_url": run["endpoint"]},
            "limit": run.get("limit"),
        },
        "git_hash": None,
        "date": date,
        "lm_eval_version": None,
        "model_source": "assay",
        "model_name": run["model"],
        "model_name_sanitized": re.sub(r"[\"<>:/|\\?*\[\]]+", "__", run["model"]),
        "system_instruction": (run.get("sampling") or {}).get("system") or None,
        "chat_template": None,
    }


def _numbers(name: str, rows: int, task: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers under its keys. There is no standard error: our intervals are not symmetric, and stand in `configs`."""
    numbers: dict[str, Any] = {"name": name, "alias": name, "sample_len": rows}
    for score, measure in task["measures"].items():
        if measure["corrected"]["value"] is not None:
            numbers[f"{score},none"] = measure["corrected"]["value"]
            numbers[f"{score}_stderr,none"] = "N/A"
    return numbers
