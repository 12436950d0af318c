"""A run as a data set folder that `datasets.load_dataset` reads: samples, measures, and a card. And back.

    OUT/data/samples.parquet  data/measures.parquet  README.md  assay/run.json  assay/result.json

`record` holds each sample whole; `assay import OUT --out RUN` makes the same run of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from assay.errors import DataError
from assay.export.grading import error_of, is_good
from assay.interop.keeping import Brought, task_named
from assay.schema import Record, Task
from assay.store import RunFolder
from assay.store.folder import json_of, record_of, unwritable

SAMPLES = {
    "task": "VARCHAR", "dataset": "VARCHAR", "id": "VARCHAR", "lang": "VARCHAR", "epoch": "INTEGER",
    "group": "VARCHAR", "cluster": "VARCHAR", "prompt": "VARCHAR", "options": "VARCHAR[]", "gold": "VARCHAR[]",
    "reply": "VARCHAR", "finish": "VARCHAR", "error": "VARCHAR", "label": "VARCHAR", "value": "DOUBLE",
    "judge": "VARCHAR", "why": "VARCHAR", "good": "BOOLEAN", "prompt_tokens": "BIGINT", "completion_tokens": "BIGINT",
    "record": "VARCHAR",
}  # fmt: skip
MEASURES = {
    "task": "VARCHAR", "measure": "VARCHAR", "part": "VARCHAR", "better": "VARCHAR", "value": "DOUBLE",
    "low": "DOUBLE", "high": "DOUBLE", "n": "BIGINT", "total": "BIGINT", "blocked": "BIGINT", "failed": "BIGINT",
    "unread": "BIGINT", "floor": "DOUBLE", "ceiling": "DOUBLE", "upstream": "DOUBLE", "published": "VARCHAR",
}  # fmt: skip
SIZES = ((1e3, "n<1K"), (1e4, "1K<n<10K"), (1e5, "10K<n<100K"), (1e6, "100K<n<1M"), (1e7, "1M<n<10M"), (1e99, "n>10M"))
"""As the hub's cards say how many rows there are."""
OURS = "assay"
"""The folder with run.json and result.json as they are."""

CARD = """\
---
pretty_name: {title}
language: [{langs}]
tags: [assay, evaluation, trustworthiness]
task_categories: [text-generation]
size_categories: [{size}]
configs:
- config_name: samples
  default: true
  data_files:
  - split: test
    path: data/samples.parquet
- config_name: measures
  data_files:
  - split: test
    path: data/measures.parquet
---

# {model}: {count:,} judged replies

Asked and judged by `assay` {version}. `samples` has a row for each reply with its verdict, `measures` each number with
its 95 % interval, its denominator, and the least and greatest it could have been.

```python
from datasets import load_dataset

samples = load_dataset("THIS FOLDER", split="test")
measures = load_dataset("THIS FOLDER", "measures", split="test")
```

{table}

* **Model**: {model} at {endpoint}. Its terms of use say what its replies may be used for.
* **Data**: {data}, sha256 `{sha256}`. Prompts of safety tasks ask for harmful things; replies may give them.
* **Judges**, and how often they err: {judges}.
* **Not scored**: {unscored} of the replies were blocked, failed, or could not be read by the judge. They are in here,
  and `floor` and `ceiling` say what they could change.
* **Whole again**: `assay import THIS_FOLDER --out RUN`.

# {model}：{count:,} 条已评判的回复

由 `assay` {version} 提问并评判。`samples` 每行一条回复及其判定；`measures` 每行一个数值及其 95 % 区间、分母和上下界。

* **模型**：{model}（{endpoint}）。回复能作何用途，以其使用条款为准。
* **数据**：{data}，sha256 `{sha256}`。安全类任务的提示要求有害内容，回复里可能真的含有。
* **评判者及其误差**：{judges}。
* **未计分**：{unscored} 条回复被拦截、失败或无法判读；它们仍在数据中。
* **还原**：`assay import 本文件夹 --out RUN`。
"""


