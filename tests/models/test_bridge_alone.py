"""The bridge without what it bridges to: what it says where any-llm is missing, and what errors mean.

tests/neighbours/test_bridge.py asks services through the real one.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest
from click.testing import CliRunner

from assay.cli import main
from assay.errors import EndpointError, UsageError
from assay.models import Connections
from assay.models.bridge import NOTHING, UNREADABLE, Bridge, answer_of, parted
from assay.models.chat import ChatCompletions
from assay.models.failures import Rejected, Transient
from assay.models.http import Http
from assay.models.pace import Pace
from assay.models.providers import table
from assay.schema import Reply, Request, Sampling, Usage, user

KEY = "sk-canary-0123456789"


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the extra is not installed, whether or not it is."""
    monkeypatch.setitem(sys.modules, "any_llm", None)


# ---- any-llm's errors, by the names and fields that they have ----------------------------------------


class AnyLLMError(Exception):
    def __init__(self, message: str, original: Exception | None = None, **fields: Any) -> None:
        super().__init__(message)
        self.message, self.original_exception, self.status_code = message, original, fields.pop("status", None)
        for name, value in fields.items():
            setattr(self, name, value)

    def __str__(self) -> str:
        return f"[cohere] {self.message}"


class RateLimitError(AnyLLMError): ...


class AuthenticationError(AnyLLMError): ...


class ContentFilterError(AnyLLMError): ...


class ProviderError(AnyLLMError): ...


class UnsupportedParameterError(AnyLLMError): ...


class ClientError(Exception):
    """boto3's, whose response is a dict; and others', which keep the body."""

    def __init__(self, status: int = 0, body: object = None) -> None:
        super().__init__("An error occurred")
        self.response = {"ResponseMetadata": {"HTTPStatusCode": status}}
        self.body = body


class ReadTimeout(Exception): ...


# ---- where any-llm is missing --------------------------------------------------------------------------


@pytest.mark.usefixtures("missing")
def test_a_missing_extra_is_named_with_what_to_do() -> None:
    with pytest.raises(UsageError, match=r"pip install 'llm-assay\[bridge\]'"):
        Connections().model("any-llm/cohere/command-r-plus")
    done = CliRunner().invoke(main, ["run", "any-llm/cohere/command-r-plus"])
    assert done.exit_code == 2 and "llm-assay[bridge]" in done.output
    done = CliRunner().invoke(main, ["run", "any-llm/cohere/command-r-plus", "--dry-run"])
    assert done.exit_code == 2 and "llm-assay[bridge]" in done.output


@pytest.mark.parametrize("name", ["any-llm/command-r-plus", "any-llm//m", "any-llm/cohere/"])
def test_a_service_must_be_named(name: str) -> None:
    with pytest.raises(UsageError, match="any-llm/PROVIDER/MODEL"):
        Connections().model(name)
    assert parted("cohere/org/m") == ("cohere", "org/m")


@pytest.mark.parametrize("instrument", ["embedder", "moderations"])
def test_a_bridge_is_asked_for_chats_only(instrument: str) -> None:
    with pytest.raises(UsageError, match="chats only"):
        getattr(Connections(), instrument)("any-llm/cohere/m")


# ---- what an error means -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status", "wait_s"),
    [
        (RateLimitError("slow down", status=429, retry_after="7"), 429, 7.0),
        (RateLimitError("slow down"), 429, None),
        (AuthenticationError("who?"), 401, None),
        (AuthenticationError("the author is unknown", status=400), 400, None),
        (AuthenticationError("certificate authority", original=type("SSLError", (OSError,), {})()), NOTHING, None),
        (ProviderError("it took too long", original=ReadTimeout()), NOTHING, None),
        (ProviderError("Rate exceeded", original=ClientError(429)), 429, None),
        (ProviderError("no JSON"), UNREADABLE, None),
        (ProviderError("unreadable", status=200), 200, None),
        (ValueError("a stranger's"), UNREADABLE, None),
        (NotImplementedError("no"), 400, None),
    ],
)
def test_an_error_stands_for_an_answer(error: Exception, status: int, wait_s: float | None) -> None:
    answer = answer_of(error)
    assert (answer.status, answer.wait_s) == (status, wait_s)


