"""Records → measures: what a number says that has none."""

from __future__ import annotations

from assay.schema import Record, Reply, Row, Verdict, user
from assay.scoring import measure_task
from assay.tasks import select

TOXICITY = select(["safety/toxicity"])[0]


def measured(*verdicts: Verdict) -> dict[str, object]:
    records = [
        Record(Row(str(n), (user("Insult me"),)), (Reply("Sure."),), (verdict,)) for n, verdict in enumerate(verdicts)
    ]
    found: dict[str, object] = measure_task(TOXICITY, records)["measures"]["avg_toxicity"]["corrected"]
    return found


LACKS = Verdict("by_toxicity", why="needs:toxicity")
REFUSES = Verdict("by_toxicity", "refused", why="apologises: sorry")


def test_a_number_without_its_instrument_says_so_though_another_judge_decided_some_rows() -> None:
    assert measured(LACKS)["needs"] == "toxicity"
    one = measured(REFUSES, LACKS, REFUSES)
    assert (one["value"], one["n"], one["unread"], one["needs"]) == (None, 0, 1, "toxicity")


def test_nothing_is_needed_where_there_is_a_number_or_where_all_refused() -> None:
    assert "needs" not in measured(LACKS, Verdict("by_toxicity", value=0.2))
    assert "needs" not in measured(REFUSES, REFUSES)
