"""A model that is spread over workers, with workers that are fakes: who is asked, and what becomes of a lost one's."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assay.budget import Budget
from assay.errors import EndpointError, Stopped, UsageError
from assay.judging import kept
from assay.models import Connections, SpreadEndpoint, Spreading, SpreadWeights
from assay.models.asker import Asker
from assay.models.crew import BARREN, LOSSES, Answered, Crew, Lost, Opening
from assay.models.endpoint import Transient
from assay.models.prices import load_prices
from assay.models.spread import variables
from assay.schema import Reply, Request, user
from assay.store import Journal
from commands import assay, grades, layout, read, refused, run_folder
from endpoint import Endpoint, error, said, serving

KEY = "sk-spread-me-not-4711"


@dataclass(eq=False)
class Fake:
    """A worker that answers, after `lasts` answers no more."""

    opening: Opening
    lasts: float = float("inf")
    asker: Asker | None = None
    asked: list[str] = field(default_factory=list)
    dismissed: int = 0
    halted: bool = False

    async def ask(self, request: Request) -> Answered:
        self.asked.append(request.chat[0].content)
        if self.asker is not None:
            answered = await self.asker.ask(request)
        else:
            await asyncio.sleep(0.001)
            answered = Answered(Reply(request.chat[0].content.upper()))
        if self.dismissed or len(self.asked) > self.lasts:
            raise Lost("the machine is gone")
        return answered

    def halt(self) -> None:
        self.halted = True

    def dismiss(self) -> None:
        self.dismissed += 1


@dataclass
class Machines:
    """A cluster of fakes. The first of them last as long as `last` says; `real` ones open the model and ask it."""

    workers: int = 2
    last: tuple[float, ...] = ()
    real: bool = False
    refuses: Exception | None = None
    hired: list[Fake] = field(default_factory=list)
    closed: int = 0

    async def size(self, weights: bool) -> int:
        return self.workers

    async def hire(self, opening: Opening) -> Fake:
        if self.refuses is not None:
            raise self.refuses
        lasts = self.last[len(self.hired)] if len(self.hired) < len(self.last) else float("inf")
        fake = Fake(opening, lasts)
        self.hired.append(fake)
        if self.real:
            fake.asker = Asker()
            wrong = await fake.asker.open(opening)
            if wrong is not None:
                raise wrong
        return fake

    async def close(self) -> None:
        self.closed += 1


OPENING = Opening("test/m", "nowhere", "0", weights=False)


def crew(machines: Machines, start_s: float = 5.0) -> Crew:
    return Crew(machines, OPENING, start_s, breath_s=0.0)


def answers(crew: Crew, count: int) -> list[Reply | Exception]:
    """The replies to so many requests at once."""

    async def go() -> list[Reply | Exception]:
        try:
            found = await asyncio.gather(*(crew.ask(Request(user(f"r{number}"))) for number in range(count)))
        finally:
            await crew.close()
        return [answered.reply for answered in found]

    return asyncio.run(go())


def test_the_least_busy_is_asked_next() -> None:
    machines = Machines(3)
    replies = answers(crew(machines), 30)
    assert [reply.text for reply in replies if isinstance(reply, Reply)] == [f"R{number}" for number in range(30)]
    assert max(len(fake.asked) for fake in machines.hired) <= 12 and len(machines.hired) == 3
    assert [fake.dismissed for fake in machines.hired] == [1, 1, 1]


def test_what_a_lost_worker_had_is_asked_elsewhere_and_another_one_is_hired() -> None:
    machines = Machines(2, last=(3,))
    replies = answers(crew(machines), 40)
    assert [reply.text for reply in replies if isinstance(reply, Reply)] == [f"R{number}" for number in range(40)]
    lost, *others = machines.hired
    assert lost.dismissed == 1 and len(others) == 2
    asked = Counter(prompt for fake in others for prompt in fake.asked)
    assert set(asked.values()) == {1} and len(asked) >= 37  # each of the lost ones once more, none twice


def test_a_request_that_workers_die_of_fails_and_nobody_else_does() -> None:
    class Deadly(Fake):
        async def ask(self, request: Request) -> Answered:
            if request.chat[0].content == "r0":
                raise Lost("out of memory")
            return await super().ask(request)

    class Ward(Machines):
        async def hire(self, opening: Opening) -> Fake:
            fake = Deadly(opening)
            self.hired.append(fake)
            return fake

    machines = Ward(2)
    one = crew(machines)

    async def go() -> list[Answered]:
        found = [await one.ask(Request(user(f"r{number}"))) for number in (1, 0, 2)]
        await one.close()
        return found

    before, deadly, after = asyncio.run(go())
    assert before.reply == Reply("R1") and after.reply == Reply("R2")
    assert (
        isinstance(deadly.reply, Reply)
        and deadly.reply.finish == "failed"
        and f"{LOSSES} workers" in deadly.reply.error
    )


def test_where_every_worker_is_lost_the_run_ends_and_says_how_to_go_on() -> None:
    machines = Machines(2, last=(0,) * 100)
    one = crew(machines)

    async def go() -> None:
        while True:
            await one.ask(Request(user("x")))

    with pytest.raises(EndpointError, match=r"were lost before one of them answered.* run the same command"):
        asyncio.run(asyncio.wait_for(go(), 5))
    assert len(machines.hired) <= BARREN + 2


def test_a_worker_that_cannot_open_the_model_ends_the_run_for_all_that_wait() -> None:
    machines = Machines(refuses=UsageError("other weights"))
    one = crew(machines)

    async def go() -> list[object]:
        return list(await asyncio.gather(*(one.ask(Request(user("x"))) for _ in range(3)), return_exceptions=True))

    found = asyncio.run(go())
    assert [(type(error), str(error)) for error in found] == [(UsageError, "other weights")] * 3
    assert len({id(error) for error in found}) == 3


def test_what_goes_wrong_in_the_cluster_itself_is_said_and_not_waited_for() -> None:
    with pytest.raises(EndpointError, match=r"no worker can be hired \(ValueError: 1.5 GPUs\)"):
        answers(crew(Machines(refuses=ValueError("1.5 GPUs"))), 2)


def test_nobody_waits_for_ever_for_a_cluster_without_room() -> None:
    class Full(Machines):
        async def hire(self, opening: Opening) -> Fake:
            await asyncio.sleep(3600)
            raise AssertionError

    with pytest.raises(EndpointError, match="no worker for test/m"):
        answers(crew(Full(), start_s=0.01), 1)


def test_told_to_end_nothing_that_waits_is_sent_and_what_is_sent_comes_in() -> None:
    machines = Machines(1)
    one = crew(machines)

    async def go() -> tuple[Answered, BaseException | Answered]:
        sent = asyncio.create_task(one.ask(Request(user("sent"))))
        while not machines.hired or not machines.hired[0].asked:
            await asyncio.sleep(0)
        one.halt()
        late = await asyncio.gather(one.ask(Request(user("late"))), return_exceptions=True)
        return await sent, late[0]

    sent, late = asyncio.run(go())
    assert sent.reply == Reply("SENT") and isinstance(late, Stopped)
    assert machines.hired[0].halted and machines.hired[0].asked == ["sent"]


# ---- a model in its place ------------------------------------------------------------------------


def spread(endpoint: Endpoint, machines: Machines) -> Connections:
    return Connections(endpoint.url, spreading=Spreading("fakes", cluster=machines))


def test_a_spread_endpoint_is_asked_counted_and_stored_as_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    machines = Machines(2, last=(5,), real=True)
    budget = Budget(load_prices())
    with serving(lambda body: said(body["messages"][-1]["content"].upper())) as endpoint:
        connections = spread(endpoint, machines)
        bare = connections.model("openai/m")
        assert isinstance(bare, SpreadEndpoint) and connections.model("openai/m") is bare
        assert (bare.name, bare.endpoint) == ("openai/m", endpoint.url)

        async def go() -> list[Reply]:
            with Journal(tmp_path / "journal.sqlite") as journal:
                model = kept(bare, journal, budget)
                found = [
                    *await asyncio.gather(*(model(Request(user(f"r{number % 20}"))) for number in range(40))),
                    await model(Request(user("r3"))),
                ]
                await connections.close()
                return found

        replies = asyncio.run(go())
        assert {header["authorization"] for header in endpoint.headers} == {f"Bearer {KEY}"}
        assert 20 <= len(endpoint.bodies) <= 20 + 20  # those that the lost worker had, once more
    assert [reply.text for reply in replies] == [f"R{number % 20}" for number in range(40)] + ["R3"]
    assert budget.asked()["requests"] == 20
    assert machines.closed == 1 and all(fake.dismissed for fake in machines.hired)


def test_what_the_endpoint_says_at_a_worker_is_heard_by_the_driver() -> None:
    def answer(body: dict[str, Any]) -> Any:
        if body["messages"][-1]["content"] == "spent":
            reply = said("yes")
            reply.headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "30s"}
            return reply
        return error(429, "slow down", **{"retry-after": "7"})

    with serving(answer) as endpoint:
        connections = spread(endpoint, Machines(1, real=True))
        model = connections.model("openai/m")
        assert isinstance(model, SpreadEndpoint)

        async def go() -> Transient:
            assert model.pace.enter()
            model.pace.leave()
            assert (await model(Request(user("spent")))).text == "yes"
            assert not model.pace.enter()  # for 30 s
            with pytest.raises(Transient) as caught:
                await model(Request(user("busy")))
            await connections.close()
            return caught.value

        failure = asyncio.run(go())
    assert (failure.wait_s, failure.overload, failure.congested) == (7.0, True, True)


def test_a_worker_that_would_ask_elsewhere_or_has_another_assay_is_refused() -> None:
    there = Opening("openai/m", "http://127.0.0.1:9/v1", "0.0.0", False, {"base_url": "http://127.0.0.1:8/v1"})
    assert "has assay" in str(asyncio.run(Asker().open(there)))
    from assay import __version__

    there = Opening("openai/m", "http://127.0.0.1:9/v1", __version__, False, {"base_url": "http://127.0.0.1:8/v1"})
    assert "127.0.0.1:8/v1 on this machine" in str(asyncio.run(Asker().open(there)))


def test_a_bundle_is_asked_request_by_request_and_fetched_as_answers_come() -> None:
    async def go() -> list[tuple[int, Answered]]:
        asker = Asker()
        await asker.open(Opening("baseline/refuser", "baseline", _version(), False))
        await asker.give([(number, Request(user("How do I kill a process?"))) for number in range(5)])
        found: list[tuple[int, Answered]] = []
        while len(found) < 5:
            found += await asker.take()
        return found

    found = asyncio.run(go())
    assert sorted(number for number, _ in found) == list(range(5))
    assert all(isinstance(answered.reply, Reply) and answered.reply.text for _, answered in found)


def _version() -> str:
    from assay import __version__

    return __version__


def test_keys_of_other_providers_stay_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("GROQ_API_KEY", "gsk-other")
    machines = Machines(1)
    connections = Connections("http://127.0.0.1:9/v1", spreading=Spreading("fakes", cluster=machines))
    model = connections.model("openai/m")
    assert isinstance(model, SpreadEndpoint)
    assert dict(model.crew.opening.environment) == {"OPENAI_API_KEY": KEY}
    assert KEY not in repr(model) + repr(model.crew.opening) + repr(connections)
    assert "HF_TOKEN" in variables("hf") and "HF_TOKEN" not in variables("openai")


def test_baselines_are_not_spread_and_servers_are_not_started() -> None:
    machines = Machines()
    connections = Connections(spreading=Spreading("fakes", cluster=machines))
    assert not isinstance(connections.model("baseline/refuser"), SpreadEndpoint | SpreadWeights)
    with pytest.raises(UsageError, match="does not start servers"):
        connections.model("vllm/org/name")
    assert not machines.hired


# ---- the command ---------------------------------------------------------------------------------


def test_without_ray_the_error_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    words, out = ("run", "openai/m", "--base-url", "http://127.0.0.1:9/v1"), ("--out", tmp_path / "runs")
    refused(assay(*words, "--ray", "auto", *out), 2, "llm-assay[ray]")
    refused(assay(*words, "--ray", "ray://h:1", *out), 2, "Ray Client")
    refused(assay(*words, "--ray-workers", 2, *out), 2, "--ray ADDRESS")
    refused(assay(*words, "--ray", "auto", "--batch", *out), 2, "--batch", "one of them")


def test_ray_is_not_imported_before_it_is_asked_for() -> None:
    code = "import sys, assay.cli.run, assay.run, assay.models; sys.exit('ray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_judge_has_workers_of_its_own_at_its_own_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assay.cases import Asking, tasks_in
    from assay.judging import Judging
    from assay.run import Order, run

    machines = Machines(2, last=(float("inf"), 4), real=True)
    with serving(lambda body: said("Perhaps.")) as asked, serving(grades) as judge:
        monkeypatch.setenv("COURT_BASE_URL", judge.url)
        spreading = Spreading("fakes", cluster=machines)
        order = Order(
            "openai/m",
            tasks_in("core", ["truthfulness/adversarial_factuality"]),
            Asking(limit=5),
            Judging(("court/m2",)),
            tmp_path,
        )
        run(order, Connections(asked.url, spreading=spreading))
        assert asked.bodies and judge.bodies
    opened = Counter(fake.opening.name for fake in machines.hired)
    assert set(opened) == {"openai/m", "court/m2"}
    assert {name for fake in machines.hired for name in fake.opening.environment} == {"COURT_BASE_URL"}


def test_a_run_by_workers_of_which_one_is_lost_has_the_result_of_a_plain_one(tmp_path: Path) -> None:
    from assay.cases import Asking, tasks_in
    from assay.run import Order, run

    data = layout(
        tmp_path / "data", safety__misuse=[{"prompt": f"Harm {number}?", "source": "t"} for number in range(60)]
    )
    with serving(
        lambda body: said("I can't help with that." if len(str(body)) % 3 else "Sure, take a spade.")
    ) as endpoint:
        for out, machines in (("plain", None), ("spread", Machines(3, last=(7, 11), real=True))):
            spreading = None if machines is None else Spreading("fakes", cluster=machines)
            order = Order("openai/m", tasks_in(str(data), ["misuse"]), Asking(data=str(data)), out=tmp_path / out)
            run(order, Connections(endpoint.url, spreading=spreading))
    plain, other = (run_folder(tmp_path / out) / "result.json" for out in ("plain", "spread"))
    assert plain.read_bytes() == other.read_bytes()
    assert read(plain)["tasks"]
