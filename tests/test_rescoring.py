"""What `assay score` takes over from a run: verdicts of models that are not given anew, and what rests on them."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from assay.api import score
from assay.errors import EndpointError
from assay.store import RunFolder
from commands import assay, embeds, grades, measure, moderates, read, refused, run_folder, samples
from endpoint import Endpoint, Said, error, said, serving

Json = dict[str, Any]

FACTS, PERSONA, TOXIC = "truthfulness/adversarial_factuality", "truthfulness/sycophancy_persona", "safety/toxicity"
VIOLENCE, MISUSE = "safety/violence", "safety/misuse"
TASKS = (FACTS, PERSONA, TOXIC, VIOLENCE, MISUSE)
GRADERS = ("openai/kind", "openai/strict", "openai/fair")


def number(text: str) -> int:
    return sum(map(ord, text))


def everybody(body: Json) -> Said:
    """The model and all its judges, told apart by name; `fair` says now this, now that."""
    last = body.get("messages", [{"content": ""}])[-1]["content"]
    match body["model"]:
        case "m":
            return said(f"Sure, here is how. That is so, {number(last)} times.")
        case "strict":
            return grades(body, "not_corrected")
        case "fair":
            return grades(body, "corrected" if number(last) % 2 else "not_corrected")
        case "emb":
            return embeds(body)
        case "mod":
            return moderates(body)
        case "guard":
            refuses = "yes" if number(last) % 3 else "no"
            return said(f"Harmful request: yes\nResponse refusal: {refuses}\nHarmful response: no")
        case "dead":
            return error(400, "nope")
        case "shaky":
            return error(400, "nope") if number(last) % 2 else grades(body)
        case "mumbler":
            return said("Hard to say.")
    return grades(body)


def judges(*graders: str) -> list[str]:
    return [word for name in graders for word in ("--judge", name)]


JUDGED = (*judges(*GRADERS), "--embedder", "openai/emb", "--toxicity", "openai/mod",
          "--classifier", "wildguard=openai/guard")  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with judges of every kind, whose server is gone."""
    out = tmp_path_factory.mktemp("judged")
    with serving(everybody) as endpoint:
        done = assay("run", "openai/m", "--base-url", endpoint.url, "--limit", 6, "--tasks", ",".join(TASKS), *JUDGED,
                     "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    return run_folder(out)


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    """A copy of it without its journal."""
    return Path(shutil.copytree(made, tmp_path / "run"))


def content(folder: Path) -> tuple[Json, Json, list[Any]]:
    return read(folder / "result.json"), read(folder / "run.json"), samples(folder, "task, id, reply, label, record")


def labelled(sheet: Path, label: Callable[[Json], str]) -> Path:
    rows = list(csv.DictReader(StringIO(sheet.read_text("utf-8-sig"), newline="")))
    with sheet.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows({**row, "label": label(row)} for row in rows)
    return sheet


def drawn(folder: Path, sheet: Path, task: str = FACTS, label: str = "corrected") -> Path:
    assert assay("label", folder, "--sample", 4, "--task", task, "--out", sheet).exit_code == 0
    return labelled(sheet, lambda row: label)


# ---- what models judged stands -------------------------------------------------------------------


def test_the_run_has_judges_of_every_kind(made: Path) -> None:
    result = read(made / "result.json")
    assert set(result["planted"]) == set(GRADERS) and set(result["panel"]["judges"]) == set(GRADERS)
    judge = {row[0]: row[1] for row in samples(made, "task, record->'$.verdicts[0][0]'")}
    assert judge[VIOLENCE] == judge[MISUSE] == '"classifier wildguard"'
    assert 0 < measure(result, VIOLENCE, "rta")["value"] < 1
    assert measure(result, TOXIC, "avg_toxicity")["value"] == pytest.approx(0.25)
    models = {"openai/m", *GRADERS, "openai/emb", "openai/mod", "openai/guard"}
    assert set(result["usage"]["by_model"]) == models


def test_scored_again_without_judges_journal_or_key_nothing_changes(run: Path) -> None:
    before, files = content(run), {name: (run / name).read_bytes() for name in ("result.json", "run.json")}
    done = assay("score", run)
    assert done.exit_code == 0, done.output
    assert content(run) == before
    assert {name: (run / name).read_bytes() for name in files} == files


def test_labels_leave_what_models_judged_and_stand_beside_it(run: Path, tmp_path: Path) -> None:
    result, described, rows = content(run)
    sheet = drawn(run, tmp_path / "sheet.csv")
    done = assay("score", run, "--labels", sheet)
    assert done.exit_code == 0, done.output
    after, now, rows_now = content(run)
    told = after["tasks"][FACTS]["measures"]["corrected_rate"].pop("labelled")
    assert told["labels"] == 4
    assert told["raw"] == pytest.approx(measure(result, FACTS, "corrected_rate")["value"])
    assert now["judges"].pop("labels")["sheet"] == "sheet.csv"
    assert after["run"].pop("judges")["graders"] == list(GRADERS)
    result["run"].pop("judges")
    assert (after, now, rows_now) == (result, described, rows)


def test_another_judge_takes_the_place_of_its_kind_alone(run: Path) -> None:
    before = read(run / "result.json")
    with serving(everybody) as endpoint:
        done = assay("score", run, "--judge", "openai/strict", "--base-url", endpoint.url)
        assert done.exit_code == 0, done.output
        assert {body["model"] for body in endpoint.bodies} == {"strict"}
    after = read(run / "result.json")
    assert after["run"]["judges"]["graders"] == ["openai/strict"]
    assert after["run"]["judges"]["embedder"] == "openai/emb"
    assert after["run"]["judges"]["endpoints"] == {"openai/strict": endpoint.url}
    assert set(after["planted"]) == {"openai/strict"} and "panel" not in after
    assert measure(after, FACTS, "corrected_rate")["value"] == 0.0
    for task in (PERSONA, TOXIC, VIOLENCE, MISUSE):
        assert after["tasks"][task] == before["tasks"][task]
    gone = {"openai/kind", "openai/fair"}
    assert set(after["usage"]["by_model"]) == set(before["usage"]["by_model"]) - gone
    assert after["usage"]["by_model"]["openai/m"] == before["usage"]["by_model"]["openai/m"]


def test_none_takes_a_judge_away(run: Path) -> None:
    none = ("--judge", "none", "--embedder", "none", "--toxicity", "none", "--classifier", "none")
    assert assay("score", run, *none).exit_code == 0
    after = read(run / "result.json")
    assert measure(after, FACTS, "corrected_rate")["needs"] == "judge"
    assert measure(after, TOXIC, "avg_toxicity")["needs"] == "toxicity"
    assert measure(after, VIOLENCE, "rta")["value"] == 0.0, "the rule's verdict: it complies"
    judged_by = after["run"]["judges"]
    assert (judged_by["graders"], judged_by["toxicity"], "classifiers" in judged_by) == ([], None, False)
    assert judged_by["embedder"].startswith("lexical")
    assert "planted" not in after and "panel" not in after
    assert set(after["usage"]["by_model"]) == {"openai/m"}


def test_rules_judge_again_whatever_stands(run: Path) -> None:
    folder = RunFolder(run)
    before = {task: rows for task, rows in Counter(samples(run, "task, label")).items() if task[0] == MISUSE}
    assert assay("score", run, "--classifier", "none").exit_code == 0
    after = Counter(samples(run, "task, label"))
    assert after[MISUSE, "complied"] == 6 != before.get((MISUSE, "complied"))
    assert read(run / "run.json")["judges"]["graders"] == list(GRADERS)
    assert folder.counts() == dict.fromkeys(TASKS, 6)


# ---- what people's labels told -------------------------------------------------------------------


def people(folder: Path, task: str, name: str) -> Json | None:
    told: Json | None = read(folder / "result.json")["tasks"][task]["measures"][name].get("labelled")
    return told


def test_what_labels_told_is_there_as_long_as_the_verdicts_are(run: Path, tmp_path: Path) -> None:
    assert assay("score", run, "--labels", drawn(run, tmp_path / "a.csv")).exit_code == 0
    told = people(run, FACTS, "corrected_rate")
    assert told is not None
    assert assay("score", run, "--labels", drawn(run, tmp_path / "b.csv", MISUSE, "complied")).exit_code == 0
    assert people(run, FACTS, "corrected_rate") == told, "another task's sheet"
    assert people(run, MISUSE, "rta") is not None
    with serving(everybody) as endpoint:
        done = assay("score", run, "--judge", "openai/strict", "--base-url", endpoint.url)
    assert people(run, FACTS, "corrected_rate") is None
    assert people(run, MISUSE, "rta") is not None
    (line,) = (line for line in done.stderr.splitlines() if "labels" in line)
    assert FACTS in line and MISUSE not in line and "--labels" in line


# ---- tasks that are left out ---------------------------------------------------------------------


def test_tasks_that_are_left_out_stay_as_they_are(run: Path, tmp_path: Path) -> None:
    before = content(run)
    done = assay("score", run, "--tasks", MISUSE)
    assert done.exit_code == 0, done.output
    assert content(run) == before
    labels = drawn(run, tmp_path / "sheet.csv", MISUSE, "complied")
    assert assay("score", run, "--tasks", MISUSE, "--labels", labels).exit_code == 0
    assert people(run, MISUSE, "rta") is not None
    after = content(run)
    assert after[2] == before[2]
    assert {task: after[0]["tasks"][task] for task in TASKS[:-1]} == {t: before[0]["tasks"][t] for t in TASKS[:-1]}


def test_two_languages_of_some_tasks(tmp_path: Path) -> None:
    with serving(everybody) as endpoint:
        assay("run", "openai/m", "--base-url", endpoint.url, "--lang", "en,zh", "--limit", 6, "--tasks",
              f"{MISUSE},{VIOLENCE},fairness/stereotype_recognition", "--out", tmp_path)  # fmt: skip
    folder = run_folder(tmp_path)
    before = content(folder)
    assert any("between_languages" in one for task in before[0]["tasks"].values() for one in task["measures"].values())
    done = assay("score", folder, "--tasks", MISUSE)
    assert done.exit_code == 0, done.output
    assert content(folder) == before


def test_one_run_has_one_set_of_judges(run: Path, tmp_path: Path) -> None:
    before = content(run)
    with serving(everybody) as endpoint:
        url = ("--base-url", endpoint.url)
        again = ("score", run, "--tasks", FACTS, "--judge", "openai/strict", *url)
        refused(assay(*again), 2, "two sets of judges", "openai/kind", "--out")
        refused(assay("score", run, "--tasks", FACTS, "--judge", "none"), 2, "two sets of judges")
        assert not endpoint.bodies and content(run) == before
        assert assay(*again, "--out", tmp_path / "alone").exit_code == 0
        assert assay("score", run, "--tasks", FACTS, *judges(*GRADERS), *url).exit_code == 0, "the same ones"
    assert content(run)[0]["tasks"] == before[0]["tasks"]
    assert content(run)[0]["panel"] == before[0]["panel"]
    alone = read(tmp_path / "alone" / "result.json")
    assert list(alone["tasks"]) == list(alone["run"]["tasks"]) == [FACTS]
    assert alone["run"]["judges"]["graders"] == ["openai/strict"]


def test_a_judge_may_come_later_for_some_tasks(tmp_path: Path) -> None:
    with serving(everybody) as endpoint:
        url = ("--base-url", endpoint.url)
        assay("run", "openai/m", *url, "--limit", 6, "--tasks", f"{FACTS},{MISUSE}", "--out", tmp_path)
        folder = run_folder(tmp_path)
        before = read(folder / "result.json")
        assert assay("score", folder, *url, "--tasks", FACTS, "--judge", "openai/kind").exit_code == 0
    after = read(folder / "result.json")
    assert measure(after, FACTS, "corrected_rate")["value"] == 1.0
    assert after["tasks"][MISUSE] == before["tasks"][MISUSE]
    assert after["usage"]["by_task"][MISUSE] == before["usage"]["by_task"][MISUSE]
    assert RunFolder(folder).counts() == {FACTS: 6, MISUSE: 6}


def test_tasks_that_the_run_does_not_have(run: Path) -> None:
    refused(assay("score", run, "--tasks", "confaide"), 2, "none of these tasks", MISUSE)


# ---- graders that are down -----------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[Endpoint]:
    with serving(everybody) as endpoint:
        yield endpoint


def asking(server: Endpoint, out: Path, *graders: str) -> tuple[object, ...]:
    return ("run", "openai/m", "--base-url", server.url, "--limit", 6, "--tasks", FACTS, "--out", out,
            *judges(*graders))  # fmt: skip


def test_a_grader_that_is_down_ends_the_run_once_all_is_stored(server: Endpoint, tmp_path: Path) -> None:
    command = asking(server, tmp_path, "openai/dead")
    done = assay(*command)
    refused(done, 1, "openai/dead gave no answer to 6 of 6 questions (HTTP 400: nope)", "`assay run openai/m")
    folder = run_folder(tmp_path)
    assert measure(read(folder / "result.json"), FACTS, "corrected_rate")["unread"] == 6
    whys = {why for (why,) in samples(folder, "record->>'$.verdicts[0][3]'")}
    assert whys == {"no answer: HTTP 400: nope"}
    asked = Counter(body["model"] for body in server.bodies)
    assert asked == {"m": 6, "dead": 6}, "no reminder of what was never said"
    assert assay(*command).exit_code == 1
    assert Counter(body["model"] for body in server.bodies) == {"m": 6, "dead": 12}, "asked again"
    refused(assay("score", folder, "--base-url", server.url, "--judge", "openai/dead"), 1, "6 of 6", "`assay score")
    with pytest.raises(EndpointError, match="6 of 6"):
        score(folder, judge="openai/dead", base_url=server.url)


def test_one_of_three_is_down(server: Endpoint, tmp_path: Path) -> None:
    done = assay(*asking(server, tmp_path, "openai/kind", "openai/dead", "openai/other"))
    assert done.exit_code == 1
    asking_again, silent = (line for line in done.stderr.splitlines() if line.startswith("assay: "))
    assert "does openai/kind or openai/other obey" in asking_again
    assert "openai/dead gave no answer to 6 of 6" in silent and str(run_folder(tmp_path)) in silent
    found = read(run_folder(tmp_path) / "result.json")
    assert measure(found, FACTS, "corrected_rate")["value"] == 1.0
    assert set(found["planted"]) == {"openai/kind", "openai/other"}


def test_a_grader_that_loses_some_answers_is_said(server: Endpoint, tmp_path: Path) -> None:
    done = assay(*asking(server, tmp_path, "openai/shaky"))
    assert done.exit_code == 0, done.output
    (line,) = (line for line in done.stderr.splitlines() if "gave no answer" in line)
    assert line.startswith("assay: openai/shaky gave no answer to ") and "HTTP 400: nope" in line


def test_a_grader_that_cannot_be_read_is_said(server: Endpoint, tmp_path: Path) -> None:
    done = assay(*asking(server, tmp_path, "openai/mumbler"))
    assert done.exit_code == 0, done.output
    (line,) = (line for line in done.stderr.splitlines() if "mumbler" in line)
    assert "no verdict could be read" in line and "--judge" in line
    assert "read in any answer" not in assay(*asking(server, tmp_path / "kind", "openai/kind")).stderr


def test_case_makes_no_other_model(server: Endpoint, tmp_path: Path) -> None:
    refused(assay(*asking(server, tmp_path, "openai/M")), 2, "its own replies", "openai/M is the same model")
    refused(assay(*asking(server, tmp_path, "openai/kind", "openai/Kind")), 2, "given twice")
    assert not server.bodies


# ---- replies without a word ----------------------------------------------------------------------


@pytest.mark.parametrize(("text", "said_so"), [("", True), (" \n", True), ("A", False)])
def test_a_run_of_empty_replies_says_so(text: str, said_so: bool, tmp_path: Path) -> None:
    with serving(lambda body: said(text)) as endpoint:
        done = assay("run", "openai/m", "--base-url", endpoint.url, "--limit", 3, "--tasks", MISUSE, "--out", tmp_path)
    assert done.exit_code == 0, done.output
    assert ("every reply of openai/m is empty" in done.stderr) == said_so
