"""The ceiling: a bare loop over the HTTP client that assay uses, and nothing else.

    python benchmarks/bare.py BASE_URL PROMPTS_JSON CONNECTIONS OUT

POST, parse, compare the text; no retry, no limit on a reply's size, nothing stored. Writes how many were right to OUT.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import orjson
import uvloop
from pyreqwest.client import ClientBuilder


async def right(url: str, prompts: list[str], connections: int) -> int:
    """How many prompts are answered with A, asked so many at a time."""
    client = ClientBuilder().default_headers({"content-type": "application/json"}).build()
    left, found = iter(prompts), 0

    async def worker() -> None:
        nonlocal found
        for prompt in left:
            body = {"model": "bench", "messages": [{"role": "user", "content": prompt}], "temperature": 0.0}
            response = await client.post(url).body_bytes(orjson.dumps(body)).build().send()
            answer = orjson.loads(memoryview(await response.bytes()))
            found += answer["choices"][0]["message"]["content"] == "A"

    await asyncio.gather(*(worker() for _ in range(connections)))
    await client.close()
    return found


def main(base_url: str, prompts: str, connections: str, out: str) -> None:
    """Ask all, and say how many were right."""
    asked = orjson.loads(Path(prompts).read_bytes())
    found = uvloop.run(right(f"{base_url}/chat/completions", asked, int(connections)))
    Path(out).write_text(str(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