def write_dataset(folder: RunFolder, tasks: Mapping[str, Task], out: Path) -> list[Path]:
    """Write the folder.

    Args:
        folder: the run.
        tasks: those to write, by id.
        out: the folder to write into.
    """
    run, result = folder.read_run(), folder.read_result()
    (out / "data").mkdir(parents=True, exist_ok=True)
    counted: Counter[str] = Counter()
    langs: Counter[str] = Counter()
    judges: set[str] = set()

    def lines() -> Iterator[dict[str, Any]]:
        for task_id, epoch, record in folder.records(list(tasks)):
            line = _sample(tasks[task_id], run, epoch, record)
            counted[task_id] += 1
            counted["unscored"] += line["label"] is None and line["value"] is None
            langs[record.row.lang] += 1
            judges.update([line["judge"]] if line["judge"] else [])
            yield line

    samples, measures = out / "data" / "samples.parquet", out / "data" / "measures.parquet"
    _parquet(lines(), SAMPLES, samples)
    _parquet((line for task in tasks.values() for line in _measures(task, result)), MEASURES, measures)
    ours = RunFolder(out / OURS)
    kept = {**result, "tasks": {task: result["tasks"][task] for task in tasks}}
    kept["run"] = run = {**run, "tasks": {task: run["tasks"][task] for task in tasks}}
    card = out / "README.md"
    card.write_text(_card(tasks, run, result, counted, sorted(langs), sorted(judges)), encoding="utf-8")
    return [samples, measures, card, ours.write("run.json", run), ours.write("result.json", kept)]


def _sample(task: Task, run: Mapping[str, Any], epoch: int, record: Record) -> dict[str, Any]:
    row, reply = record.row, record.replies[0]
    verdict = record.verdicts[0] if record.verdicts else None
    gold = row.gold if isinstance(row.gold, tuple) else () if row.gold is None else (row.gold,)
    return {
        "task": task.id,
        "dataset": run["data"]["name"],
        "id": row.id,
        "lang": row.lang,
        "epoch": epoch,
        "group": row.group,
        "cluster": row.cluster,
        "prompt": row.chats[0][-1].content,
        "options": list(row.options),
        "gold": [str(one) for one in gold],
        "reply": reply.text,
        "finish": reply.finish,
        "error": reply.error,
        "label": verdict.label if verdict else None,
        "value": verdict.value if verdict else None,
        "judge": verdict.judge if verdict else None,
        "why": verdict.why if verdict else None,
        "good": is_good(task, record),
        "prompt_tokens": sum(one.usage.prompt for one in record.replies),
        "completion_tokens": sum(one.usage.completion for one in record.replies),
        "record": orjson.dumps(json_of(record)).decode(),
    }


