"""What a dry run says before anything is asked, and that nothing is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from assay.budget import Budget
from assay.cases import Asking, cases
from assay.errors import DataError, StoreError, UsageError
from assay.forecast import FIRST_TOKEN_S, TOKENS_PER_S, Forecast, duration, forecast, forecast_table, usd
from assay.judging import Judging
from assay.models import OPENAI_URL, Connections
from assay.models.prices import Price, Prices, load_prices
from assay.models.tokens import GRADER_TOKENS, OPEN_REPLY_TOKENS, chat_tokens
from assay.planting import PLANTED
from assay.run import Order
from assay.schema import Reply, Usage
from assay.store import Journal
from assay.tasks import select
from commands import assay, refused, run_folder
from endpoint import said, serving

MODEL = "openai/gpt-4o-mini"
PRICES = Prices(({"openai/gpt-4o-mini": Price(1.0, 2.0), "openai/judge": Price(10.0, 20.0)},))


def expected(
    tmp_path: Path,
    tasks: Sequence[str],
    model: str = MODEL,
    asking: Asking | None = None,
    judging: Judging | None = None,
    budget: Budget | None = None,
    connections: Connections | None = None,
    fresh: bool = False,
) -> Forecast:
    order = Order(model, select(tasks), asking or Asking(), judging or Judging(), tmp_path / "runs", fresh)
    return forecast(order, connections or Connections(), budget or Budget(PRICES))


def shown(of: Forecast) -> str:
    console = Console(file=StringIO(), width=240)
    console.print(forecast_table(of))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


# ---- counts --------------------------------------------------------------------------------------


def test_rows_requests_and_tokens_of_core(tmp_path: Path) -> None:
    (misuse, sycophancy) = expected(tmp_path, ["sycophancy_preference", "misuse"]).lines[::-1]
    assert (misuse.task, misuse.rows, misuse.requests, misuse.stored.requests) == ("safety/misuse", 48, 48, 0)
    assert (sycophancy.rows, sycophancy.requests) == (26, 52)
    asked = [request for case in cases(select(["misuse"]), Asking()) for request in case.requests]
    assert misuse.ask.prompt == sum(chat_tokens(request.chat) for request in asked) > 1_000
    assert misuse.ask.completion == 48 * OPEN_REPLY_TOKENS


def test_languages_epochs_limits_and_lengths_are_those_of_the_run(tmp_path: Path) -> None:
    (line,) = expected(tmp_path, ["misuse"], asking=Asking(langs=("en", "zh"), epochs=3, limit=5, max_tokens=10)).lines
    assert (line.rows, line.requests, line.ask.completion) == (30, 30, 300)


def test_replies_that_two_tasks_judge_are_asked_for_once(tmp_path: Path) -> None:
    jailbreak, toxicity = expected(tmp_path, ["jailbreak", "toxicity"]).lines
    assert (jailbreak.requests, jailbreak.ask.requests, jailbreak.same_as) == (112, 112, "")
    assert (toxicity.requests, toxicity.ask.requests, toxicity.same_as) == (112, 0, "safety/jailbreak")
    (alone,) = expected(tmp_path, ["toxicity"]).lines
    assert alone.ask == jailbreak.ask


def stored(tmp_path: Path, number: int, model: str = MODEL) -> None:
    """A journal with so many replies to `misuse`."""
    opened = Connections(base_url="http://127.0.0.1:9/v1").model(model)
    requests = [request for case in cases(select(["misuse"]), Asking()) for request in case.requests]

    async def keep() -> None:
        with Journal(tmp_path / "runs" / "journal.sqlite") as journal:
            kept = (
                journal.put(journal.key(opened, request), opened, request, Reply("Here.", usage=Usage(100, 50)))
                for request in requests[:number]
            )
            await asyncio.gather(*kept)

    asyncio.run(keep())


def test_what_is_stored_is_taken_off_with_the_tokens_it_had(tmp_path: Path) -> None:
    stored(tmp_path, 20)
    here = Connections(base_url="http://127.0.0.1:9/v1")
    (line,) = expected(tmp_path, ["misuse"], connections=here).lines
    assert (line.requests, line.stored.requests, line.ask.requests) == (48, 20, 28)
    assert (line.stored.prompt, line.stored.completion) == (2_000, 1_000)
    assert line.ask.completion == 28 * OPEN_REPLY_TOKENS
    (elsewhere,) = expected(tmp_path, ["misuse"]).lines
    assert elsewhere.stored.requests == 0
    (anew,) = expected(tmp_path, ["misuse"], connections=here, fresh=True).lines
    assert (anew.stored.requests, anew.ask.requests) == (0, 48)


# ---- judges --------------------------------------------------------------------------------------


def test_a_grader_may_be_asked_about_every_reply_of_a_task_that_has_one(tmp_path: Path) -> None:
    graded = ["adversarial_factuality", "misuse", "sycophancy_preference"]
    factuality, preference, misuse, planted = expected(tmp_path, graded, judging=Judging(("openai/judge",))).lines
    assert factuality.judging["openai/judge"].requests == 42
    assert factuality.judging["openai/judge"].completion == 42 * GRADER_TOKENS
    assert factuality.judging["openai/judge"].prompt > factuality.ask.prompt + factuality.ask.completion
    assert preference.judging["openai/judge"].requests == 26, "one question about both replies of a row"
    assert misuse.judging == {}
    assert (planted.task, planted.judging["openai/judge"].requests) == (PLANTED, 40 * (1 + 3))


def test_several_graders_are_all_asked_and_the_measured_model_may_be_one(tmp_path: Path) -> None:
    judging = Judging(("openai/judge", MODEL), of_itself=True)
    line, _ = expected(tmp_path, ["adversarial_factuality"], judging=judging).lines
    assert {name: spent.requests for name, spent in line.judging.items()} == {"openai/judge": 42, MODEL: 42}
    assert line.ask.requests == 42


def test_embedders_and_toxicity_models_are_asked_too(tmp_path: Path) -> None:
    judging = Judging(embedder="openai/judge", toxicity="openai/judge")
    of = expected(tmp_path, ["toxicity", "misuse", "sycophancy_persona"], judging=judging)
    lines = {line.task: line for line in of.lines}
    assert lines["truthfulness/sycophancy_persona"].judging["openai/judge"].requests == 40
    assert lines["safety/toxicity"].judging["openai/judge"].requests == 112
    assert lines["safety/misuse"].judging == {}
    local = Judging(embedder="hf/org/name", toxicity="toxic-bert", classifiers=("longformer-harmful-ro",))
    assert not any(line.judging for line in expected(tmp_path, ["misuse", "sycophancy_persona"], judging=local).lines)
    (lexical,) = expected(tmp_path, ["sycophancy_persona"], judging=Judging(embedder="minilm")).lines
    assert lexical.judging == {}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_grader_of_core_is_found(lang: str, tmp_path: Path) -> None:
    lines = expected(tmp_path, [], asking=Asking(langs=(lang,)), judging=Judging(("openai/judge",))).lines
    graded = {line.task for line in lines if line.judging}
    named = {task.id for task in select([]) if "grader" in task.judge.name}
    assert graded == named | {"truthfulness/misinformation_internal", PLANTED}


def test_a_judge_that_is_a_baseline_costs_nothing(tmp_path: Path) -> None:
    of = expected(tmp_path, ["adversarial_factuality"], judging=Judging(("baseline/yes",)))
    assert of.lines[0].judging["baseline/yes"].requests == 42
    assert of.cost(of.to_ask()) == of.cost([("", of.lines[0].ask)])


# ---- cost and time -------------------------------------------------------------------------------


def test_the_cost_is_that_of_what_will_be_asked(tmp_path: Path) -> None:
    of = expected(tmp_path, ["adversarial_factuality"], judging=Judging(("openai/judge",)))
    line, planted = of.lines
    judges = [one.judging["openai/judge"] for one in (line, planted)]
    graded = sum(10 * judge.prompt + 20 * judge.completion for judge in judges)
    cost = (line.ask.prompt + 2 * line.ask.completion + graded) / 1e6
    assert of.cost(of.to_ask()) == pytest.approx(cost)
    assert usd(cost) in shown(of)


def test_a_price_that_is_not_known_is_said_with_what_to_do(tmp_path: Path) -> None:
    of = expected(tmp_path, ["misuse"], model="openai/unheard-of")
    assert of.cost(of.to_ask()) is None
    assert '"openai/unheard-of" = {prompt = ?, completion = ?}' in shown(of)
    of = expected(tmp_path, ["adversarial_factuality"], judging=Judging(("openai/unheard-of",)))
    assert '"openai/unheard-of" = {prompt = ?, completion = ?}' in shown(of)
    of = expected(tmp_path, ["misuse"], judging=Judging(("openai/unheard-of",)))
    assert of.cost(of.to_ask()) is not None, "a judge that nothing asks costs nothing"


def test_a_packaged_price_is_not_that_of_a_server_of_ones_own(tmp_path: Path) -> None:
    budget = Budget(load_prices())
    official = expected(tmp_path, ["misuse"], budget=budget)
    assert (official.cost(official.to_ask()) or 0) > 0
    assert "list prices of 20" in shown(official)
    local = expected(tmp_path, ["misuse"], budget=budget, connections=Connections(base_url="http://127.0.0.1:9/v1"))
    assert local.cost(local.to_ask()) is None


def test_the_longest_of_connections_requests_and_tokens_decides_the_time(tmp_path: Path) -> None:
    def times(**pace: int) -> dict[str, float]:
        return expected(tmp_path, ["misuse"], connections=Connections(**pace)).seconds()  # type: ignore[arg-type]

    (line,) = expected(tmp_path, ["misuse"]).lines
    serving = 48 * FIRST_TOKEN_S + line.ask.completion / TOKENS_PER_S
    assert times(connections=4) == {"4 connections": pytest.approx(serving / 4)}
    assert times(connections=1_000)["1000 connections"] == pytest.approx(serving / 48)
    held = times(connections=4, rpm=24, tpm=60_000)
    assert held["--rpm 24"] == 120.0
    assert held["--tpm 60000"] == pytest.approx((line.ask.prompt + line.ask.completion) / 1_000)
    assert "time: about 2.0 min (" in shown(expected(tmp_path, ["misuse"], connections=Connections(rpm=24)))


def test_a_budget_that_will_not_do_is_said(tmp_path: Path) -> None:
    tight = shown(expected(tmp_path, ["misuse"], budget=Budget(PRICES, max_cost=0.001, max_tokens=500)))
    assert "--max-cost 0.001 would end the run early" in tight
    assert "--max-tokens 500 would end the run early" in tight
    assert "would end" not in shown(expected(tmp_path, ["misuse"], budget=Budget(PRICES, 1.0, 1_000_000)))


def test_what_is_stored_is_part_of_the_budget(tmp_path: Path) -> None:
    stored(tmp_path, 48)
    here = Connections(base_url="http://127.0.0.1:9/v1")
    of = expected(tmp_path, ["misuse"], connections=here, budget=Budget(PRICES, max_cost=0.005, max_tokens=7_000))
    assert of.cost(of.to_ask()) == 0
    assert "48 stored replies cost 0.0096 USD" in shown(of)
    assert "--max-cost 0.005" in shown(of) and "--max-tokens 7000" in shown(of)


def test_a_baseline_takes_neither_money_nor_time(tmp_path: Path) -> None:
    of = expected(tmp_path, ["misuse"], model="baseline/yes")
    assert of.lines[0].ask.requests == 48
    assert of.cost(of.to_ask()) == 0
    assert max(of.seconds().values()) == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.6, "60 s"), (89, "89 s"), (90, "1.5 min"), (5_399, "90.0 min"), (9_000, "2.5 h")],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("cost", "words"), [(None, "–"), (0.0, "0.00"), (0.00314, "0.0031"), (1.005, "1.00"), (12_345.678, "12,345.68")]
)
def test_dollars(cost: float | None, words: str) -> None:
    assert usd(cost) == words


# ---- nothing is asked, nothing is written --------------------------------------------------------


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_dry_run_asks_nothing_and_writes_nothing(tmp_path: Path) -> None:
    with serving(lambda body: said("Here.")) as endpoint:
        command = ("run", "openai/m", "--base-url", endpoint.url, "--tasks", "misuse,toxicity", "--out", tmp_path / "r")
        judges = ("--judge", "openai/j", "--toxicity", "openai/t", "--embedder", "openai/e")
        done = assay(*command, *judges, "--dry-run")
        assert done.exit_code == 0, done.output
        assert endpoint.bodies == [] and not list(tmp_path.iterdir())
        for word in ("safety/misuse", "48", "112", "in all", "judge questions ≤", "time: about", "no price is known"):
            assert word in done.stdout, word
        stored(tmp_path, 5, "openai/m")
        before = tree(tmp_path)
        assert assay(*command[:-1], tmp_path / "runs", "--dry-run").exit_code == 0
        assert tree(tmp_path) == before and endpoint.bodies == []


def test_a_dry_run_needs_no_key_but_what_a_run_would_refuse_it_refuses(tmp_path: Path) -> None:
    out = ("--out", tmp_path / "runs", "--dry-run")
    done = assay("run", MODEL, "--judge", "openai/gpt-4o", "--tasks", "misuse", *out)
    assert done.exit_code == 0, done.output
    refused(assay("run", MODEL, "--lang", "fr", *out), 2, "'fr'")
    refused(assay("run", "nobody/m", *out), 2, "'nobody'")
    refused(assay("run", "baseline/oracle", *out), 2, "'oracle'")
    refused(assay("run", MODEL, "--judge", "nobody/m", *out), 2, "'nobody'")
    refused(assay("run", MODEL, "--base-url", "http://models.example/v1", *out), 2, "--allow-http")
    refused(assay("run", MODEL, "--data", tmp_path / "none", *out), 1, "does not exist")
    assert not list(tmp_path.iterdir())


def test_a_run_finds_what_a_dry_run_foresaw(tmp_path: Path) -> None:
    with serving(lambda body: said("Here.")) as endpoint:
        command = ("run", "openai/m", "--base-url", endpoint.url, "--tasks", "misuse,jailbreak,toxicity")
        of = expected(tmp_path, ["safety"], model="openai/m", connections=Connections(base_url=endpoint.url))
        assert assay(*command, "--out", tmp_path / "runs").exit_code == 0
        assert run_folder(tmp_path / "runs").is_dir()
        asked = ("safety/misuse", "safety/jailbreak", "safety/toxicity")
        foreseen = [line for line in of.lines if line.task in asked]
        assert len(endpoint.bodies) == sum(line.ask.requests for line in foreseen) == 160
    of = expected(tmp_path, ["safety"], model="openai/m", connections=Connections(base_url=endpoint.url))
    stored = {line.task: line.stored.requests for line in of.lines}
    assert {task: count for task, count in stored.items() if count} == {"safety/jailbreak": 112, "safety/misuse": 48}
    assert stored["safety/toxicity"] == stored["safety/exaggerated_safety"] == 0


def test_data_and_journals_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown language"):
        expected(tmp_path, ["misuse"], asking=Asking(langs=("fr",)))
    with pytest.raises(DataError, match="does not exist"):
        expected(tmp_path, ["misuse"], asking=Asking(data=str(tmp_path / "none")))
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "journal.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="damaged"):
        expected(tmp_path, ["misuse"])
    assert OPENAI_URL in expected(tmp_path / "other", ["misuse"]).endpoints[MODEL]


def test_a_guard_in_words_is_counted_and_goes_where_the_rules_would_have_decided(tmp_path: Path) -> None:
    judging = Judging(("openai/judge",), toxicity="wildguard=openai/guard", classifiers=("wildguard=openai/guard",))
    misuse, toxicity = expected(tmp_path, ["misuse", "toxicity"], judging=judging).lines[:2]
    assert misuse.judging["openai/guard"].requests == misuse.rows
    assert toxicity.judging["openai/guard"].requests >= toxicity.rows
    assert "openai/judge" not in misuse.judging
