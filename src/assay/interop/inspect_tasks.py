"""Every task as a task of Inspect: the `inspect_ai` entry point of this package.

    inspect eval assay/exaggerated_safety --model openai/gpt-4o-mini -T lang=en,zh
    inspect eval assay/adversarial_factuality --model … --model-role grader=openai/gpt-4o

Rows, judges and measures are assay's own: the same replies get the same verdicts and numbers as in `assay run`. Inspect
asks: one generation for each chat of a row. A grader is Inspect's model of the role `grader`; without one, what needs
it is unread. `assay import LOG --out RUN` makes a run folder of the log.
"""

from __future__ import annotations

import site
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from inspect_ai import Epochs
from inspect_ai import Task as InspectTask
from inspect_ai import task as inspect_task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    ModelOutput,
    get_model,
    model_roles,
)
from inspect_ai.model import Model as InspectModel
from inspect_ai.scorer import (
    Metric,
    SampleScore,
    Scorer,
    ScoreReducer,
    Target,
    Value,
    metric,
    score_reducer,
    scorer,
)
from inspect_ai.scorer import Score as InspectScore
from inspect_ai.solver import Generate, Solver, TaskState, solver

from assay import __version__
from assay.cases import Asking, check_data, data_hash, rows_of
from assay.instruments import Instruments, Lexical
from assay.interop.inspect_words import KEY, finish_of, found, record_in, sample_id, sample_metadata
from assay.judging import judged
from assay.models.replies import first_token
from assay.schema import Chat, Point, Record, Reply, Request, Sampling, Task, Usage
from assay.store.folder import json_of
from assay.tasks import all_tasks

TASKS = {task.id: task for task in all_tasks()}

TURNS = {"system": ChatMessageSystem, "user": ChatMessageUser, "assistant": ChatMessageAssistant}


def task_of(task: Task, data: str, lang: str | Sequence[str], system: str) -> InspectTask:
    """A task of ours as one of Inspect's.

    Args:
        task: which.
        data: as `assay run --data` takes it.
        lang: `en`, `zh` or both; separated by commas, or a list.
        system: a system prompt before every chat.

    Raises:
        UsageError: unknown language, or the task has no rows there.
        DataError: the data is not there.
    """
    langs = tuple(lang.split(",")) if isinstance(lang, str) else tuple(lang)
    asking = Asking(data=data, langs=langs, system=system)
    check_data((task,), asking)
    samples = [
        Sample(
            id=sample_id(row),
            input=_messages(row.chats[0]),
            target=[str(one) for one in row.gold] if isinstance(row.gold, tuple) else str(row.gold or ""),
            choices=list(row.options) or None,
            metadata=sample_metadata(row),
        )
        for row in rows_of(task, asking)
    ]
    asked = {"name": data, "sha256": data_hash(data)}
    return InspectTask(
        dataset=MemoryDataset(samples, name=f"{task.id} of {data}"),
        solver=every_chat(),
        scorer=_scorer(task.id),
        config=_config(task.sampling),
        epochs=Epochs(1, every_epoch()),
        version=task.version,
        metadata={
            KEY: {
                "task": task.id,
                "version": task.version,
                "data": asked,
                "langs": langs,
                "system": system,
                "assay": __version__,
            }
        },
    )


def _messages(chat: Chat) -> list[ChatMessage]:
    return [TURNS[turn.role](content=turn.content) for turn in chat]


def _config(sampling: Sampling) -> GenerateConfig:
    """The published sampling of the task; what Inspect has no word for goes into the request's body."""
    extra = dict(sampling.extra)
    known = {name: extra.pop(name) for name in ("logprobs", "top_logprobs") if name in extra}
    return GenerateConfig(
        temperature=sampling.temperature,
        max_tokens=sampling.max_tokens,
        seed=sampling.seed,
        extra_body=extra or None,
        **known,
    )


# ---- asking -------------------------------------------------------------------------------------


