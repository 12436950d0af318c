"""`assay run --batch`: the same result as live, through files; nothing submitted twice, whatever happens in between."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from assay.batching import step
from assay.store.batches import Pending
from batch_server import Json, batching, completion, refusal
from commands import assay, layout, read, refused, run_folder, samples
from processes import ended, started, until

ROWS = 12
KEY = "sk-canary-77aa01b2c3"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "FIRST_POLL_S", 0.005)
    monkeypatch.setattr("assay.models.wrappers.LONGEST_BACKOFF_S", 0.01)


def number(body: Json) -> int:
    return int(body["messages"][-1]["content"].split()[-1].rstrip("?"))


def answer(body: Json) -> tuple[int, Json]:
    return 200, completion("I'm sorry, but I can't help with that." if number(body) % 3 else "Sure. Step one: dig.")


def command(url: str, folder: Path, *more: object, out: str = "runs", batch: bool = True) -> tuple[object, ...]:
    data = folder / "data"
    if not data.exists():
        layout(data, safety__misuse=[{"prompt": f"Harm number {one}?", "source": "t"} for one in range(ROWS)])
    return ("run", "openai/m", "--base-url", url, "--data", data, "--tasks", "misuse", *(["--batch"] if batch else []),
            "--out", folder / out, *more)  # fmt: skip


def notes(folder: Path) -> list[Path]:
    return sorted((folder / "runs" / "batches").iterdir()) if (folder / "runs" / "batches").exists() else []


def ended_with(done: Result, code: int, *words: str) -> None:
    """As `refused`, after whatever was said on the way."""
    assert done.exit_code == code and "Traceback" not in done.output, done.output
    last = done.stderr.splitlines()[-1]
    for word in words:
        assert word in last, last


def finishes(folder: Path) -> list[str]:
    return [finish for (finish,) in samples(run_folder(folder), "finish")]


def test_a_run_by_batch_ends_as_the_same_run_live(tmp_path: Path) -> None:
    with batching(answer) as service:
        done = assay(*command(service.url, tmp_path))
        assert done.exit_code == 0, done.output
        assert len(service.live) == 1  # finds out what the model takes
        assert sorted(map(number, service.bodies)) == list(range(1, ROWS))
        assert service.purposes == ["batch"] and len(service.batches) == 1
        live = assay(*command(service.url, tmp_path, out="live", batch=False))
        assert live.exit_code == 0
        bodies = {json.dumps(body, sort_keys=True) for body in service.live}
        assert {json.dumps(body, sort_keys=True) for body in service.bodies} <= bodies  # the very same requests
    here, there = run_folder(tmp_path / "runs"), run_folder(tmp_path / "live")
    assert (here / "result.json").read_bytes() == (there / "result.json").read_bytes()
    assert notes(tmp_path) == []
    assert f"all {ROWS - 1} requests answered" in done.stderr


def test_what_is_stored_goes_into_no_batch(tmp_path: Path) -> None:
    with batching(answer) as service:
        assert assay(*command(service.url, tmp_path, "--limit", 5, batch=False)).exit_code == 0
        assert assay(*command(service.url, tmp_path)).exit_code == 0
        assert len(service.bodies) == ROWS - 6
        asked = len(service.requests)
        assert assay(*command(service.url, tmp_path)).exit_code == 0
        assert len(service.requests) == asked  # all is stored


def test_draws_of_the_same_request_are_requests_of_their_own(tmp_path: Path) -> None:
    with batching(answer) as service:
        words = command(service.url, tmp_path, "--epochs", 2, "--temperature", 1, "--seed", 7)
        assert assay(*words).exit_code == 0
        assert len(service.bodies) == 2 * ROWS - 1
        assert len({line["custom_id"] for line in service.lines("batch_0")}) == 2 * ROWS - 1
        assert len({body["seed"] for body in service.bodies}) == 2


def test_large_runs_go_in_several_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "REQUESTS", 4)
    with batching(answer) as service:
        assert assay(*command(service.url, tmp_path)).exit_code == 0
        assert [len(service.lines(batch)) for batch in service.batches] == [4, 4, 3]
        assert len(service.live) == 1
    assert finishes(tmp_path / "runs") == ["stop"] * ROWS


# ---- interrupted ---------------------------------------------------------------------------------


@pytest.mark.parametrize("twice", [False, True])
def test_ctrl_c_leaves_the_batch_to_go_on_and_the_same_command_waits_for_it(twice: bool, tmp_path: Path) -> None:
    with batching(answer, hold=True) as service:
        words = command(service.url, tmp_path)
        for _ in range(1 + twice):
            process = started(*words)
            asked = len(service.requests)
            until(lambda asked=asked: ("GET", "/batches/batch_0") in service.requests[asked:], process)  # type: ignore[misc]
            process.send_signal(signal.SIGINT)
            code, told = ended(process)
            assert code == 130, told
            assert f"1 batch of {ROWS - 1} requests go on" in told and "assay run openai/m" in told
            assert "Traceback" not in told
        service.hold = False
        done = assay(*words)
        assert done.exit_code == 0, done.output
        assert len(service.batches) == 1 and len(service.live) == 1 and len(service.purposes) == 1
    assert finishes(tmp_path / "runs") == ["stop"] * ROWS and notes(tmp_path) == []


def test_killed_while_it_waits(tmp_path: Path) -> None:
    with batching(answer, hold=True) as service:
        words = command(service.url, tmp_path)
        process = started(*words)
        until(lambda: ("GET", "/batches/batch_0") in service.requests, process)
        process.kill()
        process.communicate()
        service.hold = False
        assert assay(*words).exit_code == 0
        assert len(service.batches) == 1 and len(service.live) == 1
    assert finishes(tmp_path / "runs") == ["stop"] * ROWS


def test_two_processes_submit_once_and_the_one_goes_on_for_the_other(tmp_path: Path) -> None:
    with batching(answer, hold=True) as service:
        words = command(service.url, tmp_path)
        first = started(*words)
        until(lambda: ("GET", "/batches/batch_0") in service.requests, first)
        second = started(*words)
        assert second.stderr is not None
        assert "another process is at the batches" in second.stderr.readline()
        first.kill()
        first.communicate()
        service.hold = False
        code, told = ended(second)
        assert code == 0, told
        assert len(service.batches) == 1 and len(service.live) == 1
    assert finishes(tmp_path / "runs") == ["stop"] * ROWS


MOMENTS: dict[str, Callable[[Pending], bool]] = {
    "written": lambda one: not one.file,
    "uploaded": lambda one: bool(one.file) and not one.batch,
    "submitted": lambda one: bool(one.batch),
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("written", [False, True])
def test_killed_at_any_moment_of_submitting_nothing_is_submitted_twice(
    moment: str, written: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before or after the note of that moment is on the disk."""
    dies = MOMENTS[moment]
    write = Pending.write

    class Died(BaseException):
        pass

    def dying(one: Pending) -> None:
        if dies(one):
            if written:
                write(one)
            raise Died
        write(one)

    with batching(answer) as service:
        words = command(service.url, tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(Pending, "write", dying)
            patch.setattr(Pending, "forget", lambda one: None)  # the dead tidy nothing up
            with pytest.raises(Died):
                assay(*words)
        assert len(service.batches) == (moment == "submitted")
        done = assay(*words)
        assert done.exit_code == 0, done.output
        assert len(service.batches) == 1 and len(service.live) == (1 if moment == "submitted" else 2)
    assert finishes(tmp_path / "runs") == ["stop"] * ROWS and notes(tmp_path) == []


def test_an_answer_to_the_submission_that_is_lost_does_not_submit_it_again(tmp_path: Path) -> None:
    with batching(answer, page=1) as service:
        service.create({"input_file_id": "file-x", "endpoint": "/v1/chat/completions", "completion_window": "24h"})
        service.files["file-x"] = b""
        service.faults["POST", "/batches"] = [(0, "")]
        assert assay(*command(service.url, tmp_path)).exit_code == 0
        assert len(service.batches) == 2
    assert finishes(tmp_path / "runs") == ["stop"] * ROWS


def test_what_may_pass_is_tried_again(tmp_path: Path) -> None:
    with batching(answer) as service:
        service.faults = {
            ("POST", "/files"): [(503, "busy"), (0, "")],
            ("GET", "/batches/batch_0"): [(500, "oops"), (429, "slow down")],
            ("GET", "/files/file-2/content"): [(502, "bad gateway")],
        }
        assert assay(*command(service.url, tmp_path)).exit_code == 0
        assert len(service.batches) == 1 and len(service.live) == 1


# ---- what a batch does not answer ----------------------------------------------------------------


def test_requests_that_a_batch_could_not_answer_are_asked_live(tmp_path: Path) -> None:
    asked: list[int] = []

    def sometimes(body: Json) -> tuple[int, Json]:
        asked.append(number(body))
        if number(body) in (3, 4) and asked.count(number(body)) == 1:
            return 500, refusal("the server had an error")
        if number(body) == 5:
            return 400, refusal("blocked", "content_filter")
        return answer(body)

    with batching(sometimes) as service:
        done = assay(*command(service.url, tmp_path))
        assert done.exit_code == 0, done.output
        assert sorted(map(number, service.live)) == [0, 3, 4]
    assert "9 of 11 requests answered; the other 2 are asked live (HTTP 500" in done.stderr
    assert sorted(finishes(tmp_path / "runs")) == ["filtered"] + ["stop"] * (ROWS - 1)


def test_of_an_expired_batch_what_came_is_kept_and_the_rest_not_bought_at_the_live_price_unasked(
    tmp_path: Path,
) -> None:
    with batching(answer, end="expired", answers=4) as service:
        ended_with(assay(*command(service.url, tmp_path)), 1, "expired with 4 of 11 answered", "`assay run openai/m")
        assert len(service.live) == 1
        service.end, service.answers = "completed", None
        assert assay(*command(service.url, tmp_path)).exit_code == 0
        assert [len(service.lines(batch)) for batch in service.batches] == [11, 6]
        assert len(service.live) == 2
    assert finishes(tmp_path / "runs") == ["stop"] * ROWS


def test_a_batch_that_is_not_taken_says_why(tmp_path: Path) -> None:
    with batching(answer, end="failed") as service:
        ended_with(assay(*command(service.url, tmp_path)), 1, "was not taken (Enqueued token limit reached)")
        assert len(service.live) == 1
    assert notes(tmp_path) == []


def test_a_batch_that_answers_nothing_is_not_paid_for_live(tmp_path: Path) -> None:
    with batching(lambda body: answer(body) if not number(body) else (400, refusal("no"))) as service:
        ended_with(assay(*command(service.url, tmp_path)), 1, "0 of 11 answered", "HTTP 400: no")
        assert len(service.live) == 1


def test_a_model_that_answers_nothing_gets_no_batch(tmp_path: Path) -> None:
    with batching(lambda body: (400, refusal("bad field"))) as service:
        refused(assay(*command(service.url, tmp_path)), 1, "no batch was submitted", "bad field", "without --batch")
        assert service.batches == {}


def test_fields_that_the_model_refuses_are_found_before(tmp_path: Path) -> None:
    def strict(body: Json) -> tuple[int, Json]:
        if "temperature" in body:
            return 400, {"error": {"message": "temperature is not supported", "param": "temperature"}}
        return answer(body)

    with batching(strict) as service:
        assert assay(*command(service.url, tmp_path)).exit_code == 0
        assert all("temperature" not in body for body in service.bodies) and len(service.bodies) == ROWS - 1


def test_a_batch_that_the_service_has_forgotten(tmp_path: Path) -> None:
    with batching(answer, hold=True) as service:
        service.faults["GET", "/batches/batch_0"] = [(401, "no")]
        assert assay(*command(service.url, tmp_path)).exit_code == 1
        (note,) = [path for path in notes(tmp_path) if path.suffix == ".json"]
        service.batches.clear()
        ended_with(assay(*command(service.url, tmp_path)), 1, "does not know batch batch_0", str(note))
        note.unlink()
        service.hold = False
        assert assay(*command(service.url, tmp_path)).exit_code == 0


# ---- hostile, and secret -------------------------------------------------------------------------


def test_lines_that_are_no_answers_cost_nothing(tmp_path: Path) -> None:
    def mangle(content: bytes) -> bytes:
        first, *rest = content.splitlines(keepends=True)
        swapped = json.loads(rest[0])
        swapped["response"]["body"] = completion("Sure. Step one: a second answer to the same.")
        strange = {**swapped, "custom_id": "00" * 16}
        junk = [b"\n", b"not json\n", b"[]\n", b"7\n", b'{"custom_id": ["a"]}\n', b"\xff\xfe\n", b"[" * 100_000 + b"\n",
                b'{"custom_id": "../../x", "response": {"status_code": 200, "body": {}}}\n',
                json.dumps(strange).encode() + b"\n",
                json.dumps({**swapped, "custom_id": 7}).encode() + b"\n"]  # fmt: skip
        broken = json.loads(first)
        shapes: list[Any] = [None, 7, "x", {}, {"status_code": "200"}, {"status_code": 200, "body": [1]}]
        wrong = [json.dumps({**broken, "response": shape}).encode() + b"\n" for shape in shapes]
        return b"".join([*wrong, *junk, *rest, json.dumps(swapped).encode() + b"\n", rest[1][: len(rest[1]) // 2]])

    with batching(answer, mangle=mangle) as service:
        done = assay(*command(service.url, tmp_path))
        assert done.exit_code == 0, done.output
        assert len(service.live) == 2  # the first, and the one whose lines were all wrong
    folder = run_folder(tmp_path / "runs")
    replies = samples(folder, "prompt, reply")
    assert {reply for prompt, reply in replies if "second answer" in reply} == set()
    assert finishes(tmp_path / "runs") == ["stop"] * ROWS


def test_the_key_is_sent_and_is_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def echo(body: Json) -> tuple[int, Json]:
        if number(body) == 4:
            return 400, refusal(f"you sent {KEY}")
        return 200, completion(f"You sent {KEY}.")

    monkeypatch.setenv("PLACE_API_KEY", KEY)
    with batching(echo) as service:
        monkeypatch.setenv("PLACE_BASE_URL", service.url)
        words = ["run", "place/m", *command(service.url, tmp_path)[4:]]
        service.faults["GET", "/batches/batch_0"] = [(500, f"you sent {KEY}"), (401, f"you sent {KEY}")]
        told = assay(*words)
        assert told.exit_code == 1 and "[key]" in told.stderr
        again = assay(*words)
        assert again.exit_code == 0, again.output
        assert all(headers["authorization"] == f"Bearer {KEY}" for headers in service.headers)
    assert KEY not in told.output + again.output
    assert [path for path in tmp_path.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()] == []
    assert {reply for (reply,) in samples(run_folder(tmp_path / "runs"), "reply")} == {"You sent [key].", ""}


# ---- what it costs, and who has batches ----------------------------------------------------------


def prices(folder: Path) -> Path:
    path = folder / "prices.toml"
    path.write_text('"openai/m" = {prompt = 1000.0, completion = 1000.0}\n', encoding="utf-8")
    return path


def test_a_cap_that_would_not_hold_refuses_before_anything_is_asked(tmp_path: Path) -> None:
    with batching(answer) as service:
        words = command(service.url, tmp_path, "--prices", prices(tmp_path))
        refused(assay(*words, "--max-cost", 0.01), 2, "--max-cost 0.01 would not hold", "price of live requests")
        refused(assay(*words, "--max-tokens", 5), 2, "--max-tokens 5 would not hold")
        assert service.requests == [] and notes(tmp_path) == []
        assert assay(*words, "--max-cost", 500).exit_code == 0
    assert read(run_folder(tmp_path / "runs") / "result.json")["usage"]["total"]["requests"] == ROWS


def test_a_cap_does_not_keep_from_collecting_what_was_submitted(tmp_path: Path) -> None:
    with batching(answer, hold=True) as service:
        words = command(service.url, tmp_path, "--prices", prices(tmp_path))
        service.faults["GET", "/batches/batch_0"] = [(401, "no")]
        assert assay(*words).exit_code == 1
        service.hold = False
        done = assay(*words, "--max-cost", 0.01)
        assert f"all {ROWS - 1} requests answered" in done.stderr
        assert len(service.live) == 1


def test_a_dry_run_says_how_many_would_go_and_asks_nothing(tmp_path: Path) -> None:
    with batching(answer, hold=True) as service:
        done = assay(*command(service.url, tmp_path), "--dry-run")
        assert done.exit_code == 0 and f"{ROWS} requests would go by batch" in done.stdout
        assert "Judges are asked live" in done.stdout and service.requests == []
        service.faults["GET", "/batches/batch_0"] = [(401, "no")]
        assert assay(*command(service.url, tmp_path)).exit_code == 1
        asked = len(service.requests)
        done = assay(*command(service.url, tmp_path), "--dry-run")
        assert "0 requests would go by batch" in done.stdout and "11 are in batches already" in done.stdout
        assert len(service.requests) == asked


def test_judges_are_asked_live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def both(body: Json) -> tuple[int, Json]:
        return 200, completion("VERDICT: agreed" if body["model"] == "judge" else "Hard to say, my friend.")

    opinions = [{"prompt": f"Opinion {one}. Do you agree?", "sentence": f"Opinion {one}", "bias_type": "x",
                 "stereo_antistereo": "stereo"} for one in range(9)]  # fmt: skip
    data = layout(tmp_path / "data", fairness__stereotype_agreement=opinions)
    with batching(both) as service:
        monkeypatch.setenv("COURT_BASE_URL", service.url)
        words = (
            "run",
            "openai/m",
            "--base-url",
            service.url,
            "--data",
            data,
            "--tasks",
            "stereotype_agreement",
            "--batch",
        )
        done = assay(*words, "--judge", "court/judge", "--out", tmp_path / "runs")
        assert done.exit_code == 0, done.output
        assert {body["model"] for body in service.bodies} == {"m"} and len(service.bodies) == 8
        assert "judge" in {body["model"] for body in service.live}


def test_a_judge_that_cannot_be_asked_is_found_before_the_batch(tmp_path: Path) -> None:
    with batching(answer) as service:
        refused(assay(*command(service.url, tmp_path, "--judge", "mistral/m")), 2, "MISTRAL_API_KEY is not set")
        assert service.requests == []


@pytest.mark.parametrize("model", ["baseline/chance", "ollama/m", "anthropic/claude-x", "mistral/m", "azure/m"])
def test_who_has_no_batches_is_told_so(model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is not asked for a key first."""
    for name in ("ANTHROPIC", "MISTRAL", "AZURE"):
        monkeypatch.delenv(f"{name}_API_KEY", raising=False)
    monkeypatch.setenv("AZURE_BASE_URL", "https://a.openai.azure.com/openai/v1")
    for more in ([], ["--dry-run"]):
        done = assay("run", model, "--tasks", "misuse", "--limit", 2, "--batch", "--out", tmp_path / "o", *more)
        refused(done, 2, f"{model} cannot be asked by batch", "openai, groq, qwen, moonshot", "without --batch")


@pytest.mark.parametrize("path", ["/files", "/batches"])
def test_a_server_without_batches(path: str, tmp_path: Path) -> None:
    with batching(answer) as service:
        service.faults["POST", path] = [(404, "what?")]
        refused(assay(*command(service.url, tmp_path)), 2, "HTTP 404", "run it without --batch")


def test_fresh_and_batch_are_told_apart(tmp_path: Path) -> None:
    refused(assay(*command("http://127.0.0.1:1/v1", tmp_path), "--fresh"), 2, "--fresh asks anew")


def test_a_damaged_note_is_not_guessed_at(tmp_path: Path) -> None:
    with batching(answer) as service:
        folder = tmp_path / "runs" / "batches"
        folder.mkdir(parents=True)
        (folder / "aa.json").write_text('{"model": 3', encoding="utf-8")
        refused(assay(*command(service.url, tmp_path)), 1, "aa.json cannot be used", "remove the file")
        assert service.batches == {}


def test_another_models_batch_is_left_alone(tmp_path: Path) -> None:
    with batching(answer) as service:
        folder = tmp_path / "runs" / "batches"
        folder.mkdir(parents=True)
        other = Pending(folder / "bb", "openai/other", service.url, 3, "file-9", "batch_9", 1.0)
        other.lines.write_bytes(b"")
        other.write()
        assert assay(*command(service.url, tmp_path)).exit_code == 0
        assert [path.name for path in notes(tmp_path)] == ["bb.json", "bb.jsonl"]
