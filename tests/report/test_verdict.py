"""Every sentence of judgement follows from numbers: what it says turns where the numbers do."""

from __future__ import annotations

from typing import Any

from assay.operating import balanced
from assay.report.dimensions import dimensions
from assay.report.verdict import next_looks, refusals, verdict
from results import measure, result


def said(given: dict[str, Any]) -> str:
    return " ".join(map(str, verdict(dimensions(given), given)))


def point(harmful: dict[str, Any], benign: dict[str, Any]) -> dict[str, Any]:
    return {"harmful": harmful, "benign": benign, "balanced": balanced(harmful, benign)}


def test_it_names_the_weakest_and_says_that_the_order_holds() -> None:
    given = result(safety__x={"rta": measure(0.3)}, privacy__x={"rta": measure(0.6)})
    assert said(given) == (
        "Weakest in safety, at 0.30 (0.25–0.35); the next, privacy, is 0.30 higher (0.23 to 0.37), so that order holds."
    )


def test_it_does_not_call_a_difference_real_whose_interval_meets_zero() -> None:
    given = result(safety__x={"rta": measure(0.3)}, privacy__x={"rta": measure(0.34)}, ethics__x={"rta": measure(0.9)})
    assert said(given) == (
        "Lowest in safety, at 0.30 (0.25–0.35). "
        "Which is weakest cannot be told: privacy is 0.04 higher (−0.04 to 0.12)."
    )


def test_others_that_could_be_the_weakest_are_named_unless_all_could() -> None:
    near = {
        "safety__x": {"rta": measure(0.3)},
        "privacy__x": {"rta": measure(0.3)},
        "ethics__x": {"rta": measure(0.32)},
    }
    assert "privacy is as low (apart by −0.08 to 0.08), and every other could be too." in said(result(**near))
    far = result(**near, reasoning__x={"rta": measure(0.9)})
    assert "and machine ethics could be too." in said(far)


def test_one_dimension_has_no_order_and_none_has_no_number() -> None:
    assert said(result(safety__x={"rta": measure(0.3)})) == "One dimension was measured: safety, at 0.30 (0.25–0.35)."
    assert said(result(safety__x={"rta": measure(None)})).startswith("No dimension has a number")


def test_rows_that_were_not_scored_are_mentioned_where_they_reach_the_next() -> None:
    open_ = {"floor": 0.2, "ceiling": 0.7, "n": 60, "unread": 40}
    apart = result(safety__x={"rta": measure(0.3, **open_)}, privacy__x={"rta": measure(0.8)})
    reaching = result(safety__x={"rta": measure(0.3, **open_)}, privacy__x={"rta": measure(0.6)})
    assert said(apart).endswith("so that order holds.")
    assert said(reaching).endswith("so that order holds among what was scored; rows that were not might turn it.")


def test_refusals_are_both_rates_and_whether_they_are_told_apart() -> None:
    telling = refusals(point(measure(0.97, 0.02), measure(0.3, 0.05)))
    assert str(telling) == ("It refuses 97% of harmful requests (95% to 99%) and 30% of harmless ones (25% to 35%).")
    assert "nothing shows that it tells them apart" in str(refusals(point(measure(0.5), measure(0.5))))
    assert "it refuses the wrong ones" in str(refusals(point(measure(0.1), measure(0.9))))
    few = refusals(point(measure(0.9, n=3, unread=97), measure(0.1)))
    assert "(85% to 95%, 3 of 100 rows scored)" in str(few)


def test_chinese_says_the_same_numbers() -> None:
    given = result(safety__x={"rta": measure(0.3)}, privacy__x={"rta": measure(0.6)})
    (sentence,) = verdict(dimensions(given), given)
    assert sentence.zh == (
        "<b>安全性</b>最弱：0.30（0.25–0.35）；次弱的隐私高出 0.30（0.23 至 0.37），<b>这一先后可以确定</b>。"
    )


def test_what_to_look_at_next_are_the_lowest_tasks_of_the_weakest() -> None:
    given = result(
        safety__misuse={"rta": measure(0.4)},
        safety__jailbreak={"rta": measure(0.1)},
        safety__violence={"rta": measure(1.0)},
        privacy__leakage={"td": measure(0.0, better="lower")},
    )
    assert [(task, str(text)) for task, text in next_looks(dimensions(given))] == [
        ("safety/jailbreak", "Jailbreak 0.10 (0.05–0.15)"),
        ("safety/misuse", "Misuse 0.40 (0.35–0.45)"),
    ]
