"""What an endpoint does to one reply: every shape of answer over a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from assay.errors import EndpointError, UsageError
from assay.models import Connections, retrying
from assay.models.chat import TEXT_LIMIT, Transient, body_of
from assay.models.http import checked_url
from assay.schema import Message, Reply, Request, Sampling, Usage, user
from endpoint import Endpoint, Said, error, said, serving

KEY = "sk-canary-0123456789"


def ask(respond: Callable[[dict[str, Any]], Said], request: Request | None = None) -> tuple[Reply, Endpoint]:
    """One try, no retries."""

    async def one(url: str) -> Reply:
        connections = Connections(base_url=url)
        try:
            return await connections.model("openai/m")(request or Request(user("hi")))
        finally:
            await connections.close()

    with serving(respond) as endpoint:
        return asyncio.run(one(endpoint.url)), endpoint


@pytest.mark.parametrize(
    ("answer", "text", "finish"),
    [
        (said("fine"), "fine", "stop"),
        (said("cut off", "length"), "cut off", "length"),
        (said("half", "content_filter"), "half", "filtered"),
        (said(None, "content_filter"), "", "filtered"),
        (said(""), "", "stop"),
        (said(None, refusal="I will not."), "I will not.", "stop"),
        (said([{"type": "text", "text": "two "}, {"type": "text", "text": "parts"}]), "two parts", "stop"),
        (said(None), "", "failed"),
        (Said(b'{"choices": []}'), "", "failed"),
        (Said(b'{"choices": [null]}'), "", "failed"),
        (error(400, "too long"), "", "failed"),
        (Said(b'{"error": {"code": "content_filter", "message": "blocked"}}', 400), "", "filtered"),
    ],
)
def test_every_shape_of_answer_becomes_a_reply(answer: Said, text: str, finish: str) -> None:
    reply, _ = ask(lambda body: answer)
    assert (reply.text, reply.finish) == (text, finish)
    assert bool(reply.error) == (finish in ("failed",) or (finish == "filtered" and answer.status == 400))


def test_invalid_utf8_costs_a_character_not_the_reply() -> None:
    reply, _ = ask(lambda body: Said(b'{"choices": [{"message": {"content": "caf\xe9 au lait"}}]}'))
    assert reply == Reply("caf\ufffd au lait")


def test_a_reply_of_10_mb_is_kept_to_its_limit_and_says_so() -> None:
    reply, _ = ask(lambda body: said("x" * 10_000_000))
    assert len(reply.text) == TEXT_LIMIT
    assert reply.finish == "length"
    assert "10,000,000" in reply.error


@pytest.mark.parametrize(
    "answer",
    [
        Said(b"<html>hello</html>"),
        Said(b'{"generated_text": "hi"}'),
        Said(b"[1, 2]"),
        Said(b""),
        said("never whole", delay_s=0) and Said(said("x" * 5000).body, cut=True),
        error(429),
        error(500),
        error(503),
    ],
)
def test_what_may_pass_on_another_try_is_transient(answer: Said) -> None:
    with pytest.raises(Transient):
        ask(lambda body: answer)


def test_nobody_listens_is_transient() -> None:
    async def one() -> None:
        connections = Connections(base_url="http://127.0.0.1:9/v1")
        try:
            await connections.model("openai/m")(Request(user("hi")))
        finally:
            await connections.close()

    with pytest.raises(Transient):
        asyncio.run(one())


@pytest.mark.parametrize(("status", "advice"), [(401, "OPENAI_API_KEY"), (403, "OPENAI_API_KEY"), (404, "--base-url")])
def test_what_refuses_every_request_ends_the_run_with_the_fix(
    status: int, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with pytest.raises(EndpointError) as caught:
        ask(lambda body: error(status, f"bad key {KEY}"))
    assert advice in str(caught.value)
    assert KEY not in str(caught.value)


def test_the_request_holds_what_was_asked_for_and_nothing_else() -> None:
    chat = (Message("system", "be brief"), Message("user", "hi"))
    sampling = Sampling(0.5, max_tokens=9, seed=4, extra=(("top_p", 0.9),))
    _, endpoint = ask(lambda body: said("ok"), Request(chat, sampling))
    assert endpoint.bodies == [
        {
            "model": "m",
            "messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}],
            "temperature": 0.5,
            "max_tokens": 9,
            "seed": 4,
            "top_p": 0.9,
        }
    ]
    assert endpoint.paths == ["/v1/chat/completions"]
    assert "authorization" not in endpoint.headers[0]


def test_repeats_are_sent_with_their_own_seed() -> None:
    request = Request(user("hi"), Sampling(1.0, seed=1))
    seeds = {
        body_of("m", Request(request.chat, request.sampling, epoch, draw))["seed"]
        for epoch in (0, 1)
        for draw in (0, 1)
    }
    assert len(seeds) == 4


def test_the_key_travels_in_the_header_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    reply, endpoint = ask(lambda body: said("ok"))
    assert endpoint.headers[0]["authorization"] == f"Bearer {KEY}"
    assert KEY not in json.dumps(endpoint.bodies) + repr(reply) + repr(
        Connections(base_url=endpoint.url).model("openai/m")
    )


def test_usage_is_kept() -> None:
    reply, _ = ask(lambda body: said("ok"))
    assert reply.usage == Usage(7, 3)


def test_retries_follow_the_servers_wish_and_then_give_a_failed_reply() -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def go(url: str) -> list[Reply]:
        connections = Connections(base_url=url)
        model = retrying(connections.model("openai/m"), tries=3, sleep=sleep, jitter=lambda: 1.0)
        try:
            return [await model(Request(user(prompt))) for prompt in ("busy once", "down")]
        finally:
            await connections.close()

    seen: list[str] = []

    def respond(body: dict[str, Any]) -> Said:
        prompt = body["messages"][-1]["content"]
        seen.append(prompt)
        if prompt == "busy once":
            return said("ok") if seen.count(prompt) > 1 else error(429, **{"retry-after": "2"})
        return error(500, "still down")

    with serving(respond) as endpoint:
        first, second = asyncio.run(go(endpoint.url))
    assert first.text == "ok"
    assert (second.finish, "still down" in second.error) == ("failed", True)
    assert waits == [2.1, 0.5, 1.0]


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://host/v1", "", "https://user:pass@host/v1", "http://example.com/v1"]
)
def test_base_urls_that_are_refused(url: str) -> None:
    with pytest.raises(UsageError):
        checked_url(url)


def test_base_urls_that_are_taken() -> None:
    assert checked_url("http://localhost:8000/v1/") == "http://localhost:8000/v1"
    assert checked_url("https://example.com/v1") == "https://example.com/v1"
    assert checked_url("http://example.com/v1", allow_http=True) == "http://example.com/v1"


@pytest.mark.parametrize("name", ["gpt-4", "nobody/gpt", "openai/", "/x", "baseline/nobody"])
def test_model_strings_that_are_refused_before_the_first_request(name: str) -> None:
    with pytest.raises(UsageError):
        Connections(base_url="http://localhost:1/v1").model(name)


def test_a_missing_key_is_said_before_the_first_request() -> None:
    with pytest.raises(UsageError, match="OPENAI_API_KEY is not set"):
        Connections().model("openai/gpt-4o-mini")
