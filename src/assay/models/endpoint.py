"""An endpoint: bytes there and back, and what an error says of the key, of this request, or of the next try.

What may pass on another try is `Transient`. What will refuse every request (a wrong key, a wrong path) is an
`EndpointError` that ends the run. What concerns one request alone is `Rejected`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from assay.errors import EndpointError
from assay.models.failures import Rejected, Transient
from assay.models.http import Answer, Http, Unreachable, seconds
from assay.models.pace import Pace
from assay.models.providers import Provider, table
from assay.models.replies import TEXT_LIMIT, excerpt, one_line

__all__ = ["Endpoint", "Rejected", "Transient", "parsed"]

HOPELESS = {
    401: "the key is not accepted. Check {key}",
    402: "the account has no credit left, or a quota is spent. See to it, and run the same command",
    403: "access is denied. Check what {key} may use",
    404: "there is no such path or model. Check --base-url (it usually ends in /v1) and the model's name",
    405: "this path takes no POST. Check --base-url (it usually ends in /v1)",
    301: "it redirects; give the final address as --base-url",
    308: "it redirects; give the final address as --base-url",
}

TRANSIENT = (408, 409, 425, 429)
"""And all from 500: another try may pass."""

OVERLOAD = (429, 529)
CONGESTED = (408, 429, 502, 503, 504, 529)
"""Nobody looked at the request; a 500 may be the request's own."""

BUSY = re.compile(rb"overload|over capacity|at capacity|too many|rate.?limit|throttl|busy|slow down", re.IGNORECASE)
"""A 503 in these words turns requests away; any other may come from a server that is not there."""

DELAY = re.compile(rb'"retryDelay"\s*:\s*"([^"]{1,20})"')
"""Google says in the body how long to wait."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A base URL, the connections to it, the pace at which it is asked, and whose it is."""

    url: str
    http: Http = field(repr=False)
    key_name: str = "OPENAI_API_KEY"
    pace: Pace = field(default_factory=Pace, repr=False)
    provider: Provider = field(default_factory=lambda: table()["any"], repr=False)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The parsed JSON of one answer.

        Raises:
            Transient: worth another try.
            EndpointError: every request would be refused.
            Rejected: this request is refused, others may not be.
        """
        try:
            answer = await self.http.post(self.url + path, orjson.dumps(body))
        except Unreachable as error:
            raise Transient(str(error), congested=True) from None
        if answer.spent_s:
            self.pace.pause(answer.spent_s)
        if answer.status == 200:
            return parsed(answer)
        raise self.refusal(answer)

    async def close(self) -> None:
        """Close all connections."""
        await self.http.close()

    def refusal(self, answer: Answer) -> Exception:
        """What an answer means that is no 200: `Transient`, `EndpointError` or `Rejected`."""
        status, lowered = answer.status, answer.body[:4000].lower()
        error = _error(answer.body)
        # What was escaped in the JSON is only now seen to be the key.
        said = f"HTTP {status}: {self.http.clean(_message(error, answer.body))[:300]}"
        # A 403 that is no JSON comes from a gateway in between, which blocks all, in whatever words.
        judged = status == 400 or (status == 403 and isinstance(error, dict))
        blocked = judged and _says(lowered, self.provider.blocked)
        means = 400 if blocked else self._means(status, lowered)
        if means in HOPELESS:
            return EndpointError(f"{self.url} answers {said}: {HOPELESS[means].format(key=self.key_name)}")
        if means in TRANSIENT or means >= 500:
            wait = _wait(answer)
            busy = status == 503 and (wait is not None or bool(BUSY.search(lowered)))
            return Transient(said, wait, busy or status in OVERLOAD, status in CONGESTED)
        return Rejected(said, blocked or _says(lowered, self.provider.blocked), _field(error))

    def _means(self, status: int, lowered: bytes) -> int:
        """The status that says what the body says: some send 429 for no credit, or 400 for a wrong key."""
        if status in (400, 403, 429) and _says(lowered, self.provider.spent):
            return 402
        return 401 if status == 400 and _says(lowered, self.provider.no_key) else status


def parsed(answer: Answer) -> Any:
    """The JSON of an answer.

    Raises:
        Transient: it is none.
    """
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        pass
    try:  # neither a byte that is not UTF-8 nor half an escaped surrogate pair must cost the reply
        return orjson.loads(_mended(answer.body))
    except (ValueError, RecursionError):
        pass
    raise Transient(f"the answer is not JSON: {excerpt(answer.body)}")


def _mended(body: bytes) -> str:
    """JSON whose broken characters are U+FFFD; a reply cut off within an emoji ends in half a surrogate pair."""
    parsed = json.loads(body.decode("utf-8", errors="replace"))
    text = json.dumps(parsed, ensure_ascii=False)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


# ---- errors ----------------------------------------------------------------------------------------


def _wait(answer: Answer) -> float | None:
    """Seconds that the server wants to be left alone; None where it does not say."""
    if answer.wait_s is not None:
        return answer.wait_s
    found = DELAY.search(answer.body[:10_000]) if answer.status in OVERLOAD else None
    return answer.spent_s or (seconds(found[1].decode("ascii", "replace")) if found else None)


def _says(lowered: bytes, marks: tuple[str, ...]) -> bool:
    return any(mark.encode() in lowered for mark in marks)


def _error(body: bytes) -> Any:
    """What stands under `error`, in whichever of the common shapes; None for what is not JSON."""
    try:
        said = orjson.loads(body if len(body) < TEXT_LIMIT else b"")
    except orjson.JSONDecodeError:
        return None
    if isinstance(said, list) and len(said) == 1:  # Google's, now and then
        said = said[0]
    return said.get("error", said) if isinstance(said, dict) else said


def _message(error: Any, body: bytes) -> str:
    """What an error says, on one line."""
    if error is None:
        return excerpt(body)
    return one_line(str(error.get("message", error) if isinstance(error, dict) else error))


def _field(error: Any) -> str:
    """`param`: the field of the request that an error is about."""
    named = error.get("param") if isinstance(error, dict) else None
    return named if isinstance(named, str) else ""
