"""`assay generate`: new items from slot templates and word lists, and word lists from a model's proposals."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assay import __version__
from assay.budget import TASK, Budget
from assay.data.core import LANGS
from assay.data.generators import Generator, core_prompts
from assay.ending import driven, ended_by_signals, in_flight
from assay.errors import DataError, EndpointError, UsageError
from assay.generating.items import items, space
from assay.generating.words import HEAD, asked_for, cleaned, gap, with_words
from assay.generating.writing import write_items, write_new
from assay.judges.by_refusal import refusal
from assay.judging import kept
from assay.models import Connections
from assay.models.prices import load_prices
from assay.run import Progress, Silent, journal_open
from assay.schema import Request, Sampling, user

__all__ = ["Generating", "Proposing", "capacity", "generate", "propose"]

DRAWS = 3
"""So often a model is asked for keywords, while there are too few."""


@dataclass(frozen=True, slots=True)
class Generating:
    """What `assay generate` was asked to do."""

    generator: Generator
    n: int
    seed: int
    langs: tuple[str, ...]
    out: Path
    words: Path | None = None
    """A cleaned list for the open slot."""


def generate(order: Generating) -> tuple[Path, Path]:
    """Write the items and the TOML that describes them.

    Raises:
        UsageError: there are not so many items, or the words, languages or file cannot be.
        StoreError: a file cannot be written.
    """
    _check_langs(order.langs)
    generator = order.generator
    if order.words is not None:
        generator = with_words(generator, _read(order.words), str(order.words), order.langs)
    made = items(generator, order.n, order.seed, order.langs, core_prompts())
    said = ["assay", "generate", generator.task, "--n", str(order.n), "--seed", str(order.seed)]
    said += ["--lang", ",".join(order.langs), *([] if order.words is None else ["--words", order.words.name])]
    toml = write_items(order.out, generator, made, f"Made by assay {__version__}: {shlex.join(said)}")
    return order.out, toml


def capacity(generator: Generator) -> int:
    """How many different items a generator can make."""
    return space(generator).size


@dataclass(frozen=True, slots=True)
class Proposing:
    """A word list that a model is asked for."""

    generator: Generator
    model: str
    topic: str
    keywords: int
    lang: str
    out: Path
    journal: Path = Path("runs")
    """The folder whose journal keeps the replies."""


def propose(order: Proposing, connections: Connections | None = None, progress: Progress | None = None) -> list[str]:
    """Ask a model for keywords and write them down, for a person to clean.

    Raises:
        AssayError: with the fix in its message.
    """
    _check_langs((order.lang,))
    asked = asked_for(order.generator, order.topic, order.keywords, order.lang)
    if order.out.exists():
        raise UsageError(f"{order.out} is there already and may have been cleaned: give another --out, or remove it")
    found = driven(_proposed(order, asked, connections or Connections(), progress or Silent()))
    head = HEAD.format(
        task=order.generator.task,
        topic=order.topic,
        model=order.model,
        lang=order.lang,
        file=order.out,
        template=gap(order.generator, order.lang),
    )
    write_new(order.out, (head + "\n".join([*found, ""])).encode())
    return found


async def _proposed(order: Proposing, asked: str, connections: Connections, progress: Progress) -> list[str]:
    """Keywords of one reply, and of further ones while there are too few."""
    replies: list[str] = []

    async with journal_open(order.journal / "journal.sqlite", connections, progress) as (journal, ending):
        model = kept(connections.model(order.model), journal, Budget(load_prices()))

        async def ask(draw: int) -> None:
            if len(cleaned(replies, order.lang, order.keywords)) >= order.keywords:
                return
            TASK.set("generate")
            reply = await model(Request(user(asked), Sampling(temperature=1.0), draw=draw))
            if not reply.gradable:
                why = reply.error or reply.finish
                raise EndpointError(f"{order.model} proposed nothing ({why}). Mend that, and run the same command")
            if refusal(reply.text, asked)[0] != "refused":
                replies.append(reply.text)

        with ended_by_signals(ending, progress.say):
            await in_flight(ask, range(DRAWS), 1, ending)
    found = cleaned(replies, order.lang, order.keywords)
    if not found:
        raise UsageError(
            f"{order.model} proposed no keywords for {order.topic!r}; say the topic in other words, or write the list "
            "by hand: one word a line"
        )
    return found


def _check_langs(langs: Sequence[str]) -> None:
    unknown = [lang for lang in langs if lang not in LANGS]
    if unknown or not langs:
        raise UsageError(f"unknown language {unknown[0] if unknown else ''!r}; there are: {', '.join(LANGS)}")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({error}): give a list in UTF-8, one word a line") from error
