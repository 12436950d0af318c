"""Which token comes next, row by row of a batch: each row has a temperature, a seed and a limit of its own.

Rows of one batch share nothing but the forward pass, so a reply does not depend on who stood beside it: a row's draws
come from its own generator, one number a token, through the inverse of the cumulative distribution.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assay.errors import UsageError
from assay.schema import Request

SEEN = 8
"""Tokens of a reply whose log-probabilities are kept: the first of them that is no white space is the answer's."""

MOST_LOGPROBS = 20

TAKEN = ("top_p", "top_k", "stop", "logprobs", "top_logprobs", "chat_template", "chat_template_kwargs")
"""Further fields of a request that are known here, under the names that vLLM's server gives them."""


@dataclass(frozen=True, slots=True)
class Draw:
    """How one reply is drawn."""

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    """0: all."""
    seed: int | None = None
    """None: another draw each time."""
    limit: int = 1
    """Tokens of the reply, at most."""
    stop: tuple[str, ...] = ()
    """A reply ends before one of these."""
    logprobs: int = 0
    """Likeliest tokens to tell of the answer's first; 0: none."""


def draw_of(request: Request, name: str, limit: int) -> Draw:
    """What a request says of how its reply is drawn; its seed tells epochs and repeats apart, as everywhere.

    Raises:
        UsageError: a further field that local weights know nothing of, or a value that can be none.
    """
    sampling, extra = request.sampling, dict(request.sampling.extra)
    unknown = sorted(set(extra) - set(TAKEN))
    if unknown:
        raise UsageError(f"--extra {unknown[0]}: {name} runs in this process and knows only {', '.join(TAKEN)}")
    seed = None if sampling.seed is None else sampling.seed + request.epoch * 1_000_003 + request.draw
    stop = extra.get("stop") or ()
    try:
        return Draw(
            temperature=max(0.0, float(sampling.temperature)),
            top_p=float(extra.get("top_p", 1.0)),
            top_k=max(0, int(extra.get("top_k", 0))),
            seed=seed,
            limit=limit,
            stop=(stop,) if isinstance(stop, str) else tuple(map(str, stop)),
            logprobs=min(MOST_LOGPROBS, max(1, int(extra.get("top_logprobs") or 1))) if extra.get("logprobs") else 0,
        )
    except (TypeError, ValueError) as error:
        raise UsageError(f"--extra: {error}") from error


class Drawing:
    """A logits processor for `generate`: what it leaves possible is what was drawn.

    It takes the place of transformers' own sampling, whose one generator for the whole batch makes a reply depend on
    its neighbours.
    """

    def __init__(self, draws: Sequence[Draw]) -> None:
        self.draws = draws
        self.sampled = [place for place, draw in enumerate(draws) if draw.temperature > 0]
        self._random = {place: random.Random(draws[place].seed) for place in self.sampled}
        self._told = max((draw.logprobs for draw in draws), default=0)
        self.seen: list[tuple[list[list[int]], list[list[float]]]] = []
        """For each of the first tokens: ids and log-probabilities of every row, the drawn one first."""

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Scores of every possible token → the same, with all but the drawn one out of the question."""
        import torch

        chosen = scores.argmax(-1)
        if self.sampled:
            rows = torch.tensor(self.sampled, device=scores.device)
            chosen[rows] = self._sampled(scores[rows].double())
        if self._told and len(self.seen) < SEEN:
            logs = torch.log_softmax(scores.float(), -1)
            top = logs.topk(min(self._told, logs.shape[-1]), -1)
            ids = torch.cat([chosen[:, None], top.indices], -1)
            self.seen.append((ids.tolist(), logs.gather(-1, ids).tolist()))
        return torch.full_like(scores, -torch.inf).scatter(-1, chosen[:, None], 0.0)

    def _sampled(self, scores: Any) -> Any:
        """One token a row at its temperature, among its `top_k` and the likeliest that make `top_p`."""
        import torch

        draws = [self.draws[place] for place in self.sampled]

        def column(values: Sequence[float]) -> Any:
            return torch.tensor(values, device=scores.device, dtype=scores.dtype)[:, None]

        ordered, ids = (scores / column([draw.temperature for draw in draws])).sort(-1, descending=True)
        shares = ordered.softmax(-1)
        before = shares.cumsum(-1) - shares
        tops = torch.arange(scores.shape[-1], device=scores.device)[None]
        kept = (before < column([draw.top_p for draw in draws])) & (
            tops < column([draw.top_k or scores.shape[-1] for draw in draws])
        )
        kept[:, 0] = True
        heaped = (shares * kept).cumsum(-1)
        levels = column([self._random[place].random() for place in self.sampled]) * heaped[:, -1:]
        place = (heaped <= levels).sum(-1, keepdim=True).clamp(max=scores.shape[-1] - 1)
        return ids.gather(-1, place)[:, 0]


class Ending:
    """A stopping criterion for `generate`: each row at its own limit or at its own stop."""

    def __init__(self, draws: Sequence[Draw], start: int, tokenizer: Any) -> None:
        self.draws, self.start, self.tokenizer = draws, start, tokenizer
        self.called_off = False
        """Nobody wants the batch any more."""
        self._limits: Any = None
        self._stops = [place for place, draw in enumerate(draws) if draw.stop]

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        """Which rows are done."""
        import torch

        if self._limits is None:
            self._limits = torch.tensor([draw.limit for draw in self.draws], device=input_ids.device)
        done = self._limits <= input_ids.shape[1] - self.start
        if self.called_off:
            done |= True
        for place in self._stops:
            # A stop may begin some tokens back; a token is at least a byte.
            tail = max(self.start, input_ids.shape[1] - 2 * max(map(len, self.draws[place].stop)) - 4)
            text = self.tokenizer.decode(input_ids[place, tail:], skip_special_tokens=True)
            if any(stop in text for stop in self.draws[place].stop):
                done[place] = True
        return done


def first_answer(
    seen: Sequence[tuple[list[list[int]], list[list[float]]]], row: int, draw: Draw, texts: Mapping[int, str]
) -> tuple[tuple[str, float], ...]:
    """The first token of a row's reply that is no white space, and its likeliest rivals, with log-probabilities."""
    if not draw.logprobs:
        return ()
    for ids, logs in seen:
        if texts[ids[row][0]].strip():
            told: dict[str, float] = {}
            for one, log in list(zip(ids[row], logs[row], strict=True))[: draw.logprobs + 1]:
                told.setdefault(texts[one], log)  # the drawn one stands among the likeliest again
            return tuple(told.items())
    return ()
