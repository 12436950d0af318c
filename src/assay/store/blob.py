"""A reply as it is stored: one piece of bytes that says what it is, so that it can be found without a database.

    magic 8 | crc32 4 | length of the body 4 | when, ns since 1970, 8 | key 16 | body: JSON

The body is [text, finish, error, prompt tokens, completion tokens, model]; after them log-probabilities, and after
these the reasoning, where the reply has any.

The checksum covers all that follows it. It is against rot, not against people: whoever can write the file could write
any checksum. The first byte of the magic is in no UTF-8 text, so no reply, however crafted, can hold a forged one.
"""

from __future__ import annotations

from struct import Struct
from time import time_ns
from zlib import crc32

import orjson

from assay.schema import Reply, Usage

MAGIC = b"\xffassay1\n"
HEAD = Struct(">8sIIQ16s")
_CHECKED = Struct(">IQ16s")
_CRC_ENDS = 12


def written(key: bytes, model: str, reply: Reply) -> bytes:
    """The bytes of a reply; `key` has 16, `model` is there for whoever looks into the file."""
    usage = reply.usage
    said = [reply.text, reply.finish, reply.error, usage.prompt, usage.completion, model]
    if reply.logprobs or reply.reasoning:
        said.append(reply.logprobs)
    if reply.reasoning:
        said.append(reply.reasoning)
    body = orjson.dumps(said)
    checked = _CHECKED.pack(len(body), time_ns(), key)
    return b"".join((MAGIC, crc32(body, crc32(checked)).to_bytes(4, "big"), checked, body))


def sound(blob: bytes) -> bool:
    """Whether these are the bytes that were written, whole."""
    if len(blob) < HEAD.size:
        return False
    magic, checksum, length, _, _ = HEAD.unpack_from(blob)
    return (magic, length, checksum) == (MAGIC, len(blob) - HEAD.size, crc32(blob[_CRC_ENDS:]))


def key_of(blob: bytes) -> bytes:
    """The key that a blob says it has; of use only where it is sound."""
    return blob[HEAD.size - 16 : HEAD.size]


def read(key: bytes, blob: bytes) -> Reply | None:
    """The reply, or None where these are not the bytes that were written under this key."""
    if not sound(blob) or key_of(blob) != key:
        return None
    text, finish, error, prompt, completion, _, *more = orjson.loads(blob[HEAD.size :])
    if not more:
        return Reply(text, finish, error, Usage(prompt, completion))
    logprobs, reasoning = more if len(more) > 1 else (more[0], "")
    return Reply(text, finish, error, Usage(prompt, completion), {}, tuple(map(tuple, logprobs)), reasoning)
