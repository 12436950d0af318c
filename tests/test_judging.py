"""Who is asked what a judge wants to know."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from assay.budget import Budget
from assay.errors import EndpointError, UsageError
from assay.instruments import Instruments
from assay.judges import by_grader, by_match, first_of
from assay.judging import Judging, check_graders, check_heard, heard, judged, kept, panel
from assay.models import Connections, cached
from assay.models.metered import metered
from assay.models.prices import load_prices
from assay.schema import Record, Reply, Request, Row, user
from assay.store import Journal

GRADER = by_grader("grader", lambda row: "Is it so?", ("yes", "no"))
RECORD = Record(Row("1", (user("x"),), gold=("blue",)), (Reply("It is red."),))


@dataclass
class Says:
    """A grader with one answer."""

    text: str
    finish: str = "stop"
    name: str = "test/grader"
    endpoint: str = "test"
    asked: int = 0

    async def __call__(self, request: Request) -> Reply:
        self.asked += 1
        assert request.sampling.temperature == 0
        return Reply(self.text, self.finish)  # type: ignore[arg-type]


def panel_of(*graders: Says) -> tuple[Instruments, ...]:
    return tuple(Instruments(grader) for grader in graders)


def test_one_grader_decides() -> None:
    (verdict,) = asyncio.run(judged(GRADER, RECORD, panel_of(Says("VERDICT: yes"))))
    assert verdict.label == "yes"


def test_several_graders_are_asked_and_the_majority_decides() -> None:
    graders = Says("VERDICT: yes"), Says("VERDICT: no"), Says("VERDICT: no")
    (verdict,) = asyncio.run(judged(GRADER, RECORD, panel_of(*graders)))
    assert verdict.label == "no"
    assert [grader.asked for grader in graders] == [1, 1, 1]


def test_no_grader_is_asked_where_a_rule_can_tell() -> None:
    graders = Says("VERDICT: yes"), Says("VERDICT: no")
    told = Record(RECORD.row, (Reply("Answer: blue"),))
    (verdict,) = asyncio.run(judged(first_of(by_match(), GRADER), told, panel_of(*graders)))
    assert verdict.label == "correct"
    assert [grader.asked for grader in graders] == [0, 0]


@pytest.mark.parametrize("finish", ["failed", "filtered"])
def test_a_grader_that_gives_no_reply_leaves_the_row_unread(finish: str) -> None:
    grader = Says("VERDICT: yes", finish)
    (verdict,) = asyncio.run(judged(GRADER, RECORD, panel_of(grader)))
    assert verdict.unread
    assert grader.asked == 2


def heard_of(*graders: Says) -> tuple[list[str], str]:
    """What is said of these graders once they judged, and the error, if there is one."""
    panel = tuple(Instruments(heard(grader)) for grader in graders)
    asyncio.run(judged(GRADER, RECORD, panel))
    told: list[str] = []
    try:
        check_heard(panel, "runs/x", told.append)
    except EndpointError as error:
        return told, str(error)
    return told, ""


def test_graders_that_say_nothing_are_told_of() -> None:
    good, silent, blocked = Says("VERDICT: yes"), Says("", "failed", "a/down"), Says("", "filtered", "a/blocked")
    assert heard_of(good) == ([], "")
    told, error = heard_of(good, silent, blocked)
    assert told == []
    assert error.startswith("a/down gave no answer to 1 of 1 questions (failed); a/blocked gave no answer")
    assert error.endswith("run the same command") and "runs/x" in error
    assert silent.asked == 1
    told, error = heard_of(Says("Hm.", name="a/vague"))
    assert error == "" and "a/vague answered" in told[0]


def test_graders_that_were_not_needed_are_not_missed() -> None:
    told: list[str] = []
    check_heard((Instruments(heard(Says("x"))), Instruments()), "runs/x", told.append)
    assert told == []


def test_without_a_grader_the_verdict_says_what_it_needs() -> None:
    (verdict,) = asyncio.run(judged(GRADER, RECORD, (Instruments(),)))
    assert (verdict.label, verdict.why) == (None, "needs:judge")


def test_every_verdict_keeps_what_each_grader_said() -> None:
    graders = Says("VERDICT: yes", name="a/one"), Says("Hm.", name="a/two"), Says("VERDICT: yes", name="a/three")
    (verdict,) = asyncio.run(judged(GRADER, RECORD, panel_of(*graders)))
    assert verdict.votes == (("a/one", "yes"), ("a/two", None), ("a/three", "yes"))
    assert verdict.label == "yes"
    (alone,) = asyncio.run(judged(GRADER, RECORD, panel_of(*graders[:1])))
    assert alone.votes == (), "one judge's vote is the verdict"


def test_of_two_replies_the_one_that_a_rule_decided_has_no_votes() -> None:
    graders = Says("VERDICT: yes", name="a/one"), Says("VERDICT: no", name="a/two"), Says("VERDICT: no", name="a/three")
    both = Record(replace(RECORD.row, chats=(user("x"), user("y"))), (Reply("Answer: blue"), Reply("It is red.")))
    told, graded = asyncio.run(judged(first_of(by_match(), GRADER), both, panel_of(*graders)))
    assert (told.judge, told.label, told.votes) == ("by_match", "correct", ())
    assert (graded.label, [label for _, label in graded.votes]) == ("no", ["yes", "no", "no"])
    assert [grader.asked for grader in graders] == [1, 1, 1]


# ---- who may judge whom --------------------------------------------------------------------------

HERE, THERE = "http://127.0.0.1:9/v1", "http://127.0.0.1:8/v1"


def check(model: str, *judges: str, endpoint: str = HERE, of_itself: bool = False) -> None:
    opened = Connections(base_url=HERE).model
    check_graders(Judging(judges, of_itself=of_itself), model, endpoint, opened)


def test_a_model_does_not_judge_itself() -> None:
    with pytest.raises(UsageError, match=r"openai/m would judge its own replies; .*--allow-self-judge"):
        check("openai/m", "openai/other", "openai/m")
    check("openai/m", "openai/m", of_itself=True)
    with pytest.raises(UsageError, match="openai/M is the same model"):
        check("openai/m", "openai/M")
    check("openai/m", "openai/m-large", "openai/other")
    check("openai/m")


def test_another_name_does_not_hide_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURT_BASE_URL", f"{HERE}/")
    monkeypatch.setenv("ELSEWHERE_BASE_URL", THERE)
    with pytest.raises(UsageError, match=r"court/m is the same model at http://127\.0\.0\.1:9"):
        check("openai/m", "court/m")
    check("openai/m", "court/other")
    check("openai/m", "elsewhere/m")
    check("recorded/GPT-4", "openai/m", endpoint="recorded")


@pytest.mark.parametrize(("option", "given"), [("--classifier", {"classifiers": ("llama-guard-3=openai/m",)}),
                                               ("--toxicity", {"toxicity": "shieldgemma=openai/m"})])  # fmt: skip
def test_a_guard_does_not_judge_itself_either(option: str, given: dict[str, Any]) -> None:
    opened = Connections(base_url=HERE).model
    with pytest.raises(UsageError, match=f"openai/m would judge its own replies; name another {option}"):
        check_graders(Judging(**given), "openai/m", HERE, opened)
    check_graders(Judging(**given, of_itself=True), "openai/m", HERE, opened)
    check_graders(Judging(**given), "openai/other", HERE, opened)


def test_a_classifier_of_texts_is_no_model_that_could_judge_itself() -> None:
    opened = Connections(base_url=HERE).model
    check_graders(Judging(classifiers=("longformer-harmful-ro",), toxicity="toxic-bert"), "openai/m", HERE, opened)


def test_the_same_judge_twice_has_no_two_votes() -> None:
    for of_itself in (False, True):
        with pytest.raises(UsageError, match="openai/a is given twice"):
            check("openai/m", "openai/a", "openai/b", "openai/a", of_itself=of_itself)


def test_self_judging_is_said_in_run_json() -> None:
    assert Judging(("openai/m",), of_itself=True).described()["of_itself"] is True
    assert "of_itself" not in Judging(("openai/m",)).described()


def test_a_panel_opens_one_set_of_instruments_a_grader(tmp_path: Path) -> None:
    connections = Connections(base_url="http://127.0.0.1:9/v1")
    with Journal(tmp_path / "j.sqlite") as journal:
        opened = partial(kept, journal=journal, budget=Budget(load_prices()))
        alone = panel(Judging(), connections, opened)
        assert [instruments.grader for instruments in alone] == [None]
        assert alone[0].embedder is not None
        assert alone[0].toxicity is None
        asked = Judging(("openai/a", "openai/b"), "openai/emb", "openai/mod")
        two = panel(asked, connections, opened)
        assert [instruments.grader.name for instruments in two if instruments.grader] == ["openai/a", "openai/b"]
        assert two[0].embedder is two[1].embedder
        assert asked.endpoints == 4
        with pytest.raises(UsageError, match="unknown provider"):
            panel(Judging(("nobody/x",)), connections, opened)


def test_a_baseline_needs_no_cache(tmp_path: Path) -> None:
    connections = Connections(base_url="http://127.0.0.1:9/v1")
    with Journal(tmp_path / "j.sqlite") as journal:
        yes = connections.model("baseline/yes")
        budget = Budget(load_prices())
        assert kept(yes, journal, budget) is yes
        outer = kept(connections.model("openai/m"), journal, budget)
        assert isinstance(outer, metered) and isinstance(outer.model, cached)


def test_described_without_anything_is_lexical() -> None:
    assert Judging().described() == {"graders": (), "embedder": "lexical (character n-grams)", "toxicity": None}
