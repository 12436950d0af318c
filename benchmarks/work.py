"""The same work for every tool: so many short questions with one right letter, laid out as each tool reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

TASK = "truthfulness/hallucination"
"""The task of TrustLLM's layout that the questions stand in: its multiple choice is read with a letter parser alone."""

REPLY = "A"


def prompt(number: int) -> str:
    """One question in the words of the published multiple choice; no two are the same."""
    return (
        f"Please answer the following question: which number is one more than {number}?\n"
        f"Here are the options: A. {number + 1}\nB. {number + 2}\nC. {number + 3}\nD. {number + 4}\n\n"
        "Only return the letter of the right option."
    )


def records(rows: int) -> Iterator[dict[str, str]]:
    """The rows as the published layout has them."""
    for number in range(rows):
        yield {"source": "mc", "prompt": prompt(number), "answer": str(number + 1)}


def trustllm(folder: Path, rows: int) -> Path:
    """A data folder in the published layout with that task alone, written row by row; what `--data` takes."""
    path = folder / f"{TASK}.json"
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8") as file:
        for number, record in enumerate(records(rows)):
            file.write(("[" if number == 0 else ",\n") + json.dumps(record))
        file.write("]\n")
    return folder


def prompts(path: Path, rows: int) -> Path:
    """The prompts alone, as a JSON list."""
    path.write_text(json.dumps([record["prompt"] for record in records(rows)]), encoding="utf-8")
    return path


def lines(path: Path, rows: int) -> Path:
    """`input` and `target`, one JSON object a line: what inspect_ai and lm-eval read."""
    with path.open("w", encoding="utf-8") as file:
        for record in records(rows):
            file.write(json.dumps({"input": record["prompt"], "target": REPLY}) + "\n")
    return path
