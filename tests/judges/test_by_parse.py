from __future__ import annotations

from assay.judges import by_parse
from assay.parse import number
from assay.schema import Verdict

from .asked import ask, record


def test_words_are_labels_and_numbers_values() -> None:
    judge = by_parse("rating", lambda row, text: "none" if text == "x" else number(text))
    assert ask(judge, record("I choose\n50", "x", "0", "nothing")) == (
        Verdict("rating", value=50.0, why="I choose 50"),
        Verdict("rating", "none", why="x"),
        Verdict("rating", value=0.0, why="0"),
        Verdict("rating", why="nothing"),
    )
