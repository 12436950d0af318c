"""A run's rows as a task of lm-evaluation-harness, judged by assay: the class that exported YAML files name.

    assay export RUN --format lm-eval --out DIR
    lm_eval --include_path DIR/tasks --tasks assay_exaggerated_safety --model … --log_samples --output_path OUT
    assay import OUT/*/results_*.json --out RUN2

One document a row, one request a chat. The measures are the task's own, over every row; what needs a model judge is
unread there, and judged by `assay score RUN2 --judge …`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from datasets import Dataset
from lm_eval.api.instance import Instance
from lm_eval.api.task import ConfigurableTask

from assay.cases import Asking, data_hash, rows_of, tasks_in
from assay.errors import DataError
from assay.instruments import Instruments, Lexical
from assay.interop.lm_eval_words import JUDGED, KEY, at_once, document, judged_fields, record_in, settings, share_judged
from assay.judging import judged
from assay.schema import Chat, Point, Record, Reply, Score, Task

OFFLINE = (Instruments(None, Lexical(), None),)


class Rows(ConfigurableTask):  # type: ignore[misc, unused-ignore]
    """The rows that a YAML's `metadata: assay:` names."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        about = config["metadata"][KEY]
        self.task: Task = _task(about)
        self.asking = Asking(about["data"]["name"], tuple(about["langs"]), about["limit"], system=about["system"])
        super().__init__(
            config={
                **{name: value for name, value in config.items() if name != "class"},
                "output_type": "generate_until",
                "test_split": "test",
                "doc_to_text": "{{prompt}}",
                "doc_to_target": "{{gold}}",
                "generation_kwargs": settings(self.task.sampling.temperature, self.task.sampling.max_tokens),
                "metric_list": [],
            }
        )

    def download(self, *args: Any, **kwargs: Any) -> None:
        """The rows are assay's; nothing is downloaded here."""
        self.dataset = {"test": Dataset.from_list([document(row) for row in rows_of(self.task, self.asking)])}

    def fewshot_context(
        self,
        doc: Mapping[str, str],
        num_fewshot: int,
        system_instruction: str | None = None,
        apply_chat_template: bool = False,
        fewshot_as_multiturn: bool = False,
        chat_template: Callable[..., str] | None = None,
        gen_prefix: str | None = None,
    ) -> list[str]:
        """What is asked for each chat. There are no examples: that would be another task."""
        shown = []
        for chat in record_in(doc).row.chats:
            turns = _turns(chat, system_instruction)
            if apply_chat_template and chat_template is not None:
                shown.append(chat_template(turns))
            else:
                shown.append("\n\n".join(turn["content"] for turn in turns))
        return shown

    def construct_requests(self, doc: Mapping[str, str], ctx: list[str], **kwargs: Any) -> list[Instance]:
        """One request a chat."""
        asked = {name: value for name, value in kwargs.items() if name not in ("apply_chat_template", "chat_template")}
        drawn = dict(self.config.generation_kwargs)
        return [
            Instance(request_type="generate_until", doc=doc, arguments=(text, dict(drawn)), idx=place, **asked)
            for place, text in enumerate(ctx)
        ]

    def process_results(self, doc: Mapping[str, str], results: Sequence[str]) -> dict[str, Any]:
        """The points of every measure, and the verdicts."""
        row = record_in(doc).row
        record = Record(row, tuple(Reply(str(text)) for text in results))
        verdicts = at_once(judged(self.task.judge, record, OFFLINE))
        return judged_fields(self.task, Record(row, record.replies, verdicts))

    def aggregation(self) -> dict[str, Callable[[Sequence[Any]], float]]:
        """The measures' own formulas."""
        return {JUDGED: share_judged, **{score.name: partial(_measured, score) for score in self.task.scores}}

    def higher_is_better(self) -> dict[str, bool | None]:
        """None where a number describes and does not rank."""
        ways = {"higher": True, "lower": False, "neither": None}
        return {JUDGED: True, **{score.name: ways[score.better] for score in self.task.scores}}


def _task(about: Mapping[str, Any]) -> Task:
    name, data = about["task"], about["data"]
    (task,) = tasks_in(data["name"], [name])
    if task.version != about["version"] or data_hash(data["name"]) != data["sha256"]:
        raise DataError(f"{name} or its data is another than when this file was written: export it again")
    return task


def _turns(chat: Chat, system: str | None) -> list[dict[str, str]]:
    turns = [{"role": turn.role, "content": turn.content} for turn in chat]
    return [{"role": "system", "content": system}, *turns] if system else turns


def _measured(score: Score, several: Sequence[Sequence[Any]]) -> float:
    value = score.metric([Point(*point) for points in several for point in points], score.better).value
    return float("nan") if value is None else value
