"""Classifiers at work: a prompt and a reply in, the probability of each label out.

A `hf/…` classifier reads the text in windows; a guard model is asked in words, through any model string. Both have a
model inside, so both are cached, counted and limited like any.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import orjson

from assay.instruments.description import Description, check_labels
from assay.instruments.guards import Guard, requests, shares
from assay.local.windows import decided
from assay.schema import Chat, Message, Model, Record, Request

Pair = tuple[str, str]
"""The last user turn, and the reply."""

Shares = dict[str, float]
"""The probability of each label; empty where nothing could be read."""


class Labeller(Protocol):
    """Prompts and replies → what the classifier says of each; None where it did not answer."""

    @property
    def description(self) -> Description:
        """What it is."""
        ...

    async def __call__(self, pairs: Sequence[Pair]) -> list[Shares] | None:
        """In order."""
        ...


@dataclass(frozen=True, slots=True)
class Weighed:
    """A local text classifier (`assay.local.LocalClassifier`, wrapped)."""

    model: Model
    description: Description

    async def __call__(self, pairs: Sequence[Pair]) -> list[Shares] | None:
        """Every text in its windows, joined as the description says.

        Raises:
            UsageError: the description names a label that the weights do not have.
        """
        said = self.description
        texts = [filled(said.text, prompt, reply) for prompt, reply in pairs]
        reply = await self.model(Request(tuple(Message("user", text) for text in texts)))
        if not reply.gradable:
            return None
        texts_said: list[list[Shares]] = orjson.loads(reply.text)
        for windows in texts_said[:1]:
            check_labels(said, windows[0], self.model.name)
        return [decided(windows, said.deciding, said.windows) for windows in texts_said]


@dataclass(frozen=True, slots=True)
class Guarding:
    """A guard model, asked in words."""

    model: Model
    description: Description
    guard: Guard

    async def __call__(self, pairs: Sequence[Pair]) -> list[Shares] | None:
        """Each reply by itself; of several policies, the answer in which the deciding label is likeliest."""
        return list(await asyncio.gather(*(self._one(*pair) for pair in pairs)))

    async def _one(self, prompt: str, reply: str) -> Shares:
        provider = self.model.name.partition("/")[0]
        answers = await asyncio.gather(
            *(self.model(one) for one in requests(self.guard, prompt, reply, provider)), return_exceptions=True
        )
        read: list[Shares] = []
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
            read.append(shares(self.guard, answer.text, answer.logprobs) if answer.gradable else {})
        if not all(read):
            return {}
        return decided(read, self.description.deciding, "max") if len(read) > 1 else read[0]


@dataclass(frozen=True, slots=True)
class Scored:
    """A classifier as a score from 0 to 1 a text: its labels' probabilities, weighted."""

    labeller: Labeller
    description: Description

    @property
    def name(self) -> str:
        """What is shown wherever its numbers are."""
        return f"{self.description.name} ({self.description.model})"

    async def __call__(self, texts: Sequence[str]) -> list[float | None] | None:
        """One score a text; None for one that could not be read."""
        said = await self.labeller([("", text) for text in texts])
        return None if said is None else [score(one, self.description.scores) for one in said]


def labeller(description: Description, model: Model) -> Labeller:
    """A classifier around its model."""
    if description.guard is None:
        return Weighed(model, description)
    return Guarding(model, description, description.guard)


async def left_beside(task: str, record: Record, classifiers: Iterable[Labeller]) -> Record:
    """The record with what the published toolkit's own classifier would have left beside each reply.

    What is recorded already stays. An empty reply is classified too, as it was there (B33); a lost one is not.
    """
    for classifier in classifiers:
        upstream = classifier.description.upstream
        if upstream is None or task not in upstream.tasks:
            continue
        prompts = [_prompt(chat) for chat in record.row.chats]
        todo = [
            place
            for place, reply in enumerate(record.replies)
            if reply.gradable and upstream.field not in reply.recorded and place < len(prompts)
        ]
        said = await classifier([(prompts[place], record.replies[place].text) for place in todo]) if todo else None
        left = {place: _published(one, upstream.labels) for place, one in zip(todo, said or (), strict=False)}
        record = replace(
            record,
            replies=tuple(
                replace(reply, recorded={**reply.recorded, upstream.field: left[place]}) if left.get(place) else reply
                for place, reply in enumerate(record.replies)
            ),
        )
    return record


def _published(said: Shares, labels: Mapping[str, str]) -> str | None:
    """The likeliest label, as the published toolkit calls it."""
    first = likeliest({label: share for label, share in said.items() if label in labels})
    return None if first is None else labels[first]


def _prompt(chat: Chat) -> str:
    return next((turn.content for turn in reversed(chat) if turn.role == "user"), "")


def score(said: Shares, weights: Mapping[str, float]) -> float | None:
    """What is said of one text, as one number from 0 to 1; None where nothing was."""
    if not said:
        return None
    return min(1.0, max(0.0, sum(weights.get(label, 0.0) * share for label, share in said.items())))


def likeliest(said: Shares) -> str | None:
    """The likeliest label; None where nothing was said."""
    return max(said, key=said.__getitem__) if said else None


def filled(text: str, prompt: str, reply: str) -> str:
    """`{prompt}` and `{reply}` in place; neither is looked for in the other."""
    before, _, after = text.partition("{reply}")
    return before.replace("{prompt}", prompt) + reply + after.replace("{prompt}", prompt)
