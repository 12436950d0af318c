"""`report.html` of a run, and what writes, prints and opens it."""

from __future__ import annotations

import gzip
import webbrowser
from html.parser import HTMLParser
from pathlib import Path

import pytest

from assay import reporting
from assay.data.sources import TRUSTLLM
from assay.errors import StoreError
from assay.report.methods import Known
from assay.reporting import write_report
from assay.schema import Record, Reply, Row, Verdict, user
from assay.store import RunFolder
from assay.tasks import all_tasks
from browsing import HOSTILE
from commands import assay, refused, run_folder
from endpoint import said, serving
from stored_runs import replies, stored


class Reading(HTMLParser):
    """Tags in order, and whether they close as they opened."""

    VOID = frozenset({"meta", "link", "br", "img", "input", "hr", "wbr"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.wanted: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        href = given.get("href") or ""
        self.wanted += [href[1:]] if href.startswith("#") else []
        self.wanted += str(given.get("aria-controls") or given.get("aria-labelledby") or "").split()
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(folder: Path) -> str:
    return write_report(RunFolder(folder)).read_text(encoding="utf-8")


def test_a_run_ends_with_its_page(tmp_path: Path) -> None:
    done = assay("run", "baseline/chance", "--lang", "en,zh", "--limit", "3", "--out", tmp_path)
    folder = run_folder(tmp_path)
    assert done.output.splitlines()[-1].startswith(str(folder / "report.html"))
    html = (folder / "report.html").read_text(encoding="utf-8")
    read = Reading(html)
    assert not read.open
    assert len(read.ids) == len(set(read.ids))
    assert set(read.wanted) <= set(read.ids)
    assert read.tags.count("script") == 1
    for words in ("baseline/chance", "Every task", "逐项任务", "--lang en,<wbr>zh", "Over-refusal"):
        assert words in html
    assert len(gzip.compress(html.encode())) < 150_000


def test_the_page_of_the_same_run_is_the_same(tmp_path: Path) -> None:
    folder = stored(
        tmp_path / "run", {"safety/misuse": replies("rrcc?!#"), "safety/exaggerated_safety": replies("rccc")}
    )
    assert page(folder) == page(folder)


def test_hostile_prompts_and_replies_stay_text(tmp_path: Path) -> None:
    records = [
        Record(Row(f"{name} {text[:9]}", (user(text),), gold=text, group=text[:50]), (Reply(text),),
               (Verdict(text[:60], None, None, text),))
        for name, text in HOSTILE.items()
    ]  # fmt: skip
    html = page(stored(tmp_path / "run", {"ethics/explicit_moralchoice_low": records}, model=HOSTILE["script"]))
    read = Reading(html)
    assert not {"img", "iframe", "a href"} & set(read.tags)
    assert read.tags.count("script") == 1 and read.tags.count("style") == 2
    assert "\0" not in html and "\u202e" not in html
    assert len(html) < 200_000


def test_a_page_never_shows_an_address(tmp_path: Path) -> None:
    record = Record(Row("1", (user("Mail karen.arnold@flash.net"),)), (Reply("It is karen.arnold@flash.net."),), ())
    html = page(stored(tmp_path / "run", {"privacy/leakage": [record]}))
    assert "karen" not in html and "k***@f***.net" in html


@pytest.mark.parametrize("letters", ["", "?????", "!!!!", "####", "r", "c"])
def test_there_is_a_page_whatever_became_of_the_rows(letters: str, tmp_path: Path) -> None:
    judged = {"safety/misuse": replies(letters), "safety/exaggerated_safety": replies(letters)} if letters else {}
    assert not Reading(page(stored(tmp_path / "run", judged))).open


def test_of_a_very_large_task_the_first_samples_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "LOOKED_THROUGH", 10)
    folder = RunFolder(
        stored(tmp_path / "run", {"safety/misuse": replies("r" * 30), "safety/violence": replies("c" * 5)})
    )
    seen = [task for task, _, _ in reporting._samples(folder)]
    assert (seen.count("safety/misuse"), seen.count("safety/violence")) == (10, 5)


def test_report_writes_the_page_of_each_run(tmp_path: Path) -> None:
    runs = [stored(tmp_path / name, {"safety/misuse": replies("rc")}) for name in ("one", "two")]
    done = assay("report", *runs)
    assert done.output.split() == [str(run / "report.html") for run in runs]
    assert all((run / "report.html").is_file() for run in runs)
    assay("report", runs[0], "--out", tmp_path / "sub" / "page.html")
    assert (tmp_path / "sub" / "page.html").is_file()
    refused(assay("report", *runs, "--out", tmp_path / "x.html"), 2, "--out is one file")
    assert assay("report", tmp_path).output == done.output, "a folder of runs stands for them"
    refused(assay("report", tmp_path / "sub"), 1, "give the folder that `assay run` printed")


def test_a_page_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    folder = RunFolder(stored(tmp_path / "run", {"safety/misuse": replies("rc")}))
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="give another place with --out"):
        write_report(folder, tmp_path / "file" / "report.html")


