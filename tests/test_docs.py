"""What the pages show is run, page by page, as a reader would; what is not run says why, and is counted.

docs/site/blocks.py says which blocks are run. A page that is generated is generated here too. A block of a Chinese page
that its English twin has too, comments aside, is run there and not again.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1] / "docs" / "site"))

import make
from blocks import Block, blocks, use

from assay.tasks import all_tasks
from commands import assay, read
from pages import command_pages, deviations, task_pages

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "examples").rglob("*.md"),
        *(path for path in (ROOT / "docs").rglob("*.md") if ".site" not in path.parts),
    ]
)
BLOCKS = {page: list(blocks(page)) for page in PAGES}

NOT_RUN = 34
"""Blocks that say why they are not run, at most: raise it for one that really cannot be."""

NOT_IN_CHINESE: tuple[str, ...] = ()
"""Pages of the menu that are English only."""

ABRIDGED = ("statistics.md",)
"""Chinese pages that leave tables of figures to their twins."""

COMMENT = re.compile(r"(^|\s+)#\s.*")
FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
FIGURE = re.compile(r"(?:\d+(?:,\d{3})+|\d+\.\d+)(?!\d| *[万亿])")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def english(page: Path) -> Path | None:
    """The page that a Chinese one says again."""
    if page.name == "README.zh.md":
        return page.with_name("README.md")
    return page.parents[1] / page.name if page.parent == ROOT / "docs" / "zh" else None


def bare(block: Block) -> tuple[str, str, bool, str]:
    """What a block is and says, its comments aside."""
    lines = (COMMENT.sub("", line).rstrip() for line in block.text.splitlines())
    return block.lang, block.file, bool(block.why_not), "\n".join(filter(None, lines))


def own(page: Path) -> list[Block]:
    """The blocks of a page that its English twin does not have."""
    twin = english(page)
    there = {bare(block) for block in BLOCKS[twin]} if twin else set()
    return [block for block in BLOCKS[page] if bare(block) not in there]


OWN = {page: own(page) for page in PAGES}


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own, without a key."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="the pages' commands are those of a POSIX shell")
@pytest.mark.parametrize("page", [page for page in PAGES if any(block.is_run for block in OWN[page])], ids=name_of)
def test_what_a_page_shows_works(page: Path, reader: Path, capfd: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for block in BLOCKS[page]:
        if block.file or block in OWN[page]:
            use(block, reader, names)


def test_what_is_not_run_says_why_and_is_counted() -> None:
    why = Counter(block.why_not for several in OWN.values() for block in several if block.why_not)
    run = sum(block.is_run for several in OWN.values() for block in several)
    print(f"{run} blocks are run; {why.total()} are not: {dict(why)}")
    assert why.total() <= NOT_RUN, why
    assert run >= 22


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
    tried: dict[tuple[str, ...], list[str]] = {}
    for name, page in list(task_pages())[:-1]:  # the last one lists them
        looked, ran = (command.split() for command in re.findall(r"^assay (.+)$", page, re.MULTILINE))
        done = assay(*looked)
        assert done.exit_code == 0, (name, looked, done.output)
        assert ran[:3] == ["run", "baseline/chance", "--tasks"]
        tried.setdefault(tuple(ran[4:]), []).append(ran[3])
    for data, tasks in tried.items():  # all that differ in their task alone, in one run
        done = assay("run", "baseline/chance", "--tasks", ",".join(tasks), *data, "--limit", 2, "--out", tmp_path)
        assert done.exit_code == 0, (data, done.output)
        (folder,) = tmp_path.glob("baseline*")
        assert set(read(folder / "result.json")["tasks"]) == set(tasks)
        folder.rename(tmp_path / f"tried {len(list(tmp_path.iterdir()))}")


@pytest.mark.parametrize("edition", make.EDITIONS, ids=lambda edition: edition.lang)
def test_the_menu_leaves_no_page_out(edition: make.Edition, site: dict[str, str]) -> None:
    config = make.config(site, edition)
    listed = [edition.home + page for page in re.findall(r'"([^"]+\.md)"', config)]
    assert sorted(listed) == sorted(page for page in site if make.edition_of(page) is edition)
    project = tomllib.loads(config)["project"]
    assert (project["theme"]["font"], project["theme"]["language"]) == (False, edition.lang)
    assert project["site_dir"] == str(Path("site") / edition.home)


def test_both_menus_have_the_same_sections(site: dict[str, str]) -> None:
    english_ones, chinese_ones = (make.sections(site, edition) for edition in make.EDITIONS)
    assert len(english_ones) == len(chinese_ones)
    for pages, twins in zip(english_ones.values(), chinese_ones.values(), strict=True):
        assert [page for page in pages if page not in NOT_IN_CHINESE] == [make.twin(page) for page in twins]


# ---- links ------------------------------------------------------------------------------------------


def links(text: str) -> list[str]:
    """The links of a page that do not leave it for the web, outside of code."""
    return [link for link in LINK.findall(re.sub(r"`[^`\n]*`", "", FENCED.sub("", text))) if ":" not in link]


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub and the site make them."""
    titles = re.findall(r"^#+ (.+)$", FENCED.sub("", text), re.MULTILINE)
    plain = (re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", title) for title in titles)
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in plain}


def dead(name: str, text: str, pages: Mapping[str, str], files: Set[str]) -> list[tuple[str, str]]:
    """The links of a page that lead nowhere, or to no heading."""
    found = []
    for link in links(text):
        to, mark, anchor = link.partition("#")
        leads = os.path.normpath(Path(name).parent / to) if to else name
        if not (leads in files or (leads in pages and (not mark or anchor in anchors(pages[leads])))):
            found.append((name, link))
    return found


