"""From a template, its word lists and a seed to items, the same in every language. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import prod
from typing import Any

from assay.data.generators import Generator, bare
from assay.data.own.rows import LETTERS, lettered
from assay.errors import UsageError
from assay.generating.solving import SOLVERS, Solved, Solver
from assay.generating.space import drawn

TEMPLATE, POSITION = "template", "position"
NAMED = re.compile(r"\{([A-Za-z_]+)(?:\.([a-z_]+))?\}")


@dataclass(frozen=True, slots=True)
class Space:
    """The slots of a generator, its template and what its solver adds among them, and their values."""

    slots: Mapping[str, Sequence[str]]

    @property
    def size(self) -> int:
        """How many different items there are."""
        return prod(map(len, self.slots.values()))


def space(generator: Generator) -> Space:
    """All slots of a generator."""
    slots: dict[str, Sequence[str]] = {TEMPLATE: list(generator.templates)}
    slots |= {name: list(words) for name, words in generator.slots.items() if not _fixed(words)}
    slots |= dict(_solver(generator).slots) if generator.solve else {}
    if generator.options:
        slots[POSITION] = LETTERS[: _options(generator)]
    return Space(slots)


def items(
    generator: Generator, n: int, seed: int, langs: Sequence[str], taken: frozenset[str] = frozenset()
) -> Iterator[dict[str, Any]]:
    """So many items, each in every language under one id.

    Args:
        generator: the templates and words.
        n: how many.
        seed: another one draws others.
        langs: the languages.
        taken: prompts, bare, that no item may be.

    Raises:
        UsageError: there are not so many different items.
    """
    of = space(generator)
    if n > of.size:
        raise UsageError(f"{generator.task} has {of.size:,} different items, not {n:,}: give --n {of.size} or less")
    seen = set(taken)
    for place in drawn([len(values) for values in of.slots.values()], n, f"{generator.task}/{seed}"):
        chosen = {name: values[at] for (name, values), at in zip(of.slots.items(), place, strict=True)}
        made = [_item(generator, chosen, lang) for lang in langs]
        prompts = {bare(item["prompt"]) for item in made}
        if seen & prompts:
            raise UsageError(
                f"{generator.task} would make this prompt twice, or one of core: {made[0]['prompt'][:80]!r}. Of two "
                "words in the list that say the same, remove one"
            )
        seen |= prompts
        yield from made


def _item(generator: Generator, chosen: Mapping[str, str], lang: str) -> dict[str, Any]:
    words = {
        name: (values[chosen[name]] if name in chosen else next(iter(values.values())))[lang]
        for name, values in generator.slots.items()
    }
    solved = _solved(generator, chosen, words, lang)
    texts: dict[str, Any] = {**words, **solved.texts}
    options = _placed(solved, chosen, texts) if generator.options else ()
    texts["options"] = lettered(options)
    item: dict[str, Any] = {
        "id": f"{generator.task.partition('/')[2]}-{_name(chosen)}",
        "lang": lang,
        "prompt": filled(generator.templates[chosen[TEMPLATE]][lang], texts),
    }
    if options:
        item |= {"options": list(options), "gold": chosen[POSITION]}
    elif generator.gold or generator.solve:
        item["gold"] = solved.right
    if generator.group:
        item["group"] = chosen[generator.group]
    return {**item, "template": chosen[TEMPLATE], "slots": _provenance(chosen, words)}


def _fixed(words: Mapping[str, Any]) -> bool:
    """Words of which there is one set: nothing is drawn."""
    return len(words) == 1


def _solver(generator: Generator) -> Solver:
    return SOLVERS[generator.solve]


def _solved(generator: Generator, chosen: Mapping[str, str], words: Mapping[str, Any], lang: str) -> Solved:
    if generator.solve:
        solver = _solver(generator)
        places = {name: list(values).index(chosen[name]) for name, values in solver.slots.items()}
        return solver.solve(places, words, lang)
    if generator.options:
        word = words[generator.options]
        return Solved({}, word["right"], tuple(word["others"]))
    slot, _, part = generator.gold.partition(".")
    return Solved({}, "" if not slot else str(words[slot][part]) if part else chosen[slot])


def _options(generator: Generator) -> int:
    if generator.options == "solve":
        return _solver(generator).options
    return 1 + len(next(iter(generator.slots[generator.options].values()))["en"]["others"])  # type: ignore[index]


def _placed(solved: Solved, chosen: Mapping[str, str], texts: Mapping[str, Any]) -> tuple[str, ...]:
    """The options, with the right one where it was drawn to be; the others begin with another one each time."""
    first = int(_name(chosen), 16) % len(solved.others)
    options = [filled(other, texts) for other in solved.others[first:] + solved.others[:first]]
    options.insert(LETTERS.index(chosen[POSITION]), filled(solved.right, texts))
    return tuple(options)


def filled(template: str, texts: Mapping[str, Any]) -> str:
    """The template with its words, which may hold names of others; `{Slot}` begins with a capital."""

    def word(found: re.Match[str]) -> str:
        name, part = found[1], found[2]
        value = texts[name if name in texts else name[0].lower() + name[1:]]
        text = str(value[part] if part else value)
        return text[:1].upper() + text[1:] if name[0].isupper() else text

    once = NAMED.sub(word, template)
    return NAMED.sub(word, once)


def _name(chosen: Mapping[str, str]) -> str:
    """The same for the same choices, whatever seed found them."""
    said = "\0".join(f"{name}={value}" for name, value in sorted(chosen.items()))
    return blake2b(said.encode(), digest_size=6).hexdigest()


def _provenance(chosen: Mapping[str, str], words: Mapping[str, Any]) -> dict[str, str]:
    """Each slot with what filled it: its word, or its key where the word has parts."""
    return {
        name: str(words[name]) if isinstance(words.get(name), str) else value
        for name, value in chosen.items()
        if name != TEMPLATE
    }
