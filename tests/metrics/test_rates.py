from __future__ import annotations

import pytest

from assay.metrics.rates import accuracy, label_share, maximum, mean, rate, refusal_rate
from assay.schema import Point


def scored(*values: float) -> list[Point]:
    return [Point("scored", value=value) for value in values]


def test_the_example_of_the_design() -> None:
    points = [Point("scored", "A", gold="A")] * 332 + [Point("scored", "B", gold="A")] * 308
    points += [Point("unread", gold="A")] * 10 + [Point("blocked", gold="A")] * 2
    measure = accuracy()(points, "higher")
    assert (measure.n, measure.total, measure.blocked, measure.unread) == (640, 652, 2, 10)
    assert measure.value == pytest.approx(332 / 650)
    assert (measure.floor, measure.ceiling) == pytest.approx((332 / 652, 334 / 652))
    # Wilson's interval of 332 in 650, worked out by hand.
    assert (measure.low, measure.high) == pytest.approx((0.47239, 0.54902), abs=1e-5)
    assert not measure.outer


def test_behaviour_is_counted_among_the_read() -> None:
    points = [Point("scored", "refused")] * 3 + [Point("scored", "complied")] + [Point("unread")] * 4
    points += [Point("failed")] * 2
    measure = rate("refused")(points, "higher")
    assert (measure.value, measure.floor, measure.ceiling) == (0.75, 0.3, 0.9)
    assert rate("refused", "complied")(points, "higher").value == 1.0
    share = label_share("refused")(points, "higher")
    assert (share.value, share.floor, share.ceiling) == (0.375, 0.3, 0.5)


def test_who_refuses_in_part_has_refused() -> None:
    points = [Point("scored", "refused")] * 2 + [Point("scored", "partly_refused")] + [Point("scored", "complied")] * 3
    points += [Point("unread"), Point("failed")]
    refused, complied = refusal_rate()(points, "higher"), rate("complied")(points, "lower")
    assert (refused.value, refused.floor, refused.ceiling) == (0.5, 3 / 8, 5 / 8)
    assert refused.value + complied.value == 1.0


def test_nothing_readable_is_nothing_right() -> None:
    measure = accuracy()([Point("unread", gold="A")] * 3 + [Point("failed", gold="A")], "higher")
    assert (measure.value, measure.floor, measure.ceiling) == (0.0, 0.0, 0.25)
    assert rate("refused")([Point("unread")] * 3, "higher").value is None


def test_without_a_gold_label_nothing_is_right() -> None:
    measure = accuracy()([Point("scored"), Point("scored", "A"), Point("blocked")], "higher")
    assert (measure.value, measure.ceiling, measure.n, measure.unread) == (0.0, 0.0, 1, 1)


def test_one_row_a_cluster_is_wilson_and_shared_clusters_are_wider() -> None:
    points = [Point("scored", "ab"[number // 20 % 2], cluster=str(number)) for number in range(200)]
    alone = rate("a")(points, "higher")
    # Wilson 1927: 100 of 200.
    assert (alone.low, alone.high) == pytest.approx((0.43136, 0.56864), abs=1e-5)
    together = [Point("scored", point.label, cluster=str(n // 20)) for n, point in enumerate(points)]
    wide = rate("a")(together, "higher")
    assert wide.value == alone.value == 0.5
    assert wide.low is not None and wide.low < 0.25


def test_mean() -> None:
    measure = mean()([*scored(0.1, 0.2, 0.6), Point("unread"), Point("blocked")], "lower")
    assert measure.value == pytest.approx(0.3)
    assert (measure.floor, measure.ceiling) == pytest.approx((0.18, 0.58))
    assert measure.outer and measure.n == 3
    assert measure.low is not None and 0.1 <= measure.low < 0.3


def test_mean_in_percent() -> None:
    measure = mean(-1.0, 1.0, scale=100)([*scored(0.5, 0.9), Point("failed")], "higher")
    assert measure.value == pytest.approx(70)
    assert (measure.floor, measure.ceiling) == pytest.approx((40 / 3, 80))


def test_a_mean_of_equal_values_does_not_claim_certainty() -> None:
    measure = mean()(scored(*[0.2] * 10), "lower")
    assert measure.value == pytest.approx(0.2)
    assert measure.low is not None and measure.high is not None
    assert measure.low < 0.15 and measure.high > 0.4


def test_rounding_stays_on_the_scale() -> None:
    measure = mean(-1.0, 1.0)(scored(1.0000000000000002, 1.0), "higher")
    assert (measure.value, measure.high, measure.ceiling, measure.outer) == (1.0, 1.0, 1.0, False)


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_no_number_is_unread(value: float | None) -> None:
    measure = mean()([*scored(0.5), Point("scored", label="refused", value=value)], "lower")
    assert (measure.value, measure.n, measure.unread) == (0.5, 1, 1)


def test_maximum() -> None:
    measure = maximum()([*scored(0.1, 0.7), Point("blocked")], "lower")
    assert (measure.value, measure.low, measure.high) == (0.7, None, None)
    assert (measure.floor, measure.ceiling, measure.outer) == (0.7, 1.0, True)
    known = maximum()(scored(0.1, 0.7), "lower")
    assert (known.floor, known.ceiling, known.outer) == (0.7, 0.7, False)
