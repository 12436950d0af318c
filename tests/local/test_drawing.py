from __future__ import annotations

from math import log

import pytest

from assay.errors import UsageError
from assay.local.drawing import Draw, draw_of, first_answer
from assay.schema import Request, Sampling, user


def drawn(sampling: Sampling, epoch: int = 0, draw: int = 0) -> Draw:
    return draw_of(Request(user("x"), sampling, epoch=epoch, draw=draw), "hf/x", 9)


def test_a_request_says_how_its_reply_is_drawn() -> None:
    extra = (("logprobs", True), ("stop", "\n"), ("top_k", 5), ("top_logprobs", 50), ("top_p", 0.9))
    assert drawn(Sampling(0.7, 4, 3, extra)) == Draw(0.7, 0.9, 5, 3, 9, ("\n",), 20)
    assert drawn(Sampling()) == Draw(limit=9)
    assert drawn(Sampling(extra=(("logprobs", False), ("top_logprobs", 5)))).logprobs == 0
    assert drawn(Sampling(extra=(("logprobs", True),))).logprobs == 1


def test_epochs_and_repeats_differ_in_their_seed_as_they_do_at_an_endpoint() -> None:
    seeds = [drawn(Sampling(1.0, seed=5), epoch, draw).seed for epoch, draw in ((0, 0), (0, 1), (1, 0))]
    assert seeds == [5, 6, 1_000_008]
    assert drawn(Sampling(1.0)).seed is None


@pytest.mark.parametrize(
    ("extra", "why"), [((("min_p", 0.1),), "knows only top_p"), ((("top_p", "much"),), "could not convert")]
)
def test_what_cannot_be_honoured_is_said(extra: tuple[tuple[str, object], ...], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        drawn(Sampling(extra=extra))


def test_the_answers_first_token_is_the_first_that_is_no_white_space() -> None:
    texts = {0: "\n", 1: " A", 2: "B", 3: "C"}
    seen = [
        ([[0, 0, 1], [2, 2, 3]], [[log(0.9), log(0.9), log(0.1)], [log(0.6), log(0.6), log(0.3)]]),
        ([[1, 2, 1], [3, 3, 2]], [[log(0.2), log(0.7), log(0.2)], [log(0.5), log(0.5), log(0.4)]]),
    ]
    two = Draw(logprobs=2)
    assert first_answer(seen, 0, two, texts) == ((" A", log(0.2)), ("B", log(0.7)))
    assert first_answer(seen, 1, two, texts) == (("B", log(0.6)), ("C", log(0.3)))
    assert first_answer(seen, 1, Draw(logprobs=1), texts) == (("B", log(0.6)),)
    assert first_answer(seen, 1, Draw(), texts) == ()
    assert first_answer(seen[:1], 0, two, texts) == ()
