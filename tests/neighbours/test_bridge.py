"""`any-llm/PROVIDER/MODEL` through the real any-llm: four of its providers, whose services are on loopback.

Cohere has a protocol of its own, Bedrock one whose requests are signed by a client that knows no event loop, Mistral a
client of its own, and `openai` is the one behind most of any-llm's. `make test-neighbours` makes an environment.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("any_llm", reason="any-llm is not installed: `make test-neighbours` makes an environment")

from click.testing import CliRunner

from assay.cli import main
from assay.errors import EndpointError, Stopped, UsageError
from assay.models import Connections, limited, pace_of, retrying
from assay.models.bridge import Bridge
from assay.models.chat import ChatCompletions
from assay.models.failures import Transient
from assay.models.spread import variables
from assay.schema import Message, Reply, Request, Sampling, Usage
from commands import run_folder, samples
from endpoint import Endpoint, Said, serving
from test_secrets import CANARY as KEY
from test_secrets import leaks

CHAT = (Message("system", "Be brief."), Message("user", "Is the sky green?"))
ASKED = Request(CHAT, Sampling(0.5, max_tokens=64))


def answered(body: Any, status: int = 200, **headers: str) -> Said:
    return Said(json.dumps(body).encode(), status, {name.replace("_", "-"): value for name, value in headers.items()})


def chat_completion(text: str, finish: str, reasoning: str) -> Said:
    """OpenAI's, with the reasoning where DeepSeek puts it; Mistral's client reads it too."""
    message = {"role": "assistant", "content": text, **({"reasoning_content": reasoning} if reasoning else {})}
    choices = [{"index": 0, "message": message, "finish_reason": finish}]
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    return answered({"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": choices,
                     "usage": usage})  # fmt: skip


def mistral(text: str, finish: str, reasoning: str) -> Said:
    """With the reasoning among the parts of the content."""
    thought = [{"type": "thinking", "thinking": [{"type": "text", "text": reasoning}]}] if reasoning else []
    said = json.loads(chat_completion(text, finish, "").body)
    if thought:
        said["choices"][0]["message"]["content"] = [*thought, {"type": "text", "text": text}]
    return answered(said)


def cohere(text: str, finish: str, reasoning: str) -> Said:
    """As https://docs.cohere.com/reference/chat has it."""
    thought = [{"type": "thinking", "thinking": reasoning}] if reasoning else []
    message = {"role": "assistant", "content": [*thought, {"type": "text", "text": text}]}
    tokens = {"input_tokens": 7, "output_tokens": 3}
    return answered({"id": "1", "message": message, "finish_reason": finish, "usage": {"tokens": tokens}})


def bedrock(text: str, finish: str, reasoning: str) -> Said:
    """As https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html has it."""
    thought = [{"reasoningContent": {"reasoningText": {"text": reasoning}}}] if reasoning else []
    message = {"role": "assistant", "content": [*thought, {"text": text}]}
    usage = {"inputTokens": 7, "outputTokens": 3, "totalTokens": 10}
    return answered({"output": {"message": message}, "stopReason": finish, "usage": usage, "metrics": {"latencyMs": 1}})


@dataclass(frozen=True)
class Service:
    """How a service is asked and answers."""

    said: Callable[[str, str, str], Said]
    path: str
    base: str
    key: str
    ends: tuple[str, ...]
    """What it calls: done, cut off, filtered; where it filters."""
    version: str = ""
    """What its base URL ends in."""


SERVICES = {
    "openai": Service(chat_completion, "/v1/chat/completions", "OPENAI_BASE_URL", "OPENAI_API_KEY",
                      ("stop", "length", "content_filter"), "/v1"),
    "mistral": Service(mistral, "/v1/chat/completions", "MISTRAL_API_BASE", "MISTRAL_API_KEY", ("stop", "length")),
    "cohere": Service(cohere, "/v2/chat", "COHERE_BASE_URL", "COHERE_API_KEY", ("COMPLETE", "MAX_TOKENS")),
    "bedrock": Service(bedrock, "/model/m/converse", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_SECRET_ACCESS_KEY",
                       ("end_turn", "max_tokens", "guardrail_intervened")),
}  # fmt: skip

each = pytest.mark.parametrize("name", SERVICES)
sent_keys = pytest.mark.parametrize("name", [name for name in SERVICES if name != "bedrock"])
"""Those whose key goes over the line; Bedrock's signs."""


