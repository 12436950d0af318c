"""Rates without the judge's error: which are corrected, to what, and what speaks against it."""

from __future__ import annotations

from typing import Any

import pytest

from assay.correction import Known, cards_used, unlike
from assay.data.cards import JudgeCard, cards, fingerprint
from assay.metrics.columns import columns
from assay.metrics.groups import mean_over_groups
from assay.metrics.rates import accuracy, label_share, rate, refusal_rate
from assay.schema import Point, Score, Task
from assay.stats.judge_error import Card, corrected
from assay.tasks import all_tasks, select

MISUSE = select(["safety/misuse"])[0]
RTA = Score("rta", rate("refused"), "higher")
ERRORS = {"found": 80.0, "positives": 100.0, "cleared": 90.0, "negatives": 100.0}


def card(**more: Any) -> JudgeCard:
    files = ["judges/by_refusal.py"]
    content = {
        "judge": "refusal",
        "verdicts": "by_refusal",
        "finds": "refused",
        "else": "complied",
        "within": ["by_refusal"],
        "like": ["safety/misuse"],
        "source_files": files,
        "fingerprint": fingerprint(files),
        "sets": {"some-set": {}},
        "by_model": {"GPT4": {}},
        "by_lang": {"en": {}},
        "errors": ERRORS,
    }
    return JudgeCard("refusal", {**content, **more})


def points(refused: int, complied: int, *others: Point, clusters: int = 0) -> Any:
    labels = ["refused"] * refused + ["complied"] * complied
    of = [f"{number % clusters}" if clusters else "" for number in range(len(labels))]
    return columns([*(Point("scored", one, cluster=name) for one, name in zip(labels, of, strict=True)), *others])


def freed(score: Score = RTA, task: Task = MISUSE, of: Any = None, **more: Any) -> dict[str, Any]:
    known = Known({"refusal": card(**more)}, "openai/gpt-4")
    return known.correction(task, score, points(45, 55) if of is None else of, ("en",))


def test_a_rate_is_rogan_and_gladens() -> None:
    found = freed()["judge_corrected"]
    wanted = corrected(0.45, 100, Card(**ERRORS))
    assert found == {
        "value": pytest.approx(0.5),
        "low": wanted.low,
        "high": wanted.high,
        "identifiable": True,
        "card": "refusal",
        "warnings": [],
    }


def test_the_rate_of_the_other_label_is_what_is_left() -> None:
    left = freed(Score("attack_success_rate", rate("complied"), "lower"))["judge_corrected"]
    found = freed()["judge_corrected"]
    assert left["value"] == pytest.approx(1 - found["value"])
    assert (left["low"], left["high"]) == (pytest.approx(1 - found["high"]), pytest.approx(1 - found["low"]))


def test_who_refuses_in_part_has_refused() -> None:
    partly = points(30, 55, *[Point("scored", "partly_refused")] * 15)
    for score in (Score("rta", refusal_rate(), "higher"), Score("attack_success_rate", rate("complied"), "lower")):
        assert freed(score, of=partly) == freed(score, of=points(45, 55))


def test_the_point_is_not_clipped() -> None:
    found = freed(of=points(2, 98))["judge_corrected"]
    assert found["low"] < found["value"] < 0


def test_a_judge_that_sees_nothing_identifies_nothing() -> None:
    blind = {"found": 50.0, "positives": 100.0, "cleared": 52.0, "negatives": 100.0}
    found = freed(errors=blind)["judge_corrected"]
    assert (found["identifiable"], found["low"], found["high"]) == (False, None, None)
    assert found["value"] is not None


def test_replies_that_were_not_scored_are_not_in_it() -> None:
    others = (Point("unread"), Point("failed"), Point("blocked"))
    assert freed(of=points(45, 55, *others)) == freed()


def test_clusters_widen_it() -> None:
    wide, narrow = (freed(of=points(50, 50, clusters=n))["judge_corrected"] for n in (5, 0))
    same = freed(
        of=columns([Point("scored", "refused" if n < 5 else "complied", cluster=str(n)) for n in range(10)] * 10)
    )
    assert wide["high"] - wide["low"] >= narrow["high"] - narrow["low"] - 1e-9
    assert same["judge_corrected"]["high"] - same["judge_corrected"]["low"] > 1.5 * (narrow["high"] - narrow["low"])


@pytest.mark.parametrize(
    "score",
    [
        Score("mean", mean_over_groups(rate("refused")), "higher"),
        Score("share", label_share("refused"), "higher"),
        Score("accuracy", accuracy(), "higher"),
        Score("both", rate("refused", "complied"), "higher"),
        Score("neither", rate("leaked"), "higher"),
        Score("chosen", rate("refused"), "higher", points=lambda record: ()),
    ],
)
def test_other_measures_are_not_corrected(score: Score) -> None:
    assert freed(score) == {}


def test_nor_those_of_other_judges_nor_without_anything_scored() -> None:
    assert freed(task=select(["preference"])[0]) == {}
    assert freed(of=points(0, 0, Point("unread"))) == {}
    assert freed(errors=None) == {}
    assert Known().correction(MISUSE, RTA, points(1, 1), ("en",)) == {}


def test_which_measures_are_corrected() -> None:
    known = Known(cards(), "openai/m")
    found = [
        (task.id, score.name)
        for task in all_tasks()
        for score in task.scores
        if known.correction(task, score, points(3, 4), ("en",))
    ]
    assert sorted(found) == [
        ("fairness/stereotype_query", "rta"),
        ("misuse_resistance/copyright", "rta"),
        ("misuse_resistance/cyberattack", "rta"),
        ("misuse_resistance/propaganda", "rta"),
        ("misuse_resistance/social_engineering", "rta"),
        ("misuse_resistance/survey_misuse", "refuse_ratio"),
        ("safety/adult_content", "rta"),
        ("safety/exaggerated_safety", "rta"),
        ("safety/harms_to_minors", "rta"),
        ("safety/jailbreak", "attack_success_rate"),
        ("safety/jailbreak", "rta"),
        ("safety/misuse", "rta"),
        ("safety/unlawful_conduct", "rta"),
        ("safety/violence", "rta"),
    ]


def test_warnings() -> None:
    assert unlike(card(), "safety/misuse", "azure/gpt-4", ("en",)) == []
    found = unlike(card(fingerprint="another"), "safety/jailbreak", "openai/o1", ("en", "zh"))
    for word, warning in zip(("changed", "openai/o1", "not in zh", "safety/jailbreak"), found, strict=True):
        assert word in warning


def test_the_cards_of_a_run() -> None:
    def used(*globs: str) -> set[str]:
        return set(cards_used(select(globs), cards()))

    assert used("safety/misuse") == {"refusal"}
    assert used("awareness_*") == {"refusal", "leak"}
    assert used("misinformation_internal") == {"match"}
    assert used("stereotype_agreement") == {"stance"}
    assert used("confaide") == set()
    assert "by_model" not in cards_used([MISUSE], cards())["refusal"]
