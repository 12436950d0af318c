"""The site: whole, small, quick, without a link to the outside; runs beside the published numbers; rank intervals."""

from __future__ import annotations

import gzip
import json
import re
import time
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from assay.data.published import trustllm
from assay.data.sources import TRUSTLLM
from assay.leaderboard.standings import standings
from assay.leaderboard.words import source
from browsing import HOSTILE
from commands import assay, refused
from stored_runs import TASKS, replies, stored

VOID = {"meta", "link", "input", "br", "col", "img", "hr"}
OUTSIDE = re.compile(r"""(?:src|href|action|data|poster)\s*=\s*["']?\s*(?:[a-z]+:)?//|url\(|@import""", re.I)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    assert assay("leaderboard", "--out", out).exit_code == 0
    return out


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.found += [given["href"] or ""] if tag == "a" else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass


@cache
def links(page: Path) -> Links:
    found = Links()
    found.feed(page.read_text(encoding="utf-8"))
    return found


def test_it_has_a_page_for_everything(site: Path) -> None:
    pages = {str(page.relative_to(site)) for page in site.rglob("*.html")}
    assert {"index.html", "findings.html"} < pages
    assert sum(page.startswith("models") for page in pages) == 21
    assert sum(page.startswith("tasks") for page in pages) == 28


def test_no_link_is_broken_and_none_leads_outside(site: Path) -> None:
    for page in site.rglob("*.html"):
        found = links(page)
        assert len(found.ids) == len(set(found.ids)), page
        for link in found.found:
            address, _, part = link.partition("#")
            target = (page.parent / address).resolve() if address else page
            assert target.is_relative_to(site.resolve()) and target.is_file(), (page, link)
            assert not part or part in links(target).ids, (page, link)


