"""Alignment data out of judged replies: what is in it, what never is, and how a run knows it again."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assay.cases import Asking, rows_of
from assay.contamination import prompt_hash, read_manifest, seen, unseen
from assay.errors import UsageError
from assay.export.grading import COMPARED, Example, examples, is_good
from assay.export.layouts import distinct, lines, pairs
from assay.export.splitting import ANSWERS, held_out, topic
from assay.schema import Message, Record, Reply, Row, Task, Verdict, user
from assay.tasks import all_tasks, select
from commands import assay, measure, read, refused, run_folder, run_folders
from stored_runs import replies, stored

Json = dict[str, Any]
TASKS = {task.id: task for task in select([])}
MISUSE, BENIGN, MISSION = (
    TASKS[name] for name in ("safety/misuse", "safety/exaggerated_safety", "ethics/awareness_mission")
)


def one(reply: str, good: bool, model: str = "m/a", prompt: str = "Question") -> Example:
    return Example(
        task="safety/misuse",
        id="1",
        lang="en",
        group="fraud",
        topic="fraud",
        cluster="1",
        chat=user(prompt),
        reply=reply,
        good=good,
        model=model,
        judge="by_refusal",
        why="x",
        label="y",
        source={"licence": "MIT"},
    )


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
    assert list(examples(confaide, record, "m")) == ["scored by degrees"]


@pytest.mark.parametrize(("letter", "why"), [("?", "not judged"), ("!", "no reply"), ("#", "no reply")])
def test_what_nobody_could_judge_is_left_out_and_says_why(letter: str, why: str) -> None:
    assert list(examples(MISUSE, replies(letter)[0], "m")) == [why]


def test_a_reply_that_was_cut_off_is_nothing_to_imitate() -> None:
    (record,) = replies("c")
    cut = replace(record, replies=(Reply("Sure", "length"),))
    assert list(examples(MISUSE, cut, "m")) == ["cut off"]


# ---- several chats ------------------------------------------------------------------------------


def both(task: str, gold: str | None, labels: tuple[str | None, ...], replied: int = 2) -> list[Example | str]:
    row = Row("1", tuple(user(f"Which? {n}") for n in range(replied)), gold, ("x", "y", "z"))
    verdicts = tuple(Verdict("read", label) for label in labels)
    record = Record(row, tuple(Reply(f"Reply {n}") for n in range(replied)), verdicts)
    return list(examples(TASKS[task], record, "m"))


@pytest.mark.parametrize(
    "task",
    [
        "robustness/prompt_attacks", "robustness/poisoning", "robustness/interventions", "robustness/advglue",
        "fairness/injustice", "fairness/disparate_performance",
    ],
)  # fmt: skip
def test_chats_that_are_right_or_wrong_by_themselves_teach_one_by_one(task: str) -> None:
    plain, pressed = both(task, "B", ("B", "A"))
    assert isinstance(plain, Example) and isinstance(pressed, Example)
    assert (plain.good, plain.reply, plain.chat) == (True, "Reply 0", user("Which? 0"))
    assert (pressed.good, pressed.reply, pressed.chat) == (False, "Reply 1", user("Which? 1"))
    read_, unread = both(task, "B", ("B", None))
    assert isinstance(read_, Example) and unread == "not judged"


@pytest.mark.parametrize(
    ("task", "gold", "labels"),
    [
        ("truthfulness/inconsistency", None, ("inconsistent",)),
        ("reasoning/interpretability", "B", ("swayed_hidden",)),
        ("fairness/injustice", None, ("A", "C")),  # no rule decides: only that they differ is wrong
        ("truthfulness/miscalibration_repeats", "B", ("B", "B")),  # an answer and a share, not a verdict each
        ("truthfulness/sycophancy_preference", None, (None,)),
        ("robustness/advinstruction", None, (None,)),
    ],
)
def test_chats_that_are_judged_together_teach_nothing(
    task: str, gold: str | None, labels: tuple[str | None, ...]
) -> None:
    assert both(task, gold, labels) == [COMPARED, COMPARED]


def test_every_task_of_several_chats_has_lines_or_is_named(tmp_path: Path) -> None:
    wanted = "robustness/p*,fairness/injustice,reasoning/interpretability,truthfulness/inconsistency"
    for model in ("chance", "first-option"):
        done = assay("run", f"baseline/{model}", "--tasks", wanted, "--out", tmp_path / "runs")
        assert done.exit_code == 0, done.output
    done = assay("export", *run_folders(tmp_path / "runs"), "--format", "kto", "--out", tmp_path / "kto")
    assert "no line of reasoning/interpretability, truthfulness/inconsistency: a verdict there" in done.output
    by_task: dict[str, set[bool]] = {}
    for line in exported(tmp_path / "kto"):
        by_task.setdefault(line["task"], set()).add(line["label"])
    several = {task.id for task in all_tasks() if any(len(row.chats) > 1 for row in of_core(task)[:1])}
    assert by_task.keys() & several == {"fairness/injustice", "robustness/poisoning", "robustness/prompt_attacks"}
    assert all(by_task[task] == {True, False} for task in by_task.keys() & several)


# ---- pairs --------------------------------------------------------------------------------------


def test_every_reply_is_in_a_pair_and_pairs_share_a_prompt() -> None:
    found = list(pairs([one("no", True), one("yes", False), one("sure", False), one("nope", True, prompt="Other")]))
    assert [(good.reply, bad.reply) for good, bad in found] == [("no", "yes"), ("no", "sure")]


def test_the_same_reply_counts_once_and_one_that_is_judged_both_ways_not_at_all() -> None:
    kept = distinct([one("no", True), one("no ", True, "m/b"), one("hm", True), one("hm", False, "m/b")])
    assert [example.reply for example in kept] == ["no"]


def test_layouts() -> None:
    made = [
        replace(one(reply, good), chat=(Message("system", "Be kind."), Message("user", "Question")))
        for reply, good in (("no", True), ("yes", False))
    ]

    def first(form: Any, layout: Any) -> Json:
        line, _ = next(lines(made, form, layout))
        return line

    turns = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Question"}]
    said = {word: [{"role": "assistant", "content": word}] for word in ("no", "yes")}
    dpo = first("dpo", "conversational")
    assert (dpo["prompt"], dpo["chosen"], dpo["rejected"]) == (turns, said["no"], said["yes"])
    assert (dpo["chosen_model"], dpo["rejected_model"], dpo["licence"]) == ("m/a", "m/a", "MIT")
    reward = first("reward", "conversational")
    assert reward["chosen"] == turns + said["no"] and "prompt" not in reward
    assert first("sft", "standard")["prompt"] == "Be kind.\n\nQuestion\n\n"
    labels = [line["label"] for line, _ in lines(made, "kto", "standard")]
    assert labels == [True, False]
    assert [line["completion"] for line, _ in lines(made, "sft", "standard")] == ["no"]


def test_all_lines_of_a_format_have_the_same_columns_and_all_that_tells_their_origin_is_text() -> None:
    given = [
        one("no", True),
        one("yes", False),
        one("never", True, prompt="Other"),
        one("ok", False, prompt="Other"),
    ]
    for form in ("sft", "dpo", "kto", "reward"):
        made = [line for line, _ in lines(given, form, "standard")]
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


def of_core(task: Task) -> list[Row]:
    """Rows of core, else of the survey's studies."""
    return rows_of(task, Asking()) or rows_of(task, Asking(data="survey"))


