"""What a run will ask, take and cost, before it asks anything: `assay run … --dry-run`.

One pass over the cases; nothing is sent, nothing is written, no key is needed. What is already in the journal is taken
off. All else is an estimate, and what it assumes stands under the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rich.console import Group
from rich.table import Table
from rich.text import Text

from assay.budget import Budget, Spent, asked_elsewhere, tokens_of
from assay.cases import Case, cases, check_data
from assay.errors import Stopped, UsageError
from assay.judges.probing import questions
from assay.judging import check_graders, classified
from assay.models import Connections
from assay.models.prices import FREE, Price, unpriced
from assay.models.tokens import GRADER_TOKENS, chat_tokens, reply_tokens, text_tokens
from assay.planting import PLANTED, PLANTED_TOKENS, most_questions
from assay.run import Order
from assay.schema import Model, Reply, Request
from assay.store.journal import reply_key
from assay.store.stored import Stored

FIRST_TOKEN_S = 0.5
TOKENS_PER_S = 60.0
"""How fast an endpoint is assumed to serve one connection: a wait, then a stream."""


@dataclass(slots=True)
class Line:
    """What is expected of one task."""

    task: str
    rows: int = 0
    stored: Spent = field(default_factory=Spent)
    ask: Spent = field(default_factory=Spent)
    """What is not stored yet."""
    judging: dict[str, Spent] = field(default_factory=dict)
    """By the model that judges: at most so much."""
    same_as: str = ""
    """An earlier task that makes just the same requests: they are asked there, once for both."""
    shared: int = 0
    """So many."""
    graded: int = 0
    """Rows that a grader may be asked about."""

    @property
    def requests(self) -> int:
        """Requests to the model, whether or not they will be asked."""
        return self.stored.requests + self.ask.requests + self.shared

    def spending(self) -> Iterator[tuple[str, Spent]]:
        """What will be asked, by model; the measured one is ""."""
        yield "", self.ask
        yield from self.judging.items()


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of a run."""

    model: str
    data: str
    lines: tuple[Line, ...]
    prices: Mapping[str, Price | None]
    """By model, those that judge too; the measured one is also ""."""
    endpoints: Mapping[str, str]
    connections: int
    rpm: float | None = None
    tpm: float | None = None
    max_cost: float | None = None
    max_tokens: int | None = None

    def cost(self, spending: Iterable[tuple[str, Spent]]) -> float | None:
        """USD; None where something has no known price."""
        total = 0.0
        for name, spent in spending:
            price = self.prices[name]
            if price is None and spent.requests:
                return None
            total += (price or FREE).cost(spent.prompt, spent.completion)
        return total

    def to_ask(self) -> list[tuple[str, Spent]]:
        """All that will be asked, line by line, model by model."""
        return [one for line in self.lines for one in line.spending()]

    def seconds(self) -> dict[str, float]:
        """How long a run takes by each thing that may hold it up: the longest decides. Baselines take no time."""
        sent = summed(spent for name, spent in self.to_ask() if self.endpoints[name] != "baseline")
        serving = sent.requests * FIRST_TOKEN_S + sent.completion / TOKENS_PER_S
        held = {f"{self.connections} connections": serving / min(self.connections, max(sent.requests, 1))}
        if self.rpm:
            held[f"--rpm {self.rpm:g}"] = 60.0 * sent.requests / self.rpm
        if self.tpm:
            held[f"--tpm {self.tpm:g}"] = 60.0 * (sent.prompt + sent.completion) / self.tpm
        return held


def summed(several: Iterable[Spent]) -> Spent:
    """The sum of counts."""
    total = Spent()
    for spent in several:
        total.add(spent.prompt, spent.completion, spent.estimated, spent.requests)
    return total


def forecast(order: Order, connections: Connections, budget: Budget) -> Forecast:
    """What an order would ask, as far as its cases and the journal tell.

    Raises:
        UsageError: unknown language, task without data, unknown provider.
        DataError, StoreError: the data or the journal cannot be read.
    """
    order = replace(order, tasks=classified(order.tasks, order.judging))
    check_data(order.tasks, order.asking)
    model = addressed(connections, order.model)
    check_graders(order.judging, order.model, model.endpoint, lambda name: addressed(connections, name))
    judges = {kind: [addressed(connections, name) for name in names] for kind, names in _judges(order).items()}
    endpoints = {one.name: one.endpoint for one in (model, *(one for several in judges.values() for one in several))}
    prices = {name: budget.prices.of(name, endpoint) for name, endpoint in endpoints.items()}
    with Stored(order.out / "journal.sqlite") as stored:
        lines = _lines(order, model, judges, None if order.fresh else stored)
    return Forecast(
        order.model,
        order.asking.data,
        tuple(lines),
        {"": prices[order.model], **prices},
        {"": model.endpoint, **endpoints},
        connections.connections,
        connections.rpm,
        connections.tpm,
        budget.max_cost,
        budget.max_tokens,
    )


