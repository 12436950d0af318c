from __future__ import annotations

import asyncio

import pytest

from assay.errors import Stopped
from assay.local.gathering import Gathering, neighbours


@pytest.mark.parametrize(
    ("lengths", "rows", "tokens", "wanted"),
    [
        ([5, 100, 6, 7, 300], 3, 10_000, [0, 2]),
        ([6, 100, 5, 7, 300], 3, 10_000, [2, 0]),
        ([100, 5, 6, 90, 300], 2, 10_000, [0, 4]),
        ([5, 5, 5, 5], 8, 12, [0, 1]),
        ([50, 1, 1], 8, 10, [0]),
        ([7], 8, 10_000, [0]),
        ([10, 1, 2, 3, 40], 3, 10_000, [3, 0, 4]),
    ],
)
def test_a_batch_is_the_neighbours_in_length_of_who_waits_longest(
    lengths: list[int], rows: int, tokens: int, wanted: list[int]
) -> None:
    assert neighbours(lengths, 0, rows, tokens) == wanted


def test_a_batch_never_takes_more_tokens_than_it_may_unless_one_alone_does() -> None:
    lengths = [13, 8, 120, 44, 7, 7, 90, 1, 61, 3]
    for first in range(len(lengths)):
        for tokens in (10, 50, 100, 200, 1000):
            batch = [lengths[place] for place in neighbours(lengths, first, 6, tokens)]
            assert lengths[first] in batch and len(batch) <= 6
            assert len(batch) == 1 or len(batch) * max(batch) <= tokens
            assert batch == sorted(batch)


async def doubled_in_batches(items: list[int], rows: int) -> tuple[list[int], list[list[int]]]:
    batches: list[list[int]] = []

    def work(batch: list[int]) -> list[int]:
        batches.append(batch)
        return [2 * one for one in batch]

    gathering: Gathering[int, int] = Gathering(work, rows, 10_000, wait_s=0.001)
    results = await asyncio.gather(*(gathering(one, one) for one in items))
    gathering.close()
    return list(results), batches


def test_everybody_gets_their_own_result_and_lengths_stay_together() -> None:
    items = [900, 3, 800, 1, 2, 850]
    results, batches = asyncio.run(doubled_in_batches(items, 3))
    assert results == [2 * one for one in items]
    assert batches == [[800, 850, 900], [1, 2, 3]]


def test_an_error_is_everybodys_and_the_next_batch_goes_on() -> None:
    def work(batch: list[int]) -> list[int]:
        if 13 in batch:
            raise RuntimeError("no")
        return batch

    async def go() -> list[object]:
        gathering: Gathering[int, int] = Gathering(work, 2, 10_000, wait_s=0.001)
        came = await asyncio.gather(*(gathering(one, one) for one in (13, 12, 1, 2)), return_exceptions=True)
        gathering.close()
        return list(came)

    first, second, *others = asyncio.run(go())
    assert isinstance(first, RuntimeError) and isinstance(second, RuntimeError)
    assert others == [1, 2]


def test_who_waits_when_the_run_is_told_to_end_is_stopped_and_the_batch_in_work_still_comes() -> None:
    async def go() -> tuple[int, list[object], bool]:
        begun, go_on = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def work(batch: list[int]) -> list[int]:
            loop.call_soon_threadsafe(begun.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(5)
            return batch

        gathering: Gathering[int, int] = Gathering(work, 1, 10, wait_s=0.0)
        asked = [asyncio.create_task(gathering(one, one)) for one in (1, 2)]
        await begun.wait()
        gathering.halt()
        go_on.set()
        came = await asyncio.gather(*asked, return_exceptions=True)
        with pytest.raises(Stopped):
            await gathering(3, 3)
        gathering.close()
        assert came[0] == 1
        return 1, list(came[1:]), gathering.halted

    _, stopped, halted = asyncio.run(go())
    assert isinstance(stopped[0], Stopped) and halted


def test_what_was_called_off_is_not_worked_on() -> None:
    async def go() -> list[list[int]]:
        batches: list[list[int]] = []

        def work(batch: list[int]) -> list[int]:
            batches.append(batch)
            return batch

        gathering: Gathering[int, int] = Gathering(work, 8, 1000, wait_s=0.005)
        kept, off = (asyncio.create_task(gathering(one, one)) for one in (1, 2))
        await asyncio.sleep(0)
        off.cancel()
        await asyncio.gather(kept, off, return_exceptions=True)
        gathering.close()
        return batches

    assert asyncio.run(go()) == [[1]]
