"""The site: pages that are written and pages that are generated, laid out in .site and built into .site/site.

python docs/site/make.py [--lay-out]    (`make docs` makes the environment first)

It is two sites, one in each language, each with a menu and a search of its own: the Chinese one stands in zh/ of the
other. Two pages of the same file name are twins, and each links the other.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from words import in_chinese, in_english

from assay.pages.names import dimension
from pages import command_pages, task_pages

ROOT = Path(__file__).parents[2]
LAID_OUT = ROOT / ".site"

NAV: Mapping[str, Sequence[str]] = {
    "Start": ["index.md", "quickstart.md", "python.md", "faq.md"],
    "Measure": [
        "running.md",
        "own-data.md",
        "gate.md",
        "survey.md",
        "tasks/index.md",
        "commands/index.md",
    ],
    "Look": ["pages.md", "viewer.md", "leaderboard.md"],
    "Understand": ["judges.md", "statistics.md", "deviations.md", "datasets.md", "security.md", "benchmarks.md"],
    "Extend": [
        "adding.md",
        "plugins.md",
        "providers.md",
        "local.md",
        "interop.md",
        "scale.md",
        "house.md",
        "alignment.md",
    ],
}

SITE = "assay: how far a language model can be trusted, in numbers you can defend"
RELATIVE = re.compile(r"(?<!!)\[([^\]]+)\]\((?!\w+:|#)([^)\s]+)\)")
LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
FENCED = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)
BROKEN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef“”—])\n *(?=[\u3000-\u9fff\uff00-\uffef“”—])")
"""A line's end between two Chinese characters, which would be shown as a space."""
SWITCH = re.compile(r"^(\[(?:中文|English)\]\([^)]*\))$", re.MULTILINE)
TWIN = re.compile(rf"{SWITCH.pattern}\n\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Edition:
    """The site in one language."""

    lang: str
    name: str
    home: str
    """The folder that its pages and its part of the site stand in."""
    docs: str
    """The folder that it is laid out in."""
    config: str
    missing: str
    """What a page of the other edition says that has no twin in this one."""


ENGLISH = Edition("en", "English", "", "docs", "zensical.toml", "*尚无英文版。*")
CHINESE = Edition("zh", "中文", "zh/", "docs-zh", "zensical.zh.toml", "*Not in Chinese yet.*")
EDITIONS = (ENGLISH, CHINESE)


def edition_of(page: str) -> Edition:
    """The edition that a page belongs to."""
    return CHINESE if page.startswith(CHINESE.home) else ENGLISH


def other(edition: Edition) -> Edition:
    """The one in the other language."""
    return ENGLISH if edition is CHINESE else CHINESE


def twin(page: str) -> str:
    """The same page in the other language, be it there or not."""
    edition = edition_of(page)
    return other(edition).home + page.removeprefix(edition.home)


# ---- the pages --------------------------------------------------------------------------------------


def written() -> dict[str, str]:
    """File → Markdown of every page that stands in docs/."""
    docs = ROOT / "docs"
    pages = (path for path in sorted(docs.rglob("*.md")) if "site" not in path.relative_to(docs).parts)
    return {path.relative_to(docs).as_posix(): path.read_text(encoding="utf-8") for path in pages}


def generated() -> dict[str, str]:
    """File → Markdown of the tasks and of the command line, in both languages."""
    english = {**dict(task_pages()), **dict(command_pages())}
    chinese = {**dict(task_pages(in_chinese)), **dict(command_pages(in_chinese))}
    return english | {CHINESE.home + name: text for name, text in chinese.items()}


def all_pages() -> dict[str, str]:
    """File → Markdown of both editions. What a link outside of docs/ leads to is named, not linked."""
    pages = {**written(), **generated()}
    linked = {name: RELATIVE.sub(partial(_linked, name, pages), TWIN.sub("", text)) for name, text in pages.items()}
    return {name: _beside(name, _unbroken(text), pages) for name, text in linked.items()}


def _unbroken(text: str) -> str:
    """Chinese lines of one paragraph as one; code as it stands."""
    parts = FENCED.split(text)
    return "".join(part if at % 2 else BROKEN.sub("", part) for at, part in enumerate(parts))


def _linked(name: str, pages: Mapping[str, str], found: re.Match[str]) -> str:
    """A link of a page; its words alone where it leaves the site. One out of the Chinese edition says so."""
    leads = _leads(name, found[2])
    if leads not in pages:
        return found[1]
    leaves = edition_of(name) is CHINESE and edition_of(leads) is ENGLISH
    return f"[{found[1]}（英文）]({found[2]})" if leaves else found[0]


def _leads(name: str, link: str) -> str:
    """The page that a link of a page leads to."""
    return os.path.normpath(Path(name).parent / link.partition("#")[0])


def _beside(name: str, text: str, pages: Mapping[str, str]) -> str:
    """A page that links its twin under its title, or says that it has none."""
    there = other(edition_of(name))
    found = twin(name)
    line = f"[{there.name}]({os.path.relpath(found, Path(name).parent)})" if found in pages else there.missing
    return TITLE.sub(lambda title: f"{title[0]}\n\n{line}", text, count=1)


def title_of(page: str) -> str:
    """A page's first heading."""
    found = TITLE.search(page)
    return found[1] if found else ""


# ---- the menu ---------------------------------------------------------------------------------------


def sections(pages: Mapping[str, str], edition: Edition) -> dict[str, list[str]]:
    """The menu: what is listed above, then whatever page is not, so that none is lost."""
    said = in_chinese if edition is CHINESE else in_english
    listed = {said(title): [edition.home + page for page in several] for title, several in NAV.items()}
    known = {page for several in listed.values() for page in several}
    mine = [page for page in pages if edition_of(page) is edition]
    rest = [page for page in mine if page not in known and "/" not in page.removeprefix(edition.home)]
    found = {title: [page for page in several if page in pages] for title, several in listed.items()}
    return {**found, **({said("More"): rest} if rest else {})}


def inside(page: str, pages: Mapping[str, str]) -> list[str]:
    """The generated pages that stand under one that lists them."""
    folder = page.removesuffix("index.md")
    lists = page.removeprefix(edition_of(page).home) in ("tasks/index.md", "commands/index.md")
    return [one for one in pages if one.startswith(folder) and one != page] if lists else []


def nav(pages: Mapping[str, str], edition: Edition) -> list[object]:
    """The menu as zensical wants it."""
    several = sections(pages, edition).items()
    return [{title: [_entry(page, pages, edition) for page in each]} for title, each in several]


def _entry(page: str, pages: Mapping[str, str], edition: Edition) -> object:
    under = inside(page, pages)
    if not under:
        return page.removeprefix(edition.home)
    shown = {one: one.removeprefix(edition.home) for one in [page, *under]}
    areas = dict.fromkeys(shown[one].split("/")[1] for one in under if shown[one].count("/") == 2)
    grouped = [
        {_area(area, edition): [{_short(pages[one]): shown[one]} for one in under if f"/{area}/" in one]}
        for area in areas
    ]
    return {title_of(pages[page]): [shown[page], *grouped, *(shown[one] for one in under if shown[one].count("/") < 2)]}


def _area(slug: str, edition: Edition) -> str:
    return dimension(slug).zh if edition is CHINESE else slug.replace("_", " ")


def _short(page: str) -> str:
    """A task's page under its name alone: the area stands above it."""
    task, _, name = title_of(page).partition("：")
    return name or task.partition("/")[2].replace("_", " ")


# ---- llms.txt ---------------------------------------------------------------------------------------


def llms(pages: Mapping[str, str]) -> str:
    """llms.txt: every page with its title and first sentence, for who reads by program. The Markdown stands there."""
    lines = ["# assay", "", f"> {SITE}", ""]
    for edition in EDITIONS:
        for title, several in sections(pages, edition).items():
            every = [one for page in several for one in (page, *inside(page, pages))]
            said = [f"- [{title_of(pages[one])}]({one}){_first_words(pages[one])}" for one in every]
            lines += [f"## {title}", "", *said, ""]
    return "\n".join(lines)


def _first_words(page: str) -> str:
    """A page's first paragraph, or as much of it as fits a line."""
    parts = (part for part in page.split("\n\n")[1:] if part.strip() and part.lstrip()[0] not in "#|`*<![")
    said = " ".join(LINK.sub(r"\1", next(parts, "")).split())
    return f": {said if len(said) < 200 else said[:200].rpartition(' ')[0] + ' …'}" if said else ""


# ---- zensical ---------------------------------------------------------------------------------------


def config(pages: Mapping[str, str], edition: Edition) -> str:
    """zensical.toml. No fonts or scripts from elsewhere: the site works without a network.

    Headings get the anchors that they have where the repository is read, so that Chinese ones have any.
    """
    homes = [{"name": one.name, "link": _home(edition, one), "lang": one.lang} for one in EDITIONS]
    return "\n".join(
        [
            "[project]",
            'site_name = "assay"',
            f"site_description = {json.dumps(SITE)}",
            f'docs_dir = "{edition.docs}"',
            f'site_dir = "{Path("site", edition.home).as_posix()}"',
            f"nav = {_toml(nav(pages, edition))}",
            "[project.theme]",
            f'language = "{edition.lang}"',
            "font = false",
            'features = ["navigation.sections", "navigation.footer", "content.code.copy", "search.highlight"]',
            "[project.theme.palette]",
            'scheme = "default"',
            "[project.extra]",
            "generator = false",
            f"alternate = {_toml(homes)}",
            "[project.markdown_extensions.attr_list]",
            "[project.markdown_extensions.toc]",
            "permalink = true",
            'slugify = {object = "pymdownx.slugs.slugify", kwds = {case = "lower"}}',
            "[project.markdown_extensions.pymdownx.highlight]",
            "pygments_lang_class = true",
            "[project.markdown_extensions.pymdownx.superfences]",
            "",
        ]
    )


def _home(start: Edition, end: Edition) -> str:
    return f"{os.path.relpath(end.home or '.', start.home or '.')}/"


def _toml(value: object) -> str:
    """Lists, tables and texts in one line of TOML."""
    if isinstance(value, dict):
        each = (f"{json.dumps(key, ensure_ascii=False)} = {_toml(one)}" for key, one in value.items())
        return f"{{{', '.join(each)}}}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def across(name: str, text: str) -> str:
    """A page as zensical takes it: a link to the other edition is one to what will stand there.

    The link to the twin is no part of what is searched.
    """
    return SWITCH.sub(r"\1\n{ data-search-exclude }", RELATIVE.sub(partial(_across, name), text), count=1)


def _across(name: str, found: re.Match[str]) -> str:
    leads = _leads(name, found[2])
    if edition_of(leads) is edition_of(name):
        return found[0]
    built = leads.removesuffix("index.md") if leads.endswith("index.md") else leads.removesuffix(".md") + "/"
    return f"[{found[1]}]({os.path.relpath(built or '.', Path(name).parent)}/{''.join(found[2].partition('#')[1:])})"


def lay_out(folder: Path) -> dict[str, str]:
    """Write all pages and the configurations to a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    pages = all_pages()
    for name, text in pages.items():
        edition = edition_of(name)
        _write(folder / edition.docs / name.removeprefix(edition.home), across(name, text))
    _write(folder / ENGLISH.docs / "llms.txt", llms(pages))
    shutil.copytree(ROOT / "docs" / "img", folder / ENGLISH.docs / "img")
    for edition in EDITIONS:
        _write(folder / edition.config, config(pages, edition))
    _write(folder / ".gitignore", "*\n")
    return pages


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Lay out and build; then the Markdown is laid beside the pages, where llms.txt says that it is."""
    pages = lay_out(LAID_OUT)
    print(f"{len(pages)} pages in {LAID_OUT}")
    if "--lay-out" in arguments:
        return 0
    zensical = Path(sys.executable).with_name("zensical")
    for edition in EDITIONS:
        asked = [zensical, "build", "--strict", "--config-file", edition.config]
        if code := subprocess.run(asked, cwd=LAID_OUT, check=False).returncode:
            return code
    for name, text in pages.items():
        _write(LAID_OUT / "site" / name, text)
    print(f"{LAID_OUT / 'site' / 'index.html'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
