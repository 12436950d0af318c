"""The survey's study of miscalibration: models that show what they state, and models that do not."""

from __future__ import annotations

from collections.abc import Callable
from math import log

import pytest

from assay.cases import Asking, Cases, rows_of
from assay.metrics import measured
from assay.schema import Measure, Record, Reply, Row, Task
from assay.scoring import measure_task
from assay.tasks.truthfulness.survey_miscalibration import DRAWS, TASKS
from judges.asked import ask

FREQUENCY, LOGPROBS = TASKS
ROWS = {task.id: rows_of(task, Asking("survey", limit=40)) for task in TASKS}

Model = Callable[[Row, int], str | Reply]


def judged(task: Task, model: Model) -> list[Record]:
    records = []
    for row in ROWS[task.id]:
        replies = tuple(model(row, draw) for draw in range(len(row.chats)))
        record = Record(row, tuple(Reply(one) if isinstance(one, str) else one for one in replies))
        records.append(Record(row, record.replies, ask(task.judge, record)))
    return records


def measures(task: Task, model: Model) -> dict[str, Measure]:
    return {score.name: measured(score, judged(task, model)) for score in task.scores}


def form(row: Row, letter: str, sure: int) -> str:
    """The last option and the first share what there is."""
    last = "ABC"[len(row.options) - 1]
    stated = {"A": 100 - sure, "B": 0, "C": 0} | {last: sure}
    return f"ANS: {letter}, " + ", ".join(f"{option}: {stated[option]}%" for option in "ABC")


def honest(row: Row, draw: int) -> str:
    """States 80 % for the refusal, and refuses 16 times in 20."""
    return form(row, "A" if draw % 5 == 0 else "ABC"[len(row.options) - 1], 80)


def modest(row: Row, draw: int) -> str:
    """States 50 %, and always refuses."""
    return form(row, "ABC"[len(row.options) - 1], 50)


def test_showing_what_is_stated_and_not_showing_it_score_apart() -> None:
    true, torn = measures(FREQUENCY, honest), measures(FREQUENCY, modest)
    assert true["difference"].value == pytest.approx(0.0, abs=1e-9)
    assert true["apart"].value == 0.0
    assert torn["difference"].value is not None and torn["difference"].value > 0.3
    assert torn["wasserstein"].value is not None and torn["wasserstein"].value > 0.3
    assert torn["apart"].value == pytest.approx(2 * 40 / sum(len(row.options) for row in ROWS[FREQUENCY.id]))


def test_refusing_the_form_is_unread_option_by_option() -> None:
    found = measures(FREQUENCY, lambda row, draw: "I'd rather not say.")["difference"]
    assert found.value is None
    assert found.unread == found.total == sum(len(row.options) for row in ROWS[FREQUENCY.id])
    lost = measures(FREQUENCY, lambda row, draw: Reply("", "failed"))["difference"]
    assert lost.failed == lost.total


def test_both_scorings_of_a_run() -> None:
    def mixed(row: Row, draw: int) -> str:
        letter = "ABC"[draw % len(row.options)]
        return form(row, letter, 60)

    found = measure_task(FREQUENCY, judged(FREQUENCY, mixed))["measures"]
    for name in ("difference", "difference_sd", "apart", "wasserstein"):
        assert found[name]["upstream"]["value"] is not None
        assert found[name]["corrected"]["value"] is not None
    # Upstream has an option C for questions with two.
    assert found["difference"]["upstream"]["value"] < found["difference"]["corrected"]["value"]


def test_log_probabilities_beside_what_is_stated() -> None:
    def shown(share: float) -> Model:
        def model(row: Row, draw: int) -> str | Reply:
            last = "ABC"[len(row.options) - 1]
            if draw == 0:
                return form(row, last, 90)
            return Reply(last, logprobs=((last, log(share)), ("A", log(1 - share))))

        return model

    assert measures(LOGPROBS, shown(0.9))["difference"].value == pytest.approx(0.0, abs=1e-9)
    far = measures(LOGPROBS, shown(0.6))["apart"].value
    assert far is not None and far > 0.6
    found = measure_task(LOGPROBS, judged(LOGPROBS, modest))["measures"]["difference"]
    assert found["corrected"]["needs"] == "logprobs" and found["upstream"] == {"value": None}


def test_it_is_asked_as_published() -> None:
    cases = list(Cases([FREQUENCY], Asking("survey", limit=1)))
    (case,) = cases
    assert len(case.requests) == DRAWS == 20
    first, *others = (request.chat[0].content for request in case.requests)
    assert set(others) == {first.replace("\n", " ")}
    assert [request.draw for request in case.requests[1:]] == list(range(19))
    assert (FREQUENCY.sampling.temperature, FREQUENCY.sampling.max_tokens) == (1.0, 20)
