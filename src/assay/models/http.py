"""The one place where bytes leave for an endpoint: POST, and what came back.

Measured on loopback, `pyreqwest` costs a third of `aiohttp`'s CPU a request and a fiftieth of `httpx`'s; `make bench`
prints what a whole sample costs. Everything above this module sees only `Answer` and `Unreachable`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError, RequestTimeoutError

from assay.errors import UsageError

BODY_LIMIT = 64 << 20
"""Bytes of one answer that are read at most; an endpoint that sends more is not answering a chat."""

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Unreachable(Exception):
    """No whole answer came: refused, reset, timed out, cut off. The message never holds a header."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, read whole."""

    status: int
    body: bytes
    retry_after: str = ""


class Http:
    """A keep-alive connection pool. Certificates are checked; plain http goes to loopback only, unless allowed."""

    def __init__(self, timeout_s: float = 600.0) -> None:
        self._timeout = timedelta(seconds=timeout_s)
        self._client: Client | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send and read one answer.

        Raises:
            Unreachable: no whole answer came.
        """
        if self._client is None:
            self._client = (
                ClientBuilder()
                .timeout(self._timeout)
                .connect_timeout(timedelta(seconds=20))
                .follow_redirects(False)
                .user_agent("assay")
                .build()
            )
        request = self._client.post(url).headers(dict(headers)).body_bytes(body).build_streamed()
        try:
            async with request as response:
                whole = await response.body_reader.read(BODY_LIMIT + 1)
                if whole is not None and len(whole) > BODY_LIMIT:
                    raise Unreachable(f"the answer is larger than {BODY_LIMIT >> 20} MiB")
                # `read` ends short of the limit only at the end of the body.
                return Answer(response.status, bytes(whole or b""), response.get_header("retry-after") or "")
        except RequestTimeoutError as error:
            raise Unreachable(f"no answer within {self._timeout.total_seconds():.0f} s") from error
        except PyreqwestError as error:
            raise Unreachable(_reason(error)) from error

    async def close(self) -> None:
        """Close the pool."""
        if self._client is not None:
            await self._client.close()
            self._client = None


def _reason(error: PyreqwestError) -> str:
    """The innermost cause, which says more than the outer message (and no URL with a query)."""
    causes = getattr(error, "details", {}).get("causes") or ()
    return str(causes[-1]["message"]) if causes else error.message


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
