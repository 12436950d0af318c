"""The whole line against a real server: what is asked, kept and measured, and what is never asked twice."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay.errors import StoreError
from assay.schema import Record, Reply, Row, user
from assay.store import Journal, RunFolder, blob
from assay.store.folder import Samples
from assay.tasks import select
from commands import (
    assay,
    embeds,
    grades,
    layout,
    measure,
    measures,
    moderates,
    read,
    refused,
    result,
    run_folder,
    run_folders,
    samples,
    sound,
)
from endpoint import Endpoint, Said, error, said, serving
from shared_data import needs_shared, shared_path

Json = dict[str, Any]
MISUSE = [{"prompt": f"Harm number {number}?", "source": "test"} for number in range(12)]


def fingerprint(body: Json) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]


def digit(body: Json) -> int:
    return int(fingerprint(body), 16) % 20


def mixed(body: Json) -> Said:
    """Every way that a reply can end, decided by the request alone."""
    match digit(body):
        case 0:
            return said("half an ans", "content_filter")
        case 1:
            return error(400, "too long for this model")
        case 2:
            return said("")
        case 3 | 4 | 5 | 6:
            return said("I'm sorry, but I can't help with that.")
        case 7 | 8 | 9:
            return said("Yes.")
        case 10 | 11:
            return said("mumble mumble", "length")
        case _:
            return said("A")


def helpful(body: Json) -> Said:
    return said("I'm sorry, but I can't help with that.")


@pytest.fixture(scope="module")
def core_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Endpoint]]:
    """All of core, both languages, by a server that does everything a server may do."""
    out = tmp_path_factory.mktemp("core")
    with serving(mixed) as endpoint:
        done = assay("run", "openai/m", "--base-url", endpoint.url, "--lang", "en,zh", "--out", out)
    assert done.exit_code == 0, done.output
    yield out, endpoint


# ---- what a run leaves ---------------------------------------------------------------------------


def test_every_number_of_core_has_its_denominator(core_run: tuple[Path, Endpoint]) -> None:
    found = result(core_run[0])
    assert found["schema"] == "assay.result/1"
    assert {"model", "data", "judges", "assay"} <= set(found["run"])
    assert len(found["run"]["data"]["sha256"]) == 64
    sound(found)
    for why in ("n", "unread", "blocked", "failed"):
        assert sum(one[why] for _, one in measures(found)) > 0, why


def test_the_three_files_say_the_same(core_run: tuple[Path, Endpoint]) -> None:
    folder = run_folder(core_run[0])
    run, found = read(folder / "run.json"), read(folder / "result.json")
    assert found["run"] == run
    assert set(found["tasks"]) == set(run["tasks"])
    assert {name: task["version"] for name, task in found["tasks"].items()} == run["tasks"]
    kept = Counter(task for (task,) in samples(folder, "task"))
    assert set(kept) == set(run["tasks"])
    finishes = Counter((task, finish) for task, finish in samples(folder, "task, finish"))
    one = measure(found, "safety/misuse", "rta")
    assert one["total"] == kept["safety/misuse"]
    assert one["blocked"] == finishes["safety/misuse", "filtered"]
    assert one["failed"] == finishes["safety/misuse", "failed"]
    assert len(samples(folder, "record")) == sum(1 for _ in RunFolder(folder).records()) == sum(kept.values())
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_samples_stand_in_order_and_name_their_rows_once(core_run: tuple[Path, Endpoint]) -> None:
    rows = samples(run_folder(core_run[0]), "task, id, lang, epoch")
    assert len(set(rows)) == len(rows)
    tasks = [task for task, *_ in rows]
    assert tasks == sorted(tasks, key=list(dict.fromkeys(tasks)).index)


def test_both_languages_are_measured_apart_and_together(core_run: tuple[Path, Endpoint]) -> None:
    found = result(core_run[0])
    for task in found["tasks"].values():
        for one in task["measures"].values():
            parts = one["languages"]
            assert set(parts) == {"en", "zh"}
            assert sum(part["corrected"]["total"] for part in parts.values()) == one["corrected"]["total"]


@needs_shared
def test_every_published_id_stands_on_exactly_one_measure(core_run: tuple[Path, Endpoint]) -> None:
    board = json.loads(shared_path("reference", "leaderboard.json").read_text("utf-8"))
    found = result(core_run[0])
    ids = Counter(
        one["published"] for task in found["tasks"].values() for one in task["measures"].values() if "published" in one
    )
    published = set(board["metrics"])
    assert len(published) == 31
    assert ids == dict.fromkeys(published, 1)


def test_a_blocked_reply_is_kept_and_never_graded(core_run: tuple[Path, Endpoint]) -> None:
    rows = samples(run_folder(core_run[0]), "finish, reply, label")
    assert ("filtered", "half an ans", None) in rows
    assert all(label is None for finish, _, label in rows if finish in ("filtered", "failed"))


# ---- never twice ---------------------------------------------------------------------------------


def test_the_same_command_asks_the_server_nothing(tmp_path: Path) -> None:
    with serving(lambda body: said(f"It is {digit(body)}.")) as endpoint:
        command = ("run", "openai/m", "--base-url", endpoint.url, "--limit", 4, "--out", tmp_path)
        assert assay(*command).exit_code == 0
        asked, first = len(endpoint.bodies), result(tmp_path)
        assert asked > 100
        assert assay(*command).exit_code == 0
        assert len(endpoint.bodies) == asked
    assert result(tmp_path) == first
    assert sum(task.startswith("safety/jailbreak") for (task,) in samples(run_folder(tmp_path), "task")) == 4


def test_a_wider_run_asks_only_for_what_is_new(tmp_path: Path) -> None:
    with serving(helpful) as endpoint:
        command = ("run", "openai/m", "--base-url", endpoint.url, "--tasks", "misuse", "--out", tmp_path)
        assay(*command, "--limit", 1000)
        asked = len(endpoint.bodies)
        assay(*command)
        assert len(endpoint.bodies) == asked
        assert len(set(endpoint.prompts)) == asked
    assert len(run_folders(tmp_path)) == 2


def test_fresh_asks_anew_and_replaces_what_is_stored(tmp_path: Path) -> None:
    replies = iter(["I'm sorry, but I can't help with that."] * 12 + ["Sure, here is how to do it: step one."] * 12)
    folder = layout(tmp_path / "data", safety__misuse=MISUSE)
    with serving(lambda body: said(next(replies))) as endpoint:
        command = (
            "run",
            "openai/m",
            "--base-url",
            endpoint.url,
            "--data",
            folder,
            "--tasks",
            "misuse",
            "--out",
            tmp_path / "runs",
        )
        assay(*command)
        assert measure(result(tmp_path / "runs"), "safety/misuse", "rta")["value"] == 1.0
        assay(*command, "--fresh")
        assert len(endpoint.bodies) == 24
        assert measure(result(tmp_path / "runs"), "safety/misuse", "rta")["value"] == 0.0
        assay(*command)
        assert len(endpoint.bodies) == 24
    assert measure(result(tmp_path / "runs"), "safety/misuse", "rta")["value"] == 0.0


def test_failed_replies_are_asked_again(tmp_path: Path) -> None:
    fails = True
    folder = layout(tmp_path / "data", safety__misuse=MISUSE)

    def moody(body: Json) -> Said:
        bad = fails and body["messages"][-1]["content"].endswith(("1?", "7?"))
        return error(400, "not today") if bad else helpful(body)

    with serving(moody) as endpoint:
        command = (
            "run",
            "openai/m",
            "--base-url",
            endpoint.url,
            "--data",
            folder,
            "--tasks",
            "misuse",
            "--out",
            tmp_path / "runs",
        )
        assert assay(*command).exit_code == 0
        one = measure(result(tmp_path / "runs"), "safety/misuse", "rta")
        assert (one["n"], one["failed"], one["total"]) == (9, 3, 12)
        assert one["floor"] == 0.75
        fails = False
        assert assay(*command).exit_code == 0
        assert sorted(endpoint.prompts[12:]) == ["Harm number 11?", "Harm number 1?", "Harm number 7?"]
    assert measure(result(tmp_path / "runs"), "safety/misuse", "rta")["n"] == 12


def test_toxicity_reads_the_replies_to_the_jailbreaks(tmp_path: Path) -> None:
    def counted(tasks: str, out: Path) -> int:
        with serving(helpful) as endpoint:
            assay("run", "openai/m", "--base-url", endpoint.url, "--tasks", tasks, "--out", out)
        return len(endpoint.bodies)

    alone = counted("safety/jailbreak", tmp_path / "one")
    assert alone > 0
    assert counted("safety/jailbreak,safety/toxicity", tmp_path / "two") == alone


def test_equal_prompts_at_a_temperature_are_separate_draws(tmp_path: Path) -> None:
    rows = [{"prompt": "The same harm?", "source": "test"} for _ in range(5)]
    folder = layout(tmp_path / "data", safety__misuse=rows)
    replies = iter(["I'm sorry, I can't help with that.", *["Sure, here is how you do it: step one."] * 9])
    with serving(lambda body: said(next(replies))) as endpoint:
        command = (
            "run",
            "openai/m",
            "--base-url",
            endpoint.url,
            "--data",
            folder,
            "--tasks",
            "misuse",
            "--out",
            tmp_path / "runs",
        )
        assay(*command, "--temperature", 1)
        assert len(endpoint.bodies) == 5
        assert measure(result(tmp_path / "runs"), "safety/misuse", "rta")["value"] == pytest.approx(0.2)
        assay(*command, "--temperature", 1)
        assert len(endpoint.bodies) == 5
        assay(*command, "--temperature", 0)
        assert len(endpoint.bodies) == 6


def start(*words: object) -> subprocess.Popen[str]:
    script = "from assay.cli import main; main()"
    command = [sys.executable, "-c", script, *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(endpoint: Endpoint, requests: int) -> None:
    until = time.monotonic() + 30
    while len(endpoint.bodies) < requests and time.monotonic() < until:
        time.sleep(0.005)
    assert len(endpoint.bodies) >= requests


def stored(journal: Path) -> set[str]:
    """The texts of all replies that the journal holds."""
    with Journal(journal) as opened:
        return {json.loads(reply[blob.HEAD.size :])[0] for (reply,) in opened._db.execute("SELECT reply FROM replies")}


def test_a_killed_run_goes_on_without_asking_for_what_was_stored(tmp_path: Path) -> None:
    def echo(body: Json) -> Said:
        answer = said(fingerprint(body))
        answer.delay_s = 0.02
        return answer

    with serving(echo) as endpoint:
        command = ("run", "openai/m", "--base-url", endpoint.url, "--tasks", "ethics,privacy", "--out", tmp_path)
        child = start(*command, "--max-connections", 8)
        wait_for(endpoint, 60)
        child.send_signal(signal.SIGKILL)
        child.communicate()
        assert child.returncode == -signal.SIGKILL
        assert not list(tmp_path.glob("*/result.json"))
        kept = stored(tmp_path / "journal.sqlite")
        first = len(endpoint.bodies)
        assert len(kept) >= first - 2 * 8 - 8, "all but those in flight"
        done = assay(*command)
        assert done.exit_code == 0, done.output
        again = [fingerprint(body) for body in endpoint.bodies[first:]]
    assert not kept & set(again)
    assert len(again) == len(set(again))
    sound(result(tmp_path))
    assert stored(tmp_path / "journal.sqlite") == kept | set(again)


# ---- what the options do -------------------------------------------------------------------------


def one_request(tmp_path: Path, *options: object) -> Json:
    """The body of the one request that a run with these options makes."""
    folder = layout(tmp_path / "data", safety__misuse=MISUSE[:1])
    out = tmp_path / "runs"
    with serving(helpful) as endpoint:
        given = ("--base-url", endpoint.url, "--data", folder, "--tasks", "misuse", "--out", out)
        done = assay("run", "openai/m", *given, *options)
        assert done.exit_code == 0, done.output
    (body,) = endpoint.bodies
    return body


def test_a_bare_request_holds_no_more_than_is_needed(tmp_path: Path) -> None:
    body = one_request(tmp_path)
    assert set(body) == {"model", "messages", "temperature"}
    assert body["messages"] == [{"role": "user", "content": "Harm number 0?"}]


def test_what_is_given_reaches_the_request(tmp_path: Path) -> None:
    given = ("--system", "Be brief.", "--max_reply_tokens", 33, "--seed", 7, "--temperature", 0.5)
    body = one_request(tmp_path, *given, "--extra", "top_p=0.9", "--extra", "user=me", "--extra", 'stop=["\\n"]')
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert body["messages"][1]["content"] == "Harm number 0?"
    assert (body["max_tokens"], body["seed"], body["temperature"]) == (33, 7, 0.5)
    assert (body["top_p"], body["user"], body["stop"]) == (0.9, "me", ["\n"])
    sampling = read(run_folder(tmp_path / "runs") / "run.json")["sampling"]
    assert sampling["system"] == "Be brief."
    assert sampling["extra"] == {"stop": ["\n"], "top_p": 0.9, "user": "me"}


@pytest.mark.parametrize("style", ["-", "_"])
def test_flags_may_be_written_with_either_stroke(style: str, tmp_path: Path) -> None:
    assert one_request(tmp_path, f"--max{style}reply{style}tokens", 12)["max_tokens"] == 12


def test_the_limit_is_a_limit_for_each_task_and_language(tmp_path: Path) -> None:
    done = assay("run", "baseline/yes", "--limit", 3, "--lang", "zh,en", "--tasks", "safety/*", "--out", tmp_path)
    assert done.exit_code == 0
    counted = Counter(samples(run_folder(tmp_path), "task, lang"))
    on_core = [task.id for task in select(["safety"]) if any(data.name == "core" for data in task.datasets)]
    assert {task for task, _ in counted} == set(on_core)
    assert set(counted.values()) == {3}


@pytest.mark.parametrize(
    ("globs", "expected"),
    [
        (["privacy/leakage"], ["privacy/leakage"]),
        (["*/leakage"], ["privacy/leakage"]),
        (["leakage"], ["privacy/leakage"]),
        (["reasoning"], ["logical", "causal", "interpretability"]),
        (["privacy/awareness_*,leakage"], ["awareness_aug", "awareness_normal", "leakage"]),
        (["leakage", "misuse"], ["misuse", "leakage"]),
    ],
)  # fmt: skip
def test_tasks_are_chosen_by_globs(globs: list[str], expected: list[str], tmp_path: Path) -> None:
    given = [word for glob in globs for word in ("--tasks", glob)]
    assert assay("run", "baseline/yes", "--limit", 1, "--out", tmp_path, *given).exit_code == 0
    found = {task.rsplit("/", 1)[1] for task in result(tmp_path)["tasks"]}
    assert found == {name.rsplit("/", 1)[-1] for name in expected}


def test_one_language_has_no_languages_apart(tmp_path: Path) -> None:
    assay("run", "baseline/refuser", "--lang", "zh", "--tasks", "misuse", "--out", tmp_path)
    one = result(tmp_path)["tasks"]["safety/misuse"]["measures"]["rta"]
    assert "languages" not in one
    assert one["corrected"]["value"] == 1.0
    assert {lang for (lang,) in samples(run_folder(tmp_path), "lang")} == {"zh"}


def test_epochs_ask_again_and_count_no_row_as_two_independent_ones(tmp_path: Path) -> None:
    def steady(body: Json) -> Said:
        harm = body["messages"][-1]["content"]
        return said("I'm sorry, I can't help with that." if digit({"h": harm}) < 8 else "Sure, here is how: step one.")

    folder = layout(tmp_path / "data", safety__misuse=MISUSE)
    with serving(steady) as endpoint:
        command = ("run", "openai/m", "--base-url", endpoint.url, "--data", folder, "--tasks", "misuse")
        assay(*command, "--out", tmp_path / "once")
        assay(*command, "--epochs", 4, "--out", tmp_path / "often")
        assert Counter(endpoint.prompts) == {row["prompt"]: 5 for row in MISUSE}
    once, often = (measure(result(tmp_path / name), "safety/misuse", "rta") for name in ("once", "often"))
    assert 0 < once["value"] < 1
    assert (often["value"], often["n"], often["total"]) == (once["value"], 48, 48)
    width = {name: one["high"] - one["low"] for name, one in (("once", once), ("often", often))}
    assert width["often"] > 0.75 * width["once"]
    assert {epoch for (epoch,) in samples(run_folder(tmp_path / "often"), "epoch")} == {0, 1, 2, 3}


def test_the_connections_are_a_limit(tmp_path: Path) -> None:
    def slow(body: Json) -> Said:
        answer = helpful(body)
        answer.delay_s = 0.01
        return answer

    with serving(slow) as endpoint:
        command = ("run", "openai/m", "--base-url", endpoint.url, "--tasks", "misuse", "--out", tmp_path)
        assay(*command, "--max-connections", 3)
    assert 1 < endpoint.most_in_flight <= 3


# ---- judges --------------------------------------------------------------------------------------

FACTS = ("--tasks", "adversarial_factuality", "--limit", 6)


def judging(body: Json) -> Said:
    """One server for the model, the graders, the embedder and the moderation: told apart by the model's name."""
    match body["model"]:
        case "m":
            return said("That is not so: the premise is wrong.")
        case "strict":
            return grades(body, "not_corrected")
        case "mumbler":
            return said("Hard to say.")
        case "emb":
            return embeds(body)
        case "mod":
            return moderates(body)
    return grades(body)


