"""The pages of the site, made of what was found: (address, text). Pure; `write_site` puts them in a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assay.errors import StoreError
from assay.leaderboard import findings_page, first_page, model_pages, task_pages
from assay.leaderboard.addresses import MODELS, TASKS
from assay.leaderboard.site import Site
from assay.leaderboard.words import source
from assay.pages import render

STYLE, SCRIPT = "leaderboard.css", "leaderboard.js"
FIRST, FINDINGS = "index.html", "findings.html"
MARK = b'<meta name="generator" content="assay">'


def pages(site: Site) -> Iterator[tuple[str, str]]:
    """Every page: the leaderboard first, then the findings, models and runs, tasks."""
    yield FIRST, _rendered("leaderboard.html.j2", "", first_page.context(site))
    yield FINDINGS, _rendered("findings.html.j2", "", findings_page.context(site))
    for address, context in model_pages.contexts(site):
        yield address, _rendered("leaderboard_model.html.j2", "../", {"table": site.table, **context})
    for address, context in task_pages.contexts(site):
        yield address, _rendered("leaderboard_task.html.j2", "../", {"table": site.table, **context})


def _rendered(template: str, root: str, context: Mapping[str, Any]) -> str:
    scripts = (SCRIPT,) if template == "leaderboard.html.j2" else ()
    return render(template, styles=(STYLE,), scripts=scripts, root=root, source=source, **context)


def write_site(made: Iterator[tuple[str, str]], out: Path) -> int:
    """Write the pages; those that an earlier site left in the folder and that are not among them go.

    Returns:
        How many pages there are.

    Raises:
        StoreError: the folder cannot be written to.
    """
    written: set[Path] = set()
    try:
        for address, text in made:
            file = out / address
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
            written.add(file)
        for folder in (MODELS, TASKS):
            for file in set((out / folder).glob("*.html")) - written:
                if MARK in file.read_bytes()[:2000]:
                    file.unlink()
    except OSError as error:
        raise StoreError(f"{out} cannot be written ({error.strerror}): give another folder with --out") from error
    return len(written)