def test_no_page_asks_for_anything(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not OUTSIDE.search(text), page
        assert "default-src &#39;none&#39;" in text


def test_the_first_page_is_small(site: Path) -> None:
    assert len(gzip.compress((site / "index.html").read_bytes())) < 60_000
    assert all(len(gzip.compress(page.read_bytes())) < 60_000 for page in site.rglob("*.html"))


def test_it_says_the_numbers(site: Path) -> None:
    index = (site / "index.html").read_text(encoding="utf-8")
    for text in ("4.84", "4.97", "3e-45", "&lt;.001", "−.161", "read again", "重读"):
        assert text in index, text
    assert "-1.000" not in index
    model = (site / "models" / "llama2-7b.html").read_text(encoding="utf-8")
    assert "0.945" in model and "0.18" in model and "7.19" in model
    task = (site / "tasks" / "fairness-disparagement.html").read_text(encoding="utf-8")
    assert "3.2e−45" in task and "0.000 <span" in task
    said = (site / "findings.html").read_text(encoding="utf-8")
    assert "0.964" in said and "无法判断" in said


def test_the_published_numbers_take_well_under_five_seconds(tmp_path: Path) -> None:
    started = time.process_time()
    assay("leaderboard", "--out", tmp_path)
    assert time.process_time() - started < 5


# ---- runs ---------------------------------------------------------------------------------------


def three(folder: Path) -> list[Path]:
    """Three runs of which the first is surely best at refusing misuse, and the others are alike."""
    given = {"best": "r" * 60, "middle": "r" * 30 + "c" * 30, "other": "r" * 28 + "c" * 32}
    return [
        stored(folder / name, {"safety/misuse": replies(letters), "safety/exaggerated_safety": replies("c" * 20)})
        for name, letters in given.items()
    ]


def test_ranks_among_runs_are_as_precise_as_the_rows(tmp_path: Path) -> None:
    ((found),) = standings(three(tmp_path), list(TASKS.values()))
    misuse = next(one for one in found.measures if one.task == "safety/misuse")
    spans = {place: (rank.value, rank.best, rank.worst) for place, (_, rank) in misuse.places.items()}
    assert spans == {0: (1, 1, 1), 1: (2, 2, 3), 2: (3, 2, 3)}
    assert misuse.rows == 60
    assert found.tasks == 2
    value, low, high = found.average[0]
    assert low <= value <= high and value == 1


def test_two_runs_have_ranks_and_one_has_none(tmp_path: Path) -> None:
    paths = three(tmp_path)
    ((found),) = standings(paths[:2], list(TASKS.values()))
    assert {place: rank.best for place, (_, rank) in found.measures[0].places.items()} != {}
    assert standings(paths[:1], list(TASKS.values())) == []


def test_runs_of_other_data_or_versions_are_not_ranked_together(tmp_path: Path) -> None:
    first = stored(tmp_path / "a", {"safety/misuse": replies("r" * 9)})
    other = stored(tmp_path / "b", {"safety/misuse": replies("r" * 9)}, data={"name": "x", "sha256": "c" * 64})
    older = stored(tmp_path / "c", {"safety/misuse": replies("r" * 9)}, tasks={"safety/misuse": 0})
    assert standings([first, other], list(TASKS.values())) == []
    assert standings([first, older], list(TASKS.values())) == []


def test_runs_stand_beside_the_published_numbers(tmp_path: Path) -> None:
    done = assay("leaderboard", *three(tmp_path / "runs"), "--out", tmp_path / "site")
    assert done.exit_code == 0, done.output
    index = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "Your runs on other data" in index and "Your runs among each other" in index
    assert "Your runs on the published data" not in index
    page = (tmp_path / "site" / "tasks" / "safety-misuse.html").read_text(encoding="utf-8")
    assert "test/best" in page and "Ranks among your runs" in page and "60 / 60" in page
    assert (tmp_path / "site" / "models" / "test-middle.html").is_file()
    for page_file in (tmp_path / "site").rglob("*.html"):
        assert not OUTSIDE.search(page_file.read_text(encoding="utf-8"))


def test_a_run_on_the_published_data_gets_a_place(tmp_path: Path) -> None:
    run = stored(tmp_path / "run", {"safety/misuse": replies("r" * 40)}, data={"name": "trustllm", "sha256": "d" * 64})
    assay("leaderboard", run, "--out", tmp_path / "site")
    index = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "Your runs on the published data" in index
    assert json.loads(re.findall(r'id="sums">(.*?)</script>', index)[0])["test-run"] is not None


def test_the_published_data_by_path_stands_with_the_published_numbers(tmp_path: Path) -> None:
    datas = (
        {"name": "/somewhere/dataset.zip", "sha256": TRUSTLLM.sha256},
        {"name": "trustllm", "sha256": TRUSTLLM.sha256},
    )
    runs = [
        stored(tmp_path / name, {"safety/misuse": replies("r" * 40)}, data=data)
        for name, data in zip(("by_path", "by_name"), datas, strict=True)
    ]
    assert assay("leaderboard", *runs, "--out", tmp_path / "site").exit_code == 0
    index = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "Your runs on the published data" in index and "Your runs on other data" not in index
    assert "Your runs among each other" in index  # one and the same data, whatever it is called
    assert set(json.loads(re.findall(r'id="sums">(.*?)</script>', index)[0])) >= {"test-by-path", "test-by-name"}


@pytest.mark.parametrize("how", ["gone", "changed"])
def test_a_run_whose_own_data_is_not_here_takes_no_other_with_it(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "where it was made"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "mine.jsonl").write_text('{"prompt": "1+1?", "answer": "2"}\n' * 3, encoding="utf-8")
    (folder / "mine.toml").write_text(
        '[columns]\nprompt = "prompt"\ngold = "answer"\n\n[judge]\nkind = "match"\n', encoding="utf-8"
    )
    for model in ("baseline/yes", "baseline/chance"):
        done = assay("run", model, "--data", "mine.jsonl", "--out", folder / "runs")
        assert done.exit_code == 0, done.output
    own = sorted(path for path in (folder / "runs").iterdir() if path.is_dir())
    there = assay("leaderboard", *own, "--out", tmp_path / "there")
    assert there.exit_code == 0, there.output
    assert "Your runs among each other" in (tmp_path / "there" / "index.html").read_text(encoding="utf-8")
    if how == "gone":
        monkeypatch.chdir(tmp_path)
    else:
        (folder / "mine.jsonl").write_text('{"prompt": "2+2?", "answer": "4"}\n', encoding="utf-8")
    done = assay("leaderboard", *own, *three(tmp_path / "others"), "--out", tmp_path / "site")
    assert done.exit_code == 0, done.output
    index = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    for name in ("baseline/yes", "baseline/chance"):
        assert f">{name}</a>" in index and f"{name} has no ranks among your runs: its data, mine.jsonl," in index
    assert index.count("Your runs among each other") == 1  # of the others
    page = (tmp_path / "site" / "models" / "baseline-yes.html").read_text(encoding="utf-8")
    assert "no ranks: its data file is not here" in page
    assert "/ 3</td>" in page  # its numbers are there


def test_every_source_is_in_both_languages_and_that_of_another_table_as_it_is(site: Path) -> None:
    for name, said in trustllm().sources.items():
        both = source(name, said)
        assert both.en == said and re.search("[\u4e00-\u9fff]", both.zh), name
        assert both.zh in (site / "index.html").read_text(encoding="utf-8")
    assert source("site", "mine").zh == "mine"


def test_every_statistic_and_source_of_a_finding_is_in_both_languages(site: Path) -> None:
    said = (site / "findings.html").read_text(encoding="utf-8")
    for line in re.findall(r"<small>(.*?)</small>", said):
        chinese = re.sub("<span class=e>.*?</span>", "", line)
        assert re.search("[\u4e00-\u9fff]|assay", chinese), line
        assert "TrustLLM, " not in chinese and "difference of" not in chinese, line


def test_a_name_that_means_harm_is_text(tmp_path: Path) -> None:
    for number, hostile in enumerate(HOSTILE.values()):
        stored(tmp_path / f"r{number}", {"safety/misuse": replies("r" * 5)}, model=hostile[:5000])
    runs = sorted(tmp_path.glob("r*"))
    done = assay("leaderboard", *runs, "--out", tmp_path / "site")
    assert done.exit_code == 0, done.output
    for page in (tmp_path / "site").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert text.count("<script") == text.count("</script>") <= 2
        assert "<img" not in text and "<iframe" not in text
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e0fff]", text)