@pytest.fixture(autouse=True)
def _empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def told(name: str, endpoint: Endpoint) -> dict[str, str]:
    """The environment in which a service is the one on loopback."""
    service = SERVICES[name]
    aws = {"AWS_ACCESS_KEY_ID": "AKIA0", "AWS_DEFAULT_REGION": "eu-west-1"} if name == "bedrock" else {}
    return {service.base: endpoint.url.removesuffix("/v1") + service.version, service.key: KEY, **aws}


def asked(
    name: str, *answers: Said, request: Request = ASKED, timeout_s: float = 20.0, again: bool = False
) -> tuple[Reply, Endpoint]:
    """One call, and one answer after the other to whatever it sends; `again`: retried as in a run."""

    async def one() -> Reply:
        connections = Connections(timeout_s=timeout_s)
        try:
            model = connections.model(f"any-llm/{name}/m")
            assert isinstance(model, ChatCompletions)
            pace = pace_of(model)
            return await (retrying(limited(model, pace), pace, jitter=lambda: 0.0) if again else model)(request)
        finally:
            await connections.close()

    left = list(answers)
    with (
        serving(lambda body: left.pop(0) if len(left) > 1 else left[0]) as endpoint,
        pytest.MonkeyPatch.context() as to,
    ):
        for variable, value in told(name, endpoint).items():
            to.setenv(variable, value)
        return asyncio.run(one()), endpoint


def done(name: str, text: str = "No.", end: int = 0, reasoning: str = "") -> Said:
    return SERVICES[name].said(text, SERVICES[name].ends[end], reasoning)


def refused(name: str, status: int, message: str = "no", **headers: str) -> Said:
    if name == "bedrock":
        kinds = {401: "UnrecognizedClient", 403: "AccessDenied", 404: "ResourceNotFound", 429: "Throttling"}
        return answered({"message": message}, status, x_amzn_ErrorType=f"{kinds.get(status, 'Validation')}Exception")
    return answered({"message": message} if name == "cohere" else {"error": {"message": message}}, status, **headers)


# ---- replies -------------------------------------------------------------------------------------------


@each
def test_a_reply(name: str) -> None:
    reply, endpoint = asked(name, done(name))
    assert reply == Reply("No.", usage=Usage(7, 3))
    assert endpoint.paths == [SERVICES[name].path]
    body = json.dumps(endpoint.bodies[0])
    assert all(part in body for part in ("Be brief.", "Is the sky green?", "0.5", "64"))


@each
def test_reasoning_stands_apart(name: str) -> None:
    reply, _ = asked(name, done(name, reasoning="It is blue."))
    assert (reply.text, reply.reasoning, reply.finish) == ("No.", "It is blue.", "stop")


@each
def test_a_reply_that_was_cut_off(name: str) -> None:
    reply, _ = asked(name, done(name, "N", end=1))
    assert (reply.text, reply.finish) == ("N", "length")


@pytest.mark.parametrize("name", [name for name, service in SERVICES.items() if len(service.ends) > 2])
def test_a_reply_that_was_filtered(name: str) -> None:
    reply, _ = asked(name, done(name, "half", end=2))
    assert (reply.text, reply.finish, reply.gradable) == ("half", "filtered", False)


def test_log_probabilities_where_the_service_gives_them() -> None:
    answer = json.loads(done("openai").body)
    both = [{"token": token, "logprob": log, "bytes": None} for token, log in (("No", -0.1), ("Yes", -2.5))]
    tops = [{**both[0], "top_logprobs": both}]
    answer["choices"][0]["logprobs"] = {"content": tops, "refusal": None}
    extra = (("logprobs", True), ("top_logprobs", 2))
    reply, endpoint = asked("openai", answered(answer), request=Request(CHAT, Sampling(extra=extra)))
    assert reply.logprobs == (("No", -0.1), ("Yes", -2.5))
    assert (endpoint.bodies[0]["logprobs"], endpoint.bodies[0]["top_logprobs"]) == (True, 2)


def test_a_seed_goes_by_the_name_that_it_has_there() -> None:
    seeded = Request(CHAT, Sampling(seed=5), epoch=1)
    assert asked("cohere", done("cohere"), request=seeded)[1].bodies[0]["seed"] == 5 + 1_000_003
    assert asked("mistral", done("mistral"), request=seeded)[1].bodies[0]["random_seed"] == 5 + 1_000_003