def test_links_of_the_site_lead_somewhere(site: dict[str, str]) -> None:
    files = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs" / "img").iterdir()}
    files |= {f"../{name_of(path)}" for path in PAGES}
    assert [lost for name, text in site.items() for lost in dead(name, text, site, files)] == []


def test_links_in_the_repository_lead_somewhere() -> None:
    pages = {name_of(page): page.read_text(encoding="utf-8") for page in PAGES}
    made = {f"docs/{name}": text for name, text in make.generated().items()}
    found = [lost for name, text in pages.items() for lost in dead(name, text, {**made, **pages}, set())]
    assert [(name, link) for name, link in found if not (ROOT / name).parent.joinpath(link).exists()] == []


def test_a_link_that_leads_nowhere_is_seen() -> None:
    pages = {"a.md": "# Here\n\n## 模型当裁判\n", "zh/b.md": "# `--data x`: y\n"}
    text = "[1](a.md) [2](a.md#模型当裁判) [3](a.md#there) [4](c.md) [5](zh/b.md#--data-x-y) `[6](d.md)` [7](#here)\n"
    assert dead("a.md", text, pages, set()) == [("a.md", "a.md#there"), ("a.md", "c.md")]


def test_llms_txt_names_every_page(site: dict[str, str]) -> None:
    said = make.llms(site)
    assert said.startswith("# assay\n\n> ")
    assert set(re.findall(r"\]\(([^)]+\.md)\)", said)) == set(site)


# ---- two languages ----------------------------------------------------------------------------------

CHINESE = [page for page in PAGES if english(page)]


def shape(page: Path) -> list[str]:
    """The levels of a page's headings, and its tables' rows."""
    return re.findall(r"^(#+ |\|)", FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)


@pytest.mark.parametrize("page", CHINESE, ids=name_of)
def test_a_chinese_page_says_what_its_twin_says(page: Path) -> None:
    twin = english(page)
    assert twin in BLOCKS, "no English twin"
    assert [str(block) for block in OWN[page]] == []
    figures = [set(FIGURE.findall(one.read_text(encoding="utf-8"))) for one in (page, twin)]
    assert figures[0] - figures[1] == set()
    if page.name not in ABRIDGED:
        assert shape(page) == shape(twin)


def test_every_page_of_the_menu_is_there_in_chinese(site: dict[str, str]) -> None:
    lacking = [page for page in site if make.edition_of(page) is make.ENGLISH and make.twin(page) not in site]
    assert tuple(sorted(lacking)) == NOT_IN_CHINESE


def test_every_deviation_is_there_in_chinese() -> None:
    both = [deviations(ROOT / "docs" / at / "deviations.md") for at in ("", "zh")]
    assert both[0].keys() == both[1].keys()


def test_a_page_links_its_twin_or_says_that_it_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {"a.md": "# A\n\n[中文](zh/a.md)\n\nx\n", "zh/a.md": "# 甲\n\n[b](../b.md#c) 乙。\n丙\n", "b.md": "# B\n"}
    monkeypatch.setattr(make, "written", lambda: pages)
    monkeypatch.setattr(make, "generated", dict)
    found = make.all_pages()
    assert found["a.md"] == "# A\n\n[中文](zh/a.md)\n\nx\n"
    assert found["b.md"] == "# B\n\n*Not in Chinese yet.*\n"
    assert found["zh/a.md"] == "# 甲\n\n[English](../a.md)\n\n[b（英文）](../b.md#c) 乙。丙\n"
    built = make.across("zh/a.md", found["zh/a.md"])
    assert built == "# 甲\n\n[English](../a/)\n{ data-search-exclude }\n\n[b（英文）](../b/#c) 乙。丙\n"
    assert make.across("b.md", found["b.md"]) == found["b.md"]


def test_chinese_lines_of_code_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "```csv\n甲\n乙\n```"
    monkeypatch.setattr(make, "written", lambda: {"zh/a.md": f"# 甲\n\n{code}\n\n* 乙，\n  丙\n* 丁\n"})
    monkeypatch.setattr(make, "generated", dict)
    assert make.all_pages()["zh/a.md"].endswith(f"{code}\n\n* 乙，丙\n* 丁\n")


def test_a_generated_page_has_chinese_words_around_its_docstring(site: dict[str, str]) -> None:
    english_page, chinese_page = (site[f"{home}tasks/truthfulness/hallucination.md"] for home in ("", "zh/"))
    assert "truthfulness/hallucination：幻觉" in chinese_page and "## 题目与许可" in chinese_page
    assert english_page.count("| B") == chinese_page.count("| B") > 0
    docstring = english_page.partition("## Numbers")[0].partition("\n\n")[2].partition("\n\n")[2]
    assert len(docstring) > 100 and docstring in chinese_page
    assert all(site[f"zh/{name}"] for name, _ in command_pages())


def test_pages_are_laid_out_whole(tmp_path: Path) -> None:
    pages = make.lay_out(tmp_path / "site")
    for name in pages:
        edition = make.edition_of(name)
        assert (tmp_path / "site" / edition.docs / name.removeprefix(edition.home)).is_file()
    assert (tmp_path / "site" / "docs" / "llms.txt").is_file()
    assert all((tmp_path / "site" / edition.config).is_file() for edition in make.EDITIONS)
    assert (tmp_path / "site" / ".gitignore").read_text(encoding="utf-8") == "*\n"