@dataclass(frozen=True, slots=True)
class Unasked:
    """Where a model would be asked: enough to look for stored replies and prices, and no key."""

    name: str
    endpoint: str

    async def __call__(self, request: Request) -> Reply:
        """Never.

        Raises:
            Stopped: always.
        """
        raise Stopped("a dry run asks nothing")


def addressed(connections: Connections, name: str) -> Model:
    """A model that is not going to be asked, and so needs no key.

    Raises:
        UsageError: it could not be opened with a key either.
    """
    try:
        return Unasked(name, connections.model(name).endpoint)
    except UsageError as error:
        try:
            return Unasked(name, connections.address(name))  # where no more than the key is missing
        except UsageError:
            raise error from None


def _judges(order: Order) -> dict[str, tuple[str, ...]]:
    """Which models are asked for each instrument."""
    return order.judging.asked


def _lines(order: Order, model: Model, judges: Mapping[str, list[Model]], stored: Stored | None) -> list[Line]:
    elsewhere = asked_elsewhere(order.tasks)
    lines: dict[str, Line] = {}
    for case in cases(order.tasks, order.asking):
        task = case.task.id
        line = lines.setdefault(task, Line(task, same_as=elsewhere.get(task, "")))
        line.rows += 1
        if line.same_as:
            line.shared += len(case.requests)
        else:
            _count_requests(line, case, model, stored)
        if any(judges.values()):
            _count_questions(line, case, judges)
    return [*lines.values(), *_planted(list(lines.values()), judges["grader"])]


def _planted(lines: Sequence[Line], graders: Iterable[Model]) -> Iterator[Line]:
    """What testing the graders with planted verdicts takes: questions as long as theirs are, and what is planted."""
    graded = [line for line in lines if line.graded]
    asked = most_questions(sum(line.graded for line in graded))
    if not asked:
        return
    found = Line(PLANTED)
    for model in graders:
        whole = summed(line.judging[model.name] for line in graded)
        each = whole.prompt // whole.requests + PLANTED_TOKENS
        spent = Spent(asked, asked * each, asked * GRADER_TOKENS, asked)
        found.judging[model.name] = Spent(asked) if model.endpoint == "baseline" else spent
    yield found


def _count_requests(line: Line, case: Case, model: Model, stored: Stored | None) -> None:
    for request in case.requests:
        if model.endpoint == "baseline":  # neither stored nor sent anywhere
            line.ask.add(0, 0, 0)
            continue
        reply = stored.get(reply_key(model, request)) if stored is not None else None
        if reply is not None:
            line.stored.add(*tokens_of(model.endpoint, request, reply))
        else:
            line.ask.add(chat_tokens(request.chat), reply_tokens(line.task, request.sampling.max_tokens), 1)


def _count_questions(line: Line, case: Case, judges: Mapping[str, list[Model]]) -> None:
    """The questions that the judge may ask about a row, to each model that is there to answer them."""
    replied = sum(reply_tokens(line.task, request.sampling.max_tokens) for request in case.requests)
    by_kind = questions(case.task.judge, case.row)
    line.graded += bool(judges["grader"]) and "grader" in by_kind
    for kind, asked in by_kind.items():
        for model in judges[kind]:
            spent = line.judging.setdefault(model.name, Spent())
            if model.endpoint == "baseline":
                spent.add(0, 0, 0, len(asked))
                continue
            written = sum(chat_tokens(one.chat) + sum(map(text_tokens, one.texts)) for one in asked)
            completion = GRADER_TOKENS * len(asked) if kind == "grader" else 0
            spent.add(written + replied, completion, len(asked), len(asked))


# ---- for the terminal ----------------------------------------------------------------------------

COLUMNS = ("task", "rows", "requests", "stored", "to ask", "prompt tokens", "reply tokens", "judge questions ≤", "USD")


