"""Inspect's logs → a run of ours. Logs of our own tasks keep their rows, replies and verdicts as they are.

A log of somebody else's task becomes data of one's own, where its samples are chats with an answer: `foreign`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from assay.errors import DataError
from assay.interop.foreign import Asked, Found
from assay.interop.inspect_reading import Log
from assay.interop.inspect_words import KEY, SCORER, finish_of, record_in
from assay.interop.keeping import IMPORTED, Brought, described, task_named
from assay.schema import Chat, Message, Record, Reply, Sampling, Usage
from assay.tasks import all_tasks


def is_ours(log: Log) -> bool:
    """Whether one of our tasks was asked."""
    return isinstance((log.header["eval"].get("metadata") or {}).get(KEY), dict)


def ours(logs: Sequence[Log]) -> Brought:
    """The run that these logs of our own tasks are of; its tasks in their order, whatever the files are called.

    Raises:
        DataError: they are of several models or data, one task is there twice, or its version is another.
    """
    logs = sorted(logs, key=_place)
    abouts = [log.header["eval"]["metadata"][KEY] for log in logs]
    runs = [about.get("run") or _run(log, about) for log, about in zip(logs, abouts, strict=True)]
    for what, of in (("models", "model"), ("data", "data")):
        if any(run[of] != runs[0][of] for run in runs):
            raise DataError(
                f"these logs are of several {what} ({_several(runs, of)}): import those of each into a run of its own"
            )
    named = [str(about.get("task")) for about in abouts]
    twice = next((name for at, name in enumerate(named) if name in named[:at]), None)
    if twice is not None:
        raise DataError(f"two of these logs are of {twice}: import each into a run of its own")
    tasks = [
        task_named(name, run["tasks"].get(name), run["data"], str(log.path))
        for log, run, name in zip(logs, runs, named, strict=True)
    ]
    beside = dict(abouts[0].get("beside") or {})
    beside["tasks"] = {about["task"]: about["measures"] for about in abouts if "measures" in about}
    run = {**runs[0], "tasks": {name: one["tasks"][name] for name, one in zip(named, runs, strict=True)}}
    cut = {name: log.incomplete for name, log in zip(named, logs, strict=True) if log.incomplete}
    if cut:
        run[IMPORTED] = {**run.get(IMPORTED, {}), "incomplete": cut}
    run["langs"] = list(dict.fromkeys(lang for one in runs for lang in one.get("langs", ())))
    read = [(task, partial(_records, log)) for task, log in zip(tasks, logs, strict=True)]
    return Brought(run, read, beside)


def _place(log: Log) -> int:
    """Where the task stands in its run; 0 where Inspect asked it, which has no run."""
    about = log.header["eval"]["metadata"][KEY]
    tasks = list((about.get("run") or {}).get("tasks", ()))
    return tasks.index(about["task"]) if about.get("task") in tasks else 0


def _several(runs: Sequence[Mapping[str, Any]], of: str) -> str:
    return ", ".join(dict.fromkeys(str(run[of]["name"] if of == "data" else run[of]) for run in runs))


def _run(log: Log, about: Mapping[str, Any]) -> dict[str, Any]:
    """run.json of an evaluation that Inspect made."""
    spec = log.header["eval"]
    config = {**(spec.get("model_generate_config") or {}), **((log.header.get("plan") or {}).get("config") or {})}
    made = described(
        model=spec["model"],
        endpoint=spec.get("model_base_url") or "inspect",
        data=about["data"],
        tasks=(),
        source=f"inspect_ai {(spec.get('packages') or {}).get('inspect_ai', '')}".strip(),
    )
    graders = (spec.get("model_roles") or {}).get("grader") or []
    named = [str(one["model"]) for one in (graders if isinstance(graders, list) else [graders])]
    return {
        **made,
        "langs": list(about.get("langs", ("en",))),
        "epochs": (spec.get("config") or {}).get("epochs") or 1,
        "sampling": _sampling(about, config),
        "tasks": {about["task"]: about["version"]},
        "judges": {**made["judges"], "graders": named},
        "assay": about["assay"],
    }


def _sampling(about: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """As run.json says it: null where replies were drawn as the task says."""
    published = next((task.sampling for task in all_tasks() if task.id == about["task"]), Sampling())
    drawn = {"temperature": published.temperature, "max_tokens": published.max_tokens, "seed": None}
    changed = {name: config[name] if config.get(name, usual) != usual else None for name, usual in drawn.items()}
    return {"system": about.get("system", ""), **changed, "shuffle_options": None, "extra": {}}


def _records(log: Log) -> Iterator[tuple[int, Record]]:
    for sample in log.samples():
        epoch = int(sample["epoch"]) - 1
        score = (sample.get("scores") or {}).get(SCORER) or {}
        verdicts = (score.get("metadata") or {}).get("verdicts", ())
        try:
            record = record_in(sample["metadata"], (sample.get("store") or {}).get(KEY), verdicts)
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"{log.path}: sample {sample.get('id')} lacks {error}, which assay had written") from error
        yield epoch, record if record.replies else _failed(record, sample)


def _failed(record: Record, sample: Mapping[str, Any]) -> Record:
    """A sample that ended in an error is a row without a reply, and still counts."""
    said = (sample.get("error") or {}).get("message") or "Inspect kept no reply"
    reply = Reply("", "failed", error=" ".join(str(said).split())[:300])
    return Record(record.row, (reply,) * len(record.row.chats))


# ---- somebody else's tasks ------------------------------------------------------------------------


def foreign(log: Log) -> Found:
    """What another task's log holds, as rows and replies.

    Raises:
        DataError: its samples are no chats with one answer: tools were called, or something else than text was said.
    """
    spec = log.header["eval"]
    packages = spec.get("packages") or {}
    results = log.header.get("results") or {}
    metrics = [
        {"scorer": score["name"], "metric": name, "value": metric["value"]}
        for score in results.get("scores") or ()
        for name, metric in (score.get("metrics") or {}).items()
    ]
    return Found(
        name=str(spec["task"]).rpartition("/")[2],
        model=spec["model"],
        endpoint=spec.get("model_base_url") or "inspect",
        source=f"inspect_ai {packages.get('inspect_ai', '')} {spec['task']}".replace("  ", " "),
        metrics=metrics,
        asked=partial(_asked, log),
        incomplete=log.incomplete,
    )


def _asked(log: Log) -> Iterator[Asked]:
    for sample in log.samples():
        where = f"{log.path}: sample {sample.get('id')}"
        messages = sample.get("messages") or []
        answered = bool(messages) and messages[-1].get("role") == "assistant"
        target = sample.get("target") or ""
        yield Asked(
            id=str(sample["id"]),
            epoch=int(sample["epoch"]) - 1,
            chat=_chat(messages[:-1] if answered else messages or sample["input"], where),
            gold=tuple(map(str, target)) if isinstance(target, list) else (str(target),) if target else (),
            options=tuple(sample.get("choices") or ()),
            reply=_reply(sample, messages[-1] if answered else {}, where),
            recorded={"inspect": {name: one.get("value") for name, one in (sample.get("scores") or {}).items()}},
        )


def _chat(messages: Any, where: str) -> Chat:
    if isinstance(messages, str):
        return (Message("user", messages),)
    if any(message.get("role") == "tool" or message.get("tool_calls") for message in messages):
        raise DataError(f"{where} calls tools: assay judges answers to chats, not what an agent does")
    return tuple(Message(message["role"], _text(message.get("content"), where)) for message in messages)


def _text(content: Any, where: str) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    if any(part.get("type") not in ("text", "reasoning") for part in parts):
        raise DataError(f"{where} shows something else than text: assay asks and judges texts")
    return "\n".join(part["text"] for part in parts if part["type"] == "text")


def _reply(sample: Mapping[str, Any], answer: Mapping[str, Any], where: str) -> Reply:
    output = sample.get("output") or {}
    choices = output.get("choices") or []
    if not answer or not choices:
        said = (sample.get("error") or {}).get("message") or output.get("error") or "Inspect kept no reply"
        return Reply("", "failed", error=" ".join(str(said).split())[:300])
    usage = output.get("usage") or {}
    finish = finish_of(str(choices[0].get("stop_reason")))
    return Reply(
        _text(answer.get("content"), where),
        finish,
        error=(output.get("error") or "") if finish == "filtered" else "",
        usage=Usage(usage.get("input_tokens") or 0, usage.get("output_tokens") or 0),
    )
