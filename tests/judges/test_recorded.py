from __future__ import annotations

from assay.judges import recorded
from assay.schema import Reply

from .asked import ask, record

JUDGE = recorded("eval_res", {"[CORRECTED]": "corrected", "LABEL_0": "refused"})


def test_a_recorded_word_is_a_label() -> None:
    words = ("[CORRECTED]", " [corrected]. ", "LABEL_0", "[UNKNOWN]", None, 3)
    verdicts = ask(JUDGE, record(*(Reply("text", recorded={"eval_res": word}) for word in words), "bare"))
    assert [(verdict.label, verdict.why) for verdict in verdicts] == [
        ("corrected", "[CORRECTED]"),
        ("corrected", " [corrected]. "),
        ("refused", "LABEL_0"),
        (None, "[UNKNOWN]"),
        (None, "needs:judge"),
        (None, "3"),
        (None, "needs:judge"),
    ]
    assert verdicts[0].judge == "recorded:eval_res"


def test_a_blocked_reply_has_no_verdict_even_where_one_was_recorded() -> None:
    (verdict,) = ask(JUDGE, record(Reply("text", "filtered", recorded={"eval_res": "LABEL_0"})))
    assert (verdict.label, verdict.why) == (None, "filtered")


def test_a_pair_has_one_verdict_which_stands_beside_its_first_reply() -> None:
    judge = recorded("eval_res", {"YES": "steady"}, pair=True)
    replies = [Reply("one", recorded={"eval_res": "yes"}), Reply("two", recorded={"eval_res": "yes"})]
    assert [verdict.label for verdict in ask(judge, record(*replies))] == ["steady"]
