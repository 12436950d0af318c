"""Bytes out, bytes in: what is read of an answer, what is not, and what never gets out of here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from email.utils import formatdate
from time import time
from typing import Any

import pytest

from assay.errors import UsageError
from assay.models import http
from assay.models.http import Answer, Http, Unreachable, checked_key, seconds

KEY = "sk-canary-0123456789"
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"

Respond = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Raw:
    """A server that answers every request with these bytes, and counts."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond
        self.url = ""
        self.connections = 0
        self.heads: list[bytes] = []
        self.open: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open[writer] = asyncio.current_task()
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                self.heads.append(head)
                await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
                await self.respond(writer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def raw(respond: Respond) -> AsyncIterator[Raw]:
    served = Raw(respond)
    server = await asyncio.start_server(served.connected, "127.0.0.1", 0)
    served.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/chat/completions"
    try:
        yield served
    finally:
        server.close()
        for writer in served.open:
            writer.transport.abort()
        await asyncio.gather(*filter(None, served.open.values()))


def sends(*parts: bytes, close: bool = False) -> Respond:
    async def respond(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
        if close:
            writer.close()

    return respond


def posted(respond: Respond, key: str = "", timeout_s: float = 5.0) -> Answer:
    async def go() -> Answer:
        client = Http(key, timeout_s)
        async with raw(respond) as server:
            try:
                return await client.post(server.url, b"{}")
            finally:
                await client.close()

    return run(go())


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("7", 7.0), ("0.5", 0.5), ("-3", 0.0), (" 12 ", 12.0), ("0", 0.0),
        ("1s", 1.0), ("6m0s", 360.0), ("20ms", 0.02), ("1h2m3s", 3723.0), ("2m59.56s", 179.56), ("7.66s", 7.66),
        ("1d", 86400.0), ("120us", 0.00012), ("Fri, 31 Dec 1999 23:59:59 GMT", 0.0),
        ("", None), (None, None), ("soon", None), ("s", None), ("1 fortnight", None), ("٣", None), ("nan", None),
        ("inf", None), ("1e400", None), ("9" * 5000, None), ("Fri, 99 Dec 1999 99:99:99 GMT", None), ("7; w=1", None),
    ],
)  # fmt: skip
def test_waits_as_servers_say_them(said: str | None, expected: float | None) -> None:
    assert seconds(said) == (expected if expected is None else pytest.approx(expected))


@pytest.mark.parametrize("said", [lambda at: formatdate(at, usegmt=True), lambda at: str(int(at))])
def test_a_moment_to_wait_for(said: Callable[[float], str]) -> None:
    assert 17.0 <= (seconds(said(time() + 20)) or 0.0) <= 20.0
    assert seconds(said(time() - 20)) == 0.0


@pytest.mark.parametrize(
    ("status", "headers", "wait_s", "spent_s"),
    [
        ("429 No", "retry-after: 3", 3.0, 0.0),
        ("503 No", "Retry-After: 0", 0.0, 0.0),
        ("429 No", "", None, 0.0),
        ("429 No", "retry-after: whenever", None, 0.0),
        ("200 OK", "retry-after: 3", None, 0.0),
        ("200 OK", "x-ratelimit-remaining-requests: 0\r\nx-ratelimit-reset-requests: 1m0s", None, 60.0),
        ("200 OK", "x-ratelimit-remaining-tokens: 0\r\nx-ratelimit-reset-tokens: 20ms", None, 0.02),
        ("200 OK", "x-ratelimit-remaining-requests: 10\r\nx-ratelimit-reset-requests: 6m0s", None, 0.0),
        ("200 OK", "RateLimit-Remaining: 0\r\nRateLimit-Reset: 5", None, 5.0),
        ("200 OK", "ratelimit-remaining: 0", None, 0.0),
        ("200 OK", "x-ratelimit-remaining-requests: 0\r\nx-ratelimit-reset-requests: 2s\r\n"
                   "x-ratelimit-remaining-tokens: 0\r\nx-ratelimit-reset-tokens: 4s", None, 4.0),
    ],
)  # fmt: skip
def test_what_headers_say_of_waiting(status: str, headers: str, wait_s: float | None, spent_s: float) -> None:
    lines = f"HTTP/1.1 {status}\r\ncontent-length: 2\r\n{headers}".strip() + "\r\n\r\n{}"
    assert posted(sends(lines.encode())) == Answer(int(status[:3]), b"{}", wait_s, spent_s)


