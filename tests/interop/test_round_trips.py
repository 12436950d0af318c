"""What goes out in a neighbour's format and comes back is the same run: records, run.json, result.json."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assay.store import RunFolder
from commands import assay, read, refused, run_folder

LABELLED = {"value": 0.5, "low": 0.25, "high": 0.75, "labels": 8}
"""What a sheet of labels told of a measure."""


def files_of(form: str, out: Path) -> list[Path]:
    """What `assay import` is given of an export."""
    return {
        "inspect": sorted(out.glob("*.eval")),
        "lm-eval": sorted(out.glob("*/results_*.json")),
        "hf": [out],
    }[form]


def everything(path: Path) -> dict[tuple[str, int, str, str], object]:
    """Every record of a run, by what tells it from others."""
    return {(task, epoch, one.row.lang, one.row.id): one for task, epoch, one in RunFolder(path).records()}


@pytest.mark.parametrize("form", ["inspect", "lm-eval", "hf"])
def test_nothing_is_lost_on_the_way_there_and_back(form: str, run: Path, tmp_path: Path) -> None:
    out, back = tmp_path / "out", tmp_path / "back"
    done = assay("export", run, "--format", form, "--out", out)
    assert done.exit_code == 0, done.output
    assert all(Path(line).is_file() for line in done.output.splitlines())
    done = assay("import", *files_of(form, out), "--out", back)
    assert done.exit_code == 0, done.output
    assert everything(back) == everything(run)
    before, after = read(run / "run.json"), read(back / "run.json")
    before["judges"].pop("cards", None), after["judges"].pop("cards")  # the run under test was stored without
    assert after == before
    measured = {task: set(one["measures"]) for task, one in read(run / "result.json")["tasks"].items()}
    found = read(back / "result.json")["tasks"]
    assert {task: set(one["measures"]) for task, one in found.items()} == measured
    for task, one in read(run / "result.json")["tasks"].items():
        for name, measure in one["measures"].items():
            assert found[task]["measures"][name]["corrected"] == measure["corrected"]


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of several tasks, which are not in the order of their names."""
    out = tmp_path_factory.mktemp("runs")
    tasks = "safety/misuse,safety/exaggerated_safety,truthfulness/inconsistency,fairness/preference"
    done = assay("run", "baseline/chance", "--tasks", tasks, "--limit", 6, "--epochs", 2,
                 "--lang", "en,zh", "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    return run_folder(out)


@pytest.mark.parametrize("form", ["inspect", "lm-eval", "hf"])
def test_a_run_of_several_tasks_comes_back_to_the_byte(form: str, several: Path, tmp_path: Path) -> None:
    """Its tasks in their order, whatever the files of each are called."""
    assert assay("export", several, "--format", form, "--out", tmp_path / "out").exit_code == 0
    done = assay("import", tmp_path / "out", "--out", tmp_path / "back")
    assert done.exit_code == 0, done.output
    for name in ("run.json", "result.json"):
        assert (tmp_path / "back" / name).read_bytes() == (several / name).read_bytes()
    assert list(RunFolder(tmp_path / "back").records()) == list(RunFolder(several).records())


@pytest.mark.parametrize("form", ["inspect", "lm-eval", "hf"])
def test_what_records_do_not_tell_comes_back_too(form: str, run: Path, tmp_path: Path) -> None:
    result = read(run / "result.json")
    spent = {"requests": 3, "prompt": 9, "completion": 6, "estimated": 0, "cost": None}
    flipped = {"value": 0.5, "low": 0.25, "high": 0.75, "n": 8}
    result["planted"] = {"test/grader": {"flip_rate": flipped, "unplanted": flipped, "excess": flipped, "kinds": {}}}
    result["usage"] = {"by_task": {}, "by_model": {"test/grader": spent}, "total": spent}
    result["tasks"]["safety/exaggerated_safety"]["measures"]["rta"]["labelled"] = LABELLED
    RunFolder(run).write("result.json", result)
    assay("export", run, "--format", form, "--out", tmp_path / "out")
    done = assay("import", *files_of(form, tmp_path / "out"), "--out", tmp_path / "back")
    assert done.exit_code == 0, done.output
    back = read(tmp_path / "back" / "result.json")
    assert list(back) == list(result)
    assert (back["usage"], back["planted"]) == (result["usage"], result["planted"])
    assert back["tasks"]["safety/exaggerated_safety"]["measures"]["rta"]["labelled"] == LABELLED


def test_an_imported_run_is_compared_scored_and_sent_out_again(run: Path, tmp_path: Path) -> None:
    assay("export", run, "--format", "inspect", "--out", tmp_path / "logs")
    back = tmp_path / "back"
    assay("import", tmp_path / "logs", "--out", back)
    for words in (
        ("compare", run, back),
        ("score", back, "--out", tmp_path / "scored"),
        ("export", back, "--format", "lm-eval", "--out", tmp_path / "lm"),
    ):
        done = assay(*words)
        assert done.exit_code == 0, done.output


@pytest.mark.parametrize("form", ["inspect", "lm-eval", "hf", "every-eval-ever"])
def test_some_tasks_alone(form: str, run: Path, tmp_path: Path) -> None:
    done = assay("export", run, "--format", form, "--tasks", "ethics/*", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    if form != "every-eval-ever":
        done = assay("import", *files_of(form, tmp_path / "out"), "--out", tmp_path / "back")
        assert done.exit_code == 0, done.output
        assert set(read(tmp_path / "back" / "run.json")["tasks"]) == {"ethics/awareness_mission"}
        assert {task for task, *_ in everything(tmp_path / "back")} == {"ethics/awareness_mission"}


def test_what_cannot_be_asked_for_is_said(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for option in (("--lang", "en"), ("--layout", "standard"), ("--held-out", "0.5")):
        refused(assay("export", run, "--format", "hf", *option, "--out", out), 2, option[0], "training data")
    other = shutil.copytree(run, tmp_path / "other")
    refused(assay("export", run, other, "--format", "hf", "--out", out), 2, "one run at a time")
    refused(assay("export", run, "--format", "hf", "--tasks", "safety/misuse", "--out", out), 2, "none of these tasks")
    refused(assay("export", run, "--format", "hf", "--out", run), 2, "is the run itself")
    (tmp_path / "empty").mkdir()
    refused(assay("export", tmp_path / "empty", "--format", "inspect", "--out", out), 1, "holds no run")


def test_a_run_is_not_written_over(run: Path, tmp_path: Path) -> None:
    assay("export", run, "--format", "hf", "--out", tmp_path / "out")
    before = everything(run)
    refused(assay("import", tmp_path / "out", "--out", run), 2, "holds a run of test/run already")
    assert everything(run) == before
