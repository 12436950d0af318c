"""The nouns: what is asked, what came back, what was judged, what was measured.

All values are frozen. A row's trip only ever extends one `Record`:

    Row ──▶ Record(row) ──▶ Record(row, replies) ──▶ Record(row, replies, verdicts) ──▶ points ──▶ Measure
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Raw = Mapping[str, Any]
"""One record as its dataset publishes it: `prompt` and the dataset's own fields."""

Finish = Literal["stop", "length", "filtered", "failed"]
"""How a reply ended. `filtered`: the provider blocked it. `failed`: no reply could be had."""

Better = Literal["higher", "lower", "neither"]
"""The trustworthy direction. `neither` is for numbers that describe and do not rank."""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


Chat = tuple[Message, ...]


def user(text: str) -> Chat:
    """The chat that most benchmarks ask: one user turn, no system prompt."""
    return (Message("user", text),)


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a reply is drawn. Temperatures per task are the published ones (trustllm.md §1.2)."""

    temperature: float = 0.0
    max_tokens: int | None = None
    seed: int | None = None
    extra: tuple[tuple[str, Any], ...] = ()
    """Fields passed on in the request body as they are, sorted by name."""


@dataclass(frozen=True, slots=True)
class Row:
    """One case: one or several chats, what a right answer is, and how the case is grouped."""

    id: str
    """Stable within its task and dataset; parallel English and Chinese rows share it."""
    chats: tuple[Chat, ...]
    gold: str | float | tuple[str, ...] | None = None
    """A label, a number (a human rating), or all accepted answers."""
    options: tuple[str, ...] = ()
    """What the prompt offers, in the order offered: texts of lettered options, or the labels themselves."""
    group: str = ""
    """The sub-score the row belongs to: a source, an attack, a type."""
    cluster: str = ""
    """Rows made from one template or topic share it; the statistics resample whole clusters."""
    lang: str = "en"
    fields: Raw = field(default_factory=dict)
    """The published record, untouched: upstream scoring reads this and the reply, nothing else."""
    parts: tuple[Raw, ...] = ()
    """Where several published records make one row: one for each chat, in the order of `chats`."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the endpoint counts them; 0 where it does not say."""

    prompt: int = 0
    completion: int = 0


@dataclass(frozen=True, slots=True)
class Worked:
    """When and how long processes worked at a run."""

    until: float
    """When the last of them ended, in seconds since 1970."""
    seconds: float
    """How long at least one worked: what overlaps counts once, and a killed one not at all."""
    sessions: int
    """How many there were, the killed ones included."""
    killed: int
    """Those that began and wrote no end."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for one chat. A filtered reply is not a refusal: its text is kept, never graded."""

    text: str
    finish: Finish = "stop"
    error: str = ""
    """Why it failed or who blocked it; empty otherwise. Never holds a key."""
    usage: Usage = Usage()
    recorded: Raw = field(default_factory=dict)
    """What an earlier evaluation left beside this reply: `eval_res`, `toxicity`, `embedding`."""
    logprobs: tuple[tuple[str, float], ...] = ()
    """The first token of the answer and what else it could have been, each with its natural-log probability; empty
    where it was not asked for or the endpoint gives none."""
    reasoning: str = ""
    """What the model thought before it answered, where the endpoint gives it: kept, no part of the answer, never
    graded."""

    @property
    def gradable(self) -> bool:
        """Whether the text is the model's own words."""
        return self.finish in ("stop", "length")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge says. Neither label nor value means that it could not tell: `unread`."""

    judge: str
    label: str | None = None
    value: float | None = None
    why: str = ""
    """The span, the rule or the grader's line that decided; `needs:NAME` where an instrument is not there."""
    votes: tuple[tuple[str, str | None], ...] = ()
    """Where several graders decided: each one's name and its own label; None where it could not tell."""

    @property
    def unread(self) -> bool:
        """Whether the judge could not tell."""
        return self.label is None and self.value is None