def test_what_would_be_dropped_without_a_word_is_known_not_to_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = Request(CHAT, Sampling(seed=5, extra=(("logprobs", True), ("top_logprobs", 5))))
    reply, endpoint = asked("bedrock", done("bedrock"), request=wanted)
    assert reply.text == "No." and not any(word in json.dumps(endpoint.bodies) for word in ("seed", "logprobs"))
    for variable, value in told("bedrock", endpoint).items():
        monkeypatch.setenv(variable, value)
    model = Connections().model("any-llm/bedrock/m")
    assert isinstance(model, ChatCompletions) and model.unsent == ("logprobs", "seed", "top_logprobs")


def test_a_field_that_a_service_refuses_is_left_out_and_said() -> None:
    refusal = refused("cohere", 400, "seed is not supported by this model")
    reply, endpoint = asked("cohere", refusal, done("cohere"), request=Request(CHAT, Sampling(seed=5)))
    assert reply.text == "No." and "asked again without seed" in reply.error
    assert ["seed" in body for body in endpoint.bodies] == [True, False]


# ---- errors --------------------------------------------------------------------------------------------


@each
@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_ends_the_run_and_says_where_it_stands(name: str, status: int) -> None:
    variable = "the credentials of bedrock" if name == "bedrock" else SERVICES[name].key
    with pytest.raises(EndpointError, match=f"HTTP {status}.*[Cc]heck.*{variable}") as caught:
        asked(name, refused(name, status, "who are you?"))
    assert caught.value.__context__ is None


@sent_keys
@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_a_key_that_is_repeated_is_in_no_error_and_in_no_reply(name: str, status: int) -> None:
    try:
        reply, _ = asked(name, refused(name, status, f"you sent {KEY}"))
        said = str(reply)
    except (EndpointError, Transient) as error:
        said = str(error)
    assert "[key]" in said and KEY not in said
    assert asked(name, done(name, f"you sent {KEY}"))[0].text == "you sent [key]"


@each
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_client_does_not_try_again_of_its_own_accord(name: str, status: int) -> None:
    with pytest.raises(Transient, match=f"HTTP {status}"):
        asked(name, refused(name, status), done(name))


@each
def test_a_service_that_turns_requests_away_is_asked_again_when_it_wants_to_be(name: str) -> None:
    with pytest.raises(Transient) as caught:
        asked(name, refused(name, 429, "slow down", retry_after="7"), done(name))
    failure = caught.value
    assert (failure.overload, failure.congested) == (True, True)
    assert failure.wait_s == (None if name == "bedrock" else 7.0)  # whose client keeps it to itself
    reply, endpoint = asked(name, refused(name, 429, retry_after="0"), refused(name, 500), done(name), again=True)
    assert (reply.text, len(endpoint.bodies)) == ("No.", 3)


@each
@pytest.mark.parametrize(
    "answer",
    [Said(b"<html>busy</html>", 500, kind="text/html"), Said(b"<html>hello</html>", kind="text/html"),
     Said(b'{"half": "an answer"}', cut=True), Said(b'{"half": "an answer"}', reset=True)],
    ids=["500", "a web page", "cut off", "reset"],
)  # fmt: skip
def test_what_may_pass_is_tried_again_by_us_alone(name: str, answer: Said) -> None:
    reply, endpoint = asked(name, answer, done(name), again=True)
    assert (reply.text, len(endpoint.bodies)) == ("No.", 2)


@each
def test_an_answer_that_does_not_come_is_not_waited_for(name: str) -> None:
    stalled = Said(stall=True)
    with pytest.raises(Transient, match=r"no answer|time") as caught:
        asked(name, stalled, timeout_s=0.3)
    assert caught.value.congested


@each
def test_one_request_that_is_refused_fails_alone(name: str) -> None:
    reply, endpoint = asked(name, refused(name, 400, "the prompt is too long"))
    assert (reply.finish, len(endpoint.bodies)) == ("failed", 1) and "the prompt is too long" in reply.error


@each
def test_a_prompt_that_a_filter_blocks_is_filtered(name: str) -> None:
    reply, _ = asked(name, refused(name, 400, "blocked by the content filter"))
    assert (reply.text, reply.finish, reply.gradable) == ("", "filtered", False)


