"""What strangers wrote cannot steer the terminal that a table is printed on."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.table import Table

from assay.report.terminal import Terminal
from commands import assay

ACTING = "\x1b[31mRED\x1b]0;owned\x07 \u202eabc\u2066 \x9b2J"


def printed(text: str, **given: bool) -> str:
    console = Terminal(file=StringIO(), width=200, **given)  # type: ignore[arg-type]
    table = Table("group")
    table.add_row(text, style="bold")
    console.print(table)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_control_characters_are_shown_as_what_they_are() -> None:
    shown = printed(ACTING)
    assert not set(ACTING) & set("\x1b\x07\u202e\u2066\x9b") & set(shown)
    assert "␛" in shown and "⟨U+202E⟩abc" in shown
    assert "女性 é" in printed("女性 é")


def test_a_terminal_still_has_its_colours() -> None:
    shown = printed(ACTING, force_terminal=True)
    assert "\x1b[1m" in shown
    assert "\x1b[31mRED" not in shown and "\x1b]0" not in shown


@pytest.mark.parametrize("command", [("cases", "own/mine"), ("run", "baseline/yes", "--groups")])
def test_a_group_of_ones_own_data_cannot_steer_it(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text('{"prompt": "Is it? \\u001b[2J", "kind": "\\u001b[31mRED\\u202e"}\n')
    (tmp_path / "mine.toml").write_text('[columns]\nprompt = "prompt"\ngroup = "kind"\n[judge]\nkind = "refusal"\n')
    more = ("--out", tmp_path / "runs") if command[0] == "run" else ()
    done = assay(*command, "--data", tmp_path / "mine.jsonl", *more)
    assert done.exit_code == 0, done.output
    assert "RED" in done.output
    assert not {"\x1b", "\u202e"} & set(done.output)
