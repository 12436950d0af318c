"""Everything else: `any-llm/PROVIDER/MODEL` is asked by the service's own client, through Mozilla's any-llm (an extra).

any-llm takes and gives the shapes of OpenAI's chat completions. So a bridged service is an endpoint like any other,
written to and read like a server that speaks them; only the sending is not ours. What its client raises becomes what
an HTTP answer of that status would mean (`answer_of`). The client tries once: trying again is `retrying`'s business.

Measured on loopback, a request costs from 1.6 ms of CPU (7 ms with Mistral's client), one of our own 0.06 ms: whoever
has a row in `providers.toml` is better asked by it.
"""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import Any

import orjson

from assay.errors import EndpointError, UsageError
from assay.models.endpoint import Endpoint, parsed
from assay.models.failures import Rejected, Transient
from assay.models.http import Answer, Http, checked_key, checked_url, seconds
from assay.models.pace import Pace
from assay.models.providers import TOGETHER, Provider, table
from assay.models.replies import mapping, one_line, text_of

BRIDGE = "any-llm"

INSTALL = "pip install 'llm-assay[bridge]'"

STATUS: Mapping[str, int] = {
    "AuthenticationError": 401,
    "MissingApiKeyError": 401,
    "InsufficientFundsError": 402,
    "ModelNotFoundError": 404,
    "RateLimitError": 429,
    "UpstreamProviderError": 502,
    "GatewayTimeoutError": 504,
    "InvalidRequestError": 400,
    "ContextLengthExceededError": 400,
    "ContentFilterError": 400,
    "UnsupportedParameterError": 400,
    "NotImplementedError": 400,
    "ValidationError": 400,
}
"""What an error of any-llm's means where it comes without an HTTP status."""

NO_ANSWER = re.compile(r"connect|timeout|network|protocol|ssl|read.?error", re.IGNORECASE)
"""In the name of a client's error: nothing came back, whatever words any-llm found in the message."""

NOTHING, UNREADABLE = 0, 200
"""The statuses of an answer that did not come, and of one of which the client could make nothing."""

DEAF = ("vertexai", "xai")
"""any-llm gives these no base URL, and would ask, with the key, elsewhere than it was told."""

SILENT = ("bedrock",)
"""From what goes to these, any-llm leaves a seed and log-probabilities out without a word. So they are not sent."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service as any-llm knows it, and what the environment says of it."""

    id: str
    url: str
    """Its base URL where one is given; else `any-llm/ID`: its client knows where it is."""
    base: str
    key: str = field(repr=False)
    key_name: str
    known: Any = field(repr=False)
    """any-llm's class for it."""


@dataclass(frozen=True, slots=True)
class Bridge(Endpoint):
    """An endpoint that is asked by the service's own client."""

    client: Any = field(default=None, repr=False)
    """any-llm's provider."""
    timeout_s: float = 600.0

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The completion, as the JSON of a chat completion.

        Raises:
            Transient, EndpointError, Rejected: see `Endpoint.post`.
        """
        given = {} if self.client.TIMEOUT_SUPPORT == "unsupported" else {"timeout": self.timeout_s}
        failure: Exception
        try:
            async with asyncio.timeout(self.timeout_s):
                said = await self.client.acompletion(**body, **given)
            return parsed(Answer(200, self.http.clean(said.model_dump_json()).encode()))
        except TimeoutError:  # ours: a client's own is any-llm's by now
            failure = Transient(f"no answer within {self.timeout_s:.0f} s", congested=True)
        except Transient:
            raise
        except Exception as error:  # whatever a stranger's client does
            failure = self.meaning(error)
        raise failure  # out here, so that it drags no exception of the client's along

    def meaning(self, error: Exception) -> Exception:
        """What a client's error means: `Transient`, `EndpointError` or `Rejected`."""
        answer = answer_of(error)
        reason = self.http.clean(_reason(error))
        if answer.status < 300:
            return Transient(reason, congested=answer.status == NOTHING)
        if answer.status == 404:
            return EndpointError(f"{self.url} answers HTTP 404: {reason}: check the model's name and the base URL")
        refusal = self.refusal(answer)
        if isinstance(refusal, Rejected) and not _http(error):  # often refused before anything was sent
            return Rejected(reason, refusal.blocked, refusal.field)
        return refusal

    async def close(self) -> None:
        """Close whatever the client holds open."""
        for held in vars(self.client).values():
            await _close(held)


# ---- opening ---------------------------------------------------------------------------------------


def parted(rest: str) -> tuple[str, str]:
    """`PROVIDER/MODEL` → both.

    Raises:
        UsageError: one of them is missing.
    """
    service, _, model = rest.partition("/")
    if not service or not model:
        raise UsageError(f"{BRIDGE}/{rest} names no service: write {BRIDGE}/PROVIDER/MODEL, such as {BRIDGE}/cohere/…")
    return service, model


def service_of(name: str, env: Mapping[str, str], allow_http: bool = False) -> Service:
    """A service, its address and its key, from the variables that any-llm has for them.

    Raises:
        UsageError: any-llm or the service's own package is not installed, there is no such service, or a key or base
            URL cannot be one.
    """
    known = _known(name)
    base = env.get(known.ENV_API_BASE_NAME or "", "")
    if base and name in DEAF:
        raise UsageError(f"{BRIDGE} takes no base URL for {name}: unset {known.ENV_API_BASE_NAME}")
    base = checked_url(base, allow_http) if base else ""
    key_name = known.ENV_API_KEY_NAME
    one = key_name if re.fullmatch(r"[A-Z][A-Z0-9_]+", key_name or "") else ""
    key = checked_key(env.get(one, ""), one)
    return Service(name, base or f"{BRIDGE}/{name}", base, key, one if key else f"the credentials of {name}", known)


