"""Both questions about a story, answers in letters and in words, and models that confuse cause with dependence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from assay.cases import Asking, rows_of
from assay.metrics import measured
from assay.schema import Measure, Record, Reply, Row, user
from assay.tasks.reasoning.causal import TASKS, lettered

(TASK,) = TASKS
ROWS = rows_of(TASK, Asking(langs=("en", "zh")))


def judged(row: Row, text: str) -> Record:
    replies = (Reply(text),)
    trip = TASK.judge.trip(Record(row, replies))
    with pytest.raises(StopIteration) as done:
        next(trip)
    return Record(row, replies, done.value.value)


def scores(says: Callable[[Row], str]) -> dict[str, Measure]:
    records = [judged(row, says(row)) for row in ROWS]
    return {score.name: measured(score, records) for score in TASK.scores}


def test_both_questions_of_a_story_are_one_cluster() -> None:
    assert set(Counter((row.cluster, row.lang) for row in ROWS).values()) == {2}
    assert {row.group for row in ROWS} == {"q1", "q2"}


def test_golds_are_balanced() -> None:
    letters = Counter((row.group, row.lang, row.gold) for row in ROWS)
    words = Counter((row.group, row.lang, row.fields[row.group]) for row in ROWS)
    for counts in (letters, words):
        assert len(counts) == 8
        assert max(counts.values()) - min(counts.values()) <= 2


@pytest.mark.parametrize("form", ["{0}", "{0}) {1}", "{1}", "The answer is {0}.", "答案是{0}"])
def test_who_knows_is_right(form: str) -> None:
    found = scores(lambda row: form.format(row.gold, row.options["AB".index(str(row.gold))]))
    assert [found[name].value for name in ("accuracy", "counterfactual", "understood")] == [1.0, 1.0, 1.0]


def test_a_model_for_which_causes_are_always_needed() -> None:
    """It takes the wrong class for necessary: right on the first questions, wrong where nothing depended on A."""

    def says(row: Row) -> str:
        kind, right = row.fields["type"], str(row.gold)
        return right if row.group == "q1" or kind not in ("sufficient", "preemption") else "AB"["AB".index(right) - 1]

    found = scores(says)
    groups = found["accuracy"].groups
    assert groups["q1"].value == 1.0
    assert groups["q2"].value == pytest.approx(28 / 42)
    assert found["counterfactual"].groups["depended"].value == 1.0


def test_a_model_for_which_nothing_depends_on_anything() -> None:
    def says(row: Row) -> str:
        needed = row.fields["type"] == "necessary"
        return "AB"["AB".index(str(row.gold)) - 1] if row.group == "q2" and needed else str(row.gold)

    found = scores(says)
    assert found["accuracy"].groups["q2"].value == pytest.approx(34 / 42)
    assert found["counterfactual"].value == 0.5


YES_NO = Row("s/1", (user("?"),), gold="A", options=("Yes", "No"), fields={"ask": "q2", "type": "reverse"})
NO_YES = Row("s/1", (user("?"),), gold="A", options=("否", "是"), lang="zh", fields={"ask": "q2", "type": "reverse"})


@pytest.mark.parametrize(
    "row, text, label",
    [
        (YES_NO, "B) No", "B"),
        (YES_NO, "Yes, it would have frozen.", "A"),
        (YES_NO, "A and B", None),
        (YES_NO, "A) Yes\nB) No", None),
        (YES_NO, "A. No", None),
        (YES_NO, "I cannot tell.", None),
        (NO_YES, "B", "B"),
        (NO_YES, "是的，照样会下。", "B"),
        (NO_YES, "不会。", "A"),
        (NO_YES, "我不知道。", None),
    ],
)
def test_exactly_one_option(row: Row, text: str, label: str | None) -> None:
    assert judged(row, text).verdicts[0].label == label


def test_what_is_not_understood_is_reported_apart_and_wrong() -> None:
    found = scores(lambda row: str(row.gold) if row.group == "q1" else "Hard to say.")
    assert found["understood"].value == found["accuracy"].value == 0.5
    assert found["understood"].groups["q2"].value == 0.0


def test_lettered() -> None:
    assert [lettered(row.options, "yes") for row in (YES_NO, NO_YES)] == ["A", "B"]
