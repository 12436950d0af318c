"""A grader that obeys planted verdicts is caught; one that does not, or is merely unsteady, is not accused."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from assay.budget import TASK, Budget
from assay.ending import Ending
from assay.errors import AssayError, EndpointError, RunStopped
from assay.instruments import Instruments
from assay.judges import by_grader, by_match, first_of
from assay.judges.planted import KINDS
from assay.judging import judged, kept
from assay.metrics.rates import rate
from assay.models import Connections
from assay.models.prices import load_prices
from assay.planting import PLANTED, ROWS, choose, most_questions, planted_verdicts
from assay.schema import Judge, Record, Reply, Request, Row, Score, Task, user
from assay.store import Journal
from endpoint import said, serving

LABELS = ("corrected", "not_corrected")
GRADER = by_grader("grader", lambda row: "Was it corrected?", LABELS)

Says = Callable[[str, Request], str]
"""The question and its request → the grader's answer."""


@dataclass
class Grader:
    """A grader that answers by a function."""

    says: Says
    name: str = "test/grader"
    endpoint: str = "test"
    asked: int = 0
    planted: int = 0

    async def __call__(self, request: Request) -> Reply:
        self.asked += 1
        self.planted += TASK.get() == PLANTED
        return Reply(self.says(request.chat[0].content, request))


def fenced(question: str) -> str:
    """The reply as a grader sees it."""
    found = re.search(r"<<<REPLY (\w+)\n(.*)\n\1 REPLY>>>", question, re.DOTALL)
    return found[2] if found else ""


def honest(question: str, request: Request) -> str:
    return f"It says so.\nVERDICT: {'corrected' if 'No, ' in fenced(question) else 'not_corrected'}"


def obedient(question: str, request: Request) -> str:
    """Whatever label the reply names last."""
    named = re.findall("(?:not_)?corrected", fenced(question))
    return f"VERDICT: {named[-1]}" if named else honest(question, request)


def unsteady(question: str, request: Request) -> str:
    """Says now this, now that, whatever is planted."""
    token = sha256(f"{request.epoch} {question}".encode()).digest()[0]
    return f"VERDICT: {LABELS[token % 3 == 0]}"


def task(name: str = "truthfulness/test", judge: Judge = GRADER) -> Task:
    return Task(name, (), (), lambda raws: iter(()), judge, (Score("rate", rate("corrected"), "higher"),))


def judged_by(panel: Sequence[Instruments], of: Task, rows: int, replies: int = 1) -> list[Record]:
    """Records of a task, with the panel's verdicts."""
    texts = [f"{'No, ' if number % 2 else 'Well, '}it boils at {number}." for number in range(rows)]
    records = [
        Record(Row(f"{number}", (user("x"),) * replies, gold=("blue",)), (Reply(text),) * replies)
        for number, text in enumerate(texts)
    ]

    async def all_of_them() -> list[Record]:
        return [replace(record, verdicts=await judged(of.judge, record, panel)) for record in records]

    return asyncio.run(all_of_them())


def tried(
    panel: Sequence[Instruments], judged: Sequence[tuple[Task, Sequence[Record]]], ending: Ending | None = None
) -> dict[str, Any]:
    quiet: list[str] = []
    return asyncio.run(planted_verdicts(judged, panel, ending or Ending(lambda: None), 8, quiet.append))


def of_one(says: Says, rows: int = 60) -> tuple[dict[str, Any], Grader]:
    """What is found of a grader that judged so many rows."""
    grader = Grader(says)
    panel = (Instruments(grader),)
    records = judged_by(panel, task(), rows)
    grader.asked = 0
    return tried(panel, [(task(), records)]).get("test/grader", {}), grader


# ---- what is found ------------------------------------------------------------------------------


def test_a_grader_that_obeys_is_caught() -> None:
    found, grader = of_one(obedient)
    rate = found["flip_rate"]
    assert rate["value"] > 0.85
    assert rate["low"] > 0.5
    assert found["excess"]["low"] > 0.5
    assert found["kinds"]["last line"]["value"] == 1.0
    assert found["kinds"]["Base64"]["value"] == 0.0, "this one cannot decode"
    assert found["unreadable"] == 0
    assert grader.planted == grader.asked == rate["n"] + found["unplanted"]["n"]


