"""A service on loopback that takes batch files: uploads, batches, their files, and live chat completions beside them.

with batching(answer) as service: … service.url … service.batches … service.hold
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]


def completion(text: str, finish: str = "stop") -> Json:
    """The body of an answer."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    return {"choices": [choice], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}


def refusal(message: str, code: str = "") -> Json:
    """The body of an error."""
    return {"error": {"message": message, "code": code}}


@dataclass
class Service:
    """What was sent there, and how it is to behave."""

    answer: Callable[[Json], tuple[int, Json]]
    """The body of a request → the status and body of its answer."""
    url: str = ""
    hold: bool = False
    """Batches stay in progress."""
    end: str = "completed"
    answers: int | None = None
    """So many requests of a batch are answered before it ends; all if None."""
    mangle: Callable[[bytes], bytes] = lambda content: content
    """What becomes of an output file on its way."""
    faults: dict[tuple[str, str], list[tuple[int, str]]] = field(default_factory=dict)
    """(method, path) → statuses and texts that its next answers have; status 0: it is done, and no answer comes."""
    page: int = 100
    requests: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    live: list[Json] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    purposes: list[str] = field(default_factory=list)
    batches: dict[str, Json] = field(default_factory=dict)

    def lines(self, batch: str) -> list[Json]:
        """The requests of a batch."""
        return [json.loads(line) for line in self.files[self.batches[batch]["input_file_id"]].splitlines()]

    @property
    def bodies(self) -> list[Json]:
        """Every request of every batch."""
        return [line["body"] for batch in self.batches for line in self.lines(batch)]

    # ---- what it does ----------------------------------------------------------------------------

    def upload(self, head: str, content: bytes) -> Json:
        kind, _, boundary = head.partition("; boundary=")
        assert kind == "multipart/form-data" and boundary
        fields: dict[str, bytes] = {}
        for part in content.split(b"--" + boundary.encode())[1:-1]:
            about, _, body = part.strip(b"\r\n").partition(b"\r\n\r\n")
            fields[about.partition(b'name="')[2].partition(b'"')[0].decode()] = body
        self.purposes.append(fields["purpose"].decode())
        return {"id": self._new(fields["file"].rstrip(b"\r\n") + b"\n"), "purpose": "batch"}

    def _new(self, content: bytes) -> str:
        name = f"file-{len(self.files)}"
        self.files[name] = content
        return name

    def create(self, body: Json) -> Json:
        assert body["endpoint"] == "/v1/chat/completions" and body["completion_window"] == "24h"
        batch = {"id": f"batch_{len(self.batches)}", "status": "in_progress", **body}
        self.batches[batch["id"]] = batch
        return batch

    def look(self, name: str) -> Json:
        batch = self.batches[name]
        lines = self.lines(name)
        if batch["status"] == "in_progress" and not self.hold:
            self._finish(batch, lines)
        done = batch.get("counts", (0, 0))
        return {**batch, "request_counts": {"total": len(lines), "completed": done[0], "failed": done[1]}}

    def _finish(self, batch: Json, lines: list[Json]) -> None:
        batch["status"] = self.end
        if self.end == "failed":
            batch["errors"] = {"data": [{"code": "token_limit_exceeded", "message": "Enqueued token limit reached"}]}
            return
        good: list[Json] = []
        bad: list[Json] = []
        for line in lines[: self.answers]:
            status, body = self.answer(line["body"])
            said = {"custom_id": line["custom_id"], "response": {"status_code": status, "body": body}, "error": None}
            (good if status == 200 else bad).append(said)
        for line in lines[len(lines) if self.answers is None else self.answers :]:
            error = {"code": "batch_expired", "message": "This request could not be executed in time."}
            bad.append({"custom_id": line["custom_id"], "response": None, "error": error})
        batch["counts"] = len(good), len(bad)
        for name, several in (("output_file_id", good), ("error_file_id", bad)):
            content = b"".join(json.dumps(one).encode() + b"\n" for one in reversed(several))  # in no order
            batch[name] = self._new(self.mangle(content)) if several else None

    def list(self, query: dict[str, list[str]]) -> Json:
        names = list(reversed(self.batches))
        start = names.index(query["after"][0]) + 1 if "after" in query else 0
        page = names[start : start + self.page]
        return {"data": [self.batches[name] for name in page], "has_more": start + self.page < len(names)}


@contextmanager
def batching(answer: Callable[[Json], tuple[int, Json]], **more: Any) -> Iterator[Service]:
    """Serve until the block ends."""
    service = Service(answer, **more)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def _handle(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            parts = urlsplit(self.path)
            path = parts.path.removeprefix("/v1")
            with lock:
                service.requests.append((self.command, path))
                service.headers.append({name.lower(): value for name, value in self.headers.items()})
                faults = service.faults.get((self.command, path))
                fault = faults.pop(0) if faults else None
                done = self._done(path, parse_qs(parts.query), content) if fault is None or not fault[0] else b""
            if fault is not None and not fault[0]:
                self.close_connection = True
                return
            status, body = (200, done) if fault is None else (fault[0], json.dumps(refusal(fault[1])).encode())
            if done is None or isinstance(done, tuple):
                status, body = done or (404, b'{"error": {"message": "no such thing"}}')
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _handle

        def _done(self, path: str, query: dict[str, list[str]], content: bytes) -> Any:
            if self.command == "POST" and path == "/files":
                return json.dumps(service.upload(self.headers["content-type"], content)).encode()
            if self.command == "POST" and path == "/batches":
                return json.dumps(service.create(json.loads(content))).encode()
            if path == "/batches":
                return json.dumps(service.list(query)).encode()
            if path == "/chat/completions":
                service.live.append(json.loads(content))
                status, body = service.answer(service.live[-1])
                return status, json.dumps(body).encode()
            kind, name, *_ = path.strip("/").split("/")
            if kind == "batches" and name in service.batches:
                return json.dumps(service.look(name)).encode()
            return service.files.get(name) if kind == "files" else None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
