"""What an endpoint does to one reply: every shape of answer over a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from assay.errors import EndpointError, Stopped, UsageError
from assay.models import Connections, limited, pace_of, retrying
from assay.models.chat import ChatCompletions, Transient
from assay.models.completions import body
from assay.models.http import checked_url
from assay.models.providers import table
from assay.models.replies import TEXT_LIMIT
from assay.schema import Message, Reply, Request, Sampling, Usage, user
from endpoint import Endpoint, Said, error, said, serving

KEY = "sk-canary-0123456789"


def ask(
    respond: Callable[[dict[str, Any]], Said], request: Request | None = None, timeout_s: float = 600.0
) -> tuple[Reply, Endpoint]:
    """One try, no retries."""

    async def one(url: str) -> Reply:
        connections = Connections(base_url=url, timeout_s=timeout_s)
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
        body("m", Request(request.chat, request.sampling, epoch, draw), table()["any"])["seed"]
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


@pytest.mark.parametrize("count", ["7", -7, 7.5, 10**18, None, [7], {}])
def test_usage_that_cannot_be_is_none(count: object) -> None:
    answer = json.loads(said("ok").body) | {"usage": {"prompt_tokens": count, "completion_tokens": count}}
    reply, _ = ask(lambda body: Said(json.dumps(answer).encode()))
    assert reply == Reply("ok")


def test_a_key_with_a_line_end_is_mended_and_one_with_another_in_it_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\n")
    _, endpoint = ask(lambda body: said("ok"))
    assert endpoint.headers[0]["authorization"] == f"Bearer {KEY}"
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\n{KEY}")
    with pytest.raises(UsageError, match="OPENAI_API_KEY"):
        Connections().model("openai/m")


def test_retries_follow_the_servers_wish() -> None:
    waits: list[float] = []

    async def go(url: str) -> Reply:
        connections = Connections(base_url=url)
        model = connections.model("openai/m")
        assert isinstance(model, ChatCompletions)
        pace = pace_of(model)

        async def sleep(seconds: float) -> None:
            waits.append(seconds)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pace, "sleep", sleep)
            try:
                return await retrying(limited(model, pace), pace, jitter=lambda: 1.0)(Request(user("hi")))
            finally:
                await connections.close()

    answers = [error(429, **{"retry-after": "2"}), error(500), error(429), said("ok")]
    with serving(lambda body: answers.pop(0)) as endpoint:
        assert asyncio.run(go(endpoint.url)).text == "ok"
    assert waits == [2.1, 0.5, 1.0]


BUSY = b'{"error": {"message": "the model is overloaded"}}'
SPENT = {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "3s"}


@pytest.mark.parametrize(
    ("answer", "overload", "congested", "wait_s"),
    [
        (error(429), True, True, None),
        (error(429, **{"retry-after": "9"}), True, True, 9.0),
        (error(429, **SPENT), True, True, 3.0),
        (error(429, **SPENT, **{"retry-after": "1"}), True, True, 1.0),
        (Said(BUSY, 503), True, True, None),
        (Said(b"<h1>Service Unavailable</h1>", 503), False, True, None),
        (Said(b"", 503, {"retry-after": "5"}), True, True, 5.0),
        (error(502), False, True, None),
        (error(504), False, True, None),
        (error(500, **{"retry-after": "5"}), False, False, 5.0),
        (error(409), False, False, None),
        (Said(b"<html>", 200), False, False, None),
        (Said(stall=True), False, True, None),
        (Said(said("x" * 500).body, cut=True), False, True, None),
    ],
)
def test_what_a_failure_says_of_the_endpoint(
    answer: Said, overload: bool, congested: bool, wait_s: float | None
) -> None:
    with pytest.raises(Transient) as caught:
        ask(lambda body: answer, timeout_s=0.1 if answer.stall else 5.0)
    failure = caught.value
    assert (failure.overload, failure.congested, failure.wait_s) == (overload, congested, wait_s)


def test_no_waiting_mends_an_account_without_credit() -> None:
    spent = Said(b'{"error": {"code": "insufficient_quota", "message": "You exceeded your quota"}}', 429)
    for answer in (spent, error(402, "Insufficient Balance")):
        with pytest.raises(EndpointError, match="no credit"):
            ask(lambda body, answer=answer: answer)  # type: ignore[misc]


def test_an_allowance_that_a_reply_used_up_holds_the_next_request() -> None:
    async def go(url: str) -> tuple[bool, bool]:
        connections = Connections(base_url=url)
        first, judge = connections.model("openai/m"), connections.model("openai/judge")
        assert isinstance(first, ChatCompletions) and isinstance(judge, ChatCompletions)
        assert pace_of(first) is pace_of(judge), "one key, one pace"
        before = pace_of(judge).enter()
        pace_of(judge).leave()
        await first(Request(user("hi")))
        await connections.close()
        return before, pace_of(judge).enter()

    def respond(body: dict[str, Any]) -> Said:
        answer = said("ok")
        answer.headers = SPENT
        return answer

    with serving(respond) as endpoint:
        assert asyncio.run(go(endpoint.url)) == (True, False)


def test_halt_reaches_every_pace_and_those_opened_later(monkeypatch: pytest.MonkeyPatch) -> None:
    async def stopped(model: Any) -> bool:
        try:
            await limited(model, pace_of(model))(Request(user("hi")))
        except Stopped:
            return True
        return False

    connections = Connections(base_url="http://127.0.0.1:9/v1", connections=5, rpm=60)
    early = connections.model("openai/m")
    connections.halt()
    monkeypatch.setenv("OPENAI_API_KEY", "sk-another")
    late = connections.embedder("openai/m")
    assert pace_of(late) is not pace_of(early)  # type: ignore[arg-type]
    assert all(asyncio.run(stopped(model)) for model in (early, late))


ECHO = f"you sent authorization: Bearer {KEY}"
REPEATS = {
    "malformed": Said(f'{{"choices": "{ECHO}'.encode()),
    "web page": Said(f"<html>{ECHO}</html>".encode(), 502),
    "at the edge of an excerpt": Said(b"x" * 190 + KEY.encode(), 500),
    "escaped": Said(ECHO.replace("s", "\\u0073").join(('{"error": {"message": "', '"}}')).encode(), 500),
    "400": error(400, ECHO),
    "400, blocked": error(400, f"content_filter {ECHO}"),
    "429": error(429, ECHO),
    "500": error(500, ECHO),
    "401": error(401, ECHO),
    "404 in pieces": Said(json.dumps({"error": {"message": {"a": [ECHO]}}}).encode(), 404),
    "error with 200": Said(json.dumps({"error": {"message": ECHO}}).encode()),
    "no completion": Said(json.dumps([ECHO]).encode()),
    "finish": said("x", finish=ECHO),
    "a reply": said(ECHO),
    "a refusal": said(None, refusal=ECHO),
    "cut off": Said(f"{ECHO * 20}".encode(), cut=True),
    "reset": Said(f"{ECHO * 20}".encode(), reset=True),
    "redirect": Said(b"", 301, {"location": f"http://127.0.0.1:9/?key={KEY}"}),
}


@pytest.mark.parametrize("answer", REPEATS.values(), ids=REPEATS)
@pytest.mark.parametrize("kind", ["model", "embedder", "moderations"])
def test_a_key_that_a_server_repeats_is_in_no_reply_and_no_exception(
    kind: str, answer: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    async def go(url: str) -> object:
        connections = Connections(base_url=url)
        model = getattr(connections, kind)("openai/m")
        try:
            return await limited(model, pace_of(model))(Request(user("hi")))
        except (Transient, EndpointError) as error:
            return error
        finally:
            await connections.close()

    with serving(lambda body: answer) as endpoint:
        came: Any = asyncio.run(go(endpoint.url))
        assert endpoint.headers[0]["authorization"] == f"Bearer {KEY}"
    while came is not None:
        known = repr(came) + str(came) + repr(getattr(came, "__dict__", "")) + repr(getattr(came, "args", ""))
        assert KEY[:12] not in known
        came = getattr(came, "__cause__", None) or getattr(came, "__context__", None)


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


# ---- log-probabilities -------------------------------------------------------------------------

ASKED = Request(user("A or B?"), Sampling(extra=(("logprobs", True), ("top_logprobs", 5))))


MANY = [f"t{number}" for number in range(90)]


def with_logprobs(content: object, text: str = "A") -> Said:
    """A completion with that under `logprobs.content`."""
    answered = json.loads(said(text).body)
    answered["choices"][0]["logprobs"] = {"content": content}
    return Said(json.dumps(answered).encode())


def token(text: object, logprob: object, *top: object) -> dict[str, object]:
    """One place of the answer, as endpoints give it."""
    return {"token": text, "logprob": logprob, "bytes": None, "top_logprobs": list(top)}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ([token("A", -0.25, token("A", -0.25), token("B", -1.5))], (("A", -0.25), ("B", -1.5))),
        ([token("C", -4, token("A", -0.25), token("B", -1.5))], (("C", -4.0), ("A", -0.25), ("B", -1.5))),
        ([token("\n", -0.1, token("A", -3)), token(" A", -0.5, token(" B", -1))], ((" A", -0.5), (" B", -1.0))),
        ([token("A", 0, token("B", -9999.0))], (("A", 0.0), ("B", -9999.0))),
        ([token("A", -1, *(token(one, -1) for one in MANY))], (("A", -1.0), *((one, -1.0) for one in MANY[:20]))),
        # what can be none
        ([token("A", -1, token("B", "-1.5"), token("C", None), token("D", True), token(7, -1), "x")], (("A", -1.0),)),
        ([token("A", 3.0, token("B", -1), token("C", -1e300))], (("B", -1.0),)),
        ([{"token": "A", "logprob": -1, "top_logprobs": None}], (("A", -1.0),)),
        ([{"logprob": -1}], ()),
        ([None, "A", 7], ()),
        ([], ()),
        (None, ()),
        ({"A": -1}, ()),
    ],
)  # fmt: skip
def test_logprobs_of_the_first_token_of_the_answer(content: object, found: tuple[tuple[str, float], ...]) -> None:
    reply, _ = ask(lambda body: with_logprobs(content), ASKED)
    assert (reply.text, reply.logprobs) == ("A", found)


@pytest.mark.parametrize("logprobs", [None, [], "none", {"tokens": ["A"], "token_logprobs": [-1.0]}])
def test_logprobs_in_another_shape_are_none(logprobs: object) -> None:
    answered = json.loads(said("A").body)
    answered["choices"][0]["logprobs"] = logprobs
    reply, _ = ask(lambda body: Said(json.dumps(answered).encode()), ASKED)
    assert reply == Reply("A", usage=Usage(7, 3))


def asked_in_turn(respond: Callable[[dict[str, Any]], Said], *requests: Request) -> tuple[list[Reply], Endpoint]:
    async def one_by_one(url: str) -> list[Reply]:
        connections = Connections(base_url=url)
        try:
            model = connections.model("openai/m")
            return [await model(request) for request in requests]
        finally:
            await connections.close()

    with serving(respond) as endpoint:
        return asyncio.run(one_by_one(endpoint.url)), endpoint


@pytest.mark.parametrize("status", [400, 422])
def test_an_endpoint_that_takes_no_logprobs_is_asked_without_and_that_is_said_once(status: int) -> None:
    def respond(body: dict[str, Any]) -> Said:
        return error(status, "unknown field: top_logprobs") if "top_logprobs" in body else said("A")

    extra = (("logprobs", True), ("top_logprobs", 5), ("top_p", 0.9))
    replies, endpoint = asked_in_turn(respond, *[Request(user(text), Sampling(extra=extra)) for text in "xyz"])
    assert [reply.text for reply in replies] == ["A", "A", "A"]
    assert "without logprobs" in replies[0].error and "unknown field" in replies[0].error
    assert [reply.error for reply in replies[1:]] == ["", ""]
    assert endpoint.prompts == ["x", "x", "y", "z"]
    assert [("logprobs" in body, "top_p" in body) for body in endpoint.bodies] == [(True, True)] + 3 * [(False, True)]


def test_what_is_refused_for_another_reason_is_not_asked_again() -> None:
    replies, endpoint = asked_in_turn(lambda body: error(400, "too long"), ASKED)
    assert [reply.finish for reply in replies] == ["failed"] and len(endpoint.bodies) == 1


def test_a_word_of_logprobs_to_who_asked_for_none_is_a_refusal_like_any() -> None:
    replies, endpoint = asked_in_turn(lambda body: error(400, "logprobs are not supported"), Request(user("x")))
    assert [reply.finish for reply in replies] == ["failed"] and len(endpoint.bodies) == 1


def test_an_endpoint_that_refuses_with_and_without_is_asked_twice() -> None:
    replies, endpoint = asked_in_turn(lambda body: error(400, "no logprobs, no anything"), ASKED)
    assert [reply.finish for reply in replies] == ["failed"] and len(endpoint.bodies) == 2
