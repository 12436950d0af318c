"""Patterns of many alternatives, sorted into a tree by their first letters.

`re` tries every alternative at every word, one after the other; in a tree it tries those that begin like the word. What
is found stays the same, since alternatives that begin with different letters cannot both match at one place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

FEW = 3
"""So many alternatives need no sorting."""
DEPTH = 2
"""Letters by which alternatives are sorted."""

Atom = tuple[str, str]
"""A character, class or group, and how often it may stand."""

_TIMES = re.compile(r"(?:[?*+]|\{\d*,?\d*\})\??")
_ATOM = re.compile(r"\\.|\[\^?[^\]]+\]|[^()|]", re.DOTALL)


class Sorted:
    r"""A pattern `\b(?: … | … )` as a tree; it is sorted and compiled when it is first used."""

    search: Callable[..., re.Match[str] | None]
    finditer: Callable[..., Iterator[re.Match[str]]]

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self.flags = flags

    def __getattr__(self, name: str) -> Callable[..., object]:
        if name not in ("search", "finditer"):
            raise AttributeError(name)
        compiled = re.compile(sorted_words(_plain(self.pattern) if self.flags & re.VERBOSE else self.pattern))
        self.search, self.finditer = compiled.search, compiled.finditer
        found: Callable[..., object] = getattr(compiled, name)
        return found


def sorted_words(plain: str) -> str:
    r"""A pattern `\b(?: … | … )`, not a verbose one, as one that finds the same, faster."""
    (_, (group, _), *rest) = next(_alternatives(plain))
    return rf"\b(?:{_tree(group[3:-1], DEPTH)}){_text(rest)}"


def _plain(verbose: str) -> str:
    """Without the spaces and line ends that mean nothing."""
    atoms = re.findall(r"\\.|\[[^\]]+\]|.", verbose, re.DOTALL)
    return "".join(atom for atom in atoms if not atom.isspace()).replace(r"\ ", " ")


def _alternatives(pattern: str) -> Iterator[list[Atom]]:
    """The alternatives of a pattern, each as its atoms."""
    found: list[Atom] = []
    at = 0
    while at < len(pattern):
        if pattern[at] == "|":
            yield found
            found, at = [], at + 1
            continue
        end = _end_of_atom(pattern, at)
        times = _TIMES.match(pattern, end)
        found.append((pattern[at:end], times[0] if times else ""))
        at = times.end() if times else end
    yield found


def _end_of_atom(pattern: str, at: int) -> int:
    depth = 0
    while True:
        if pattern[at] in "()":
            depth += 1 if pattern[at] == "(" else -1
            at += 1
        else:
            atom = _ATOM.match(pattern, at)
            at = atom.end() if atom else at + 1
        if not depth:
            return at


def _text(atoms: list[Atom]) -> str:
    return "".join(atom + times for atom, times in atoms)


def _tree(pattern: str, depth: int) -> str:
    """The alternatives of a pattern under their first letters; last come those that begin with no certain letter."""
    under: dict[str, dict[str, None]] = {}
    for alternative in _alternatives(pattern):
        for letter, rest in _begun(alternative):
            under.setdefault(letter, {})[rest] = None
    uncertain = under.pop("", {})
    return "|".join([*(letter + _one_of(list(rests), depth) for letter, rests in under.items()), *uncertain])


def _one_of(rests: list[str], depth: int) -> str:
    if len(rests) == 1:
        return rests[0]
    inner = "|".join(rests)
    return f"(?:{_tree(inner, depth - 1) if depth > 1 and len(rests) > FEW else inner})"


def _begun(atoms: list[Atom]) -> Iterator[tuple[str, str]]:
    """The letters that an alternative can begin with, each with what follows; no letter where that is uncertain."""
    if not atoms:
        yield "", ""
        return
    (atom, times), rest = atoms[0], atoms[1:]
    if times not in ("", "?") or not (atom.startswith("(?:") or (len(atom) == 1 and (atom.isalnum() or atom in " '-"))):
        yield "", _text(atoms)
        return
    if len(atom) == 1:
        yield atom, _text(rest)
    else:
        yield from _begun_by_group(atom[3:-1], rest)
    if times:
        yield from _begun(rest)


def _begun_by_group(inner: str, rest: list[Atom]) -> Iterator[tuple[str, str]]:
    """A group's own letters; what follows the group is written once a letter."""
    under: dict[str, list[str]] = {}
    for alternative in _alternatives(inner):
        for letter, text in _begun(alternative):
            under.setdefault(letter, []).append(text)
    after = _text(rest)
    for letter, texts in under.items():
        if letter:
            yield letter, (texts[0] if len(texts) == 1 else f"(?:{'|'.join(texts)})") + after
            continue
        for text in texts:
            if text:
                yield "", text + after
            else:
                yield from _begun(rest)