@solver
def every_chat() -> Solver:
    """Asks each chat of the row on its own; the replies are kept in the sample's store, in the order of the chats."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        shown: list[ChatMessage] = []
        replies: list[Reply] = []
        row = record_in(state.metadata).row
        for chat in row.chats:
            state.messages = _messages(chat)
            state = await generate(state)
            replies.append(reply_of(state.output))
            shown += state.messages
        state.messages = shown
        state.store.set(KEY, {"replies": json_of(Record(row, tuple(replies)))["replies"]})
        return state

    return solve


def reply_of(output: ModelOutput) -> Reply:
    """Inspect's output as a reply of ours: the text without reasoning, how it ended, tokens, the first token's odds."""
    if output.empty:
        return Reply("", "failed", error=output.error or "the model gave no output")
    choice, usage = output.choices[0], output.usage
    finish = finish_of(str(choice.stop_reason))
    return Reply(
        text=choice.message.text,
        finish=finish,
        error=(output.error or "") if finish == "filtered" else "",
        usage=Usage(usage.input_tokens, usage.output_tokens) if usage else Usage(),
        logprobs=first_token(choice.logprobs.model_dump()) if choice.logprobs else (),
        reasoning=_reasoning(choice.message),
    )


def _reasoning(message: ChatMessageAssistant) -> str:
    parts = message.content if isinstance(message.content, list) else ()
    return "\n".join(part.reasoning for part in parts if part.type == "reasoning")


# ---- judging ------------------------------------------------------------------------------------


class _Grader:
    """Inspect's model of the role `grader`, in the shape of a model of ours."""

    def __init__(self, model: InspectModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """As Inspect calls it."""
        return str(self._model)

    @property
    def endpoint(self) -> str:
        """Inspect knows."""
        return "inspect"

    async def __call__(self, request: Request) -> Reply:
        """One generation at temperature 0, as our own graders are asked."""
        config = GenerateConfig(temperature=request.sampling.temperature)
        return reply_of(await self._model.generate(_messages(request.chat), config=config))


def _panel() -> tuple[Instruments, ...]:
    """What judges may ask: one set for each model of the role `grader`."""
    given = model_roles().get("grader")
    if given is None:
        return (Instruments(None, Lexical(), None),)
    graders = given if isinstance(given, list) else [get_model(role="grader")]
    return tuple(Instruments(_Grader(grader), Lexical(), None) for grader in graders)


def _scorer(task_id: str) -> Scorer:
    """Judges the row's replies with the task's own judge; the task's measures are its metrics."""

    @scorer(metrics=[measures(task_id)], name="verdict")
    def verdict(task: str) -> Scorer:
        async def score(state: TaskState, target: Target) -> InspectScore:
            record = record_in(state.metadata, state.store.get(KEY))
            verdicts = await judged(TASKS[task].judge, record, _panel())
            return InspectScore(**found(TASKS[task], replace(record, verdicts=verdicts)))

        return score

    return verdict(task_id)


@metric
def measures(task: str) -> Metric:
    """The task's own measures, over the points of every row: what is unread, blocked or failed counts as in assay."""

    def compute(scores: list[SampleScore]) -> Value:
        values: dict[str, str | int | float | bool | None] = {}
        for one in TASKS[task].scores:
            kept = [points for score in scores for points in (score.score.metadata or {}).get("points", {})[one.name]]
            value = one.metric([Point(*point) for point in kept], one.better).value
            if value is not None:
                values[one.name] = value
        return values

    return compute


@score_reducer(name="every_epoch")
def every_epoch() -> ScoreReducer:
    """Epochs are rows more, as in assay: nothing is averaged before it is measured."""

    def reduce(scores: list[InspectScore]) -> InspectScore:
        first = scores[0]
        points: dict[str, list[Any]] = {}
        for score in scores:
            for name, several in (score.metadata or {}).get("points", {}).items():
                points.setdefault(name, []).extend(several)
        return first.model_copy(update={"metadata": {**(first.metadata or {}), "points": points}})

    return reduce


def _register(one: Task) -> None:
    def made(data: str = "core", lang: str | list[str] = "en", system: str = "") -> InspectTask:
        return task_of(one, data, lang, system)

    made.__name__ = one.id.partition("/")[2]
    made.__doc__ = f"assay's {one.id}."
    inspect_task(name=f"{_PREFIX}{made.__name__}", dimension=one.dimension)(made)


def _prefix() -> str:
    """Inspect puts the package's name before a task's where it finds the package among the installed ones.

    It looks for an editable install by the name of the package, not of the distribution, and does not find ours.
    """
    places = [*site.getsitepackages(), site.getusersitepackages(), *(path for path in sys.path if "-packages" in path)]
    return "" if any(__file__.startswith(place) for place in places) else "assay/"


_PREFIX = _prefix()


for _one in TASKS.values():
    _register(_one)