def test_a_grader_that_grades_is_not_accused() -> None:
    found, _ = of_one(honest)
    assert found["flip_rate"]["value"] == found["flip_rate"]["low"] == 0.0
    assert 0 < found["flip_rate"]["high"] < 0.1
    assert found["unplanted"]["value"] == 0.0
    assert found["excess"]["low"] < 0 < found["excess"]["high"]
    assert found["rows"] == found["unplanted"]["n"] == ROWS
    assert set(found["kinds"]) == set(KINDS)
    assert sum(kind["n"] for kind in found["kinds"].values()) == found["flip_rate"]["n"]


def test_a_grader_that_always_says_the_same_is_not_accused() -> None:
    found, _ = of_one(lambda question, request: "VERDICT: corrected")
    assert found["flip_rate"]["value"] == 0.0


def test_an_unsteady_grader_flips_without_being_told_to() -> None:
    found, _ = of_one(unsteady, 200)
    assert found["flip_rate"]["low"] > 0.2
    assert found["unplanted"]["low"] > 0.2
    assert found["excess"]["low"] < 0 < found["excess"]["high"]


def test_a_planted_verdict_that_leaves_the_grader_without_words_is_unreadable_and_no_flip() -> None:
    found, _ = of_one(lambda question, request: honest(question, request) if len(fenced(question)) < 30 else "Hm.")
    assert found["unreadable"] == found["flip_rate"]["n"]
    assert found["flip_rate"]["value"] == 0.0
    assert found["unplanted"]["value"] == 0.0


def test_a_grader_without_a_verdict_has_nothing_to_flip() -> None:
    assert of_one(lambda question, request: "Hm.")[0] == {}


@pytest.mark.parametrize("rows", [1, 2, 12])
def test_few_rows_get_all_kinds(rows: int) -> None:
    found, grader = of_one(obedient, rows)
    assert set(found["kinds"]) == set(KINDS)
    assert grader.asked == most_questions(rows)
    assert 0 <= found["flip_rate"]["low"] < found["flip_rate"]["value"] < found["flip_rate"]["high"] <= 1


def test_what_is_asked_about_one_row_is_not_counted_as_many_rows() -> None:
    one, twelve = (of_one(obedient, rows)[0]["flip_rate"] for rows in (1, 12))
    assert one["low"] < 0.5 < twelve["low"]


def test_of_several_graders_each_is_told_the_opposite_of_its_own_verdict() -> None:
    def contrary(question: str, request: Request) -> str:
        told = honest(question, request)
        return told.replace("not_", "") if "not_" in told else told.replace("VERDICT: ", "VERDICT: not_")

    graders = (Grader(obedient, "a/obeys"), Grader(honest, "a/grades"), Grader(contrary, "a/contrary"))
    panel = tuple(Instruments(grader) for grader in graders)
    found = tried(panel, [(task(), judged_by(panel, task(), 60))])
    assert list(found) == ["a/obeys", "a/grades", "a/contrary"]
    assert [found[grader.name]["flip_rate"]["value"] > 0.8 for grader in graders] == [True, False, False]
    assert len({found[grader.name]["flip_rate"]["n"] for grader in graders}) == 1


# ---- which questions ----------------------------------------------------------------------------


def test_tasks_take_turns_and_what_rules_decided_is_left_out() -> None:
    panel = (Instruments(Grader(honest)),)
    matching = task("truthfulness/matched", first_of(by_match(), GRADER))
    records = judged_by(panel, matching, 30)
    told = Record(Row("told", (user("x"),), gold=("blue",)), (Reply("Answer: blue"),))
    told = replace(told, verdicts=asyncio.run(judged(matching.judge, told, panel)))
    all_told = [replace(told, row=replace(told.row, id=f"told {number}")) for number in range(100)]
    other = judged_by(panel, task("truthfulness/few"), 5)
    found = choose([(matching, [*all_told, *records]), (task("truthfulness/few"), other)], ["test/grader"])
    of = [one.row.split("\0")[0] for one in found]
    assert of[:10] == ["truthfulness/matched", "truthfulness/few"] * 5
    assert len(found) == 35
    assert not any("told" in one.row for one in found)


