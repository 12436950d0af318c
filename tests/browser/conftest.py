"""Pages in a real browser: Debian's chromium, driven by Playwright. `browsing.py` has what a test does with a page.

    def test_it_opens(opened: Opener, tmp_path: Path) -> None:
        page = opened(tmp_path / "report.html", width=320, theme="dark", locale="zh-CN")
        page.get_by_role("button", name="…").click()
        assert not violations(page)

`opened` closes what it opened, and fails the test if a page asked anything outside this machine, threw an error, wrote
an error to the console or opened a dialog. Nothing is downloaded: without chromium the tests are skipped, saying so.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from browsing import ARGUMENTS, Watch, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


class Opener(Protocol):
    """Opens a file or a URL in a browser of its own: no cookies, nothing kept of the page before."""

    def __call__(
        self,
        where: Path | str,
        *,
        width: int = 1280,
        height: int = 900,
        theme: str = "light",
        locale: str = "en-GB",
        query: str = "",
        script: bool = True,
    ) -> Page: ...


# Of a module, not of the session: while Playwright's loop is there, nothing else in the process can run asyncio.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make test installs it")
    path = chromium()
    if path is None:
        pytest.skip("no chromium is installed (Debian: apt-get install chromium; .ci/chromium does it)")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opener]:
    watch, contexts = Watch(), []

    def open_page(
        where: Path | str,
        *,
        width: int = 1280,
        height: int = 900,
        theme: str = "light",
        locale: str = "en-GB",
        query: str = "",
        script: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            locale=locale,
            java_script_enabled=script,
            service_workers="block",
        )
        contexts.append(context)
        watch.over(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        url = where.resolve().as_uri() if isinstance(where, Path) else where
        page.goto(url + query)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not watch.seen, watch.seen


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`assay run` of a baseline, in a process of its own and once in a session: the run folder.

    ran("baseline/chance", "--lang", "en,zh", "--limit", "4")
    """
    made: dict[tuple[str, ...], Path] = {}

    def run(*words: str) -> Path:
        if words not in made:
            out = tmp_path_factory.mktemp("runs")
            command = (sys.executable, "-c", "from assay.cli import main; main()", "run", *words, "--out", str(out))
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
            (made[words],) = (path for path in out.iterdir() if path.is_dir())
        return made[words]

    return run