@pytest.mark.parametrize("task", sorted(TASKS))
def test_every_right_answer_stays_in_the_export_and_no_topic_is_one(task: str) -> None:
    rows = of_core(TASKS[task])
    kept = [row for row in rows if not held_out(task, topic(TASKS[task], row), row.cluster)]
    if any(isinstance(row.gold, str) for row in rows):
        answers: dict[str, int] = {}
        for row in rows:
            answers[str(row.gold)] = answers.get(str(row.gold), 0) + 1
        assert {gold for gold, n in answers.items() if n >= 3} <= {str(row.gold) for row in kept}
        if len(answers) > 1:
            of_topic: dict[str, list[str]] = {}
            for row in rows:
                of_topic.setdefault(topic(TASKS[task], row), []).append(str(row.gold))
            assert [name for name, golds in of_topic.items() if name and len(golds) > 5 and len(set(golds)) == 1] == []
    if task in ANSWERS:
        assert {row.group for row in kept} == {row.group for row in rows}


def test_how_much_of_a_task_is_held_out_is_what_the_page_says() -> None:
    shares = {}
    for name, task in TASKS.items():
        rows = rows_of(task, Asking())
        out = [held_out(name, topic(task, row), row.cluster) for row in rows]
        shares |= {name: sum(out) / len(out)} if out else {}
    least, most = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
    page = (Path(__file__).parents[2] / "docs" / "alignment.md").read_text(encoding="utf-8")
    said = f"from {shares[least]:.0%} (`{least}`) to {shares[most]:.0%} (`{most}`)".replace("%", " %")
    assert said in page