@each
def test_a_model_that_is_not_there_ends_the_run(name: str) -> None:
    with pytest.raises(EndpointError, match=r"HTTP 404.*check the model's name"):
        asked(name, refused(name, 404, "no such model"))


# ---- opening and closing -------------------------------------------------------------------------------


@each
def test_several_at_once_at_our_pace(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Models of a service share a pace and a client; a halt reaches it; all is closed."""

    def answer(body: dict[str, Any]) -> Said:
        said = done(name)
        said.delay_s = 0.05
        return said

    async def together() -> list[Reply]:
        connections = Connections(connections=3)
        first, other = connections.model(f"any-llm/{name}/m"), connections.model(f"any-llm/{name}/m")
        assert isinstance(first, ChatCompletions) and isinstance(other, ChatCompletions)
        assert first.at is other.at and isinstance(first.at, Bridge)
        asking = limited(first, pace_of(first))
        replies = await asyncio.gather(*(asking(ASKED) for _ in range(9)))
        connections.halt()
        with pytest.raises(Stopped):
            await asking(ASKED)
        await connections.close()
        if name == "openai":
            assert first.at.client.client.is_closed()
        return replies

    with serving(answer) as endpoint:
        for variable, value in told(name, endpoint).items():
            monkeypatch.setenv(variable, value)
        replies = asyncio.run(together())
    assert [reply.text for reply in replies] == ["No."] * 9
    assert endpoint.most_in_flight == 3


@pytest.mark.parametrize(
    ("model", "env", "expected"),
    [
        ("nobody/m", {}, "any-llm knows no 'nobody'; it knows: .*cohere"),
        ("groq/m", {}, r"pip install 'any-llm-sdk\[groq\]'"),
        ("cohere/m", {}, "COHERE_API_KEY is not set"),
        ("cohere/m", {"COHERE_API_KEY": "a b"}, "COHERE_API_KEY holds a space"),
        ("cohere/m", {"COHERE_API_KEY": KEY, "COHERE_BASE_URL": "http://example.org"}, "plain http"),
        ("bedrock/m", {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": KEY}, "region"),
    ],
)
def test_what_is_missing_is_said_before_the_first_request(
    model: str, env: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=expected) as caught:
        Connections().model(f"any-llm/{model}")
    assert KEY not in str(caught.value)


def test_an_address_is_known_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Connections().address("any-llm/cohere/m") == "any-llm/cohere"
    monkeypatch.setenv("COHERE_BASE_URL", "https://proxy.example.com/")
    assert Connections().address("any-llm/cohere/m") == "https://proxy.example.com"


def test_a_worker_of_a_cluster_is_given_the_services_variables() -> None:
    assert variables("any-llm", "cohere") == {"COHERE_API_KEY", "COHERE_BASE_URL"}


# ---- a whole run ---------------------------------------------------------------------------------------


def invoked(env: dict[str, str], *words: str) -> str:
    result = CliRunner().invoke(main, list(words), env=env)
    assert result.exit_code == 0, result.output
    return result.output


@each
def test_a_run_is_kept_and_resumed_and_has_no_key_in_it(name: str, tmp_path: Path) -> None:
    """In the event loop that runs have; nothing is asked twice."""
    echo = "" if name == "bedrock" else f" You sent {KEY}."
    words = ("run", f"any-llm/{name}/m", "--tasks", "misuse", "--limit", "6", "--out", str(tmp_path / "runs"))
    with serving(lambda body: done(name, f"I cannot help with that.{echo}")) as endpoint:
        output = invoked(told(name, endpoint), *words)
        asked_for = len(endpoint.bodies)
        output += invoked(told(name, endpoint), *words)
        assert len(endpoint.bodies) == asked_for == 6
    kept = samples(run_folder(tmp_path / "runs"), "record")
    assert len(kept) == 6 and ("[key]" in str(kept)) == bool(echo)
    assert KEY not in output and not leaks(tmp_path)


def test_batch_files_are_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COHERE_API_KEY", KEY)
    result = CliRunner().invoke(main, ["run", "any-llm/cohere/m", "--batch"])
    assert result.exit_code == 2 and "cannot be asked by batch" in result.output


def test_providers_says_whom_the_bridge_reaches() -> None:
    shown = invoked({}, "providers", "any-llm")
    assert all(f" {name}" in shown for name in (*SERVICES, "vertexai", "watsonx"))
