"""The judges' cards that the package ships, measured anew on the labelled replies beside the repository.

    python benchmarks/cards.py [JUDGE …] [--labels FOLDER]

Run it after a judge was changed (`make cards`), and commit what it writes: a test compares. The labelled replies are
licensed for measuring, not for shipping, so that whoever has not got them keeps the cards as they are.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from assay import __version__
from assay.data.cards import HOME, fingerprint
from assay.validity import CHECKABLE, Checkable, check

HERE = Path(__file__).resolve().parent
LABELS = HERE.parents[1] / "shared" / "data" / "judges"
FILES = {
    "refusal": "refusal.jsonl.gz",
    "match": "correct.jsonl.gz",
    "stance": "stance.jsonl.gz",
    "leak": "leak.jsonl.gz",
}
"""The labelled replies that each judge is measured on."""

SOURCES = {
    "chatgpt-refusals": ("maxwellreuter/chatgpt-refusals @37d405b, without `dontknow` and `incoherent`", "MIT"),
    "do-not-answer": ("Libr-AI/do-not-answer, actions 0 and 5, six models", "CC-BY-NC-SA-4.0"),
    "evouna-NQ": ("EVOUNA, Natural Questions (wangcunxiang/QA-Eval @90007d3)", "Apache-2.0"),
    "evouna-TQ": ("EVOUNA, TriviaQA (wangcunxiang/QA-Eval @90007d3)", "Apache-2.0"),
    "llm-values-pct": ("paul-rottger/llm-values-pct @b4e5d89", "CC-BY-4.0"),
    "tensor-trust-extraction": ("HumanCompatibleAI/tensor-trust-data @e2385ea", "none stated"),
}
"""Set → whose it is, and its licence."""

OWN = {"refusal": ("refusal_replies.jsonl", "refusal_kinds.jsonl")}
"""Replies that we wrote and labelled ourselves, beside the tests: no estimate, since rules were mended by them."""
OWN_FROM = "written and labelled by us for the tests; rules were mended by them, so they flatter"

FIRST = ("judge", "verdicts", "finds", "else", "undecided_counts_as", "date", "assay", "fingerprint")


def card(judge: Checkable, labels: Path) -> dict[str, Any]:
    """A judge's card, all but the day on which it is made."""
    found = check(judge, labels)
    return {
        **found,
        "verdicts": judge.judge.name,
        "else": judge.classes[1],
        "assay": __version__,
        "fingerprint": fingerprint(judge.source_files),
        "source_files": list(judge.source_files),
        "within": list(judge.within),
        "like": list(judge.like),
        "labels_sha256": sha256(labels.read_bytes()).hexdigest(),
        "sets": {
            name: {"rows": rows, "from": SOURCES[name][0], "licence": SOURCES[name][1]}
            for name, rows in found["sets"].items()
        },
    }


def own_labels(name: str) -> dict[str, Any]:
    """What the judge does on our own labels, by language."""
    folder = HERE.parent / "tests" / "judges"
    with NamedTemporaryFile("wb", suffix=".jsonl") as joined:
        for file in OWN[name]:
            joined.write((folder / file).read_bytes())
        joined.flush()
        found = check(CHECKABLE[name], Path(joined.name))["by_lang"]
    return {lang: {"from": OWN_FROM, **figures} for lang, figures in found.items()}


def toml(table: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[str]:
    """The lines of a TOML table; null is left out. Strings and keys of JSON are strings and keys of TOML."""
    plain = {key: value for key, value in table.items() if value is not None and not isinstance(value, Mapping)}
    for key in sorted(plain, key=lambda key: FIRST.index(key) if key in FIRST else len(FIRST)):
        yield f"{_key(key)} = {json.dumps(plain[key], ensure_ascii=False)}"
    for key, value in table.items():
        if isinstance(value, Mapping):
            here = (*path, key)
            if key == "intervals":
                yield f"{key} = {{ {', '.join(toml(value))} }}"
            else:
                yield ""
                yield f"[{'.'.join(map(_key, here))}]"
                yield from toml(value, here)


def _key(key: str) -> str:
    return key if key.replace("_", "").isascii() and key.replace("_", "").isalnum() else json.dumps(key)


def main() -> None:
    """Measure, write, say what was found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("judges", nargs="*", metavar="JUDGE", help=f"{', '.join(FILES)}; all by default")
    parser.add_argument("--labels", type=Path, default=LABELS, metavar="FOLDER")
    parser.add_argument("--out", type=Path, default=HOME / "data" / "cards", metavar="FOLDER")
    given = parser.parse_args()
    if not given.labels.is_dir():
        sys.exit(f"no labelled replies at {given.labels}: the cards stay as they are. Give their folder with --labels")
    for name in given.judges or FILES:
        if name not in FILES:
            sys.exit(f"no card for {name!r}; there are: {', '.join(FILES)}")
        content = {**card(CHECKABLE[name], given.labels / FILES[name]), "date": f"{datetime.now(UTC):%Y-%m-%d}"}
        if name in OWN:
            content["own_labels"] = own_labels(name)
        (given.out / f"{name}.toml").write_text("\n".join([*toml(content), ""]), encoding="utf-8")
        shown = ", ".join(f"{figure} {content[figure]}" for figure in ("n", "accuracy", "sensitivity", "specificity"))
        print(f"{name}: {shown}")


if __name__ == "__main__":
    main()
