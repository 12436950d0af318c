"""A provider's batch files, as OpenAI has them: requests in a file, answers in a file, up to a day between the two.

POST /files, POST /batches, GET /batches/{id}, GET /files/{id}/content. What is sent and what comes back is the body of
a live request and of its answer, so a model writes the one and reads the other (`line_of`, `answer_of`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote

import orjson

from assay.errors import EndpointError, UsageError
from assay.local import HUGGING_FACE
from assay.models import Connections, split
from assay.models.addresses import address_of, environment
from assay.models.chat import ChatCompletions
from assay.models.endpoint import Endpoint, Rejected, Transient, parsed
from assay.models.http import Answer, Unreachable
from assay.models.providers import table
from assay.models.replies import count, one_line
from assay.models.wrappers import TRIES, pause
from assay.schema import Model, Reply, Request

T = TypeVar("T")

REQUESTS = 50_000
"""Requests in one batch at most."""

MEGABYTE = 1_000_000

WINDOW = "24h"
PATH = "/v1/chat/completions"
"""What a batch asks, by the name that it has there, wherever the base URL ends."""

ENDED = ("completed", "failed", "expired", "cancelled")

PAGES = 20
"""So many pages of a hundred batches are looked through for one."""


class Gone(Exception):
    """The service knows no such batch or file."""


@dataclass(frozen=True, slots=True)
class Batch:
    """How far a batch is."""

    id: str
    status: str
    answered: int = 0
    failed: int = 0
    output: str = ""
    """The file with answers, once it has ended; empty where there is none."""
    errors: str = ""
    """The file with the requests that failed."""
    reason: str = ""
    """Why it was not taken."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.status in ENDED


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches of an endpoint.

    Every method raises EndpointError where the endpoint refuses every request or six tries in a row failed, and
    Stopped where the run was told to end while it waited for another try.
    """

    at: Endpoint

    async def upload(self, content: Callable[[], Iterable[bytes]], size: int) -> str:
        """Send a file of requests; its id.

        Raises:
            UsageError: the endpoint has no batches.
        """

        async def sent() -> str:
            said = await self._said(self.at.http.upload(self.at.url + "/files", {"purpose": "batch"}, content(), size))
            return _id(said)

        try:
            return await self._tried(sent)
        except Gone as error:
            raise UsageError(f"{self.at.url} takes no batch files ({error}): run it without --batch") from None

    async def create(self, file: str) -> str:
        """Begin the batch of an uploaded file; its id. What an answer that was lost may have begun is not begun again.

        Raises:
            UsageError: the endpoint has no batches.
        """
        body = orjson.dumps({"input_file_id": file, "endpoint": PATH, "completion_window": WINDOW})
        tries = 0

        async def created() -> str:
            nonlocal tries
            tries += 1
            if tries > 1 and (found := await self._made_of(file)):
                return found
            return _id(await self._said(self.at.http.post(self.at.url + "/batches", body)))

        try:
            return await self._tried(created)
        except Gone as error:
            raise UsageError(f"{self.at.url} takes no batches ({error}): run it without --batch") from None

    async def made_of(self, file: str) -> str:
        """The id of the batch that was made of a file; empty if there is none."""
        return await self._tried(lambda: self._made_of(file))

    async def _made_of(self, file: str) -> str:
        after = ""
        for _ in range(PAGES):
            said = await self._listed(after)
            page = said.get("data")
            batches = [one for one in page if isinstance(one, dict)] if isinstance(page, list) else []
            for one in batches:
                if one.get("input_file_id") == file:
                    return _id(one)
            if not said.get("has_more") or not batches:
                return ""
            after = f"&after={quote(_id(batches[-1]), safe='')}"
        return ""

    async def _listed(self, after: str) -> dict[str, Any]:
        try:
            return await self._said(self.at.http.get(f"{self.at.url}/batches?limit=100{after}"))
        except Gone as error:
            raise EndpointError(
                f"{self.at.url} does not list its batches ({error}), so whether one was submitted is not known. See "
                "there, remove the folder `batches` of --out, and run the same command"
            ) from None

    async def look(self, batch: str) -> Batch:
        """How far it is: one try.

        Raises:
            Gone: the service does not know it.
            Transient: not to be learned now.
        """
        return _batch(batch, await self._said(self.at.http.get(f"{self.at.url}/batches/{batch}")))

    async def content(self, file: str, target: BinaryIO) -> None:
        """Write a file of the service to `target`, whole, without the key.

        Raises:
            Gone: the service does not have it any more.
        """

        async def fetched() -> None:
            target.seek(0)
            target.truncate()
            answer = await _came(self.at.http.download(f"{self.at.url}/files/{file}/content", target.write))
            if answer.status != 200:
                raise self._refusal(answer)

        await self._tried(fetched)

    async def _said(self, asked: Awaitable[Answer]) -> dict[str, Any]:
        answer = await _came(asked)
        if answer.status not in (200, 201):
            raise self._refusal(answer)
        said = parsed(answer)
        if not isinstance(said, dict):
            raise Transient("the answer is no JSON object")
        return said

    def _refusal(self, answer: Answer) -> Exception:
        refusal = self.at.refusal(answer)
        if answer.status in (404, 405, 501):
            return Gone(f"HTTP {answer.status}")
        if isinstance(refusal, Rejected):
            return EndpointError(f"{self.at.url} does not take the batch: {refusal.reason}")
        return refusal

    async def _tried(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` returns, tried again after what may pass."""
        for failures in range(TRIES):
            try:
                return await ask()
            except Transient as caught:
                failure = caught.with_traceback(None)
            if failures + 1 < TRIES:
                await self.at.pace.sleep(pause(failures, failure.wait_s, random.random()))
        raise EndpointError(
            f"{self.at.url}: {TRIES} tries failed ({failure.reason}). What is submitted goes on there: later, run the "
            "same command"
        )