@dataclass(frozen=True, slots=True)
class Record:
    """A row, the replies to its chats, the verdicts on them. Only ever extended."""

    row: Row
    replies: tuple[Reply, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


# ---- judging -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Question:
    """What a judge wants to know from an instrument.

    `grader` gets `chat` and answers with its text; `embedder` gets `texts` and answers with one vector each;
    `toxicity` gets `texts` and answers with one score from 0 to 1 each. `classifier` gets a `Classifying`, and answers
    with the probability of each label.
    """

    instrument: Literal["grader", "embedder", "toxicity", "classifier"]
    chat: Chat = ()
    texts: tuple[str, ...] = ()


Answer = Any
"""str for a grader, list of vectors for an embedder, list of floats for toxicity; None: not there, or no answer."""

Trip = Generator[Question, Answer, tuple[Verdict, ...]]
"""A judge at work: it yields questions, is sent answers, and returns its verdicts. It does no I/O itself."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Record → verdicts: one for each reply, or one for the record where replies are compared."""

    name: str
    trip: Callable[[Record], Trip]
    needs: str = ""
    """The instrument without which this judge can decide nothing: `judge`, `toxicity`; empty where it works offline."""


# ---- measuring ---------------------------------------------------------------------------------

Status = Literal["scored", "unread", "blocked", "failed"]


@dataclass(frozen=True, slots=True)
class Point:
    """One graded unit. Most records make one; a record of many comparisons makes one for each."""

    status: Status
    label: str | None = None
    value: float | None = None
    gold: str | float | None = None
    group: str = ""
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with its denominator. n + unread + blocked + failed = total; missing is None, never NaN, never 0.

    `low` and `high` bound the sampling error (95 %); `floor` and `ceiling` are the least and the greatest number
    possible had every unscored row gone the one or the other way (`outer` where only outer bounds are known).
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    total: int
    blocked: int
    failed: int
    unread: int
    floor: float | None
    ceiling: float | None
    better: Better
    outer: bool = False
    needs: str = ""
    groups: Mapping[str, Measure] = field(default_factory=dict)


class Metric(Protocol):
    """Points → number. Total: defined for no points, for all unscored, for one group."""

    def __call__(self, points: Iterable[Point], better: Better) -> Measure:
        """The measure of these points."""
        ...


@dataclass(frozen=True, slots=True)
class Score:
    """One number of a task: a metric over the points that its records make."""

    name: str
    metric: Metric
    better: Better
    points: Callable[[Record], Iterable[Point]] | None = None
    """None: one point a record, from its first verdict and its gold (`assay.metrics.points`)."""
    published: str = ""
    """The id in TrustLLM's leaderboard, on exactly one measure; empty elsewhere."""
    groups: bool = False
    """Whether to report the number for each group of rows as well."""


Rows = Iterable[Raw]
"""Published rows, read from disk each time they are gone through. Not an iterator: some are gone through twice."""

Upstream = Callable[[Rows], Mapping[str, float | None]]
"""Published records with `res` (and what judges left) → the published toolkit's numbers, by score name."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Where a task's raw records come from: the embedded `core`, the survey's studies, or the official data."""

    name: Literal["core", "trustllm", "survey", "own"]
    file: str
    """`core`: a file of `assay/data/core`. `trustllm`: `<section>/<file>.json`. `survey`: a study of
    `assay.data.survey`. `own`: a user's CSV or JSONL."""
    where: tuple[tuple[str, str], ...] = ()
    """Keep only the records whose fields have these values."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is measured: a value, not a class."""

    id: str
    """`<dimension>/<name>`."""
    survey: tuple[str, ...]
    """Slugs of the survey's sub-categories (design §8), home first."""
    datasets: tuple[Dataset, ...]
    rows: Callable[[Iterable[Raw]], Iterator[Row]]
    judge: Judge
    scores: tuple[Score, ...]
    upstream: Upstream | None = None
    sampling: Sampling = Sampling()
    version: int = 1
    reorder: Callable[[Row, int], Row] | None = None
    """Offers the row's options in another order, by seed; None where the order is part of the question."""

    @property
    def dimension(self) -> str:
        """TrustLLM's dimension, or the survey category where TrustLLM has none."""
        return self.id.split("/", 1)[0]


@dataclass(frozen=True, slots=True)
class Result:
    """What a run found: by task id, by score name, both scorings."""

    run: Raw
    tasks: Mapping[str, Raw]


# ---- asking ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """One chat to be answered. `draw` counts identical requests at a temperature above 0."""

    chat: Chat
    sampling: Sampling = Sampling()
    epoch: int = 0
    draw: int = 0


class Model(Protocol):
    """Anything that answers. Wrappers (cached, retrying, limited) have this shape too."""

    @property
    def name(self) -> str:
        """`provider/model`, as typed."""
        ...

    @property
    def endpoint(self) -> str:
        """The URL asked, or `baseline`: part of what identifies a reply."""
        ...

    def __call__(self, request: Request) -> Awaitable[Reply]:
        """Answer. Never raises for what an endpoint does: that is a `failed` reply."""
        ...
