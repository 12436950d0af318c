"""The one place where bytes leave for an endpoint, and what came back: POST, and GET and files for batches.

Measured on loopback, `pyreqwest` costs a third of `aiohttp`'s CPU a request and a fiftieth of `httpx`'s; `make bench`
prints what a whole sample costs. Everything above this module sees only `Answer` and `Unreachable`, and never a key.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from time import time
from urllib.parse import urlsplit

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError, RequestTimeoutError
from pyreqwest.http import Url
from pyreqwest.multipart import FormBuilder, PartBuilder
from pyreqwest.request import RequestBuilder
from pyreqwest.response import Response

from assay.errors import UsageError

BODY_LIMIT = 64 << 20
"""Bytes of one answer that are read at most; an endpoint that sends more is not answering a chat."""

FILE_LIMIT = 4 << 30
"""Bytes of a file that are downloaded at most."""

TRANSFER_S = 3600.0
"""How long a file may take, up or down."""

SECRET = 12
"""Characters of a key that is a secret. A shorter one is what local servers are given (`EMPTY`, `none`, `x`): it may
stand in any reply, and in the protocol itself."""

LOOPBACK = ("localhost", "127.0.0.1", "::1")

ALLOWANCES = (
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    ("ratelimit-remaining", "ratelimit-reset"),
)
"""Headers that say what is left of an allowance, and when it is whole again."""

EPOCH_S = 1e9
"""A reset later than this many seconds is a moment since 1970, not a wait."""


class Unreachable(Exception):
    """No whole answer came: refused, reset, timed out, cut off. The message never holds a header or a key."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, read whole."""

    status: int
    body: bytes
    wait_s: float | None = None
    """Seconds after which the server wants to be asked again (`Retry-After`); None where it does not say."""
    spent_s: float = 0.0
    """Seconds until an allowance that is used up comes back; 0 where something is left or nothing is said."""


