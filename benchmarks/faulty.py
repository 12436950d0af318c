"""A loopback endpoint that fails where it is told to, and counts what a provider would charge for.

It runs in threads of the process that measures: what is measured is what a tool asks and reports, not how fast it is.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from replying import completion, http

Answering = Callable[[Mapping[str, Any]], bytes]
"""A request's body to the whole answer: see `says`, `blocked` and `fails`."""


@dataclass(slots=True, eq=False)
class Faulty:
    """The endpoint, and what it was asked so far."""

    answering: Answering
    latency_s: float
    url: str = ""
    requests: int = 0
    answered: int = 0
    paid: int = 0
    """Completions, whether or not the client was still there to read them."""
    paid_s: float = field(default_factory=time.monotonic)
    """When the last of them was sent."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, body: bytes) -> bytes:
        """The whole answer to a request, once its latency is over."""
        asked = json.loads(body)  # half of one, from a client that was killed, is none
        with self.lock:
            self.requests += 1
        time.sleep(self.latency_s)
        answer = self.answering(asked)
        with self.lock:
            self.answered += 1
            if answer.startswith(b"HTTP/1.1 200 "):
                self.paid, self.paid_s = self.paid + 1, time.monotonic()
        return answer

    def settled(self) -> int:
        """Completions so far, once nothing is on its way any more."""
        time.sleep(2 * self.latency_s)
        while self.answered < self.requests:
            time.sleep(self.latency_s)
        return self.paid


@contextmanager
def serving(answering: Answering, latency_s: float) -> Iterator[Faulty]:
    """The endpoint, on a free port of loopback until the block ends."""
    faulty = Faulty(answering, latency_s)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self.wfile.write(faulty.answer(self.rfile.read(int(self.headers["content-length"]))))

        def log_message(self, *words: object) -> None:
            """Nothing: what it is asked is counted."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 1024

        def handle_error(self, *words: object) -> None:
            """Nothing: a client that was killed is no error."""

    with Server(("127.0.0.1", 0), Handler) as server:
        faulty.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield faulty
        finally:
            server.shutdown()


def says(text: str) -> bytes:
    """A completion."""
    return http("200 OK", completion(text))


def blocked() -> bytes:
    """A completion that a content filter emptied."""
    return http("200 OK", completion("", "content_filter"))


def fails() -> bytes:
    """An error of the server."""
    return http("500 Internal Server Error", b'{"error": {"message": "internal error", "type": "server_error"}}')
