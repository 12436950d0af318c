"""The code blocks of the pages, as a reader would use them: `sh` and `python` are run, `csv`, `toml` … become files.

A block is run unless its first line says why it is not: `# not run here: needs a key`. A block becomes the file that
the line before it names: `support.csv`:
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUN = ("sh", "python")
NOT_RUN = re.compile(r"# (?:not run here: |此处不运行：)(.+)")
FILE = re.compile(r"`([\w.-]+\.\w+)`[:：]\s*")
COMMANDS = re.compile(r"(\$ )?(assay [a-z-]+( |$)(?! )|make [a-z]|pip install|python |import assay|[A-Z_]+_API_KEY=)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block."""

    page: Path
    line: int
    lang: str
    text: str
    file: str
    """What it is to be called; empty where it is no file."""

    @property
    def why_not(self) -> str:
        """Why it is not run; empty where it is."""
        said = NOT_RUN.match(self.text)
        return said[1] if said else ""

    @property
    def is_run(self) -> bool:
        """Whether it is to be run."""
        return self.lang in RUN and not self.why_not

    @property
    def is_hidden(self) -> bool:
        """Whether it holds commands, but is marked as nothing that could be run."""
        return self.lang in ("", "text") and not self.why_not and any(map(COMMANDS.match, self.text.splitlines()))

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page."""
    before, opened, held = "", None, list[str]()
    lang, began = "", 0
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fence = line.strip()
        if opened is None and fence.startswith("```"):
            opened, lang, began, held = (
                fence[: len(fence) - len(fence.lstrip("`"))],
                fence.strip("`").strip(),
                number,
                [],
            )
        elif opened is not None and fence == opened:
            named = FILE.fullmatch(before)
            yield Block(page, began, lang.partition(" ")[0], "\n".join(held) + "\n", named[1] if named else "")
            opened, before = None, ""
        elif opened is not None:
            held.append(line)
        elif fence:
            before = fence


def use(block: Block, folder: Path, names: dict[str, Any]) -> None:
    """Do with a block what its reader would do, in this folder; `names` are those of the page's Python so far.

    Raises:
        AssertionError: a command failed.
    """
    if block.file:
        (folder / block.file).write_text(block.text, encoding="utf-8")
    elif block.is_run and block.lang == "sh":
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        env = {**os.environ, "PATH": path, "COLUMNS": "120", "TERM": "dumb"}
        asked = ["bash", "-euo", "pipefail", "-c", block.text]
        done = subprocess.run(asked, cwd=folder, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{block} failed with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    elif block.is_run:
        with chdir(folder):
            exec(compile("\n" * block.line + block.text, str(block.page), "exec"), names)  # noqa: S102  (our own pages)