class Http:
    """A keep-alive connection pool to one endpoint, and the only holder of its key.

    The key goes out in a header (as a bearer token, unless another header is named) and never comes back: a server that
    repeats it finds `[key]` in its place. Certificates are checked, redirects are not followed.
    """

    def __init__(
        self,
        key: str = "",
        timeout_s: float = 600.0,
        key_header: str = "authorization",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._key = key
        self._key_header = key_header
        self._headers = {"content-type": "application/json", **(headers or {})}
        self._secret = key.encode() if len(key) >= SECRET else b""
        self._timeout = timedelta(seconds=timeout_s)
        self._client: Client | None = None
        self._urls: dict[str, Url] = {}

    async def post(self, url: str, body: bytes) -> Answer:
        """Send JSON and read one answer.

        Raises:
            Unreachable: no whole answer came.
        """
        client, parsed = self._to(url)
        return await self._asked(client.post(parsed).body_bytes(body))

    async def get(self, url: str) -> Answer:
        """Read one answer.

        Raises:
            Unreachable: no whole answer came.
        """
        client, parsed = self._to(url)
        return await self._asked(client.get(parsed))

    async def upload(self, url: str, fields: Mapping[str, str], content: Iterable[bytes], size: int) -> Answer:
        """Send a form with one file of so many bytes, called `batch.jsonl`, and read one answer.

        Raises:
            Unreachable: no whole answer came.
        """
        form = FormBuilder()
        for name, value in fields.items():
            form = form.text(name, value)
        part = PartBuilder.from_stream_with_length(_pieces(content), size).file_name("batch.jsonl")
        kind = {"content-type": f"multipart/form-data; boundary={form.boundary}"}  # in place of the default
        client, parsed = self._to(url)
        request = client.post(parsed).multipart(form.part("file", part.mime("application/jsonl"))).headers(kind)
        return await self._asked(request.timeout(timedelta(seconds=TRANSFER_S)))

    async def download(self, url: str, keep: Callable[[bytes], object]) -> Answer:
        """Read one answer piece by piece, each without the key; of one that is no 200, the body as ever.

        Raises:
            Unreachable: no whole answer came; what `keep` was given so far is no whole file.
        """

        async def read(response: Response) -> Answer:
            if response.status != 200:
                return await self._whole(response)
            size, rest = 0, b""
            while chunk := await response.body_reader.read_chunk():
                size += len(chunk)
                if size > FILE_LIMIT:
                    raise Unreachable(f"the file is larger than {FILE_LIMIT >> 20:,} MiB")
                rest = self._without_key(rest + bytes(chunk))
                cut = len(rest) - max(0, len(self._secret) - 1)  # a key may be cut in two by the pieces
                if cut > 0:
                    keep(rest[:cut])
                    rest = rest[cut:]
            keep(rest)
            return self._answer(response, b"")

        client, parsed = self._to(url)
        return await self._asked(client.get(parsed).timeout(timedelta(seconds=TRANSFER_S)), read)

    async def _asked(
        self, request: RequestBuilder, read: Callable[[Response], Awaitable[Answer]] | None = None
    ) -> Answer:
        try:
            # Streamed costs nothing more than read whole, and is what keeps the cap against a server without end.
            async with request.build_streamed() as response:
                return await (self._whole(response) if read is None else read(response))
        except RequestTimeoutError:
            failed = f"no answer within {self._timeout.total_seconds() if read is None else TRANSFER_S:.0f} s"
        except PyreqwestError as error:
            failed = self.clean(_reason(error))
        raise Unreachable(failed)  # out here, so that it drags no exception of the client's along

    async def _whole(self, response: Response) -> Answer:
        whole = await response.body_reader.read(BODY_LIMIT + 1)
        # `read` ends short of the limit only at the end of the body.
        if whole is not None and len(whole) > BODY_LIMIT:
            raise Unreachable(f"the answer is larger than {BODY_LIMIT >> 20} MiB")
        return self._answer(response, bytes(whole or b""))

    def _to(self, url: str) -> tuple[Client, Url]:
        if self._client is None:
            self._client = self._opened(url)
        return self._client, self._urls.get(url) or self._urls.setdefault(url, Url(url))  # parsing costs as sending

    def _answer(self, response: Response, body: bytes) -> Answer:
        body = self._without_key(body)
        header, status = response.get_header, response.status
        return Answer(status, body, None if status == 200 else seconds(header("retry-after")), _spent(header))

    def _without_key(self, body: bytes) -> bytes:
        return body.replace(self._secret, b"[key]") if self._secret and self._secret in body else body

    def clean(self, text: str) -> str:
        """The text without the key."""
        return text.replace(self._key, "[key]") if self._secret else text

    def _opened(self, url: str) -> Client:
        headers = dict(self._headers)
        if self._key:
            headers[self._key_header] = f"Bearer {self._key}" if self._key_header == "authorization" else self._key
        builder = (
            ClientBuilder()
            .default_headers(headers)
            .timeout(self._timeout)
            .connect_timeout(timedelta(seconds=20))
            .follow_redirects(False)
            .user_agent("assay")
            # Replies are short: unpacking would cost more than it saves, and a small answer could unpack without end.
            .gzip(False).brotli(False).zstd(False).deflate(False)
        )  # fmt: skip
        return (builder.no_proxy() if urlsplit(url).hostname in LOOPBACK else builder).build()

    async def close(self) -> None:
        """Close the pool."""
        if self._client is not None:
            await self._client.close()
            self._client = None


async def _pieces(content: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece


def _reason(error: PyreqwestError) -> str:
    """The innermost cause, which says more than the outer message (and no URL with a query)."""
    causes = getattr(error, "details", {}).get("causes") or ()
    return str(causes[-1]["message"]) if causes else error.message


# ---- how long to wait ----------------------------------------------------------------------------


def _spent(header: Callable[[str], str | None]) -> float:
    """Seconds until the allowance that is used up comes back. Three look-ups, 0.4 µs, where a server has none."""
    wait = 0.0
    for remaining, reset in ALLOWANCES:
        left = header(remaining)
        if left is not None and left.strip() == "0":
            wait = max(wait, seconds(header(reset)) or 0.0)
    return wait


def seconds(said: str | None) -> float | None:
    """A wait as servers say it: `7`, `0.5`, `20ms`, `6m0s`, `1h2m`, an HTTP date, a moment since 1970.

    None where there is none that can be read; never negative.
    """
    if not said:
        return None
    for read in (_number, _units, _date):
        wait = read(said.strip())
        if wait is not None:
            return max(0.0, wait)
    return None


def _number(said: str) -> float | None:
    if not re.fullmatch(r"-?\d{1,15}(\.\d*)?|-?\.\d+", said, re.ASCII):
        return None
    return float(said) - (time() if float(said) > EPOCH_S else 0.0)


def _units(said: str) -> float | None:
    if not re.fullmatch(r"(\d{1,9}(\.\d*)?(ms|us|µs|ns|d|h|m|s))+", said):
        return None
    size = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
    return sum(float(count) * size[unit] for count, unit in re.findall(r"([\d.]+)([a-zµ]+)", said))


def _date(said: str) -> float | None:
    try:
        return parsedate_to_datetime(said).timestamp() - time()
    except (TypeError, ValueError, OverflowError):
        return None


# ---- where to ------------------------------------------------------------------------------------


def checked_key(key: str, name: str) -> str:
    """A key without the white space around it.

    Raises:
        UsageError: it cannot be sent in a header; the message says the variable, never the key.
    """
    key = key.strip()
    if not re.fullmatch(r"[!-~]*", key):
        raise UsageError(f"{name} holds a space, a line end or a letter that no key has; copy it again")
    return key


def checked_url(url: str, allow_http: bool = False) -> str:
    """A base URL without its trailing slash.

    Raises:
        UsageError: not a URL, or plain http to another machine.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{url!r} is not a URL; a base URL looks like https://host/v1")
    if parts.username or parts.password:
        raise UsageError("a base URL must not hold a user name or password; put the key into the environment")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not allow_http:
        raise UsageError(
            f"{url} is plain http to another machine: key and replies would travel in the clear. "
            "Use https, or allow it with --allow-http"
        )
    return url.rstrip("/")
