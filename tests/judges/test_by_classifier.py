from __future__ import annotations

import pytest

from assay.errors import UsageError
from assay.judges import by_grader, by_parse, by_refusal, first_of
from assay.judges.by_classifier import Classifying, by_classifier, renamed, stands_in
from assay.schema import Record, Reply, Row, Verdict, user

MAPS = {"by_refusal": {"LABEL_0": "refused", "LABEL_1": "complied"}}
SORRY = "I'm sorry, but I can't help with that."


def judged(
    record: Record, answers: list[object], judge: object = None
) -> tuple[tuple[Verdict, ...], list[Classifying]]:
    trip = by_classifier(by_refusal(), "own", MAPS).trip(record) if judge is None else judge.trip(record)  # type: ignore[attr-defined]
    asked: list[Classifying] = []
    answer: object = None
    while True:
        try:
            question = trip.send(answer)
        except StopIteration as done:
            return done.value, asked
        assert isinstance(question, Classifying)
        asked.append(question)
        answer = answers[len(asked) - 1]


def record(*replies: Reply) -> Record:
    return Record(Row("r", tuple(user(f"Q{at}") for at in range(len(replies)))), replies)


def test_its_label_stands_in_under_the_name_that_the_map_gives_it() -> None:
    verdicts, asked = judged(record(Reply(SORRY), Reply("Sure.")), [{"LABEL_0": 0.2, "LABEL_1": 0.8}, {"LABEL_0": 1.0}])
    assert [(one.judge, one.label, one.why) for one in verdicts] == [
        ("classifier own", "complied", "LABEL_1 0.80"),
        ("classifier own", "refused", "LABEL_0 1.00"),
    ]
    assert [(one.classifier, one.chat, one.texts) for one in asked] == [
        ("own", user("Q0"), (SORRY,)),
        ("own", user("Q1"), ("Sure.",)),
    ]


def test_a_reply_that_is_lost_or_empty_is_not_asked_about() -> None:
    verdicts, asked = judged(record(Reply("", "failed"), Reply("x", "filtered"), Reply(" ")), [])
    assert not asked and [one.why for one in verdicts] == ["failed", "filtered", "empty"]


def test_a_verdict_that_the_grader_it_stands_in_for_could_not_give_is_said() -> None:
    """Its labels stand in its question, which is asked with or without a grader."""
    judge = first_of(by_parse("class", lambda row, text: None), by_grader("harm", lambda row: "?", ("safe", "harmful")))
    elsewhere = by_classifier(judge, "own", {"class": {"yes": "harmfull"}}).trip(record(Reply("Well.")))
    assert next(elsewhere).instrument == "grader", "which gives what it likes"
    for given, known in (("harmful", True), ("harmfull", False)):
        trip = by_classifier(judge, "own", {"harm": {"yes": given, "no": "safe"}}).trip(record(Reply("Well.")))
        if known:
            assert next(trip).instrument == "grader"
            assert isinstance(trip.send(None), Classifying)
        else:
            with pytest.raises(UsageError, match=r"own: \[judges.harm\] gives harmfull, and harm knows safe, harmful"):
                next(trip)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "needs:classifier"),
        ({}, "nothing that is mapped"),
        ({"other": 1.0}, "nothing that is mapped"),
        ("LABEL_0", "nothing that is mapped"),
        ({"LABEL_0": 0.5, "LABEL_1": 0.5}, "another label as likely"),
    ],
)
def test_what_says_nothing_is_unread(answer: object, why: str) -> None:
    ((verdict,), _) = judged(record(Reply("Sure.")), [answer])
    assert verdict.unread and why in verdict.why


def test_what_a_parser_read_stays_as_it_was() -> None:
    parsed = first_of(by_parse("bare choice", lambda row, text: "complied" if text == "A" else None), by_refusal())
    judge = by_classifier(parsed, "own", MAPS)
    assert judge.name == "bare choice or classifier own"
    (verdict,), asked = judged(record(Reply("A")), [], judge)
    assert verdict.judge == "bare choice" and not asked
    (verdict,), asked = judged(record(Reply("Both.")), [{"LABEL_0": 1.0}], judge)
    assert verdict.judge == "classifier own" and len(asked) == 1


@pytest.mark.parametrize(
    ("judge", "wanted"),
    [
        ("by_refusal", "C"),
        ("by_leak or by_refusal", "by_leak or C"),
        ("by_refusal and harm", "C and harm"),
        ("harm and by_refusal", "harm and C"),
        ("recorded:by_refusal", "recorded:by_refusal"),
    ],
)
def test_only_whole_names_of_judges_are_stood_in_for(judge: str, wanted: str) -> None:
    assert renamed(judge, "C", MAPS) == wanted
    assert stands_in(by_refusal(), MAPS) and not stands_in(by_parse("x", lambda row, text: None), MAPS)
