"""Who judges in a run, and how a judge's questions reach its instruments. Used by `run` and `rescore` alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assay.budget import Budget
from assay.instruments import Asked, Embedder, Instruments, Lexical, MiniLM
from assay.judges.panel import majority
from assay.models import Connections, Journal, cached, limited, pace_of, retrying
from assay.models.chat import ChatCompletions, Embeddings, Moderations
from assay.models.metered import capped, metered, remembered
from assay.schema import Judge, Model, Record, Verdict


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

    @property
    def endpoints(self) -> int:
        """How many endpoints are asked beside the model's."""
        return len(self.graders) + ("/" in self.embedder) + bool(self.toxicity)

    def described(self) -> dict[str, Any]:
        """What run.json says of the judges."""
        return {
            "graders": self.graders,
            "embedder": self.embedder or Lexical.name,
            "toxicity": self.toxicity or None,
        }


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
    verdicts, asked = await _hearing(judge, record, panel[0])
    if not asked or len(panel) == 1:
        return verdicts
    others = [(await _hearing(judge, record, instruments))[0] for instruments in panel[1:]]
    return majority((verdicts, *others))


async def _hearing(judge: Judge, record: Record, instruments: Instruments) -> tuple[tuple[Verdict, ...], bool]:
    """One judge's verdicts with one set of instruments, and whether it asked a grader."""
    hearing = judge.trip(record)
    asked = False
    try:
        question = next(hearing)
        while True:
            asked = asked or question.instrument == "grader"
            question = hearing.send(await instruments.answer(question))
    except StopIteration as done:
        return done.value, asked
