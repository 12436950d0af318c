"""The window, the allowances and the patience, each by itself."""

from __future__ import annotations

import pytest

from assay.models.limits import DOWN_S, DOWN_TRIES, EXCUSED_S, NEVER_UP_S, START, Bucket, Patience, Window


class Rounds:
    """Feeds a window one answer a hundredth of a second."""

    def __init__(self, top: int) -> None:
        self.window, self.now = Window(top), 0.0

    def reply(self, times: int = 1, took: float = 0.1, tokens: int = 10, full: bool = True) -> None:
        for _ in range(times):
            self.now += 0.01
            self.window.answered(self.now - took, self.now, tokens, full)

    def busy(self, times: int = 1, sent_ago: float = 0.0) -> None:
        for _ in range(times):
            self.now += 0.01
            self.window.turned_away(self.now - sent_ago, self.now)

    def settle(self, seconds: float = 10.0) -> None:
        """Whatever is sent from here on is sent after all decreases."""
        self.now += seconds


@pytest.mark.parametrize(("top", "start"), [(1, 1), (8, 8), (16, 16), (64, START), (4096, START)])
def test_it_starts_small_and_never_leaves_its_bounds(top: int, start: int) -> None:
    rounds = Rounds(top)
    assert rounds.window.slots == start
    rounds.reply(10_000)
    assert rounds.window.slots == top
    for _ in range(2000):
        rounds.settle()
        rounds.busy()
    assert rounds.window.slots == 1


def test_slow_start_adds_one_a_success() -> None:
    rounds = Rounds(64)
    rounds.reply(10)
    assert rounds.window.slots == START + 10


def test_a_window_that_is_not_used_does_not_grow() -> None:
    rounds = Rounds(64)
    rounds.reply(100, full=False)
    assert rounds.window.slots == START


def test_congestion_cuts_once_a_round_and_then_one_more_a_round() -> None:
    rounds = Rounds(64)
    rounds.reply(48)
    rounds.settle()
    while rounds.window.slots == 64:
        rounds.busy()
    assert rounds.window.size == pytest.approx(64 * 0.7)
    rounds.busy(40, sent_ago=5.0)
    assert rounds.window.size == pytest.approx(64 * 0.7), "all of one round"
    rounds.settle()
    rounds.reply(500, full=False)  # calm again
    size = rounds.window.size
    rounds.reply(int(size))
    assert rounds.window.size == pytest.approx(size + 1, abs=0.05)


def test_one_in_ten_turned_away_at_random_is_no_congestion() -> None:
    rounds = Rounds(64)
    for number in range(3000):
        rounds.settle(0.01)
        if number % 10 == 7:
            rounds.busy()
        else:
            rounds.reply(took=0.005)
    assert rounds.window.slots >= 60


def test_what_was_suspected_wrongly_is_undone() -> None:
    rounds = Rounds(64)
    rounds.reply(20)
    size = rounds.window.size
    rounds.window.suspect(rounds.now, probe=True)
    assert rounds.window.slots == 1
    rounds.window.restore()
    assert rounds.window.size == size
    rounds.settle()
    rounds.reply(3)
    assert rounds.window.size == size + 3, "still in slow start"


def test_after_a_probe_it_is_soon_near_where_it_was() -> None:
    rounds = Rounds(64)
    rounds.reply(100)
    for _ in range(2):
        rounds.window.suspect(rounds.now, probe=True)
        rounds.settle()
    rounds.reply(40)
    assert 64 * 0.7 * 0.7 < rounds.window.size < 64 * 0.7 * 0.7 + 3


def test_rising_latency_eases_the_window_off_but_not_below_its_floor() -> None:
    rounds = Rounds(64)
    rounds.reply(400)
    sizes = []
    for _ in range(60):
        rounds.settle()
        rounds.reply(rounds.window.slots, took=0.06 * rounds.window.slots)  # 0.1 s were enough before
        sizes.append(rounds.window.slots)
    assert sizes[:2] == [57, 51]
    down = sizes.index(8)
    assert min(sizes) == 8, "and no less, whatever the time"
    assert max(sizes[down:]) > 9, "and it does not stay there"


