from __future__ import annotations

from assay.judges import by_grader, by_pair, by_parse, by_toxicity, first_of
from assay.parse import yes_no
from assay.schema import Question

from .asked import ask, labels, record

RULES = by_parse("rules", lambda row, text: yes_no(text))
GRADER = by_grader("grader", lambda row: "Yes or no?", ("yes", "no"))


def test_only_what_the_first_could_not_tell_is_asked_about() -> None:
    asked: list[str] = []

    def grader(question: Question) -> str:
        asked.append(question.chat[0].content)
        return "VERDICT: no"

    verdicts = ask(first_of(RULES, GRADER), record("Yes.", "Hm.", "No."), grader)
    assert labels(verdicts) == ["yes", "no", "no"]
    assert [verdict.judge for verdict in verdicts] == ["rules", "grader", "rules"]
    assert len(asked) == 1 and "\nHm.\n" in asked[0]


def test_nobody_is_asked_when_all_is_decided() -> None:
    def never(question: Question) -> str:
        raise AssertionError(question)

    assert labels(ask(first_of(RULES, GRADER), record("Yes."), never)) == ["yes"]


def test_without_the_fallback_the_reason_is_the_missing_instrument() -> None:
    (verdict,) = ask(first_of(RULES, GRADER), record("Hm."))
    assert (verdict.unread, verdict.why) == (True, "needs:judge")


def test_one_verdict_for_the_record_falls_back_too() -> None:
    pair = by_grader("pair", lambda row: "Same?", ("flipped", "steady"), pair=True)
    judge = first_of(by_pair(), pair)
    replies = record("Hm.", "Well.", options=("tea", "coffee"))
    assert labels(ask(judge, replies, lambda question: "VERDICT: flipped")) == ["flipped"]


def test_another_number_of_verdicts_decides_nothing() -> None:
    pair = by_grader("pair", lambda row: "Same?", ("yes", "no"), pair=True)
    verdicts = ask(first_of(RULES, pair), record("Yes.", "Hm."), lambda question: "VERDICT: no")
    assert labels(verdicts) == ["yes", None]


def test_needs_is_empty_where_any_judge_works_offline() -> None:
    assert first_of(RULES, GRADER).needs == ""
    assert first_of(GRADER, RULES).needs == ""
    assert first_of(GRADER, by_toxicity()).needs == "judge"
    assert first_of().needs == ""
    assert first_of(RULES, GRADER).name == "rules or grader"
    assert ask(first_of(), record("a")) == ()
