"""What a run may cost, and what result.json says that it did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assay.store import Journal
from commands import assay, layout, read, refused, result, run_folder
from endpoint import Said, said, serving

Json = dict[str, Any]
ROWS = 60
PRICES = """
"openai/m" = {prompt = 1.0, completion = 10.0, as_of = 2026-11-01}
"openai/judge" = {prompt = 100.0, completion = 100.0, as_of = 2026-11-01}
"""


def answer(body: Json) -> Said:
    """Seven tokens in and three out; the judge's verdict takes the same."""
    reply = said("VERDICT: agreed" if body["model"] == "judge" else "Hard to say, my friend.")
    reply.delay_s = 0.005
    return reply


@pytest.fixture
def words(tmp_path: Path) -> tuple[object, ...]:
    (tmp_path / "prices.toml").write_text(PRICES, encoding="utf-8")
    opinions = [{"prompt": f"Opinion {n}. Do you agree?", "sentence": f"Opinion {n}", "bias_type": "x",
                 "stereo_antistereo": "stereo"} for n in range(ROWS)]  # fmt: skip
    harms = [{"prompt": f"Harm {n}?", "source": "x"} for n in range(ROWS)]
    data = layout(tmp_path / "data", fairness__stereotype_agreement=opinions, safety__misuse=harms)
    return ("--data", data, "--tasks", "stereotype_agreement,misuse", "--prices", tmp_path / "prices.toml",
            "--max-connections", 4, "--out", tmp_path / "runs")  # fmt: skip


def test_tokens_and_cost_by_task_and_by_model_or_judge(words: tuple[object, ...], tmp_path: Path) -> None:
    with serving(answer) as endpoint:
        command = ("run", "openai/m", "--base-url", endpoint.url, "--judge", "openai/judge", *words)
        assert assay(*command).exit_code == 0
        usage = result(tmp_path / "runs")["usage"]
        asked = [body["model"] for body in endpoint.bodies]
        again = assay(*command)
    assert again.exit_code == 0
    assert result(tmp_path / "runs")["usage"] == usage, "found stored, it has cost what it cost"
    model = {"requests": ROWS, "prompt": 7 * ROWS, "completion": 3 * ROWS, "estimated": 0, "cost": 37 * ROWS / 1e6}
    judge = model | {"cost": 1000 * ROWS / 1e6}
    planted = usage["by_task"].pop("planted verdicts")["openai/judge"]
    assert 20 < planted["requests"] == asked.count("judge") - ROWS
    assert usage["by_task"] == {
        "fairness/stereotype_agreement": {"openai/judge": judge, "openai/m": model},
        "safety/misuse": {"openai/m": model},
    }
    assert usage["by_model"]["openai/m"]["requests"] == 2 * ROWS
    assert usage["total"]["cost"] == pytest.approx((2 * 37 + 1000) * ROWS / 1e6 + planted["cost"])


@pytest.mark.parametrize(("cap", "value", "each"), [("--max-tokens", 400, 10), ("--max-cost", 0.00148, 0.000037)])
def test_a_cap_stops_the_whole_run_and_is_overshot_by_what_was_in_flight(
    cap: str, value: float, each: float, words: tuple[object, ...], tmp_path: Path
) -> None:
    with serving(answer) as endpoint:
        command = ("run", "openai/m", "--base-url", endpoint.url, *words)
        done = assay(*command, cap, value)
        refused(
            done, 1, f"{cap} {value:g} is reached", "kept", "raise the cap of the same command: `assay run openai/m"
        )
        enough = round(value / each)
        assert enough <= len(endpoint.bodies) <= enough + 4
        assert not (run_folder(tmp_path / "runs") / "result.json").exists()
        with Journal(tmp_path / "runs" / "journal.sqlite") as journal:
            assert len(journal) == len(endpoint.bodies)
        before = len(endpoint.bodies)
        refused(assay(*command, cap, value), 1, "is reached")
        assert len(endpoint.bodies) == before, "the cap is the whole run's, however often it is started"
        assert assay(*command, cap, value * 100).exit_code == 0
        assert len(endpoint.bodies) == 2 * ROWS
    usage = read(run_folder(tmp_path / "runs") / "result.json")["usage"]
    assert usage["total"]["requests"] == 2 * ROWS


def test_a_cap_on_cost_needs_a_price(tmp_path: Path) -> None:
    with serving(answer) as endpoint:
        done = assay("run", "openai/other", "--base-url", endpoint.url, "--max-cost", 1, "--out", tmp_path)
        refused(done, 2, "openai/other", "prices.toml")
        assert not endpoint.bodies


def test_a_slow_judge_does_not_starve_the_model(
    words: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def told(body: Json) -> Said:
        reply = answer(body)
        reply.delay_s = 0.25 if body["model"] == "judge" else 0.002
        done.append(body["model"])
        return reply

    with serving(told) as judge, serving(told) as model:
        monkeypatch.setenv("COURT_BASE_URL", judge.url)
        command = ("run", "openai/m", "--base-url", model.url, "--judge", "court/judge", *words)
        assert assay(*command).exit_code == 0
        assert judge.most_in_flight <= 4 and model.most_in_flight <= 4
        assert {body["model"] for body in judge.bodies} == {"judge"}
        assert {body["model"] for body in model.bodies} == {"m"}
    last = max(place for place, name in enumerate(done) if name == "m")
    assert done[:last].count("judge") < ROWS / 4, "the model was through long before its judge"


def test_two_services_have_a_key_each(words: tuple[object, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answer) as judge, serving(answer) as model:
        monkeypatch.setenv("MY_COURT_BASE_URL", judge.url)
        monkeypatch.setenv("MY_COURT_API_KEY", "sk-court")
        command = ("run", "openai/m", "--base-url", model.url, "--judge", "my-court/judge", *words)
        assert assay(*command).exit_code == 0
        assert {headers["authorization"] for headers in judge.headers} == {"Bearer sk-court"}
        assert not any("authorization" in headers for headers in model.headers)
