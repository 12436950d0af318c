"""A run in the schema of Every Eval Ever, version 0.3.0: an aggregate file, and a line for each scored row.

    OUT/data/assay/<developer>/<model>/<uuid>.json  <uuid>_samples.jsonl

Followed: `eval.schema.json` and `instance_level_eval.schema.json` of the package every-eval-ever 0.3.0, and the
conventions of its CONTRIBUTING.md. A line must have a number and say whether it is right, so rows that were not scored
and measures that rank nothing have none: the aggregate counts them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

import orjson

from assay import __version__
from assay.metrics.measure import points_of
from assay.schema import Chat, Record, Score, Task
from assay.store import RunFolder

SCHEMA = "0.3.0"
COLLECTION = "assay"
LOCAL = ("hf", "vllm")
"""Providers of ours that run open weights here."""


def write_records(folder: RunFolder, tasks: Mapping[str, Task], out: Path) -> list[Path]:
    """Write the aggregate file and its samples.

    Args:
        folder: the run.
        tasks: those to write, by id.
        out: the folder that holds `data/`.
    """
    run, result = folder.read_run(), folder.read_result()
    model = _model(run["model"])
    developer, _, rest = model["id"].partition("/")
    home = Path("data") / COLLECTION / developer / rest.replace("/", "_")
    hashed = blake2b(orjson.dumps([run, sorted(tasks)], option=orjson.OPT_SORT_KEYS), digest_size=16).digest()
    name = str(uuid.UUID(bytes=hashed, version=4))
    when = f"{folder.samples.stat().st_mtime:.0f}"
    about = {"schema_version": SCHEMA, "evaluation_id": f"{COLLECTION}/{model['id']}/{when}"}
    samples = home / f"{name}_samples.jsonl"
    (out / home).mkdir(parents=True, exist_ok=True)
    rows, digest = _write_samples(folder, tasks, {**about, "model_id": model["id"]}, out / samples)
    aggregate = {
        **about,
        "evaluation_timestamp": when,
        "retrieved_timestamp": when,
        "source_metadata": {
            "source_name": "assay",
            "source_type": "evaluation_run",
            "source_organization_name": "unknown",
            "evaluator_relationship": "other",
        },
        "eval_library": {"name": "assay", "version": str(run.get("assay", __version__))},
        "model_info": model,
        "evaluation_results": [
            one for task in tasks.values() for one in _results(task, run, result["tasks"][task.id]["measures"])
        ],
        "detailed_evaluation_results": {
            "format": "jsonl",
            "file_path": samples.as_posix(),
            "hash_algorithm": "sha256",
            "checksum": digest,
            "total_rows": rows,
        },
    }
    file = out / home / f"{name}.json"
    file.write_bytes(orjson.dumps(aggregate, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return [file, out / samples]


def _model(name: str) -> dict[str, Any]:
    """Their name of a model; ours may have a provider before an organisation."""
    provider, _, model = name.partition("/")
    of_org = "/" in model
    opened = provider in LOCAL
    return {
        "name": name,
        "id": model if of_org else name if model else f"unknown/{name}",
        "inference_platform": provider,
        "additional_details": {
            "deployment_type": "self_deployed" if opened else "unknown",
            "model_availability": "open_weights" if opened else "unknown",
        },
    }


def _id_of(task: Task, name: str) -> str:
    return f"{task.id}/{name}"


# ---- measures -----------------------------------------------------------------------------------


def _results(task: Task, run: Mapping[str, Any], measures: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A result a measure that has a number; what the schema has no field for stands in details, as text."""
    for score in task.scores:
        measure = measures.get(score.name)
        if measure is None or measure["corrected"]["value"] is None:
            continue
        found = measure["corrected"]
        yield {
            "evaluation_result_id": _id_of(task, score.name),
            "evaluation_name": task.id,
            "source_data": {
                "dataset_name": str(run["data"]["name"]),
                "source_type": "other",
                "additional_details": {"sha256": str(run["data"]["sha256"]), "task_version": str(task.version)},
            },
            "metric_config": _metric(task, score),
            "score_details": {
                "score": found["value"],
                "details": {
                    **{name: str(found[name]) for name in ("n", "total", "blocked", "failed", "unread")},
                    **{name: str(found[name]) for name in ("floor", "ceiling") if found[name] is not None},
                    **{name: orjson.dumps(one).decode() for name, one in measure.items() if name != "corrected"},
                },
                **_uncertainty(found),
            },
            "generation_config": _generation(task, run),
        }


