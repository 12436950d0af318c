"""Killed at any moment, interrupted, run twice at once: nothing committed is lost, nothing stored is asked again."""

from __future__ import annotations

import random
import signal
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from assay.store import Journal, RunFolder
from assay.store.sessions import worked
from commands import assay, layout, read, run_folder, samples
from endpoint import Endpoint, Said, said, serving
from processes import ended, started, until

ROWS = 240
CONNECTIONS = 8


def answer(body: dict[str, Any]) -> Said:
    """The same question has the same answer, and takes a while."""
    number = int(body["messages"][-1]["content"].split()[-1].rstrip("?"))
    reply = said("I'm sorry, but I can't help with that." if number % 3 else "Sure. Step one: take a spade.")
    reply.delay_s = 0.01
    return reply


def command(endpoint: Endpoint, folder: Path, out: str = "runs") -> tuple[object, ...]:
    data = folder / "data"
    if not data.exists():
        layout(data, safety__misuse=[{"prompt": f"Harm number {number}?", "source": "t"} for number in range(ROWS)])
    return ("run", "openai/m", "--base-url", endpoint.url, "--data", data, "--tasks", "misuse",
            "--max-connections", CONNECTIONS, "--out", folder / out)  # fmt: skip


def answers(endpoint: Endpoint) -> Counter[str]:
    """How often each prompt was answered whole."""
    return Counter(body["messages"][-1]["content"] for body in endpoint.answered)


def test_killed_again_and_again_a_run_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    rng = random.Random(7)
    with serving(answer) as endpoint:
        words = command(endpoint, tmp_path)
        lost = kills = 0
        while kills < 6:
            had = len(endpoint.answered)
            process = started(*words)
            until(lambda had=had: len(endpoint.answered) >= had + rng.randrange(1, 40), process)  # type: ignore[misc]
            lost += CONNECTIONS
            kills += 1
            process.kill()
            process.communicate()
        assert ended(started(*words))[0] == 0
        asked = answers(endpoint)
        assert set(asked.values()) <= set(range(1, kills + 2)) and len(asked) == ROWS
        assert asked.total() - ROWS <= 2 * lost  # one on the wire, one being committed
        whole = assay(*command(endpoint, tmp_path, "whole"))
        assert whole.exit_code == 0
    folder, other = run_folder(tmp_path / "runs"), run_folder(tmp_path / "whole")
    assert (folder / "result.json").read_bytes() == (other / "result.json").read_bytes()
    ids = [row for (row,) in samples(folder, "id")]
    assert len(ids) == len(set(ids)) == ROWS
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
    took = worked(RunFolder(folder))
    assert took is not None
    assert 0 < took.killed <= kills  # some were killed before they had begun
    assert took.sessions == took.killed + 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_finishes_what_is_in_flight_and_says_how_to_go_on(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    with serving(answer) as endpoint:
        words = command(endpoint, tmp_path)
        process = started(*words)
        until(lambda: len(endpoint.answered) >= 20, process)
        process.send_signal(number)
        exit_code, told = ended(process)
        assert exit_code == code
        assert "Traceback" not in told
        last = told.strip().splitlines()[-1]
        assert last.startswith("assay: ") and "kept" in last
        resume = last.split("`")[1]
        assert resume.startswith("assay run openai/m --base-url ")
        assert endpoint.in_flight == 0
        asked = len(endpoint.bodies)
        assert asked == len(endpoint.answered) < ROWS
        with Journal(tmp_path / "runs" / "journal.sqlite") as journal:
            assert len(journal) == asked  # whatever the server gave is kept
        assert not (run_folder(tmp_path / "runs") / "result.json").exists()
        assert ended(started(*resume.split()[1:]))[0] == 0
    assert set(answers(endpoint).values()) == {1}
    assert len(samples(run_folder(tmp_path / "runs"), "id")) == ROWS


def test_a_second_interrupt_stops_at_once_and_keeps_what_was_committed(tmp_path: Path) -> None:
    def slow(body: dict[str, Any]) -> Said:
        reply = answer(body)
        reply.delay_s = 30.0 if len(endpoint.answered) >= 30 else 0.01
        return reply

    with serving(slow) as endpoint:
        process = started(*command(endpoint, tmp_path))
        until(lambda: len(endpoint.answered) >= 30 and endpoint.in_flight == CONNECTIONS, process)
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.7)  # it waits for what is in flight
        process.send_signal(signal.SIGINT)
        assert ended(process)[0] == 130
        with Journal(tmp_path / "runs" / "journal.sqlite") as journal:
            assert len(journal) >= 30


def test_two_at_the_same_run_share_the_work(tmp_path: Path) -> None:
    with serving(answer) as endpoint:
        words = command(endpoint, tmp_path)
        two = [started(*words), started(*words)]
        assert [ended(process)[0] for process in two] == [0, 0]
        assert answers(endpoint) == Counter(dict.fromkeys(answers(endpoint), 1))
        assert len(endpoint.bodies) == ROWS
    folder = run_folder(tmp_path / "runs")
    assert len(samples(folder, "id")) == ROWS
    assert read(folder / "result.json")["tasks"]["safety/misuse"]["measures"]["rta"]["corrected"]["n"] == ROWS


def test_when_one_of_two_is_killed_the_other_takes_its_rows_over(tmp_path: Path) -> None:
    with serving(answer) as endpoint:
        words = command(endpoint, tmp_path)
        one, other = started(*words), started(*words)
        until(lambda: len(endpoint.answered) >= 80, one)
        one.kill()
        one.communicate()
        assert ended(other)[0] == 0
        asked = answers(endpoint)
        assert len(asked) == ROWS and asked.total() - ROWS <= 2 * CONNECTIONS
    assert len(samples(run_folder(tmp_path / "runs"), "id")) == ROWS
