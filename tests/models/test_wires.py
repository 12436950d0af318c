"""Every provider's request and reply format, errors included, as it documents them, over a real socket.

`examples/*.json`: what is sent, what comes back and what it becomes; each names the document whose shapes it has.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay.errors import EndpointError
from assay.models.chat import ChatCompletions, Transient
from assay.models.endpoint import Endpoint as At
from assay.models.http import Http
from assay.models.pace import Pace
from assay.models.providers import table
from assay.schema import Message, Reply, Request, Sampling, Usage, user
from endpoint import Endpoint, Said, said, serving

EXAMPLES = {file.stem: json.loads(file.read_text(encoding="utf-8"))
            for file in sorted((Path(__file__).parent / "examples").glob("*.json"))}  # fmt: skip
KEY = "sk-canary-0123456789"
CHAT = (Message("system", "Be brief."), Message("user", "Is the sky green?"))
LOGPROBS = (("logprobs", True), ("top_logprobs", 2))
ASKED = Request(CHAT, Sampling(0.0, max_tokens=64, seed=7, extra=LOGPROBS))


def opened(provider: str, model: str, url: str) -> ChatCompletions:
    """A model of a provider whose service is on loopback."""
    row = table()[provider]
    names = row.keys or (f"{provider.upper()}_API_KEY",)
    url = url.removesuffix("/v1") if row.speaks == "messages" else url
    return ChatCompletions(f"{provider}/{model}", model,
                           At(url, Http(KEY, 5.0, row.key_header, row.headers), names[0], Pace(), row))  # fmt: skip


def asked(provider: str, model: str, *answers: Said, request: Request = ASKED) -> tuple[Reply, Endpoint]:
    """One call, and one answer after the other to whatever it sends."""

    async def one(url: str) -> Reply:
        opened_model = opened(provider, model, url)
        try:
            return await opened_model(request)
        finally:
            await opened_model.at.http.close()

    left = list(answers)
    with serving(lambda body: left.pop(0) if len(left) > 1 else left[0]) as endpoint:
        return asyncio.run(one(endpoint.url)), endpoint


def answered(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Said:
    return Said(json.dumps(body).encode(), status, headers or {})


def each(part: str) -> Iterator[Any]:
    for name, example in EXAMPLES.items():
        for place, one in enumerate(example[part]):
            yield pytest.param(name, one, id=f"{name}-{place}")


def test_every_row_has_its_example() -> None:
    assert set(EXAMPLES) == set(table()) - {"any", "any-llm"}  # which tests/neighbours/test_bridge.py asks
    assert all(example["document"].startswith("https://") for example in EXAMPLES.values())
    assert all(example["replies"] and example["errors"] for example in EXAMPLES.values())


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_sent(name: str) -> None:
    example = EXAMPLES[name]
    _, endpoint = asked(name, example["model"], answered(example["replies"][0]["reply"]))
    assert endpoint.bodies == [example["request"]]
    assert endpoint.paths == [example["path"] if name == "anthropic" else f"/v1{example['path']}"]
    header = example["header"]
    sent = endpoint.headers[0]
    assert sent[header] == (f"Bearer {KEY}" if header == "authorization" else KEY)
    assert [key for key, value in sent.items() if KEY in value] == [header]
    assert {key: sent[key] for key in example.get("headers", {})} == example.get("headers", {})


@pytest.mark.parametrize(("name", "case"), [*each("replies")])
def test_what_comes_back(name: str, case: dict[str, Any]) -> None:
    reply, _ = asked(name, EXAMPLES[name]["model"], answered(case["reply"]))
    expected = case["expected"]
    tops = tuple((token, log) for token, log in expected.get("logprobs", ()))
    error, usage = expected.get("error", ""), Usage(*expected["usage"])
    assert reply == Reply(
        expected["text"], expected["finish"], error, usage, logprobs=tops, reasoning=expected["reasoning"]
    )


@pytest.mark.parametrize(("name", "case"), [*each("errors")])
def test_what_an_error_becomes(name: str, case: dict[str, Any]) -> None:
    answer = answered(case["body"], case["status"], case["headers"])
    if case["becomes"] in ("failed", "filtered"):
        reply, endpoint = asked(name, EXAMPLES[name]["model"], answer)
        assert (reply.text, reply.finish) == ("", case["becomes"])
        assert case["says"] in reply.error and len(endpoint.bodies) == 1
        return
    with pytest.raises(EndpointError if case["becomes"] == "hopeless" else Transient) as caught:
        asked(name, EXAMPLES[name]["model"], answer)
    assert case["says"] in str(caught.value)
    if isinstance(caught.value, Transient):
        assert caught.value.wait_s == case.get("wait_s")
        assert caught.value.overload == case.get("overload", False)


def test_a_gateway_that_lets_nothing_through_is_no_content_filter() -> None:
    with pytest.raises(EndpointError, match="access is denied"):
        asked("any", "m", Said(b"<html>Blocked by content_policy of your company</html>", 403, kind="text/html"))


# ---- fields that are found out -------------------------------------------------------------------

UNSUPPORTED = (
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
)
ONE_VALUE = (
    "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported."
)


def refuses(field: str, message: str, named: bool = True) -> Said:
    return answered({"error": {"message": message, "param": field if named else None, "code": "unsupported"}}, 400)


@pytest.mark.parametrize(
    ("provider", "field", "message"),
    [
        ("any", "temperature", ONE_VALUE),
        ("azure", "temperature", ONE_VALUE),
        ("any", "temperature", "invalid temperature: only 1 is allowed for this model"),
        ("anthropic", "temperature", "`temperature` is deprecated for this model."),
        ("anthropic", "temperature", "`temperature` may only be set to 1 when thinking is enabled."),
        ("gemini", "temperature", "temperature is not supported by this model"),
        ("any", "seed", "Extra inputs are not permitted: seed"),
        ("mistral", "random_seed", "Unknown field random_seed"),
    ],
)
def test_a_field_that_is_refused_is_left_out_from_then_on_and_that_is_said_once(
    provider: str, field: str, message: str
) -> None:
    example = EXAMPLES["vllm" if provider == "any" else provider]

    async def twice(url: str) -> list[Reply]:
        model = opened(provider, "m", url)
        try:
            return [await model(ASKED), await model(ASKED)]
        finally:
            await model.at.http.close()

    fine = next(case["reply"] for case in example["replies"] if case["expected"]["finish"] == "stop")
    answers = [refuses(field, message, named=False), answered(fine), answered(fine)]
    with serving(lambda body: answers.pop(0)) as endpoint:
        first, second = asyncio.run(twice(endpoint.url))
    with_it, *without = [field in body.get("generationConfig", body) for body in endpoint.bodies]
    assert with_it and without == [False, False]
    assert first.error.startswith(f"asked again without {field}: HTTP 400") and second.error == ""


def test_the_limit_of_a_reply_has_another_name_elsewhere_and_that_changes_nothing() -> None:
    reply, endpoint = asked("any", "m", refuses("max_tokens", UNSUPPORTED), said("fine"))
    assert reply.text == "fine" and reply.error == ""
    assert [[name for name in body if name.startswith("max_")] for body in endpoint.bodies] == [
        ["max_tokens"],
        ["max_completion_tokens"],
    ]


def test_whoever_takes_neither_name_is_asked_twice() -> None:
    answers = [refuses("max_tokens", UNSUPPORTED), refuses("max_completion_tokens", UNSUPPORTED)]
    reply, endpoint = asked("any", "m", *answers, refuses("max_tokens", UNSUPPORTED))
    assert reply.finish == "failed" and len(endpoint.bodies) == 3


@pytest.mark.parametrize(
    "message",
    [
        "temperature must be between 0 and 1",
        "max_tokens: 64000 > 4096, which is the maximum allowed number of output tokens",
        "max_tokens is too large: 64. This model supports at most 16 completion tokens",
        "the model does not support images",
        "only text is supported",
    ],
)
def test_what_is_out_of_range_or_about_something_else_fails_as_it_is(message: str) -> None:
    reply, endpoint = asked("any", "m", refuses("", message, named=False))
    assert reply.finish == "failed" and message[:20] in reply.error and len(endpoint.bodies) == 1


def test_many_that_are_refused_at_once_are_all_asked_again() -> None:
    async def together(url: str) -> list[Reply]:
        model = opened("any", "m", url)
        try:
            return await asyncio.gather(*(model(Request(user(text))) for text in "abcdefgh"))
        finally:
            await model.at.http.close()

    def respond(body: dict[str, Any]) -> Said:
        answer = refuses("temperature", ONE_VALUE) if "temperature" in body else said("fine")
        answer.delay_s = 0.02
        return answer

    with serving(respond) as endpoint:
        replies = asyncio.run(together(endpoint.url))
    assert [reply.text for reply in replies] == ["fine"] * 8 and len(endpoint.bodies) == 16


def test_what_a_person_asked_for_is_not_dropped() -> None:
    reply, endpoint = asked("openai", "gpt-5", refuses("top_p", "Unsupported parameter: 'top_p' is not supported"),
                            request=Request(CHAT, Sampling(extra=(("top_p", 0.5),))))  # fmt: skip
    assert reply.finish == "failed" and endpoint.bodies[0]["top_p"] == 0.5 and len(endpoint.bodies) == 1


@pytest.mark.parametrize(
    ("provider", "model", "unsent"),
    [
        ("openai", "gpt-4o-mini", ()),
        ("openai", "o3-mini-2025-01-31", ("logprobs", "temperature", "top_logprobs")),
        ("openai", "gpt-5-chat-latest", ()),
        ("anthropic", "claude-opus-4-7", ("logprobs", "seed", "temperature", "top_logprobs")),
        ("deepseek", "deepseek-chat", ()),
    ],
)
def test_what_is_never_sent_to_a_model_is_known(provider: str, model: str, unsent: tuple[str, ...]) -> None:
    assert opened(provider, model, "http://127.0.0.1:9/v1").unsent == unsent


# ---- reasoning -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "finish", "text", "reasoning"),
    [
        ("<think>a</think>b", "stop", "b", "a"),
        ("\n<think>\na\n</think>\n\n b", "stop", "b", "a"),
        ("<think></think>b", "stop", "b", ""),
        ("<think>cut", "length", "", "cut"),
        ("<think>never closed", "stop", "", "never closed"),
        ("a</think>b</think>c", "stop", "b</think>c", "a"),
        ("b, not <think>a</think>", "stop", "b, not <think>a</think>", ""),
        ("I rethink> nothing", "stop", "I rethink> nothing", ""),
        ("plain", "stop", "plain", ""),
        ("", "length", "", ""),
    ],
)
def test_reasoning_in_tags_is_no_part_of_the_answer(content: str, finish: str, text: str, reasoning: str) -> None:
    reply, _ = asked("any", "m", said(content, finish))
    assert (reply.text, reply.finish, reply.reasoning) == (text, finish, reasoning)


def test_where_the_tag_is_always_opened_a_closing_one_is_a_word_like_any() -> None:
    reply, _ = asked("groq", "m", said("a</think>b"))
    assert (reply.text, reply.reasoning) == ("a</think>b", "")


@pytest.mark.parametrize("strange", [7, None, ["a"], {"text": "a"}, True])
def test_reasoning_in_another_shape_is_none(strange: object) -> None:
    reply, _ = asked("any", "m", said("fine", reasoning_content=strange, reasoning=strange))
    assert (reply.text, reply.reasoning) == ("fine", "")


def test_reasoning_is_kept_to_the_limit_of_a_reply() -> None:
    reply, _ = asked("any", "m", said("fine", reasoning="x" * 1_500_000))
    assert (reply.text, reply.finish, len(reply.reasoning)) == ("fine", "stop", 1_000_000)


@pytest.mark.parametrize(("token", "kept"), [("fi", True), ("<think>", False), ("Let", False)])
def test_logprobs_are_of_the_answer_or_of_nothing(token: str, kept: bool) -> None:
    answer = json.loads(said("fine", reasoning="Let me").body)
    tops = [{"token": token, "logprob": -0.5, "top_logprobs": []}]
    answer["choices"][0]["logprobs"] = {"content": tops}
    reply, _ = asked("any", "m", answered(answer))
    assert reply.logprobs == (((token, -0.5),) if kept else ())


# ---- answers that are none -----------------------------------------------------------------------


@pytest.mark.parametrize("provider", ["any", "anthropic", "gemini"])
@pytest.mark.parametrize("answer", [[], 7, None, "x", {}, {"content": 7}, {"candidates": {}}, {"choices": "x"}])
def test_json_of_another_kind_is_tried_again(provider: str, answer: object) -> None:
    with pytest.raises(Transient):
        asked(provider, "m", answered(answer))


@pytest.mark.parametrize(
    ("provider", "answer", "expected"),
    [
        ("gemini", {"candidates": []}, Reply("", "failed", "the endpoint answered with no candidates")),
        ("gemini", {"candidates": [None]}, Reply("")),
        ("gemini", {"candidates": [{"content": {"parts": [7, {"text": 7}]}, "logprobsResult": 7}]}, Reply("")),
        ("gemini", {"candidates": [{"logprobsResult": {"chosenCandidates": [{}], "topCandidates": "x"}}]}, Reply("")),
        ("anthropic", {"content": [None, {"type": "text"}, {"type": "tool_use"}], "usage": 7}, Reply("")),
        ("anthropic", {"content": [], "stop_reason": 7, "usage": {"input_tokens": -1}}, Reply("")),
    ],
)
def test_what_is_strange_within_a_reply_is_left_out(provider: str, answer: object, expected: Reply) -> None:
    assert asked(provider, "m", answered(answer))[0] == expected


# ---- requests of other shapes --------------------------------------------------------------------


def sent(provider: str, request: Request, model: str = "m") -> tuple[dict[str, Any], str]:
    example = EXAMPLES[provider]
    _, endpoint = asked(provider, model, answered(example["replies"][0]["reply"]), request=request)
    return endpoint.bodies[0], endpoint.paths[0]


TURNS = (*CHAT, Message("assistant", "No."), Message("system", "In French."), Message("user", "Why?"))


def test_several_turns_and_system_prompts() -> None:
    body, _ = sent("anthropic", Request(TURNS))
    assert body["system"] == "Be brief.\n\nIn French." and body["max_tokens"] == 4096
    assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]
    body, _ = sent("gemini", Request(TURNS))
    assert body["systemInstruction"] == {"parts": [{"text": "Be brief.\n\nIn French."}]}
    assert [turn["role"] for turn in body["contents"]] == ["user", "model", "user"]
    assert body["generationConfig"] == {"temperature": 0.0}


def test_nobody_says_nothing() -> None:
    chat = (Message("user", "Well?"), Message("assistant", ""), Message("user", "Close with a verdict."))
    assert [turn["role"] for turn in sent("anthropic", Request(chat))[0]["messages"]] == ["user", "user"]
    assert [turn["role"] for turn in sent("gemini", Request(chat))[0]["contents"]] == ["user", "user"]


def test_further_fields_stand_where_the_service_has_them() -> None:
    thinking = {"type": "enabled", "budget_tokens": 2048}
    body, _ = sent("anthropic", Request(user("x"), Sampling(extra=(("thinking", thinking), ("top_k", 5)))))
    assert (body["thinking"], body["top_k"]) == (thinking, 5) and "system" not in body
    extra = (("generationConfig", {"candidateCount": 1}), ("safetySettings", []),
             ("thinkingConfig", {"includeThoughts": True}), ("top_p", 0.9))  # fmt: skip
    body, _ = sent("gemini", Request(user("x"), Sampling(1.0, seed=5, extra=extra), epoch=3000))
    config = {"candidateCount": 1, "thinkingConfig": {"includeThoughts": True}, "topP": 0.9, "temperature": 1.0}
    assert body["generationConfig"] == {**config, "seed": (5 + 3000 * 1_000_003) % (1 << 31)}
    assert body["safetySettings"] == []


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("models/gemini-2.5-pro", "/v1/models/gemini-2.5-pro:generateContent"),
        ("../../v1/files", "/v1/models/..%2F..%2Fv1%2Ffiles:generateContent"),
        ("m?key=x#y", "/v1/models/m%3Fkey%3Dx%23y:generateContent"),
    ],
)
def test_a_models_name_leads_nowhere_else(model: str, path: str) -> None:
    assert sent("gemini", Request(user("x")), model)[1] == path


def test_base_urls_of_anthropics_own_clients_and_those_with_a_version() -> None:
    wire = opened("anthropic", "m", "http://127.0.0.1:9")._wire
    assert wire.path("https://api.anthropic.com", "m") == "/v1/messages"
    assert wire.path("https://proxy.example/v1", "m") == "/messages"