def test_a_group_is_a_topic_only_where_it_does_not_say_what_is_right() -> None:
    grief = Row("1", (user("…"),), gold="B", group="rescue", fields={"topic": "grief"})
    assert topic(TASKS["safety/mental_health"], grief) == "grief"
    act = Row("1", (user("…"),), gold="bad", group="bad")
    assert topic(TASKS["ethics/implicit_social_chemistry_101"], act) == ""
    assert topic(MISUSE, Row("1", (user("…"),), group="deception")) == "deception"


def test_of_a_file_of_ones_own_a_group_beside_a_right_answer_is_no_topic(tmp_path: Path) -> None:
    labels = ["good", "bad"] * 40
    lines_ = [json.dumps({"prompt": f"Act {n}?", "gold": gold, "group": gold}) for n, gold in enumerate(labels)]
    (tmp_path / "acts.jsonl").write_text("\n".join(lines_), encoding="utf-8")
    (tmp_path / "acts.toml").write_text(
        '[judge]\nkind = "labels"\nlabels = {good = ["yes", "no"], bad = ["wicked"]}\n', encoding="utf-8"
    )
    ask = ("run", "baseline/yes", "--data", tmp_path / "acts.jsonl", "--out", tmp_path / "runs")
    assert assay(*ask).exit_code == 0
    for share in (0.25, 0.9):
        out = tmp_path / str(share)
        given = run_folder(tmp_path / "runs")
        assert assay("export", given, "--format", "kto", "--held-out", share, "--out", out).exit_code == 0
        made = exported(out)
        assert {line["group"] for line in made} == {"good", "bad"} and {line["topic"] for line in made} == {""}
    folder = str(tmp_path)
    for file in ("train.jsonl", "manifest.json", "README.md"):
        assert folder not in (out / file).read_text(encoding="utf-8")
    assert made[0]["data"].startswith("acts.jsonl ")
    assert "\nlicense: other\n" in (out / "README.md").read_text(encoding="utf-8")


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
    assert "\nlicense: mit\n" in card
    assert "1 not judged" in done.output or "1 no reply" in done.output
    held = sum(held_out("safety/misuse", "", str(n)) for judged in (60, 58) for n in range(judged))
    assert re.search(rf"safety/misuse +en +{len(made)} +{held}\n", done.output)


def test_nothing_that_is_held_out_is_in_any_format(runs: list[Path], tmp_path: Path) -> None:
    barred = {str(n) for n in range(60) if held_out("safety/misuse", "", str(n))}
    assert barred
    for form in ("sft", "dpo", "kto", "reward"):
        assert assay("export", *runs, "--format", form, "--out", tmp_path / form).exit_code == 0
        assert not barred & {line["id"] for line in exported(tmp_path / form)}


def test_a_line_tells_of_the_run_that_it_is_from_though_the_model_has_others(runs: list[Path], tmp_path: Path) -> None:
    other = stored(
        tmp_path / "other", {"safety/exaggerated_safety": replies("c" * 9)}, model="test/refuser",
        data={"name": "/home/me/trustllm", "sha256": "b" * 64},
    )  # fmt: skip
    assert assay("export", runs[0], other, "--format", "kto", "--out", tmp_path / "o").exit_code == 0
    said = {(line["task"], line["data"]) for line in exported(tmp_path / "o")}
    assert said == {("safety/misuse", f"core {'a' * 12}"), ("safety/exaggerated_safety", f"trustllm {'b' * 12}")}


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
