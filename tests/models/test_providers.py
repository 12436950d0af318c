"""Who can be asked by name: the table, addresses, keys that go to their own service and nowhere else."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from assay import plugins
from assay.cli import main
from assay.errors import UsageError
from assay.models import OPENAI_URL, Connections, pace_of
from assay.models.chat import ChatCompletions
from assay.models.http import LOOPBACK
from assay.models.providers import LIMITS, Provider, at, table
from assay.schema import Reply, Request, user
from endpoint import Endpoint, error, said, serving

KEY = "sk-canary-0123456789"
NAMES = [name for name, row in table().items() if name != "any" and row.speaks != "bridge"]


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for row in table().values():
        for variable in (*row.keys, *row.address, f"{row.id.upper()}_API_KEY", f"{row.id.upper()}_BASE_URL"):
            monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)


def opened(name: str, **options: str) -> ChatCompletions:
    model = Connections(**options).model(name)  # type: ignore[arg-type]
    assert isinstance(model, ChatCompletions)
    return model


# ---- the table -----------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [table()[name] for name in ("any", *NAMES)], ids=["any", *NAMES])
def test_a_row_is_whole_and_says_where_it_is_written(row: Provider) -> None:
    assert row.name and row.documents
    assert all(document.startswith("https://") for document in row.documents)
    assert row.speaks in ("chat", "messages", "generate") and row.limit in LIMITS
    assert "content_filter" in row.filtered and "length" in row.cut
    assert not row.filtered & row.cut and not (row.filtered | row.cut) & row.unfinished
    assert set(row.reasoning) <= {"reasoning_content", "reasoning", "parts", "<think>", "</think>"}
    assert all(mark == mark.lower() for mark in (*row.blocked, *row.spent, *row.no_key))
    host, scheme = urlsplit(row.url).hostname, urlsplit(row.url).scheme
    if row.id == "any":
        return
    assert row.keyless or row.keys, "a key is needed, and stands somewhere"
    assert (host in LOOPBACK) == row.keyless if row.url else row.address
    assert scheme == ("http" if row.keyless else "https") or not row.url


def test_all_that_were_promised_are_there() -> None:
    promised = """openai azure openrouter together deepinfra groq mistral deepseek zhipu qwen moonshot baidu ollama
        lmstudio llamacpp vllm sglang anthropic gemini"""
    assert set(promised.split()) == set(NAMES)


def test_the_page_has_every_row() -> None:
    page = (Path(__file__).parents[2] / "docs" / "providers.md").read_text(encoding="utf-8")
    for name in NAMES:
        line = next(line for line in page.splitlines() if f"`{name}/…`" in line)
        assert table()[name].keyless or f"`{table()[name].keys[0]}`" in line


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (OPENAI_URL, "openai"),
        ("https://res.openai.azure.com/openai/v1", "azure"),
        ("https://api.deepseek.com/v1", "deepseek"),
        ("https://api.moonshot.cn/v1", "moonshot"),
        ("https://w.cn-beijing.maas.aliyuncs.com/compatible-mode/v1", "qwen"),
        ("https://api.together.xyz/v1", "together"),
        ("http://localhost:11434/v1", "any"),
        ("https://api.openai.com.example.org/v1", "any"),
        ("https://openai.azure.com.example.org/v1", "any"),
        ("https://evil-api.deepseek.com/v1", "any"),
    ],
)
def test_a_service_is_known_by_its_host(url: str, name: str) -> None:
    assert at(url).id == name
    assert opened("openai/m", base_url=url).at.provider.id == name if name != "openai" else True


# ---- addresses and keys --------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in NAMES if table()[name].url and not table()[name].keyless])
def test_a_service_is_asked_at_its_address_with_its_key(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = table()[name]
    with pytest.raises(UsageError, match=f"{row.keys[0]} is not set") as caught:
        opened(f"{name}/m")
    assert "baseline/refuser" in str(caught.value)
    for variable in row.keys:
        with monkeypatch.context() as patch:
            patch.setenv(variable, KEY)
            model = opened(f"{name}/org/m")
        assert (model.endpoint, model.model, model.at.key_name) == (row.url, "org/m", variable)


@pytest.mark.parametrize("name", [name for name in NAMES if table()[name].keyless and name != "vllm"])
def test_a_server_on_this_machine_needs_no_key(name: str) -> None:
    assert opened(f"{name}/org/m").endpoint == table()[name].url


def test_azure_is_where_the_resource_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"AZURE_BASE_URL \(or AZURE_OPENAI_ENDPOINT\)"):
        opened("azure/m")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://res.openai.azure.com/")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
    assert opened("azure/m").endpoint == "https://res.openai.azure.com/openai/v1"
    monkeypatch.setenv("AZURE_BASE_URL", "https://other.example.com/v1")
    assert opened("azure/m").endpoint == "https://other.example.com/v1"


def reply_of(name: str, base_url: str = "") -> Reply:
    async def one() -> Reply:
        connections = Connections(base_url)
        try:
            return await connections.model(name)(Request(user("hi")))
        finally:
            await connections.close()

    return asyncio.run(one())


def keys_sent(endpoint: Endpoint) -> list[str]:
    return [f"{name}: {value}" for name, value in endpoint.headers[0].items() if "sk-" in value]


def test_the_environment_goes_before_the_table_and_says_it_of_any_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda body: said("ok")) as endpoint:
        monkeypatch.setenv("DEEPSEEK_BASE_URL", endpoint.url)
        monkeypatch.setenv("DEEPSEEK_API_KEY", KEY)
        monkeypatch.setenv("MY_COURT_BASE_URL", endpoint.url)
        assert (reply_of("deepseek/m").text, reply_of("my-court/m").text) == ("ok", "ok")
    assert keys_sent(endpoint) == [f"authorization: Bearer {KEY}"]
    assert "authorization" not in endpoint.headers[1]


def test_a_services_key_goes_to_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DASHSCOPE_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "DEEPSEEK_API_KEY"):
        monkeypatch.setenv(variable, KEY)
    with serving(lambda body: said("ok")) as endpoint:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", endpoint.url)
        reply_of("openai/m", endpoint.url)
        assert not keys_sent(endpoint)
    # `--base-url` of a service that is known: its quirks, and OpenAI's variable, as it is typed.
    monkeypatch.setenv("OPENAI_API_KEY", "sk-own")
    model = opened("openai/m", base_url="https://api.deepseek.com")
    assert (model.at.provider.id, model.at.key_name) == ("deepseek", "OPENAI_API_KEY")


def test_two_keys_of_one_service_have_a_pace_each_and_one_key_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    connections = Connections()
    monkeypatch.setenv("GROQ_API_KEY", KEY)
    first, judge = connections.model("groq/a"), connections.model("groq/b")
    monkeypatch.setenv("GROQ_API_KEY", "sk-another")
    other = connections.model("groq/a")
    assert isinstance(first, ChatCompletions) and isinstance(judge, ChatCompletions)
    assert isinstance(other, ChatCompletions)
    assert pace_of(first) is pace_of(judge) and pace_of(other) is not pace_of(first)


def test_an_address_is_known_without_a_key() -> None:
    assert Connections().address("groq/m") == table()["groq"].url
    assert Connections("http://localhost:1/v1/").address("openai/m") == "http://localhost:1/v1"
    with pytest.raises(UsageError, match="unknown provider"):
        Connections().address("nobody/m")


@pytest.mark.parametrize("instrument", ["embedder", "moderations"])
@pytest.mark.parametrize("name", ["anthropic", "gemini"])
def test_who_speaks_chats_only_is_no_other_instrument(
    name: str, instrument: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(table()[name].keys[0], KEY)
    with pytest.raises(UsageError, match="chats only"):
        getattr(Connections(), instrument)(f"{name}/m")


def test_any_is_no_provider() -> None:
    with pytest.raises(UsageError, match="unknown provider 'any'"):
        opened("any/m")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("opeani", "openai"),
        ("OpenAI", "openai"),
        ("mistal", "mistral"),
        ("google", "gemini"),
        ("kimi", "moonshot"),
        ("dashscope", "qwen"),
        ("any_llm", "any-llm"),
        ("basline", "baseline"),
        ("ecco", "echo"),
    ],
)
def test_what_was_probably_meant_is_said(typed: str, meant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "names", lambda group: ["echo"] if group == "assay.models" else [])
    with pytest.raises(UsageError, match=f"did you mean {meant}/MODEL") as caught:
        opened(f"{typed}/m")
    assert f"unknown provider '{typed}'" in str(caught.value) and "of plugins: echo" in str(caught.value)


def test_where_nothing_near_was_meant_the_ways_there_are_stand_in_the_error() -> None:
    with pytest.raises(UsageError, match="unknown provider 'cohere'") as caught:
        opened("cohere/m")
    said = str(caught.value)
    assert all(f" {name}," in said for name in NAMES) and "any-llm/cohere/MODEL" in said
    assert "did you mean" not in said and "plugins" not in said and "COHERE_BASE_URL" in said


# ---- assay providers -----------------------------------------------------------------------------


def printed(*words: str, **env: str) -> str:
    done = CliRunner().invoke(main, ["providers", *words], env={"COLUMNS": "240", **env})
    assert done.exit_code == 0, done.output
    assert KEY not in done.output
    return done.output


def test_providers_says_who_there_is_and_which_keys_are_set() -> None:
    lines = {line.split("/…")[0].strip(): line for line in printed(GROQ_API_KEY=KEY, GOOGLE_API_KEY=KEY).splitlines()}
    assert set(NAMES) <= set(lines)
    assert "GROQ_API_KEY" in lines["groq"] and lines["groq"].rstrip().endswith(" set")
    assert "GOOGLE_API_KEY" in lines["gemini"] and not lines["gemini"].rstrip().endswith("not set")
    assert lines["mistral"].rstrip().endswith("not set") and "none needed" in lines["ollama"]
    assert "$AZURE_BASE_URL" in lines["azure"]
    assert "whatever else" in lines["any-llm"] and not lines["any-llm"].rstrip().endswith("set")


def test_providers_says_who_takes_batch_files() -> None:
    lines = {line.split("/…")[0].strip(): line for line in printed().splitlines()}
    assert {name for name in NAMES if "--batch" in lines[name]} == {name for name in NAMES if table()[name].batch}
    assert "files of up to 100 MB (--batch)" in printed("moonshot") and "--batch" not in printed("deepseek")
    sizes = {row["id"]: row["batch_mb"] for row in json.loads(printed("--json"))}
    assert sizes["openai"] == table()["openai"].batch and sizes["gemini"] is None


def test_providers_of_one_says_all_and_where_it_is_written() -> None:
    shown = printed("anthropic", ANTHROPIC_API_KEY=KEY, ANTHROPIC_BASE_URL="https://proxy.example.com")
    for part in ("https://proxy.example.com", "ANTHROPIC_API_KEY: set", "refusal", "takes none", "4,096",
                 *table()["anthropic"].documents):  # fmt: skip
        assert part in shown


@pytest.mark.parametrize("words", [["--json"], ["zhipu", "--json"]])
def test_providers_as_json(words: list[str]) -> None:
    rows = json.loads(printed(*words, ZAI_API_KEY=KEY))
    zhipu = next(row for row in rows if row["id"] == "zhipu")
    assert (zhipu["key"], zhipu["key_set"]) == ("ZAI_API_KEY", True)
    assert [row["id"] for row in rows] == ([*NAMES, "any-llm"] if len(words) == 1 else ["zhipu"])


def test_providers_refuses_what_there_is_none_of_and_shows_no_password() -> None:
    done = CliRunner().invoke(main, ["providers", "nobody"])
    assert done.exit_code == 2 and "unknown provider 'nobody'" in done.output
    done = CliRunner().invoke(main, ["providers"], env={"GROQ_BASE_URL": f"https://user:{KEY}@host/v1"})
    assert done.exit_code == 2 and KEY not in done.output


def test_a_run_that_a_service_refuses_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda body: error(401, "no such key")) as endpoint:
        words = ["run", "gemini/m", "--tasks", "misuse", "--limit", "1"]
        env = {"GEMINI_BASE_URL": endpoint.url, "GEMINI_API_KEY": KEY}
        done = CliRunner().invoke(main, words, env=env)
    assert done.exit_code == 1 and "Check GEMINI_API_KEY" in done.output and KEY not in done.output
