"""Miscalibration: what models that are as sure as they should be, and models that are not, look like."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from math import log
from typing import Any

import pytest

from assay.cases import Asking, rows_of
from assay.metrics import measured
from assay.metrics.calibration import reliability_curve
from assay.models import Connections
from assay.models.baselines import offered
from assay.schema import Measure, Record, Reply, Request, Row, Task
from assay.tasks.truthfulness.miscalibration import REPEATS, TASKS, answer
from endpoint import Said, error, serving
from endpoint import said as completion
from judges.asked import ask

STATED, REPEATED, LOGPROBS = TASKS
ROWS = {task.id: rows_of(task, Asking(langs=("en", "zh"))) for task in TASKS}


def judged(task: Task, row: Row, *replies: str | Reply) -> Record:
    record = Record(row, tuple(Reply(one) if isinstance(one, str) else one for one in replies))
    return Record(row, record.replies, ask(task.judge, record))


def measures(task: Task, records: list[Record], needs: str = "") -> dict[str, Measure]:
    return {score.name: measured(score, records, needs) for score in task.scores}


def ranked(row: Row, right: bool) -> list[str]:
    """The letters, the one that the model takes first; another than the right one where it errs."""
    letters = [chr(ord("A") + (ord(str(row.gold)) - ord("A") + step) % 4) for step in range(4)]
    return letters if right else letters[1:] + letters[:1]


def line(row: Row, right: bool, sure: int) -> str:
    """The answer in the form asked for."""
    first, *others = ranked(row, right)
    shares = {first: sure} | dict.fromkeys(others, (100 - sure) / 3)
    return f"ANS: {first}, " + ", ".join(f"{letter}: {shares[letter]:.2f}%" for letter in "ABCD")


LEVELS = (40, 60, 80, 100)


def known(place: int) -> tuple[bool, int]:
    """Whether the question is answered right, and how sure a calibrated model is: right in that share of its level."""
    level = LEVELS[place % len(LEVELS)]
    return (place // len(LEVELS)) % 5 < level / 20, level


def calibrated(place: int, row: Row) -> str:
    right, level = known(place)
    return line(row, right, level)


def too_sure(place: int, row: Row) -> str:
    return line(row, known(place)[0], 98)


def too_modest(place: int, row: Row) -> str:
    return line(row, known(place)[0], 30)


# ---- rows --------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
def test_rows(task: Task) -> None:
    rows = ROWS[task.id]
    assert len(rows) == 88
    assert Counter(row.gold for row in rows) == dict.fromkeys("ABCD", 22)
    for row in rows:
        assert len(row.options) == len(set(row.options)) == 4
        assert offered(row.chats[0][-1].content) == tuple("ABCD")
        assert len(set(row.chats)) == 1 and len(row.chats) == (REPEATS if task is REPEATED else 1)
        assert ("ANS: [A/B/C/D]" in row.chats[0][-1].content) == (task is STATED)
    assert {row.cluster for row in rows if row.lang == "en"} == {row.cluster for row in rows if row.lang == "zh"}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_numbers_give_nothing_away(lang: str) -> None:
    """A reader that takes the smallest, the second, … number is right no more often than by chance."""
    places: Counter[int] = Counter()
    for row in ROWS[STATED.id]:
        bare = [option.replace(",", "").removesuffix("万") for option in row.options]
        if row.lang == lang and all(one.isdecimal() for one in bare):
            values = list(map(int, bare))
            places[sorted(values).index(values["ABCD".index(str(row.gold))])] += 1
    assert set(places) == {0, 1, 2, 3} and max(places.values()) - min(places.values()) <= 1


# ---- stated ------------------------------------------------------------------------------------


def stated(model: Callable[[int, Row], str]) -> dict[str, Measure]:
    return measures(STATED, [judged(STATED, row, model(place, row)) for place, row in enumerate(ROWS[STATED.id])])


def test_calibrated_and_too_sure_score_apart_on_the_same_answers() -> None:
    fair, sure, modest = stated(calibrated), stated(too_sure), stated(too_modest)
    assert fair["accuracy"].value == sure["accuracy"].value == modest["accuracy"].value
    assert fair["ece"].high is not None and sure["ece"].low is not None and modest["ece"].low is not None
    assert fair["ece"].high < min(sure["ece"].low, modest["ece"].low)
    assert fair["brier"].value is not None and sure["brier"].value is not None and modest["brier"].value is not None
    assert fair["brier"].value < min(sure["brier"].value, modest["brier"].value)
    assert fair["overconfidence"].low is not None and fair["overconfidence"].high is not None
    assert fair["overconfidence"].low < 0 < fair["overconfidence"].high
    assert sure["overconfidence"].low is not None and sure["overconfidence"].low > 0
    assert modest["overconfidence"].high is not None and modest["overconfidence"].high < 0
    assert sum(measure.unread for measure in fair.values()) == 0


def test_the_reliability_curve_stands_in_the_groups() -> None:
    records = [judged(STATED, row, calibrated(place, row)) for place, row in enumerate(ROWS[STATED.id])]
    found = measures(STATED, records)
    accuracies, gaps = found["reliability"].groups, found["overconfidence"].groups
    curve = reliability_curve(point for record in records for point in answer(record))
    assert list(accuracies) == list(gaps) == [one.name for one in curve] == ["0.3–0.4", "0.5–0.6", "0.7–0.8", "0.9–1.0"]
    for one in curve:
        measure, gap = accuracies[one.name], gaps[one.name]
        assert (measure.n, measure.value) == (one.n, pytest.approx(one.accuracy))
        assert gap.value == pytest.approx(one.confidence - one.accuracy)
        assert measure.low is not None and measure.high is not None and measure.low < one.accuracy <= measure.high
    assert set(found["accuracy"].groups) == {"easy", "medium", "hard"}


def test_a_letter_alone_is_an_answer_and_no_confidence() -> None:
    found = stated(lambda place, row: str(row.gold))
    assert (found["accuracy"].value, found["accuracy"].n) == (1.0, 88)
    assert found["reliability"].groups == {}
    for name in ("ece", "brier", "overconfidence"):
        assert (found[name].value, found[name].unread) == (None, 88)


@pytest.mark.parametrize("refusal", ["I'm sorry, but I can't help with that.", "很抱歉，我无法回答。"])
def test_a_refusal_is_no_right_answer(refusal: str) -> None:
    found = stated(lambda place, row: refusal)
    assert (found["accuracy"].value, found["accuracy"].unread, found["ece"].value) == (0.0, 88, None)


@pytest.mark.parametrize(("lost", "count"), [(Reply("x", "filtered"), "blocked"), (Reply("", "failed"), "failed")])
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
def test_what_is_not_the_models_word_is_counted_as_such(task: Task, lost: Reply, count: str) -> None:
    row = ROWS[task.id][0]
    replies = [Reply("A", logprobs=(("A", 0.0),))] * (len(row.chats) - 1)
    for measure in measures(task, [judged(task, row, *replies, lost)]).values():
        assert (measure.value, measure.n, getattr(measure, count)) == (None, 0, 1)
    for measure in measures(task, [Record(row)]).values():
        assert (measure.value, measure.failed) == (None, 1)


# ---- repeats -----------------------------------------------------------------------------------


def repeated(steadiness: Callable[[int], int]) -> dict[str, Measure]:
    """A model that gives its answer so often in five, and others else."""
    records = []
    for place, row in enumerate(ROWS[REPEATED.id]):
        first, *others = ranked(row, known(place)[0])
        times = steadiness(place)
        records.append(judged(REPEATED, row, *[first] * times, *(others * 2)[: REPEATS - times]))
    return measures(REPEATED, records)


def test_who_wavers_where_it_errs_is_calibrated() -> None:
    wavering, stubborn = repeated(lambda place: known(place)[1] // 20), repeated(lambda place: REPEATS)
    assert wavering["reliability"].value == stubborn["reliability"].value
    assert wavering["ece_repeats"].high is not None and stubborn["ece_repeats"].low is not None
    assert wavering["ece_repeats"].high < stubborn["ece_repeats"].low
    assert wavering["brier"].value is not None and stubborn["brier"].value is not None
    assert wavering["brier"].value < stubborn["brier"].value
    assert list(stubborn["reliability"].groups) == ["0.9–1.0"]


# ---- log-probabilities -------------------------------------------------------------------------


def test_log_probabilities() -> None:
    records = []
    for place, row in enumerate(ROWS[LOGPROBS.id]):
        right, level = known(place)
        first, second, *_ = ranked(row, right)
        top = ((first, log(level / 100)), *([(second, log(1 - level / 100))] if level < 100 else []))
        records.append(judged(LOGPROBS, row, Reply(first, logprobs=top)))
    found = measures(LOGPROBS, records)
    assert found["ece_logprobs"].value is not None and found["ece_logprobs"].value < 0.1
    assert found["overconfidence"].value == pytest.approx(0.0, abs=0.1)
    assert (found["reliability"].n, found["reliability"].unread) == (88, 0)


def test_without_log_probabilities_the_measures_say_what_they_need() -> None:
    records = [judged(LOGPROBS, row, str(row.gold)) for row in ROWS[LOGPROBS.id]]
    assert {verdict.why for record in records for verdict in record.verdicts} == {"needs:logprobs"}
    for measure in measures(LOGPROBS, records, needs="logprobs").values():
        assert (measure.value, measure.needs, measure.unread) == (None, "logprobs", 88)


def endpoint_of(respond: Callable[[dict[str, Any]], Said]) -> tuple[Record, list[dict[str, Any]]]:
    """The first question, asked of an endpoint with the task's own sampling."""
    row = ROWS[LOGPROBS.id][0]

    async def one(url: str) -> Reply:
        connections = Connections(base_url=url)
        try:
            return await connections.model("openai/m")(Request(row.chats[0], LOGPROBS.sampling))
        finally:
            await connections.close()

    with serving(respond) as endpoint:
        return judged(LOGPROBS, row, asyncio.run(one(endpoint.url))), endpoint.bodies


def test_an_endpoint_that_gives_them() -> None:
    def respond(body: dict[str, Any]) -> Said:
        top = [{"token": token, "logprob": log(share)} for token, share in (("B", 0.6), ("C", 0.3), ("The", 0.1))]
        answered = json.loads(completion("B").body)
        answered["choices"][0]["logprobs"] = {"content": [top[0] | {"top_logprobs": top}]}
        return Said(json.dumps(answered).encode())

    record, (body,) = endpoint_of(respond)
    assert (body["logprobs"], body["top_logprobs"]) == (True, 5)
    assert (record.verdicts[0].label, record.verdicts[0].value) == ("B", pytest.approx(2 / 3))


def test_an_endpoint_that_refuses_them_still_answers() -> None:
    def respond(body: dict[str, Any]) -> Said:
        return error(400, "'logprobs' is not supported with this model") if "logprobs" in body else completion("B")

    record, bodies = endpoint_of(respond)
    assert [("logprobs" in body, "top_logprobs" in body) for body in bodies] == [(True, True), (False, False)]
    assert record.replies[0].text == "B" and record.verdicts[0].why == "needs:logprobs"
