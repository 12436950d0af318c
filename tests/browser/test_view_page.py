"""The viewer in a browser: every control, both languages and themes, keys, widths, and texts that mean harm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from assay.view import Server, viewed
from browsing import HURT, overflow, tabbed, violations
from viewed_runs import two_runs

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from conftest import Opener  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Server(viewed(two_runs(tmp_path_factory.mktemp("runs")))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.url
        server.shutdown()
        thread.join()


PAGES = ("", "?task=safety/misuse", "sample/0/6", "sample/0/9", "compare?shown=1", "runs")


def query(page: Page) -> str:
    return page.url.partition("?")[2]


def samples(page: Page) -> int:
    page.wait_for_load_state()  # a page that has come is not one whose script has begun
    return page.locator("ol.samples > li").count()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("width", "theme", "locale"), [(1440, "light", "en-GB"), (320, "dark", "zh-CN"), (320, "light", "en-GB")]
)
def test_pages_are_accessible_and_fit(path: str, width: int, theme: str, locale: str, url: str, opened: Opener) -> None:
    page = opened(url + path, width=width, theme=theme, locale=locale)
    assert violations(page) == []
    assert overflow(page) == []
    assert page.locator("h1").inner_text().strip()


def test_both_languages_and_themes_by_their_buttons(url: str, opened: Opener) -> None:
    page = opened(url)
    assert page.get_by_role("heading", level=1).inner_text() == "Samples"
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="中文").click()
    assert page.get_by_role("heading", level=1).inner_text() == "样本"
    assert (
        page.get_by_role("combobox", name="任务").count() == 1
        and page.get_by_text("Task", exact=True).first.is_hidden()
    )
    page.get_by_role("button", name="切换浅色与深色").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != ground
    page.get_by_role("link", name="各次运行").click()
    page.wait_for_selector("html[lang^=zh] main h1:has-text('各次运行')")  # kept on the next page
    assert page.get_by_role("heading", level=1).inner_text() == "各次运行"
    assert violations(page) == []


def test_options_are_in_the_language_that_is_read(url: str, opened: Opener) -> None:
    page = opened(url)
    chosen = "[...document.querySelectorAll('select')].map((one) => one.innerText)"
    english = page.evaluate(chosen)
    assert not re.search("[\u4e00-\u9fff]", "".join(english))
    page.get_by_role("button", name="中文").click()
    page.wait_for_function(f"/全部/.test({chosen}[0])")
    chinese = page.evaluate(chosen)
    assert "正常结束" in "".join(chinese) and "拒答" in "".join(chinese)
    assert not re.search("all|refused|ended|English", "".join(chinese))
    page.get_by_role("button", name="English").click()
    page.wait_for_function(f"/all/.test({chosen}[0])")
    assert page.evaluate(chosen) == english
    chinese_from_the_start = opened(url, locale="zh-CN").evaluate(chosen)
    assert chinese_from_the_start == chinese


def test_each_filter_goes_at_once(url: str, opened: Opener) -> None:
    page = opened(url)
    everything = samples(page)
    for label, value, words in (
        ("Run", "1", "run=1"),
        ("Task", "ethics/emotions", "task=ethics%2Femotions"),
        ("Language", "zh", "in=zh"),
        ("Label", "complied", "label=complied"),
    ):
        page.get_by_role("combobox", name=label, exact=True).select_option(value)
        page.wait_for_url(re.compile(re.escape(words)))
    assert samples(page) == 1 < everything
    assert "after" not in query(page) and "finish" not in query(page)  # empty words are left out
    page.get_by_role("link", name="Clear all").click()
    assert samples(page) == everything
    page.get_by_role("combobox", name="How it ended").select_option("filtered")
    page.wait_for_url(re.compile("finish=filtered"))
    assert samples(page) == 2
    page.goto(url)
    page.get_by_role("checkbox", name="Only where judges differ").check()
    page.wait_for_url(re.compile("disputed=1"))
    assert samples(page) == 1
    assert page.get_by_text("judges differ").last.is_visible()


def test_a_search_marks_what_it_found_and_counts_it(url: str, opened: Opener) -> None:
    page = opened(url)
    page.keyboard.press("/")
    page.keyboard.type("NEEDLE")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=NEEDLE"))
    assert page.locator("mark").first.inner_text() == "needle"
    page.wait_for_function("document.querySelector('.sub').innerText.startsWith('2')")
    page = opened(url + "?q=nothing+like+it")
    assert page.get_by_text("Nothing fits").is_visible()


def test_harmful_text_is_folded_behind_a_click_or_a_tick(url: str, opened: Opener) -> None:
    page = opened(url + "?task=safety/misuse&run=0")
    text = page.get_by_text("Question 1")
    assert text.is_hidden()
    page.locator("summary").nth(1).press("Enter")
    assert text.is_visible()
    page.get_by_role("checkbox", name="Show texts that may be harmful").check()
    page.wait_for_url(re.compile("shown=1"))
    assert page.get_by_text("Question 2").is_visible()
    page.get_by_role("link", name="safety/misuse 1").click()
    assert page.get_by_text("Question 1", exact=True).is_visible()  # stays as it was asked


def test_a_sample_is_opened_walked_from_and_left_by_keys_alone(url: str, opened: Opener) -> None:
    page = opened(url + "?task=ethics/emotions&run=0")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("sample/0/6"))
    assert page.get_by_text("Be kind.").is_visible()
    assert page.locator("mark").inner_text() == "it is round"
    page.keyboard.press("n")
    page.wait_for_url(re.compile("sample/0/7"))
    page.keyboard.press("p")
    page.wait_for_url(re.compile("sample/0/6"))
    page.keyboard.press("u")
    page.wait_for_url(re.compile(r"/\?task="))
    assert samples(page) == 7


def test_tab_reaches_every_control_in_order(url: str, opened: Opener) -> None:
    page = opened(url)
    seen = tabbed(page, 16)
    assert seen[0] == "Skip to content"
    assert seen[1:4] == ["Samples", "Side by side", "Runs"]
    assert seen[6] == "q" and "Search" in seen[7]
    assert seen[-1].startswith("safety/misuse")
    page = opened(url)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_two_runs_side_by_side(url: str, opened: Opener) -> None:
    page = opened(url + "compare")
    page.get_by_role("combobox", name="Rows").select_option("judges")
    page.wait_for_url(re.compile("differ=judges"))
    assert samples(page) == 1
    left, right = page.get_by_text("I would rather not.").all()
    one, other = left.bounding_box(), right.bounding_box()
    assert one and other and one["y"] == other["y"] and one["x"] < other["x"]
    page.get_by_role("combobox", name="Left").select_option("1")
    page.wait_for_url(re.compile("a=1"))
    page.get_by_role("combobox", name="Right").select_option("0")
    page.wait_for_url(re.compile("b=0"))
    assert page.locator(".pair").first.get_by_role("link").first.inner_text() == "test/two"


def test_without_script_the_button_and_the_links_do_it(url: str, opened: Opener) -> None:
    page = opened(url, script=False)
    page.get_by_role("combobox", name="Task").select_option("ethics/emotions")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url(re.compile("task=ethics"))
    assert samples(page) == 14


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_texts_that_mean_harm_do_nothing_in_a_list(locale: str, url: str, opened: Opener) -> None:
    page = opened(url + "?task=privacy/*", width=320, locale=locale)
    assert samples(page) == 12
    page.mouse.wheel(0, 20_000)
    page.wait_for_timeout(100)
    assert page.evaluate(HURT) is None
    assert overflow(page) == []
    assert violations(page) == []
    assert page.locator("ol.samples img, ol.samples iframe, ol.samples script, ol.samples style").count() == 0


@pytest.mark.parametrize("number", range(13, 25))
def test_texts_that_mean_harm_do_nothing_by_themselves(number: int, url: str, opened: Opener) -> None:
    page = opened(f"{url}sample/0/{number}", width=320)
    assert page.evaluate(HURT) is None
    assert overflow(page) == []
    page.get_by_role("link", name="The whole record as text").click()
    page.wait_for_url(re.compile("whole"))
    assert page.evaluate(HURT) is None
