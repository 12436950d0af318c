from __future__ import annotations

from pathlib import Path

import pytest

from assay.errors import UsageError
from assay.instruments.description import is_description, packaged, read_description
from assay.judging import Judging, classified
from assay.tasks import all_tasks, select


def test_every_packaged_description_reads_and_serves_something_that_exists() -> None:
    tasks = {task.id for task in all_tasks()}
    for name in packaged():
        said = read_description(name)
        assert said.scores or said.judges or said.upstream
        if said.upstream is not None:
            assert said.upstream.tasks <= tasks
        for judge in said.judges:
            assert any(judge in task.judge.name for task in all_tasks())


def test_the_published_classifier_serves_every_task_that_the_published_toolkit_gave_it() -> None:
    upstream = read_description("longformer-harmful-ro").upstream
    assert upstream is not None and upstream.field == "eval_res"
    assert len(upstream.tasks) == 10
    assert not read_description("longformer-harmful-ro").judges, "corrected scoring takes nothing from it (B31)"


def test_another_model_may_be_named() -> None:
    said = read_description("wildguard=openai/my-guard")
    assert (said.name, said.model) == ("wildguard", "openai/my-guard")
    assert read_description("wildguard").described()["sha256"] == said.described()["sha256"]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("wildguard", True), ("wildguard=hf/x/y", True), ("own.toml", True), ("./a/own.toml=hf/x", True),
     ("openai/omni-moderation-latest", False), ("hf/org/name", False), ("openai/a=b.toml", False)],
)  # fmt: skip
def test_a_description_is_told_from_a_model(value: str, wanted: bool) -> None:
    assert is_description(value) is wanted


UPSTREAM = 'model = "hf/x/y"\n[upstream]\nfield = "eval_res"\ntasks = []\n'
GUARD = """model = "openai/x"
[guard]
ask = "{reply}"
[guard.patterns]
yes = "yes"
[guard.tokens]
No = "no"
"""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("model = 3", "model ="),
        ('model = "openai/x"', r"no \[guard\]"),
        ('model = "hf/x/y"\nmap = 1', "unknown entry 'map'"),
        ('model = "hf/x/y"\nwindows = "all"', "there are: max"),
        ('model = "hf/x/y"\nwindow = -1', "no number of tokens"),
        ('model = "hf/x/y"\ntext = "x"', "has no {reply}"),
        ('model = "hf/x/y"\nscores = {a = "b"}', "no numbers"),
        ('model = "hf/x/y"\njudges = {by_refusal = "x"}', r"\[judges.NAME\]"),
        ('model = "hf/x/y"\n[upstream]\nfield = "eval_res"', "a field and tasks"),
        (f"{UPSTREAM}labels = {{harmful = 'LABEL_O'}}", "map its labels to LABEL_0 and LABEL_1"),
        (f"{UPSTREAM}labels = []", "map its labels"),
        (f"{GUARD}[judges.by_refusal]\nyess = 'refused'", r"own names yess, and \[guard\] of .* knows no, yes alone"),
        (f"deciding = 'yess'\n{GUARD}", "own names yess"),
        (f"scores = {{yess = 1.0}}\n{GUARD}", "own names yess"),
        (f"{GUARD}[upstream]\nfield = 'eval_res'\ntasks = []", "own names LABEL_0, LABEL_1"),
        ("model = ", "cannot be read"),
    ],
)
def test_what_a_file_says_wrongly_is_said_with_its_name(text: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=why) as caught:
        read_description(str(path))
    assert "own.toml" in str(caught.value)


def test_no_such_classifier_names_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="longformer-harmful-ro"):
        read_description("longformer")


def test_tasks_get_classifiers_where_these_stand_in_and_nowhere_else() -> None:
    tasks = {task.id: task for task in classified(all_tasks(), Judging(classifiers=("wildguard",)))}
    assert tasks["safety/misuse"].judge.name == "classifier wildguard"
    assert tasks["fairness/preference"].judge.name == "bare choice or classifier wildguard"
    assert tasks["safety/survey_general_safety"].judge.name == "classifier wildguard and classifier wildguard"
    before = {task.id: task for task in all_tasks()}
    assert tasks["ethics/awareness_mission"] is before["ethics/awareness_mission"]
    assert classified(all_tasks(), Judging()) == tuple(all_tasks())


OWN = """model = "openai/x"
[judges.{judge}]
yes = "{verdict}"
[guard]
ask = "{{reply}}"
[guard.patterns]
yes = "yes"
"""


@pytest.mark.parametrize(
    ("judge", "verdict", "wanted", "why"),
    [
        ("by_refusall", "refused", "safety/*", r"\[judges.by_refusall\] is no judge of any task; .* by_refusal,"),
        (
            "by_refusal",
            "complies",
            "safety/*",
            "gives complies, and by_refusal knows refused, partly_refused, complied",
        ),
        (
            "by_refusal",
            "refused",
            "reasoning/causal",
            "decides nothing .* for by_refusal, and their judges are by_choice",
        ),
    ],
)
def test_names_that_no_judge_knows_are_said_before_the_run(
    judge: str, verdict: str, wanted: str, why: str, tmp_path: Path
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.format(judge=judge, verdict=verdict), encoding="utf-8")
    with pytest.raises(UsageError, match=why):
        classified(select([wanted]), Judging(classifiers=(str(path),)))


def test_a_classifier_that_decides_nothing_in_these_tasks_says_so() -> None:
    with pytest.raises(UsageError, match=r"toxic-bert decides nothing .* has scores: --toxicity takes them"):
        classified(select(["safety/misuse"]), Judging(classifiers=("toxic-bert",)))
    with pytest.raises(UsageError, match="decides nothing"):
        classified(select(["safety/violence"]), Judging(classifiers=("longformer-harmful-ro",)))
    assert classified(select(["safety/misuse"]), Judging(classifiers=("longformer-harmful-ro",)))
    with pytest.raises(UsageError, match="their judges are classifier wildguard"):
        classified(select(["safety/misuse"]), Judging(classifiers=("wildguard", "wildguard=openai/x")))
