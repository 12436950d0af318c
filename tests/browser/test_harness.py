"""The harness sees what it is there to see; a test that cannot fail would prove nothing about the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browsing import HOSTILE, HURT, Watch, overflow, tabbed, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HEAD = "<!doctype html><html lang=en><title>x</title><main>"


@pytest.fixture
def watched(browser: Browser) -> Iterator[tuple[Page, Watch]]:
    watch, context = Watch(), browser.new_context()
    watch.over(context)
    yield context.new_page(), watch
    context.close()


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<img src='http://192.0.2.1/a.png'>", "asked for http://192.0.2.1/a.png"),
        ("<script>throw Error('broken')</script>", "threw broken"),
        ("<script>alert('hello')</script>", "opened a dialog: hello"),
        ("<script>console.error('oh')</script>", "console: oh"),
    ],
)
def test_what_no_page_may_do_is_seen(html: str, said: str, watched: tuple[Page, Watch], tmp_path: Path) -> None:
    page, watch = watched
    (tmp_path / "page.html").write_text(HEAD + html, encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_timeout(20)
    assert said in "\n".join(watch.seen)


def test_a_quiet_page_is_quiet(watched: tuple[Page, Watch], tmp_path: Path) -> None:
    page, watch = watched
    (tmp_path / "page.html").write_text(f"{HEAD}<h1>Text</h1><p>text", encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    assert not watch.seen
    assert len(watch.asked) == 1
    assert not violations(page)
    assert not overflow(page)
    assert page.evaluate(HURT) is None


def test_axe_and_the_width_find_faults(watched: tuple[Page, Watch]) -> None:
    page, _ = watched
    page.set_content(f"{HEAD}<img src='data:,'><p style='color:#aaa;background:#bbb'>grey<p style='width:4000px'>wide")
    found = "\n".join(violations(page))
    assert "image-alt" in found and "color-contrast" in found
    assert overflow(page)


def test_the_texts_that_mean_harm_do_harm_where_they_are_not_escaped(watched: tuple[Page, Watch]) -> None:
    page, _ = watched
    page.set_content(HEAD + HOSTILE["script"] + "<button>One</button><input aria-label=Two>")
    page.wait_for_function(HURT)
    assert tabbed(page, 2) == ["One", "Two"]
