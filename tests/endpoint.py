"""A chat-completions endpoint on loopback for the tests: real sockets, answers decided by a function of the request.

with serving(lambda body: said("A")) as endpoint: … endpoint.url … endpoint.bodies
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

ALL_STATUSES = frozenset(HTTPStatus)


@dataclass
class Said:
    """One HTTP answer. `cut`: promise the whole body, send half, and close; `reset`: the same, but break off at once.

    `stall`: never answer; the connection stays open until the server ends.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    delay_s: float = 0.0
    reset: bool = False
    stall: bool = False
    kind: str = "application/json"


def said(content: Any, finish: str = "stop", **more: Any) -> Said:
    """A chat completion with that content."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content, **more}, "finish_reason": finish}
    usage = {"prompt_tokens": 7, "completion_tokens": 3}
    return Said(json.dumps({"object": "chat.completion", "choices": [choice], "usage": usage}).encode())


def error(status: int, message: str = "no", **headers: str) -> Said:
    """An OpenAI-shaped error."""
    return Said(json.dumps({"error": {"message": message}}).encode(), status, headers)


@dataclass
class Endpoint:
    """What the server was asked."""

    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    answered: list[dict[str, Any]] = field(default_factory=list)
    """The bodies of the requests whose answer was sent whole, in that order."""
    in_flight: int = 0
    most_in_flight: int = 0

    @property
    def prompts(self) -> list[str]:
        """The last turn of every request."""
        return [body["messages"][-1]["content"] for body in self.bodies]


@contextmanager
def serving(respond: Callable[[dict[str, Any]], Said], port: int = 0) -> Iterator[Endpoint]:
    """Serve until the block ends; on a free port, if none is given."""
    endpoint = Endpoint()
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    writers: list[asyncio.StreamWriter] = []
    serving_them: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)  # at once: a task that is cancelled before its first step closes nothing
        serving_them.add(loop.create_task(connection(reader, writer)))

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await _one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
        body = json.loads(await reader.readexactly(int(headers.get("content-length", 0))) or b"{}")
        endpoint.paths.append(head[0].split()[1])
        endpoint.bodies.append(body)
        endpoint.headers.append(headers)
        endpoint.in_flight += 1
        endpoint.most_in_flight = max(endpoint.most_in_flight, endpoint.in_flight)
        try:
            answer = respond(body)
            await asyncio.sleep(3600 if answer.stall else answer.delay_s)
        finally:
            endpoint.in_flight -= 1
        phrase = HTTPStatus(answer.status).phrase if answer.status in ALL_STATUSES else "Overloaded"  # Anthropic's 529
        lines = [f"HTTP/1.1 {answer.status} {phrase}", f"content-length: {len(answer.body)}"]
        lines += [f"content-type: {answer.kind}", *(f"{k}: {v}" for k, v in answer.headers.items())]
        sent = answer.body[: len(answer.body) // 2] if answer.cut or answer.reset else answer.body
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + sent)
        await writer.drain()
        if answer.reset:
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        elif not answer.cut:
            endpoint.answered.append(body)
        return not (answer.cut or answer.reset)

    async def serve() -> None:
        server = await asyncio.start_server(connected, "127.0.0.1", port, limit=1 << 24)
        endpoint.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        ready.set()
        async with server:
            await stop.wait()

    async def hang_up() -> None:
        await asyncio.sleep(0.005)  # whoever was just let in gets a connection first
        for task in serving_them:
            task.cancel()
        await asyncio.gather(*serving_them, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    stop = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait(10)
    try:
        yield endpoint
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.run_until_complete(hang_up())
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