def forecast_table(expected: Forecast) -> Group:
    """A line a task, the sum, and what the numbers rest on."""
    judged = any(line.judging for line in expected.lines)
    shown = [column for column in COLUMNS if judged or not column.startswith("judge")]
    title = f"{expected.model}   data {expected.data}   dry run: nothing is asked, nothing is written"
    table = Table(title=title, title_justify="left", header_style="bold", pad_edge=False, box=None)
    for column in shown:
        table.add_column(column, justify="left" if column == "task" else "right", no_wrap=True)
    for line in (*expected.lines, _sum(expected.lines)):
        cells = zip(COLUMNS, _cells(line, expected), strict=True)
        table.add_row(*(cell for column, cell in cells if column in shown), style="" if line.task else "bold")
    return Group(table, Text("\n".join(["", *_notes(expected)]), style="dim"))


def _sum(lines: Iterable[Line]) -> Line:
    lines = list(lines)
    judging: dict[str, list[Spent]] = {}
    for line in lines:
        for name, spent in line.judging.items():
            judging.setdefault(name, []).append(spent)
    return Line(
        "",
        rows=sum(line.rows for line in lines),
        stored=summed(line.stored for line in lines),
        ask=summed(line.ask for line in lines),
        judging={name: summed(several) for name, several in judging.items()},
        shared=sum(line.shared for line in lines),
    )


def _cells(line: Line, expected: Forecast) -> tuple[str, ...]:
    spent = summed(spent for _, spent in line.spending())
    judged = summed(line.judging.values()).requests
    counts = (line.rows, line.requests, line.stored.requests, line.ask.requests, spent.prompt, spent.completion, judged)
    return (line.task or "in all", *(f"{count:,}" for count in counts), usd(expected.cost(line.spending())))


def usd(cost: float | None) -> str:
    """Dollars, to the cent from one dollar up; a dash where a price is not known."""
    return "–" if cost is None else f"{cost:,.2f}" if cost >= 1 or not cost else f"{cost:.4f}"


def duration(seconds: float) -> str:
    """A length of time in the unit that fits it."""
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def _notes(expected: Forecast) -> Iterator[str]:
    total = _sum(expected.lines)
    yield from _costs(expected, total)
    whole = summed((total.stored, *(spent for _, spent in total.spending())))
    if expected.max_tokens is not None and whole.prompt + whole.completion > expected.max_tokens:
        yield f"--max-tokens {expected.max_tokens} would end the run early."
    held = expected.seconds()
    slowest = max(held, key=lambda what: held[what])
    times = ", ".join(f"{what} {duration(seconds)}" for what, seconds in held.items())
    rate = f"{FIRST_TOKEN_S} s and then {TOKENS_PER_S:.0f} tokens/s for each request"
    yield f"time: about {duration(held[slowest])} ({times}; supposing {rate})."
    for line in expected.lines:
        if line.same_as:
            yield f"{line.task} judges the replies of {line.same_as}; they are asked for once."
    for name, spent in total.judging.items():
        most = f"at most {spent.requests:,} questions, {spent.prompt + spent.completion:,} tokens"
        yield f"{name} judges: {most}; what it has answered already is not taken off."
    if any(spent.completion for spent in total.judging.values()):
        yield "A grader is asked less often where rules can tell, and once more where its verdict cannot be read."
    yield (
        "Tokens are estimates: 4 letters or 1 Chinese character each, replies as long as those of chat models in "
        "published sets. A model that thinks first or writes at length takes more; --max-reply-tokens bounds it."
    )


def _costs(expected: Forecast, total: Line) -> Iterator[str]:
    cost, before = expected.cost(total.spending()), expected.cost([("", total.stored)])
    if cost is None or before is None:
        asked = {expected.model, *total.judging}
        for name in sorted(name for name in asked if expected.prices[name] is None):
            yield f"cost: unknown: {unpriced(name, expected.endpoints[name])}"
        return
    dated = sorted({f"{price.as_of}" for price in expected.prices.values() if price and price.as_of})
    checked = f", by list prices of {dated[0]}: check them" if dated else ""
    yield f"cost: about {usd(cost)} USD{checked}; {total.stored.requests:,} stored replies cost {usd(before)} USD."
    if expected.max_cost is not None and cost + before > expected.max_cost:
        yield f"--max-cost {expected.max_cost:g} would end the run early."