def test_64_at_once_need_64_connections_however_many_they_ask() -> None:
    async def respond(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.005)
        writer.write(OK)

    async def go() -> tuple[int, int]:
        client = Http()
        async with raw(respond) as server:
            for _ in range(5):
                await asyncio.gather(*(client.post(server.url, b"{}") for _ in range(64)))
                await asyncio.sleep(0.05)  # an answer is here before its connection is back
            await client.close()
            return server.connections, len(server.heads)

    assert run(go()) == (64, 320)


def test_what_is_sent() -> None:
    async def go() -> bytes:
        client = Http(KEY)
        async with raw(sends(OK)) as server:
            await client.post(server.url, b'{"a": 1}')
            await client.close()
            return server.heads[0]

    lines = run(go()).decode().split("\r\n")
    assert lines[0] == "post /v1/chat/completions http/1.1"
    assert f"authorization: bearer {KEY}" in lines
    assert "content-type: application/json" in lines
    assert not [line for line in lines if line.startswith("accept-encoding")], "nothing that unpacks without end"


def test_a_server_on_this_machine_is_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert posted(sends(OK)).status == 200


# ---- servers that lie ----------------------------------------------------------------------------


async def _without_end(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"400\r\n" + b" " * 0x400 + b"\r\n")
        await asyncio.sleep(0)  # the client lives in this very loop


@pytest.mark.parametrize(
    "respond",
    [
        _without_end,
        sends(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n", b" " * 500_000),
        sends(b"HTTP/1.1 500 Oops\r\ncontent-length: 20000\r\n\r\n", b" " * 20_000),
    ],
)
def test_no_more_is_read_than_the_limit(respond: Respond, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BODY_LIMIT", 10_000)
    with pytest.raises(Unreachable, match="larger than"):
        posted(respond)


def test_an_answer_of_just_the_limit_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BODY_LIMIT", 10_000)
    answer = posted(sends(b"HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n", b" " * 10_000))
    assert len(answer.body) == 10_000


FAILURES: dict[str, Respond] = {
    "closed": sends(close=True),
    "cut off": sends(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{", KEY.encode(), close=True),
    "no HTTP": sends(f"220 {KEY} ESMTP\r\n".encode(), close=True),
    "endless headers": sends(b"HTTP/1.1 200 OK\r\n", f"x-echo: {KEY}\r\n".encode() * 50_000),
    "stalled": sends(),
}


@pytest.mark.parametrize("respond", FAILURES.values(), ids=FAILURES)
def test_a_failure_is_one_exception_without_a_past_or_a_key(respond: Respond) -> None:
    with pytest.raises(Unreachable) as caught:
        posted(respond, KEY, timeout_s=0.2)
    error = caught.value
    assert str(error)
    assert KEY not in repr(error)
    assert error.__cause__ is None and error.__context__ is None


def test_a_server_that_repeats_the_key_finds_it_taken_out() -> None:
    said = f'{{"error": "you sent Bearer {KEY}"}}'.encode()
    lines = f"HTTP/1.1 400 No\r\nx-echo: {KEY}\r\ncontent-length: {len(said)}\r\n\r\n".encode()
    answer = posted(sends(lines, said), KEY)
    assert answer.body == b'{"error": "you sent Bearer [key]"}'
    assert KEY not in repr(answer) + repr(Http(KEY)) + str(vars(answer) if hasattr(answer, "__dict__") else "")


@pytest.mark.parametrize("key", ["sk-a\nb", "sk-ключ", "sk a", "sk-\x00"])
def test_a_key_that_no_header_can_hold_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(UsageError, match="OPENAI_API_KEY") as caught:
        checked_key(key, "OPENAI_API_KEY")
    assert key not in str(caught.value)
    assert checked_key(" sk-a\n", "X") == "sk-a"
