"""What an endpoint answers: the bytes of an HTTP/1.1 answer with a chat completion."""

from __future__ import annotations

import json


def http(status: str, body: bytes) -> bytes:
    """An answer, whole."""
    return f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


def completion(text: str, finish: str = "stop") -> bytes:
    """A chat completion that says so, and why it ended."""
    message = {"role": "assistant", "content": text}
    return json.dumps(
        {
            "id": "bench",
            "object": "chat.completion",
            "created": 0,
            "model": "bench",
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": 40, "completion_tokens": 5, "total_tokens": 45},
        }
    ).encode()
