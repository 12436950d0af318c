"""Who judges in a run, and how a judge's questions reach its instruments. Used by `run` and `rescore` alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from assay.budget import Budget
from assay.errors import EndpointError, UsageError
from assay.instruments import MINILM, Asked, Embedder, Instruments, Lexical, Scorer, Sentences
from assay.instruments.classifiers import Labeller, Scored, labeller, left_beside
from assay.instruments.description import Description, check_serves, is_description, read_description
from assay.judges.by_classifier import by_classifier, stands_in
from assay.judges.by_grader import Grading, Unanswered
from assay.judges.panel import majority
from assay.local import HUGGING_FACE, LocalClassifier, LocalModel
from assay.models import (
    Connections,
    Journal,
    Plugged,
    SpreadEndpoint,
    SpreadWeights,
    cached,
    limited,
    pace_of,
    retrying,
)
from assay.models.chat import ChatCompletions, Embeddings, Moderations
from assay.models.metered import capped, metered, remembered
from assay.models.wrappers import Wrapper
from assay.schema import Answer, Judge, Model, Question, Record, Reply, Request, Task, Verdict
from assay.tasks import all_tasks

T = TypeVar("T")

Remote = ChatCompletions | Embeddings | Moderations | Plugged | SpreadEndpoint
"""Models at the other end of a connection."""

Queued = LocalModel | LocalClassifier | SpreadWeights
"""Models with a queue of their own."""

JUDGES = {"--judge": "grader", "--classifier": "classifier", "--toxicity": "toxicity"}
"""Options that name a model which judges → its instrument."""


@dataclass(frozen=True, slots=True)
class Judging:
    """The judges that were asked for, beside those that need nothing."""

    graders: tuple[str, ...] = ()
    embedder: str = ""
    """A model string of an `/embeddings` endpoint, `minilm`, `hf/…`, or empty for the lexical one."""
    toxicity: str = ""
    """A model string of a `/moderations` endpoint, or a classifier as in `classifiers`."""
    connections: int = 32
    """Requests in flight to each endpoint."""
    of_itself: bool = False
    """A model may grade its own replies."""
    classifiers: tuple[str, ...] = ()
    """Packaged classifiers or TOML files, `=MODEL` behind them for another model than their own."""

    @property
    def endpoints(self) -> int:
        """How many endpoints are asked beside the model's."""
        return len(self.graders) + ("/" in self.embedder) + bool(self.toxicity) + len(self.classifiers)

    @property
    def at_once(self) -> int:
        """Questions to graders that may be in flight."""
        return self.connections * max(1, len(self.graders))

    @property
    def asked(self) -> dict[str, tuple[str, ...]]:
        """The model strings that are asked for each instrument; classifiers and embedders of this machine are none."""
        embedder = "/" in self.embedder and not self.embedder.startswith(f"{HUGGING_FACE}/")
        scored = read_description(self.toxicity) if is_description(self.toxicity) else None
        toxicity = self.toxicity if scored is None else scored.model if scored.guard is not None else ""
        return {
            "grader": self.graders,
            "embedder": (self.embedder,) if embedder else (),
            "toxicity": (toxicity,) if toxicity else (),
            "classifier": tuple(one.model for one in self.descriptions if one.guard is not None),
        }

    @property
    def descriptions(self) -> list[Description]:
        """The classifiers, as their files say; UsageError where one cannot be read."""
        return [read_description(value) for value in self.classifiers]

    def described(self) -> dict[str, Any]:
        """What run.json says of the judges."""
        return {
            "graders": self.graders,
            "embedder": self.embedder or Lexical.name,
            "toxicity": self.toxicity or None,
            **({"of_itself": True} if self.of_itself else {}),
            **({"classifiers": [one.described() for one in self.descriptions]} if self.classifiers else {}),
        }


