"""vLLM joined, started and ended: a stand-in for the executable, on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import pytest

from assay.errors import EndpointError, UsageError
from assay.local import Locals, Server
from assay.models import Connections
from assay.schema import Reply, Request, user

GUARDED = """import http.server, sys
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.send_response({status}); self.send_header("content-length", "0"); self.end_headers()
    def log_message(self, *words): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answers).serve_forever()
"""
"""A server that tells strangers nothing, not even whether it is well."""

STAND_IN = """#!{python}
import http.server, json, sys, time
if "--fails" in sys.argv:
    sys.exit("CUDA is not there")
with open({told!r}, "a") as told:
    told.write(json.dumps(sys.argv[1:]) + "\\n")
class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self, body):
        self.send_response(200); self.send_header("content-length", str(len(body))); self.end_headers()
        self.wfile.write(body)
    def do_GET(self): self.answer(b"")
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        said = {{"role": "assistant", "content": asked["model"] + " says hello"}}
        self.answer(json.dumps({{"choices": [{{"message": said, "finish_reason": "stop"}}]}}).encode())
    def log_message(self, *words): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Answers).serve_forever()
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def executable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`vllm` on PATH; returns the file in which it notes what it was called with."""
    told = tmp_path / "told"
    stand_in = tmp_path / "bin" / "vllm"
    stand_in.parent.mkdir()
    stand_in.write_text(STAND_IN.format(python=sys.executable, told=str(told)))
    stand_in.chmod(stand_in.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{stand_in.parent}{os.pathsep}{os.environ['PATH']}")
    return told


def asked(connections: Connections, name: str) -> Reply:
    async def go() -> Reply:
        try:
            return await connections.model(name)(Request(user("Hi")))
        finally:
            await connections.close()

    return asyncio.run(go())


def answers(port: int) -> bool:
    with socket.socket() as there:
        return there.connect_ex(("127.0.0.1", port)) == 0


def test_it_is_started_with_its_flags_asked_and_ended(
    executable: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_BASE_URL", f"http://127.0.0.1:{port}/v1")
    flags = (("max_model_len", 512), ("enforce-eager", True), ("enable-prefix-caching", False))
    reply = asked(Connections(local=Locals(flags)), "vllm/org/name")
    assert reply.text == "org/name says hello"
    (words,) = [json.loads(line) for line in executable.read_text(encoding="utf-8").splitlines()]
    assert words[:2] == ["serve", "org/name"]
    assert words[words.index("--max-model-len") + 1] == "512"
    assert "--enforce-eager" in words and "--no-enable-prefix-caching" in words
    assert not answers(port)


def test_one_that_answers_is_joined_and_left_alone(
    executable: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_BASE_URL", f"http://127.0.0.1:{port}/v1")
    with subprocess.Popen(["vllm", "serve", "other", "--port", str(port)]) as there:
        while not answers(port):
            time.sleep(0.02)
        try:
            assert asked(Connections(), "vllm/org/name").text == "org/name says hello"
            assert executable.read_text(encoding="utf-8").count("\n") == 1
            assert answers(port)
        finally:
            there.terminate()


@pytest.mark.parametrize(("status", "joined"), [(401, True), (403, True), (404, True), (503, False)])
def test_one_that_wants_a_key_is_there(
    status: int, joined: bool, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code = GUARDED.format(status=status)
    with subprocess.Popen([sys.executable, "-c", code, str(port)]) as there:
        while not answers(port):
            time.sleep(0.02)
        try:
            server = Server("org/name", f"http://127.0.0.1:{port}/v1")
            with nullcontext() if joined else pytest.raises(UsageError, match="no server answers"):
                asyncio.run(server.ready())
            assert server.is_up is joined and not server.started
        finally:
            there.terminate()


def test_one_that_ends_at_once_is_said_with_its_last_words(executable: Path, port: int) -> None:
    server = Server("org/name", f"http://127.0.0.1:{port}/v1", (("fails", True),))
    with pytest.raises(EndpointError, match="CUDA is not there"):
        asyncio.run(server.ready())


def test_where_none_answers_and_none_is_installed_both_fixes_are_named(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match=r"pip install vllm.*VLLM_BASE_URL"):
        asyncio.run(Server("org/name", f"http://127.0.0.1:{port}/v1").ready())


def test_one_that_stays_silent_is_given_up_and_ended(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = tmp_path / "vllm"
    silent.write_text(f"#!{sys.executable}\nimport time\nprint('loading', flush=True)\ntime.sleep(60)\n")
    silent.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    async def go() -> None:
        server = Server("org/name", f"http://127.0.0.1:{port}/v1", start_s=0.3)
        try:
            await server.ready()
        finally:
            await server.stop()
            assert not server.started

    with pytest.raises(EndpointError, match=r"did not answer in 0.3 s"):
        asyncio.run(go())
