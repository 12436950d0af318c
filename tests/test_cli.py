"""The words of the command line, its output and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay import __version__
from assay.taxonomy import AREAS, SUBCATEGORIES
from commands import assay, read, refused, run_folder
from endpoint import said, serving
from shared_data import needs_shared, shared_path


def test_the_version_and_the_help() -> None:
    assert __version__ in assay("--version").stdout
    helped = assay("-h")
    assert helped.exit_code == 0
    for word in ("run", "score", "tasks", "data", "compare"):
        assert word in helped.stdout
        assert assay(word, "--help").exit_code == 0


def test_the_help_of_a_run_lists_options_under_headings_and_shows_examples() -> None:
    lines = assay("run", "--help").stdout.splitlines()
    headings = [line for line in lines if line.endswith(":") and not line.startswith(" ")]
    assert headings == ["What is asked:", "How replies are drawn:", "Who judges:", "Where and how fast:", "Budget:",
                        "Output:", "Help:"]  # fmt: skip
    of = {line.split()[0]: heading for heading, line in _listed(lines)}
    assert of["--dry-run"] == of["--max-cost"] == of["--max-tokens"] == of["--prices"] == "Budget:"
    assert of["--max-reply-tokens"] == "How replies are drawn:"
    assert of["--rpm"] == of["--tpm"] == of["--max-connections"] == "Where and how fast:"
    examples = [line for line in lines if "assay run openai/" in line]
    assert len(examples) >= 4 and all(line.count("assay run") == 1 for line in examples)


def _listed(lines: list[str]) -> Iterator[tuple[str, str]]:
    heading = ""
    for line in lines:
        if line and not line.startswith(" "):
            heading = line
        elif line.startswith("  --"):
            yield heading, line


def test_examples_in_help_stand_on_lines_of_their_own() -> None:
    for words in ((), ("run",), ("score",)):
        helped = assay(*words, "--help").stdout
        assert "\\b" not in helped
        assert "assay " in helped


def test_the_length_of_a_reply_and_the_tokens_of_a_run_are_two_things(tmp_path: Path) -> None:
    with serving(lambda body: said("No.")) as endpoint:
        command = ("run", "openai/m", "--base-url", endpoint.url, "--tasks", "misuse", "--limit", 1, "--out", tmp_path)
        assert assay(*command, "--max_reply_tokens", 12, "--max-tokens", 100_000).exit_code == 0
    (body,) = endpoint.bodies
    assert body["max_tokens"] == 12
    assert read(run_folder(tmp_path) / "run.json")["sampling"]["max_tokens"] == 12


@pytest.mark.parametrize(
    "words",
    [("--max-cost", "nan"), ("--max-cost", "inf"), ("--max-cost", "-1"), ("--max-cost", "much"), ("--max-tokens", "-1"),
     ("--max-tokens", "1.5"), ("--rpm", "0"), ("--tpm", "0"), ("--max-reply-tokens", "0")],
)  # fmt: skip
def test_an_amount_that_is_none_is_refused(words: tuple[str, str], tmp_path: Path) -> None:
    done = assay("run", "baseline/yes", "--tasks", "misuse", "--out", tmp_path, *words)
    assert done.exit_code == 2
    assert words[0] in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_price_table_that_is_wrong_is_said_before_anything_else(tmp_path: Path) -> None:
    table = tmp_path / "prices.toml"
    command = ("run", "baseline/yes", "--tasks", "misuse", "--out", tmp_path / "runs", "--prices", table)
    refused(assay(*command), 2, "prices.toml", "cannot be read")
    table.write_text('["openai/m"]\nprompt = -1\ncompletion = 1', encoding="utf-8")
    refused(assay(*command), 2, "prices.toml", '"openai/m"', "prompt = -1")
    assert not (tmp_path / "runs").exists()
    table.write_text('["openai/m"]\nprompt = 1\ncompletion = 1', encoding="utf-8")
    assert assay(*command).exit_code == 0


def test_a_dry_run_says_what_a_run_would_cost(tmp_path: Path) -> None:
    table = tmp_path / "prices.toml"
    table.write_text('["openai/m"]\nprompt = 1000\ncompletion = 1000', encoding="utf-8")
    command = ("run", "openai/m", "--tasks", "misuse", "--out", tmp_path / "runs", "--prices", table, "--dry-run")
    done = assay(*command, "--base-url", "http://127.0.0.1:9/v1", "--max-cost", 0.5, "--rpm", 12)
    assert done.exit_code == 0, done.output
    for word in ("dry run", "safety/misuse", "48", "cost: about", "--max-cost 0.5 would end", "--rpm 12 4.0 min"):
        assert word in done.stdout, word
    assert not (tmp_path / "runs").exists()


def test_a_run_prints_its_table_and_where_things_are(tmp_path: Path) -> None:
    done = assay("run", "baseline/refuser", "--tasks", "misuse,hallucination", "--out", tmp_path)
    assert done.exit_code == 0
    for word in ("baseline/refuser", "misuse", "rta ↑", "accuracy ↑", "1.000", "48/48"):
        assert word in done.stdout, word
    for name in ("result.json", "samples.parquet", "run.json"):
        assert str(run_folder(tmp_path) / name) in done.stdout.replace("\n", "")


def test_groups_are_shown_when_asked_for(tmp_path: Path) -> None:
    command = ("run", "baseline/refuser", "--tasks", "misuse", "--out", tmp_path)
    assert "crime_and_harm" not in assay(*command).stdout
    assert "crime_and_harm" in assay(*command, "--groups").stdout


def test_progress_goes_to_stderr_and_results_to_stdout(tmp_path: Path) -> None:
    done = assay("run", "baseline/yes", "--tasks", "misuse", "--out", tmp_path)
    assert "48/48 rows" in done.stderr
    assert "48/48 rows" not in done.stdout


def test_a_process_ends_with_the_code(tmp_path: Path) -> None:
    def code(*words: str) -> int:
        script = "from assay.cli import main; main()"
        done = subprocess.run([sys.executable, "-c", script, *words], cwd=tmp_path, capture_output=True, check=False)
        assert b"Traceback" not in done.stderr
        return done.returncode

    assert code("run", "baseline/chance", "--tasks", "misuse", "--limit", "2") == 0
    assert len(list(tmp_path.glob("runs/*/result.json"))) == 1
    assert code("score", ".") == 1
    assert code("run", "nobody/model") == 2


def test_a_key_may_stand_in_a_dotenv_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert assay("run", "openai/m", "--lang", "fr").exit_code == 2
    Path(".env").write_text("OPENAI_BASE_URL=http://127.0.0.1:9/v1\n", encoding="utf-8")
    done = assay("run", "baseline/yes", "--judge", "openai/m", "--tasks", "misuse", "--limit", 1)
    assert done.exit_code == 0


def test_tasks_as_json() -> None:
    listed = json.loads(assay("tasks", "--json").stdout)
    assert isinstance(listed, list)
    assert len({entry["id"] for entry in listed}) == len(listed) >= 29
    for entry in listed:
        assert entry["id"].startswith(f"{entry['dimension']}/")
        assert entry["dimension"] in AREAS
        assert set(entry["survey"]) <= set(SUBCATEGORIES)
        if list(entry["datasets"]) == ["survey"]:
            assert entry["datasets"]["survey"]["rows"]["en"] >= 300
            continue
        core = entry["datasets"]["core"]["rows"]
        assert set(core) == {"en", "zh"}
        assert core["en"] == core["zh"] > 0


def test_tasks_for_people() -> None:
    done = assay("tasks")
    assert done.exit_code == 0
    assert "adversarial_factuality" in done.stdout
    assert "29 of the survey's 29 sub-categories." in done.stdout


@needs_shared
def test_official_data_is_taken_from_a_file_verified_and_listed(tmp_path: Path) -> None:
    assert "not here" in assay("data", "list").stdout
    pulled = assay("data", "pull", "trustllm", "--from", shared_path("data", "trustllm", "dataset.zip"))
    assert pulled.exit_code == 0, pulled.output
    assert "24 files" in pulled.stdout
    assert "sha256 as pinned" in assay("data", "verify", "trustllm").stdout
    assert "installed" in assay("data", "list").stdout
    listed = json.loads(assay("tasks", "--json").stdout)
    rows = {entry["id"]: entry["datasets"].get("trustllm", {}).get("rows") for entry in listed}
    assert rows["safety/misuse"] == {"en": 1174}
    assert rows["robustness/advglue"] == {"en": 456}
    command = ("run", "baseline/refuser", "--data", "trustllm", "--tasks", "exaggerated_safety", "--out", tmp_path)
    done = assay(*command)
    assert done.exit_code == 0
    assert "200/200" in done.stdout


def test_two_runs_side_by_side(tmp_path: Path) -> None:
    for name in ("refuser", "complier"):
        assay("run", f"baseline/{name}", "--tasks", "safety", "--out", tmp_path / name)
    done = assay("compare", run_folder(tmp_path / "refuser"), run_folder(tmp_path / "complier"))
    assert done.exit_code == 0
    for word in ("refuser", "complier", "misuse", "1.000", "0.000", "needs --toxicity"):
        assert word in done.stdout, word