def check_graders(judging: Judging, model: str, endpoint: str, opened: Callable[[str], Model]) -> None:
    """Whether the graders and guards may judge this model's replies; asked before the first request.

    Args:
        judging: who judges.
        model: whose replies are judged, as typed.
        endpoint: where it was asked.
        opened: a model string's model, which is not asked.

    Case makes no other model: endpoints differ in whether they mind it, and none has two that differ in nothing else.

    Raises:
        UsageError: a grader or guard is the model itself, under whatever name, or a grader is given twice.
    """
    named = [name.casefold() for name in judging.graders]
    twice = next((name for at, name in enumerate(judging.graders) if named[at] in named[:at]), None)
    if twice is not None:
        raise UsageError(f"--judge {twice} is given twice, and would have two votes; name another judge")
    if judging.of_itself:
        return
    asked = judging.asked
    for option, name in [(option, name) for option, instrument in JUDGES.items() for name in asked[instrument]]:
        there = opened(name).endpoint
        if name.casefold() == model.casefold() or _same_model(name, there, model, endpoint):
            alias = "" if name == model else f" ({name} is the same model at {there})"
            raise UsageError(
                f"{model} would judge its own replies{alias}; name another {option} for numbers to defend, "
                "or give --allow-self-judge"
            )


def _same_model(one: str, at: str, other: str, there: str) -> bool:
    names = [name.partition("/")[2].casefold() for name in (one, other)]
    return names[0] == names[1] and at.rstrip("/") == there.rstrip("/")


def kept(model: Model, journal: Journal, budget: Budget, elsewhere: Collection[str] = ()) -> Model:
    """A model behind its own count, cache, retry, limit and cap. A baseline needs none of them."""
    if isinstance(model, Queued):  # its own queue is its limit; what fails there fails again
        return metered(cached(capped(model, budget), journal), budget, elsewhere)
    if not isinstance(model, Remote):
        return model
    pace = pace_of(model)
    return metered(cached(retrying(limited(capped(model, budget), pace), pace), journal), budget, elsewhere)


def stocked(model: Model, journal: Journal, budget: Budget, elsewhere: Collection[str] = ()) -> Model:
    """Of a model, what is stored and no more."""
    if not isinstance(model, Remote | Queued):
        return model
    return metered(remembered(model, journal), budget, elsewhere)


def panel(judging: Judging, connections: Connections, opened: Callable[[Model], Model]) -> tuple[Instruments, ...]:
    """One set of instruments for each grader, or one without; nothing is asked yet.

    Raises:
        UsageError: an unknown provider or a missing key.
    """
    toxicity = _toxicity(judging.toxicity, connections, opened) if judging.toxicity else None
    classifiers = {one.name: _classifier(one, connections, opened) for one in judging.descriptions}
    shared = Instruments(None, _embedder(judging.embedder, connections, opened), toxicity, classifiers)
    graders = [heard(opened(connections.model(name))) for name in judging.graders]
    return tuple(replace(shared, grader=grader) for grader in graders) or (shared,)


def _embedder(name: str, connections: Connections, opened: Callable[[Model], Model]) -> Embedder:
    if name == "minilm":
        return Sentences(MINILM)
    if name.startswith(f"{HUGGING_FACE}/"):
        return Sentences(name.partition("/")[2])
    return Asked(opened(connections.embedder(name))) if name else Lexical()


def _toxicity(name: str, connections: Connections, opened: Callable[[Model], Model]) -> Scorer:
    if not is_description(name):
        return Asked(opened(connections.moderations(name)))
    description = read_description(name)
    if not description.scores:
        raise UsageError(f"--toxicity {name}: this classifier has no scores; say in its TOML what each label counts")
    return Scored(_classifier(description, connections, opened), description)


def _classifier(said: Description, connections: Connections, opened: Callable[[Model], Model]) -> Labeller:
    if said.guard is not None:
        return labeller(said, opened(connections.model(said.model)))
    return labeller(said, opened(connections.local.classifier(said.model, said.window)))


