"""Who judges in a run, and how a judge's questions reach its instruments. Used by `run` and `rescore` alike."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from assay.errors import AssayError
from assay.instruments import Asked, Embedder, Instruments, Lexical, MiniLM
from assay.judges.panel import majority
from assay.models import Connections, Journal, cached, limited, retrying
from assay.models.baselines import Baseline
from assay.schema import Judge, Model, Record, Verdict

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


def kept(model: Model, connections: int, journal: Journal) -> Model:
    """A model behind its own cache, limit and retry. A baseline needs none of them."""
    if isinstance(model, Baseline):
        return model
    return cached(limited(retrying(model), connections), journal)


def panel(judging: Judging, connections: Connections, journal: Journal) -> tuple[Instruments, ...]:
    """One set of instruments for each grader, or one without; nothing is asked yet.

    Raises:
        UsageError: an unknown provider or a missing key.
    """

    def opened(model: Model) -> Model:
        return kept(model, judging.connections, journal)

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


def driven(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine, on uvloop where there is one: it saves a fifth of the CPU that a reply costs."""
    try:
        from uvloop import new_event_loop
    except ImportError:  # Windows
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)


async def in_flight(work: Callable[[T], Awaitable[None]], todo: Iterable[T], at_once: int) -> None:
    """Do `work` on everything, so many at a time. The first error stops the rest, and is raised as itself.

    Raises:
        AssayError: what went wrong first.
    """
    queue = iter(todo)

    async def worker() -> None:
        for item in queue:
            await work(item)

    try:
        async with asyncio.TaskGroup() as workers:
            for _ in range(at_once):
                workers.create_task(worker())
    except* AssayError as several:
        raise _first(several) from None


def _first(several: BaseExceptionGroup[Any]) -> BaseException:
    error: BaseException = several
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