def asked(endpoint: Endpoint) -> Counter[str]:
    return Counter(body["model"] for body in endpoint.bodies)


def test_a_measure_without_its_judge_says_what_it_needs_and_gets_it_later(tmp_path: Path) -> None:
    with serving(judging) as endpoint:
        url = ("--base-url", endpoint.url)
        done = assay("run", "openai/m", *url, *FACTS, "--out", tmp_path)
        assert done.exit_code == 0
        assert "needs --judge" in done.stdout
        one = measure(result(tmp_path), "truthfulness/adversarial_factuality", "corrected_rate")
        assert (one["value"], one["needs"], one["n"], one["unread"], one["total"]) == (None, "judge", 0, 6, 6)
        assert asked(endpoint) == {"m": 6}

        done = assay("score", run_folder(tmp_path), *url, "--judge", "openai/grader")
        assert done.exit_code == 0, done.output
        assert "needs --judge" not in done.stdout
        found = result(tmp_path)
        one = measure(found, "truthfulness/adversarial_factuality", "corrected_rate")
        assert (one["value"], one["n"]) == (1.0, 6)
        assert "needs" not in one
        assert found["run"]["judges"]["graders"] == ["openai/grader"]
        (flips,) = (judge["flip_rate"] for judge in found["planted"].values())
        once = asked(endpoint)
        assert once["m"] == 6 and once["grader"] == 6 + 6 + flips["n"]  # graded, graded again, and planted

        assay("score", run_folder(tmp_path), *url, "--judge", "openai/grader")
        assert asked(endpoint) == once


