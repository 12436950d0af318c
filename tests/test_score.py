"""`assay score`: stored replies judged and measured again, ours and those that the published toolkit recorded."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import assay, layout, measure, read, refused, result, run_folder, samples, sound
from shared_data import needs_shared, shared_path

Json = dict[str, Any]
REFUSAL = "I'm sorry, but I can't help with that."


def flat(report: Json) -> Iterator[tuple[str, float | None]]:
    for key, value in report.items():
        if isinstance(value, dict):
            yield from ((f"{key} {name}", number) for name, number in value.items())
        else:
            yield key, value


# ---- ours ----------------------------------------------------------------------------------------


def test_a_run_scored_again_says_the_same(tmp_path: Path) -> None:
    assay("run", "baseline/chance", "--limit", 6, "--lang", "en,zh", "--epochs", 2, "--out", tmp_path)
    folder = run_folder(tmp_path)
    before, rows = read(folder / "result.json"), samples(folder, "task, id, lang, epoch, reply, label")
    done = assay("score", folder)
    assert done.exit_code == 0, done.output
    assert read(folder / "result.json") == before
    assert samples(folder, "task, id, lang, epoch, reply, label") == rows


def test_into_another_folder(tmp_path: Path) -> None:
    assay("run", "baseline/yes", "--tasks", "misuse,leakage", "--out", tmp_path / "runs")
    folder = run_folder(tmp_path / "runs")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert assay("score", folder, "--tasks", "misuse", "--out", tmp_path / "again").exit_code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert list(read(tmp_path / "again" / "result.json")["tasks"]) == ["safety/misuse"]
    assert {task for (task,) in samples(tmp_path / "again", "task")} == {"safety/misuse"}


@pytest.mark.parametrize("order", [("run", "score"), ("score",)])
def test_the_same_command_again_finds_its_folder(order: tuple[str, ...], tmp_path: Path) -> None:
    command = ("run", "baseline/yes", "--tasks", "misuse", "--out", tmp_path)
    assay(*command)
    for word in order:
        assert assay(*(command if word == "run" else ("score", run_folder(tmp_path)))).exit_code == 0
    assert measure(result(tmp_path), "safety/misuse", "rta")["total"] == 48


def test_the_published_numbers_of_a_run_on_official_rows(tmp_path: Path) -> None:
    rows = [{"prompt": f"Is it safe? {number}", "type": "safe_contexts"} for number in range(4)]
    folder = layout(tmp_path / "data", safety__exaggerated_safety=rows)
    given = ("--data", folder, "--tasks", "exaggerated_safety", "--out", tmp_path / "runs")
    assert assay("run", "baseline/refuser", *given).exit_code == 0
    report = tmp_path / "deep" / "report.json"
    done = assay("score", run_folder(tmp_path / "runs"), "--upstream-report", report)
    assert done.exit_code == 0, done.output
    assert str(report) in done.stdout.replace("\n", "")
    assert "safety.exaggerated_safety/rta" in read(report)


# ---- the published toolkit's -----------------------------------------------------------------------


@needs_shared
def test_the_recorded_run_digit_for_digit_without_official_data(tmp_path: Path) -> None:
    report, out = tmp_path / "report.json", tmp_path / "scored"
    recorded = shared_path("data", "recorded", "generations.zip")
    done = assay("score", recorded, "--format", "trustllm", "--out", out, "--upstream-report", report)
    assert done.exit_code == 0, done.output
    expected = dict(flat(read(shared_path("data", "recorded", "expected-upstream-scores.json"))))
    found = dict(flat(read(report)))
    assert list(found) == list(expected)
    assert found == pytest.approx(expected, abs=1e-9, rel=0)
    scored = read(out / "result.json")
    sound(scored)
    board = json.loads(shared_path("reference", "leaderboard.json").read_text("utf-8"))
    ids = [one.get("published") for task in scored["tasks"].values() for one in task["measures"].values()]
    assert sorted(filter(None, ids)) == sorted(board["metrics"])


@needs_shared
def test_the_recorded_run_without_its_judges_gives_nulls(tmp_path: Path) -> None:
    stripped = tmp_path / "stripped.zip"
    fields = ("eval_res", "toxicity", "embedding", "n_embedding", "s_embedding")
    wanted = ("golden_advfactuality", "jailbreak", "exaggerated_safety", "AdvGLUE", "external")
    with zipfile.ZipFile(shared_path("data", "recorded", "generations.zip")) as whole:
        files = {name: json.loads(whole.read(name)) for name in whole.namelist() if Path(name).stem in wanted}
    assert len(files) == len(wanted)
    with zipfile.ZipFile(stripped, "w") as archive:
        for name, rows in files.items():
            bare = [{key: value for key, value in row.items() if key not in fields} for row in rows]
            archive.writestr(name, json.dumps(bare))
    report, out = tmp_path / "report.json", tmp_path / "scored"
    done = assay("score", stripped, "--format", "trustllm", "--out", out, "--upstream-report", report)
    assert done.exit_code == 0, done.output
    sound(read(out / "result.json"))
    found = dict(flat(read(report)))
    expected = dict(flat(read(shared_path("data", "recorded", "expected-upstream-scores.json"))))
    assert list(found) == list(expected)
    kept = [key for key in expected if found[key] is not None]
    offline = ("robustness.advglue", "truthfulness.misinformation_external")
    assert all(key.startswith(offline) for key in kept)
    assert len(kept) > 15
    assert [found[key] for key in kept] == pytest.approx([expected[key] for key in kept], abs=1e-9, rel=0)
    facts = read(out / "result.json")["tasks"]["truthfulness/adversarial_factuality"]["measures"]["corrected_rate"]
    assert facts["corrected"]["value"] is None
    assert facts["corrected"]["needs"] == "judge"
    assert facts["upstream"]["value"] is None
    assert facts["upstream"]["needs"]


def recorded(tmp_path: Path, rows: list[Json]) -> Path:
    return layout(tmp_path / "generations" / "some-model", safety__misuse=rows)


def test_one_file_is_enough(tmp_path: Path) -> None:
    rows = [{"prompt": f"Harm {n}?", "source": "test", "res": REFUSAL, "eval_res": "LABEL_1"} for n in range(3)]
    out = tmp_path / "scored"
    done = assay("score", recorded(tmp_path, rows), "--format", "trustllm", "--out", out)
    assert done.exit_code == 0, done.output
    found = read(out / "result.json")
    assert list(found["tasks"]) == list(found["run"]["tasks"]) == ["safety/misuse"]
    assert found["run"]["model"] == "recorded/some-model"
    assert found["tasks"]["safety/misuse"]["measures"]["rta"]["corrected"]["value"] == 1.0
    again = assay("score", out)
    assert again.exit_code == 0, again.output
    assert read(out / "result.json")["tasks"] == found["tasks"]


def test_rows_without_a_reply_are_counted(tmp_path: Path) -> None:
    rows: list[Json] = [{"prompt": f"Harm {n}?", "source": "test"} for n in range(5)]
    for row, res in zip(rows, (REFUSAL, None, "", 7), strict=False):
        row["res"] = res
    out = tmp_path / "scored"
    assert assay("score", recorded(tmp_path, rows), "--format", "trustllm", "--out", out).exit_code == 0
    one = read(out / "result.json")["tasks"]["safety/misuse"]["measures"]["rta"]["corrected"]
    assert (one["value"], one["n"], one["unread"], one["failed"], one["total"]) == (1.0, 1, 1, 3, 5)


def test_a_recorded_row_without_a_field_is_named(tmp_path: Path) -> None:
    folder = layout(tmp_path / "generations", truthfulness__golden_advfactuality=[{"prompt": "Why?", "res": "So."}])
    done = assay("score", folder, "--format", "trustllm", "--judge", "nobody/x", "--out", tmp_path / "scored")
    refused(done, 2, "nobody")
    folder = layout(tmp_path / "more", fairness__stereotype_recognition=[{"prompt": "Why?", "res": "1"}])
    done = assay("score", folder, "--format", "trustllm", "--out", tmp_path / "scored")
    refused(done, 1, "stereotype_recognition", "--tasks")
    folder = layout(tmp_path / "third", safety__misuse=[{"source": "test", "res": "So."}])
    refused(
        assay("score", folder, "--format", "trustllm", "--out", tmp_path / "scored"), 1, "no prompt", "misuse-00000"
    )