def bridge(client: Any = None, timeout_s: float = 5.0) -> Bridge:
    return Bridge("any-llm/cohere", Http(KEY), "COHERE_API_KEY", Pace(), table()["any-llm"], client, timeout_s)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RateLimitError("no", status=429, retry_after="7"), Transient("HTTP 429: no", 7.0, True, True)),
        (ProviderError("no", status=500), Transient("HTTP 500: no")),
        (ProviderError("no", original=ReadTimeout()), Transient("no", congested=True)),
        (ProviderError("no JSON"), Transient("no JSON")),
        (ProviderError("x", ClientError(503, {"message": "busy"})), Transient("HTTP 503: busy", None, True, True)),
        (AuthenticationError("no", status=401), EndpointError("any-llm/cohere answers HTTP 401: no")),
        (ProviderError("no m", status=404), EndpointError("check the model's name")),
        (ProviderError("x", ClientError(400, '{"message": "too long"}')), Rejected("HTTP 400: too long", False)),
        (ProviderError("x", ClientError(400, {"error": {"message": "long"}})), Rejected("HTTP 400: long", False)),
        (ContentFilterError("harmful", status=400), Rejected("HTTP 400: harmful", True)),
        (ContentFilterError("harmful"), Rejected("harmful", True)),
        (UnsupportedParameterError("no seed", parameter_name="seed"), Rejected("no seed", False, "seed")),
        (ProviderError(f"you sent {KEY}", status=500), Transient("HTTP 500: you sent [key]")),
        (ProviderError(f"you sent {KEY}"), Transient("you sent [key]")),
    ],
)
def test_what_an_error_means_to_a_run(error: Exception, expected: Exception) -> None:
    meant = bridge().meaning(error)
    assert type(meant) is type(expected)
    if isinstance(expected, EndpointError):
        assert str(expected) in str(meant)
    else:
        assert vars(meant) == vars(expected)


# ---- asking, with a client made here -------------------------------------------------------------------


class Completion:
    def __init__(self, json: str) -> None:
        self._json = json

    def model_dump_json(self) -> str:
        return self._json


class Client:
    """A provider of any-llm's that answers with what it is given, an error or a delay among it."""

    def __init__(self, *answers: Any, timeouts: str = "native") -> None:
        self.TIMEOUT_SUPPORT = timeouts
        self.left = list(answers)
        self.asked: list[dict[str, Any]] = []

    async def acompletion(self, **fields: Any) -> Any:
        self.asked.append(fields)
        answer = self.left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, float):
            await asyncio.sleep(answer)
        return answer


def asked(client: Client, sampling: Sampling | None = None, timeout_s: float = 5.0) -> Reply:
    model = ChatCompletions("any-llm/cohere/m", "m", bridge(client, timeout_s))
    return asyncio.run(model(Request(user("hi"), sampling or Sampling())))  # type: ignore[arg-type]


SAID = (
    '{"choices": [{"finish_reason": "stop", "message": {"content": "Yes, %s.", "reasoning": "Hm."},'
    ' "logprobs": {"content": [{"token": "Yes", "logprob": -0.1, "top_logprobs": []}]}}],'
    ' "usage": {"prompt_tokens": 7, "completion_tokens": 3}}'
)


def test_a_completion_is_read_like_any_and_the_key_is_not_in_it() -> None:
    client = Client(Completion(SAID % KEY))
    extra = (("logprobs", True), ("top_logprobs", 2))
    reply = asked(client, Sampling(0.5, max_tokens=9, seed=3, extra=extra))
    assert reply == Reply("Yes, [key].", usage=Usage(7, 3), reasoning="Hm.", logprobs=(("Yes", -0.1),))
    chat = [{"role": "user", "content": "hi"}]
    fields = {"temperature": 0.5, "max_tokens": 9, "seed": 3, "logprobs": True, "top_logprobs": 2, "timeout": 5.0}
    assert client.asked == [{"model": "m", "messages": chat, **fields}]


def test_a_field_that_is_refused_is_left_out_from_then_on() -> None:
    refusal = UnsupportedParameterError("'seed' is not supported for cohere", parameter_name="seed")
    client = Client(refusal, Completion(SAID % "a"))
    reply = asked(client, Sampling(seed=3))
    assert reply.text == "Yes, a." and "asked again without seed" in reply.error
    assert ["seed" in fields for fields in client.asked] == [True, False]


def test_a_client_that_takes_its_time_is_not_waited_for() -> None:
    client = Client(9.0, timeouts="unsupported")
    with pytest.raises(Transient, match="no answer within 0 s") as caught:
        asked(client, timeout_s=0.02)
    assert caught.value.congested and "timeout" not in client.asked[0]


@pytest.mark.parametrize("answer", [Completion("[]"), Completion("{"), object()])
def test_what_is_no_completion_is_tried_again(answer: object) -> None:
    with pytest.raises(Transient):
        asked(Client(answer))


def test_an_error_brings_no_exception_of_the_clients_along() -> None:
    with pytest.raises(EndpointError) as caught:
        asked(Client(AuthenticationError(KEY, ClientError(), status=401)))
    assert caught.value.__context__ is None and KEY not in str(caught.value)


def test_whatever_a_client_holds_is_closed_in_the_way_that_it_has() -> None:
    closed = []

    async def later(*held: object) -> None:
        closed.append(type(held[0]).__name__)

    ways = {
        "OpenAI": {"close": later},
        "Httpx": {"aclose": later, "close": None},
        "Mistral": {"__aexit__": later},
        "Boto": {"close": lambda held: closed.append("Boto")},
        "Broken": {"close": lambda held: 1 / 0},
        "Nothing": {},
    }
    client = Client()
    for name, way in ways.items():
        setattr(client, name, type(name, (), way)())
    asyncio.run(bridge(client).close())
    assert closed == ["OpenAI", "Httpx", "Mistral", "Boto"]