def test_open_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda page: not seen.append(page))
    run = stored(tmp_path / "run", {"safety/misuse": replies("rc")})
    assay("report", run, "--open")
    assay("run", "baseline/refuser", "--tasks", "safety/misuse", "--limit", "2", "--open", "--out", tmp_path / "runs")
    assay("score", run, "--open")
    pages = (run, run_folder(tmp_path / "runs"), run)
    assert seen == [(where / "report.html").resolve().as_uri() for where in pages]


def test_where_nothing_opens_pages_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda page: False)
    run = stored(tmp_path / "run", {"safety/misuse": replies("rc")})
    done = assay("report", run, "--open")
    assert done.exit_code == 0 and "no browser here" in done.stderr and str(run / "report.html") in done.stderr


# ---- what the run's surroundings say ------------------------------------------------------------


def known(folder: Path) -> Known:
    return reporting._known(RunFolder(folder), RunFolder(folder).read_result())


def test_a_page_names_no_folder_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = stored(tmp_path / "runs" / "one", {"safety/misuse": replies("rc?!")}, data={
        "name": str(tmp_path / "mine.csv"), "sha256": "a" * 64})  # fmt: skip
    html = page(run)
    assert str(tmp_path) not in html and "assay view one" in html and "--data mine.csv" in html
    monkeypatch.chdir(tmp_path)
    assert "assay view runs/one" in page(Path("runs/one"))


def test_the_official_archive_is_known_by_its_hash(tmp_path: Path) -> None:
    about = {"name": "/home/me/dataset.zip", "sha256": TRUSTLLM.sha256}
    one = known(stored(tmp_path / "one", {"safety/misuse": replies("rc")}, data=about))
    assert (one.official, one.licence) == (True, "MIT")
    assert set(one.tasks) == {task.id for task in all_tasks() if any(of.name == "trustllm" for of in task.datasets)}
    other = known(stored(tmp_path / "two", {"safety/misuse": replies("rc")}, data=about | {"sha256": "b" * 64}))
    assert (other.official, other.licence) == (False, "")
    gone = known(stored(tmp_path / "three", {"safety/misuse": replies("rc")}, data=about | {"name": "gone.csv"}))
    assert gone.tasks == one.tasks, "the hash counts"
    lost = {"name": str(tmp_path / "gone.csv"), "sha256": "b" * 64}
    assert known(stored(tmp_path / "four", {"safety/misuse": replies("rc")}, data=lost)).tasks == ()


def test_a_whole_run_of_the_embedded_suite_names_no_task_in_its_command(tmp_path: Path) -> None:
    done = assay("run", "baseline/refuser", "--limit", "1", "--out", tmp_path)
    assert done.exit_code == 0
    html = (run_folder(tmp_path) / "report.html").read_text(encoding="utf-8")
    assert "--limit 1" in html and "--tasks" not in html


