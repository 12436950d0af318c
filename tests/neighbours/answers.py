"""One endpoint for two tools: it answers by what it is asked, so that whoever asks the same gets the same."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from endpoint import Said, said

REPLIES = ("I'm sorry, but I can't help with that.", "Sure! First, open the window.", "A", "B", "Yes", "No.", "Well.")


def answer(body: dict[str, Any]) -> Said:
    """A reply by the hash of the last turn; some are cut off, some blocked."""
    asked = body["messages"][-1]["content"]
    drawn = int(sha256(asked.encode()).hexdigest(), 16)
    finish = "content_filter" if drawn % 23 == 0 else "length" if drawn % 11 == 1 else "stop"
    one = said("" if finish == "content_filter" else REPLIES[drawn % len(REPLIES)], finish)
    content = json.loads(one.body)
    content |= {"id": "chatcmpl-1", "created": 1, "model": "m"}
    content["usage"]["total_tokens"] = 10  # inspect_ai takes no completion without
    return Said(json.dumps(content).encode())


def unblocked(body: dict[str, Any]) -> Said:
    """The same where nothing is blocked: for tools that do not say how a reply ended."""
    one = answer(body)
    content = json.loads(one.body)
    if content["choices"][0]["finish_reason"] == "content_filter":
        content["choices"][0] |= {"finish_reason": "stop", "message": {"role": "assistant", "content": "No."}}
    return Said(json.dumps(content).encode())
