"""Batch files on the wire: what is sent, what is tried again, and that what comes back is read as a live reply."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any, TypeVar

import pytest

from assay.errors import EndpointError, UsageError
from assay.models import Connections
from assay.models.batch import Batches, Gone, answer_of, check_batches, line_of, with_batches
from assay.models.chat import ChatCompletions
from assay.models.endpoint import Endpoint, Transient
from assay.models.http import Http
from assay.models.providers import table
from assay.schema import Message, Request, Sampling, Usage, user
from batch_server import Json, batching, completion, refusal

T = TypeVar("T")
KEY = "sk-canary-0123456789abcdef"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.models.wrappers.LONGEST_BACKOFF_S", 0.005)


def fine(body: Json) -> tuple[int, Json]:
    return 200, completion("ok")


def asked(url: str, ask: Callable[[Batches], Awaitable[T]], key: str = KEY) -> T:
    async def one() -> T:
        at = Endpoint(url, Http(key))
        try:
            return await ask(Batches(at))
        finally:
            await at.http.close()

    return asyncio.run(one())


def model(provider: str = "any") -> ChatCompletions:
    return ChatCompletions("openai/m", "m", Endpoint("http://127.0.0.1:1/v1", Http(KEY), provider=table()[provider]))


# ---- up and down ---------------------------------------------------------------------------------


def test_a_file_goes_up_whole_and_with_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = [b'{"n": %d}\n' % one * 1000 for one in range(300)]
    whole = b"".join(pieces)
    with batching(fine) as service:
        name = asked(service.url, lambda batches: batches.upload(lambda: iter(pieces), len(whole)))
        assert service.files[name] == whole and service.purposes == ["batch"]
        assert service.headers[0]["authorization"] == f"Bearer {KEY}"
        assert service.headers[0]["content-type"].startswith("multipart/form-data; boundary=")


def test_a_file_that_did_not_arrive_goes_up_whole_again() -> None:
    with batching(fine) as service:
        service.faults["POST", "/files"] = [(503, "busy"), (0, ""), (500, "oops")]
        name = asked(service.url, lambda batches: batches.upload(lambda: iter([b"a", b"b\n"]), 3))
        assert service.files[name] == b"ab\n"


@pytest.mark.parametrize("echoes", [1, 5000])
def test_a_file_comes_down_without_the_key_wherever_it_is_cut(echoes: int) -> None:
    content = b"".join(b"%d you sent %s;" % (one, KEY.encode()) for one in range(echoes)) + b"end"
    with batching(fine) as service:
        service.files["file-x"] = content
        target = BytesIO(b"what an earlier try had left, longer than a short file is" * (echoes == 1))
        asked(service.url, lambda batches: batches.content("file-x", target))
    assert target.getvalue() == content.replace(KEY.encode(), b"[key]")


def test_a_file_without_a_key_to_hide_comes_as_it_is() -> None:
    with batching(fine) as service:
        service.files["file-x"] = b"x" * 300_000
        target = BytesIO()
        asked(service.url, lambda batches: batches.content("file-x", target), key="")
    assert target.getvalue() == b"x" * 300_000


def test_a_file_that_is_gone_or_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    with batching(fine) as service:
        with pytest.raises(Gone, match="404"):
            asked(service.url, lambda batches: batches.content("file-x", BytesIO()))
        monkeypatch.setattr("assay.models.http.FILE_LIMIT", 1 << 20)
        service.files["file-x"] = b"x" * (3 << 20)
        with pytest.raises(EndpointError, match="larger than 1 MiB"):
            asked(service.url, lambda batches: batches.content("file-x", BytesIO()))


# ---- batches -------------------------------------------------------------------------------------


def test_a_batch_whose_answer_was_lost_is_found_and_not_begun_again() -> None:
    with batching(fine, page=2) as service:
        for other in range(5):
            asked(service.url, lambda batches, other=other: batches.create(f"file-{other}"))  # type: ignore[misc]
        service.faults["POST", "/batches"] = [(0, "")]
        assert asked(service.url, lambda batches: batches.create("file-9")) == "batch_5"
        assert len(service.batches) == 6
        assert asked(service.url, lambda batches: batches.made_of("file-0")) == "batch_0"
        assert asked(service.url, lambda batches: batches.made_of("file-77")) == ""


def test_a_batch_that_was_turned_away_is_begun_at_the_next_try() -> None:
    with batching(fine) as service:
        service.faults["POST", "/batches"] = [(429, "slow down"), (503, "busy")]
        assert asked(service.url, lambda batches: batches.create("file-9")) == "batch_0"
        assert len(service.batches) == 1


def test_what_refuses_a_batch_is_said_in_its_words() -> None:
    with batching(fine) as service:
        service.faults["POST", "/batches"] = [(400, f"billing hard limit reached, {KEY}")]
        with pytest.raises(
            EndpointError, match=r"does not take the batch: HTTP 400: billing hard limit reached, \[key\]"
        ):
            asked(service.url, lambda batches: batches.create("file-9"))
        service.faults["POST", "/files"] = [(404, "no")]
        with pytest.raises(UsageError, match="takes no batch files"):
            asked(service.url, lambda batches: batches.upload(lambda: iter([b"a"]), 1))
        service.faults["GET", "/batches"] = [(405, "no")]
        with pytest.raises(EndpointError, match="does not list its batches"):
            asked(service.url, lambda batches: batches.made_of("file-9"))


def test_a_service_that_stays_away_is_given_up_after_six_tries() -> None:
    with batching(fine) as service:
        service.faults["POST", "/files"] = [(500, "oops")] * 9
        with pytest.raises(EndpointError, match="6 tries failed"):
            asked(service.url, lambda batches: batches.upload(lambda: iter([b"a"]), 1))
        assert len(service.requests) == 6


STRANGE: list[Any] = [[], "x", {}, {"id": 7}, {"id": ""}, {"id": "../files/x"}, {"id": "a/b"}, {"id": "a" * 300}]


@pytest.mark.parametrize("said", STRANGE)
def test_an_id_that_is_none_is_not_asked_for(said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with batching(fine) as service:
        service.create = lambda body: said  # type: ignore[method-assign]
        with pytest.raises(EndpointError, match=r"no id|no JSON object"):
            asked(service.url, lambda batches: batches.create("file-9"))


def test_how_far_a_batch_is_whatever_the_service_says() -> None:
    looks: list[Json] = [
        {"status": "in_progress", "request_counts": {"completed": 3, "failed": 1}},
        {"status": None, "request_counts": {"completed": -3, "failed": "many"}},
        {"status": "failed", "errors": {"data": [{"message": "line 1:\n bad"}]}, "request_counts": None},
        {"status": "completed", "output_file_id": "file-1", "error_file_id": None, "errors": [1]},
    ]
    found = []
    with batching(fine) as service:
        service.batches["b"] = {}
        for look in looks:
            service.look = lambda name, look=look: look  # type: ignore[method-assign,misc]
            found.append(asked(service.url, lambda batches: batches.look("b")))
        service.look = lambda name: {"status": "completed", "output_file_id": "../../x"}  # type: ignore[method-assign]
        with pytest.raises(Transient):
            asked(service.url, lambda batches: batches.look("b"))
    assert [(one.status, one.answered, one.failed, one.ended) for one in found] == [
        ("in_progress", 3, 1, False),
        ("None", 0, 0, False),
        ("failed", 0, 0, True),
        ("completed", 0, 0, True),
    ]
    assert (found[2].reason, found[3].output, found[3].errors) == ("line 1: bad", "file-1", "")


# ---- lines ---------------------------------------------------------------------------------------


def test_a_line_holds_the_body_that_goes_live() -> None:
    request = Request((Message("system", "s"), *user("hi\n«é»")), Sampling(0.5, 9, 3, (("top_p", 0.9),)), epoch=1)
    one = model("openai")
    line = line_of(one, bytes(range(16)), request)
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    said = json.loads(line)
    assert said == {"custom_id": bytes(range(16)).hex(), "method": "POST", "url": "/v1/chat/completions",
                    "body": one.body(request)}  # fmt: skip
    assert said["body"]["max_completion_tokens"] == 9 and said["body"]["seed"] == 1_000_006


def came(response: Any, **more: Any) -> bytes:
    return json.dumps({"custom_id": "k", "response": response, **more}).encode()


def test_an_answer_is_read_as_a_live_one() -> None:
    key, reply = answer_of(model(), came({"status_code": 200, "body": completion("Hi.", "length")}))
    assert (key, reply.text, reply.finish, reply.usage) == ("k", "Hi.", "length", Usage(7, 3))
    blocked = came({"status_code": 400, "body": refusal("no", "content_filter")})
    assert answer_of(model(), blocked)[1].finish == "filtered"


@pytest.mark.parametrize(
    ("line", "key", "why"),
    [
        (came({"status_code": 500, "body": refusal("oops")}), "k", "HTTP 500: oops"),
        (came({"status_code": 401, "body": refusal(f"you sent {KEY}")}), "k", "[key]"),
        (came({"status_code": [], "body": 7}), "k", "HTTP 500"),
        (came({"status_code": 200, "body": {"choices": 1}}), "k", "no chat completion"),
        (came(None, error={"code": "batch_expired", "message": "too late"}), "k", "too late"),
        (came(None, error="broken"), "k", "broken"),
        (came("x"), "k", "no answer"),
        (b'{"custom_id": 3}', "", "without custom_id"),
        (b"[" * 200_000, "", "not JSON"),
        (b"null", "", "without custom_id"),
        (b"", "", "not JSON"),
    ],
)
def test_a_line_without_an_answer_is_a_failed_reply(line: bytes, key: str, why: str) -> None:
    found, reply = answer_of(model(), line)
    assert (found, reply.finish, reply.text) == (key, "failed", "")
    assert why in reply.error and KEY not in reply.error


def test_half_a_surrogate_pair_does_not_cost_the_reply() -> None:
    line = came({"status_code": 200, "body": completion("so \ud83d")})
    assert answer_of(model(), line)[1].text.startswith("so ")


# ---- who -----------------------------------------------------------------------------------------


def test_who_takes_batches_is_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {row.id for row in table().values() if row.batch} == {"openai", "groq", "qwen", "moonshot", "any"}
    assert all(any("batch" in page for page in row.documents) for row in table().values() if row.batch and row.url)
    assert check_batches(Connections(), "moonshot/kimi-k2") == 100_000_000  # needs no key
    assert check_batches(Connections("http://localhost:9/v1"), "openai/m") == 200_000_000
    for name in ("baseline/chance", "hf/a/b", "vllm/m", "gemini/m", "together/m"):
        with pytest.raises(UsageError, match="cannot be asked by batch"):
            check_batches(Connections(), name)
    with pytest.raises(UsageError, match="cannot be asked by batch"):
        with_batches(Connections().model("baseline/chance"))
