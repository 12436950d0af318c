"""The benchmarks measure what they say: their endpoint, their work, their ratios, and what a kill took."""

from __future__ import annotations

import random
import socket
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

from assay.cases import Asking, rows_of
from assay.tasks import select
from kills import Plan, ended, stored
from measuring import Failed, cost, serving, started
from side_by_side import Line, further, lines, measured, table
from tools import BARE
from work import TASK, trustllm

REQUEST = b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"


def answered(client: socket.socket) -> bytes:
    said = client.recv(1 << 16)
    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    return said


# ---- the endpoint --------------------------------------------------------------------------------


def test_the_endpoint_counts_what_was_asked_and_keeps_its_latency() -> None:
    with serving(30, "--say", "B") as endpoint:
        at = ("127.0.0.1", endpoint.port)
        with socket.create_connection(at) as one, socket.create_connection(at) as two:
            one.sendall(REQUEST[:40])  # a request in two pieces is one request
            two.sendall(REQUEST)
            one.sendall(REQUEST[40:])
            began = time.monotonic()
            assert b'"content": "B"' in answered(one)
            assert time.monotonic() - began > 0.025
            answered(two)
        seen = endpoint.seen()
    assert (seen.requests, seen.replies, seen.most_in_flight, seen.in_flight, seen.lost) == (2, 2, 2, 0, 0)
    assert seen.last_s - seen.first_s >= 0.03
    assert 0 <= seen.late_s < 0.1


def test_the_endpoint_knows_a_client_that_is_gone() -> None:
    with serving(20) as endpoint:
        with socket.create_connection(("127.0.0.1", endpoint.port)) as one:
            one.sendall(REQUEST)
        while (seen := endpoint.seen()).in_flight or not seen.requests:
            time.sleep(0.005)
    assert (seen.requests, seen.replies, seen.lost) == (1, 0, 1)


# ---- the work, and what is measured of it --------------------------------------------------------


def test_assay_reads_the_work_as_it_is_meant(tmp_path: Path) -> None:
    (task,) = select([TASK])
    rows = rows_of(task, Asking(data=str(trustllm(tmp_path, 25))))
    assert len({row.chats[0][-1].content for row in rows}) == 25
    assert {row.gold for row in rows} == {"A"}
    assert {len(row.options) for row in rows} == {4}


def test_a_tool_is_measured_as_a_whole_process() -> None:
    line = measured(BARE, 20, 0)
    assert line.requests == 20
    assert 0 < line.start_s < 20 / line.samples_per_s
    assert line.cpu_us > 0 and line.peak_mib > 1


def test_a_tool_that_does_not_ask_every_row_once_counts_for_nothing() -> None:
    lazy = replace(BARE, lay_out=lambda folder, rows: BARE.lay_out(folder, rows - 1))
    with pytest.raises(Failed, match="19 requests at the endpoint, 19 right"):
        measured(lazy, 20, 0)


def test_a_tool_that_fails_is_said_and_the_others_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    silent = replace(BARE, name="silent", right=lambda folder, rows: float((folder / "none").read_text("utf-8")))
    assert [line.tool for line in lines((silent, BARE), 10, 0, repeat=1)] == ["bare"]
    assert "silent, 10 rows, 0 ms: its result cannot be read" in capsys.readouterr().err


def test_a_command_that_fails_says_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="no such prompt"):
        cost((sys.executable, "-c", "raise SystemExit('no such prompt')"), tmp_path)


def test_ratios_are_to_the_same_work() -> None:
    def line(tool: str, rows: int, cpu_us: float) -> Line:
        return Line(tool, rows, 50, 100.0, cpu_us, 40.0, 0.1, rows, 0.97, 10.0, 0.0)

    found = [line("bare", 100, 50.0), line("assay", 100, 150.0), line("slow", 100, 3000.0), line("slow", 200, 2000.0)]
    *_, slow, alone = table(found).splitlines()
    assert slow.split()[5:] == ["3,000", "60.0", "20.0", "40", "0.10", "100", "97.0%"]
    assert alone.split()[5:] == ["2,000", "40", "0.10", "200", "97.0%"]
    assert further(found) == "slow 50 ms 1,000 µs"


# ---- kills ---------------------------------------------------------------------------------------


def test_kills_are_drawn_so_that_the_rows_last_for_them() -> None:
    plan = Plan(Path(), (), 2_000, 64, 0.05, start_s=0.4, asking_s=1.6, end_s=0.2)
    random.seed(1)
    moments = [plan.moment(left=2_000, kills=40) for _ in range(4_000)]
    stored_by_then = [max(0.0, moment - 0.45) * 2_000 / 1.6 for moment in moments]
    assert sum(stored_by_then) / len(moments) == pytest.approx(2_000 / 40, rel=0.1)
    assert min(moments) > 0.3


def test_what_is_stored_is_counted_without_touching_the_journal(tmp_path: Path) -> None:
    assert stored(tmp_path) == 0
    with closing(sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        assert stored(tmp_path) == 0
        db.execute("CREATE TABLE replies (key BLOB PRIMARY KEY)")
        db.execute("INSERT INTO replies VALUES ('a'), ('b')")
        before = (tmp_path / "journal.sqlite-wal").read_bytes()
        assert stored(tmp_path) == 2
        assert (tmp_path / "journal.sqlite-wal").read_bytes() == before


def test_a_killed_process_has_not_come_to_its_end(tmp_path: Path) -> None:
    assert not ended(started((sys.executable, "-c", "import time; time.sleep(60)"), tmp_path), moment=0.01)
    assert ended(started((sys.executable, "-c", "pass"), tmp_path), moment=None)
    with pytest.raises(SystemExit, match="ended with 3"):
        ended(started((sys.executable, "-c", "raise SystemExit(3)"), tmp_path), moment=None)