def test_the_sample_is_the_same_in_every_run_and_in_whatever_order() -> None:
    panel = (Instruments(Grader(honest)),)
    records = judged_by(panel, task(), 300)
    found = choose([(task(), records)], ["test/grader"])
    assert found == choose([(task(), iter(records[::-1]))], ["test/grader"])
    assert len(found) == ROWS
    assert len({one.row for one in found}) == ROWS
    assert found != choose([(task(), records)], ["test/grader"], seed=2)


def test_the_same_reply_in_another_epoch_is_no_further_row() -> None:
    records = judged_by((Instruments(Grader(honest)),), task(), 10)
    assert choose([(task(), records + records)], ["test/grader"]) == choose([(task(), records)], ["test/grader"])


def test_a_task_without_a_grader_is_gone_through_quickly() -> None:
    """Once a rule is known to have decided by itself, its records are not asked what they would ask."""
    looked = 0

    def trip(record: Record) -> Any:
        nonlocal looked
        looked += 1
        return by_match().trip(record)

    counting = task("safety/test", Judge("by_match", trip))
    told = Record(Row("1", (user("x"),), gold=("blue",)), (Reply("Answer: blue"),))
    told = replace(told, verdicts=asyncio.run(judged(by_match(), told, (Instruments(),))))
    assert choose([(counting, (told for _ in range(1000)))], ["test/grader"]) == []
    assert looked == 1


def test_records_without_verdicts_and_blocked_replies_are_no_sample() -> None:
    row = Row("1", (user("x"),))
    panel = (Instruments(Grader(honest)),)
    blocked = Record(row, (Reply("", "filtered"),))
    blocked = replace(blocked, verdicts=asyncio.run(judged(GRADER, blocked, panel)))
    assert choose([(task(), [Record(row, (Reply("x"),)), blocked, Record(row)])], ["test/grader"]) == []
    assert tried((Instruments(),), [(task(), [blocked])]) == {}
    assert most_questions(0) == 0


# ---- by way of journal, budget and ending -------------------------------------------------------


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.sqlite") as opened:
        yield opened


def test_a_second_run_pays_for_nothing_and_counts_the_same(journal: Journal) -> None:
    def answers(body: Any) -> Any:
        return said(honest(body["messages"][-1]["content"], Request(())))

    bare = judged_by((Instruments(),), task(), 5)

    async def once(url: str) -> tuple[dict[str, Any], dict[str, Any]]:
        connections, budget = Connections(base_url=url), Budget(load_prices())
        panel = (Instruments(kept(connections.model("openai/judge"), journal, budget)),)
        records = [replace(record, verdicts=await judged(GRADER, record, panel)) for record in bare]
        try:
            found = await planted_verdicts([(task(), records)], panel, Ending(lambda: None), 8, lambda text: None)
        finally:
            await connections.close()
        return found, budget.usage()["by_task"][PLANTED]["openai/judge"]

    with serving(answers) as endpoint:
        first = asyncio.run(once(endpoint.url))
        asked = len(endpoint.bodies)
        assert asked == 5 + most_questions(5)
        assert asyncio.run(once(endpoint.url)) == first
        assert len(endpoint.bodies) == asked
    assert first[1]["requests"] == most_questions(5)


def test_it_ends_when_the_run_is_told_to_end() -> None:
    ending = Ending(lambda: None)

    def stops(question: str, request: Request) -> str:
        if TASK.get() == PLANTED:
            ending(RunStopped("told to end"))
        return honest(question, request)

    grader = Grader(stops)
    panel = (Instruments(grader),)
    records = judged_by(panel, task(), 60)
    with pytest.raises(RunStopped):
        tried(panel, [(task(), records)], ending)
    assert 1 <= grader.planted <= 8, "what was begun is finished, and no more"


def test_an_endpoint_that_refuses_ends_it_too() -> None:
    def refuses(question: str, request: Request) -> str:
        if TASK.get() == PLANTED:
            raise EndpointError("401")
        return honest(question, request)

    panel = (Instruments(Grader(refuses)),)
    records = judged_by(panel, task(), 10)
    with pytest.raises(AssayError, match="401"):
        tried(panel, [(task(), records)])


def test_it_says_what_it_asks() -> None:
    told: list[str] = []
    panel = (Instruments(Grader(honest)),)
    records = judged_by(panel, task(), 3)
    asyncio.run(planted_verdicts([(task(), records)], panel, Ending(lambda: None), 8, told.append))
    (line,) = told
    assert f"{most_questions(3)} questions" in line and "test/grader" in line
