"""A loopback endpoint for benchmarks: the least work that still is HTTP/1.1 and a chat completion.

    python benchmarks/endpoint.py LATENCY_MS [--say TEXT]

Prints its port, then answers every POST with the same completion, LATENCY_MS after the whole request was there. It
costs a fraction of any client: one thread, no framework. Replies are late by some tenths of a millisecond at most on a
quiet machine; epoll alone would round to whole ones, and a millisecond is 2 % of 50.

`GET /seen` says as JSON what was asked so far (see `Seen`). It ends with SIGTERM, or after an hour without a request.
"""

from __future__ import annotations

import argparse
import json
import select
import signal
import socket
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass, field

from replying import completion, http
from seen import Seen

IDLE_S = 3600.0
ONE_READ = 1 << 16
"""More would make the allocator map fresh pages for every read, which costs twice what the rest does."""


@dataclass(slots=True, eq=False)
class Client:
    """One connection: what was read of a request that is not whole yet."""

    socket: socket.socket
    half: bytes = b""
    gone: bool = False


@dataclass(slots=True)
class Endpoint:
    """Everything that is open, due and counted."""

    latency_s: float
    answer: bytes
    seen: Seen = field(default_factory=Seen)
    began_s: float = field(default_factory=time.process_time)
    clients: dict[int, Client] = field(default_factory=dict)
    due: deque[tuple[float, Client]] = field(default_factory=deque)
    """The latency is the same for all, so what came first is due first."""

    def serve(self, listening: socket.socket) -> None:
        """Answer until nobody asked for an hour."""
        poll, door = select.epoll(), listening.fileno()
        poll.register(door, select.EPOLLIN)
        active = time.monotonic()
        while (now := time.monotonic()) - active < IDLE_S:
            for descriptor, _ in self.ready(poll, now):
                active = now
                if descriptor == door:
                    self.admit(listening, poll)
                else:
                    self.read(descriptor)
            self.answer_due()

    def ready(self, poll: select.epoll, now: float) -> list[tuple[int, int]]:
        """Wait for something to read, or until the next reply is due."""
        if not self.due:
            return poll.poll(60.0)
        # An epoll is itself readable where one of its sockets is, and select takes its time-out in microseconds.
        readable, _, _ = select.select((poll,), (), (), max(0.0, self.due[0][0] - now))
        return poll.poll(0) if readable else []

    def admit(self, listening: socket.socket, poll: select.epoll) -> None:
        """Another connection."""
        opened, _ = listening.accept()
        opened.setblocking(False)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.clients[opened.fileno()] = Client(opened)
        self.seen.connections += 1
        poll.register(opened, select.EPOLLIN)

    def read(self, descriptor: int) -> None:
        """More bytes from a client; take every whole request."""
        client = self.clients[descriptor]
        try:
            data = client.socket.recv(ONE_READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            del self.clients[descriptor]
            client.socket.close()
            client.gone = True
            return
        data = client.half + data if client.half else data
        while data:
            end = data.find(b"\r\n\r\n") + 4
            if end < 4 or len(data) < end + (length := content_length(data[:end])):
                break
            self.take(client, data[:end])
            data = data[end + length :]
        client.half = data

    def take(self, client: Client, head: bytes) -> None:
        """One whole request."""
        if not head.startswith(b"POST "):
            client.socket.send(self.told(head))
            return
        seen, now = self.seen, time.monotonic()
        seen.requests += 1
        seen.first_s = seen.first_s or now
        seen.in_flight += 1
        seen.most_in_flight = max(seen.most_in_flight, seen.in_flight)
        if self.latency_s:
            self.due.append((now + self.latency_s, client))
        else:
            self.reply(client, now)

    def answer_due(self) -> None:
        """Everything whose time has come."""
        while self.due and self.due[0][0] <= (now := time.monotonic()):
            when, client = self.due.popleft()
            self.seen.late_s += now - when
            self.reply(client, now)

    def reply(self, client: Client, now: float) -> None:
        """Answer one request, unless its client has gone."""
        self.seen.in_flight -= 1
        try:
            if client.gone:
                raise ConnectionResetError
            client.socket.send(self.answer)
        except OSError:
            self.seen.lost += 1
        else:
            self.seen.replies += 1
            self.seen.last_s = now

    def told(self, head: bytes) -> bytes:
        """`GET /seen`; anything else that is no POST is not here."""
        if not head.startswith(b"GET /seen "):
            return http("404 Not Found", b"{}")
        self.seen.cpu_s = time.process_time() - self.began_s
        return http("200 OK", json.dumps(asdict(self.seen)).encode())


def content_length(head: bytes) -> int:
    """Of a request's head; 0 where none is said."""
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest[: rest.index(b"\r")]) if found else 0


def main() -> None:
    """Listen on a free port of loopback and say which."""
    words = argparse.ArgumentParser()
    words.add_argument("latency_ms", type=float)
    words.add_argument("--say", default="The answer is A.")
    given = words.parse_args()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit())
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        print(listening.getsockname()[1], flush=True)
        Endpoint(given.latency_ms / 1000, http("200 OK", completion(given.say))).serve(listening)


if __name__ == "__main__":
    main()
