"""lm-evaluation-harness's `results_*.json` with its `samples_*.jsonl` → runs of ours.

Samples of our own tasks keep their rows; what lm-eval does not record (how a reply ended, its tokens) is not known,
unless assay wrote the files. Somebody else's generations and multiple choices become data of one's own: `foreign`.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from assay.errors import DataError
from assay.interop.foreign import LETTERS, Asked, Found
from assay.interop.keeping import Brought, described, task_named
from assay.interop.lm_eval_words import JUDGED, KEY, record_in
from assay.schema import Chat, Message, Record, Reply, Task, user
from assay.store.folder import json_of


@dataclass(frozen=True, slots=True)
class Results:
    """One results file."""

    path: Path
    content: Mapping[str, Any]

    def about(self, name: str) -> dict[str, Any] | None:
        """What assay wrote of one of its own tasks; None of others."""
        about = (self.content["configs"][name].get("metadata") or {}).get(KEY)
        return about if isinstance(about, dict) else None

    @property
    def model(self) -> str:
        """`provider/model`, as far as the file says."""
        args, source = self._args, str(self.content.get("model_source") or "lm_eval")
        name = str(args.get("model") or args.get("pretrained") or self.content.get("model_name") or source)
        return name if source == "assay" or "/" in name else f"{source}/{name}"

    @property
    def endpoint(self) -> str:
        """The URL asked, where there is one."""
        return str(self._args.get("base_url") or "lm_eval")

    @property
    def _args(self) -> dict[str, Any]:
        """The model's arguments; on the command line they are one text."""
        args = (self.content.get("config") or {}).get("model_args") or {}
        if isinstance(args, str):
            args = dict(pair.split("=", 1) for pair in args.split(",") if "=" in pair)
        return dict(args)

    @property
    def source(self) -> str:
        """Who made it."""
        return f"lm_eval {self.content.get('lm_eval_version') or ''}".strip()

    def samples(self, name: str) -> Path:
        """The samples of a task, written beside the results with the same time in the name.

        Raises:
            DataError: there are none.
        """
        when = self.path.stem.rpartition("_")[2]
        file = self.path.with_name(f"samples_{name}_{when}.jsonl")
        if not file.is_file():
            raise DataError(
                f"{self.path} has no {file.name} beside it: only samples can be judged. Evaluate with --log_samples"
            )
        return file


def read_results(path: Path) -> Results:
    """The results.

    Raises:
        DataError: it is no results file.
    """
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is no JSON ({error}); give a log of Inspect or lm-eval's results") from error
    if not (isinstance(content, dict) and isinstance(content.get("results"), dict) and "configs" in content):
        raise DataError(f"{path} is neither a log of Inspect nor a results_*.json of lm-eval")
    return Results(path, content)


# ---- our own tasks --------------------------------------------------------------------------------


def ours(several: Sequence[Results]) -> list[Brought]:
    """A run for each results file that has tasks of ours.

    Raises:
        DataError: a task's version or data is another now.
    """
    return [_ours(results) for results in several if any(map(results.about, results.content["configs"]))]


def _ours(results: Results) -> Brought:
    abouts = {name: about for name in results.content["configs"] if (about := results.about(name)) is not None}
    read, tasks = [], []
    for name, about in abouts.items():
        task = task_named(about["task"], about["version"], about["data"], str(results.path))
        tasks.append(task)
        read.append((task, partial(_records, results.samples(name))))
    first = next(iter(abouts.values()))
    run = first.get("run") or _run(results, first, tasks)
    beside = dict(first.get("beside") or {})
    beside["tasks"] = {about["task"]: about["measures"] for about in abouts.values() if "measures" in about}
    return Brought(run, read, beside)


def _run(results: Results, about: Mapping[str, Any], tasks: Sequence[Task]) -> dict[str, Any]:
    run = described(results.model, results.endpoint, about["data"], tasks, results.source)
    system = results.content.get("system_instruction") or about["system"]
    return {**run, "langs": list(about["langs"]), "limit": about["limit"], "sampling": {"system": system, "extra": {}}}


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield json.loads(line)
            except ValueError as error:
                raise DataError(f"{file}, line {number}: no JSON ({error})") from error


def _records(file: Path) -> Iterator[tuple[int, Record]]:
    for number, sample in enumerate(_lines(file), 1):
        try:
            for draw, texts in enumerate(_draws(sample)):
                replies = sample.get("replies") or json_of(Record(_NOWHERE, tuple(map(_reply, texts))))["replies"]
                verdicts = () if draw else (sample.get(JUDGED) or {}).get("verdicts", ())  # it scores the first
                yield int(sample.get("epoch", draw)), record_in(sample["doc"], replies, verdicts)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise DataError(f"{file}, line {number}: lacks {error}, which lm-eval writes") from error


