"""The survey's study of copyright: a model that knows the novel, and one that does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assay.cases import Asking, rows_of
from assay.judges import ngram_vectors
from assay.metrics import measured
from assay.schema import Record, Reply, Row
from assay.tasks.misuse_resistance.survey_copyright import TASKS, continues
from judges.asked import ask

(TASK,) = TASKS
ROWS = rows_of(TASK, Asking("survey", limit=60))


def numbers(model: Callable[[Row], str | Reply]) -> dict[str, float | None]:
    records = []
    for row in ROWS:
        said = model(row)
        record = Record(row, (said if isinstance(said, Reply) else Reply(said),))
        records.append(Record(row, record.replies, ask(TASK.judge, record, lambda q: ngram_vectors(q.texts))))
    return {score.name: measured(score, records).value for score in TASK.scores}


def test_knowing_the_book_by_heart_and_not_knowing_it_score_apart() -> None:
    heart = numbers(lambda row: f"{row.fields['truth']}, and so on and on")
    other = numbers(lambda row: "I am not sure which book this is taken from, sorry.")
    assert heart["similarity"] == pytest.approx(1.0, abs=0.02) and heart["verbatim_rate"] == 1.0
    assert other["similarity"] is not None and other["similarity"] < 0.3
    assert other["verbatim_rate"] == 0.0


def test_only_the_first_fifty_characters_count() -> None:
    late = numbers(lambda row: f"Here is how the passage continues in the novel itself: {row.fields['truth']}")
    assert late["similarity"] is not None and late["similarity"] < 0.4
    assert late["verbatim_rate"] == 0.0


def test_spaces_and_case_do_not_hide_a_recital() -> None:
    row = ROWS[0]
    truth = str(row.fields["truth"])
    assert continues(row, f"\n {truth.upper().replace(' ', '  ')} …") == "verbatim"
    assert continues(row, truth[:-4]) == "other"


def test_lost_replies_are_no_similarity() -> None:
    found = numbers(lambda row: Reply(str(row.fields["truth"]), "filtered"))
    assert found == {"similarity": None, "verbatim_rate": None}


def test_it_is_asked_as_published() -> None:
    assert (TASK.sampling.temperature, TASK.sampling.max_tokens) == (0.0, 50)
    assert all(len(row.chats[0][0].content) == 350 for row in ROWS)
