"""Vectors of character n-grams: the embedder that needs nothing.

It is lexical: texts are alike where they share spelling, not meaning, so "car" and "automobile" are
strangers. It ranks paraphrases that keep words, in English and Chinese, and is named wherever its numbers
appear.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from assay.parse import plain

SIZE = 4096
"""Buckets of the hashed n-grams, the length of every vector."""
GRAMS = (3, 4, 5)
_PRIME = np.uint64(1099511628211)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_CJK = (0x3400, 0x9FFF)


def ngram_vectors(texts: Iterable[str]) -> list[list[float]]:
    """One vector of unit length a text (all zero for an empty one), the same on every machine."""
    return [_vector(text).tolist() for text in texts]


def _vector(text: str) -> NDArray[np.float64]:
    words = plain(text).casefold().split()
    codes = np.array([ord(sign) for sign in f" {' '.join(words)} "] if words else [], dtype=np.uint64)
    buckets = [_buckets(codes, size) for size in GRAMS]
    han = (codes >= _CJK[0]) & (codes <= _CJK[1])
    # A Chinese word is one or two characters: n-grams of three would miss it.
    buckets.append(_buckets(codes[han], 1))
    buckets.append(_buckets(codes[han], 2))
    counts = np.bincount(np.concatenate(buckets).astype(np.int64), minlength=SIZE)
    weights = np.log1p(counts)
    norm = float(np.linalg.norm(weights))
    return weights / norm if norm else weights


def _buckets(codes: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    """The bucket of every n-gram of this size: a polynomial hash, mixed, its top twelve bits."""
    count = len(codes) - size + 1
    if count <= 0:
        return np.zeros(0, dtype=np.uint64)
    hashed = np.full(count, np.uint64(size), dtype=np.uint64)
    for at in range(size):
        hashed = hashed * _PRIME + codes[at : at + count]
    return ((hashed ^ (hashed >> np.uint64(29))) * _MIX) >> np.uint64(52)
