"""What judges ask: a grader, an embedder, a toxicity score. The only code that loads a classifier or embedder."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from assay.errors import UsageError
from assay.instruments.classifiers import Labeller
from assay.judges.by_classifier import Classifying
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


class Sentences:
    """A sentence embedder in this process, through sentence-transformers (the `local` or `minilm` extra).

    Args:
        name: on the Hugging Face hub, or a folder.

    Raises:
        UsageError: the extra or the weights are missing; or nobody has said how these weights embed a sentence. The
            tokens of any model can be averaged.
    """

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
            from sentence_transformers.util import is_sentence_transformer_model
        except ImportError as error:
            raise UsageError(f"the embedder {name} needs an extra: pip install 'llm-assay[minilm]'") from error
        try:
            embeds = is_sentence_transformer_model(name)
            self._model: Any = SentenceTransformer(name) if embeds else None
        except (OSError, ValueError) as error:
            raise UsageError(f"the embedder {name} cannot be loaded: {' '.join(str(error).split())[:300]}") from error
        if self._model is None:
            raise UsageError(
                f"{name} is no sentence embedder: it has no modules.json, which says how tokens become one vector. "
                "Name another, or save it once with sentence-transformers, with the pooling that it was trained for"
            )
        self.name = name

    async def __call__(self, texts: Sequence[str]) -> list[list[float]] | None:
        """One vector a text."""
        return [[float(number) for number in vector] for vector in self._model.encode(list(texts))]


MINILM = "sentence-transformers/all-MiniLM-L6-v2"
"""What `--embedder minilm` stands for: 384 dimensions."""


class Scorer(Protocol):
    """Texts → a number each; None where none could be had."""

    @property
    def name(self) -> str:
        """What is shown wherever its numbers are."""
        ...

    def __call__(self, texts: Sequence[str]) -> Awaitable[Answer]:
        """One number a text, in order."""
        ...


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
    toxicity: Scorer | None = None
    classifiers: Mapping[str, Labeller] = field(default_factory=dict)

    async def answer(self, question: Question) -> Answer:
        """The instrument's answer; None where the instrument is not there; "" where a grader failed."""
        if isinstance(question, Classifying):
            return await self._classified(question)
        if question.instrument == "grader":
            if self.grader is None:
                return None
            reply = await self.grader(Request(question.chat))
            return reply.text if reply.gradable else ""
        instrument = self.embedder if question.instrument == "embedder" else self.toxicity
        return None if instrument is None else await instrument(question.texts)

    async def _classified(self, question: Classifying) -> Answer:
        classifier = self.classifiers.get(question.classifier)
        if classifier is None:
            return None
        prompt = next((turn.content for turn in reversed(question.chat) if turn.role == "user"), "")
        said = await classifier([(prompt, text) for text in question.texts])
        return said[0] if said else None
