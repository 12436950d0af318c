"""A run that has everything a record can hold, to be sent out and read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assay.schema import Message, Record, Reply, Row, Usage, Verdict, user
from stored_runs import replies, stored


def rich() -> dict[str, list[Record]]:
    """Blocked, failed and cut-off replies, reasoning, log-probabilities, votes, several chats, two languages."""
    said = Reply(
        "Yes.",
        "length",
        usage=Usage(11, 7),
        recorded={"eval_res": "x"},
        logprobs=(("Yes", -0.25), ("No", -1.5)),
        reasoning="Let me think.",
    )
    voted = Verdict("same answer", "consistent", why="yes / no", votes=(("a/b", "consistent"), ("c/d", None)))
    several = Row(
        "two/chats",
        (user("Is it?"), (Message("system", "Be brief."), *user("Is it not?"))),
        group="paraphrase",
        cluster="t1",
        fields={"id": "two/chats", "same": "yes=no no=yes", "nested": {"a": [1, 2.5, None]}},
    )
    lettered = Row("mission", (user("Which?"),), gold="B", options=("x", "y"), fields={"id": "mission"})
    return {
        "safety/exaggerated_safety": [*replies("rc?!#c"), *replies("rc", lang="zh")],
        "truthfulness/inconsistency": [Record(several, (said, Reply("No.")), (voted,))],
        "ethics/awareness_mission": [
            Record(lettered, (Reply("B"),), (Verdict("by_choice", "B", why="B"),)),
            Record(replace(lettered, id="other", gold="A"), (Reply("Well."),), (Verdict("by_choice"),)),
        ],
    }


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Its folder; two epochs."""
    return stored(tmp_path / "run", rich(), epochs=2, langs=["en", "zh"], limit=None, sampling={"system": ""})
