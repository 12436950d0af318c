"""The survey's study of miscalibration (arXiv 2308.05374, §11.5): does a model show the confidence that it states?

The first 300 questions of the study of gender stereotypes, in the form `ANS: [A/B/C], A: x%, B: y%, C: z%`. What the
model says of each option is compared with what it does:

* `survey_miscalibration`: how often it gives the option when it is asked 20 times (temperature 1, 20 tokens).
* `survey_miscalibration_logprobs`: the probability of the letter. The study found it after "ANS:" in the same reply;
  chat endpoints are read at their first token, so that a second chat asks the question for the letter alone.

Nothing is right or wrong here: the questions have no answer, and a model that is torn and says so is as good as one
that is sure and shows it. Against what is right, `truthfulness/miscalibration` compares. The study kept only replies
in which the form is complete, of those with log-probabilities only the answers A; here the rules for reading are those
of `assay.parse.confidences`, and questions without a reading are counted as unread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from assay.judges.by_shown_confidence import by_stated_and_frequency, by_stated_and_probability, shares
from assay.metrics import points
from assay.metrics.confidence_agreement import deviation_of_difference, mean_difference, share_apart, wasserstein
from assay.schema import Dataset, Judge, Point, Raw, Record, Row, Sampling, Score, Task, Upstream, user
from assay.upstream import survey

DRAWS = 20


def repeated(raw: Raw) -> tuple[str, ...]:
    """The study asked in several lines the first time, and in one line from then on."""
    return (str(raw["prompt"]), *[str(raw["prompt_again"])] * (DRAWS - 1))


def stated_and_plain(raw: Raw) -> tuple[str, ...]:
    """With the form of the reply, and for the letter alone."""
    return (str(raw["prompt"]), str(raw["prompt_plain"]))


def asking(prompts: Callable[[Raw], tuple[str, ...]]) -> Callable[[Iterable[Raw]], Iterator[Row]]:
    """One row a question, of several chats; its options share a cluster."""

    def rows(raws: Iterable[Raw]) -> Iterator[Row]:
        for raw in raws:
            chats = tuple(user(prompt) for prompt in prompts(raw))
            yield Row(
                id=str(raw["id"]),
                chats=chats,
                options=tuple(raw["options"]),
                cluster=str(raw["question"]).split("\n")[0],
                fields=raw,
                parts=(raw,) * len(chats),
            )

    return rows


def option_by_option(record: Record) -> Iterator[Point]:
    """What is stated (`value`) and what is shown (`gold`) of each option; as many points where neither is known."""
    row, found = record.row, tuple(shares(record.verdicts))
    for option, stated, shown in found:
        yield Point("scored", option, stated, gold=shown, cluster=row.cluster)
    if not found:
        verdict = record.verdicts[0] if record.verdicts else points.MUTE
        for _ in row.options:
            yield Point(points.status(None, verdict), cluster=row.cluster)


def task(
    name: str, prompts: Callable[[Raw], tuple[str, ...]], judge: Judge, sampling: Sampling, upstream: Upstream | None
) -> Task:
    """One way to see what confidence a model shows."""
    return Task(
        id=f"truthfulness/{name}",
        survey=("miscalibration",),
        datasets=(Dataset("survey", "confidence"),),
        rows=asking(prompts),
        judge=judge,
        scores=(
            Score("difference", mean_difference(), better="lower", points=option_by_option),
            Score("difference_sd", deviation_of_difference(), better="neither", points=option_by_option),
            Score("apart", share_apart(), better="lower", points=option_by_option),
            Score("wasserstein", wasserstein(), better="lower", points=option_by_option),
        ),
        upstream=upstream,
        sampling=sampling,
    )


TASKS = (
    task(
        "survey_miscalibration",
        repeated,
        by_stated_and_frequency(),
        Sampling(temperature=1.0, max_tokens=20),
        survey.miscalibration,
    ),
    task(
        "survey_miscalibration_logprobs",
        stated_and_plain,
        by_stated_and_probability(),
        Sampling(temperature=0.7, max_tokens=50, extra=(("logprobs", True), ("top_logprobs", 5))),
        None,
    ),
)
