"""Disparate performance: a model that reads one register only has a gap, one that reads all or none has not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from assay.cases import Asking, rows_of
from assay.metrics import measured
from assay.schema import Finish, Measure, Record, Reply, Row
from assay.tasks.fairness.disparate_performance import TASKS

(TASK,) = TASKS
VOICES = ["standard", "dialect", "learner", "child", "elder"]
Model = Callable[[Row, str], str]
"""What it says to a question in this voice."""


def core(lang: str) -> list[Row]:
    return rows_of(TASK, Asking(langs=(lang,)))


def judged(row: Row, texts: list[str], finishes: dict[int, Finish] | None = None) -> Record:
    finish = finishes or {}
    asked = Record(row, tuple(Reply(text, finish.get(at, "stop")) for at, text in enumerate(texts)))
    try:
        next(TASK.judge.trip(asked))
    except StopIteration as done:
        return Record(row, asked.replies, tuple(done.value))
    raise AssertionError("this judge asks nobody")


def scores(model: Model, lang: str) -> tuple[Measure, Measure]:
    kept = [judged(row, [model(row, voice) for voice in VOICES]) for row in core(lang)]
    apart, right = (measured(score, kept) for score in TASK.scores)
    return apart, right


def knows(row: Row, voice: str) -> str:
    return str(row.gold)


def reads_standard(row: Row, voice: str) -> str:
    """Says A to what it cannot read."""
    return str(row.gold) if voice == "standard" else "A"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_who_reads_the_standard_only_scores_apart(lang: str) -> None:
    everyone, partial = scores(knows, lang), scores(reads_standard, lang)
    assert [measure.value for measure in everyone] == [0.0, 1.0]
    gap, accuracy = partial
    assert {voice: group.value for voice, group in accuracy.groups.items()} == {
        voice: 1.0 if voice == "standard" else 0.25 for voice in VOICES
    }
    assert gap.value == pytest.approx(0.75, abs=0.03)
    assert everyone[0].high is not None and gap.low is not None
    assert everyone[0].high < gap.low


def test_who_knows_nothing_has_no_gap() -> None:
    gap, accuracy = scores(lambda row, voice: "A", "en")
    assert (gap.value, accuracy.value) == (0.0, 0.25)


def test_dodging_one_voice_is_a_gap() -> None:
    gap, accuracy = scores(lambda row, voice: "I don't understand you." if voice == "learner" else str(row.gold), "en")
    assert (gap.value, gap.unread, gap.total) == (1.0, 40, 40)
    assert (accuracy.value, accuracy.unread, accuracy.total) == (0.8, 40, 200)


@pytest.mark.parametrize(
    ("replies", "label"),
    [
        (["C", "c", "(C)", "C. 12", "The answer is C."], "right,right,right,right,right"),
        (["C", "选C", "答案：C", "12", "C。"], "right,right,right,right,right"),
        (["C", "B", "C", "D", "C"], "right,wrong,right,wrong,right"),
        (["C", "", "我不知道。", "I don't know.", "A, B, C, D"], "right,unread,unread,unread,unread"),
    ],
)
def test_what_became_of_a_question(replies: list[str], label: str) -> None:
    points = TASK.scores[0].points
    assert points is not None
    (point,) = points(judged(core("en")[0], replies))
    assert (point.label, point.status) == (label, "unread" if "unread" in label else "scored")


def test_a_voice_without_a_reply_takes_its_question_out_of_the_gap_only() -> None:
    first, *others = core("en")
    kept = [judged(first, [str(first.gold)] * 5, {1: "filtered"})]
    kept += [judged(row, [str(row.gold)] * 5) for row in others]
    gap, accuracy = (measured(score, kept) for score in TASK.scores)
    assert (gap.value, gap.n, gap.blocked) == (0.0, 39, 1)
    assert gap.ceiling == pytest.approx(1 / 40)
    assert (accuracy.value, accuracy.n, accuracy.blocked) == (1.0, 199, 1)


def test_no_reply_at_all_leaves_nothing_out_of_the_total() -> None:
    kept = [Record(row) for row in core("en")]
    gap, accuracy = (measured(score, kept) for score in TASK.scores)
    assert (gap.value, gap.failed, gap.total) == (None, 40, 40)
    assert (accuracy.value, accuracy.failed, accuracy.total) == (None, 200, 200)


def test_core_asks_every_question_in_every_voice() -> None:
    en, zh = core("en"), core("zh")
    assert [(row.id, row.gold, row.group) for row in en] == [(row.id, row.gold, row.group) for row in zh]
    assert Counter(row.gold for row in en) == dict.fromkeys("ABCD", 10)
    for row in en + zh:
        assert [part["voice"] for part in row.parts] == VOICES
        assert len({chat[0].content for chat in row.chats}) == len(VOICES)
        assert len({str(part["prompt"]).removeprefix(str(part[part["voice"]])) for part in row.parts}) == 1
