"""Who judges in a run, and how a judge's questions reach its instruments. Used by `run` and `rescore` alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from assay.budget import Budget
from assay.errors import UsageError
from assay.instruments import Asked, Embedder, Instruments, Lexical, MiniLM
from assay.judges.by_grader import Grading
from assay.judges.panel import majority
from assay.models import Connections, Journal, cached, limited, pace_of, retrying
from assay.models.chat import ChatCompletions, Embeddings, Moderations
from assay.models.metered import capped, metered, remembered
from assay.schema import Answer, Judge, Model, Question, Record, Verdict

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Judging:
    """The judges that were asked for, beside those that need nothing."""

    graders: tuple[str, ...] = ()
    embedder: str = ""
    """A model string of an `/embeddings` endpoint, `minilm`, or empty for the lexical one."""
    toxicity: str = ""
    """A model string of a `/moderations` endpoint."""
    connections: int = 32
    """Requests in flight to each endpoint."""
    of_itself: bool = False
    """A model may grade its own replies."""

    @property
    def endpoints(self) -> int:
        """How many endpoints are asked beside the model's."""
        return len(self.graders) + ("/" in self.embedder) + bool(self.toxicity)

    @property
    def at_once(self) -> int:
        """Questions to graders that may be in flight."""
        return self.connections * max(1, len(self.graders))

    def described(self) -> dict[str, Any]:
        """What run.json says of the judges."""
        return {
            "graders": self.graders,
            "embedder": self.embedder or Lexical.name,
            "toxicity": self.toxicity or None,
            **({"of_itself": True} if self.of_itself else {}),
        }


def check_graders(judging: Judging, model: str, endpoint: str, opened: Callable[[str], Model]) -> None:
    """Whether the graders may judge this model's replies; asked before the first request.

    Args:
        judging: who judges.
        model: whose replies are judged, as typed.
        endpoint: where it was asked.
        opened: a model string's model, which is not asked.

    Raises:
        UsageError: a grader is the model itself, under whatever name, or is given twice.
    """
    twice = next((name for at, name in enumerate(judging.graders) if name in judging.graders[:at]), None)
    if twice is not None:
        raise UsageError(f"--judge {twice} is given twice, and would have two votes; name another judge")
    if judging.of_itself:
        return
    for name in judging.graders:
        there = opened(name).endpoint
        same = (there.rstrip("/"), name.partition("/")[2]) == (endpoint.rstrip("/"), model.partition("/")[2])
        if name == model or same:
            alias = "" if name == model else f" ({name} is the same model at {there})"
            raise UsageError(
                f"{model} would judge its own replies{alias}; name another --judge for numbers to defend, "
                "or give --allow-self-judge"
            )


def kept(model: Model, journal: Journal, budget: Budget, elsewhere: Collection[str] = ()) -> Model:
    """A model behind its own count, cache, retry, limit and cap. A baseline needs none of them."""
    if not isinstance(model, ChatCompletions | Embeddings | Moderations):
        return model
    pace = pace_of(model)
    return metered(cached(retrying(limited(capped(model, budget), pace), pace), journal), budget, elsewhere)


def stocked(model: Model, journal: Journal, budget: Budget, elsewhere: Collection[str] = ()) -> Model:
    """Of a model, what is stored and no more."""
    if not isinstance(model, ChatCompletions | Embeddings | Moderations):
        return model
    return metered(remembered(model, journal), budget, elsewhere)


def panel(judging: Judging, connections: Connections, opened: Callable[[Model], Model]) -> tuple[Instruments, ...]:
    """One set of instruments for each grader, or one without; nothing is asked yet.

    Raises:
        UsageError: an unknown provider or a missing key.
    """
    toxicity = Asked(opened(connections.moderations(judging.toxicity))) if judging.toxicity else None
    shared = Instruments(None, _embedder(judging.embedder, connections, opened), toxicity)
    graders = [opened(connections.model(name)) for name in judging.graders]
    return tuple(replace(shared, grader=grader) for grader in graders) or (shared,)


def _embedder(name: str, connections: Connections, opened: Callable[[Model], Model]) -> Embedder:
    if name == "minilm":
        return MiniLM()
    return Asked(opened(connections.embedder(name))) if name else Lexical()


async def judged(judge: Judge, record: Record, panel: Sequence[Instruments]) -> tuple[Verdict, ...]:
    """The verdicts of a judge, every question answered by its instrument; of several graders, the majority's."""
    asked: set[str] = set()
    verdicts = await answered(judge.trip(record), panel[0], asked)
    if not asked or len(panel) == 1:
        return verdicts
    others = [await answered(judge.trip(record), instruments, asked) for instruments in panel[1:]]
    return majority((verdicts, *others), grader_names(panel), asked)


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
        answer = await instruments.answer(question)