def _draws(sample: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The replies of each draw (`repeats`), request by request; of a sample without any reply, one draw of none."""
    return list(zip(*sample["resps"], strict=True)) or [()]


_NOWHERE = record_in({"row": json.dumps({"id": "", "chats": [], "gold": None, "options": [], "group": "",
                                         "cluster": "", "lang": "en", "fields": {}})}).row  # fmt: skip


def _reply(text: object) -> Reply:
    """lm-eval does not say how a reply ended; none at all is a request that failed."""
    return Reply(text) if isinstance(text, str) else Reply("", "failed", error="lm-eval recorded no reply")


# ---- somebody else's tasks ------------------------------------------------------------------------


def foreign(several: Sequence[Results]) -> list[Found]:
    """Other tasks with their samples, as rows and replies; without those that hold no reply (`without_replies`)."""
    return [
        _foreign(results, name)
        for results in several
        for name in results.content["configs"]
        if results.about(name) is None and _asks(results, name) in ANSWERED
    ]


ANSWERED = ("generate_until", "multiple_choice")
"""Kinds of requests that give a reply, or the likeliest of several."""


def without_replies(several: Sequence[Results]) -> list[str]:
    """Other tasks that cannot be judged, each with the reason."""
    return [
        f"{name} in {results.path} asks for likelihoods ({kind}): there is no reply to judge"
        for results in several
        for name in results.content["configs"]
        if results.about(name) is None and (kind := _asks(results, name)) not in ANSWERED
    ]


def _asks(results: Results, name: str) -> str:
    return str(results.content["configs"][name].get("output_type", "generate_until"))


def _foreign(results: Results, name: str) -> Found:
    kind = _asks(results, name)
    file = results.samples(name)
    numbers = results.content["results"].get(name, {})
    return Found(
        name=name,
        model=results.model,
        endpoint=results.endpoint,
        source=f"{results.source} {name}",
        metrics=[{"metric": key, "value": one} for key, one in numbers.items() if "," in key],
        asked=partial(_asked, file, kind),
    )


def _asked(file: Path, kind: str) -> Iterator[Asked]:
    """The samples under the first filter; the totals of others stand in the metrics."""
    filtered = None
    for number, sample in enumerate(_lines(file), 1):
        filtered = sample.get("filter") if filtered is None else filtered
        if sample.get("filter") != filtered:
            continue
        try:
            if kind == "multiple_choice":
                yield _chosen(sample)
            else:
                yield from (_generated(sample, draw, text) for draw, (text, *_) in enumerate(_draws(sample)))
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise DataError(f"{file}, line {number}: {error} is not as lm-eval writes it") from error


def _generated(sample: Mapping[str, Any], draw: int, text: object) -> Asked:
    return Asked(
        id=str(sample["doc_id"]),
        epoch=draw,
        chat=_chat(sample["arguments"]["gen_args_0"]["arg_0"]),
        gold=_targets(sample["target"]),
        options=(),
        reply=_reply(text),
        recorded=_recorded(sample),
    )


def _chosen(sample: Mapping[str, Any]) -> Asked:
    """A multiple choice was not answered in words: its reply is the letter of the likeliest continuation."""
    offered = list(sample["arguments"].values())
    likelihoods = [float(resps[0]) for resps in sample["filtered_resps"]][: len(offered)]
    texts = [str(one["arg_1"]).strip() for one in offered]
    target = str(sample["target"])
    right = int(target) if target.isdigit() and int(target) < len(texts) else texts.index(target.strip())
    if len(texts) > len(LETTERS):
        raise DataError(f"sample {sample['doc_id']} offers {len(texts)} options; assay knows letters up to H")
    return Asked(
        id=str(sample["doc_id"]),
        epoch=0,
        chat=_chat(offered[0]["arg_0"]),
        gold=(LETTERS[right],),
        options=tuple(texts),
        reply=Reply(LETTERS[max(range(len(texts)), key=likelihoods.__getitem__)]),
        recorded={**_recorded(sample), "loglikelihoods": likelihoods},
    )


def _recorded(sample: Mapping[str, Any]) -> dict[str, Any]:
    return {"lm_eval": {name: sample.get(name) for name in sample.get("metrics") or ()}}


def _chat(asked: Any) -> Chat:
    """One text; or turns as JSON, where a chat template was applied for an endpoint."""
    if isinstance(asked, list):
        asked = asked[0]
    if str(asked).startswith("[{"):
        try:
            turns = json.loads(asked)
            return tuple(Message(turn["role"], str(turn["content"])) for turn in turns)
        except (ValueError, KeyError, TypeError):
            pass
    return user(str(asked))


def _targets(target: Any) -> tuple[str, ...]:
    """lm-eval writes several accepted answers as the text of a Python list."""
    text = str(target)
    if text.startswith("["):
        try:
            several = ast.literal_eval(text)
            return tuple(str(one).strip() for one in several if str(one).strip())
        except (ValueError, SyntaxError):
            pass
    return (text.strip(),) if text.strip() else ()