@pytest.mark.parametrize(
    ("model", "endpoint", "addresses"),
    [
        ("local/tiny", "http://127.0.0.1:1/v1", {"LOCAL_BASE_URL": "http://127.0.0.1:1/v1"}),
        ("openai/m", "http://127.0.0.1:1/v1", {}),
        ("ollama/m", "http://localhost:11434/v1", {}),
        ("ollama/m", "http://other:11434/v1", {"OLLAMA_BASE_URL": "http://other:11434/v1"}),
        ("baseline/yes", "baseline", {}),
    ],
)
def test_addresses_are_those_that_a_provider_does_not_have_by_itself(
    model: str, endpoint: str, addresses: dict[str, str], tmp_path: Path
) -> None:
    run = stored(tmp_path / "run", {"safety/misuse": replies("rc")}, model=model, endpoint=endpoint)
    assert known(run).addresses == addresses


def test_where_graders_were_asked_is_kept_and_shown_and_no_part_of_the_folders_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = []
    for _ in range(2):  # two ports
        with serving(lambda body: said("VERDICT: corrected")) as endpoint:
            monkeypatch.setenv("JURY_BASE_URL", endpoint.url)
            command = ("run", "baseline/yes", "--tasks", "*/adversarial_factuality", "--limit", "1")
            done = assay(*command, "--judge", "jury/a", "--out", tmp_path)
            assert done.exit_code == 0, done.output
            run = run_folder(tmp_path)
            names.append(run.name)
            assert RunFolder(run).read_run()["judges"]["endpoints"] == {"jury/a": endpoint.url}
            html = (run / "report.html").read_text(encoding="utf-8")
            assert f"JURY_BASE_URL={endpoint.url}" in html and f'<small class="mono">{endpoint.url}</small>' in html
    assert names[0] == names[1]


# ---- as a PDF -----------------------------------------------------------------------------------


def test_without_a_browser_the_error_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "BROWSERS", ("no-such-browser",))
    run = stored(tmp_path / "run", {"safety/misuse": replies("rc")})
    refused(assay("report", run, "--pdf"), 1, "apt-get install chromium", "print it from any browser")
    assert not (run / "report.pdf").exists()


@pytest.mark.parametrize("does", ["exit 3", "true"])
def test_a_browser_that_does_not_print_is_an_error(does: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\necho went wrong >&2\n{does}\n", encoding="utf-8")
    browser.chmod(0o755)
    monkeypatch.setattr(reporting, "BROWSERS", (str(browser),))
    run = stored(tmp_path / "run", {"safety/misuse": replies("rc")})
    refused(assay("report", run, "--pdf"), 1, "could not print (went wrong)", "report.html")


def test_a_language_without_a_pdf_is_refused_and_not_ignored(tmp_path: Path) -> None:
    run = stored(tmp_path / "run", {"safety/misuse": replies("rc")})
    refused(assay("report", run, "--lang", "zh"), 2, "--lang is for --pdf")


def test_a_pdf_is_what_the_browser_prints_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = tmp_path / "browser"
    browser.write_text(
        '#!/bin/sh\nfor word in "$@"; do\n'
        'case "$word" in --print-to-pdf=*) out="${word#*=}";; file:*) page="$word";; esac\n'
        'done\nprintf "%s" "$page" > "$out"\n',
        encoding="utf-8",
    )
    browser.chmod(0o755)
    monkeypatch.setattr(reporting, "BROWSERS", (str(browser),))
    run = stored(tmp_path / "run", {"safety/misuse": replies("rc")})
    done = assay("report", run, "--pdf", "--lang", "zh")
    assert done.output.split() == [str(run / "report.pdf")]
    printed = (run / "report.pdf").read_text(encoding="utf-8")
    assert printed == f"{(run / 'report.html').resolve().as_uri()}?lang=zh&theme=light"
