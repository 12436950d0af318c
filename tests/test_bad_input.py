"""Whatever is wrong is said in one line that names the fix, before money is spent where it can be; nothing is lost."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.models import limits, pace, wrappers
from commands import assay, layout, measure, read, refused, result, run_folder, samples, sound
from endpoint import Said, error, said, serving
from shared_data import needs_shared, shared_path

Json = dict[str, Any]
REFUSAL = "I'm sorry, but I can't help with that."
MISUSE = [{"prompt": f"Harm number {number}?", "source": "test"} for number in range(12)]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between two tries."""
    monkeypatch.setattr(wrappers, "pause", lambda earlier, asked, jitter: 0.0)
    monkeypatch.setattr(pace, "FIRST_PAUSE_S", 0.0)


@pytest.fixture
def impatient(at_once: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that never answered is given up at once."""
    monkeypatch.setattr(limits, "NEVER_UP_S", 0.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return layout(tmp_path / "data", safety__misuse=MISUSE)


# ---- the command ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        (["anthropology/claude"], ["'anthropology'", "openai", "--base-url"]),
        (["gpt-4o"], ["'gpt-4o'", "provider/model"]),
        (["openai/"], ["provider/model"]),
        (["baseline/oracle"], ["'oracle'", "refuser", "chance"]),
        (["openai/gpt-4o-mini"], ["OPENAI_API_KEY", ".env", "--base-url", "baseline/refuser"]),
        (["baseline/yes", "--tasks", "safety/teleportation"], ["'safety/teleportation'", "assay tasks"]),
        (["baseline/yes", "--lang", "fr"], ["'fr'", "en, zh"]),
        (["baseline/yes", "--lang", "en,tlh"], ["'tlh'", "en, zh"]),
        (["baseline/yes", "--lang", ","], ["--lang"]),
        (["baseline/yes", "--judge", "nobody/x"], ["'nobody'"]),
        (["baseline/yes", "--toxicity", "nobody/x"], ["'nobody'"]),
        (["baseline/yes", "--embedder", "nobody/x"], ["'nobody'"]),
        (["baseline/yes", "--judge", "openai/gpt-4o-mini"], ["OPENAI_API_KEY"]),
        (["openai/m", "--base-url", "http://models.example/v1"], ["plain http", "--allow-http"]),
        (["openai/m", "--base-url", "localhost:8000"], ["'localhost:8000'", "https://host/v1"]),
    ],
)
def test_a_wrong_command_is_said_with_its_fix(words: list[str], fix: list[str], tmp_path: Path) -> None:
    refused(assay("run", *words, "--out", tmp_path / "runs"), 2, *fix)
    assert not list(tmp_path.glob("runs/*/result.json"))


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["run"], "MODEL"),
        (["run", "baseline/yes", "--limit", "0"], "--limit"),
        (["run", "baseline/yes", "--epochs", "many"], "--epochs"),
        (["run", "baseline/yes", "--extra", "top_p"], "NAME=VALUE"),
        (["run", "baseline/yes", "--extra", "=1"], "NAME=VALUE"),
        (["run", "baseline/yes", "--max-connections", "0"], "--max-connections"),
        (["run", "baseline/yes", "--no-such-flag"], "--no-such-flag"),
        (["score", "runs/none", "--format", "csv"], "--format"),
        (["teleport"], "teleport"),
        (["compare"], "RUNS"),
    ],
)
def test_a_wrong_word_is_wrong_usage(words: list[str], hint: str) -> None:
    done = assay(*words)
    assert done.exit_code == 2
    assert hint in done.stderr
    assert "Traceback" not in done.output


# ---- the endpoint --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "fix"),
    [
        (error(401, "Incorrect API key provided: sk-canary-000001"), ["401", "OPENAI_API_KEY"]),
        (error(403, "no\naccess"), ["403", "no access", "OPENAI_API_KEY"]),
        (error(404, "The model `m` does not exist"), ["404", "--base-url", "model"]),
        (Said(b"<h1>Not Found</h1>", 404), ["404", "--base-url"]),
        (error(405), ["405", "/v1"]),
        (Said(b"", 308, {"location": "https://elsewhere.example/v1"}), ["308", "--base-url"]),
    ],
)
def test_an_endpoint_that_refuses_ends_the_run_at_once(
    answer: Said, fix: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(lambda body: answer) as endpoint:
        command = ("run", "openai/m", "--base-url", endpoint.url, "--tasks", "misuse", "--out", tmp_path)
        monkeypatch.setattr("commands.CLEAN", {"OPENAI_API_KEY": "sk-canary-000001", "COLUMNS": "200"})
        done = assay(*command, "--max-connections", 2)
    refused(done, 1, *fix)
    assert "sk-canary" not in done.output
    assert len(endpoint.bodies) <= 6
    assert not any(b"sk-canary" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Said(b"<!doctype html>\n<title>\n  Welcome to nginx</title>"), "Welcome to nginx"),
        (Said(b'{"generated_text": "hello"}'), "no chat completion"),
        (Said(b'{"error": {"message": "model is loading"}}'), "model is loading"),
        (Said(b""), "an empty body"),
        (error(500, "RuntimeError:\n  CUDA out of memory\n"), "CUDA out of memory"),
        (Said(said("x" * 2000).body, cut=True), ""),
    ],
)
@pytest.mark.parametrize("limit", [3, None])
def test_an_endpoint_that_never_answers_ends_the_run(
    answer: Said, reason: str, limit: int | None, tmp_path: Path, impatient: None
) -> None:
    with serving(lambda body: answer) as endpoint:
        command = ("run", "openai/m", "--base-url", endpoint.url, "--tasks", "safety,ethics", "--out", tmp_path)
        done = assay(*command, *(("--limit", limit) if limit else ()))
        refused(done, 1, reason, "run the same command")
        assert len(endpoint.bodies) <= limits.DOWN_TRIES + 16


def test_nobody_listens(tmp_path: Path, impatient: None) -> None:
    with serving(lambda body: said("")) as endpoint:
        url = endpoint.url
    refused(assay("run", "openai/m", "--base-url", url, "--out", tmp_path), 1, "run the same command")


def test_what_came_before_an_endpoint_broke_is_kept(tmp_path: Path, folder: Path, at_once: None) -> None:
    good = True

    def breaks(body: Json) -> Said:
        return said(REFUSAL) if good and len(endpoint.bodies) <= 5 else error(401, "the key has expired")

    with serving(breaks) as endpoint:
        given = ("--base-url", endpoint.url, "--data", folder, "--tasks", "misuse", "--out", tmp_path / "runs")
        refused(assay("run", "openai/m", *given, "--max-connections", 1), 1, "401")
        first = endpoint.prompts[:5]
        good, endpoint.bodies[:] = True, []
        done = assay("run", "openai/m", *given, "--max-connections", 1)
        assert not set(first) & set(endpoint.prompts)
        assert done.exit_code == 1
        assert len(set(endpoint.prompts)) == 6, "five more answered, and the one that was refused"


def test_a_flaky_endpoint_costs_tries_not_replies(tmp_path: Path, folder: Path, at_once: None) -> None:
    seen: set[str] = set()

    def flaky(body: Json) -> Said:
        prompt = body["messages"][-1]["content"]
        if prompt in seen:
            return said(REFUSAL)
        seen.add(prompt)
        return error(429, "slow down", **{"retry-after": "1"}) if prompt.endswith("1?") else error(503, "busy")

    with serving(flaky) as endpoint:
        given = ("--base-url", endpoint.url, "--data", folder, "--tasks", "misuse", "--out", tmp_path / "runs")
        assert assay("run", "openai/m", *given).exit_code == 0
    one = measure(result(tmp_path / "runs"), "safety/misuse", "rta")
    assert (one["n"], one["failed"], one["value"]) == (12, 0, 1.0)


# ---- one reply -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "counted", "finish"),
    [
        (said(None), "failed", "failed"),
        (Said(b'{"choices": []}'), "failed", "failed"),
        (Said(b'{"choices": [{}]}'), "failed", "failed"),
        (Said(b'{"choices": [{"message": null}]}'), "failed", "failed"),
        (said(None, "content_filter"), "blocked", "filtered"),
        (Said(b'{"error": {"code": "content_filter", "message": "blocked"}}', 400), "blocked", "filtered"),
        (error(400, "context length exceeded"), "failed", "failed"),
        (error(422, "bad field"), "failed", "failed"),
        (said({"text": "a dict"}), "failed", "failed"),
        (said(""), "unread", "stop"),
        (said(" \n\t"), "unread", "stop"),
        (said(["a", 1, {"type": "image"}]), "unread", "stop"),
    ],
)
def test_a_reply_that_says_nothing_is_counted_and_the_rest_is_measured(
    answer: Said, counted: str, finish: str, tmp_path: Path, folder: Path
) -> None:
    one, kept = odd_reply(answer, tmp_path, folder)
    reasons = {"unread": 0, "blocked": 0, "failed": 0, counted: 1}
    assert {why: one[why] for why in reasons} == reasons
    assert (one["value"], one["n"], one["total"]) == (1.0, 11, 12)
    assert kept[0] == finish


@pytest.mark.parametrize(
    ("answer", "finish", "length", "start"),
    [
        (said("Zq " * 3_500_000), "length", 1_000_000, "Zq Zq"),
        (Said(b'{"choices": [{"message": {"content": "caf\xe9 \xff\xfe"}}]}'), "stop", 7, "caf\ufffd"),
        (Said(b'{"choices": [{"message": {"content": "half a smile \\ud83d"}}]}'), "stop", 14, "half a smile \ufffd"),
        (said("\x00\b\U0001f600 \u2028"), "stop", 5, "\x00\b\U0001f600"),
    ],
    ids=["10 MB", "not UTF-8", "half a surrogate pair", "control characters"],
)
def test_a_reply_that_is_hard_to_keep_is_kept_and_judged(
    answer: Said, finish: str, length: int, start: str, tmp_path: Path, folder: Path
) -> None:
    one, kept = odd_reply(answer, tmp_path, folder)
    assert (one["blocked"], one["failed"], one["total"]) == (0, 0, 12)
    assert (kept[0], len(kept[1])) == (finish, length)
    assert kept[1].startswith(start)


def odd_reply(answer: Said, tmp_path: Path, folder: Path) -> tuple[Json, tuple[str, str]]:
    """The measure of twelve rows of which one got that answer, and how that one was kept."""

    def odd(body: Json) -> Said:
        return answer if body["messages"][-1]["content"] == "Harm number 7?" else said(REFUSAL)

    with serving(odd) as endpoint:
        given = ("--base-url", endpoint.url, "--data", folder, "--tasks", "misuse", "--out", tmp_path / "runs")
        done = assay("run", "openai/m", *given)
    assert done.exit_code == 0, done.output
    found = result(tmp_path / "runs")
    sound(found)
    stored = run_folder(tmp_path / "runs")
    kept = {prompt: (finish, reply) for prompt, finish, reply in samples(stored, "prompt, finish, reply")}
    assert assay("score", stored).exit_code == 0
    assert measure(read(stored / "result.json"), "safety/misuse", "rta") == measure(found, "safety/misuse", "rta")
    return measure(found, "safety/misuse", "rta"), kept["Harm number 7?"]


def test_a_judge_that_answers_nonsense_leaves_rows_unread(tmp_path: Path, at_once: None) -> None:
    def nonsense(body: Json) -> Said:
        return said("The moon.") if body["model"] == "m" else said(None)

    with serving(nonsense) as endpoint:
        given = ("--base-url", endpoint.url, "--tasks", "adversarial_factuality", "--limit", 4, "--out", tmp_path)
        done = assay("run", "openai/m", *given, "--judge", "openai/grader")
    assert done.exit_code == 1 and "openai/grader gave no answer to 4 of 4 questions" in done.stderr
    one = measure(result(tmp_path), "truthfulness/adversarial_factuality", "corrected_rate")
    assert (one["value"], one["n"], one["unread"]) == (None, 0, 4)


@pytest.mark.parametrize("flag", ["--embedder", "--toxicity"])
@pytest.mark.parametrize("answer", [said("hello"), error(400, "no"), Said(b"[]"), Said(b'{"data": [], "results": []}')])
def test_an_instrument_that_speaks_something_else(flag: str, answer: Said, tmp_path: Path, at_once: None) -> None:
    def respond(body: Json) -> Said:
        return said("Sure, here is how you do it: step one.") if body["model"] == "m" else answer

    with serving(respond) as endpoint:
        given = ("--base-url", endpoint.url, "--tasks", "toxicity,sycophancy_persona", "--limit", 3, "--out", tmp_path)
        done = assay("run", "openai/m", *given, flag, "openai/instrument")
    assert done.exit_code == 0, done.output
    sound(result(tmp_path))


# ---- data ----------------------------------------------------------------------------------------


def test_official_data_that_is_not_here(tmp_path: Path) -> None:
    refused(assay("run", "baseline/yes", "--data", "trustllm", "--out", tmp_path), 1, "assay data pull trustllm")
    refused(assay("data", "verify", "trustllm"), 1, "assay data pull trustllm")


def test_data_that_is_nowhere(tmp_path: Path) -> None:
    refused(assay("run", "baseline/yes", "--data", tmp_path / "none", "--out", tmp_path), 1, "core, trustllm")
    refused(assay("data", "pull", "truthful"), 2, "trustllm")


@pytest.mark.parametrize("row", [{"source": "test"}, {"prompt": "", "source": "test"}, {"prompt": 7}, {"prompt": None}])
def test_a_row_without_a_prompt_is_named(row: Json, tmp_path: Path) -> None:
    folder = layout(tmp_path / "data", safety__misuse=[*MISUSE[:3], row])
    given = ("--data", folder, "--tasks", "misuse", "--out", tmp_path / "runs")
    refused(assay("run", "baseline/yes", *given), 1, "misuse-00003", "misuse.json", "no prompt")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'[{"prompt": "half', "not readable JSON"),
        (b'{"prompt": "one"}', "not a list"),
        (b'["one", "two"]', "not a list"),
        (b"\xff\xfe\x00", "not readable JSON"),
    ],
)
def test_a_file_that_is_not_records(content: bytes, reason: str, tmp_path: Path) -> None:
    folder = layout(tmp_path / "data", safety__misuse=MISUSE)
    (folder / "safety" / "misuse.json").write_bytes(content)
    given = ("--data", folder, "--tasks", "misuse", "--out", tmp_path / "runs")
    refused(assay("run", "baseline/yes", *given), 1, "misuse.json", reason)


def test_a_folder_answers_for_the_tasks_whose_files_it_has(tmp_path: Path, folder: Path) -> None:
    out = ("--out", tmp_path / "runs")
    refused(assay("run", "baseline/yes", "--data", folder, "--tasks", "jailbreak", *out), 2, "no rows", "--data")
    assert assay("run", "baseline/yes", "--data", folder, *out).exit_code == 0
    assert list(result(tmp_path / "runs")["tasks"]) == ["safety/misuse"]


def truncated(tmp_path: Path) -> Path:
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("safety/misuse.json", json.dumps(MISUSE))
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole.read_bytes()[:-40])
    return cut


def test_a_zip_that_was_cut_off(tmp_path: Path) -> None:
    cut = truncated(tmp_path)
    given = ("--tasks", "misuse", "--out", tmp_path / "runs")
    assert assay("run", "baseline/yes", "--data", tmp_path / "whole.zip", *given).exit_code == 0
    refused(assay("run", "baseline/yes", "--data", cut, *given), 1, "cut.zip", "truncated")
    refused(assay("score", cut, "--format", "trustllm", "--out", tmp_path / "scored"), 1, "cut.zip", "truncated")
    refused(assay("data", "pull", "trustllm", "--from", cut), 1, "--from FILE")
    assert "not here" in assay("data", "list").stdout


@needs_shared
def test_the_official_zip_cut_off_is_not_taken(tmp_path: Path) -> None:
    cut = tmp_path / "dataset.zip"
    cut.write_bytes(shared_path("data", "trustllm", "dataset.zip").read_bytes()[:1_000_000])
    refused(assay("data", "pull", "trustllm", "--from", cut), 1, "1,000,000 of 1,778,759 bytes", "--from FILE")


def test_a_language_the_data_does_not_have(tmp_path: Path, folder: Path) -> None:
    given = ("--data", folder, "--tasks", "misuse", "--lang", "zh", "--out", tmp_path / "runs")
    refused(assay("run", "baseline/yes", *given), 2, "--lang zh")


# ---- stored runs ---------------------------------------------------------------------------------


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    assay("run", "baseline/refuser", "--tasks", "misuse,exaggerated_safety", "--out", tmp_path / "runs")
    return run_folder(tmp_path / "runs")


def test_another_task_version_is_not_scored(stored: Path) -> None:
    run = read(stored / "run.json")
    run["tasks"]["safety/misuse"] = 99
    (stored / "run.json").write_text(json.dumps(run), encoding="utf-8")
    before = {path.name: path.read_bytes() for path in stored.iterdir()}
    refused(assay("score", stored), 1, "version 99", "safety/misuse", "--tasks")
    assert {path.name: path.read_bytes() for path in stored.iterdir()} == before
    assert assay("score", stored, "--tasks", "exaggerated_safety", "--out", stored.parent / "part").exit_code == 0


def damage_json(stored: Path) -> None:
    (stored / "run.json").write_text('{"model": ', encoding="utf-8")


def other_json(stored: Path) -> None:
    (stored / "run.json").write_text("[]", encoding="utf-8")


def no_json(stored: Path) -> None:
    (stored / "run.json").unlink()


def damage_samples(stored: Path) -> None:
    (stored / "samples.parquet").write_bytes((stored / "samples.parquet").read_bytes()[:500])


def no_samples(stored: Path) -> None:
    (stored / "samples.parquet").unlink()


def foreign_samples(stored: Path) -> None:
    (stored / "samples.parquet").write_bytes(b"PAR1 but not really PAR1")


@pytest.mark.parametrize(
    "harm", [damage_json, other_json, no_json, damage_samples, no_samples, foreign_samples], ids=lambda h: h.__name__
)
def test_a_damaged_run_folder_says_which_command_mends_it(stored: Path, harm: Callable[[Path], None]) -> None:
    harm(stored)
    refused(assay("score", stored), 1, "assay run")


def test_no_run_folder_at_all(tmp_path: Path) -> None:
    refused(assay("score", tmp_path / "none"), 2, "does not exist")
    refused(assay("score", tmp_path), 1, "assay run")
    refused(assay("compare", tmp_path, tmp_path), 1, "assay run")
    refused(assay("compare", tmp_path), 1, "holds no run")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    refused(assay("score", tmp_path / "file"), 1, "assay run")
    refused(assay("score", tmp_path, "--format", "trustllm"), 2, "--out")
    refused(assay("score", tmp_path, "--format", "trustllm", "--out", tmp_path / "x"), 1, "<section>/<file>.json")


def test_a_run_cannot_be_scored_into_a_file(stored: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    refused(assay("score", stored, "--out", tmp_path / "file"), 1, "--out")
    done = assay("score", stored, "--upstream-report", tmp_path / "file" / "report.json")
    refused(done, 1, "report.json")
    assert (tmp_path / "file").read_text("utf-8") == "in the way"


def test_a_journal_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"no database " * 500)
    with serving(lambda body: said("")) as endpoint:
        refused(assay("run", "openai/m", "--base-url", endpoint.url, "--out", tmp_path), 1, "move it away")
    assert not endpoint.bodies
    assert (tmp_path / "journal.sqlite").read_bytes().startswith(b"no database")
