"""A server that throttles, fails, breaks off and stalls: every row is answered or counted as failed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from assay.store import Journal
from commands import assay, layout, measure, read, result, run_folder, samples, sound
from endpoint import serving
from storm import ENDINGS, FAULTS, STORM, Storm

FINISHES = {"filtered": "filtered", "rejected": "failed", "length": "length"}
PROMPTS = [f"Harm number {number}?" for number in range(300)]


def asked(tmp_path: Path, storm: Storm, prompts: list[str] = PROMPTS, **options: object) -> Path:
    """One run of these prompts against that server; the folder that holds it."""
    data = layout(tmp_path / "data", safety__misuse=[{"prompt": prompt, "source": "test"} for prompt in prompts])
    out = tmp_path / "runs"
    with serving(storm) as endpoint:
        extra = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
        done = assay("run", "openai/m", "--base-url", endpoint.url, "--data", data, "--tasks", "misuse",
                     "--timeout", 0.5, "--max-connections", 64, "--out", out, *extra)  # fmt: skip
        assert done.exit_code == 0, done.output
        assert endpoint.most_in_flight <= 64
        assert len(endpoint.bodies) == storm.counts.total()
    return out


def test_a_storm_is_weathered_and_every_row_accounted_for(tmp_path: Path) -> None:
    storm = Storm(STORM | {"filtered": 0.02, "rejected": 0.02, "length": 0.02})
    out = asked(tmp_path, storm)
    found = result(out)
    sound(found)
    one = measure(found, "safety/misuse", "rta")
    assert one["total"] == len(PROMPTS) == one["n"] + one["blocked"] + one["failed"] + one["unread"]
    rows = {prompt: (finish, error) for prompt, finish, error in samples(
        run_folder(out), "prompt, finish, json_extract_string(record, '$.replies[0][2]')")}  # fmt: skip
    assert set(rows) == set(PROMPTS) == set(storm.given)
    for prompt, attempts in storm.given.items():
        finish, error = rows[prompt]
        if attempts[-1] in FAULTS:
            assert finish == "failed" and "tries" in error
        else:
            assert finish == {"filtered": "filtered", "rejected": "failed", "length": "length"}.get(
                attempts[-1], "stop"
            )
        assert not [name for name in attempts[:-1] if name not in FAULTS], "a reply was had, and asked for again"
    assert {"429", "500", "reset", "malformed", "stall"} <= storm.counts.keys()
    ends = Counter(finish for finish, _ in rows.values())
    assert (one["blocked"], one["failed"]) == (ends["filtered"], ends["failed"])
    with Journal(out / "journal.sqlite") as journal:
        assert len(journal) == len(PROMPTS) - ends["failed"]


def test_what_failed_is_asked_again_by_the_same_command_and_nothing_else(tmp_path: Path) -> None:
    storm = Storm({"500": 0.75}, seed=3)
    first = asked(tmp_path, storm, PROMPTS[:60])
    failed = {prompt for prompt, attempts in storm.given.items() if attempts[-1] == "500"}
    assert 0 < len(failed) < 60 and measure(result(first), "safety/misuse", "rta")["failed"] == len(failed)
    calm = Storm({})
    # The port is another one, and so would be the endpoint: the same server comes back at its address.
    data = layout(tmp_path / "data", safety__misuse=[{"prompt": prompt, "source": "test"} for prompt in PROMPTS[:60]])
    url = read(run_folder(first) / "run.json")["endpoint"]
    with serving(calm, port=int(url.split(":")[2].split("/")[0])) as endpoint:
        again = assay("run", "openai/m", "--base-url", endpoint.url, "--data", data, "--tasks", "misuse", "--timeout",
                      0.5, "--max-connections", 64, "--out", first)  # fmt: skip
    assert again.exit_code == 0, again.output
    assert set(calm.given) == failed
    assert measure(result(first), "safety/misuse", "rta")["n"] == 60


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_alone_costs_no_row_that_another_try_would_have_answered(name: str, tmp_path: Path) -> None:
    storm = Storm({name: 0.3}, seed=1)
    one = measure(result(asked(tmp_path, storm, PROMPTS[:16])), "safety/misuse", "rta")
    assert one["total"] == 16
    assert one["failed"] == sum(attempts[-1] == name for attempts in storm.given.values())
    assert one["n"] == 16 - one["failed"] > 10
    assert storm.counts[name] > 0


@pytest.mark.parametrize("name", ENDINGS)
def test_each_ending_is_asked_for_once_and_counted(name: str, tmp_path: Path) -> None:
    storm = Storm({name: 0.5}, seed=2)
    found = result(asked(tmp_path, storm, PROMPTS[:16]))
    sound(found)
    assert all(len(attempts) == 1 for attempts in storm.given.values())
    one, times = measure(found, "safety/misuse", "rta"), storm.counts[name]
    assert times > 0
    kind = {"filtered": "blocked", "rejected": "failed"}.get(name)
    if kind:
        assert one[kind] == times and one["n"] == 16 - times
    else:
        assert one["n"] + one["unread"] == 16
