"""A key is sent to its endpoint and is nowhere else: not in files, not on the screen, not in an exception."""

from __future__ import annotations

import json
import sqlite3
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from assay.cases import Asking
from assay.cli import main
from assay.errors import AssayError
from assay.judging import Judging
from assay.models import Connections
from assay.models.providers import table
from assay.run import Order, run
from assay.tasks import select
from commands import layout, run_folder, samples
from endpoint import Said, error, said, serving

CANARY = "sk-canary-5f2d9c61b7"
ECHO = f"you sent authorization: Bearer {CANARY}"

PATHS: dict[str, Callable[[], Said]] = {
    "401": lambda: error(401, ECHO),
    "403": lambda: error(403, ECHO),
    "404": lambda: error(404, ECHO),
    "405": lambda: error(405, ECHO),
    "redirect": lambda: Said(ECHO.encode(), 301, {"location": f"http://127.0.0.1:1/?key={CANARY}"}),
    "400": lambda: error(400, ECHO),
    "blocked": lambda: error(400, f"content_filter: {ECHO}"),
    "429": lambda: error(429, ECHO, **{"retry-after": "0"}),
    "500": lambda: error(500, ECHO),
    "web page": lambda: Said(f"<html>{ECHO}</html>".encode(), 502, kind="text/html"),
    "malformed": lambda: Said(f'{{"choices": "{ECHO}'.encode()),
    "no completion": lambda: Said(f'{{"status": "{ECHO}"}}'.encode()),
    "error with 200": lambda: Said(f'{{"error": {{"message": "{ECHO}"}}}}'.encode()),
    "no choices": lambda: Said(f'{{"choices": [], "note": "{ECHO}"}}'.encode()),
    "cut off": lambda: Said(f'{{"choices": "{ECHO}'.encode() * 99, cut=True),
    "reset": lambda: Said(f'{{"choices": "{ECHO}'.encode() * 99, reset=True),
    "stall": lambda: Said(stall=True),
    "a reply": lambda: said(ECHO),
    "a filtered reply": lambda: said(ECHO, "content_filter"),
    "header": lambda: Said(said("A").body, headers={"x-echo": CANARY, "retry-after": CANARY}),
}


