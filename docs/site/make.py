"""The site: pages that are written and pages that are generated, laid out in .site/docs and built into .site/site.

python docs/site/make.py [--lay-out]    (`make docs` makes the environment first)
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from pages import command_pages, task_pages

ROOT = Path(__file__).parents[2]
LAID_OUT = ROOT / ".site"

English = Mapping[str, Sequence[str]]

NAV: English = {
    "Start": ["index.md", "quickstart.md", "python.md", "faq.md"],
    "Measure": [
        "running.md",
        "own-data.md",
        "gate.md",
        "survey.md",
        "leaderboard.md",
        "tasks/index.md",
        "commands/index.md",
    ],
    "Understand": ["judges.md", "statistics.md", "deviations.md", "datasets.md", "security.md", "benchmarks.md"],
    "Extend": [
        "adding.md",
        "plugins.md",
        "providers.md",
        "local.md",
        "inspect.md",
        "scale.md",
        "house.md",
        "alignment.md",
    ],
}
CHINESE = ["zh/index.md", "zh/quickstart.md", "zh/own-data.md", "zh/judges.md", "zh/faq.md"]

LISTING = ("tasks/index.md", "commands/index.md")

SITE = "assay: how far a language model can be trusted, in numbers you can defend"
RELATIVE = re.compile(r"(?<!!)\[([^\]]+)\]\((?!\w+:|#)([^)\s]+)\)")
LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


def written() -> dict[str, str]:
    """File → Markdown of every page that stands in docs/."""
    docs = ROOT / "docs"
    pages = (path for path in sorted(docs.rglob("*.md")) if "site" not in path.relative_to(docs).parts)
    return {path.relative_to(docs).as_posix(): path.read_text(encoding="utf-8") for path in pages}


def all_pages() -> dict[str, str]:
    """File → Markdown of the whole site. What a link outside of docs/ leads to is named, not linked."""
    pages = {**written(), **dict(task_pages()), **dict(command_pages())}
    return {name: RELATIVE.sub(partial(_linked, name, pages), text) for name, text in pages.items()}


def _linked(name: str, pages: Mapping[str, str], found: re.Match[str]) -> str:
    """A link of a page; its words alone where it leaves the site. Of several dashes in an anchor one is left."""
    to, mark, anchor = found[2].partition("#")
    if os.path.normpath(Path(name).parent / to) not in pages:
        return found[1]
    return f"[{found[1]}]({to}{mark}{re.sub('-{2,}', '-', anchor)})"


def sections(pages: Mapping[str, str]) -> dict[str, list[str]]:
    """The menu: what is listed above, then whatever page is not, so that none is lost."""
    listed = {page for several in NAV.values() for page in several} | set(CHINESE)
    rest = [page for page in pages if page not in listed and "/" not in page]
    found = {title: [page for page in several if page in pages] for title, several in NAV.items()}
    return {**found, **({"More": rest} if rest else {}), "中文": [page for page in CHINESE if page in pages]}


def inside(page: str, pages: Mapping[str, str]) -> list[str]:
    """The generated pages that stand under one that lists them."""
    folder = page.removesuffix("index.md")
    return [one for one in pages if one.startswith(folder) and one != page] if page in LISTING else []


def nav(pages: Mapping[str, str]) -> list[object]:
    """The menu as zensical wants it."""
    return [{title: [_entry(page, pages) for page in several]} for title, several in sections(pages).items()]


def _entry(page: str, pages: Mapping[str, str]) -> object:
    under = inside(page, pages)
    if not under:
        return page
    areas = dict.fromkeys(one.split("/")[1] for one in under if one.count("/") == 2)
    grouped = [{area.replace("_", " "): [_short(one) for one in under if f"/{area}/" in one]} for area in areas]
    return {title_of(pages[page]): [page, *grouped, *(one for one in under if one.count("/") < 2)]}


def _short(page: str) -> dict[str, str]:
    """A task's page under its name alone: the area stands above it."""
    return {Path(page).stem.replace("_", " "): page}


def title_of(page: str) -> str:
    """A page's first heading."""
    found = TITLE.search(page)
    return found[1] if found else ""


def llms(pages: Mapping[str, str]) -> str:
    """llms.txt: every page with its title and first sentence, for who reads by program."""
    lines = ["# assay", "", f"> {SITE}", ""]
    for title, several in sections(pages).items():
        every = [one for page in several for one in (page, *inside(page, pages))]
        lines += [
            f"## {title}",
            "",
            *(f"- [{title_of(pages[one])}]({one}){_first_words(pages[one])}" for one in every),
            "",
        ]
    return "\n".join(lines)


def _first_words(page: str) -> str:
    """A page's first paragraph, or as much of it as fits a line."""
    parts = (part for part in page.split("\n\n")[1:] if part.strip() and part.lstrip()[0] not in "#|`*<![")
    said = " ".join(LINK.sub(r"\1", next(parts, "")).split())
    return f": {said if len(said) < 200 else said[:200].rpartition(' ')[0] + ' …'}" if said else ""


def config(pages: Mapping[str, str]) -> str:
    """zensical.toml. No fonts or scripts from elsewhere: the site works without a network."""
    return "\n".join(
        [
            "[project]",
            'site_name = "assay"',
            f"site_description = {json.dumps(SITE)}",
            f"nav = {_toml(nav(pages))}",
            "[project.theme]",
            "font = false",
            'features = ["navigation.sections", "navigation.footer", "content.code.copy", "search.highlight"]',
            "[project.theme.palette]",
            'scheme = "default"',
            "[project.extra]",
            "generator = false",
            'alternate = [{name = "English", link = "./", lang = "en"}, {name = "中文", link = "./zh/", lang = "zh"}]',
            "",
        ]
    )


def _toml(value: object) -> str:
    """Lists, tables and texts in one line of TOML."""
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{json.dumps(key, ensure_ascii=False)} = {_toml(one)}" for key, one in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def lay_out(folder: Path) -> dict[str, str]:
    """Write all pages and the configuration to a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    pages = all_pages()
    for name, text in {**pages, "llms.txt": llms(pages)}.items():
        file = folder / "docs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "docs" / "img", folder / "docs" / "img")
    (folder / "zensical.toml").write_text(config(pages), encoding="utf-8")
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    return pages


def main(arguments: Sequence[str]) -> int:
    """Lay out and build."""
    pages = lay_out(LAID_OUT)
    print(f"{len(pages)} pages in {LAID_OUT / 'docs'}")
    if "--lay-out" in arguments:
        return 0
    zensical = Path(sys.executable).with_name("zensical")
    done = subprocess.run([zensical, "build", "--strict"], cwd=LAID_OUT, check=False)
    if done.returncode == 0:
        print(f"{LAID_OUT / 'site' / 'index.html'}")
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