def bridged(service: Service, timeout_s: float, pace: Pace) -> Bridge:
    """The service as an endpoint; nothing is asked yet.

    Raises:
        UsageError: a key is missing, or the client cannot be made.
    """
    given: dict[str, Any] = {"unified_exceptions": True, **_once(service)}
    if service.base and service.id == "cohere":  # whose `api_base` any-llm forgets
        given["base_url"] = service.base
    http = Http(service.key)
    try:
        client = service.known(api_key=service.key or None, api_base=service.base or None, **given)
    except Exception as error:
        reason = http.clean(_unopened(service, error))
    else:
        return Bridge(service.url, http, service.key_name, pace, _row(service.id), client, timeout_s)
    raise UsageError(reason)


def _row(service: str) -> Provider:
    """The bridge's row, with what is known of the fields that the service takes."""
    row, own = table()[BRIDGE], table().get(service)
    if service in SILENT:
        return replace(row, seed="", refuses=frozenset(TOGETHER["logprobs"]))
    return replace(row, seed=own.seed, refuses=own.refuses, models=own.models) if own else row


def variables(name: str) -> set[str]:
    """The environment's names that say where a service is and with which key."""
    known = _known(name)
    return {one for one in (known.ENV_API_KEY_NAME, known.ENV_API_BASE_NAME) if one}


def reached() -> list[str]:
    """The services that the any-llm that is installed knows; none where it is not."""
    if find_spec("any_llm") is None:
        return []
    from any_llm import AnyLLM

    return sorted(str(getattr(one, "value", one)) for one in AnyLLM.get_supported_providers())


def _known(name: str) -> Any:
    """any-llm's class for a service."""
    try:
        from any_llm import AnyLLM
    except ImportError:
        raise UsageError(f"{BRIDGE}/… asks through any-llm, which is not installed: {INSTALL}") from None
    if name not in reached():
        raise UsageError(f"any-llm knows no {name!r}; it knows: {', '.join(reached())}")
    try:
        known = AnyLLM.get_provider_class(name)
    except ImportError as error:
        missing: object = error
    else:
        missing = known.MISSING_PACKAGES_ERROR
    if missing is not None:
        reason = one_line(str(missing))[:200]
        raise UsageError(f"{BRIDGE}/{name} needs that service's package: pip install 'any-llm-sdk[{name}]' ({reason})")
    return known


def _once(service: Service) -> dict[str, Any]:
    """What keeps a client from trying again by itself, for all that can be told."""
    if service.known.MAX_RETRIES_SUPPORT != "unsupported":
        return {"max_retries": 0}
    if service.id in ("bedrock", "sagemaker"):
        from botocore.config import Config

        return {"config": Config(retries={"total_max_attempts": 1}, max_pool_connections=64)}
    return {"retry_total": 0} if service.id == "azure" else {}


def _unopened(service: Service, error: Exception) -> str:
    if _is(error, "MissingApiKeyError"):
        return f"{getattr(error, 'env_var_name', '') or service.key_name} is not set: {BRIDGE}/{service.id} needs it"
    return f"{BRIDGE}/{service.id} cannot be opened: {_reason(error)}"


async def _close(held: object) -> None:
    """Close a client, in whichever way it has; what holds nothing open has none."""
    leave = getattr(held, "__aexit__", None)
    close = getattr(held, "aclose", None) or getattr(held, "close", None)
    with suppress(Exception):
        left = leave(None, None, None) if leave else close() if callable(close) else None
        if inspect.isawaitable(left):
            await left


# ---- errors ----------------------------------------------------------------------------------------


def answer_of(error: Exception) -> Answer:
    """The HTTP answer that stands behind an error; `NOTHING` or `UNREADABLE` for its status where there is none.

    A content filter's, and the field that an error is about, stand in the body where an answer of OpenAI's has them.
    """
    body = {
        "message": _reason(error),
        "code": "content_filter" if _is(error, "ContentFilterError") else _text(error, "code"),
        "param": _text(error, "param") or _text(error, "parameter_name"),
        "said": str(error)[:2000],
    }
    return Answer(_status(error), orjson.dumps({"error": body}, default=str), seconds(_text(error, "retry_after")))


def _status(error: Exception) -> int:
    if said := _http(error):
        return said
    if NO_ANSWER.search(type(getattr(error, "original_exception", None)).__name__):
        return NOTHING
    return next((status for name, status in STATUS.items() if _is(error, name)), UNREADABLE)


def _http(error: Exception) -> int:
    """The status of the HTTP answer, also of boto3's errors, where any-llm leaves it; 0 where there was none."""
    response = mapping(getattr(getattr(error, "original_exception", None), "response", None))
    amazons = mapping(response.get("ResponseMetadata")).get("HTTPStatusCode")
    return next((one for one in (getattr(error, "status_code", None), amazons) if isinstance(one, int)), 0)


def _reason(error: Exception) -> str:
    """What an error says: the service's own words where its client keeps the body, else the client's."""
    body = getattr(getattr(error, "original_exception", None), "body", None)
    if isinstance(body, str):
        with suppress(orjson.JSONDecodeError):
            body = orjson.loads(body)
    inner = mapping(body).get("error", body)
    said = text_of(mapping(inner).get("message", inner)) or _text(error, "message") or str(error)
    return one_line(said)[:300] or type(error).__name__


def _text(error: Exception, name: str) -> str:
    return text_of(getattr(error, name, None))


def _is(error: Exception, name: str) -> bool:
    """Whether an error is any-llm's of that name; any-llm need not be there to tell."""
    return any(one.__name__ == name for one in type(error).__mro__)