def _metric(task: Task, score: Score) -> dict[str, Any]:
    low, high = getattr(score.metric, "lowest", None), getattr(score.metric, "highest", None)
    bounded = {"score_type": "continuous", "min_score": low, "max_score": high} if low is not None else {}
    return {
        "evaluation_description": f"{score.name} of {task.id}",
        "metric_id": f"{COLLECTION}.{score.name}",
        "metric_name": score.name,
        "lower_is_better": score.better == "lower",
        **bounded,
        "additional_details": {"better": score.better, "judge": task.judge.name, "dimension": task.dimension},
    }


def _uncertainty(found: Mapping[str, Any]) -> dict[str, Any]:
    if found["low"] is None:
        return {}
    interval = {"lower": found["low"], "upper": found["high"], "confidence_level": 0.95}
    return {"uncertainty": {"confidence_interval": interval, "num_samples": found["n"]}}


def _generation(task: Task, run: Mapping[str, Any]) -> dict[str, Any]:
    asked = run.get("sampling") or {}
    temperature = asked.get("temperature")
    longest = asked.get("max_tokens") or task.sampling.max_tokens
    args = {"temperature": task.sampling.temperature if temperature is None else temperature}
    details = {name: str(asked[name]) for name in ("system", "seed") if asked.get(name) not in (None, "")}
    return {
        "generation_args": args | ({"max_tokens": longest} if longest else {}),
        "additional_details": {**details, "epochs": str(run.get("epochs") or 1)},
    }


# ---- rows ---------------------------------------------------------------------------------------


def _write_samples(
    folder: RunFolder, tasks: Mapping[str, Task], about: Mapping[str, Any], file: Path
) -> tuple[int, str]:
    """Returns how many lines were written, and their sha256."""
    rows, hashed = 0, sha256()
    with file.open("wb") as into:
        for task_id, epoch, record in folder.records(list(tasks)):
            for line in _lines(tasks[task_id], record, epoch, about):
                content = orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
                into.write(content)
                hashed.update(content)
                rows += 1
    return rows, hashed.hexdigest()


def _lines(task: Task, record: Record, epoch: int, about: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A line for each measure that this record alone gives a number."""
    whole: dict[str, Any] | None = None
    for score in task.scores:
        if score.better == "neither":
            continue
        value = score.metric(list(points_of(score, record)), score.better).value
        if value is None:
            continue
        whole = whole or _line(task, record, epoch)
        best = getattr(score.metric, "highest" if score.better == "higher" else "lowest", None)
        yield {
            **about,
            **whole,
            "evaluation_result_id": _id_of(task, score.name),
            "evaluation": {"score": value, "is_correct": value == best},
        }


def _line(task: Task, record: Record, epoch: int) -> dict[str, Any]:
    row, first = record.row, record.verdicts[0] if record.verdicts else None
    gold = row.gold if isinstance(row.gold, tuple) else () if row.gold is None else (row.gold,)
    asked, reference = "\n\n".join(map(_asked, row.chats)), [str(one) for one in gold]
    said = first.label if first and first.label is not None else str(first.value) if first else ""
    tokens = (
        sum(reply.usage.prompt for reply in record.replies),
        sum(reply.usage.completion for reply in record.replies),
    )
    thoughts = [reply.reasoning for reply in record.replies]
    return {
        "evaluation_name": task.id,
        "sample_id": f"{row.lang}/{row.id}/{epoch}",
        "sample_hash": sha256("".join([asked, *reference]).encode()).hexdigest(),
        "interaction_type": "single_turn",
        "input": {"raw": asked, "reference": reference, "choices": list(row.options) or None},
        "output": {
            "raw": [reply.text for reply in record.replies],
            "reasoning_trace": thoughts if any(thoughts) else None,
        },
        "messages": None,
        "answer_attribution": [
            {
                "turn_idx": 0,
                "source": "output.raw",
                "extracted_value": said,
                "extraction_method": first.judge if first else "none",
                "is_terminal": True,
            }
        ],
        "token_usage": {"input_tokens": tokens[0], "output_tokens": tokens[1], "total_tokens": sum(tokens)},
        "error": next((reply.error for reply in record.replies if reply.error), None),
        "metadata": {
            "lang": row.lang,
            "group": row.group,
            "cluster": row.cluster,
            "epoch": str(epoch),
            "why": first.why if first else "",
            "finish": " ".join(reply.finish for reply in record.replies),
        },
    }


def _asked(chat: Chat) -> str:
    """The text of a chat; roles are named where there is more than the user's turn."""
    if len(chat) == 1:
        return chat[0].content
    return "\n\n".join(f"{turn.role}: {turn.content}" for turn in chat)
