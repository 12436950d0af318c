"""Alignment data out of judged replies: what is in it, what never is, and how a run knows it again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assay.contamination import prompt_hash, read_manifest, seen, unseen
from assay.errors import UsageError
from assay.export.grading import Example, example, is_good
from assay.export.layouts import distinct, lines, pairs
from assay.export.splitting import held_out
from assay.schema import Message, Record, Reply, Row, Verdict, user
from assay.tasks import select
from commands import assay, measure, read, refused, run_folder
from stored_runs import replies, stored

Json = dict[str, Any]
TASKS = {task.id: task for task in select([])}
MISUSE, BENIGN, MISSION = (
    TASKS[name] for name in ("safety/misuse", "safety/exaggerated_safety", "ethics/awareness_mission")
)


def one(reply: str, good: bool, model: str = "m/a", prompt: str = "Question") -> Example:
    return Example("safety/misuse", "1", "en", "fraud", "1", user(prompt), reply, good, model, "by_refusal", "x", "y")


def exported(out: Path) -> list[Json]:
    return [json.loads(line) for line in (out / "train.jsonl").read_text(encoding="utf-8").splitlines()]


# ---- good or bad --------------------------------------------------------------------------------


def test_a_refusal_is_good_where_it_is_due_and_bad_where_it_is_not() -> None:
    (refusal,), (help_,) = replies("r"), replies("c")
    assert (is_good(MISUSE, refusal), is_good(MISUSE, help_)) == (True, False)
    assert (is_good(BENIGN, refusal), is_good(BENIGN, help_)) == (False, True)


def test_the_right_letter_is_good() -> None:
    row = Row("1", (user("Which?"),), gold="B", options=("x", "y", "z"))
    for letter, good in (("B", True), ("C", False)):
        assert is_good(MISSION, Record(row, (Reply(letter),), (Verdict("by_choice", letter),))) is good


def test_what_is_scored_by_degrees_teaches_neither() -> None:
    confaide = TASKS["privacy/confaide"]
    record = Record(Row("1", (user("?"),), gold=50.0), (Reply("50"),), (Verdict("rating", value=50.0),))
    assert example(confaide, record, "m") == "scored by degrees"


@pytest.mark.parametrize(("letter", "why"), [("?", "not judged"), ("!", "no reply"), ("#", "no reply")])
def test_what_nobody_could_judge_is_left_out_and_says_why(letter: str, why: str) -> None:
    assert example(MISUSE, replies(letter)[0], "m") == why


def test_a_reply_that_was_cut_off_is_nothing_to_imitate() -> None:
    (record,) = replies("c")
    assert example(MISUSE, replace(record, replies=(Reply("Sure", "length"),)), "m") == "cut off"


# ---- pairs --------------------------------------------------------------------------------------


def test_every_reply_is_in_a_pair_and_pairs_share_a_prompt() -> None:
    found = list(pairs([one("no", True), one("yes", False), one("sure", False), one("nope", True, prompt="Other")]))
    assert [(good.reply, bad.reply) for good, bad in found] == [("no", "yes"), ("no", "sure")]


def test_the_same_reply_counts_once_and_one_that_is_judged_both_ways_not_at_all() -> None:
    kept = distinct([one("no", True), one("no ", True, "m/b"), one("hm", True), one("hm", False, "m/b")])
    assert [example.reply for example in kept] == ["no"]


def test_layouts() -> None:
    examples = [
        replace(one(reply, good), chat=(Message("system", "Be kind."), Message("user", "Question")))
        for reply, good in (("no", True), ("yes", False))
    ]

    def first(form: Any, layout: Any) -> Json:
        line, _ = next(lines(examples, form, layout, lambda example: {"licence": "MIT"}))
        return line

    turns = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Question"}]
    said = {word: [{"role": "assistant", "content": word}] for word in ("no", "yes")}
    dpo = first("dpo", "conversational")
    assert (dpo["prompt"], dpo["chosen"], dpo["rejected"]) == (turns, said["no"], said["yes"])
    assert (dpo["chosen_model"], dpo["rejected_model"], dpo["licence"]) == ("m/a", "m/a", "MIT")
    reward = first("reward", "conversational")
    assert reward["chosen"] == turns + said["no"] and "prompt" not in reward
    assert first("sft", "standard")["prompt"] == "Be kind.\n\nQuestion\n\n"
    labels = [line["label"] for line, _ in lines(examples, "kto", "standard", lambda example: {})]
    assert labels == [True, False]
    assert [line["completion"] for line, _ in lines(examples, "sft", "standard", lambda example: {})] == ["no"]


def test_all_lines_of_a_format_have_the_same_columns_and_all_that_tells_their_origin_is_text() -> None:
    examples = [
        one("no", True),
        one("yes", False),
        one("never", True, prompt="Other"),
        one("ok", False, prompt="Other"),
    ]
    for form in ("sft", "dpo", "kto", "reward"):
        made = [line for line, _ in lines(examples, form, "standard", lambda example: {"judge_error": "not measured"})]
        assert len({tuple(line) for line in made}) == 1 < len(made)
        assert {type(value) for line in made for key, value in line.items() if key != "label"} == {str}


# ---- what is held out ---------------------------------------------------------------------------


def test_about_the_share_is_held_out_and_always_the_same_part() -> None:
    split = [held_out("safety/misuse", f"topic {n % 1000}", str(n), 0.3) for n in range(5000)]
    assert 0.25 < sum(split) / len(split) < 0.35
    assert split == [held_out("safety/misuse", f"topic {n % 1000}", str(n), 0.3) for n in range(5000)]


def test_some_topics_are_held_out_whole_and_a_template_never_stands_on_both_sides() -> None:
    by_topic = [
        {held_out("safety/misuse", f"topic {topic}", f"{topic} {n}") for n in range(60)} for topic in range(200)
    ]
    assert 5 < sum(split == {True} for split in by_topic) < 30 and {True, False} in by_topic
    assert len({held_out("reasoning/logical", "", f"template {n // 10}") for n in range(10)}) == 1


def test_a_larger_share_holds_all_that_a_smaller_one_holds() -> None:
    for n in range(300):
        assert held_out("t", f"{n % 9}", str(n), 0.5) or not held_out("t", f"{n % 9}", str(n), 0.2)


# ---- the command --------------------------------------------------------------------------------


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    return [
        stored(tmp_path / "refuser", {"safety/misuse": replies("r" * 60)}),
        stored(tmp_path / "complier", {"safety/misuse": replies("c" * 58 + "?!")}),
    ]


def test_pairs_across_models_with_manifest_and_card(runs: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "dpo"
    done = assay("export", *runs, "--format", "dpo", "--out", out)
    assert done.exit_code == 0, done.output
    made, manifest = exported(out), read(out / "manifest.json")
    assert 30 < len(made) < 58
    assert {(line["chosen_model"], line["rejected_model"]) for line in made} == {("test/refuser", "test/complier")}
    assert len(manifest["items"]) == len(manifest["prompts"]) == len(made)
    card = (out / "README.md").read_text(encoding="utf-8")
    assert f"| safety/misuse | {len(made)} |" in card and "language: [en]" in card and "留出部分" in card
    assert "1 not judged" in done.output or "1 no reply" in done.output


def test_nothing_that_is_held_out_is_in_any_format(runs: list[Path], tmp_path: Path) -> None:
    barred = {str(n) for n in range(60) if held_out("safety/misuse", "", str(n))}
    assert barred
    for form in ("sft", "dpo", "kto", "reward"):
        assert assay("export", *runs, "--format", form, "--out", tmp_path / form).exit_code == 0
        assert not barred & {line["id"] for line in exported(tmp_path / form)}


def test_one_model_without_epochs_has_no_pairs_and_is_told_so(runs: list[Path], tmp_path: Path) -> None:
    refused(assay("export", runs[0], "--format", "dpo", "--out", tmp_path / "o"), 2, "--epochs", "kto")
    refused(assay("export", runs[1], "--format", "sft", "--out", tmp_path / "o"), 2, "no reply was good")


def test_the_same_export_twice_is_the_same_to_the_byte(runs: list[Path], tmp_path: Path) -> None:
    for name in ("a", "b"):
        assay("export", *runs, "--format", "kto", "--out", tmp_path / name)
    for file in ("train.jsonl", "manifest.json", "README.md"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


# ---- known again --------------------------------------------------------------------------------


def test_what_was_given_away_is_known_again_in_any_language_and_any_task(runs: list[Path], tmp_path: Path) -> None:
    assay("export", *runs, "--format", "kto", "--out", tmp_path / "kto")
    manifest = read_manifest(tmp_path / "kto")
    given = {line["id"] for line in exported(tmp_path / "kto")}
    rows = [record.row for record in replies("r" * 60)]
    assert seen([manifest], (("safety/misuse", row) for row in rows)) == {"safety/misuse": len(given)}
    chinese = [replace(row, chats=(user(f"问题 {row.id}"),), lang="zh") for row in rows]
    assert seen([manifest], (("safety/misuse", row) for row in chinese)) == {"safety/misuse": len(given)}
    assert seen([manifest], (("safety/other", row) for row in rows)) == {"safety/other": len(given)}
    assert seen([manifest], (("safety/other", row) for row in chinese)) == {}
    task = unseen(replace(MISUSE, rows=lambda raws: iter(rows)), [manifest])
    assert {row.id for row in task.rows(())} == {row.id for row in rows} - given


def test_case_spaces_and_system_prompts_do_not_hide_a_prompt() -> None:
    plain = prompt_hash((user("How do I  pick\na lock?"),))
    assert plain == prompt_hash(((Message("system", "Be brief."), Message("user", "how do i pick a LOCK? ")),))
    assert plain != prompt_hash((user("How do I pick a clock?"),))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema": "assay.manifest/9"}'])
def test_what_is_no_manifest_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="no manifest of `assay export`"):
        read_manifest(tmp_path)


def test_a_run_counts_what_its_model_was_trained_on_or_leaves_it_out(tmp_path: Path) -> None:
    def run(model: str, *words: object) -> Path:
        out = tmp_path / model.rpartition("/")[2] / str(len(words))
        done = assay("run", model, "--tasks", "safety/misuse", "--out", out, *words)
        assert done.exit_code == 0, done.output
        assert ("were given away" in done.output) == ("--trained-on" in words)
        return run_folder(out)

    before = [run(f"baseline/{name}") for name in ("refuser", "complier")]
    assert assay("export", *before, "--format", "dpo", "--out", tmp_path / "dpo").exit_code == 0
    given = len(exported(tmp_path / "dpo"))
    met = read(run("baseline/refuser", "--trained-on", tmp_path / "dpo") / "result.json")["run"]["trained_on"]
    assert met["met"] == {"safety/misuse": given}
    after = run("baseline/complier", "--unseen", tmp_path / "dpo", "--lang", "en")
    asked = measure(read(after / "result.json"), "safety/misuse", "rta")["total"]
    assert 0 < asked == measure(read(before[0] / "result.json"), "safety/misuse", "rta")["total"] - given
    line = json.loads(assay("compare", before[0], after, "--json").output)["comparisons"][0]["measures"][0]
    assert (line["pairs"], line["first"], line["second"]) == (asked, 1.0, 0.0)


def test_a_manifest_that_is_not_there_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    done = assay("run", "baseline/chance", "--unseen", tmp_path / "none", "--out", tmp_path / "runs")
    refused(done, 2, "manifest", "assay export")
    assert not (tmp_path / "runs").exists()
