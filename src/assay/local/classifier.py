"""Weights that classify, in a model's shape: each user turn is a text; the reply is JSON, one object a text.

    [[{"LABEL_0": 0.98, "LABEL_1": 0.02}], …]      a text → its windows → the probability of each label

A text longer than the weights read is read in overlapping windows; how these are joined is for whoever asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from assay.errors import EndpointError
from assay.local.gathering import Gathering
from assay.local.options import Options
from assay.local.weights import Weights, context_of, loaded, tokenizer_of
from assay.local.windows import windows
from assay.schema import Reply, Request, Usage

MULTI = "multi_label_classification"
"""Labels that do not exclude each other: each has a probability of its own."""

SHORTEST = 8
"""A window of fewer tokens says nothing."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Weights and what goes with them."""

    model: Any
    tokenizer: Any
    labels: tuple[str, ...]
    multi: bool
    window: int
    """Tokens of a text in one window, the marks around it not counted."""
    before: tuple[int, ...]
    after: tuple[int, ...]
    """The marks."""


class LocalClassifier:
    """A sequence classifier of Hugging Face in this process.

    Args:
        name: as typed.
        weights: which ones.
        options: how they are loaded and batched.
        window: tokens of a window, marks included; 0: as many as the weights read.
    """

    def __init__(self, name: str, weights: Weights, options: Options, window: int = 0) -> None:
        self.name = name
        self.weights, self.options, self.window = weights, options, window
        self._loaded: Loaded | None = None
        self._gathering: Gathering[list[int], dict[str, float]] = Gathering(
            self._shares, options.batch_size, options.batch_tokens
        )
        self._opening: Gathering[None, Loaded] = Gathering(lambda asked: [self._load()] * len(asked), 1 << 30, 1 << 30)

    @property
    def endpoint(self) -> str:
        """Which weights classify, and whatever else changes what they say."""
        window = f"window:{self.window}" if self.window else ""
        return " ".join(filter(None, [f"hf-classifier@{self.weights.mark}", self.options.of_replies, window]))

    async def __call__(self, request: Request) -> Reply:
        """What the weights say of every user turn.

        Raises:
            UsageError: the weights cannot be loaded.
            Stopped: the run was told to end while this waited.
        """
        import asyncio

        there = self._loaded or await self._opening(None, 0)
        cut = [windows(_ids(there, turn.content), there.window) for turn in request.chat]
        pieces = [piece for each in cut for piece in each]
        asked = ([*there.before, *piece, *there.after] for piece in pieces)
        said = iter(await asyncio.gather(*(self._gathering(ids, len(ids)) for ids in asked)))
        shares = [[next(said) for _ in each] for each in cut]
        return Reply(orjson.dumps(shares).decode(), usage=Usage(sum(map(len, pieces)), 0))

    def halt(self) -> None:
        """Take nothing more."""
        self._gathering.halt()
        self._opening.halt()

    def close(self) -> None:
        """End."""
        self._gathering.close()
        self._opening.close()

    def _load(self) -> Loaded:
        if self._loaded is None:
            tokenizer = tokenizer_of(self.weights, self.options)
            model = loaded("AutoModelForSequenceClassification", self.weights, self.options)
            labels = tuple(str(model.config.id2label[number]) for number in range(model.config.num_labels))
            before, after = marks_of(tokenizer)
            most = context_of(model, tokenizer)
            if model.config.model_type in OFFSET:
                most -= OFFSET[model.config.model_type]
            window = max(SHORTEST, min(self.window or most, most) - len(before) - len(after))
            multi = getattr(model.config, "problem_type", None) == MULTI
            self._loaded = Loaded(model, tokenizer, labels, multi, window, before, after)
        return self._loaded

    def _shares(self, batch: list[list[int]]) -> Sequence[dict[str, float]]:
        """The probability of each label, for each window."""
        import torch

        there = self._load()
        width, pad, device = max(map(len, batch)), there.tokenizer.pad_token_id or 0, there.model.device
        ids = torch.tensor([one + [pad] * (width - len(one)) for one in batch], device=device)
        seen = torch.tensor([[1] * len(one) + [0] * (width - len(one)) for one in batch], device=device)
        try:
            with torch.inference_mode():
                logits = there.model(input_ids=ids, attention_mask=seen).logits.float()
        except RuntimeError as error:
            raise EndpointError(f"{self.name} stopped with {type(error).__name__}: {str(error)[:300]}") from error
        alone = there.multi or logits.shape[-1] == 1  # a single label is likely or not, by itself
        shares = (logits.sigmoid() if alone else logits.softmax(-1)).tolist()
        return [{label: round(share, 6) for label, share in zip(there.labels, row, strict=True)} for row in shares]


OFFSET = {"roberta": 2, "xlm-roberta": 2, "longformer": 2, "camembert": 2}
"""These count positions from behind the padding token's, and so read two tokens fewer than their config says."""


def marks_of(tokenizer: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The tokens that this tokenizer puts before a text and after it."""
    bare, marked = tokenizer("a", add_special_tokens=False)["input_ids"], tokenizer("a")["input_ids"]
    for start in range(len(marked) - len(bare) + 1):
        if marked[start : start + len(bare)] == bare:
            return tuple(marked[:start]), tuple(marked[start + len(bare) :])
    return (), ()


def _ids(there: Loaded, text: str) -> list[int]:
    """All tokens of a text; longer ones are no mistake here, so nobody need be warned."""
    ids: list[int] = there.tokenizer(text, add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
    return ids