def leaks(folder: Path) -> list[str]:
    """The files that hold the key, compressed or not."""
    found = [str(path) for path in folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    for path in folder.rglob("*.parquet"):
        with duckdb.connect() as db:
            found += [
                str(path) for row in db.execute("FROM read_parquet(?)", [str(path)]).fetchall() if CANARY in str(row)
            ]
    for path in folder.rglob("*.sqlite"):
        with sqlite3.connect(path) as store:
            found += [str(path) for line in store.iterdump() if CANARY in line]
            found += [str(path) for row in store.execute("SELECT * FROM replies") if CANARY.encode() in b"".join(
                cell if isinstance(cell, bytes) else str(cell).encode() for cell in row)]  # fmt: skip
        store.close()
    return found


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.models.wrappers.pause", lambda earlier, asked, jitter: 0.0)
    monkeypatch.setattr("assay.models.pace.FIRST_PAUSE_S", 0.0)
    monkeypatch.setattr("assay.models.limits.NEVER_UP_S", 0.0)


@pytest.mark.parametrize("path", PATHS)
def test_the_key_is_nowhere(path: str, tmp_path: Path) -> None:
    data = layout(tmp_path / "data", safety__misuse=[{"prompt": f"Harm {n}?", "source": "t"} for n in range(3)])
    with serving(lambda body: PATHS[path]()) as endpoint:
        words = ["run", "openai/m", "--base-url", endpoint.url, "--data", str(data), "--tasks", "misuse",
                 "--timeout", "0.3", "--out", str(tmp_path / "runs")]  # fmt: skip
        done = CliRunner().invoke(main, words, env={"OPENAI_API_KEY": CANARY, "COLUMNS": "400"})
        sent = endpoint.headers
    assert sent and all(headers["authorization"] == f"Bearer {CANARY}" for headers in sent)
    assert CANARY not in done.output
    assert isinstance(done.exception, SystemExit | None)
    assert not leaks(tmp_path)


@pytest.mark.parametrize("key", ["x", "a", "none", "EMPTY", "content", "choices"])
def test_a_placeholder_for_a_key_leaves_replies_alone(key: str, tmp_path: Path) -> None:
    data = layout(tmp_path / "data", safety__misuse=[{"prompt": "Harm?", "source": "t"}])
    text = f"None of these: the next text is {key}, EMPTY, none, content, choices."
    with serving(lambda body: said(text)) as endpoint:
        words = ["run", "openai/m", "--base-url", endpoint.url, "--data", str(data), "--tasks", "misuse",
                 "--out", str(tmp_path / "runs")]  # fmt: skip
        done = CliRunner().invoke(main, words, env={"OPENAI_API_KEY": key, "COLUMNS": "400"})
    assert done.exit_code == 0, done.output
    ((reply,),) = samples(run_folder(tmp_path / "runs"), "reply")
    assert reply == text


def native(**body: Any) -> Said:
    return Said(json.dumps(body).encode())


ECHOED = {"type": "text", "text": ECHO}
OWN_PATHS: dict[str, dict[str, Callable[[], Said]]] = {
    "azure": {
        "thoughts": lambda: said("A", reasoning_content=ECHO),
        "thoughts in tags": lambda: said(f"<think>{ECHO}</think>A"),
        "refused field": lambda: error(400, f"temperature is not supported: {ECHO}"),
    },
    "anthropic": {
        "a reply": lambda: native(content=[ECHOED], stop_reason="end_turn"),
        "thoughts": lambda: native(content=[{"type": "thinking", "thinking": ECHO}], stop_reason="max_tokens"),
        "refusal": lambda: native(content=[ECHOED], stop_reason="refusal", stop_details={"category": ECHO}),
        "no message": lambda: native(content=ECHO),
        "400 of a key": lambda: Said(native(type="error", error={"type": ECHO, "message": ECHO}).body, 400),
    },
    "gemini": {
        "a reply": lambda: native(candidates=[{"content": {"parts": [ECHOED]}, "finishReason": ECHO}]),
        "thoughts": lambda: native(candidates=[{"content": {"parts": [{"thought": True, "text": ECHO}]}}]),
        "blocked": lambda: native(promptFeedback={"blockReason": ECHO}),
        "no candidates": lambda: native(candidates=ECHO),
        "400 of a key": lambda: Said(native(error={"message": f"API_KEY_INVALID {ECHO}"}).body, 400),
        "wait": lambda: Said(native(error={"details": [{"retryDelay": CANARY}]}).body, 429),
    },
}


@pytest.mark.parametrize(
    ("provider", "path"),
    [(one, path) for one, own in OWN_PATHS.items() for path in ("401", "400", "500", "malformed", "header", *own)],
)
def test_the_key_of_another_provider_is_nowhere(provider: str, path: str, tmp_path: Path) -> None:
    data = layout(tmp_path / "data", safety__misuse=[{"prompt": f"Harm {n}?", "source": "t"} for n in range(3)])
    header = table()[provider].key_header
    answers = PATHS | OWN_PATHS[provider]
    with serving(lambda body: answers[path]()) as endpoint:
        words = ["run", f"{provider}/m", "--data", str(data), "--tasks", "misuse", "--seed", "1",
                 "--extra", "logprobs=true", "--out", str(tmp_path / "runs")]  # fmt: skip
        named = provider.upper()
        env = {f"{named}_BASE_URL": endpoint.url, f"{named}_API_KEY": CANARY, "COLUMNS": "400"}
        done = CliRunner().invoke(main, words, env=env)
        sent, paths, listed = endpoint.headers, endpoint.paths, CliRunner().invoke(main, ["providers"], env=env)
    assert sent and all([name for name, value in headers.items() if CANARY in value] == [header] for headers in sent)
    assert CANARY not in done.output + listed.output + " ".join(paths)
    assert isinstance(done.exception, SystemExit | None)
    assert not leaks(tmp_path)


@pytest.mark.parametrize("path", ["401", "429", "500", "malformed", "reset", "stall"])
def test_the_key_is_in_no_exception_chain(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    data = layout(tmp_path / "data", safety__misuse=[{"prompt": "Harm?", "source": "t"}])
    with serving(lambda body: PATHS[path]()) as endpoint:
        connections = Connections(endpoint.url, timeout_s=0.3)
        order = Order("openai/m", select(["misuse"]), Asking(data=str(data)), Judging(), tmp_path / "runs")
        with pytest.raises(AssayError) as caught:
            run(order, connections)
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=False).format(chain=True))
    assert CANARY not in shown
    error: BaseException | None = caught.value
    while error is not None:
        assert CANARY not in repr(error) + str(vars(error)) + repr(error.args)
        error = error.__cause__ or error.__context__
    assert CANARY not in repr(connections) + repr(order) + repr(connections.model("openai/m"))


def test_a_key_in_the_address_is_refused_before_it_is_kept_anywhere(tmp_path: Path) -> None:
    for url in (f"https://user:{CANARY}@host/v1", f"https://{CANARY}@host/v1"):
        done = CliRunner().invoke(main, ["run", "openai/m", "--base-url", url, "--out", str(tmp_path / "runs")])
        assert done.exit_code == 2 and CANARY not in done.output
    assert not leaks(tmp_path)


@pytest.mark.parametrize(
    "name", ["../../x", "..", "a/../../b", "/etc/passwd", "a\0b", "x" * 5000, "-rf", "~/x", "C:\\x"]
)
def test_a_models_name_cannot_leave_the_output_folder(name: str, tmp_path: Path) -> None:
    data = layout(tmp_path / "data", safety__misuse=[{"prompt": "Harm?", "source": "t", "id": "../../../x"}])
    out = tmp_path / "deep" / "runs"
    with serving(lambda body: said("No.")) as endpoint:
        words: list[Any] = ["run", f"openai/{name}", "--base-url", endpoint.url, "--data", data, "--tasks", "misuse"]
        done = CliRunner().invoke(main, [str(word) for word in [*words, "--out", out]])
    assert done.exit_code in (0, 2), done.output
    assert {path.name for path in tmp_path.iterdir()} <= {"data", "deep"}
    written = [path for path in (tmp_path / "deep").rglob("*") if path.is_file()]
    assert all(path.parent == out or path.parent.parent == out for path in written)
