"""The pictures of the pages in docs/img: runs are made, pages built, and chromium photographs them.

make screenshots
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "tests"))

from browsing import ARGUMENTS, chromium  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BASELINES = ("chance", "refuser", "complier", "first-option")


class Shot(NamedTuple):
    """A picture: its name, the page, and how it is looked at."""

    name: str
    url: str
    width: int = 1280
    height: int = 900
    theme: str = "light"
    locale: str = "en-GB"
    press: str = ""
    """A key, or several with blanks between them, pressed before."""


def assay(*words: object) -> None:
    """One command."""
    command = (sys.executable, "-c", "from assay.cli import main; main()", *map(str, words))
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def made(folder: Path) -> list[Path]:
    """The runs of the baselines."""
    for name in BASELINES:
        assay("run", f"baseline/{name}", "--lang", "en,zh", "--out", folder)
    return sorted(path.parent for path in folder.glob("*/run.json"))


@contextmanager
def served(runs: list[Path]) -> Iterator[str]:
    """The viewer's address."""
    from assay.view import Server, viewed

    with Server(viewed(runs)) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            thread.join()


def taken(browser: Browser, shot: Shot) -> Path:
    """One picture."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height}, color_scheme=shot.theme, locale=shot.locale
    )
    page = context.new_page()
    page.goto(shot.url)
    for key in shot.press.split():
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    path = HERE / "img" / f"{shot.name}.png"
    page.screenshot(path=path)
    context.close()
    return path


def main() -> None:
    """Make all, and say how big they are."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    if path is None:
        sys.exit("no chromium is installed: .ci/chromium installs it")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        runs = made(folder / "runs")
        chance = next(run for run in runs if "chance" in run.name)
        assay("report", chance, "--out", folder / "report.html")
        assay("leaderboard", *runs, "--out", folder / "site")
        report, site = ((folder / page).as_uri() for page in ("report.html", "site/index.html"))
        findings = (folder / "site" / "findings.html").as_uri()
        with served(runs) as view:
            browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
            for shot in (
                Shot("report", report),
                Shot("report-zh-dark", report, theme="dark", locale="zh-CN"),
                Shot("report-phone", report, width=390, height=844),
                Shot("leaderboard", site),
                Shot("findings", findings),
                Shot("view", f"{view}?q=water", press="j"),
                Shot("view-sides", f"{view}compare?a=1&b=3&differ=label&task=safety/exaggerated_safety", theme="dark"),
            ):
                picture = taken(browser, shot)
                print(f"{picture.relative_to(HERE.parent)}   {picture.stat().st_size / 1000:.0f} kB")
            browser.close()


if __name__ == "__main__":
    main()