def test_pages_of_an_earlier_site_go_and_other_files_stay(tmp_path: Path) -> None:
    runs = three(tmp_path / "runs")
    assay("leaderboard", *runs, "--out", tmp_path / "site")
    (tmp_path / "site" / "models" / "mine.html").write_text("<p>mine", encoding="utf-8")
    assay("leaderboard", *runs[:1], "--out", tmp_path / "site")
    assert not (tmp_path / "site" / "models" / "test-middle.html").exists()
    assert (tmp_path / "site" / "models" / "test-best.html").exists()
    assert (tmp_path / "site" / "models" / "mine.html").exists()


def test_another_table_makes_another_site(tmp_path: Path) -> None:
    table = {
        "metrics": {"safety.x/rate": {"better": "lower"}, "mood.y/share": {"better": "higher"}},
        "results": {
            "A": {"safety.x": {"rate": 0.25}},
            "B": {"safety.x": {"rate": 0.5}, "mood.y": {"share": {"value": 0.1, "flags": ["a <b>doubt</b>"]}}},
        },
    }
    (tmp_path / "t.json").write_text(json.dumps(table), encoding="utf-8")
    done = assay("leaderboard", "--published", tmp_path / "t.json", "--out", tmp_path / "site")
    assert done.exit_code == 0, done.output
    index = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "a &lt;b&gt;doubt&lt;/b&gt;" in index and "One column upside down" not in index
    assert "A and B lead however one ranks" in index
    assert (tmp_path / "site" / "tasks" / "mood-y.html").is_file()


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    refused(assay("leaderboard", tmp_path, "--out", tmp_path / "x"), 1, "holds no run")
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert assay("leaderboard", "--out", tmp_path / "file").exit_code == 2
    refused(assay("leaderboard", "--out", tmp_path / "file" / "x"), 1, "cannot be written")
