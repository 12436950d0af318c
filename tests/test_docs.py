"""What the pages show is run, page by page, as a reader would; what is not run says why, and is counted.

docs/site/blocks.py says which blocks are run. A page that is generated is generated here too.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1] / "docs" / "site"))

import make
from blocks import Block, blocks, use

from assay.tasks import all_tasks
from commands import assay
from pages import command_pages, task_pages

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "examples").rglob("*.md"),
        *(path for path in (ROOT / "docs").rglob("*.md") if ".site" not in path.parts),
    ]
)
BLOCKS = {page: list(blocks(page)) for page in PAGES}

NOT_RUN = 40
"""Blocks that say why they are not run, at most: raise it for one that really cannot be."""


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own, without a key."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="the pages' commands are those of a POSIX shell")
@pytest.mark.parametrize("page", [page for page in PAGES if any(block.is_run for block in BLOCKS[page])], ids=name_of)
def test_what_a_page_shows_works(page: Path, reader: Path, capfd: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for block in BLOCKS[page]:
        use(block, reader, names)


def test_what_is_not_run_says_why_and_is_counted() -> None:
    why = Counter(block.why_not for several in BLOCKS.values() for block in several if block.why_not)
    run = sum(block.is_run for several in BLOCKS.values() for block in several)
    print(f"{run} blocks are run; {why.total()} are not: {dict(why)}")
    assert why.total() <= NOT_RUN, why
    assert run >= 28


def test_no_command_hides_in_a_block_that_is_not_marked() -> None:
    assert [str(block) for several in BLOCKS.values() for block in several if block.is_hidden] == []


@pytest.mark.skipif(sys.platform == "win32", reason="the pages' commands are those of a POSIX shell")
def test_a_command_that_fails_is_seen(reader: Path) -> None:
    with pytest.raises(AssertionError, match="no task matches"):
        use(Block(Path("page.md"), 1, "sh", "assay run baseline/chance --tasks nonsense\n", ""), reader, {})
    with pytest.raises(NameError):
        use(Block(Path("page.md"), 1, "python", "nonsense\n", ""), reader, {})


def test_a_block_is_what_its_fence_and_the_line_before_it_say(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "`a.csv`:\n\n```csv\nx\n```\n\n```sh\n# not run here: needs a key\nassay run x\n```\n\n"
        "````text\n```\nassay run y\n```\n````\n\n```toml\ny = 1\n```\n",
        encoding="utf-8",
    )
    found = list(blocks(page))
    assert [(block.lang, block.file, block.why_not, block.line) for block in found] == [
        ("csv", "a.csv", "", 3),
        ("sh", "", "needs a key", 7),
        ("text", "", "", 12),
        ("toml", "", "", 18),
    ]
    assert [block.is_hidden for block in found] == [False, False, True, False]
    assert not any(block.is_run for block in found)


# ---- the site ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site() -> dict[str, str]:
    return make.all_pages()


def test_every_task_has_a_page_and_every_command_its_help(site: dict[str, str]) -> None:
    for task in all_tasks():
        page = site[f"tasks/{task.id}.md"]
        assert all(f"`{score.name}`" in page for score in task.scores), task.id
        assert "## Rows and licence" in page and "## Paper" in page
    assert "--max-cost" in site["commands/assay-run.md"]
    assert dict(command_pages()).keys() <= site.keys()


def test_a_task_page_says_what_was_mended(site: dict[str, str]) -> None:
    page = site["tasks/truthfulness/hallucination.md"]
    assert "| B01 |" in page and "trustllm" in page
    assert "Deviations" not in site["tasks/safety/violence.md"]


def test_what_a_task_page_offers_to_try_works(tmp_path: Path) -> None:
    for name, page in task_pages():
        for command in re.findall(r"^assay (.+)$", page, re.MULTILINE):
            done = assay(*command.split(), *(["--limit", 2, "--out", tmp_path] if command.startswith("run") else []))
            assert done.exit_code == 0, (name, command, done.output)


def test_the_menu_leaves_no_page_out(site: dict[str, str], tmp_path: Path) -> None:
    listed = re.findall(r'"([^"]+\.md)"', make.config(site))
    assert sorted(set(listed)) == sorted(site)
    assert tomllib.loads(make.config(site))["project"]["theme"]["font"] is False


def test_links_of_the_site_lead_somewhere(site: dict[str, str]) -> None:
    files = {*site, *(path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs" / "img").iterdir())}
    dead = [
        (name, link)
        for name, page in site.items()
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", re.sub(r"```.*?```|`[^`\n]*`", "", page, flags=re.DOTALL))
        if "://" not in link and os.path.normpath(Path(name).parent / link) not in files
    ]
    assert dead == []


def test_links_in_the_repository_lead_somewhere() -> None:
    dead = [
        (name_of(page), link)
        for page in PAGES
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if "://" not in link and not (page.parent / link).exists()
        if not re.search(r"(tasks|commands)/", link)  # generated with the site
    ]
    assert dead == []


def test_llms_txt_names_every_page(site: dict[str, str]) -> None:
    said = make.llms(site)
    assert said.startswith("# assay\n\n> ")
    assert set(re.findall(r"\]\(([^)]+\.md)\)", said)) >= set(site)


def test_chinese_pages_stand_beside_english_ones() -> None:
    for chinese in (ROOT / "docs" / "zh").glob("*.md"):
        english = ROOT / "docs" / chinese.name
        assert english.exists(), chinese.name
        files = [{block.file for block in BLOCKS[page] if block.file} for page in (chinese, english)]
        assert files[0] == files[1], chinese.name
    run = [sum(block.lang == "sh" for block in BLOCKS[ROOT / "docs" / at / "quickstart.md"]) for at in ("zh", "")]
    assert run[0] >= run[1] - 2


def test_pages_are_laid_out_whole(tmp_path: Path) -> None:
    pages = make.lay_out(tmp_path / "site")
    assert all((tmp_path / "site" / "docs" / name).is_file() for name in [*pages, "llms.txt"])
    assert (tmp_path / "site" / ".gitignore").read_text(encoding="utf-8") == "*\n"
