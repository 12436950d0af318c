"""The viewer's socket: who is answered, with which guards, and how it ends."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from assay.errors import UsageError
from assay.view import Server, viewed
from assay.view.server import refused
from commands import assay
from commands import refused as said_no
from stored_runs import replies, stored


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stored(tmp_path_factory.mktemp("runs") / "run", {"safety/misuse": replies("rc")})


@pytest.fixture(scope="module")
def server(run: Path) -> Iterator[Server]:
    with Server(viewed([run])) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(server: Server, path: str | None = None, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    client = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    client.request(method, f"/{server.key}/" if path is None else path, headers=given)
    answer = client.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    client.close()
    return answer


def test_a_page_comes_with_its_guards(server: Server) -> None:
    answer = ask(server)
    assert answer.status == 200
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Python" not in answer.headers["Server"]
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_no_page_holds_script_or_style_of_its_own(server: Server) -> None:
    for path in ("", "runs", "sample/0/1", "compare", "none"):
        body = ask(server, f"/{server.key}/{path}").body.decode()  # type: ignore[attr-defined]
        assert "<style" not in body and " style=" not in body and " onclick" not in body
        assert body.count("<script") == body.count("<script src=") == 2


@pytest.mark.parametrize(
    ("host", "served"),
    [
        ("127.0.0.1:1", True),
        ("localhost", True),
        ("LOCALHOST:8000", True),
        ("[::1]:80", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example:80", False),
        ("evil.example#127.0.0.1", False),
        ("127.0.0.1@evil.example", False),
        ("0.0.0.0", False),
        ("192.168.0.2", False),
        ("", False),
        (None, False),
    ],
)
def test_only_names_of_loopback_are_served(host: str | None, served: bool) -> None:
    answer = refused(host, None, "/key/", "key")
    assert (answer is None) == served
    assert served or (answer is not None and answer.status == 421)


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)]
)
def test_what_another_page_asks_is_not_answered(site: str, status: int, server: Server) -> None:
    assert ask(server, Sec_Fetch_Site=site).status == status


@pytest.mark.parametrize("path", ["/", "/runs", "/wrong-key/", "/key", "//", "*", "http://127.0.0.1/"])
def test_nothing_is_served_without_the_key(path: str, server: Server) -> None:
    answer = ask(server, path)
    assert answer.status == 404
    assert b"Open the whole address" in answer.body  # type: ignore[attr-defined]


def test_a_foreign_host_is_refused_on_the_wire(server: Server) -> None:
    assert ask(server, Host="evil.example").status == 421


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_can_be_changed(method: str, server: Server) -> None:
    answer = ask(server, method=method, Origin="http://evil.example")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_head_has_no_body(server: Server) -> None:
    answer = ask(server, method="HEAD")
    assert answer.status == 200
    assert answer.body == b""  # type: ignore[attr-defined]
    assert int(answer.headers["Content-Length"]) > 1000


def test_keys_and_ports_are_new_each_time(run: Path, server: Server) -> None:
    with Server(viewed([run])) as other:
        assert other.key != server.key and len(other.key) >= 16
        assert other.server_address[0] == "127.0.0.1"
    with pytest.raises(UsageError, match="give another with --port"):
        Server(viewed([run]), server.server_port)


def test_ctrl_c_ends_it_quietly(run: Path) -> None:
    code = "from assay.cli import main; main()"
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        (sys.executable, "-c", code, "view", str(run)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        url, _, ends = process.stdout.readline().decode().partition("   ")
        assert url.startswith("http://127.0.0.1:") and ends == "until Ctrl-C\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, b"")


def test_the_command_says_what_it_cannot_show(tmp_path: Path) -> None:
    said_no(assay("view", tmp_path / "none"), 1, "does not exist")
    said_no(assay("view", tmp_path), 1, "holds no run")
