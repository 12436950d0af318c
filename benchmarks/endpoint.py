"""A loopback endpoint for benchmarks: the least work that still is HTTP/1.1 and a chat completion.

    python benchmarks/endpoint.py PORT_FILE LATENCY_MS

Answers every POST with the same completion, after the latency. Stopped by SIGTERM, it writes how many requests came in
how many seconds, first to last, behind the port.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from pathlib import Path

CHOICE = {"index": 0, "message": {"role": "assistant", "content": "The answer is A."}, "finish_reason": "stop"}
BODY = json.dumps(
    {"object": "chat.completion", "choices": [CHOICE], "usage": {"prompt_tokens": 9, "completion_tokens": 5}}
)
ANSWER = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(BODY)}\r\n\r\n{BODY}".encode()
IDLE_S = 900


class Connection(asyncio.Protocol):
    """Reads heads and bodies, and answers each."""

    latency_s = 0.0
    requests = 0
    first = last = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        """More bytes; answer every whole request."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            start = head.find(b"content-length:") + 15
            length = int(head[start : head.find(b"\r\n", start) if b"\r\n" in head[start:] else None])
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length :]
            now = time.perf_counter()
            Connection.requests += 1
            Connection.first, Connection.last = Connection.first or now, now
            if self.latency_s:
                asyncio.get_running_loop().call_later(self.latency_s, self.transport.write, ANSWER)
            else:
                self.transport.write(ANSWER)


async def serve(port_file: Path, latency_ms: float) -> None:
    """Listen until killed, or for a quarter of an hour at most."""
    Connection.latency_s = latency_ms / 1000
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=1024)
    port_file.write_text(str(server.sockets[0].getsockname()[1]), encoding="utf-8")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with server, asyncio.timeout(IDLE_S):
        await stop.wait()
    port_file.write_text(f"{Connection.requests} {Connection.last - Connection.first}", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), float(sys.argv[2])))