def test_a_judge_in_the_run_itself(tmp_path: Path) -> None:
    with serving(judging) as endpoint:
        url = ("--base-url", endpoint.url)
        done = assay("run", "openai/m", *url, *FACTS, "--judge", "openai/strict", "--out", tmp_path)
        assert done.exit_code == 0
        assert asked(endpoint)["m"] == 6 and asked(endpoint)["strict"] > 12
        one = measure(result(tmp_path), "truthfulness/adversarial_factuality", "corrected_rate")
        assert (one["value"], one["n"]) == (0.0, 6)
        grader = next(body for body in endpoint.bodies if body["model"] == "strict")
        assert grader["temperature"] == 0
        assert "That is not so: the premise is wrong." in grader["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("graders", "value", "n"),
    [
        (["grader", "other"], 1.0, 6),
        (["grader", "strict"], None, 0),
        (["grader", "strict", "other"], 1.0, 6),
        (["strict", "grader", "harsh"], 1.0, 6),
        (["mumbler", "strict"], 0.0, 6),
    ],
)
def test_several_judges_decide_by_majority(graders: list[str], value: float | None, n: int, tmp_path: Path) -> None:
    given = [word for name in graders for word in ("--judge", f"openai/{name}")]
    with serving(judging) as endpoint:
        done = assay("run", "openai/m", "--base-url", endpoint.url, *FACTS, *given, "--out", tmp_path)
    assert done.exit_code == 0, done.output
    one = measure(result(tmp_path), "truthfulness/adversarial_factuality", "corrected_rate")
    assert (one["value"], one["n"], one["n"] + one["unread"]) == (value, n, 6)
    assert "needs" not in one
    assert set(asked(endpoint)) == {"m", *graders}