def _measures(task: Task, result: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A line a number: of all rows, of each group, of each language."""
    for name, measure in result["tasks"][task.id]["measures"].items():
        parts = {"": measure}
        for kind in ("groups", "languages"):
            parts |= {f"{kind}/{part}": one for part, one in measure.get(kind, {}).items()}
        for part, one in parts.items():
            found = {key: value for key, value in one["corrected"].items() if key in MEASURES}
            yield {
                "task": task.id,
                "measure": name,
                "part": part,
                **found,
                "upstream": (one.get("upstream") or {}).get("value"),
                "published": measure.get("published") if not part else None,
            }


def _parquet(lines: Iterable[Mapping[str, Any]], columns: Mapping[str, str], file: Path) -> None:
    """Through a file of JSON lines, so that memory stays flat."""
    import duckdb

    shown = ", ".join(f'"{column}"' for column in columns)
    try:
        with TemporaryDirectory(dir=file.parent) as scratch:
            spool, longest = Path(scratch) / "lines.jsonl", 0
            with spool.open("wb") as into:
                for line in lines:
                    content = orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
                    longest = max(longest, len(content))
                    into.write(content)
            with duckdb.connect(config={"threads": 1, "memory_limit": "256MB"}) as db:
                db.execute(
                    f"COPY (SELECT {shown} FROM read_json($spool, format='newline_delimited', "
                    f"columns={dict(columns)}, maximum_object_size={max(1 << 20, 2 * longest)})) "
                    f"TO '{str(file).replace(chr(39), chr(39) * 2)}' "
                    "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048)",
                    {"spool": str(spool)},
                )
    except (OSError, duckdb.Error) as error:
        raise unwritable(file, error) from error


def _card(
    tasks: Mapping[str, Task],
    run: Mapping[str, Any],
    result: Mapping[str, Any],
    counted: Mapping[str, int],
    langs: list[str],
    judges: list[str],
) -> str:
    count = sum(counted[task] for task in tasks)
    cards = run["judges"].get("cards", {})
    return CARD.format(
        title=orjson.dumps(f"{run['model']} judged by assay").decode(),
        model=run["model"],
        endpoint=run["endpoint"],
        version=run.get("assay", ""),
        langs=", ".join(langs),
        size="n<1K"
        if count < 1_000
        else "1K<n<10K"
        if count < 10_000
        else "10K<n<100K"
        if count < 100_000
        else "n>100K",
        count=count,
        table=_table(tasks, result, counted),
        data=run["data"]["name"],
        sha256=run["data"]["sha256"],
        judges="; ".join(f"{judge}, {error_of(judge, cards)}" for judge in judges) or "none",
        unscored=f"{counted['unscored']:,}",
    )


def _table(tasks: Mapping[str, Task], result: Mapping[str, Any], counted: Mapping[str, int]) -> str:
    lines = ["| task | replies | measure | value | 95 % interval | n of total |", "|---|---|---|---|---|---|"]
    for task in tasks:
        for name, measure in result["tasks"][task]["measures"].items():
            one = measure["corrected"]
            value = "–" if one["value"] is None else f"{one['value']:.3f}"
            between = "–" if one["low"] is None else f"{one['low']:.3f} to {one['high']:.3f}"
            lines.append(f"| {task} | {counted[task]} | {name} | {value} | {between} | {one['n']} of {one['total']} |")
    return "\n".join(lines)


# ---- back ---------------------------------------------------------------------------------------


def is_dataset(path: Path) -> bool:
    """Whether a folder is what `write_dataset` writes."""
    return (path / OURS / "run.json").is_file() and (path / "data" / "samples.parquet").is_file()


def read_dataset(path: Path) -> Brought:
    """The run that the folder was made of.

    Raises:
        DataError: a task's version is another now.
        StoreError: the folder is damaged.
    """
    ours = RunFolder(path / OURS)
    run, result = ours.read_run(), ours.read_result()
    tasks = {name: task_named(name, version, run["data"], str(path)) for name, version in run["tasks"].items()}
    beside = {name: one for name, one in result.items() if name not in ("schema", "run", "tasks")}
    beside["tasks"] = {name: one["measures"] for name, one in result["tasks"].items()}
    return Brought(run, [(tasks[name], partial(_records, path, name)) for name in run["tasks"]], beside)


def _records(path: Path, task: str) -> Iterator[tuple[int, Record]]:
    import duckdb

    asked = "SELECT epoch, record FROM read_parquet($file) WHERE task = $task"
    with duckdb.connect(config={"threads": 1}) as db:
        try:
            found = db.execute(asked, {"file": str(path / "data" / "samples.parquet"), "task": task})
            while batch := found.fetchmany(512):
                for epoch, record in batch:
                    yield epoch, record_of(orjson.loads(record))
        except duckdb.Error as error:
            said = str(error).partition("\n")[0]
            raise DataError(f"{path}: data/samples.parquet is damaged ({said}): bring it back whole") from error
