"""How alike pairs of texts are: the cosine of their embeddings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np

from assay.schema import Judge, Question, Record, Trip, Verdict

NAME = "by_similarity"

LOST = "\0lost reply: "
"""What no reply starts with."""


def by_similarity(pairs: Callable[[Record], Iterable[tuple[str, str]]]) -> Judge:
    """One verdict a pair of texts, its value the cosine (-1 to 1); all texts are asked about at once.

    A pair with an empty text, or with the text of a blocked or failed reply, is unread.
    """

    def trip(record: Record) -> Trip:
        if not record.replies:
            return (Verdict(NAME, why="no reply"),)
        wanted = tuple(pairs(_marked(record)))
        whys = tuple(_unusable(pair) for pair in wanted)
        texts = tuple(dict.fromkeys(text for pair, why in zip(wanted, whys, strict=True) if not why for text in pair))
        vectors = _vectors((yield Question("embedder", texts=texts)), texts) if texts else {}
        return tuple(
            Verdict(NAME, why=why) if why else _alike(pair, vectors) for pair, why in zip(wanted, whys, strict=True)
        )

    return Judge(NAME, trip)


def _marked(record: Record) -> Record:
    """The record with a mark for the text of each lost reply: its text may stand in another reply too."""
    replies = (reply if reply.gradable else replace(reply, text=LOST + reply.finish) for reply in record.replies)
    return replace(record, replies=tuple(replies))


def _unusable(pair: tuple[str, str]) -> str:
    """Why a pair cannot be compared; empty where it can."""
    for text in pair:
        if text.startswith(LOST):
            return text.removeprefix(LOST)
        if not text.strip():
            return "empty"
    return ""


def _vectors(answer: object, texts: tuple[str, ...]) -> Mapping[str, object] | None:
    """Each text's vector; None where there is no embedder."""
    if answer is None:
        return None
    if not isinstance(answer, (list, tuple, np.ndarray)) or len(answer) != len(texts):
        return {}
    return dict(zip(texts, answer, strict=True))


def _alike(pair: tuple[str, str], vectors: Mapping[str, object] | None) -> Verdict:
    if vectors is None:
        return Verdict(NAME, why="needs:embedder")
    cosine = _cosine(vectors.get(pair[0]), vectors.get(pair[1]))
    return Verdict(NAME, why="no usable vectors") if cosine is None else Verdict(NAME, value=cosine)


def _cosine(left: object, right: object) -> float | None:
    try:
        one, other = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    except (TypeError, ValueError):
        return None
    if one.ndim != 1 or one.shape != other.shape:
        return None
    with np.errstate(all="ignore"):
        cosine = float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
    return min(1.0, max(-1.0, cosine)) if np.isfinite(cosine) else None