async def _came(asked: Awaitable[Answer]) -> Answer:
    try:
        return await asked
    except Unreachable as error:
        raise Transient(str(error), congested=True) from None


def _id(said: dict[str, Any]) -> str:
    """The id of a file or batch: it becomes part of a path."""
    found = said.get("id")
    if not isinstance(found, str) or not re.fullmatch(r"[\w.:-]{1,200}", found, re.ASCII) or ".." in found:
        raise Transient("the answer has no id")
    return found


def _batch(batch: str, said: dict[str, Any]) -> Batch:
    counts = said.get("request_counts")
    counts = counts if isinstance(counts, dict) else {}
    output, errors = (_id({"id": said[name]}) if said.get(name) else "" for name in ("output_file_id", "error_file_id"))
    return Batch(
        batch,
        str(said.get("status"))[:40],
        count(counts.get("completed")),
        count(counts.get("failed")),
        output,
        errors,
        _reason(said.get("errors")),
    )


def _reason(errors: object) -> str:
    several = errors.get("data") if isinstance(errors, dict) else None
    first = several[0] if isinstance(several, list) and several else None
    return one_line(str(first.get("message") or first.get("code")))[:300] if isinstance(first, dict) else ""


# ---- the lines of the files ------------------------------------------------------------------------


def line_of(model: ChatCompletions, key: bytes, request: Request) -> bytes:
    """A request as a line of a batch file: the body that it would have live, under the key of its reply."""
    line = {"custom_id": key.hex(), "method": "POST", "url": PATH, "body": model.body(request)}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def answer_of(model: ChatCompletions, line: bytes) -> tuple[str, Reply]:
    """The `custom_id` of a line that came back, and the reply; a `failed` one where it holds none, an id "" where none.

    What a content filter blocked is `filtered`, as it is live.
    """
    try:
        said = parsed(Answer(200, line))
    except Transient:
        return "", Reply("", "failed", error="a line that is not JSON")
    found = said.get("custom_id") if isinstance(said, dict) else None
    if not isinstance(found, str):
        return "", Reply("", "failed", error="a line without custom_id")
    try:
        return found, _reply(model, said)
    except Transient as error:
        return found, Reply("", "failed", error=model.at.http.clean(error.reason))


def _reply(model: ChatCompletions, said: dict[str, Any]) -> Reply:
    response = said.get("response")
    if not isinstance(response, dict) or response.get("body") is None:
        error = said.get("error")
        why = error.get("message") or error.get("code") if isinstance(error, dict) else error
        raise Transient(one_line(str(why or "no answer"))[:300])
    status = response.get("status_code", 200)
    if status == 200:
        return model.read(response["body"])
    refusal = model.at.refusal(Answer(status if isinstance(status, int) else 500, orjson.dumps(response["body"])))
    if isinstance(refusal, Rejected) and refusal.blocked:
        return Reply("", "filtered", error=refusal.reason)
    raise Transient(str(refusal))


# ---- who has batches -------------------------------------------------------------------------------


def with_batches(model: Model) -> ChatCompletions:
    """The model, if its service takes batch files.

    Raises:
        UsageError: it does not.
    """
    if not isinstance(model, ChatCompletions) or not model.at.provider.batch:
        raise without_batches(model.name)
    return model


def check_batches(connections: Connections, name: str) -> int:
    """Bytes of a batch file at most at a model string's service; needs no key.

    Raises:
        UsageError: it takes none.
    """
    provider, _ = split(name)
    if provider in ("baseline", HUGGING_FACE):
        raise without_batches(name)
    row, _ = address_of(provider, environment(), connections.base_url)
    if not row.batch:
        raise without_batches(name)
    return row.batch * MEGABYTE


def without_batches(name: str) -> UsageError:
    """What to do about a service that has no batches."""
    those = ", ".join(row.id for row in table().values() if row.batch and row.id != "any")
    return UsageError(
        f"{name} cannot be asked by batch: that is for {those}, and for servers that take OpenAI's batch files at "
        "--base-url. Run it without --batch"
    )
