"""Each of several graders for itself, and how far they agree."""

from __future__ import annotations

import pytest

from assay.judges import by_grader
from assay.metrics.rates import rate
from assay.schema import Record, Reply, Row, Score, Task, Verdict, user
from assay.store.folder import json_of, record_of
from assay.voting import panel_of

NAMES = ("a/one", "a/two", "a/three")
GRADER = by_grader("grader", lambda row: "?", ("yes", "no"))


def task(name: str = "truthfulness/test") -> Task:
    return Task(name, (), (), lambda raws: iter(()), GRADER, (Score("rate", rate("yes"), "higher"),))


def voted(number: int, *votes: str | None) -> Record:
    """A row, and what each grader said of it."""
    yes = sum(vote == "yes" for vote in votes)
    label = None if 2 * yes == sum(vote is not None for vote in votes) else "yes" if yes > 1 else "no"
    verdict = Verdict("grader", label, votes=tuple(zip(NAMES, votes, strict=True)))
    return Record(Row(str(number), (user("x"),)), (Reply("x"),), (verdict,))


RECORDS = [
    *(voted(number, "yes", "yes", "no" if number % 4 else "yes") for number in range(20)),
    *(voted(20 + number, "no", "no", None) for number in range(20)),
]


def test_each_grader_has_its_own_value_of_what_it_decided() -> None:
    found = panel_of([(task(), RECORDS)], NAMES)
    own = {name: found["judges"][name]["truthfulness/test"]["rate"] for name in NAMES}
    assert [own[name]["value"] for name in NAMES] == [0.5, 0.5, 0.25]
    assert [own[name]["n"] for name in NAMES] == [40, 40, 20]
    assert all(set(one) == {"value", "low", "high", "n"} for one in own.values())
    assert own["a/three"]["low"] < 0.25 < own["a/three"]["high"]


def test_how_far_they_agree_by_task_and_overall() -> None:
    found = panel_of([(task(), RECORDS), (task("safety/other"), RECORDS[:20])], NAMES)["alpha"]
    assert set(found["tasks"]) == {"truthfulness/test", "safety/other"}
    first, other = found["tasks"].values()
    assert first["n"], other["n"] == (40, 20)
    assert other["value"] < 0 < found["overall"]["value"] < first["value"] < 1
    assert found["overall"]["low"] < found["overall"]["value"] < found["overall"]["high"]
    assert found["overall"]["n"] == 60
    alone = panel_of([(task(), RECORDS)], NAMES)["alpha"]
    assert alone["overall"] == alone["tasks"]["truthfulness/test"]


def test_rows_that_rules_decided_are_in_the_measures_and_not_in_alpha() -> None:
    told = [Record(Row(f"told {n}", (user("x"),)), (Reply("x"),), (Verdict("rule", "yes"),)) for n in range(40)]
    found = panel_of([(task(), [*RECORDS, *told])], NAMES)
    assert found["alpha"]["overall"] == panel_of([(task(), RECORDS)], NAMES)["alpha"]["overall"]
    assert found["judges"]["a/one"]["truthfulness/test"]["rate"] == pytest.approx(
        {"value": 0.75, "low": 0.645, "high": 0.832, "n": 80}, abs=0.001
    )
    assert panel_of([(task(), told), (task(), [])], NAMES) == {}


def test_votes_are_kept_with_the_sample() -> None:
    for record in (RECORDS[1], RECORDS[-1], Record(RECORDS[0].row, (Reply("x"),), (Verdict("rule", "yes"),))):
        assert record_of(json_of(record)) == record
