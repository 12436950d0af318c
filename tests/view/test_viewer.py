"""The viewer's answers, without a socket: a path in, a page out."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from assay.errors import StoreError
from assay.schema import Verdict
from assay.view import Viewer, viewed
from assay.view.asked import Asked
from assay.view.choices import crossed
from assay.view.plain import pieces, shown, visible
from browsing import HOSTILE
from stored_runs import replies, stored
from viewed_runs import two_runs


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewer]:
    viewer = Viewer(viewed(two_runs(tmp_path_factory.mktemp("runs"))))
    yield viewer
    viewer.close()


def page(viewer: Viewer, target: str) -> str:
    answer = viewer.answer(target)
    assert (answer.status, answer.kind) == (200, "text/html; charset=utf-8"), answer.body[:300]
    return answer.body.decode()


def ids(html: str) -> list[str]:
    """The samples of a list, by run and number."""
    return re.findall(r'class="open" href="/sample/(\d+/\d+)', html)


def link(html: str, rel: str) -> str:
    """The address that a link of this kind leads to; empty where there is none."""
    found = re.search(f'rel="{rel}" href="([^"]*)"', html)
    return unescape(found[1]) if found else ""


# ---- lists ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 38),
        ("?run=1", 13),
        ("?task=safety/*", 12),
        ("?task=safety/misuse&label=refused", 4),
        ("?label=(none)&task=safety/misuse", 5),
        ("?finish=filtered", 2),
        ("?in=zh", 2),
        ("?disputed=1", 1),
        ("?q=EARTH+ROUND", 0),
        ("?q=EARTH+flat", 2),
        ("?q=圆", 2),
        ("?q=50%25+%5Boff%5D", 2),
        ("?q=needle&run=0", 1),
    ],
)
def test_filters_leave_what_they_say(query: str, found: int, viewer: Viewer) -> None:
    html = page(viewer, f"/{query}")
    assert len(ids(html)) == found
    said = re.search(r'<p class="sub"[^>]*>\s*(?:<span class=e>)?(\d+) samples?', html)
    assert said and int(said[1]) == found


@pytest.mark.parametrize(
    "query", ["?run=9", "?run=x", "?task=none", "?after=9.9", "?after=x", "?label=%00", "?in=%F0%9F"]
)
def test_words_that_fit_nothing_break_nothing(query: str, viewer: Viewer) -> None:
    assert "<main" in page(viewer, f"/{query}")


def test_pages_follow_each_other_over_all_runs_and_back(tmp_path: Path) -> None:
    for name in ("one", "two"):
        stored(tmp_path / name, {"safety/misuse": replies("rc" * 35)})
    viewer = Viewer(viewed([tmp_path]))
    forth, at = [], "/"
    while at:
        html = page(viewer, at)
        forth.append(ids(html))
        at = link(html, "next") and f"/{link(html, 'next')}"
    assert [len(one) for one in forth] == [50, 50, 40]
    assert [one for shown_at_once in forth for one in shown_at_once] == [
        f"{run}/{number}" for run in (0, 1) for number in range(70)
    ]
    back, at = [forth[-1]], f"/{link(html, 'prev')}"
    while at:
        html = page(viewer, at)
        back.append(ids(html))
        at = link(html, "prev") and f"/{link(html, 'prev')}"
    assert back[::-1] == forth
    assert viewer.answer("/count").body == b"140"
    assert viewer.answer("/count?q=sure&run=1").body == b"35"
    viewer.close()


def test_filters_offer_what_there_is_with_how_many(viewer: Viewer) -> None:
    html = page(viewer, "/?task=safety/misuse")
    assert '<option value="safety/misuse" selected>safety/misuse (12)</option>' in html
    assert '<option value="safety/*">safety/* (12)</option>' in html
    assert '<option value="refused" data-z="拒答 (4)">refused (4)</option>' in html
    assert '<option value="failed" data-z="没有回复 (2)">no reply (2)</option>' in html
    assert "hostile" not in html


def test_harmful_texts_are_folded_until_asked_for_and_refusals_are_not(viewer: Viewer) -> None:
    folded = page(viewer, "/?task=safety/misuse&run=0")
    assert folded.count("<details") == 6 + 4  # every prompt; every reply but the refusals
    assert "<details" not in page(viewer, "/?task=safety/misuse&run=0&shown=1")
    assert "<details" not in page(viewer, "/?task=ethics/emotions")


def test_judges_that_differ_are_named(viewer: Viewer) -> None:
    html = page(viewer, "/?disputed=1")
    seen = re.sub("<span class=z.*?</span>", "", html)
    for text in ("judges differ", "judge/one: <span class=e>refused<", "judge/two: <span class=e>complied<"):
        assert text in seen


def test_what_was_looked_for_is_shown_and_marked(viewer: Viewer) -> None:
    html = page(viewer, "/?q=NEEDLE&run=0")
    assert "<mark>needle</mark> in the middle" in html


# ---- one sample ----------------------------------------------------------------------------------


def test_a_sample_shows_all_there_is(viewer: Viewer) -> None:
    html = page(viewer, "/sample/0/6")
    for text in (
        "Be kind.",
        "Is the Earth flat?",
        "No, <mark>it is round</mark>.",
        "by_refusal",
        "Yes · No",
        "test/one",
    ):
        assert text in html, text
    assert "anna.berg" not in html and "a***@m***" in html
    assert "Yes, flat." in html  # what the other run said to the same row
    both = page(viewer, "/sample/0/9")
    for text in ("Once?", "Twice?", "Zweimal.", "cut off at its longest", "0.25", "0.5"):
        assert text in both, text
    assert "−" not in both and "-0.250" in page(viewer, "/sample/0/10")


def test_next_and_previous_stay_within_what_was_asked_for(viewer: Viewer) -> None:
    html = page(viewer, "/sample/0/0?label=refused&task=safety/*")
    assert link(html, "next").startswith("/sample/0/2?")
    assert link(html, "prev") == ""
    html = page(viewer, "/sample/0/2?label=refused&task=safety/*")
    assert link(html, "next").startswith("/sample/1/2?")  # the next run's first one
    assert link(html, "prev").startswith("/sample/0/0?")


@pytest.mark.parametrize(
    "target",
    ["/none", "/sample", "/sample/0", "/sample/0/99", "/sample/9/0", "/sample/0/-1", "/sample/0/١",
     "/sample/0/" + "9" * 40, "/static/../__init__.py", "/static/base.html.j2", "/static/", "/runs/x", "/compare/x",
     "/compare?a=9", "/whole/0/99", "//", "/%2e%2e/etc/passwd"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(target: str, viewer: Viewer) -> None:
    assert viewer.answer(target).status == 404


def test_a_record_as_a_text_of_its_own(viewer: Viewer) -> None:
    answer = viewer.answer("/whole/0/6")
    assert answer.kind == "text/plain; charset=utf-8"
    assert b'"it is round"' in answer.body and b"anna" not in answer.body


# ---- two runs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "rows"),
    [("", 13), ("?a=1&b=0", 13), ("?differ=label", 3), ("?differ=reply", 3), ("?differ=judges", 1), ("?q=flat", 1),
     ("?task=safety/*", 6), ("?in=zh", 1), ("?disputed=1", 1)],
)  # fmt: skip
def test_two_runs_side_by_side(query: str, rows: int, viewer: Viewer) -> None:
    html = page(viewer, f"/compare{query}")
    assert len(re.findall("<li>", html)) == rows
    assert f"{rows} row" in html


def test_replies_and_verdicts_stand_beside_each_other(viewer: Viewer) -> None:
    html = page(viewer, "/compare?differ=judges")
    assert "verdicts differ" in html
    assert html.count("I would rather not.") == 2
    crossed = page(viewer, "/compare?task=safety/*")
    assert re.search(r'<th scope="row"><span class=e>refused</span>.*<td', crossed)


def test_one_run_alone_says_how_to_give_two(tmp_path: Path) -> None:
    viewer = Viewer(viewed([stored(tmp_path / "run", {"safety/misuse": replies("rc")})]))
    assert "assay view runs/A runs/B" in page(viewer, "/compare")
    viewer.close()


def test_what_the_table_of_labels_leaves_out_is_counted(tmp_path: Path) -> None:
    records = replies("r" * 24)
    for at in range(12):
        records[at] = replace(records[at], verdicts=(Verdict("by_class", f"class {at}"),))
    viewer = Viewer(viewed([stored(tmp_path / name, {"safety/misuse": records}) for name in ("a", "b")]))
    html = page(viewer, "/compare")
    assert "5 rows with others are not in the table" in html  # refused and 7 of 12 classes are in it
    assert "not in the table" not in page(viewer, "/compare?label=refused")
    viewer.close()


@pytest.mark.parametrize(
    ("counts", "columns", "left_out"),
    [
        ({("a", "a"): 2, ("a", "b"): 1}, ["a", "b"], 0),
        ({(f"{at}", "x"): 20 - at for at in range(11)}, ["x"], 12 + 11 + 10),
    ],
)
def test_labels_are_crossed(counts: dict[tuple[str, str], int], columns: list[str], left_out: int) -> None:
    found = crossed(counts)
    assert [column.en for column in found.columns] == columns
    assert found.left_out == left_out
    assert sum(sum(many) for _, many in found.rows) == sum(counts.values()) - left_out


def test_where_a_row_and_a_column_are_of_one_label() -> None:
    found = crossed({("yes", "Yes"): 3, ("Yes", "Yes"): 2, ("yes", "yes"): 1})
    assert [column.en for column in found.columns] == ["Yes", "yes"]  # both are called `yes`, and told apart
    assert {(found.rows[row][0].en, found.columns[column].en) for row, column in found.same} == {
        ("yes", "yes"),
        ("Yes", "Yes"),
    }


# ---- both languages ------------------------------------------------------------------------------

JUDGED = re.compile(r"<th scope=\"col\">.*?评判者.*?</table>", re.DOTALL)


def test_labels_judges_and_reasons_are_in_both_languages(tmp_path: Path) -> None:
    verdicts = (
        Verdict("same answer", "not_swayed", why="apologises: sorry"),
        Verdict("stance", why="needs:judge"),
        Verdict("panel", "complied", why="2 of 3 graders: no", votes=(("m/1", "complied"), ("m/2", "refused"))),
    )
    row = replace(replies("r")[0].row, group="crime_and_harm")
    record = replace(replies("r")[0], row=row, verdicts=verdicts)
    viewer = Viewer(viewed([stored(tmp_path / "a", {"safety/misuse": [record]})]))
    html = page(viewer, "/sample/0/0")
    chinese = "".join(re.findall("<span class=z[^>]*>(.*?)</span>", html))
    for said in ("答案是否相同", "未被左右", "致歉：sorry", "读取立场", "需要评判模型", "照做", "拒答",
                 "3 个评判模型中的 2 个：no", "犯罪与伤害"):  # fmt: skip
        assert said in chinese, said
    assert "not_swayed" not in re.sub('href="[^"]*"', "", html)
    listed = page(viewer, "/")
    assert "未被左右" in listed and 'value="not_swayed" data-z="未被左右 (1)">not swayed (1)<' in listed
    viewer.close()


def test_no_option_shows_two_languages_at_once(viewer: Viewer) -> None:
    for target in ("/", "/compare"):
        options = re.findall(r"<option([^>]*)>([^<]*)</option>", page(viewer, target))
        assert options
        for attributes, words in options:
            if 'data-z="' in attributes:
                assert not re.search("[\u4e00-\u9fff]", words), words
        assert 'data-z="全部' in "".join(attributes for attributes, _ in options)


# ---- runs ----------------------------------------------------------------------------------------


def test_runs_are_found_in_folders_and_named_apart(tmp_path: Path) -> None:
    for name in ("a", "b"):
        stored(tmp_path / "runs" / name, {"safety/misuse": replies("rc")}, model="same/model")
    stored(tmp_path / "runs" / "deeper" / "c", {"safety/misuse": replies("rc")})
    (tmp_path / "runs" / "unfinished").mkdir()
    (tmp_path / "runs" / "unfinished" / "run.json").write_text("{}", encoding="utf-8")
    names = [run.name for run in viewed([tmp_path / "runs", tmp_path / "runs" / "a"])]
    assert names == ["same/model (a)", "same/model (b)", "test/c"]


def test_what_is_no_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        viewed([tmp_path / "none"])
    with pytest.raises(StoreError, match="holds no run"):
        viewed([tmp_path])
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text("{}", encoding="utf-8")
    with pytest.raises(StoreError, match="has not ended yet"):
        viewed([tmp_path / "run"])


def test_a_run_that_is_measured_again_or_taken_away_while_it_is_looked_at(tmp_path: Path) -> None:
    folder = stored(tmp_path / "run", {"safety/misuse": replies("rc")})
    viewer = Viewer(viewed([folder]))
    assert len(ids(page(viewer, "/"))) == 2
    stored(folder, {"safety/misuse": replies("rcr")})
    assert len(ids(page(viewer, "/"))) == 3
    (folder / "samples.parquet").unlink()
    answer = viewer.answer("/")
    assert answer.status == 500 and b"is gone" in answer.body
    (folder / "samples.parquet").write_bytes(b"no parquet")
    answer = viewer.answer("/")
    assert answer.status == 500 and b"cannot be read" in answer.body
    viewer.close()


@pytest.mark.parametrize("how", ["deleted", "damaged"])
def test_one_run_that_cannot_be_read_takes_no_other_with_it(how: str, tmp_path: Path) -> None:
    folders = [stored(tmp_path / name, {"safety/misuse": replies("rc")}) for name in ("one", "two", "three")]
    viewer = Viewer(viewed(folders))
    assert len(ids(page(viewer, "/"))) == 6
    if how == "deleted":
        shutil.rmtree(folders[1])
    else:
        (folders[1] / "samples.parquet").write_bytes(b"no parquet")
    said = "is gone" if how == "deleted" else "cannot be read"
    for target, samples in (
        ("/", 4),
        ("/?q=sure", 2),
        ("/?run=1", 0),
        ("/runs", 0),
        ("/compare", 0),
        ("/compare?b=1", 0),
    ):
        html = page(viewer, target)
        assert "test/two is left out" in html and said in html and "test/two 未列入" in html, target
        assert len(ids(html)) == samples, target
        offered = "".join(re.findall(r'<select name="(?:run|a|b)".*?</select>', html, re.DOTALL))
        assert ('value="1"' in offered) == (target == "/?run=1")  # what is chosen stays on offer
    assert page(viewer, "/compare").count("<li>") == 2  # the two that are left
    assert viewer.answer("/count").body == b"4"
    assert viewer.answer("/sample/1/0").status == 404
    assert "test/three" in page(viewer, "/sample/0/0")
    stored(folders[1], {"safety/misuse": replies("rc")})
    assert "is left out" not in page(viewer, "/") and len(ids(page(viewer, "/"))) == 6
    viewer.close()


# ---- texts that mean harm ------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["/?task=privacy/*", *(f"/sample/0/{number}" for number in range(13, 25))])
def test_no_text_becomes_markup(target: str, viewer: Viewer) -> None:
    html = page(viewer, target)
    assert len(html) < 1_200_000
    for harm in (
        "<script>window",
        "<img",
        "<svg",
        "<iframe",
        "<a href='javascript",
        "<meta http-equiv=refresh",
        "<style",
    ):
        assert harm not in html, harm
    assert not re.search("[\0\a\x1b\x85\u202a-\u202e\u2066-\u2069\u200b\u2028\U000e0041]", html)


def test_every_hostile_text_is_there_to_be_read(viewer: Viewer) -> None:
    html = unescape(page(viewer, "/sample/0/13"))
    assert HOSTILE["script"] in html


# ---- plain text ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain\n\ttext\r\n", "plain\n\ttext\n"),
        ("a\rb\0c\x1b[0m\x7f", "a␍b␀c␛[0m␡"),
        ("\u202eexe.jpg\u202c", "⟨U+202E⟩exe.jpg⟨U+202C⟩"),
        ("tag\U000e0041 \ufeff\u2028", "tag⟨U+E0041⟩ ⟨U+FEFF⟩⟨U+2028⟩"),
        ("café e\u0301 👩‍👩‍👧 می‌خواهم 你好", "café e\u0301 👩‍👩‍👧 می‌خواهم 你好"),
        ("z" + "\u0301" * 9, "z" + "\u0301" * 6 + "⟨+3⟩"),
        ("\ud800", "⟨U+D800⟩"),
    ],
)
def test_what_cannot_be_seen_is_named(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_long_texts_are_cut_and_addresses_masked() -> None:
    long = shown("x" * 1_000_000, most=10)
    assert (long.text, long.length, long.kept, long.cut) == ("x" * 10, 1_000_000, 10, True)
    assert not shown("short").cut
    assert shown("to karen.arnold@flash.net").text == "to k***@f***.net"
    assert shown("begins here", length=50).cut


def test_a_text_in_pieces() -> None:
    assert pieces("A rose is a ROSE.", "rose") == [
        ("A ", False),
        ("rose", True),
        (" is a ", False),
        ("ROSE", True),
        (".", False),
    ]
    assert pieces("(a)", "(") == [("(", True), ("a)", False)]
    assert pieces("text", "") == [("text", False)]


def test_an_address_says_again_what_it_was_read_from() -> None:
    query = "task=safety%2F%2A&label=refused&finish=stop&in=en&q=a+%26+b&disputed=1&shown=1&run=2&after=2.30"
    assert Asked.of(query).query() == f"?{query}"
    compared = "task=x&a=3&b=0&differ=judges&before=3.4"
    assert Asked.of(compared).query(compared=True) == f"?{compared}"
    assert Asked.of("").query() == Asked.of("q=&run=&after=1&lang=zh-Hans&nonsense=1").query() == ""
    assert len(Asked.of(f"q={'x' * 5000}").wanted.text) == 1000