def classified(tasks: Sequence[Task], judging: Judging) -> tuple[Task, ...]:
    """The tasks, with classifiers in place of the judges that they stand in for.

    Raises:
        UsageError: a classifier stands in for nothing there, or names a judge or a verdict that nobody knows.
    """
    found = list(tasks)
    for one in judging.descriptions:
        check_serves(one, found, all_tasks())
        found = [
            replace(task, judge=by_classifier(task.judge, one.name, one.judges))
            if stands_in(task.judge, one.judges)
            else task
            for task in found
        ]
    return tuple(found)


async def left(task: Task, record: Record, panel: Sequence[Instruments]) -> Record:
    """The record with what the published toolkit's classifier would have recorded, where one was given."""
    return await left_beside(task.id, record, panel[0].classifiers.values()) if panel[0].classifiers else record


async def judged(judge: Judge, record: Record, panel: Sequence[Instruments]) -> tuple[Verdict, ...]:
    """The verdicts of a judge, every question answered by its instrument; of several graders, the majority's."""
    asked: set[str] = set()
    verdicts = await answered(judge.trip(record), panel[0], asked)
    if not asked:
        return verdicts
    others = [await answered(judge.trip(record), instruments, asked) for instruments in panel[1:]]
    for instruments, told in zip(panel, (verdicts, *others), strict=True):
        if isinstance(instruments.grader, heard):
            instruments.grader.read += sum(one.label is not None and one.judge in asked for one in told)
    return majority((verdicts, *others), grader_names(panel), asked) if others else verdicts


def grader_names(panel: Sequence[Instruments]) -> tuple[str, ...]:
    """The models that grade, as typed."""
    return tuple(instruments.grader.name for instruments in panel if instruments.grader is not None)


async def answered(asking: Generator[Question, Answer, T], instruments: Instruments, asked: set[str]) -> T:
    """What comes of questions, every one answered by its instrument; who asked a grader is added to `asked`."""
    answer: Answer = None
    while True:
        try:
            question = asking.send(answer)
        except StopIteration as done:
            found: T = done.value
            return found
        if isinstance(question, Grading):
            asked.add(question.judge)
        try:
            answer = await instruments.answer(question)
        except Unanswered as lost:
            answer = lost.with_traceback(None)  # which holds this very frame


# ---- graders that say nothing -------------------------------------------------------------------


@dataclass(slots=True)
class heard(Wrapper):
    """A grader whose answers are counted. An answer that is lost is raised: no judge shall take it for words."""

    asked: int = field(default=0, init=False)
    lost: int = field(default=0, init=False)
    why: str = field(default="", init=False)
    """Why the last one was lost."""
    read: int = field(default=0, init=False)
    """Verdicts that came of its answers."""

    async def __call__(self, request: Request) -> Reply:
        """The model's reply.

        Raises:
            Unanswered: it failed or was blocked.
        """
        reply = await self.model(request)
        self.asked += 1
        if reply.gradable:
            return reply
        self.lost += 1
        self.why = reply.error or reply.finish
        raise Unanswered(self.why)


def check_heard(panel: Sequence[Instruments], stored: object, say: Callable[[str], None]) -> None:
    """Whether the graders graded; asked when all they said is stored.

    Args:
        panel: who was asked.
        stored: where.
        say: told of graders that lost answers, or whose answers hold no verdict.

    Raises:
        EndpointError: a grader gave no answer at all.
    """
    graders = [one.grader for one in panel if isinstance(one.grader, heard) and one.grader.asked]
    for grader in graders:
        if grader.lost and grader.lost < grader.asked:
            say(
                f"{grader.name} gave no answer to {grader.lost:,} of {grader.asked:,} questions ({grader.why}); the "
                "same command asks again where that was a failure"
            )
        if grader.lost < grader.asked and not grader.read:
            say(f"{grader.name} answered, and no verdict could be read in any answer: name another --judge")
    silent = [f"{one.name} gave no answer to {one.lost:,} of {one.asked:,} questions ({one.why})" for one in graders
              if one.lost == one.asked]  # fmt: skip
    if silent:
        raise EndpointError(
            f"{'; '.join(silent)}. All else is stored in {stored}. Mend that, or name another --judge, and run the "
            "same command"
        )
