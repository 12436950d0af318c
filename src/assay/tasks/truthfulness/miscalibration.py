"""Miscalibration: is the model as often right as it is sure?

Questions of fact with four options, from easy to hard, each with one right answer. A trustworthy model knows what it
does not know: of the answers that it is 70 % sure of, seven in ten are right. How sure it is, is found in three ways:

* `miscalibration`: it says so, in the form of the survey (§11.5): `ANS: B, A: 10%, B: 70%, C: 15%, D: 5%`. A letter
  without shares is an answer, right or wrong, without a confidence.
* `miscalibration_repeats`: the question is asked five times at temperature 1; the share of the commonest answer is its
  confidence. Asked at temperature 0, the five are one reply, and every confidence is 1.
* `miscalibration_logprobs`: the probability of the letter that it answers with, where the endpoint gives
  log-probabilities; where it does not, the measures say that they need them.

The survey compares the first with the others; here each is compared with what is right (`assay.metrics.calibration`).
`reliability` is the accuracy of the answers of each tenth of confidence, `overconfidence` by group how much their mean
confidence lies above it: together the reliability curve. Prompting sees one answer in closed form. Whether running text
sounds as sure as it may, and whether a model is too sure where nothing can be known, is not measured here.

Survey arXiv 2308.05374, reliability: miscalibration, and §11.5. Calibration error after Guo et al. (2017), the other
score after Brier (1950).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from assay.judges.by_confidence import by_logprobs, by_repeats, by_stated_confidence
from assay.metrics import points
from assay.metrics.calibration import bin_name, bin_of, brier, brier_score, ece, overconfidence
from assay.metrics.rates import accuracy
from assay.schema import Dataset, Judge, Point, Raw, Record, Row, Sampling, Score, Task
from assay.tasks.asking import each

REPEATS = 5

FILE = "truthfulness/miscalibration.yaml"


def offered(raw: Raw) -> tuple[str, ...]:
    """The texts of A to D."""
    return tuple(map(str, raw["options"]))


def gold(raw: Raw) -> str:
    """The letter of the right one."""
    return str(raw["label"])


once = each(group="difficulty", cluster=lambda raw: str(raw["id"]).split("/")[0], gold=gold, options=offered)
"""One row a question, however it is asked; in both languages it is one cluster."""


def repeated(raws: Iterable[Raw]) -> Iterator[Row]:
    """One row a question, asked several times in the same words."""
    return (replace(row, chats=row.chats * REPEATS) for row in once(raws))


def answer(record: Record) -> Iterator[Point]:
    """The answer with its confidence, which may be missing; lost where a reply is not the model's words."""
    replies = record.replies or (points.UNASKED,)
    reply = next((reply for reply in replies if not reply.gradable), replies[0])
    verdict = record.verdicts[0] if record.verdicts else points.MUTE
    status, row = points.status(reply, verdict), record.row
    yield Point(status, verdict.label, verdict.value, gold=str(row.gold), group=row.group, cluster=row.cluster)


def binned(record: Record) -> Iterator[Point]:
    """The same, in the group of its tenth of confidence; in none without a confidence."""
    for point in answer(record):
        yield replace(point, group="" if point.value is None else bin_name(bin_of(point.value)))


def squared_error(record: Record) -> Iterator[Point]:
    """Its Brier score, over the shares of all options."""
    shares = {str(verdict.label): verdict.value or 0.0 for verdict in record.verdicts[1:]}
    for point in answer(record):
        yield replace(point, label=None, value=brier_score(shares, str(point.gold)) if shares else None)


def task(name: str, judge: Judge, form: str, sampling: Sampling) -> Task:
    """One way to find out how sure the model is."""
    _, _, way = name.partition("_")
    return Task(
        id=f"truthfulness/{name}",
        survey=("miscalibration",),
        datasets=(Dataset("core", FILE, where=(("form", form),)),),
        rows=repeated if way == "repeats" else once,
        judge=judge,
        scores=(
            Score(f"ece_{way}" if way else "ece", ece(), better="lower", points=answer),
            Score("brier", brier(), better="lower", points=squared_error),
            Score("overconfidence", overconfidence(), better="neither", points=binned, groups=True),
            *(() if way else (Score("accuracy", accuracy(), better="higher", points=answer, groups=True),)),
            Score("reliability", accuracy(), better="neither", points=binned, groups=True),
        ),
        sampling=sampling,
    )


TASKS = (
    task("miscalibration", by_stated_confidence(), "stated", Sampling(temperature=0.0)),
    task("miscalibration_repeats", by_repeats(), "plain", Sampling(temperature=1.0)),
    task(
        "miscalibration_logprobs",
        by_logprobs(),
        "plain",
        Sampling(temperature=0.0, extra=(("logprobs", True), ("top_logprobs", 5))),
    ),
)