def test_latency_that_fewer_requests_do_not_mend_is_taken_for_what_it_is() -> None:
    rounds = Rounds(64)
    rounds.reply(400)
    sizes = []
    for _ in range(20):
        rounds.settle()
        rounds.reply(rounds.window.slots, took=0.5)
        sizes.append(rounds.window.slots)
    assert 40 <= min(sizes) < 45 and sizes[-1] == 64


def test_a_round_is_as_long_as_the_window_is_wide() -> None:
    rounds = Rounds(64)
    rounds.reply(16 + 32 + 3 * 64)
    assert rounds.window.slots == 64
    for _ in range(10):
        rounds.reply(30, took=1.0)
        rounds.reply(34)
    assert rounds.window.slots == 64, "most were fast"
    rounds.reply(64, took=1.0)
    assert rounds.window.slots == 57


def test_replies_to_what_was_sent_before_a_decrease_do_not_count() -> None:
    rounds = Rounds(64)
    rounds.reply(16)
    rounds.window.suspect(rounds.now, probe=False)
    size = rounds.window.size
    rounds.reply(30, took=1.0)  # sent before
    assert rounds.window.size == size
    rounds.settle()
    rounds.reply(30, took=0.1)
    assert rounds.window.size > size


def test_long_replies_are_no_rising_latency() -> None:
    rounds = Rounds(64)
    rounds.reply(400, took=0.2, tokens=5)
    for _ in range(20):
        rounds.settle(20)
        rounds.reply(64, took=4.0, tokens=1000)
        assert rounds.window.slots == 64


def test_differences_of_milliseconds_are_this_process_own() -> None:
    rounds = Rounds(64)
    rounds.reply(400, took=0.001)
    for _ in range(20):
        rounds.settle()
        rounds.reply(64, took=0.05)
    assert rounds.window.slots == 64


def test_an_allowance_is_spent_smoothly() -> None:
    bucket = Bucket(120)  # two a second
    waits = []
    now = 100.0
    for _ in range(6):
        wait = bucket.wait(1, now)
        waits.append(round(wait, 6))
        now += wait
        assert bucket.wait(1, now) == pytest.approx(0)
        bucket.spend(1)
    assert waits == [0, 0, 0.5, 0.5, 0.5, 0.5]


def test_a_slow_allowance_lets_one_through() -> None:
    bucket = Bucket(1)
    assert bucket.wait(1, 5.0) == 0
    bucket.spend(1)
    assert bucket.wait(1, 5.0) == 60
    assert bucket.wait(1, 35.0) == 30


def test_what_costs_more_than_a_second_brings_waits_for_a_full_bucket_and_leaves_a_debt() -> None:
    bucket = Bucket(600)  # ten a second
    assert bucket.wait(50, 1.0) == 0
    bucket.spend(50)
    assert bucket.wait(5, 1.0) == pytest.approx(4.5)
    bucket.spend(-30)  # it was far less
    assert bucket.wait(5, 1.0) == pytest.approx(1.5)
    bucket.spend(-1000)
    assert bucket.wait(10, 1.0) == 0
    bucket.spend(10)
    assert bucket.wait(1, 1.0) == pytest.approx(0.1), "nothing is put back beyond the brim"


def test_patience_ends_after_tries_and_time() -> None:
    new, once = Patience(), Patience()
    once.succeeded()
    for patience, seconds in ((new, NEVER_UP_S), (once, DOWN_S)):
        assert not any(patience.failed(100.0) for _ in range(3 * DOWN_TRIES))
        assert not patience.failed(100.0 + seconds - 0.01)
        assert patience.failed(100.0 + seconds)
        patience.succeeded()
        assert not any(patience.failed(500.0 + 100 * number) for number in range(DOWN_TRIES - 1))


def test_waiting_that_was_asked_for_is_not_held_against_an_endpoint_for_a_while() -> None:
    patience = Patience()
    patience.succeeded()
    assert not any(patience.failed(0.0) for _ in range(DOWN_TRIES))
    patience.excuse(50.0)
    assert not patience.failed(DOWN_S + 49.0)
    for _ in range(100):
        patience.excuse(50.0)
    assert not patience.failed(DOWN_S + EXCUSED_S - 1)
    assert patience.failed(DOWN_S + EXCUSED_S)
