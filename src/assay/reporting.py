"""A run's page: `report.html` in its folder, and the same as a PDF through a browser that is installed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.errors import AssayError, StoreError
from assay.schema import Record, Task
from assay.store import RunFolder
from assay.store.whole import write_whole

if TYPE_CHECKING:
    from assay.data.sources import Source
    from assay.report.methods import Known

PAGE = "report.html"

LOOKED_THROUGH = 20_000
"""Samples of a task that are looked through for those that are shown; more would hold up the end of a large run."""


def write_report(folder: RunFolder, out: Path | None = None, tasks: tuple[Task, ...] | None = None) -> Path:
    """Write the page of a run.

    Args:
        folder: the run's, with its result.json.
        out: where the page goes; default: `report.html` in the folder.
        tasks: those that the run may have; default: found by what the run says of its data.

    Raises:
        StoreError: the folder is no run, is damaged, or the page cannot be written.
    """
    file = out or folder.path / PAGE
    text = page(folder, tasks)
    try:
        write_whole(file, text.encode())
    except OSError as error:
        raise StoreError(f"{file} cannot be written ({error}): give another place with --out") from error
    return file


def page(folder: RunFolder, tasks: tuple[Task, ...] | None = None) -> str:
    """The page of a run, as HTML."""
    from assay.pages import render
    from assay.report.excerpts import Excerpts
    from assay.report.page import STYLE, TEMPLATE, context

    result = folder.read_result()
    known = _tasks(folder) if tasks is None else tasks
    excerpts = Excerpts({task.id: task for task in known}, result)
    excerpts.see(_samples(folder))
    return render(TEMPLATE, styles=(STYLE,), **context(result, excerpts, _known(folder, result), _refusing()))


def _tasks(folder: RunFolder) -> tuple[Task, ...]:
    """The run's tasks; only assay's own where its data is not at hand any more."""
    from assay.cases import tasks_of

    try:
        return tasks_of([folder.path])
    except AssayError:
        from assay.tasks import all_tasks

        return all_tasks()


def _samples(folder: RunFolder) -> Iterator[tuple[str, int, Record]]:
    """All samples of the run; of a very large task, the first ones."""
    counts = folder.counts()
    large = [task for task, count in counts.items() if count > LOOKED_THROUGH]
    if not large:
        yield from folder.records()
        return
    small = [task for task in counts if task not in large]
    if small:
        yield from folder.records(small)
    for task in large:
        yield from islice(folder.records([task]), LOOKED_THROUGH)


def _known(folder: RunFolder, result: dict[str, Any]) -> Known:
    """What the page says that result.json does not."""
    from assay.instruments.description import packaged
    from assay.report.methods import Known
    from assay.store.sessions import worked

    run = result["run"]
    source = _source(run["data"])
    return Known(
        folder=folder.path.name if folder.path.is_absolute() else folder.path.as_posix(),
        licence="MIT" if run["data"]["name"] == "core" else source.licence if source else "",
        official=source is not None,
        tasks=_made_for(source.name if source else run["data"]["name"]),
        addresses=_addresses(run),
        packaged=frozenset(packaged()),
        worked=worked(folder),
    )


def _source(data: dict[str, str]) -> Source | None:
    """The published archive that the data is: by its hash, whatever its file is called."""
    from assay.data.sources import SOURCES

    return next((one for one in SOURCES.values() if data["name"] == one.name or data["sha256"] == one.sha256), None)


def _made_for(data: str) -> tuple[str, ...]:
    """The tasks that a run of this data has, if it names none; nothing where the data is not at hand any more."""
    from assay.cases import tasks_in

    try:
        return tuple(task.id for task in tasks_in(data))
    except (AssayError, OSError):
        return ()


def _addresses(run: dict[str, Any]) -> dict[str, str]:
    """Where models were asked, by the environment variable that says so; nothing for a provider's own address."""
    from assay.models.addresses import variable
    from assay.models.providers import table

    asked = {run["model"]: run["endpoint"], **run.get("judges", {}).get("endpoints", {})}
    of = {model.partition("/")[0]: url for model, url in reversed(asked.items()) if str(url).startswith("http")}
    if run["model"].startswith("openai/"):
        of.pop("openai", None)  # --base-url says it
    rows = table()
    return {
        f"{variable(provider)}_BASE_URL": url
        for provider, url in of.items()
        if provider not in rows
        or (rows[provider].speaks != "bridge" and rows[provider].url.rstrip("/") != url.rstrip("/"))
    }


def _refusing() -> list[tuple[str, float, float]]:
    """The published models that have both rates of refusal."""
    from assay.data.published import trustllm

    table = trustllm()
    harmful, benign = (table.column(f"safety.{task}/rta", table.ranked) for task in ("misuse", "exaggerated_safety"))
    return [(model, benign[model], harmful[model]) for model in harmful if model in benign]


# ---- in a browser -------------------------------------------------------------------------------

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
"""What can print a page, as it is called or where it is installed."""

QUIET = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--no-pdf-header-footer",
)

PRINTING_S = 120.0


def printed(html: Path, out: Path, lang: str = "en") -> Path:
    """The page as a PDF.

    Args:
        html: the page.
        out: where the PDF goes.
        lang: `en` or `zh`.

    Raises:
        AssayError: there is no Chromium, or it could not print.
    """
    import subprocess
    from tempfile import TemporaryDirectory

    browser = _browser()
    with TemporaryDirectory(prefix="assay-", ignore_cleanup_errors=True) as profile:
        pdf = Path(profile) / "report.pdf"
        address = f"{html.resolve().as_uri()}?lang={lang}&theme=light"
        words = [browser, *QUIET, *_of_root(), f"--user-data-dir={profile}", f"--print-to-pdf={pdf}", address]
        try:
            ended = subprocess.run(
                words, capture_output=True, timeout=PRINTING_S, check=False, stdin=subprocess.DEVNULL
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise AssayError(f"{browser} could not print ({error}): open {html} and print it from there") from error
        if ended.returncode or not pdf.is_file():
            said = ended.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            why = said or ended.returncode
            raise AssayError(f"{browser} could not print ({why}): open {html} and print it from there")
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_bytes(pdf.read_bytes())
        except OSError as error:
            raise StoreError(f"{out} cannot be written ({error}): give another place with --out") from error
    return out


def _browser() -> str:
    from shutil import which

    for name in BROWSERS:
        found = which(name)
        if found is not None:
            return found
    raise AssayError(
        "--pdf prints through Chromium or Chrome, and none is installed: `apt-get install chromium` (Debian, Ubuntu), "
        "`brew install --cask chromium` (macOS), or open report.html and print it from any browser"
    )


def _of_root() -> list[str]:
    """Chromium keeps no sandbox for root, as in a container. The page itself is text and one script of ours."""
    import os

    return ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []


def shown(file: Path) -> None:
    """Open a page with whatever opens pages here; whoever waits is told where nothing does."""
    import sys
    import webbrowser

    if not webbrowser.open(file.resolve().as_uri()):
        sys.stderr.write(f"assay: there is no browser here to open {file}: it is one file, copy it to where one is\n")
