"""Everything that servers do to requests, at given rates, decided by prompt and attempt alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import blake2b
from time import time
from typing import Any

from endpoint import Said, error, said

FAULTS: Mapping[str, Callable[[], Said]] = {
    "429": lambda: error(429, "slow down", **{"retry-after": "0.05"}),
    "429 until a date": lambda: error(429, "slow down", **{"retry-after": formatdate(time() + 0.2, usegmt=True)}),
    "500": lambda: error(500, "oops"),
    "503": lambda: error(503, "overloaded"),
    "reset": lambda: Said(said("A").body, reset=True),
    "cut": lambda: Said(said("A").body, cut=True),
    "malformed": lambda: Said(b'{"choices": [{"message": {"content": "A"'),
    "no completion": lambda: Said(json.dumps({"status": "ok"}).encode()),
    "web page": lambda: Said(b"<html><body>502 Bad Gateway</body></html>", kind="text/html"),
    "stall": lambda: Said(stall=True),
    "huge": lambda: Said(b'{"choices": [' + b" " * (65 << 20) + b"]}"),
}
"""What keeps a request from its reply; another try may have one."""

ENDINGS: Mapping[str, Callable[[], Said]] = {
    "filtered": lambda: said(None, "content_filter"),
    "length": lambda: said("The answer is", "length"),
    "rejected": lambda: error(400, "too long for this model"),
    "empty": lambda: said(""),
}
"""Unusual replies; asking again would bring the same."""

STORM = {"429": 0.10, "500": 0.05, "reset": 0.05, "malformed": 0.05, "stall": 0.02}


@dataclass
class Storm:
    """A server's behaviour, and what it gave to whom."""

    rates: Mapping[str, float]
    reply: Said = field(default_factory=lambda: said("I'm sorry, but I can't help with that."))
    seed: int = 0
    given: dict[str, list[str]] = field(default_factory=dict)
    """By prompt, what each attempt got: the name of a fault or of an ending, or `reply`."""

    def __call__(self, body: dict[str, Any]) -> Said:
        """The answer to one request."""
        prompt = body["messages"][-1]["content"]
        attempts = self.given.setdefault(prompt, [])
        name = self._drawn(prompt, len(attempts))
        attempts.append(name)
        made = FAULTS.get(name) or ENDINGS.get(name)
        return made() if made else self.reply

    def _drawn(self, prompt: str, attempt: int) -> str:
        """Endings belong to the prompt, faults to the attempt."""
        at = _share(self.seed, prompt)
        for name in self.rates.keys() & ENDINGS.keys():
            at -= self.rates[name]
            if at < 0:
                return name
        at = _share(self.seed, prompt, attempt)
        for name, rate in self.rates.items():
            if name in FAULTS:
                at -= rate
                if at < 0:
                    return name
        return "reply"

    @property
    def counts(self) -> Counter[str]:
        """How often each thing was given."""
        return Counter(name for attempts in self.given.values() for name in attempts)


def _share(*of: object) -> float:
    return int.from_bytes(blake2b(repr(of).encode(), digest_size=6).digest(), "big") / 2**48
