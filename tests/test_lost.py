"""The benchmark of what is lost disturbs what it says it disturbs, and reads what the tools report."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

import lost
from assay.judges.by_grader import question
from assay.schema import Reply
from faulty import Faulty, blocked, fails, says, serving
from work import REPLY, prompt

ROWS = 40


def asked(text: str, model: str = "bench") -> dict[str, object]:
    return {"model": model, "messages": [{"role": "user", "content": text}]}


def text_of(answer: bytes) -> str:
    return str(json.loads(answer.partition(b"\r\n\r\n")[2])["choices"][0]["message"]["content"])


def test_one_row_in_twenty_is_hit() -> None:
    answering = lost.hitting(blocked)
    said = [answering(asked(prompt(number))) for number in range(ROWS)]
    assert [number for number, answer in enumerate(said) if b"content_filter" in answer] == [7, 27]
    assert {text_of(answer) for number, answer in enumerate(said) if number not in (7, 27)} == {REPLY}


def test_only_completions_are_paid_for() -> None:
    with serving(lost.hitting(fails), 0.0) as endpoint:
        for number in (6, 7, 8):
            body = json.dumps(asked(prompt(number))).encode()
            if number == 7:
                with pytest.raises(HTTPError, match="500") as failed:
                    urlopen(f"{endpoint.url}/chat/completions", body)
                failed.value.close()
            else:
                urlopen(f"{endpoint.url}/chat/completions", body).close()
        assert (endpoint.settled(), endpoint.requests, endpoint.answered) == (2, 3, 3)


@pytest.mark.parametrize(("obeys", "steered"), [(True, "VERDICT: correct"), (False, "VERDICT: incorrect")])
def test_a_grader_repeats_what_is_planted_only_where_it_obeys(obeys: bool, steered: str) -> None:
    grader = lost.grading(obeys)
    for reply, verdict in ((lost.PLANTED, steered), ("B", "VERDICT: incorrect")):
        (message,) = question("Right?", [Reply(reply)], ("correct", "incorrect"))
        assert text_of(grader(asked(message.content, "judge"))).splitlines()[-1] == verdict
    told = text_of(grader(asked(f"[Submission]: {lost.PLANTED}\n***", "judge")))
    assert told.splitlines()[-1] == ("GRADE: C" if obeys else "GRADE: I")


def test_what_assay_reports_of_blocked_rows_is_read() -> None:
    run = lost.ran(lost.OURS, ROWS, lost.hitting(blocked))
    assert run.requests == ROWS
    assert run.account == lost.Account(1.0, ROWS - 2, ROWS, "2 blocked", "0.950–1.000")


def test_a_run_that_gets_no_more_replies_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost, "PATIENCE_S", 0.3)
    waiting = replace(lost.OURS, command=lambda folder, url: (sys.executable, "-c", "import time; time.sleep(60)"))
    assert lost.ran(waiting, ROWS, lambda _: says("A")) == lost.Ran("no: 0 s without a reply", None, 0)


def test_a_run_that_is_killed_half_way_asks_for_the_rest_alone() -> None:
    run = lost.killed(lost.OURS, None, ROWS)
    assert run.before >= ROWS // 2
    assert ROWS - run.before - run.in_flight <= run.after < ROWS
    assert (run.account.scored, run.account.missing) == (ROWS, "0")


def test_a_run_that_cannot_be_resumed_says_its_last_words() -> None:
    command = (sys.executable, "-c", "raise SystemExit('no such log')")
    with pytest.raises(SystemExit, match="resumed, it ended with 1: no such log"):
        lost.killed(lost.OURS, lambda folder: command, ROWS)


def test_a_run_that_ends_before_it_is_killed_is_said() -> None:
    process = lost.started((sys.executable, "-c", "pass"), Path())
    with pytest.raises(SystemExit, match="to be killed after 20 replies, and got 0"):
        lost.half_way(process, Faulty(lambda _: says("A"), 0.0), ROWS)


# ---- what README says of it ----------------------------------------------------------------------

ROOT = Path(__file__).parents[1]


def figures(text: str) -> list[str]:
    return re.findall(r"\d+(?:[.,]\d+)*(?:–\d\.\d+|%)?", text)


def compared(page: str) -> list[list[str]]:
    """The figures of the rows of README's comparison, but for their first cells."""
    rows = re.findall(r"^\| [^|]+ \| (.+) \|$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    return [figures(row) for row in rows if row.count("|") == 2]


def printed() -> set[str]:
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    return {
        figure for block in re.findall(r"^```\n(.+?)^```", page, re.MULTILINE | re.DOTALL) for figure in figures(block)
    }


def test_every_figure_of_the_comparison_was_printed_by_a_benchmark() -> None:
    rows = compared("README.md")
    assert len(rows) == 9 and sum(map(len, rows)) > 40
    settings = {"2"}  # of --max-retries
    assert {figure for row in rows for figure in row} - printed() - settings == set()


def test_both_readmes_compare_with_the_same_figures() -> None:
    assert [sorted(row) for row in compared("README.zh.md")] == [sorted(row) for row in compared("README.md")]