def test_a_model_grades_itself_only_where_that_is_asked_for(tmp_path: Path) -> None:
    with serving(judging) as endpoint:
        url = ("--base-url", endpoint.url)
        command = ("run", "openai/grader", *url, *FACTS, "--judge", "openai/grader", "--out", tmp_path)
        refused(assay(*command), 2, "its own replies", "--allow-self-judge")
        assert not endpoint.bodies
        assert assay(*command, "--allow-self-judge").exit_code == 0


def test_an_embedder_behind_an_endpoint(tmp_path: Path) -> None:
    with serving(judging) as endpoint:
        command = ("run", "openai/m", "--base-url", endpoint.url, "--tasks", "sycophancy_persona", "--out", tmp_path)
        assert assay(*command, "--limit", 4, "--embedder", "openai/emb").exit_code == 0
    assert asked(endpoint)["emb"] > 0
    assert "/v1/embeddings" in endpoint.paths
    found = result(tmp_path)
    one = measure(found, "truthfulness/sycophancy_persona", "similarity")
    assert (one["value"], one["n"]) == (pytest.approx(0.0), 4)  # every text alike: as near to the one as to the other
    assert found["run"]["judges"]["embedder"] == "openai/emb"


def test_toxicity_behind_an_endpoint(tmp_path: Path) -> None:
    def complying(body: Json) -> Said:
        return said("Sure, here is how you do it: step one.") if body["model"] == "m" else judging(body)

    command = ("run", "openai/m", "--tasks", "safety/toxicity", "--limit", 5, "--out")
    with serving(complying) as endpoint:
        url = ("--base-url", endpoint.url)
        assay(*command, tmp_path / "without", *url)
        one = measure(result(tmp_path / "without"), "safety/toxicity", "avg_toxicity")
        assert (one["value"], one["needs"]) == (None, "toxicity")
        assay(*command, tmp_path / "with", *url, "--toxicity", "openai/mod")
    one = measure(result(tmp_path / "with"), "safety/toxicity", "avg_toxicity")
    assert one["value"] == pytest.approx(0.25)
    assert "/v1/moderations" in endpoint.paths
    assert one["n"] == 5
    assert asked(endpoint)["mod"] == 1  # five replies of the same words


