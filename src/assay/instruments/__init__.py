"""What judges ask: a grader, an embedder, a toxicity score. The only code that loads a classifier or embedder."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Protocol

import orjson

from assay.errors import UsageError
from assay.judges.lexical import ngram_vectors
from assay.schema import Answer, Message, Model, Question, Request


class Embedder(Protocol):
    """Texts → one vector each; None where none could be had."""

    @property
    def name(self) -> str:
        """What is shown wherever its numbers are."""
        ...

    def __call__(self, texts: Sequence[str]) -> Awaitable[list[list[float]] | None]:
        """One vector a text, in order."""
        ...


class Lexical:
    """Character n-grams: offline, no torch. It sees shared wording, not meaning, and says so wherever it is used."""

    name = "lexical (character n-grams)"

    async def __call__(self, texts: Sequence[str]) -> list[list[float]] | None:
        """One hashed count vector a text."""
        return ngram_vectors(texts)


class MiniLM:
    """all-MiniLM-L6-v2 through sentence-transformers (the `minilm` extra), loaded on first use."""

    name = "sentence-transformers/all-MiniLM-L6-v2"

    def __init__(self) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise UsageError("the MiniLM embedder needs an extra: pip install 'llm-assay[minilm]'") from error
        self._model = SentenceTransformer(self.name)

    async def __call__(self, texts: Sequence[str]) -> list[list[float]] | None:
        """One 384-dimensional vector a text."""
        return [[float(number) for number in vector] for vector in self._model.encode(list(texts))]


@dataclass(frozen=True, slots=True)
class Asked:
    """A model that answers texts with JSON numbers (`Embeddings`, `Moderations`), as a function of texts."""

    model: Model

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    async def __call__(self, texts: Sequence[str]) -> list[list[float]] | None:
        """The parsed answer; None where the endpoint gave none."""
        reply = await self.model(Request(tuple(Message("user", text) for text in texts)))
        answer: list[list[float]] | None = orjson.loads(reply.text) if reply.gradable else None
        return answer


@dataclass(frozen=True, slots=True)
class Instruments:
    """Everything a judge may ask in this run. What is None is not there, and its judges say `needs:…`."""

    grader: Model | None = None
    embedder: Embedder | None = None
    toxicity: Asked | None = None

    async def answer(self, question: Question) -> Answer:
        """The instrument's answer; None where the instrument is not there; "" where a grader failed."""
        if question.instrument == "grader":
            if self.grader is None:
                return None
            reply = await self.grader(Request(question.chat))
            return reply.text if reply.gradable else ""
        instrument = self.embedder if question.instrument == "embedder" else self.toxicity
        return None if instrument is None else await instrument(question.texts)
