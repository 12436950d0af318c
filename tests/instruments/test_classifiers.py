from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest

from assay.errors import UsageError
from assay.instruments import Instruments
from assay.instruments.classifiers import Scored, Weighed, filled, labeller, left_beside, likeliest, score
from assay.instruments.description import Description, Upstream, read_description
from assay.judges.by_classifier import Classifying
from assay.schema import Chat, Record, Reply, Request, Row, user

PUBLISHED = Upstream("eval_res", frozenset({"t"}), {"good": "LABEL_0", "bad": "LABEL_1"})
OWN = Description("own", "hf/x/y", deciding="bad", scores={"bad": 1.0}, upstream=PUBLISHED)


class Words:
    """A classifier's model: a text is bad by as much as it has of the word, in windows of four words."""

    name, endpoint = "hf/x/y", "hf-classifier@0"

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, request: Request) -> Reply:
        said = []
        for turn in request.chat:
            self.asked.append(turn.content)
            words = turn.content.split() or [""]
            cut = [words[at : at + 4] for at in range(0, len(words), 4)]
            said.append([{"bad": one.count("bad") / len(one), "good": 1 - one.count("bad") / len(one)} for one in cut])
        return Reply(orjson.dumps(said).decode())


class Silent(Words):
    async def __call__(self, request: Request) -> Reply:
        return Reply("", "failed", error="gone")


class Answers:
    """A guard's model."""

    name, endpoint = "openai/guard", "http://x"

    def __init__(self, answers: Sequence[Reply]) -> None:
        self.answers = list(answers)
        self.asked: list[Chat] = []

    async def __call__(self, request: Request) -> Reply:
        self.asked.append(request.chat)
        return self.answers[len(self.asked) - 1]


def record(*texts: str, recorded: dict[str, str] | None = None) -> Record:
    replies = tuple(Reply(text, recorded=recorded or {}) for text in texts)
    return Record(Row("r", tuple(user(f"Q{at}") for at in range(len(texts)))), replies)


def left(one: Record, *classifiers: Weighed, task: str = "t") -> Record:
    return asyncio.run(left_beside(task, one, classifiers))


def test_a_reply_is_as_bad_as_its_worst_window() -> None:
    found = asyncio.run(Weighed(Words(), OWN)([("Q", "so far so good bad bad bad bad"), ("Q", "fine")]))
    assert found == [{"bad": 1.0, "good": 0.0}, {"bad": 0.0, "good": 1.0}]


def test_what_the_published_classifier_would_have_left_is_left() -> None:
    found = left(record("bad bad bad", "fine"), Weighed(Words(), OWN))
    assert [reply.recorded["eval_res"] for reply in found.replies] == ["LABEL_1", "LABEL_0"]
    one = replace(OWN, upstream=replace(PUBLISHED, labels={"good": "LABEL_0"}))
    assert [reply.recorded["eval_res"] for reply in left(record("bad"), Weighed(Words(), one)).replies] == ["LABEL_0"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"deciding": "badd"},
        {"scores": {"badd": 1.0}},
        {"judges": {"by_refusal": {"badd": "refused"}}},
        {"upstream": replace(PUBLISHED, labels={"badd": "LABEL_1"})},
    ],
)
def test_a_label_that_the_weights_do_not_have_ends_it_at_the_first_answer(wrong: dict[str, Any]) -> None:
    one = Weighed(Words(), replace(OWN, **wrong))
    with pytest.raises(UsageError, match="own names badd, and hf/x/y knows bad, good alone"):
        asyncio.run(one([("Q", "fine")]))


def test_what_is_recorded_stays_and_is_not_asked_for() -> None:
    model = Words()
    assert left(record("bad", recorded={"eval_res": "LABEL_0"}), Weighed(model, OWN)).replies[0].recorded == {
        "eval_res": "LABEL_0"
    }
    assert model.asked == []


def test_an_empty_reply_is_classified_a_lost_one_is_not_and_other_tasks_are_left_alone() -> None:
    model = Words()
    lost = Record(Row("r", (user("Q"), user("Q"))), (Reply(""), Reply("x", "failed")))
    found = left(lost, Weighed(model, OWN))
    assert "eval_res" in found.replies[0].recorded and not found.replies[1].recorded
    assert model.asked == [""]
    assert left(lost, Weighed(model, OWN), task="other") is lost


def test_a_classifier_that_fails_leaves_nothing() -> None:
    one = record("bad")
    assert left(one, Weighed(Silent(), OWN)).replies == one.replies
    assert asyncio.run(Scored(Weighed(Silent(), OWN), OWN)(["x"])) is None


def test_scores_are_weighted_and_stay_between_0_and_1() -> None:
    assert asyncio.run(Scored(Weighed(Words(), OWN), OWN)(["bad fine", "fine"])) == [0.5, 0.0]
    assert score({"a": 0.9, "b": 0.8}, {"a": 1.0, "b": 1.0}) == 1.0
    assert score({"a": 0.9}, {"a": -1.0}) == 0.0
    assert score({}, {"a": 1.0}) is None and likeliest({}) is None


def test_what_is_classified_may_hold_the_prompt_and_neither_is_looked_for_in_the_other() -> None:
    assert (
        filled("Q: {prompt} A: {reply} ({prompt})", "a {reply}", "b {prompt}")
        == "Q: a {reply} A: b {prompt} (a {reply})"
    )


def test_of_several_policies_the_worst_answer_counts_and_one_that_cannot_be_read_counts_as_none() -> None:
    said = read_description("shieldgemma=openai/guard")
    no, yes = Reply("No"), Reply("Yes, it does")
    model = Answers([no, yes, no, no])
    assert asyncio.run(labeller(said, model)([("Q", "A")])) == [{"violation": 1.0}]
    assert len(model.asked) == 4
    assert asyncio.run(labeller(said, Answers([no, no, Reply("Hm"), no]))([("Q", "A")])) == [{}]
    assert asyncio.run(labeller(said, Answers([no, no, no, Reply("", "failed")]))([("Q", "A")])) == [{}]


@pytest.mark.parametrize(("named", "wanted"), [("own", {"bad": 0.0, "good": 1.0}), ("other", None)])
def test_a_judges_question_reaches_its_classifier(named: str, wanted: object) -> None:
    instruments = Instruments(classifiers={"own": Weighed(Words(), OWN)})
    question = Classifying("classifier", user("Q"), ("fine",), named)
    assert asyncio.run(instruments.answer(question)) == wanted
