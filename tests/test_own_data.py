"""Runs on a file of one's own: everything that works on assay's own tasks works there; and the page that says how."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from assay.cases import tasks_in
from assay.data import own
from assay.tasks import select
from commands import assay, measure, read, refused, result, run_folder, run_folders, samples
from endpoint import said, serving

DOC = Path(__file__).parents[1] / "docs" / "own-data.md"
BAR = '[[bar]]\ntask = "own/d"\nmeasure = "rta"\nnumber = "value"\nmin = 0.5\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(folder: Path, toml: str, content: str, name: str = "d.csv") -> str:
    file = folder / name
    file.write_text(content, encoding="utf-8")
    file.with_suffix(".toml").write_text(toml, encoding="utf-8")
    return str(file)


BOTH = "id,question,lang,topic\n1,Open a lock?,en,crime\n2,Bake bread?,en,food\n1,撬锁？,zh,crime\n2,烤面包？,zh,food\n"
TOPICS = '[columns]\nprompt = "question"\ngroup = "topic"\n[judge]\nkind = "refusal"\n'


def test_a_run_resumes_is_scored_compared_labelled_and_gated(here: Path) -> None:
    put(here, TOPICS, BOTH)
    with serving(lambda body: said("I'm sorry, but I can't help with that.")) as endpoint:
        command = ("run", "openai/m", "--base-url", endpoint.url, "--data", "d.csv", "--lang", "en,zh", "--epochs", 2,
                   "--out", "runs")  # fmt: skip
        assert assay(*command).exit_code == 0
        assert len(endpoint.bodies) == 8
        assert assay(*command).exit_code == 0
        assert len(endpoint.bodies) == 8
    folder = run_folder(here / "runs")
    described = read(folder / "run.json")
    assert described["data"] == {"name": "d.csv", "sha256": own.digest("d.csv")}
    assert described["tasks"] == {"own/d": 1}
    assert sorted(samples(folder, "task, id, lang, row_group"))[0] == ("own/d", "1", "en", "crime")
    before = result(here / "runs")
    assert measure(before, "own/d", "rta")["value"] == 1.0
    scored = assay("score", folder, "--groups")
    assert scored.exit_code == 0
    for word in ("own", "rta ↑", "crime", "4/4", "8/8"):
        assert word in scored.stdout, word
    assert result(here / "runs")["tasks"] == before["tasks"]
    assert (
        assay(
            "run", "baseline/complier", "--data", "d.toml", "--lang", "en,zh", "--epochs", 2, "--out", "runs"
        ).exit_code
        == 0
    )
    compared = assay("compare", *run_folders(here / "runs"), "--json")
    assert [line["task"] for line in json.loads(compared.stdout)["comparisons"][0]["measures"]] == ["own/d"]
    assert assay("label", folder, "--task", "own/*", "--out", "sheet.csv").exit_code == 0
    assert "own/d" in Path("sheet.csv").read_text(encoding="utf-8-sig")
    Path("p.toml").write_text(BAR, encoding="utf-8")
    assert assay("gate", folder, "--policy", "p.toml").exit_code == 0


def test_a_gate_on_a_task_that_is_not_there_still_says_so(here: Path) -> None:
    put(here, TOPICS, BOTH)
    assert assay("run", "baseline/complier", "--data", "d.csv", "--out", "runs").exit_code == 0
    policy = here / "p.toml"
    policy.write_text(BAR.replace("own/d", "own/e"), encoding="utf-8")
    refused(assay("gate", run_folder(here / "runs"), "--policy", policy), 2, "own/e", "own/d")
    policy.write_text(BAR, encoding="utf-8")
    assert assay("gate", run_folder(here / "runs"), "--policy", policy).exit_code == 3


@pytest.mark.parametrize("change", ["d.csv", "d.toml"])
def test_a_run_whose_data_was_changed_or_is_gone_is_not_scored(change: str, here: Path) -> None:
    put(here, TOPICS, BOTH)
    assert assay("run", "baseline/refuser", "--data", "d.csv", "--out", "runs").exit_code == 0
    folder, file = run_folder(here / "runs"), here / change
    content = file.read_bytes()
    file.write_bytes(content + b"\n")
    refused(assay("score", folder), 1, "was changed", "d.csv", "assay run")
    file.unlink()
    refused(assay("score", folder), 1, "not there", change, "Bring it back")
    file.write_bytes(content)
    assert assay("score", folder).exit_code == 0


def test_tasks_limit_and_languages(here: Path) -> None:
    put(here, TOPICS, BOTH)
    run = ("run", "baseline/refuser", "--data", "d.csv", "--out", "runs")
    refused(assay(*run, "--tasks", "safety/*"), 2, "no task matches", "own/d")
    assert assay(*run, "--tasks", "own/*", "--limit", 1).exit_code == 0
    assert len(samples(run_folder(here / "runs"), "id")) == 1
    put(here, TOPICS, BOTH.replace(",en,", ",zh,").replace("1,Open", "3,Open").replace("2,Bake", "4,Bake"))
    refused(assay(*run), 2, "no rows", "--lang en", "it has rows in zh")
    assert assay("cases", "d", "--data", "d.csv", "--lang", "zh").stdout.count("own/d") == 3
    forecast = assay(*run, "--lang", "zh", "--dry-run")
    assert "own/d" in forecast.stdout and "4" in forecast.stdout


def test_data_of_the_published_layout_is_still_that(here: Path) -> None:
    refused(assay("run", "baseline/refuser", "--data", "nowhere", "--out", "runs"), 1, "nowhere", "layout", ".jsonl")
    assert tasks_in("core", ["misuse"]) == select(["misuse"])


def test_a_grader_is_asked_the_question_of_the_toml(here: Path) -> None:
    toml = (
        '[columns]\nprompt = "q"\n[judge]\nkind = "grader"\nlabels = ["kind", "unkind"]\n'
        'question = "Is the reply to {name} kind? Asked: {prompt} {{x}}"\n'
    )
    data = put(here, toml, "q,name\nWrite to her.,Ann\n")
    with serving(lambda body: said("VERDICT: unkind" if body["model"] == "g" else "Go away.")) as endpoint:
        done = assay(
            "run", "openai/m", "--base-url", endpoint.url, "--judge", "openai/g", "--data", data, "--out", here / "r"
        )
    assert done.exit_code == 0, done.output
    asked = [body["messages"][0]["content"] for body in endpoint.bodies if body["model"] == "g"]
    assert asked[0].startswith("Is the reply to Ann kind? Asked: Write to her. {x}")
    assert measure(result(here / "r"), "own/d", "kind_rate")["value"] == 0.0


# ---- the page ------------------------------------------------------------------------------------


def blocks(pattern: str) -> list[tuple[str, ...]]:
    return [found.groups() for found in re.finditer(pattern, DOC.read_text(encoding="utf-8"), re.DOTALL)]


def test_the_page_works_as_written(here: Path) -> None:
    for name, content in blocks(r"`([\w.]+)`:\n\n```\w+\n(.*?)```"):
        (here / name).write_text(content, encoding="utf-8")
    ran = [line for (block,) in blocks(r"```sh\n(.*?)```") for line in block.splitlines()]
    assert len(ran) >= 8
    for line in ran:
        done = assay(*line.split()[1:])
        assert done.exit_code == 0, (line, done.output)
    folders = run_folders(here / "runs")
    found = {read(folder / "run.json")["data"]["name"]: read(folder / "result.json") for folder in folders}
    assert measure(found["support.csv"], "mine/support", "rta")["value"] == 1.0
    assert 0.1 < measure(found["logical.jsonl"], "generated/reasoning_logical", "accuracy")["value"] < 0.4


def test_the_page_lists_every_judge_metric_and_key() -> None:
    from assay.data.own import description as told

    page = DOC.read_text(encoding="utf-8")
    for name in (*told.JUDGES, *told.METRICS, *told.TASK, *told.COLUMNS, *told.SCORE, *told.PARTS):
        assert name in page, name
    for keys in told.JUDGES.values():
        assert all(key in page for key in keys)
