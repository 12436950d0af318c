from __future__ import annotations

import pytest

from assay.metrics.pairs import attack_success_rate, robustness_score
from assay.schema import Point


def pairs(group: str, **counts: int) -> list[Point]:
    """`right_wrong=3`: three pairs with a right original and a wrong adversarial."""
    made = []
    for parts, times in counts.items():
        read = "unread" not in parts
        made += [Point("scored" if read else "unread", parts.replace("_", ","), group=group)] * times
    return made


SENTIMENT = pairs("sentiment", right_right=6, right_wrong=2, wrong_right=1, wrong_wrong=1)


def test_attack_success_rate() -> None:
    measure = attack_success_rate()(SENTIMENT, "lower")
    assert (measure.value, measure.n) == (0.25, 10)
    assert measure.low is not None and measure.high is not None
    assert measure.low < 0.1 and measure.high > 0.5


def test_robustness_score_is_a_mean_over_groups() -> None:
    inference = pairs("inference", right_right=1, right_wrong=1)
    measure = robustness_score()(SENTIMENT + inference, "higher")
    # mean(adversarial accuracy) − mean(ASR), as published.
    assert measure.value == pytest.approx((0.7 + 0.5) / 2 - (0.25 + 0.5) / 2)


def test_a_part_that_could_not_be_read_is_not_right() -> None:
    """A model that dodges every adversarial prompt is not robust (B27)."""
    dodged = pairs("sentiment", right_unread=3, unread_right=1, unread_unread=1)
    success = attack_success_rate()(dodged, "lower")
    assert (success.value, success.n, success.unread) == (1.0, 0, 5)
    assert robustness_score()(dodged, "higher").value == pytest.approx(0.2 - 1.0)


def test_without_a_right_original_no_attack_can_succeed() -> None:
    wrong = [*pairs("inference", wrong_right=2, unread_unread=1), Point("unread", group="inference")]
    assert attack_success_rate()(wrong, "lower").value is None
    assert robustness_score()(SENTIMENT + wrong, "higher").value is None


def test_missing_pairs_go_both_ways() -> None:
    lost = [Point("failed", group="sentiment")] * 2
    success = attack_success_rate()(SENTIMENT + lost, "lower")
    assert (success.floor, success.ceiling) == pytest.approx((2 / 10, 4 / 10))
    score = robustness_score()(SENTIMENT + lost, "higher")
    assert (score.floor, score.ceiling) == pytest.approx((7 / 12 - 4 / 10, 9 / 12 - 2 / 10))