# ---- what goes wrong beside the endpoint ---------------------------------------------------------


def test_another_model_or_task_version_in_the_folder_is_not_written_over(tmp_path: Path) -> None:
    command = ("run", "baseline/yes", "--tasks", "misuse", "--out", tmp_path)
    assay(*command)
    file = run_folder(tmp_path) / "run.json"
    before = read(file)
    for changed in ({**before, "model": "openai/other"}, {**before, "tasks": {"safety/misuse": 99}}):
        file.write_text(json.dumps(changed), encoding="utf-8")
        refused(assay(*command), 1, "--out")
        assert read(file) == changed


def test_a_result_that_was_damaged_is_made_again(tmp_path: Path) -> None:
    command = ("run", "baseline/yes", "--tasks", "misuse", "--out", tmp_path)
    assay(*command)
    file = run_folder(tmp_path) / "result.json"
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    assay("run", "baseline/refuser", "--tasks", "misuse", "--out", tmp_path / "other")
    refused(assay("compare", file.parent, run_folder(tmp_path / "other")), 1, "run the same")
    assert assay(*command).exit_code == 0
    assert file.read_bytes() == whole


def test_a_disk_that_fills_up_loses_no_reply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Journal.__init__

    def small(self: Journal, path: Path) -> None:
        opened(self, path)
        self._db.execute(f"PRAGMA max_page_count = {30 if room else 1_000_000}")

    monkeypatch.setattr(Journal, "__init__", small)
    room = True
    with serving(lambda body: said(fingerprint(body) * 200)) as endpoint:
        command = ("run", "openai/m", "--base-url", endpoint.url, "--tasks", "misuse", "--out", tmp_path)
        refused(assay(*command, "--max-connections", 2), 1, "disk is full", "run the same command")
        assert not list(tmp_path.glob("*/result.json"))
        kept, first = {text[:16] for text in stored(tmp_path / "journal.sqlite")}, len(endpoint.bodies)
        assert kept
        room = False
        assert assay(*command).exit_code == 0
        assert not kept & {fingerprint(body) for body in endpoint.bodies[first:]}


def test_a_disk_that_fills_up_under_the_samples_is_said(tmp_path: Path) -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with Samples(RunFolder(tmp_path / "run")) as written:
        written._file.close()
        written._file = Full()  # type: ignore[assignment]
        with pytest.raises(StoreError, match="disk is full"):
            written.add(0, 0, "safety/misuse", "core", Record(Row("1", (user("x"),)), (Reply("y"),)))
    assert list((tmp_path / "run").iterdir()) == [tmp_path / "run" / "samples.parquet"]


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with serving(helpful) as endpoint:
        for out in (tmp_path / "file", tmp_path / "file" / "runs", Path("/proc/assay-runs")):
            refused(assay("run", "openai/m", "--base-url", endpoint.url, "--out", out), 1, "--out")
    assert not endpoint.bodies
