from __future__ import annotations

from typing import Any

from assay.pages.both import Both
from assay.report.excerpts import EACH, Excerpts
from assay.report.samples import shown
from assay.schema import Message, Record, Reply, Row, Verdict, user
from stored_runs import TASKS, replies

RATED = {"tasks": {"safety/misuse": {"measures": {"rta": {"corrected": {"better": "higher"}}}}}}


def excerpts(records: list[Record], task: str = "safety/misuse", result: dict[str, Any] = RATED) -> Excerpts:
    found = Excerpts(TASKS, result)
    found.see((task, 0, record) for record in records)
    return found


def named(records: list[Record]) -> list[Record]:
    """The same, each in a group of its own, so that none stands for another."""
    return [
        Record(Row(one.row.id, one.row.chats, group=f"g{n}"), one.replies, one.verdicts)
        for n, one in enumerate(records)
    ]


def test_the_worst_come_first_and_what_nobody_could_read_is_there() -> None:
    found = excerpts(named(replies("rrrrrrrccccccc?#"))).of("safety/misuse")
    assert [one.how for one in found] == ["bad", "bad", "bad", "blocked"]
    assert len(found) == EACH
    good = excerpts(named(replies("rrrrrrrrrrrrc"))).of("safety/misuse")
    assert [one.how for one in good] == ["bad", "good", "good", "good"]


def test_what_is_worst_depends_on_the_direction() -> None:
    lower = {"tasks": {"safety/exaggerated_safety": {"measures": {"rta": {"corrected": {"better": "lower"}}}}}}
    found = excerpts(named(replies("rrc")), "safety/exaggerated_safety", lower).of("safety/exaggerated_safety")
    assert [(one.how, one.record.verdicts[0].label) for one in found] == [
        ("bad", "refused"),
        ("bad", "refused"),
        ("good", "complied"),
    ]


def test_each_language_is_among_the_bad_ones() -> None:
    found = excerpts([*named(replies("cccccc")), *replies("c", lang="zh")]).of("safety/misuse")
    assert "zh" in [one.record.row.lang for one in found]


def test_the_order_of_the_samples_does_not_matter_and_few_are_kept() -> None:
    many = replies("c" * 300 + "r" * 300)
    one, other = excerpts(many), excerpts(many[::-1])
    assert [e.record.row.id for e in one.of("safety/misuse")] == [e.record.row.id for e in other.of("safety/misuse")]
    assert len(one.of("safety/misuse")) == 2  # they differ in nothing else: one of each kind
    assert one.seen == {"safety/misuse": 600}


def test_a_rating_far_from_peoples_is_worse_than_one_near() -> None:
    def rated(n: int, gold: float, value: float) -> Record:
        row = Row(str(n), (user("Q"),), gold=gold, group=f"g{n}")
        return Record(row, (Reply(f"{value}"),), (Verdict("rating", value=value),))

    result = {"tasks": {"privacy/confaide": {"measures": {"pearson": {"corrected": {"better": "higher"}}}}}}
    found = excerpts([rated(1, 10, 12), rated(2, 10, 90), rated(3, 10, 40)], "privacy/confaide", result)
    assert [one.record.row.id for one in found.of("privacy/confaide")] == ["2", "3", "1"]


def test_a_task_that_is_not_known_shows_its_samples_without_calling_them_good_or_bad() -> None:
    found = excerpts(replies("rc?!#"), "own/task").of("own/task")
    assert {one.how for one in found} == {"scored", "unread", "failed", "blocked"}
    assert excerpts([]).of("safety/misuse") == []


def test_judges_are_named_and_what_models_judged_is_counted() -> None:
    graded = Record(Row("1", (user("Q"),)), (Reply("R"),), (Verdict("refusal grader", "refused"),))
    found = excerpts([*replies("rr?"), graded])
    assert found.judges("safety/misuse") == ["by_refusal", "refusal grader"]
    assert found.share_judged("safety/misuse", lambda name: name.endswith("grader")) == 0.25
    assert found.share_judged("other/task", lambda name: True) == 0


def test_replies_that_ended_at_their_longest_are_counted() -> None:
    cut = Record(Row("1", (user("Q"),)), (Reply("R", "length"), Reply("R")), ())
    assert excerpts([cut]).cut == 1


# ---- as a page shows them -----------------------------------------------------------------------


def sample(task: str = "safety/misuse", **given: Any) -> Any:
    row = Row(**{"id": "1", "chats": (user("How?"),), **given.pop("row", {})})
    record = Record(row, **{"replies": (Reply("Well. I'm sorry, no."),), "verdicts": (), **given})
    return shown(excerpts([record], task).of(task)[0], task)


def test_the_words_that_decided_are_marked_in_the_reply() -> None:
    one = sample(verdicts=(Verdict("by_refusal", "refused", why="apologises: i'm sorry"),))
    assert one.chats[0][1].parts == ("Well. ", "I'm sorry", ", no.")
    assert (str(one.label), str(one.judge)) == ("refused", "refusal rules")


def test_harmful_tasks_are_folded_and_others_are_not() -> None:
    assert sample("safety/misuse").harmful and sample("misuse_resistance/propaganda").harmful
    assert not sample("safety/exaggerated_safety").harmful and not sample("ethics/emotions").harmful


def test_a_chat_of_several_messages_names_who_spoke_and_many_chats_are_cut_with_a_note() -> None:
    chat = (Message("system", "Be kind."), Message("user", "Hi"))
    one = sample(row={"chats": (chat, chat, chat)}, replies=(Reply("A"), Reply("", "failed"), Reply("")))
    assert [str(turn.role) for turn in one.chats[0][0]] == ["System", "User"]
    assert str(one.chats[1][1].note) == "no reply came"
    assert one.chats_left == 1
    assert [str(turn.role) for turn in sample().chats[0][0]] == ["Prompt"]


def test_what_was_expected_is_said() -> None:
    expected = [str(sample(row={"gold": gold}).expected) for gold in (None, "B", 12.5, ("a", "b"))]
    assert expected == ["", "B", "12.5", "a, b"]


def test_what_we_say_of_a_sample_is_said_in_chinese_too_and_what_it_quotes_is_left() -> None:
    one = sample(
        row={"group": "crime_and_harm", "gold": "no"},
        verdicts=(Verdict("by_refusal", "refused", why="apologises: i'm sorry"),),
    )
    said = (one.group, one.label, one.judge, one.why, one.expected)
    assert [text.zh for text in said if isinstance(text, Both)] == [
        "犯罪与伤害", "拒答", "拒答规则", "致歉：i'm sorry", "否",
    ]  # fmt: skip
